import GRDB

/// The tables of `queue.sqlite`, and how an older file becomes one of today.
///
/// `PRAGMA user_version` counts the steps a file has been through. A step that was released is
/// never changed; a new one is appended. There is no column for a password, and there must never be.
enum Schema {
    static let steps: [@Sendable (Database) throws -> Void] = [
        { try $0.execute(sql: first) },
        { try $0.execute(sql: optionsAndRequests) },
        { try $0.execute(sql: partsAndRowsSetAside) },
        { try $0.execute(sql: "ALTER TABLE site ADD COLUMN network TEXT NOT NULL DEFAULT ''") },
        { try $0.execute(sql: "ALTER TABLE site ADD COLUMN security TEXT NOT NULL DEFAULT ''") },
        { try $0.execute(sql: "ALTER TABLE transfer ADD COLUMN batch INTEGER") },
        // Sites that are spoken with in clear text have an id of their own.
        { try $0.execute(sql: "UPDATE site SET id = 'ftpclear' || substr(id, 4) WHERE encryption = 'none'") },
        { try $0.execute(sql: "ALTER TABLE transfer ADD COLUMN proof TEXT") },
        { try $0.execute(sql: helpers) },
        { try $0.execute(sql: order) },
        // SQLite makes a table of a list of three, for each row that is written.
        { try $0.execute(sql: "DROP INDEX openTransfers; \(openTransfers) WHERE \(isOpen)") },
    ]

    /// In the words of the index, which is looked at only where a query repeats them.
    static let isOpen = "id > 0 AND state <> 'done' AND state <> 'failed' AND state <> 'skipped'"

    private static let openTransfers = "CREATE INDEX openTransfers ON transfer (site, state, rank, position)"

    /// What goes first, found without reading all: of each server, in each state, by priority and position.
    private static let order = """
        ALTER TABLE transfer ADD COLUMN rank INTEGER NOT NULL DEFAULT 2;
        UPDATE transfer SET rank = CASE WHEN options LIKE '%"priority":"highest"%' THEN 0
            WHEN options LIKE '%"priority":"high"%' THEN 1 WHEN options LIKE '%"priority":"low"%' THEN 3 ELSE 4 END
            WHERE options LIKE '%"priority":"high%' OR options LIKE '%"priority":"low%';
        \(openTransfers) WHERE id > 0 AND state NOT IN ('done', 'failed', 'skipped');
        """

    static var version: Int { steps.count }

    static func version(of database: Database) throws -> Int {
        try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
    }

    /// Brings the file to today's version in one transaction. Does not write when it is there already.
    static func migrate(_ database: Database) throws {
        guard try version(of: database) < version else { return }
        try database.inTransaction(.immediate) {
            // Another process may have been faster.
            let done = try max(0, version(of: database))
            for step in steps.dropFirst(done) { try step(database) }
            try database.execute(sql: "PRAGMA user_version = \(max(done, version))")
            return .commit
        }
    }

    /// Processes that offer to work (see `ProcessIdentity`), and what is leased to them; `body` is a `Lease` as JSON.
    private static let helpers = """
        CREATE TABLE worker (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            machine TEXT NOT NULL,
            process INTEGER NOT NULL,
            started INTEGER NOT NULL,
            seen INTEGER NOT NULL,
            connections INTEGER NOT NULL,
            sites TEXT NOT NULL
        ) STRICT;
        CREATE TABLE lease (
            transfer INTEGER PRIMARY KEY,
            worker INTEGER NOT NULL,
            body TEXT NOT NULL
        ) STRICT;
        """

    private static let partsAndRowsSetAside = """
        ALTER TABLE transfer ADD COLUMN depth INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE transfer ADD COLUMN partName BLOB;
        ALTER TABLE transfer ADD COLUMN partInode INTEGER;
        ALTER TABLE transfer ADD COLUMN partSize INTEGER;
        ALTER TABLE transfer ADD COLUMN partModified INTEGER;
        ALTER TABLE transfer ADD COLUMN partSafe INTEGER;
        ALTER TABLE site ADD COLUMN accountMark TEXT;
        -- What could not be read: the columns as SQL has them, for whoever wants to see.
        CREATE TABLE setAside (number INTEGER PRIMARY KEY, reason TEXT NOT NULL, row TEXT NOT NULL) STRICT;
        """

    /// Directories are stored once, names and paths as the bytes they are. `position` has no unique index,
    /// because it is changed for many rows at a time. The CHECKs let `quick_check` find rows that
    /// could not be read.
    private static let first = """
        CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
        INSERT INTO counter VALUES ('nextID', 1);

        CREATE TABLE site (
            number INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            host TEXT NOT NULL,
            port INTEGER NOT NULL CHECK (port BETWEEN 0 AND 65535),
            user TEXT NOT NULL,
            account TEXT,
            encryption TEXT NOT NULL,
            dataMode TEXT NOT NULL,
            activeAddress TEXT,
            firstActivePort INTEGER CHECK (firstActivePort BETWEEN 0 AND 65535),
            lastActivePort INTEGER CHECK (lastActivePort BETWEEN firstActivePort AND 65535),
            family INTEGER CHECK (family IN (1, 2)),
            timeout INTEGER NOT NULL,
            connections INTEGER NOT NULL,
            retries INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE directory (number INTEGER PRIMARY KEY, path BLOB NOT NULL UNIQUE) STRICT;

        CREATE TABLE transfer (
            id INTEGER PRIMARY KEY,
            position INTEGER NOT NULL,
            direction TEXT NOT NULL CHECK (direction IN ('download', 'upload')),
            kind TEXT NOT NULL CHECK (kind IN ('file', 'tree')),
            site INTEGER NOT NULL REFERENCES site,
            remoteDirectory INTEGER NOT NULL REFERENCES directory,
            remoteName BLOB NOT NULL,
            localDirectory INTEGER NOT NULL REFERENCES directory,
            localName BLOB,
            size INTEGER,
            modified INTEGER,
            onConflict TEXT NOT NULL,
            retries INTEGER NOT NULL,
            appends INTEGER NOT NULL,
            writesInPlace INTEGER NOT NULL,
            bytes INTEGER NOT NULL,
            attempts INTEGER NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'paused', 'retrying', 'exists',
                'password', 'failed', 'done', 'skipped')),
            reason TEXT,
            stateTime INTEGER,
            stateSize INTEGER
        ) STRICT;
        """

    /// `options`: JSON of what has no column of its own, NULL when that is as usual. `endedAt`: seconds since 1970.
    /// A request's `answer` is NULL until the worker has taken it in; what was left to be added stands in
    /// `transfer` from `lowest` to `highest`. Arrivals of before become a request of their own.
    private static let optionsAndRequests = """
        ALTER TABLE transfer ADD COLUMN options TEXT;
        ALTER TABLE transfer ADD COLUMN endedAt INTEGER;

        CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

        CREATE TABLE request (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            body TEXT NOT NULL,
            lowest INTEGER,
            highest INTEGER,
            answer TEXT,
            answeredAt INTEGER
        ) STRICT;
        INSERT INTO request (body, lowest, highest)
            SELECT '{"add":{}}', min(id), max(id) FROM transfer WHERE id < 0 HAVING count(*) > 0;
        """
}
