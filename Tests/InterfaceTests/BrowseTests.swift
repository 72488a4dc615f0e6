import FTPProtocol
import Testing
import Transfers

@testable import Interface

private func requests(_ effects: [Effect]) -> [Request] {
    effects.compactMap { if case .request(let request) = $0 { request } else { nil } }
}

private func asksFor(_ effects: [Effect], _ directory: String) -> Bool {
    requests(effects).contains {
        if case .remote(.list(let path, _)) = $0 { path == RemotePath(directory) } else { false }
    }
}

private func names(_ pane: Pane) -> [String] {
    pane.order.map { visible(pane.entries.nameBytes(Int($0))) }
}

private func cursorName(_ pane: Pane) -> String? {
    pane.cursorEntry.map { visible(pane.entries.nameBytes($0)) }
}

@Test func asksForTheLocalDirectoryAtTheStart() {
    var model = freshModel()
    let effects = update(&model, .started)
    #expect(requests(effects).contains(.local(.list(LocalPath("/home/alice/mirror/debian-cd"), 1))))
}

@Test func listsTheHomeDirectoryAfterLogin() {
    var model = freshModel()
    _ = update(&model, .engine(.connection(.connecting(sampleSite))))
    let effects = update(&model, .engine(.connection(.connected(sampleSite, sampleFacts))))
    #expect(asksFor(effects, "/debian-cd/12.5.0"))
    // The same again with another latency asks for nothing.
    var facts = sampleFacts
    facts.latency = 40
    #expect(requests(update(&model, .engine(.connection(.connected(sampleSite, facts))))).isEmpty)
}

@Test func goesBackToTheSameDirectoryAfterALostConnection() {
    var model = sampleModel()
    _ = handle(.enter, &model)
    model.remote.moveCursor(toName: Array("pool".utf8))
    _ = handle(.enter, &model)
    answerListing(&model, .remote, [file("a", 1)])
    _ = update(&model, .engine(.connection(.lost(sampleSite, reason: "reset by peer"))))
    #expect(names(model.remote) == ["a"])
    model.now += 5_000_000_000
    _ = update(&model, .engine(.connection(.connecting(sampleSite))))
    let effects = update(&model, .engine(.connection(.connected(sampleSite, sampleFacts))))
    #expect(asksFor(effects, "/debian-cd/12.5.0/pool"))
}

@Test func aListingThatWasStoppedInItsMiddleIsSaidToBeAPart() {
    var model = sampleModel()
    model.remote.moveCursor(toName: Array("pool".utf8))
    _ = handle(.enter, &model)
    _ = update(&model, .engine(.entries(.remote, model.lastTicket, [file("a", 1), file("b", 1)])))
    _ = handle(.escape, &model)
    #expect(names(model.remote) == ["a", "b"])
    #expect(view(model, size: model.size).text.joined().contains("list incomplete"))
    // What comes after the stop changes nothing, and the next list is whole again.
    _ = update(&model, .engine(.listingFailed(.remote, model.lastTicket, "interrupted")))
    #expect(model.remote.isIncomplete)
    _ = handle(.control("r"), &model)
    answerListing(&model, .remote, [file("a", 1)])
    #expect(!model.remote.isIncomplete)
}

@Test(arguments: [("640", "640"), ("rwxr-x---", "750"), ("rwsr-xr-T", "5754")])
func permissionsBeginWithThoseThatAreKnown(_ known: String, _ digits: String) {
    let isMode = known.count == 3
    var model = sampleModel()
    _ = handle(.control("r"), &model)
    answerListing(
        &model, .remote,
        [
            ListingEntry(
                name: Array("a".utf8), kind: .file, permissions: isMode ? nil : known,
                mode: isMode ? known : nil)
        ])
    model.remote.moveCursor(toName: Array("a".utf8))
    _ = handle("M", &model)
    #expect(view(model, size: model.size).text.contains { $0.contains("│  \(digits) ") })
}

