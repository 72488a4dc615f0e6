import FTPProtocol
import Testing
import Transfers

@testable import Interface

/// Keys in the queue: pressed fast, and where they cannot do anything.

private func requests(_ effects: [Effect]) -> [QueueRequest] {
    effects.compactMap { if case .request(.queue(let request)) = $0 { request } else { nil } }
}

private func screen(_ model: Model) -> [String] { view(model, size: model.size).text }

private func failed(_ ids: [Transfer.ID]) -> QueueSnapshot {
    var snapshot = QueueSnapshot()
    snapshot.counts.failed = ids.count
    snapshot.rows = ids.map {
        QueueSnapshot.Row(
            transfer: job($0, .download, "file-\($0)", 10, remote: "/", state: .failed("550 no")), bytes: 0)
    }
    return snapshot
}

@Test func threePressesRemoveThreeRows() {
    var model = freshModel()
    _ = update(&model, .engine(.queue(failed([1, 2, 3, 4, 5, 6]))))
    _ = handle(.tab, &model)
    _ = handle("3", &model)
    _ = handle(.down, &model)
    let asked = (0..<3).flatMap { _ in requests(handle("x", &model)) }
    #expect(asked == [.cancel([2]), .cancel([3]), .cancel([4])])
    #expect(screen(model)[19].contains("3 failed"))
    // A snapshot from before the presses brings nothing back; one after them changes nothing.
    _ = update(&model, .engine(.queue(failed([1, 2, 3, 4, 5, 6]))))
    #expect(model.queue.rowCount == 3 && model.queue.cursorRow?.id == 5)
    _ = update(&model, .engine(.queue(failed([1, 5, 6]))))
    #expect(model.queue.rowCount == 3 && model.queue.cursorRow?.id == 5)
    _ = handle(.down, &model)
    #expect(
        (0..<4).flatMap { _ in requests(handle("x", &model)) } == [.cancel([6]), .cancel([5]), .cancel([1])])
    #expect(model.queue.rowCount == 0)
}

@Test func aRowThatWasToldToGoAndStaysComesBack() {
    var model = freshModel()
    _ = update(&model, .engine(.queue(failed([1, 2]))))
    _ = update(&model, .focused(.queue))
    _ = handle("x", &model)
    model.now += 5_000_000_000
    _ = update(&model, .engine(.queue(failed([1, 2]))))
    #expect(model.queue.rowCount == 2)
}

@Test func threePressesTryThreeAgain() {
    var model = freshModel()
    _ = update(&model, .engine(.queue(failed([1, 2, 3]))))
    _ = update(&model, .focused(.queue))
    #expect(
        (0..<3).flatMap { _ in requests(handle("r", &model)) } == [.retry([1]), .retry([2]), .retry([3])])
}

@Test func keysSayWhyARowCannotBeMoved() {
    var model = sampleModel()
    _ = update(&model, .focused(.queue))
    #expect(requests(handle("K", &model)).isEmpty)
    #expect(model.toasts.last?.text == "It is at work: only what waits can be moved.")
    _ = update(&model, .engine(.queue(failed([1]))))
    model.queue.moveCursor(to: 0)
    #expect(requests(handle("J", &model)).isEmpty)
    #expect(model.toasts.last?.text == "It has failed: only what waits can be moved.")
    _ = update(&model, .engine(.queue(QueueSnapshot())))
    #expect(requests(handle("x", &model)).isEmpty)
    #expect(model.toasts.last?.text == "There is no row here.")
}

@Test(arguments: [120, 80])
func aPausedTransferKeepsItsBar(_ columns: Int) {
    var model = sampleModel(columns, columns == 120 ? 36 : 24)
    var snapshot = QueueSnapshot()
    snapshot.counts.paused = 2
    snapshot.rows = [
        QueueSnapshot.Row(
            transfer: job(1, .upload, "half", 1_000, remote: "/nightly", state: .paused), bytes: 410),
        QueueSnapshot.Row(
            transfer: job(2, .upload, "none", 1_000, remote: "/nightly", state: .paused), bytes: 0),
    ]
    _ = update(&model, .engine(.queue(snapshot)))
    let lines = screen(model)
    #expect(lines.contains { $0.contains("‖ half") && $0.contains("██") && $0.contains("·  41%     paused") })
    #expect(lines.contains { $0.contains("‖ none") && $0.contains("paused") && !$0.contains("%") })
}

@Test func whatWasSkippedIsNotDone() {
    var model = sampleModel()
    var snapshot = QueueSnapshot()
    (snapshot.counts.done, snapshot.counts.skipped) = (2_000, 1_000)
    _ = update(&model, .engine(.queue(snapshot)))
    #expect(screen(model)[19].contains("1 000 done · 1 000 skipped"))
}

@Test func whereThereIsRoomForOneDirectionItIsThatOfWhatIsAtWork() {
    var model = sampleModel(70, 15)
    var snapshot = QueueSnapshot()
    (snapshot.counts.running, snapshot.counts.waiting) = (1, 51)
    snapshot.rows = [
        QueueSnapshot.Row(transfer: job(1, .upload, "a", 10, remote: "/", state: .running), bytes: 0)
    ]
    _ = update(&model, .engine(.queue(snapshot)))
    #expect(screen(model)[0].contains("↑ 0") && !screen(model)[0].contains("↓"))
    snapshot.rows[0].transfer.direction = .download
    _ = update(&model, .engine(.queue(snapshot)))
    #expect(screen(model)[0].contains("↓ 0") && !screen(model)[0].contains("↑"))
}

@Test func theLimitIsTypedForEverythingOrForOneServer() {
    var model = sampleModel()
    _ = update(&model, .focused(.queue))
    _ = handle("b", &model)
    #expect(screen(model).joined().contains("Limit of all transfers together"))
    for key in "2x".unicodeScalars { _ = handle(.character(key), &model) }
    #expect(requests(handle(.enter, &model)).isEmpty)
    #expect(screen(model).joined().contains("Bytes a second, as 500K or 2M"))
    _ = handle(.backspace, &model)
    _ = handle("M", &model)
    #expect(requests(handle(.enter, &model)) == [.setRate(bytesPerSecond: 2 << 20)])
    _ = handle("b", &model)
    _ = handle(.tab, &model)
    #expect(screen(model).joined().contains("Limit of archive.example.org"))
    let site = model.queue.cursorRow?.transfer.site ?? ""
    #expect(requests(handle(.enter, &model)) == [.setSiteRate(site, bytesPerSecond: nil)])
    var snapshot = model.queue.snapshot
    snapshot.rateLimit = 5 << 20
    _ = update(&model, .engine(.queue(snapshot)))
    #expect(screen(model).joined().contains("limit 5.0 MB/s · 4 connections"))
}

@Test func fromATransferToItsLinesInTheLog() {
    var model = sampleModel()
    _ = update(&model, .focused(.queue))
    _ = handle(.home, &model)
    _ = handle(.enter, &model)
    #expect(screen(model).joined().contains("l in the log"))
    _ = handle("l", &model)
    #expect(model.dialogs.isEmpty && model.focus == .log)
    #expect(model.log.filter.text == "t1")
    _ = handle(.escape, &model)
    #expect(model.log.filter.isEmpty)
}
