import FTPProtocol
import Testing
import Transfers

@testable import Interface

/// The queue pane: what a row says, its details, and when nothing is kept.

private func requests(_ effects: [Effect]) -> [Request] {
    effects.compactMap { if case .request(let request) = $0 { request } else { nil } }
}

private func screen(_ model: Model) -> [String] { view(model, size: model.size).text }

/// A queue of one row that stands as given.
private func oneRow(_ state: TransferState, _ model: inout Model, failed: Int = 1) {
    var snapshot = QueueSnapshot()
    snapshot.counts.failed = failed
    snapshot.rows = [
        QueueSnapshot.Row(transfer: job(7, .download, "nope", 10, remote: "/pub", state: state), bytes: 0)
    ]
    _ = update(&model, .engine(.queue(snapshot)))
}

private let longRefusal =
    "RETR /pub/nope: the server answered “550 /pub/nope: not here, not there, not anywhere on this server of ours”"

@Test func theRowOfAFailedTransferSaysTheReplyFirstAndNoPath() {
    var model = sampleModel(80, 24)
    oneRow(.failed(longRefusal), &model)
    #expect(screen(model)[15].contains(" 550 not here, not there, not an"))
    oneRow(.failed("/home/alice/mirror/debian-cd/nope.part: cannot open: Permission denied"), &model)
    #expect(screen(model)[15].contains("  cannot open: Permission denied"))
    #expect(briefReason("no such host", job(1, .download, "a", 1, remote: "/")) == "no such host")
    #expect(briefReason("b: no", job(1, .download, "", nil, remote: "/")) == "b: no")
}

@Test(arguments: [Key.enter, .function(3), "v"])
func aRowOfTheQueueOpensItsDetailsWithTheWholeError(_ key: Key) {
    var model = sampleModel(80, 24)
    oneRow(.failed(longRefusal), &model)
    _ = handle("3", &model)
    _ = handle(key, &model)
    let text = screen(model).joined(separator: " ")
    #expect(text.contains("ftp://alice@archive.example.org:21/pub/nope"))
    #expect(text.contains("~/mirror/debian-cd/nope"))
    #expect(text.contains("the server answered “550 /pub/nope: not "))
    #expect(text.contains("here, not there, not anywhere on this server of ours”"))
    #expect(requests(handle("r", &model)).contains(.queue(.retry([7]))))
    #expect(model.dialogs.isEmpty)
}

@Test func aRowThatWaitsToBeTriedAgainSaysWhenBeforeWhy() {
    let state = TransferState.retrying(at: sampleNow / 1_000_000_000 + 4, reason: longRefusal)
    var wide = sampleModel()
    oneRow(state, &wide)
    #expect(
        screen(wide)[20].contains(" waiting to retry · try 1 of 5 in 4 s · 550 not here, not there, not any"))
    var narrow = sampleModel(80, 24)
    oneRow(state, &narrow)
    #expect(screen(narrow)[15].contains(" try 1 of 5 in 4 s · 550 "))
}

@Test func aQueueThatIsNotKeptSaysSoAsLongAsItIsThere() {
    var model = freshModel()
    _ = update(&model, .engine(.queueNotKept("another portside (process 12) works on it")))
    #expect(model.toasts.contains { $0.isError && $0.text.contains("another portside (process 12)") })
    _ = handle(.escape, &model)
    #expect(model.toasts.isEmpty)
    #expect(screen(model)[19].contains(" 3 Queue not kept "))
    let text = screen(model).joined()
    #expect(text.contains("they are not kept when you quit: another portside"))
    #expect(!text.contains("also after you quit"))
}

@Test func quittingAsksBeforeAQueueThatIsNotKeptIsLost() {
    var model = freshModel()
    var snapshot = QueueSnapshot()
    snapshot.counts.paused = 2
    _ = update(&model, .engine(.queue(snapshot)))
    var kept = model
    #expect(handle(.function(10), &kept).contains(.quit))
    _ = update(&model, .engine(.queueNotKept("the disk is full")))
    #expect(!handle(.function(10), &model).contains(.quit))
    let text = screen(model).joined()
    #expect(text.contains("2 transfers wait."))
    #expect(text.contains("This queue is lost when you quit: the disk is full."))
}

@Test func theDemosQueueDoesNotPromiseToBeKept() {
    let model = Model(
        size: size(120, 36), now: sampleNow, directory: LocalPath("/"), localHome: LocalPath("/"),
        isDemo: true, utcOffset: { _ in 0 })
    #expect(!screen(model).joined().contains("also after you quit"))
}

/// A queue of which so many are done, one row each.
private func finished(_ count: Int, _ model: inout Model) {
    var snapshot = QueueSnapshot()
    snapshot.counts.done = count
    snapshot.rows = (0..<count).reversed().map {
        QueueSnapshot.Row(
            transfer: job(Int64($0 + 1), .download, "done-\($0)", 10, remote: "/", state: .done), bytes: 10)
    }
    _ = update(&model, .engine(.queue(snapshot)))
}

