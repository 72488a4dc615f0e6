import FTPProtocol
import Testing
import Transfers

@testable import Interface

private func requests(_ effects: [Effect]) -> [Request] {
    effects.compactMap { if case .request(let request) = $0 { request } else { nil } }
}

private func type(_ text: String, _ model: inout Model) {
    for scalar in text.unicodeScalars { _ = handle(.character(scalar), &model) }
}

@Test func asksForTheNextDataModeAndShowsItOnlyWhenTheEngineSaysSo() {
    var model = sampleModel()
    #expect(view(model, size: model.size).text[34].contains("passive (EPSV) auto"))
    #expect(requests(handle("P", &model)).contains(.remote(.setDataMode(.active))))
    #expect(model.dataMode == .auto)
    _ = update(&model, .engine(.dataModeChanged(.active)))
    #expect(view(model, size: model.size).text[34].contains("│ active │"))
    _ = update(&model, .engine(.dataMethodUsed(.port)))
    #expect(view(model, size: model.size).text[34].contains("active (PORT)"))
    #expect(requests(handle("P", &model)).contains(.remote(.setDataMode(.passive))))
    _ = update(&model, .engine(.dataModeChanged(.passive)))
    #expect(requests(handle("P", &model)).contains(.remote(.setDataMode(.auto))))
}

@Test func fromAutoTheNextDataModeIsTheOneThatIsNotInUse() {
    var model = sampleModel()
    _ = update(&model, .engine(.dataMethodUsed(.port)))
    #expect(requests(handle("P", &model)).contains(.remote(.setDataMode(.passive))))
}

@Test(arguments: [size(120, 36), size(80, 24), size(60, 20), size(40, 10), size(40, 8)])
func theDataModeIsAlwaysOnTheScreen(_ size: Size) {
    for glyphs in [GlyphSet.unicode, .ascii] {
        let model = sampleModel(size.columns, size.rows, glyphs: glyphs)
        #expect(view(model, size: size).text.contains { $0.contains("passive") && $0.contains("auto") })
    }
}

@Test func theDataModeCanBeChangedFromAnyPaneAndWithoutAConnection() {
    for focus in Focus.allCases {
        var model = sampleModel()
        _ = update(&model, .focused(focus))
        #expect(requests(handle("P", &model)).contains(.remote(.setDataMode(.active))))
    }
    var model = freshModel()
    #expect(requests(handle("P", &model)).contains(.remote(.setDataMode(.active))))
}

@Test func saysClearWhenTheConnectionIsNotEncrypted() {
    let model = sampleModel()
    let frame = view(model, size: model.size)
    let row = frame.text[34]
    #expect(row.contains("CLEAR"))
    let column = (0..<120).first { frame[$0, 34].role == .statusBad }
    #expect(column.map { frame[$0, 34].text } == "C")
}

@Test func connectsToTheAddressTyped() {
    var model = freshModel()
    type("ftp://alice:secret@example.org:2121/pub", &model)
    var site = Site(host: "example.org", port: 2121, user: "alice")
    site.dataMode = .auto
    #expect(
        requests(handle(.enter, &model)).contains(
            .remote(.connect(site, password: Secret("secret"), directory: RemotePath("pub")))))
}

@Test func offersTheDemoServerWithoutAConnection() {
    var model = freshModel()
    _ = handle(.down, &model)
    #expect(handle(.enter, &model).contains(.connectDemo))
}

@Test func connectPromptTakesHostUserAndPasswordAndNeverShowsIt() {
    var model = freshModel()
    _ = handle(.function(2), &model)
    type("example.org", &model)
    _ = handle(.tab, &model)
    type("bob", &model)
    _ = handle(.tab, &model)
    type("hunter2", &model)
    #expect(!view(model, size: model.size).text.joined().contains("hunter2"))
    let site = Site(host: "example.org", user: "bob")
    #expect(
        requests(handle(.enter, &model)).contains(
            .remote(.connect(site, password: Secret("hunter2"), directory: nil))))
}

@Test func asksForAPasswordThatIsMissing() {
    var model = freshModel()
    let site = Site(host: "example.org", user: "bob")
    _ = update(&model, .engine(.connection(.connecting(site))))
    _ = update(&model, .engine(.passwordNeeded(site, reason: "530 Login incorrect")))
    _ = update(&model, .engine(.passwordNeeded(site, reason: nil)))
    #expect(model.dialogs.count == 1)
    #expect(view(model, size: model.size).text.joined().contains("530 Login incorrect"))
    type("x", &model)
    #expect(
        requests(handle(.enter, &model)).contains(
            .remote(.connect(site, password: Secret("x"), directory: nil))))
}

@Test func thePaneOfAServerThatIsGoneShowsNothingOfIt() {
    var model = sampleModel()
    _ = update(&model, .engine(.connection(.notConnected)))
    #expect(model.remote.location == nil)
    #expect(view(model, size: model.size).text.joined().contains("Not connected"))
    #expect(requests(handle(.function(5), &model)).isEmpty)
}

@Test func saysWhyAConnectionFailed() {
    var model = freshModel()
    _ = update(&model, .engine(.connection(.failed(sampleSite, "no such host"))))
    #expect(view(model, size: model.size).text.joined().contains("archive.example.org: no such host"))
}

