import Engine
import Glibc
import Storage
import Transfers
import Transport

/// The process that goes on with the queue when the screen is left: `portside queue run` in a session of its own,
/// without a terminal, so that neither the end of the screen nor that of the login ends it.
///
/// What it must know and nobody may read (passwords) comes over an inherited socket, never on its command line.
/// What it has to complain about goes to `worker.log` beside the queue.
enum BackgroundWorker {
    /// Seconds until it has the queue: reading a very long one takes a few.
    private static let patience = 30
    private static let ready = "ready"

    /// Starts it and waits until it has the queue.
    ///
    /// - Parameters:
    ///   - knowledge: what it is told before it begins.
    ///   - arguments: of `queue run`.
    /// - Returns: its process.
    static func start(_ knowledge: [ScreenMessage], _ arguments: [String]) throws(Failure) -> Int32 {
        let (socket, process) = try spawn(arguments)
        let link = LineLink(socket)
        var text: [UInt8] = []
        for message in knowledge { if let line = message.line { text += Array(line.utf8) + [0x0A] } }
        _ = socket.write(text)
        socket.endWriting()
        link.setPatience(patience)
        guard link.nextLine() == ready else {
            throw trouble("it did not begin; \(WorkingQueue.directory)/worker.log may say why")
        }
        return process
    }

    /// When it ends, the other end of its socket does: only it has it.
    private static func spawn(_ arguments: [String]) throws(Failure) -> (LocalSocket, Int32) {
        guard let (socket, child) = LocalSocket.pair() else { throw trouble("no descriptors left") }
        let words = [program, "queue", "run", "--background", "--progress", "none"] + arguments
        let log = WorkingQueue.directory + "/worker.log"
        switch Child.start(words, input: child.raw, errors: log) {
        case .success(let process): return (socket, process)
        case .failure(let error): throw trouble(String(cString: strerror(error.code)))
        }
    }

    private static func trouble(_ why: String) -> Failure {
        Failure(
            .localDisk,
            "transfers cannot go on in the background: \(why); they are kept, and portside queue run goes on with them"
        )
    }

    /// This program. One that was replaced since it was started is still there under this name.
    private static var program: String {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        let path = String(
            decoding: buffer.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return access(path, X_OK) == 0 ? path : "/proc/self/exe"
    }

    // MARK: - In the worker

    /// The other end of `start`: standard input, which becomes nothing.
    struct Beginning {
        let knowledge: [ScreenMessage]
        fileprivate let socket: LocalSocket

        /// Tells who started it that the queue is in good hands.
        func sayReady() {
            _ = socket.write(Array("\(ready)\n".utf8))
            socket.shutDown()
        }
    }

    /// Blocks until all was said.
    static func begin() -> Beginning {
        signal(SIGHUP, SIG_IGN)
        let socket = LocalSocket(inherited: dup(STDIN_FILENO))
        let nothing = open("/dev/null", O_RDWR)
        if nothing >= 0 { dup2(nothing, STDIN_FILENO) }
        if nothing > STDERR_FILENO { close(nothing) }
        let link = LineLink(socket)
        var knowledge: [ScreenMessage] = []
        while let line = link.nextLine() {
            if let message = JSON.decode(ScreenMessage.self, line) { knowledge.append(message) }
        }
        return Beginning(knowledge: knowledge, socket: socket)
    }

    // MARK: - What it leaves

    private static var reportPath: String { WorkingQueue.directory + "/background" }

    /// For the screen that comes next.
    static func leave(_ report: BackgroundReport) {
        guard report.text != nil, let text = try? JSON.encode(report) else { return }
        let descriptor = open(reportPath, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        let bytes = Array(text.utf8)
        _ = write(descriptor, bytes, bytes.count)
    }

    /// What the last one left, once.
    static func takeReport() -> BackgroundReport? {
        guard let text = try? UserFiles.read(reportPath) else { return nil }
        unlink(reportPath)
        return JSON.decode(BackgroundReport.self, text)
    }
}
