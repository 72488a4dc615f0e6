import FTPProtocol
import Testing
import Transfers

@testable import Interface

/// What somebody who had never seen the program stumbled over.

private func requests(_ effects: [Effect]) -> [Request] {
    effects.compactMap { if case .request(let request) = $0 { request } else { nil } }
}

private func type(_ text: String, _ model: inout Model) {
    for scalar in text.unicodeScalars { _ = handle(.character(scalar), &model) }
}

private func screen(_ model: Model) -> [String] { view(model, size: model.size).text }

private func connect(_ model: inout Model, to site: Site) {
    _ = update(&model, .engine(.connection(.connecting(site))))
    _ = update(&model, .engine(.connection(.connected(site, sampleFacts))))
}

@Test func theTabCallsOnlyTheDemosOwnServerTheDemoServer() {
    var model = Model(
        size: size(120, 36), now: sampleNow, directory: LocalPath("/"), localHome: LocalPath("/"),
        isDemo: true, utcOffset: { _ in 0 })
    connect(&model, to: Site(host: "127.0.0.1", port: 40_000, user: "demo", encryption: .none))
    #expect(screen(model)[0].hasPrefix(" 1 demo server "))
    #expect(model.windowTitle == "demo server — portside")
    connect(&model, to: sampleSite)
    #expect(screen(model)[0].hasPrefix(" 1 archive.example.org "))
    #expect(model.windowTitle == "archive.example.org — portside")
}

@Test func aServerOnThisMachineIsNotTheDemoUnlessItWasAskedFor() {
    var model = freshModel()
    let site = Site(host: "127.0.0.1", port: 40_000, user: "demo", encryption: .none)
    connect(&model, to: site)
    #expect(screen(model)[0].hasPrefix(" 1 127.0.0.1:40000 "))
    _ = update(&model, .demoAsked)
    connect(&model, to: Site(host: "127.0.0.1", port: 40_001, user: "demo", encryption: .none))
    #expect(screen(model)[0].hasPrefix(" 1 demo server "))
}

@Test func aRawCommandTypedWithoutAConnectionRunsNothingElse() {
    var model = freshModel()
    var effects: [Effect] = []
    for scalar in "QXq x".unicodeScalars { effects += handle(.character(scalar), &model) }
    #expect(!effects.contains(.quit))
    #expect(screen(model).joined().contains(" Xq x"))
    #expect(requests(handle(.enter, &model)).isEmpty)
    #expect(screen(model).joined().contains("Not connected"))
}

@Test func aRawCommandAfterTheConnectionWasLostConnectsAgain() {
    var model = sampleModel()
    _ = update(&model, .engine(.connection(.lost(sampleSite, reason: "421 idle"))))
    _ = handle("Q", &model)
    type("NOOP", &model)
    #expect(requests(handle(.enter, &model)).contains(.remote(.raw(Array("NOOP".utf8)))))
}

@Test func deletingAFolderNamesNoBytesNobodyHasCounted() {
    var model = sampleModel()
    model.remote.clearMarks()
    model.remote.moveCursor(toName: Array("pool".utf8))
    _ = handle(.function(8), &model)
    let text = screen(model).joined()
    #expect(text.contains("1 folder on the server:"))
    #expect(!text.contains("0 B"))
}

@Test func leftOfTheFirstButtonIsNotTheLastOne() {
    var model = sampleModel()
    _ = handle(.function(8), &model)
    _ = handle(.left, &model)
    #expect(requests(handle(.enter, &model)).isEmpty)
    _ = handle("q", &model)
    _ = handle(.left, &model)
    #expect(handle(.enter, &model).contains(.goOnInBackground))
}

@Test func stoppingAConnectReadsAsStoppedAndKeepsTheAddress() {
    var model = freshModel()
    type("ftp.example.org", &model)
    _ = handle(.enter, &model)
    let site = Site(host: "ftp.example.org")
    _ = update(&model, .engine(.connection(.connecting(site))))
    #expect(requests(handle(.escape, &model)).contains(.remote(.stop)))
    _ = update(&model, .engine(.connection(.failed(site, "interrupted"))))
    let text = screen(model).joined()
    #expect(model.toasts.isEmpty)
    #expect(!text.contains("interrupted") && !text.contains("failed"))
    #expect(text.contains("ftp.example.org stopped by you"))
    #expect(model.home.address.text == "ftp.example.org")
    #expect(
        requests(handle(.control("r"), &model)).contains(
            .remote(.connect(site, password: nil, directory: nil))))
}