@Test func keysThatNeedAFileSayWhyTheyDoNothingOnTheFolderAbove() {
    for key: Key in [.function(3), .function(4), .function(5), .function(6), .function(8), "M", "i"] {
        var model = sampleModel()
        model.remote.clearMarks()
        model.remote.moveCursor(to: 0)
        #expect(requests(handle(key, &model)).isEmpty)
        #expect(model.toasts.contains { $0.text.contains("“..” is the folder above") }, "\(key)")
    }
}

@Test func entersADirectoryAndComesBackToTheSameRow() {
    var model = sampleModel()
    model.remote.moveCursor(toName: Array("pool".utf8))
    #expect(asksFor(handle(.enter, &model), "/debian-cd/12.5.0/pool"))
    // The old rows stay until the first new ones come.
    #expect(names(model.remote).contains("README.html"))
    answerListing(&model, .remote, [file("x", 1)])
    #expect(names(model.remote) == ["x"])
    #expect(asksFor(handle(.backspace, &model), "/debian-cd/12.5.0"))
    answerListing(&model, .remote, remoteEntries)
    #expect(cursorName(model.remote) == "pool")
    #expect(asksFor(handle(.altLeft, &model), "/debian-cd/12.5.0/pool"))
}

@Test func ignoresAnAnswerThatCameTooLate() {
    var model = sampleModel()
    model.remote.moveCursor(toName: Array("pool".utf8))
    _ = handle(.enter, &model)
    let late = model.remote.pending?.ticket ?? 0
    _ = handle(.backspace, &model)
    _ = update(&model, .engine(.entries(.remote, late, [file("stale", 1)])))
    _ = update(
        &model,
        .engine(.listed(.remote, late, EngineEvent.Listed(directory: RemotePath("/x"), command: "LIST"))))
    #expect(!names(model.remote).contains("stale"))
    #expect(model.remote.location?.path != RemotePath("/x"))
}

@Test func showsAFailedListingInThePaneAndTriesAgainWithControlR() {
    var model = sampleModel()
    model.remote.moveCursor(toName: Array("pool".utf8))
    _ = handle(.enter, &model)
    let ticket = model.remote.pending?.ticket ?? 0
    _ = update(&model, .engine(.listingFailed(.remote, ticket, "550 Permission denied")))
    let text = view(model, size: model.size).text.joined(separator: "\n")
    #expect(text.contains("550 Permission denied"))
    #expect(text.contains("Ctrl-R tries again"))
    #expect(model.remote.location?.path == RemotePath("/debian-cd/12.5.0"))
    #expect(asksFor(handle(.control("r"), &model), "/debian-cd/12.5.0/pool"))
}

@Test func saysSoWhileItIsListingAndStopsOnEscape() {
    var model = sampleModel()
    let effects = handle(.control("r"), &model)
    #expect(asksFor(effects, "/debian-cd/12.5.0"))
    model.remote.moveCursor(toName: Array("pool".utf8))
    model.wakeAt = nil
    let asked = handle(.enter, &model)
    #expect(asked.contains { if case .wake = $0 { true } else { false } })
    model.now += 1_200_000_000
    #expect(view(model, size: model.size).text[18].contains("listing … 1.2 s, Esc stops"))
    #expect(requests(handle(.escape, &model)).contains(.remote(.stop)))
}

@Test func keepsMarksAndCursorWhenTheSameDirectoryIsListedAgain() {
    var model = sampleModel()
    _ = handle(.control("r"), &model)
    answerListing(&model, .remote, remoteEntries + [file("aaa", 1)], command: "MLSD")
    #expect(model.remote.marks.count == 3)
    #expect(cursorName(model.remote) == "debian-12.5.0-arm64-netinst.iso")
    #expect(names(model.remote).contains("aaa"))
}

@Test func sortsDirectoriesFirstInEveryOrder() {
    var model = sampleModel()
    for key in SortKey.allCases {
        for _ in 0..<2 {
            _ = update(&model, .sorted(key))
            let kinds = model.remote.order.map { model.remote.entries.kind(Int($0)) == .directory }
            #expect(kinds == kinds.sorted { $0 && !$1 })
        }
    }
}