@Test func sendsARawCommandAsTyped() {
    var model = sampleModel()
    _ = handle("Q", &model)
    type("SITE CHMOD 644 a", &model)
    #expect(requests(handle(.enter, &model)).contains(.remote(.raw(Array("SITE CHMOD 644 a".utf8)))))
    _ = handle(":", &model)
    type("NOOP", &model)
    #expect(requests(handle(.enter, &model)).contains(.remote(.raw(Array("NOOP".utf8)))))
}

@Test func aRawCommandThatDeletesIsAskedTwice() {
    var model = sampleModel()
    _ = handle("Q", &model)
    type("DELE a", &model)
    #expect(requests(handle(.enter, &model)).isEmpty)
    #expect(requests(handle(.enter, &model)).contains(.remote(.raw(Array("DELE a".utf8)))))
}

@Test(arguments: ["GET / HTTP/1.0", "put a", "HEAD /"]) func aWordOfHTTPIsAskedTwice(_ line: String) {
    var model = sampleModel()
    _ = handle("Q", &model)
    type(line, &model)
    #expect(requests(handle(.enter, &model)).isEmpty)
    #expect(view(model, size: model.size).text.joined().contains("No FTP command"))
    #expect(requests(handle(.enter, &model)).contains(.remote(.raw(Array(line.utf8)))))
}

@Test func aPasswordTheQueueNeedsIsGivenToTheQueueOnly() {
    var model = freshModel()
    let site = Site(host: "example.org", user: "bob")
    _ = update(&model, .engine(.queueNeedsPassword(site)))
    var snapshot = QueueSnapshot()
    snapshot.counts.asking = 1
    _ = update(&model, .engine(.queue(snapshot)))
    _ = handle("A", &model)
    type("x", &model)
    #expect(requests(handle(.enter, &model)) == [.queue(.password(site.id, Secret("x")))])
}

@Test func aServerThatEndsAnIdleConnectionIsNoAlarmAndTheNextActionConnectsAgain() {
    var model = sampleModel()
    _ = update(&model, .engine(.connection(.endedIdle(sampleSite))))
    #expect(model.toasts.isEmpty)
    let row = view(model, size: model.size).text[34]
    #expect(row.contains("○ archive.example.org disconnected while idle; the next action connects again"))
    #expect(!requests(handle(.function(5), &model)).isEmpty)
    _ = handle(.function(7), &model)
    type("new", &model)
    let made = requests(handle(.enter, &model))
    #expect(made.contains { if case .remote(.makeDirectory) = $0 { true } else { false } })
}

@Test func aConnectErrorStandsOnTheScreenOnce() {
    for size in [size(120, 36), size(80, 24)] {
        var model = freshModel(size.columns, size.rows)
        let site = Site(host: "example.org", user: "bob")
        _ = update(&model, .engine(.connection(.failed(site, "cannot connect to example.org: refused"))))
        let text = view(model, size: size).text.joined()
        #expect(text.ranges(of: "refused").count == 1)
        #expect(!text.contains("example.org: cannot"))
        #expect(model.messages.count == 1 && model.toasts.isEmpty)
    }
    var model = freshModel()
    let site = Site(host: "example.org", user: "bob")
    _ = update(&model, .engine(.connection(.failed(site, "530 Login incorrect"))))
    _ = update(&model, .engine(.passwordNeeded(site, reason: "530 Login incorrect")))
    #expect(view(model, size: model.size).text.joined().ranges(of: "530 Login").count == 1)
    _ = handle(.escape, &model)
    #expect(view(model, size: model.size).text.joined().ranges(of: "530 Login").count == 1)
}

@Test func aLongConnectErrorIsWholeOnASmallScreenOrSaysThatItIsNot() {
    var model = freshModel(80, 24)
    let refused =
        "cannot connect to 127.0.0.1, port 1: Connection refused; is the server running, and is the port right?"
    _ = update(&model, .engine(.connection(.failed(Site(host: "127.0.0.1", port: 1), refused))))
    let lines = view(model, size: model.size).text.map { $0.dropFirst(41) }
    #expect(lines.contains { $0.contains("right?") })
    #expect(lines.contains { $0.contains("The keys in two minutes") })
    _ = update(&model, .engine(.connection(.failed(Site(host: "127.0.0.1", port: 1), refused + refused))))
    #expect(view(model, size: model.size).text.contains { $0.dropFirst(41).contains(" …") })
}

@Test func thePaneOfNoServerSaysHowToLeaveTheAddress() {
    for size in [size(120, 36), size(80, 24)] {
        var model = freshModel(size.columns, size.rows)
        #expect(view(model, size: size).text.joined().contains("3 queue, 4 log"))
        _ = handle(.tab, &model)
        _ = handle("3", &model)
        #expect(model.focus == .queue)
    }
}

@Test func aDirectoryThatCameWithTheNewConnectionIsNotListedTwice() {
    var model = sampleModel()
    _ = update(&model, .engine(.connection(.lost(sampleSite, reason: "421 idle"))))
    model.now += 1_000_000_000
    model.remote.moveCursor(toName: Array("pool".utf8))
    _ = handle(.enter, &model)
    _ = update(&model, .engine(.connection(.connecting(sampleSite))))
    answerListing(&model, .remote, [file("a", 1)])
    #expect(requests(update(&model, .engine(.connection(.connected(sampleSite, sampleFacts))))).isEmpty)
    #expect(model.remote.location?.path == RemotePath("/debian-cd/12.5.0/pool"))
}