@Test func stoppingAListingIsNoLostConnection() {
    var model = sampleModel()
    model.remote.moveCursor(toName: Array("pool".utf8))
    _ = handle(.enter, &model)
    let ticket = model.lastTicket
    #expect(requests(handle(.escape, &model)).contains(.remote(.stop)))
    _ = update(&model, .engine(.listingFailed(.remote, ticket, "interrupted")))
    _ = update(&model, .engine(.connection(.lost(sampleSite, reason: "interrupted"))))
    let text = screen(model).joined()
    #expect(model.toasts.isEmpty)
    #expect(!text.contains("interrupted") && !text.contains(" lost"))
    #expect(text.contains("Stopped by you."))
    #expect(requests(handle(.control("r"), &model)).count >= 1)
}

@Test func theStatusLineTellsWhyAConnectionWasLostAndNotItsNameTwice() {
    var model = sampleModel()
    let reason = "archive.example.org: the server closed the connection after 5 minutes of silence"
    _ = update(&model, .engine(.connection(.lost(sampleSite, reason: reason))))
    #expect(
        screen(model)[34].contains(
            "! archive.example.org lost: the server closed the connection after 5 minutes of silence"))
}

@Test func typingIntoTheConnectBoxReplacesTheAddressAndDropsTheUserOfTheOldHost() {
    var model = sampleModel()
    _ = handle(.function(2), &model)
    #expect(screen(model).contains { $0.contains("Address  archive.example.org") })
    #expect(screen(model).contains { $0.contains("User  alice") })
    type("other.example.org", &model)
    #expect(screen(model).contains { $0.contains("Address  other.example.org") })
    var site = Site(host: "other.example.org")
    site.dataMode = .auto
    #expect(
        requests(handle(.enter, &model)).contains(
            .remote(.connect(site, password: nil, directory: nil))))
}

@Test func anArrowKeepsWhatIsInTheConnectBox() {
    var model = sampleModel()
    _ = handle(.function(2), &model)
    _ = handle(.right, &model)
    type("/pub", &model)
    #expect(screen(model).contains { $0.contains("Address  archive.example.org/pub") })
    #expect(screen(model).contains { $0.contains("User  alice") })
}

@Test func theRemotePaneHasTheKeysAfterConnecting() {
    var model = sampleModel()
    _ = handle("1", &model)
    _ = handle(.function(2), &model)
    _ = handle(.enter, &model)
    #expect(model.focus == .remote)
}

@Test func aConnectionLostLongAfterAStopIsLost() {
    var model = sampleModel()
    _ = handle(.control("r"), &model)
    _ = handle(.control("g"), &model)
    model.now += 60_000_000_000
    _ = update(&model, .engine(.connection(.lost(sampleSite, reason: "reset by peer"))))
    #expect(model.toasts.contains { $0.text.contains("reset by peer") })
}

@Test func copyingWhatIsUnderTheCursorLeavesTheCursorThere() {
    var model = sampleModel()
    model.remote.clearMarks()
    let row = model.remote.cursor
    _ = handle(.function(5), &model)
    #expect(model.remote.cursor == row)
}

@Test func aKeyThatDoesNothingSaysSo() {
    var model = sampleModel()
    _ = handle("Z", &model)
    #expect(model.toasts.map(\.text) == ["Z does nothing here; ? shows the keys."])
    _ = handle(.focusGained, &model)
    #expect(model.toasts.count == 1)
}

@Test func theFunctionBarNamesWhatTheKeysDo() {
    let model = sampleModel()
    let bar = screen(model)[35]
    #expect(bar.contains("6Rename") && !bar.contains("Move"))
    #expect(bar.contains("9Menu"))
}

@Test func escClearsTheSearchOfTheHelpBeforeItClosesThePage() {
    var model = sampleModel()
    _ = handle(.function(1), &model)
    type("filter", &model)
    #expect(!screen(model).joined().contains("raw command"))
    _ = handle(.escape, &model)
    #expect(screen(model).joined().contains("raw command"))
    _ = handle(.escape, &model)
    #expect(model.dialogs.isEmpty)
}

@Test func jumpingToANameThatIsNotThereSaysSo() {
    var model = sampleModel()
    let row = model.remote.cursor
    _ = handle(.control("s"), &model)
    type("qqq", &model)
    #expect(screen(model)[18].contains("Jump to  qqq"))
    #expect(screen(model)[18].contains(" no such name "))
    #expect(model.remote.cursor == row)
    for _ in 0..<3 { _ = handle(.backspace, &model) }
    type("README", &model)
    #expect(!screen(model)[18].contains("no such name"))
}

