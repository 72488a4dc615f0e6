import Glibc
import TestSupport
import Testing
import Transport

@Suite struct LocalDirectoryTests {
    @Test func listsEverythingButItselfAndItsParent() throws {
        let directory = try TemporaryDirectory()
        try directory.makeDirectory("sub")
        try directory.write([1, 2], to: ".hidden")
        try directory.write([], toBytes: Array("caf".utf8) + [0xE9])
        try LocalDirectory.makeLink(at: directory.place("link"), to: Array("sub".utf8))
        try LocalDirectory.makeLink(at: directory.place("broken"), to: Array("nowhere".utf8))
        let entries = try LocalDirectory.entries(of: directory.place("."))
        #expect(entries.count == 5)
        let link = try #require(entries.first { $0.name == Array("link".utf8) })
        #expect(link.status.kind == .link)
        #expect(link.target == Array("sub".utf8))
        #expect(link.leadsToDirectory)
        let broken = try #require(entries.first { $0.name == Array("broken".utf8) })
        #expect(!broken.leadsToDirectory)
        let hidden = try #require(entries.first { $0.name == Array(".hidden".utf8) })
        #expect(hidden.status.size == 2)
        #expect(entries.contains { $0.name == Array("caf".utf8) + [0xE9] })
    }

    @Test func renamesWithoutReplacing() throws {
        let directory = try TemporaryDirectory()
        try directory.write([1], to: "new")
        try directory.write([2], to: "old")
        let error = #expect(throws: TransportError.self) {
            try LocalDirectory.rename(directory.place("new"), to: directory.place("old"), replacing: false)
        }
        #expect(error?.meansExists == true)
        #expect(try directory.contents(of: "old") == [2])
        #expect(try directory.contents(of: "new") == [1])
        try LocalDirectory.rename(directory.place("new"), to: directory.place("other"), replacing: false)
        #expect(try directory.contents(of: "other") == [1])
        try LocalDirectory.rename(directory.place("other"), to: directory.place("old"), replacing: true)
        #expect(try directory.contents(of: "old") == [1])
    }

    @Test func removesATreeAndNeverFollowsALink() throws {
        let directory = try TemporaryDirectory()
        try directory.makeDirectory("keep")
        try directory.write([1], to: "keep/file")
        try directory.makeDirectory("tree")
        try directory.makeDirectory("tree/deep")
        try directory.write([1], to: "tree/deep/file")
        try LocalDirectory.makeLink(at: directory.place("tree/out"), to: directory.place("keep"))
        try LocalDirectory.makeLink(at: directory.place("tree/deep/up"), to: Array("../..".utf8))
        try LocalDirectory.removeTree(directory.place("tree"))
        #expect(try LocalDirectory.status(of: directory.place("tree")) == nil)
        #expect(try directory.contents(of: "keep/file") == [1])
        try LocalDirectory.makeLink(at: directory.place("link"), to: Array("keep".utf8))
        try LocalDirectory.removeTree(directory.place("link"))
        #expect(try directory.contents(of: "keep/file") == [1])
        #expect(throws: TransportError.self) { try LocalDirectory.removeTree(directory.place("nothing")) }
    }

    @Test func makesWhatIsMissingAbove() throws {
        let directory = try TemporaryDirectory()
        try LocalDirectory.makeWithParents(directory.place("a/b/c"))
        try LocalDirectory.makeWithParents(directory.place("a/b/c"))
        #expect(try LocalDirectory.status(of: directory.place("a/b/c"))?.kind == .directory)
        try directory.write([], to: "file")
        #expect(throws: TransportError.self) {
            try LocalDirectory.makeWithParents(directory.place("file/below"))
        }
    }

    @Test func onlyAnEmptyDirectoryIsRemoved() throws {
        let directory = try TemporaryDirectory()
        try directory.makeDirectory("full")
        try directory.write([], to: "full/file")
        let error = #expect(throws: TransportError.self) {
            try LocalDirectory.remove(directory.place("full"))
        }
        #expect(error?.meansNotEmpty == true)
    }

    @Test func resolvesLinksAndDots() throws {
        let directory = try TemporaryDirectory()
        try directory.makeDirectory("real")
        try LocalDirectory.makeLink(at: directory.place("link"), to: Array("real".utf8))
        #expect(LocalDirectory.resolved(directory.place("link/../real/.")) == directory.place("real"))
        #expect(LocalDirectory.resolved(directory.place("nothing")) == nil)
    }

    @Test func aLockedDirectoryIsLockedForOthersUntilItsOwnerGoes() throws {
        let directory = try TemporaryDirectory()
        let place = Array(directory.path.utf8)
        do {
            let lock = DirectoryLock(place)
            let isHeld = lock != nil
            #expect(isHeld)
            let isAvailable = DirectoryLock(place) != nil
            #expect(!isAvailable)
            _ = consume lock
        }
        let isAvailable = DirectoryLock(place) != nil
        #expect(isAvailable)
    }
}

@Suite struct LocalFileTests {
    @Test func createsOnlyWhatIsNotThere() throws {
        let directory = try TemporaryDirectory()
        try directory.write([1], to: "file")
        let error = #expect(throws: TransportError.self) {
            _ = try LocalFile.create(directory.place("file"))
        }
        #expect(error?.meansExists == true)
    }

    @Test func writesThroughNoLink() throws {
        let directory = try TemporaryDirectory()
        try directory.write([1], to: "target")
        try LocalDirectory.makeLink(at: directory.place("link"), to: Array("target".utf8))
        #expect(throws: TransportError.self) {
            _ = try LocalFile.openForWriting(directory.place("link"), truncating: true)
        }
        #expect(try directory.contents(of: "target") == [1])
    }

    @Test func saysThatTheDiskIsFull() throws {
        let file = try LocalFile.openForWriting(Array("/dev/full".utf8), truncating: false)
        let error = #expect(throws: TransportError.self) { try file.write([1, 2, 3], at: 0) }
        #expect(error?.isDiskFull == true)
    }

    @Test func keepsATimeToTheSecond() throws {
        let directory = try TemporaryDirectory()
        let file = try LocalFile.create(directory.place("file"))
        file.setModified(1_000_000_000)
        #expect(try file.status().modified == 1_000_000_000)
    }

    @Test func doesNotHangOnANamedPipe() throws {
        let directory = try TemporaryDirectory()
        #expect(mkfifo(directory.path(of: "pipe"), 0o600) == 0)
        let file = try LocalFile.openForReading(directory.place("pipe"))
        #expect(try file.status().kind == .other)
        try file.close()
        #expect(throws: TransportError.self) {
            _ = try LocalFile.openForWriting(directory.place("pipe"), truncating: false)
        }
    }
}
