import FTPProtocol
import Testing
import Transfers

@Suite struct PreflightTests {
    private func entry(_ name: String, _ size: Int64? = 10) -> MirrorSide.Entry {
        MirrorSide.Entry(name: Array(name.utf8), kind: .file, size: size)
    }

    private func plain(_ bytes: Int64) -> String { "\(bytes) B" }

    @Test func countsFilesAndBytesAndNamesWhatIsThereAlready() {
        var preflight = Preflight()
        preflight.free = 100
        preflight.take("", source: [entry("a"), entry("b", nil)], destination: [entry("b"), entry("c")])
        preflight.take("sub", source: [entry("b")], destination: [entry("b")])
        #expect(preflight.summary(size: plain) == "3 files, at least 20 B; 100 B free")
        #expect(preflight.findings(size: plain) == ["2 are there already: b, sub/b"])
        #expect(!preflight.isBlocked)
    }

    @Test func whatIsMoreThanThereIsRoomForIsBlocked() {
        var preflight = Preflight()
        preflight.free = 5
        preflight.take("", source: [entry("a", .max), entry("b", .max)], destination: [])
        #expect(preflight.isBlocked && preflight.bytes == .max)
        #expect(preflight.findings(size: plain).first?.hasPrefix("there is not enough space") == true)
    }

    @Test func namesThatDifferInCaseOnlyClashWhereCaseIsNotTold() {
        for folds in [true, false] {
            var preflight = Preflight(.init(foldsCase: folds))
            preflight.take(
                "", source: [entry("README"), entry("readme"), entry("Notes")], destination: [entry("notes")])
            #expect(preflight.clashes.count == (folds ? 2 : 0))
        }
    }

    @Test(arguments: ["aux.txt", "COM1", "a:b", "what?", "end.", "end "])
    func whatWindowsKeepsForItselfIsNamed(_ name: String) {
        var windows = Preflight(.init(isWindows: true))
        var other = Preflight()
        for each in [name, "good.txt"] {
            windows.take("", source: [entry(each)], destination: [])
            other.take("", source: [entry(each)], destination: [])
        }
        #expect(windows.unusable.count == 1 && other.unusable.count == 0)
    }

    @Test func aNameThatNoDiskTakesIsNamedOnBothSides() {
        var preflight = Preflight()
        preflight.take("", source: [entry(String(repeating: "x", count: 256))], destination: [])
        #expect(preflight.unusable.count == 1)
    }
}