@Test(arguments: [size(120, 36), size(80, 24)])
func aMessageLeavesTheNewestLinesOfTheLogInSight(_ size: Size) {
    var model = sampleModel(size.columns, size.rows)
    let before = screen(model)
    _ = update(&model, .engine(.notice("one thing to know")))
    let after = screen(model)
    #expect(after.contains { $0.contains("one thing to know") })
    let log = Layout(model, size: size)[.log]?.row ?? 0
    #expect(log > 0)
    #expect(Array(before[log...]) == Array(after[log...]))
}

@Test func theFooterOfAPaneIsCutWithAnEllipsis() {
    var model = sampleModel(80, 24)
    model.local.clearMarks()
    model.local.filter = "a very long filter that nobody types by hand"
    #expect(screen(model)[13].contains("…"))
    let pieces = [Piece("abc", .text), Piece("def", .text)]
    #expect(clipped(pieces, to: 5).map(\.text) == ["abc", "d…"])
    #expect(clipped(pieces, to: 3).map(\.text) == ["ab…"])
    #expect(clipped(pieces, to: 6).map(\.text) == ["abc", "def"])
}

@Test func numbersAreGroupedEverywhere() {
    var model = sampleModel()
    _ = handle(.control("r"), &model)
    answerListing(&model, .remote, (0..<10_000).map { file("f\($0)", 1) }, command: "MLSD")
    #expect(screen(model)[18].contains("10 000 items"))
    _ = handle("/", &model)
    type("f1", &model)
    _ = handle(.enter, &model)
    #expect(screen(model)[18].contains("1 111 of 10 000 match"))
}

@Test func theFirstScreenStaysInsideItsPane() {
    for columns in 80...100 {
        let model = freshModel(columns, 24)
        let frame = view(model, size: model.size)
        #expect(frame.text[4].contains("a host or a URL"))
        #expect(!frame.text[4].contains("Enter co") || frame.text[4].contains("Enter connects"))
        for row in 2...12 { #expect("│┘".contains(frame[columns - 1, row].text), "\(columns) columns") }
    }
}

@Test func theKeysOfTheButtonsStandBelowThem() {
    var model = sampleModel()
    var snapshot = sampleQueue
    snapshot.rows[0].transfer.state = .asking(.destinationExists(size: 100, modified: nil))
    snapshot.counts.asking = 1
    _ = update(&model, .engine(.queue(snapshot)))
    _ = handle("A", &model)
    let lines = screen(model)
    let row = lines.firstIndex { $0.contains(" Resume ") && $0.contains(" Skip ") } ?? 0
    for (word, key) in [("Resume", "r"), ("Overwrite", "o"), ("Rename", "a"), ("Skip", "k")] {
        let line = Array(lines[row])
        let at = line.indices.first { line[$0...].starts(with: word) } ?? 0
        #expect(String(Array(lines[row + 1])[at]) == key, "\(word)")
    }
}

@Test func theHelpTakesTheWholeScreenAndCutsNoKey() {
    for context in [Focus.remote, .queue, .log] {
        var model = sampleModel(120, 36)
        _ = update(&model, .focused(context))
        _ = handle(.function(1), &model)
        let lines = screen(model)
        #expect(lines[0].hasPrefix("┌") && lines[35].hasPrefix("└"))
        #expect(lines.filter { $0.contains("…") } == [])
    }
}

@Test func aConflictNamesTheZoneOfItsTimesAndWhatIsTheSame() {
    var model = Model(
        size: size(120, 36), now: sampleNow, directory: LocalPath("/"), localHome: LocalPath("/"),
        utcOffset: { _ in -5_400 })
    var transfer = job(1, .download, "a", 100, remote: "/")
    transfer.modified = 1_795_222_158
    func text(_ size: Int64, _ modified: Int64) -> String {
        model.dialogs = [.conflict(ConflictForm(transfer, size: size, modified: modified))]
        return screen(model).joined()
    }
    #expect(text(100, 1_795_222_158).contains("The same size and the same time."))
    #expect(text(100, 1_795_222_158).contains("2026-11-20 23:19:18 -01:30"))
    #expect(text(100, 1_795_000_000).contains("The same size; the source is newer."))
    #expect(text(90, 1_795_222_158).contains("The source is larger; the same time."))
    #expect(sampleModel().fullTime(1_795_222_158) == "2026-11-21 00:49:18 UTC")
}
