import FTPProtocol
import Testing
import Transfers

@testable import Interface

/// Whatever a server sends, no cell holds anything a terminal would obey.
@Test(arguments: [size(120, 36), size(80, 24), size(45, 9)])
func noControlByteIsInAnyCell(_ size: Size) {
    var model = sampleModel(size.columns, size.rows)
    let hostile = "\u{1B}]0;owned\u{07}\r\n\u{9B}31m\u{202E}txt.exe\u{200B}\u{7F}"
    let bytes = Array(hostile.utf8) + [0x9B, 0xFF, 0x00, 0x1B]
    _ = handle(.control("r"), &model)
    answerListing(
        &model, .remote,
        [ListingEntry(name: bytes, kind: .link, target: bytes), ListingEntry(name: bytes, kind: .directory)],
        command: hostile)
    let line = DialogueLine(
        connection: ConnectionName(.browsing, 1), direction: .received(nil), bytes: bytes, time: sampleNow,
        remark: hostile)
    _ = update(&model, .engine(.dialogue(line)))
    _ = update(&model, .engine(.notice(hostile)))
    _ = update(&model, .engine(.connection(.lost(sampleSite, reason: hostile))))
    var facts = sampleFacts
    facts.system = hostile
    facts.charset = hostile
    var site = sampleSite
    site.host = hostile
    site.user = hostile
    var snapshot = sampleQueue
    snapshot.rows[0].transfer.remoteName = bytes
    snapshot.rows[0].activity = hostile
    snapshot.rows[1].transfer.state = .failed(hostile)
    snapshot.rows[2].transfer.state = .asking(.destinationExists(size: 1, modified: .max))
    _ = update(&model, .engine(.queue(snapshot)))
    _ = update(&model, .engine(.passwordNeeded(site, reason: hostile)))
    check(model)
    for key: Key in [
        .escape, .function(8), "A", "N", .function(6), .function(7), .control("p"), .function(2),
    ] {
        model.dialogs = []
        _ = handle(key, &model)
        check(model)
    }
    model.dialogs = []
    for key: Key in ["4", "e"] { _ = handle(key, &model) }
    check(model)
    _ = update(&model, .engine(.connection(.connected(site, facts))))
    model.dialogs = []
    let ticket = model.remote.pending?.ticket ?? 0
    _ = update(&model, .engine(.listingFailed(.remote, ticket, hostile)))
    check(model)
}

private func check(_ model: Model, _ location: SourceLocation = #_sourceLocation) {
    let frame = view(model, size: model.size)
    let bad = frame.cells.flatMap(\.text.unicodeScalars).filter {
        $0.value < 0x20 || (0x7F...0x9F).contains($0.value) || (0x200B...0x200F).contains($0.value)
            || (0x202A...0x202E).contains($0.value)
    }
    #expect(bad.isEmpty, sourceLocation: location)
    // Columns stay where they are: every row is as wide as the screen.
    for row in frame.text { #expect(cellWidth(row) == model.size.columns, sourceLocation: location) }
}

@Test func wideNamesAreCutByColumns() {
    var model = sampleModel(80, 24)
    _ = handle(.control("r"), &model)
    answerListing(
        &model, .remote,
        [file("日本語の非常に長いファイル名でも列は動かない.txt", 1), file("e\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}.txt", 2)])
    check(model)
}

@Test(arguments: [1, 2, 39, 40, 45, 79, 80, 109, 110, 160, 250])
func everySizeGivesAWholePicture(_ columns: Int) {
    for rows in [1, 2, 7, 8, 11, 12, 19, 20, 30, 50] {
        for glyphs in [GlyphSet.unicode, .ascii] {
            var model = sampleModel(columns, rows, glyphs: glyphs)
            checkFrame(model, "the main screen")
            for key: Key in [
                .function(1), .function(2), .function(8), .control("p"), "s", "z", "3", "4", "L", "L", "L",
                "L",
            ] {
                model.dialogs = []
                _ = handle(key, &model)
                checkFrame(model, "after \(key.label)")
                checkFrame(
                    model, size: size(max(1, columns / 2), max(1, rows / 2)), "\(key.label), half the size")
            }
        }
    }
}

/// A key that no part of the screen knows changes nothing but the message that says so.
@Test func aKeyWithoutMeaningSaysSoAndChangesNothing() {
    var model = sampleModel()
    let before = view(model, size: model.size).text
    #expect(handle(.function(11), &model).allSatisfy { if case .wake = $0 { true } else { false } })
    #expect(model.toasts.map(\.text) == ["F11 does nothing here; ? shows the keys."])
    model.toasts = []
    #expect(view(model, size: model.size).text == before)
}

@Test func figuresBeyondAllMeasureAreDrawnAsDashes() {
    let extreme = ListingEntry(
        name: [], kind: .file, size: .max,
        modified: CivilDate(year: .max / 100_000_000_000, month: 12, day: 31))
    var model = sampleModel()
    _ = handle(.control("r"), &model)
    answerListing(&model, .remote, [extreme, extreme, ListingEntry(name: [0x61], kind: .file, size: .min)])
    _ = handle(.control("a"), &model)
    _ = handle(.function(8), &model)
    checkFrame(model, "entries without a name, of every size")
    var snapshot = QueueSnapshot()
    snapshot.counts.running = 1
    snapshot.counts.waiting = .max / 8
    snapshot.downloadRate = .infinity
    snapshot.uploadRate = .nan
    snapshot.secondsLeft = .max
    snapshot.bytesLeft = .max
    var row = sampleQueue.rows[0]
    row.bytes = .max
    row.rate = .infinity
    row.secondsLeft = .max
    snapshot.rows = [row, sampleQueue.rows[3]]
    snapshot.rows[1].transfer.state = .retrying(at: .max, reason: "")
    _ = update(&model, .engine(.queue(snapshot)))
    model.dialogs = []
    checkFrame(model, "figures beyond all measure")
    let shown = view(model, size: model.size).text.joined(separator: "\n")
    #expect(!shown.contains("inf") && !shown.contains("nan"))
    _ = handle("q", &model)
    checkFrame(model, "the question at the end")
    #expect(model.dialogs.count == 1)
}
