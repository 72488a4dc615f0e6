import Glibc
import Synchronization
import TestSupport
import Testing
import Transport

@testable import Engine

/// Lines between two processes of one user.
struct LineLinkTests {
    private final class Heard: Sendable {
        private let lines = Mutex<[String]>([])
        private let isOver = Mutex(false)

        func take(_ line: String) { lines.withLock { $0.append(line) } }
        func end() { isOver.withLock { $0 = true } }
        var all: [String] { lines.withLock { $0 } }
        var hasEnded: Bool { isOver.withLock { $0 } }
    }

    private func pair() throws -> (LineLink, LineLink) {
        let (one, other) = try #require(LocalSocket.pair())
        return (LineLink(one), LineLink(other))
    }

    @Test func linesArriveWholeAndInOrderWhateverTheirLength() throws {
        let (sender, receiver) = try pair()
        let heard = Heard()
        receiver.listen({ heard.take($0) }, ended: { heard.end() })
        let lines = [0, 1, 65_535, 65_536, 65_537, 300_000, 5].map { String(repeating: "x", count: $0) }
        for line in lines { sender.send { line } }
        try eventually("all lines") { heard.all.count == lines.count }
        #expect(heard.all == lines)
        sender.finish()
        try eventually("the end") { heard.hasEnded }
    }

    /// Whoever is stopped with ^Z and comes back sees how it is now, not everything since.
    @Test func ofWhatReplacesOneAnotherOnlyTheNewestWaits() throws {
        let (sender, receiver) = try pair()
        // More than the kernel keeps: what comes behind it waits.
        let first = String(repeating: "x", count: 4 << 20)
        sender.send { first }
        for number in 0..<1_000 {
            sender.send(.newestOnly) { "picture \(number)" }
            sender.send(.mayGo) { "line \(number)" }
        }
        for number in 0..<5_000 { sender.send(.mayGo) { "late \(number)" } }
        sender.send { "kept" }
        let heard = Heard()
        receiver.listen({ heard.take($0) }, ended: {})
        try eventually("the last line") { heard.all.last == "kept" }
        let pictures = heard.all.filter { $0.hasPrefix("picture") }
        #expect(pictures.last == "picture 999" && pictures.count < 10, "\(pictures.count)")
        #expect(heard.all.filter { $0.hasPrefix("l") }.count <= LineLink.mostWaiting)
        #expect(heard.all.contains("late 4999") && !heard.all.contains("line 500"))
    }

    @Test func whoSendsNoLineEndsIsHungUpOn() throws {
        let (one, other) = try #require(LocalSocket.pair())
        let heard = Heard()
        LineLink(other).listen({ heard.take($0) }, ended: { heard.end() })
        let piece = [UInt8](repeating: 0x78, count: 1 << 20)
        var pieces = 0
        while pieces < 64, one.write(piece) { pieces += 1 }
        try eventually("the end") { heard.hasEnded }
        #expect(heard.all.isEmpty && pieces <= 10, "\(pieces) MiB")
    }

    @Test func aNameIsOnlyForItsOwnerAndTakesThePlaceOfADeadOne() throws {
        let directory = try TemporaryDirectory()
        // Longer than an address of a socket can be.
        let long = (0..<4).map { _ in String(repeating: "d", count: 60) }.joined(separator: "/")
        var path = ""
        for part in long.split(separator: "/") {
            path += path.isEmpty ? "\(part)" : "/\(part)"
            try directory.makeDirectory(path)
        }
        let place = directory.path(of: long)
        let heard = Heard()
        // One that nobody listens at any more.
        do { _ = try #require(LocalListener("socket", in: place)) }
        #expect(LocalSocket.connect(to: "socket", in: place) == nil)
        let server = try #require(
            LineServer("socket", in: place) { link in
                link.listen({ heard.take($0) }, ended: { heard.end() })
            })
        var status = stat()
        #expect(stat(place + "/socket", &status) == 0 && status.st_mode & 0o777 == 0o600)
        let socket = try #require(LocalSocket.connect(to: "socket", in: place))
        #expect(socket.write(Array("hello\n".utf8)))
        try eventually("the line") { heard.all == ["hello"] }
        server.stop()
        #expect(LocalSocket.connect(to: "socket", in: place) == nil)
        #expect(access(place + "/socket", F_OK) != 0)
    }
}
