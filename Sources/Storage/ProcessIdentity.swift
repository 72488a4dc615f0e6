import Glibc

/// Which process something belongs to, such that another one that has been given its number since is not taken for it.
struct ProcessIdentity: Hashable {
    /// The kernel's boot and the name space of its process numbers.
    var machine: String
    var process: Int32
    /// When it was started, in clock ticks since the boot.
    var started: Int64

    static let own = ProcessIdentity(
        machine: thisMachine, process: getpid(), started: startTime(of: getpid()) ?? 0)

    /// Where its machine is another one, or was booted since: so many seconds after the last sign of life it is gone.
    static let silence: Int64 = 60

    /// - Parameters:
    ///   - seen: its last sign of life; seconds since 1970, as is `now`.
    func isAlive(seen: Int64, now: Int64) -> Bool {
        guard machine == Self.thisMachine else { return now - seen <= Self.silence }
        return Self.startTime(of: process) == started
    }

    private static let thisMachine: String = {
        var link = [CChar](repeating: 0, count: 64)
        let length = readlink("/proc/self/ns/pid", &link, link.count)
        let space = String(decoding: link.prefix(max(0, length)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return text(of: "/proc/sys/kernel/random/boot_id").prefix { $0 != "\n" } + " " + space
    }()

    /// Nil when there is no such process, or when it only waits to be buried.
    private static func startTime(of process: Int32) -> Int64? {
        let text = text(of: "/proc/\(process)/stat")
        // The name, in parentheses, may hold blanks and parentheses itself (proc(5)).
        guard let end = text.lastIndex(of: ")") else { return nil }
        let words = text[text.index(after: end)...].split(separator: " ")
        guard words.count > 19, words[0] != "Z", words[0] != "X" else { return nil }
        return Int64(words[19])
    }

    private static func text(of file: String) -> String {
        let descriptor = open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 1024)
        let count = read(descriptor, &bytes, bytes.count)
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }
}