@Test func sortsBySizeFromTheMenu() {
    var model = sampleModel()
    _ = handle("s", &model)
    _ = handle("s", &model)
    #expect(model.dialogs.isEmpty)
    #expect(names(model.remote)[3] == "debian-12.5.0-source-DVD-1.iso")
}

@Test func showsHiddenFilesOnlyWhenAsked() {
    var model = sampleModel()
    _ = handle("1", &model)
    _ = handle(.control("r"), &model)
    answerListing(&model, .local, localEntries + [file(".profile", 9)])
    #expect(!names(model.local).contains(".profile"))
    _ = handle(".", &model)
    #expect(names(model.local).contains(".profile"))
}

@Test func filtersWhileTyping() {
    var model = sampleModel()
    for key: Key in ["/", "i", "s", "o"] { _ = handle(key, &model) }
    #expect(names(model.remote).count == 4)
    _ = handle(.enter, &model)
    #expect(view(model, size: model.size).text[18].contains("4 of 12 match “iso”"))
    _ = handle(.escape, &model)
    #expect(names(model.remote).count == 12)
}

@Test func saysWhenNoNameMatches() {
    var model = sampleModel()
    for key: Key in ["/", "q", "q", "q", .enter] { _ = handle(key, &model) }
    let text = view(model, size: model.size).text.joined(separator: "\n")
    #expect(text.contains("No name matches “qqq”. Esc shows all 12."))
}

@Test func jumpsToANameAndBackOnEscape() {
    var model = sampleModel()
    for key: Key in [.control("s"), "l", "s"] { _ = handle(key, &model) }
    #expect(cursorName(model.remote) == "ls-lR.gz")
    _ = handle(.escape, &model)
    #expect(cursorName(model.remote) == "debian-12.5.0-arm64-netinst.iso")
}

@Test func marksByPatternAndInverts() {
    var model = sampleModel()
    model.remote.clearMarks()
    for key: Key in ["+", "*", ".", "i", "s", "o", .enter] { _ = handle(key, &model) }
    #expect(model.remote.marks.count == 4)
    _ = handle("*", &model)
    #expect(model.remote.marks.count == 8)
    _ = handle(.control("a"), &model)
    #expect(model.remote.marks.count == 12)
    _ = handle(.control("a"), &model)
    #expect(model.remote.marks.isEmpty)
    #expect(model.remote.markedBytes == 0)
}

@Test func marksARangeWithShiftAndArrows() {
    var model = sampleModel()
    model.remote.clearMarks()
    model.remote.moveCursor(to: 1)
    _ = handle(.shiftDown, &model)
    _ = handle(.shiftDown, &model)
    _ = handle(.insert, &model)
    #expect(model.remote.marks.count == 3)
    #expect(model.remote.cursor == 4)
}

@Test func aHundredThousandEntriesAreSortedAndOnlyTheVisibleOnesDrawn() {
    var model = sampleModel()
    model.remote.moveCursor(toName: Array("pool".utf8))
    _ = handle(.enter, &model)
    let entries = (0..<100_000).map { file("file-\((7919 * $0) % 100_000)", Int64($0)) }
    answerListing(&model, .remote, entries)
    #expect(model.remote.order.count == 100_000)
    _ = handle("G", &model)
    #expect(cursorName(model.remote) == "file-99999")
    #expect(view(model, size: model.size).text[17].contains("file-99999"))
}

@Test func asksForNoWakeUpWhileNothingMoves() {
    var model = sampleModel()
    model.local.refreshAt = nil
    _ = update(&model, .engine(.queue(QueueSnapshot())))
    model.now += 10_000_000_000
    #expect(update(&model, .woke).isEmpty)
    for key: Key in [.down, .up, .tab, "j", "?", .escape] { #expect(handle(key, &model).isEmpty) }
}
