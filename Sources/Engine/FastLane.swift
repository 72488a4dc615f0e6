import Transport

/// What is asked of a server before its turn, while small files go one after the other: what the next one needs is on its
/// way together with what this one needs, so that each costs a round trip less.
///
/// | | one piece each |
/// | --- | --- |
/// | the first two | `MDTM 1` `EPSV` · `RETR 1` |
/// | the third | `MDTM 3` `EPSV` · `RETR 3` `EPSV` |
/// | from then on | `MDTM 4` `RETR 4` `EPSV`, once the data connection stands |
///
/// vsftpd, ProFTPD and Pure-FTPd, which serve each connection with a process of its own, come to the second EPSV when the
/// transfer has ended. No other server is asked so. After a failure that may come of it the next hundred files go plainly, and
/// after another one thousands: most often only the line was lost.
struct FastLane {
    /// The data connection of the next RETR, which is on its way already.
    private(set) var dialled: DialledConnection?
    /// The RETR that is sent next takes the EPSV of the next file along.
    private(set) var takesNextAlong = false
    /// The file at work was asked for in this way.
    private(set) var isInUse = false
    private var files = 0
    /// So many files are fetched plainly first: most that is fetched is a file or two.
    private var plainFiles = 2

    /// After so long the server may have given up the port it waits at.
    static let memory = Duration.seconds(2)
    private static let mostPlainFiles = 10_000

    /// One more small file begins.
    ///
    /// - Parameters:
    ///   - idle: for how long nothing was asked before it.
    ///   - dialled: nil: its data connection is still to be asked for.
    mutating func begin(after idle: Duration, _ dialled: DialledConnection? = nil) {
        files = idle < Self.memory ? files + 1 : 1
        self.dialled = dialled
        takesNextAlong = dialled == nil && isOpen
        isInUse = isOpen
    }

    /// Something else begins.
    mutating func leave() {
        dialled = nil
        takesNextAlong = false
        isInUse = false
    }

    /// Whether the next data connection is worth asking for.
    var isOpen: Bool { files > plainFiles }

    /// It went wrong: longer plain than before, through new logins too.
    mutating func close() {
        leave()
        files = 0
        plainFiles = min(plainFiles * 50, Self.mostPlainFiles)
    }

    mutating func takeDialled() -> DialledConnection? {
        defer { dialled = nil }
        return dialled
    }

    /// The EPSV of the next file is on its way.
    mutating func hasTakenNextAlong() { takesNextAlong = false }

    /// The login it belongs to is no more; the file at work may have to be asked for once more.
    mutating func connectionLost() {
        dialled = nil
        takesNextAlong = false
        files = 0
    }
}

/// A data connection that stands before its command was answered. Closed with the last reference to it.
final class DialledConnection {
    let data: DataConnection
    private var socket: Socket?

    init(_ data: DataConnection, _ socket: consuming Socket) {
        self.data = data
        self.socket = consume socket
    }

    func takeSocket() -> Socket? { socket.take() }
}
