import Synchronization
import Transport

/// What the sessions of one server share.
final class ServerState: Sendable {
    let configuration: ServerConfiguration
    let tree: ServedTree
    let ghosts: [Ghost]
    /// Nil for a server without TLS.
    let tls: ServerTLS?
    let openFiles = OpenFiles()

    /// Sessions at once, whatever the faults say: each takes a thread.
    static let mostSessions = 200

    private let counts = Mutex((sessions: 0, numbered: 0))
    private let spent = Mutex<Set<Fault>>([])
    private let loggedIn = Mutex(0)
    private let sent = Mutex<[[UInt8]: Int]>([:])
    private let running = Mutex((cancellation: Cancellation(), isStopped: false))

    /// - Throws: `unusable` for a certificate that cannot be used.
    init(configuration: ServerConfiguration, tree: ServedTree) throws(TransportError) {
        self.configuration = configuration
        self.tree = tree
        if let encryption = configuration.encryption {
            tls = try ServerTLS(encryption, configuration.faults)
        } else {
            tls = nil
        }
        ghosts = Ghost.all { configuration.faults.contains($0) }
    }

    /// A session begins: its number, and whether there is room for it.
    func enter() -> (number: Int, hasRoom: Bool) {
        let limit = fault { if case .maxConnections(let count) = $0 { count } else { nil } }
        let most = min(limit ?? Self.mostSessions, Self.mostSessions)
        return counts.withLock { counts in
            counts.sessions += 1
            counts.numbered += 1
            return (counts.numbered, counts.sessions <= most)
        }
    }

    func leave() {
        counts.withLock { $0.sessions -= 1 }
    }

    // MARK: Until the server stops, or restarts

    /// Ends what waits in the sessions that run now.
    var cancellation: Cancellation { running.withLock { $0.cancellation } }

    var isStopped: Bool { running.withLock { $0.isStopped } }

    func stop() {
        running.withLock {
            $0.isStopped = true
            $0.cancellation.cancel()
        }
    }

    /// Ends all sessions; those that come later are not touched.
    func restart() {
        running.withLock {
            guard !$0.isStopped else { return }
            $0.cancellation.cancel()
            $0.cancellation = Cancellation()
        }
    }

    // MARK: Faults

    func has(_ fault: Fault) -> Bool {
        configuration.faults.contains(fault) || isFirst(.once(fault))
    }

    /// What the first fault that `read` knows says.
    func fault<Value>(_ read: (Fault) -> Value?) -> Value? {
        for fault in configuration.faults {
            guard case .once(let inner) = fault else {
                if let value = read(fault) { return value }
                continue
            }
            if let value = read(inner), isFirst(fault) { return value }
        }
        return nil
    }

    /// Whether there is room for one more login, which then takes it.
    func logIn() -> Bool {
        let limit = fault { if case .maxLogins(let count) = $0 { count } else { nil } }
        return loggedIn.withLock {
            if let limit, $0 >= limit { return false }
            $0 += 1
            return true
        }
    }

    func logOut() { loggedIn.withLock { $0 -= 1 } }

    func retrievals(of place: [UInt8]) -> Int { sent.withLock { $0[place] ?? 0 } }

    /// Whether it is the first.
    func noteRetrieval(of place: [UInt8]) -> Bool {
        sent.withLock {
            $0[place, default: 0] += 1
            return $0[place] == 1
        }
    }

    /// True the first time only: for faults that happen once.
    func isFirst(_ fault: Fault) -> Bool {
        configuration.faults.contains(fault) && spent.withLock { $0.insert(fault).inserted }
    }
}

/// Which files the sessions read and write just now: Windows lets nobody else at them.
final class OpenFiles: Sendable {
    enum Use: Sendable { case reading, writing }

    private struct Users {
        var readers = 0
        var writers = 0
    }

    private let table = Mutex<[[UInt8]: Users]>([:])

    /// Takes note of the use; false when `exclusively` and somebody else's use stands against it.
    func open(_ path: [UInt8], for use: Use, exclusively: Bool) -> Bool {
        table.withLock { table in
            let users = table[path] ?? Users()
            if exclusively, users.writers > 0 || (use == .writing && users.readers > 0) { return false }
            switch use {
            case .reading: table[path, default: Users()].readers += 1
            case .writing: table[path, default: Users()].writers += 1
            }
            return true
        }
    }

    func close(_ path: [UInt8], after use: Use) {
        table.withLock { table in
            guard var users = table[path] else { return }
            switch use {
            case .reading: users.readers -= 1
            case .writing: users.writers -= 1
            }
            table[path] = users.readers + users.writers > 0 ? users : nil
        }
    }

    func isOpen(_ path: [UInt8]) -> Bool { table.withLock { $0[path] != nil } }
}
