import Synchronization
import Transport

/// What the sessions of one server share.
final class ServerState: Sendable {
    let configuration: ServerConfiguration
    let tree: ServedTree
    let cancellation = Cancellation()
    let openFiles = OpenFiles()

    /// Sessions at once, whatever the faults say: each takes a thread.
    static let mostSessions = 200

    private let counts = Mutex((sessions: 0, numbered: 0))
    private let spent = Mutex<Set<Fault>>([])

    init(configuration: ServerConfiguration, tree: ServedTree) {
        self.configuration = configuration
        self.tree = tree
    }

    /// A session begins: its number, and whether there is room for it.
    func enter() -> (number: Int, hasRoom: Bool) {
        let most = min(configuration.faults.connectionLimit ?? Self.mostSessions, Self.mostSessions)
        return counts.withLock { counts in
            counts.sessions += 1
            counts.numbered += 1
            return (counts.numbered, counts.sessions <= most)
        }
    }

    func leave() {
        counts.withLock { $0.sessions -= 1 }
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
