public import Transport

/// A directory with something of everything to try a client on. For us alone (0700), in the temporary
/// directory, gone with the last reference; what a killed process left is removed by the next one.
///
///     README.txt        what there is to try
///     large.iso         512 MB that take no space
///     slow.bin          comes at 64 KB/s
///     busy-once.dat     is refused with 450 the first time
///     latest            a link to notes/today.txt
///     empty/  many/  names/  notes/  site/
public final class DemoTree: Sendable {
    public let path: [UInt8]
    /// What the server has to be told so that the slow file is slow and the busy one busy.
    public static let faults: Set<Fault> = [
        .slow(Array("slow.bin".utf8), bytesPerSecond: 64 << 10), .busyOnce(Array("busy-once.dat".utf8)),
    ]

    private static let prefix = "portside-demo-"
    private let lock: DirectoryLock?

    /// Blocks for as long as it takes to write some hundred small files.
    public init() throws(TransportError) {
        Self.removeAbandoned()
        path = try LocalDirectory.makeTemporary(prefix: Self.prefix)
        lock = DirectoryLock(path)
        do {
            try fill()
        } catch {
            try? LocalDirectory.removeTree(path)
            throw error
        }
    }

    deinit {
        remove()
    }

    /// Removes it all. Once is enough, more do no harm.
    public func remove() {
        try? LocalDirectory.removeTree(path)
    }

    /// Trees whose process was killed: ours, not locked, and not so young that their lock may be on the way.
    private static func removeAbandoned() {
        let parent = LocalDirectory.temporary
        let now = wallClockNanoseconds() / 1_000_000_000
        guard let entries = try? LocalDirectory.entries(of: parent) else { return }
        for entry in entries where entry.name.starts(with: Array(prefix.utf8)) {
            let place = parent + [slash] + entry.name
            guard entry.status.kind == .directory, entry.status.owner == LocalDirectory.ownUser,
                entry.status.modified < now - 60, let lock = DirectoryLock(place)
            else { continue }
            try? LocalDirectory.removeTree(place)
            _ = consume lock
        }
    }

    // MARK: What is in it

    private func fill() throws(TransportError) {
        try write("README.txt", demoReadme, daysAgo: 0)
        try writeSparse("large.iso", size: 512 << 20, daysAgo: 40)
        try write("slow.bin", pattern(4 << 20), daysAgo: 3)
        try write("busy-once.dat", pattern(200 << 10), daysAgo: 1)
        try directory("empty")
        try directory("many")
        for number in 1...300 {
            let digits = String(number)
            let padded = String(repeating: "0", count: 3 - digits.count) + digits
            try write("many/entry-\(padded).txt", "This is file \(padded) of 300.\n", daysAgo: number)
        }
        try directory("names")
        for name in demoNames {
            try write("names/\(name)", "The name of this file is “\(name)”.\n", daysAgo: 7)
        }
        let latin1 = Array("names/caf".utf8) + [0xE9] + Array(" in Latin-1.txt".utf8)
        try write(latin1, Array("The name of this file is not UTF-8.\n".utf8), daysAgo: 7)
        try directory("notes")
        try write("notes/today.txt", "Read me in the viewer, or copy me.\n", daysAgo: 0)
        try write("notes/last year.txt", "A listing shows my year instead of a time.\n", daysAgo: 400)
        try write("notes/empty.txt", "", daysAgo: 12)
        try write("notes/.hidden", "You asked for hidden files.\n", daysAgo: 12)
        try directory("site")
        try directory("site/pages")
        try directory("site/images")
        try write("site/index.html", "<!doctype html><title>Demo</title><h1>It works</h1>\n", daysAgo: 20)
        for name in ["about", "contact", "news"] {
            try write("site/pages/\(name).html", "<!doctype html><title>\(name)</title>\n", daysAgo: 21)
        }
        for number in 1...8 {
            try write("site/images/harbour-\(number).jpg", pattern(90_000 + number * 7_919), daysAgo: number)
        }
        try makeLink("latest", to: "notes/today.txt")
        try makeLink("site/home", to: "..")
    }

    private func place(_ name: [UInt8]) -> [UInt8] { path + [slash] + name }

    private func directory(_ name: String) throws(TransportError) {
        try LocalDirectory.make(place(Array(name.utf8)))
    }

    private func makeLink(_ name: String, to target: String) throws(TransportError) {
        try LocalDirectory.makeLink(at: place(Array(name.utf8)), to: Array(target.utf8))
    }

    private func write(_ name: String, _ text: String, daysAgo: Int) throws(TransportError) {
        try write(Array(name.utf8), Array(text.utf8), daysAgo: daysAgo)
    }

    private func write(_ name: String, _ bytes: [UInt8], daysAgo: Int) throws(TransportError) {
        try write(Array(name.utf8), bytes, daysAgo: daysAgo)
    }

    private func write(_ name: [UInt8], _ bytes: [UInt8], daysAgo: Int) throws(TransportError) {
        let file = try LocalFile.create(place(name))
        try file.write(bytes, at: 0)
        file.setModified(Self.moment(daysAgo))
        try file.close()
    }

    private func writeSparse(_ name: String, size: Int64, daysAgo: Int) throws(TransportError) {
        let file = try LocalFile.create(place(Array(name.utf8)))
        try file.truncate(to: size)
        file.setModified(Self.moment(daysAgo))
        try file.close()
    }

    private static func moment(_ daysAgo: Int) -> Int64 {
        wallClockNanoseconds() / 1_000_000_000 - Int64(daysAgo) * 86_400
    }

    /// Bytes that differ from each other, the same every time.
    private func pattern(_ count: Int) -> [UInt8] {
        var state: UInt32 = 0x2545_F491
        let words = (0..<(count + 3) / 4).map { _ in
            state = state &* 1_664_525 &+ 1_013_904_223
            return state
        }
        return words.withUnsafeBytes { Array($0.prefix(count)) }
    }
}
