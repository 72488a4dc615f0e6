import Foundation
import Glibc
import TestSupport
import Testing
import Transport

@Suite struct LastDirectoryTests {
    private let ground: TemporaryDirectory
    private let last = LastDirectory()

    init() throws {
        ground = try TemporaryDirectory()
        try ground.makeDirectory("top")
        try ground.makeDirectory("top/in")
    }

    private var path: [UInt8] { Array(ground.path(of: "top/in").utf8) }

    private func open() throws -> OpenDirectory { try last.open(path, depth: 1, making: true) }

    private func isOpen(_ name: String) throws -> Bool {
        let wanted = ground.path(of: name)
        let files = FileManager.default
        return try files.contentsOfDirectory(atPath: "/proc/self/fd").contains {
            (try? files.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)")) == wanted
        }
    }

    @Test func isTheSameAsLongAsThePathLeadsThere() throws {
        #expect(try open() === open())
    }

    @Test func anotherDirectoryIsOpenedAndTheOneBeforeClosed() throws {
        _ = try open()
        let other = try last.open(Array(ground.path(of: "top").utf8), depth: 0, making: false)
        #expect(other.path == Array(ground.path(of: "top").utf8))
        #expect(try !isOpen("top/in"))
    }

    @Test func whatWasMovedAwayIsMadeAnew() throws {
        let before = try open()
        #expect(rename(ground.path(of: "top/in"), ground.path(of: "top/moved")) == 0)
        let now = try open()
        #expect(now !== before)
        _ = try now.create(Array("file".utf8))
        #expect(try ground.contents(of: "top/in/file") == [])
    }

    @Test func whatWasRemovedAndMadeAgainIsNotTakenForTheSame() throws {
        let before = try open()
        #expect(rmdir(ground.path(of: "top/in")) == 0 && mkdir(ground.path(of: "top/in"), 0o700) == 0)
        #expect(try open() !== before)
    }

    @Test func aLinkInItsPlaceIsRefusedAsEver() throws {
        _ = try open()
        try ground.makeDirectory("elsewhere")
        #expect(rmdir(ground.path(of: "top/in")) == 0)
        #expect(symlink(ground.path(of: "elsewhere"), ground.path(of: "top/in")) == 0)
        #expect(throws: TransportError.self) { try open() }
    }

    @Test func whatIsLetGoIsClosed() throws {
        _ = try open()
        #expect(try isOpen("top/in"))
        last.letGo()
        #expect(try !isOpen("top/in"))
    }
}
