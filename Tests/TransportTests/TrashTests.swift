import Glibc
import TestSupport
import Testing
import Transport

/// What is deleted waits in the trash, as other programs know it.
@Suite struct TrashTests {
    private func text(_ directory: TemporaryDirectory, _ path: String) throws -> String {
        String(decoding: try directory.contents(of: path) ?? [], as: UTF8.self)
    }

    private func names(_ directory: TemporaryDirectory, _ path: String) throws -> [String] {
        try LocalDirectory.entries(of: directory.place(path)).map { String(decoding: $0.name, as: UTF8.self) }
            .sorted()
    }

    @Test func aFileGoesToTheTrashOfItsUserWithANoteOfWhereItWas() throws {
        let directory = try TemporaryDirectory()
        try directory.makeDirectory("desk")
        try directory.write([1], to: "desk/café 1%.txt")
        let home = directory.place("data/Trash")
        let path = directory.place("desk/café 1%.txt")
        let trash = try #require(try Trash.serving(path, home: home))
        #expect(trash.directory == home)
        #expect(try trash.take(path) == directory.place("data/Trash/files/café 1%.txt"))
        #expect(try LocalDirectory.status(of: path) == nil)
        #expect(try directory.contents(of: "data/Trash/files/café 1%.txt") == [1])
        let lines = try text(directory, "data/Trash/info/café 1%.txt.trashinfo").split(separator: "\n")
        #expect(lines.count == 3 && lines[0] == "[Trash Info]")
        #expect(lines[1].hasSuffix("/desk/caf%C3%A9%201%25.txt") && lines[1].hasPrefix("Path=/"))
        #expect(lines[2].wholeMatch(of: #/DeletionDate=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/#) != nil)
        #expect(try LocalDirectory.status(of: home)?.mode == 0o700)
    }

    @Test func theSameNameAgainGetsANumberAndNothingIsReplaced() throws {
        let directory = try TemporaryDirectory()
        let home = directory.place("Trash")
        for content in 1...3 as ClosedRange<UInt8> {
            try directory.write([content], to: "a")
            _ = try #require(try Trash.serving(directory.place("a"), home: home)).take(directory.place("a"))
        }
        #expect(try names(directory, "Trash/files") == ["a", "a.2", "a.3"])
        #expect(try names(directory, "Trash/info") == ["a.2.trashinfo", "a.3.trashinfo", "a.trashinfo"])
        #expect(try directory.contents(of: "Trash/files/a.2") == [2])
    }

    @Test func whatIsTakenBackIsWhereItWasAndReplacesNothing() throws {
        let directory = try TemporaryDirectory()
        let home = directory.place("Trash")
        let path = directory.place("a")
        try directory.write([1], to: "a")
        let taken = try #require(try Trash.serving(path, home: home)).take(path)
        try directory.write([2], to: "a")
        #expect(throws: TransportError.self) { try Trash.giveBack(taken, to: path) }
        #expect(try directory.contents(of: "a") == [2])
        try LocalDirectory.removeFile(path)
        try Trash.giveBack(taken, to: path)
        #expect(try directory.contents(of: "a") == [1])
        #expect(try names(directory, "Trash/files").isEmpty && names(directory, "Trash/info").isEmpty)
    }

    @Test func aFolderGoesWholeAndALinkGoesItself() throws {
        let directory = try TemporaryDirectory()
        let home = directory.place("Trash")
        try directory.makeDirectory("tree")
        try directory.write([1], to: "tree/file")
        try LocalDirectory.makeLink(at: directory.place("link"), to: Array("tree".utf8))
        for name in ["link", "tree"] {
            _ = try #require(try Trash.serving(directory.place(name), home: home)).take(directory.place(name))
        }
        #expect(try directory.contents(of: "Trash/files/tree/file") == [1])
        #expect(
            try LocalDirectory.status(of: directory.place("Trash/files/link"), followingLinks: false)?.kind
                == .link)
    }

    @Test func whatLiesInTheTrashOrHoldsItHasNone() throws {
        let directory = try TemporaryDirectory()
        let home = directory.place("data/Trash")
        try directory.makeDirectory("data")
        try directory.makeDirectory("data/Trash")
        try directory.makeDirectory("data/Trash/files")
        try directory.write([1], to: "data/Trash/files/a")
        for path in ["data/Trash/files/a", "data/Trash", "data"] {
            #expect(try Trash.serving(directory.place(path), home: home) == nil)
        }
        #expect(throws: TransportError.self) { try Trash.serving(directory.place("none"), home: home) }
    }

    @Test func aFileThatCannotBeMovedStaysAndLeavesNoNote() throws {
        let directory = try TemporaryDirectory()
        let home = directory.place("Trash")
        try directory.write([1], to: "a")
        let trash = try #require(try Trash.serving(directory.place("a"), home: home))
        try LocalDirectory.removeFile(directory.place("a"))
        #expect(throws: TransportError.self) { try trash.take(directory.place("a")) }
        #expect(try names(directory, "Trash/info") == [])
    }

    /// Another file system than home's, where the machine has one to write to.
    @Test(.enabled(if: access("/dev/shm", W_OK) == 0))
    func onAnotherFileSystemTheTrashIsAtItsTop() throws {
        let here = try TemporaryDirectory()
        var template = Array("/dev/shm/portside-trash-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        let other = template.dropLast().map { UInt8(bitPattern: $0) }
        let trashes = "/dev/shm/.Trash-\(geteuid())"
        let wasThere = access(trashes, F_OK) == 0
        defer {
            try? LocalDirectory.removeTree(wasThere ? other : Array(trashes.utf8))
            try? LocalDirectory.removeTree(other)
        }
        let device = try LocalDirectory.status(of: here.place("."))?.device
        guard try LocalDirectory.status(of: other)?.device != device else { return }
        let path = other + Array("/a".utf8)
        try LocalFile.create(path).close()
        let trash = try #require(try Trash.serving(path, home: here.place("Trash")))
        #expect(trash.directory == Array(trashes.utf8))
        let kept = try trash.take(path)
        #expect(kept.starts(with: Array("\(trashes)/files/a".utf8)))
        let name = String(decoding: kept.suffix(from: trashes.utf8.count + 7), as: UTF8.self)
        let note = try LocalFile.contents(of: "\(trashes)/info/\(name).trashinfo")
        let relative = String(decoding: other.dropFirst("/dev/shm/".utf8.count), as: UTF8.self)
        #expect(String(decoding: note, as: UTF8.self).contains("Path=\(relative)/a\n"))
        if wasThere {
            try LocalDirectory.removeFile(kept)
            try LocalDirectory.removeFile(Array("\(trashes)/info/\(name).trashinfo".utf8))
        }
    }

    @Test func countsWhatIsInATreeAndNeverFollowsALink() throws {
        let directory = try TemporaryDirectory()
        try directory.makeDirectory("tree")
        try directory.makeDirectory("tree/sub")
        try directory.write([1, 2, 3], to: "tree/sub/a")
        try directory.write([4], to: "tree/b")
        try LocalDirectory.makeLink(at: directory.place("tree/up"), to: Array("..".utf8))
        let count = TreeCount(of: [directory.place("tree"), directory.place("gone")], until: .never)
        #expect(count.files == 3 && count.directories == 2 && count.bytes == 4 && count.isComplete)
        let some = TreeCount(of: [directory.place("tree")], until: .never, mostEntries: 2)
        #expect(!some.isComplete && some.files < 3)
        #expect(!TreeCount(of: [directory.place("tree")], until: .after(.zero)).isComplete)
    }
}