@Test func finishedRowsFoldIntoOneAfterHalfAMinute() {
    var model = freshModel()
    _ = update(&model, .engine(.queue(sampleQueue)))
    finished(1, &model)
    model.now += 10_000_000_000
    finished(3, &model)
    #expect(screen(model)[20].contains("done-2"))
    model.now += 30_000_000_000
    _ = update(&model, .woke)
    #expect(screen(model)[20].contains("+ 3 finished before · Enter shows them"))
    #expect(!screen(model)[21].contains("done-"))
    _ = update(&model, .focused(.queue))
    _ = handle(.enter, &model)
    #expect(screen(model)[20].contains("done-2"))
    #expect(screen(model)[23].contains("3 finished before · Enter hides them"))
    model.now += 1_000_000_000
    finished(4, &model)
    model.queue.isUnfolded = false
    #expect(screen(model)[20].contains("done-3"))
    #expect(screen(model)[21].contains("3 finished before"))
}

@Test func asksToBeWokenWhenAFinishedRowFolds() {
    var model = freshModel()
    finished(0, &model)
    var empty = QueueSnapshot()
    empty.counts.done = 1
    #expect(update(&model, .engine(.queue(empty))).contains(.wake(afterMilliseconds: 30_000)))
}

@Test func onANarrowScreenPausedTransfersAreNoWaitingOnes() {
    var model = sampleModel(80, 24)
    var snapshot = QueueSnapshot()
    snapshot.counts.paused = 2
    _ = update(&model, .engine(.queue(snapshot)))
    #expect(screen(model)[0].hasSuffix(" ‖2 "))
    snapshot.counts.waiting = 1
    _ = update(&model, .engine(.queue(snapshot)))
    #expect(screen(model)[0].hasSuffix(" 0+1 ‖2 "))
}

@Test func howManyConnectionsThereMayBeIsNoWarning() {
    var model = sampleModel()
    _ = update(&model, .focused(.queue))
    let frame = view(model, size: model.size)
    let row = frame.text[19]
    let column = (0..<120).first { frame[$0, 19].text == "4" && frame[$0 + 2, 19].text == "c" }
    #expect(row.contains("4 connections"))
    #expect(column.map { frame[$0, 19].role } == .title)
}

@Test func aScreenThatIsTooSmallTellsOfPausedTransfersAndAsksBeforeQuitting() {
    var model = sampleModel(30, 7)
    var snapshot = QueueSnapshot()
    snapshot.counts.paused = 2
    _ = update(&model, .engine(.queue(snapshot)))
    #expect(screen(model).joined().contains("2 paused"))
    #expect(!handle(.function(8), &model).contains(.quit) && model.dialogs.isEmpty)
    #expect(!handle("q", &model).contains(.quit))
    #expect(screen(model).joined(separator: " ").contains("Quit?"))
    var staying = model
    _ = handle(.escape, &staying)
    #expect(staying.dialogs.isEmpty)
    #expect(handle("s", &model).contains(.quit))
}

@Test func theRouteNamesTheServerWhereItIsAnotherOne() {
    var model = sampleModel()
    #expect(!screen(model)[20].contains("archive"))
    _ = update(&model, .engine(.connection(.notConnected)))
    #expect(screen(model)[20].contains(" archive.exa…:12.5.0/ → "))
    #expect(screen(model)[22].contains(" → archive.exa…:incoming/"))
}

@Test func theMessageOfAFailedTransferNamesItOnce() {
    var model = sampleModel()
    let failed = job(
        9, .upload, "dang", nil, remote: "/",
        state: .failed("/home/alice/mirror/debian-cd/dang: cannot open: No such file or directory"))
    _ = update(&model, .engine(.transferEnded(failed)))
    #expect(model.toasts.map(\.text) == ["dang: cannot open: No such file or directory"])
}

@Test func whatWasAskedForHappensOnceWhenAllIsDone() {
    var model = sampleModel()
    _ = update(&model, .engine(.queue(sampleQueue)))
    _ = handle("3", &model)
    _ = handle("w", &model)
    #expect(model.whenDone == .notify)
    var done = sampleQueue
    done.counts = QueueSnapshot.Counts()
    done.counts.done = 5
    done.rows = []
    #expect(update(&model, .engine(.queue(done))) == [.ring])
    #expect(update(&model, .engine(.queue(done))) == [])
    model.whenDone = .quit
    _ = update(&model, .engine(.queue(sampleQueue)))
    #expect(update(&model, .engine(.queue(done))) == [.quit])
    // What failed is for somebody to look at.
    _ = update(&model, .engine(.queue(sampleQueue)))
    done.counts.failed = 1
    #expect(update(&model, .engine(.queue(done))) == [.ring])
}
