import FTPProtocol
import Testing
import Transfers

@testable import Interface

private func requests(_ effects: [Effect]) -> [Request] {
    effects.compactMap { if case .request(let request) = $0 { request } else { nil } }
}

private func queued(_ effects: [Effect]) -> [Transfer] {
    requests(effects).flatMap { request -> [Transfer] in
        if case .queue(.add(let transfers)) = request { transfers } else { [] }
    }
}

private func type(_ text: String, _ model: inout Model) {
    for scalar in text.unicodeScalars { _ = handle(.character(scalar), &model) }
}

@Test func copiesTheMarkedFilesIntoTheQueue() {
    var model = sampleModel()
    let transfers = queued(handle(.function(5), &model))
    #expect(
        transfers.map { visible($0.remoteName) } == [
            "debian-12.5.0-arm64-netinst.iso", "debian-12.5.0-i386-netinst.iso",
            "debian-12.5.0-source-DVD-1.iso",
        ])
    #expect(transfers.allSatisfy { $0.direction == .download && $0.site == sampleSite.id })
    #expect(transfers[0].size == 535_822_336)
    #expect(transfers[0].modified == date(2, 10, 14, 2, year: 2025).secondsSince1970)
    #expect(transfers[0].options.onConflict == .ask)
    #expect(transfers[0].localDirectory == LocalPath("/home/alice/mirror/debian-cd"))
    #expect(model.remote.marks.isEmpty)
}

@Test func copiesTheDirectoryUnderTheCursorAsATree() {
    var model = sampleModel()
    _ = handle("1", &model)
    model.local.clearMarks()
    model.local.moveCursor(toName: Array("mirror".utf8))
    let transfers = queued(handle("c", &model))
    #expect(transfers.count == 1)
    #expect(transfers.first?.kind == .tree)
    #expect(transfers.first?.direction == .upload)
    #expect(transfers.first?.remoteDirectory == RemotePath("/debian-cd/12.5.0"))
}

@Test(arguments: ["..", "a/b", "", "a\0b", "a\nb"])
func refusesToDownloadAnUnsafeName(_ name: String) {
    var model = sampleModel()
    _ = handle(.control("r"), &model)
    answerListing(&model, .remote, [file(name, 1), file("good", 2)], command: "MLSD")
    _ = handle(.control("a"), &model)
    let transfers = queued(handle(.function(5), &model))
    #expect(transfers.map(\.remoteName) == [Array("good".utf8)])
}

@Test func refusesToUploadANameWithALineBreakAndNamesIt() {
    var model = sampleModel()
    _ = handle("1", &model)
    _ = handle(.control("r"), &model)
    answerListing(&model, .local, [file("a\r\nDELE b", 1)])
    model.local.clearMarks()
    _ = handle("g", &model)
    _ = handle(.down, &model)
    #expect(queued(handle(.function(5), &model)).isEmpty)
    #expect(model.toasts.contains { $0.isError && $0.text.contains("a\\x0D\\x0ADELE b") })
}

@Test func listsAgainOnceAfterManyTransfersHaveEnded() {
    var model = sampleModel()
    for id in 1...50 {
        let done = job(Int64(id), .download, "f\(id)", 1, remote: "/x", state: .done)
        #expect(requests(update(&model, .engine(.transferEnded(done)))).isEmpty)
    }
    #expect(model.local.refreshAt != nil)
    #expect(model.remote.refreshAt == nil)
    model.now += 2_000_000_000
    let asked = requests(update(&model, .woke)).filter {
        if case .local(.list) = $0 { true } else { false }
    }
    #expect(asked.count == 1)
    #expect(model.local.refreshAt == nil)
}

@Test func makesADirectoryAndPutsTheCursorOnIt() {
    var model = sampleModel()
    _ = handle(.function(7), &model)
    type("new", &model)
    let asked = requests(handle(.enter, &model))
    let ticket = model.lastTicket
    #expect(asked.contains(.remote(.makeDirectory(RemotePath("/debian-cd/12.5.0/new"), ticket))))
    _ = update(&model, .engine(.operationEnded(.remote, ticket, error: nil)))
    answerListing(&model, .remote, remoteEntries + [folder("new")], command: "MLSD")
    #expect(model.remote.cursorEntry.map { model.remote.entries.name($0) } == Array("new".utf8))
}

@Test func renamesTheEntryUnderTheCursorKeepingItsBytes() {
    var model = sampleModel()
    _ = handle(.control("r"), &model)
    answerListing(
        &model, .remote, [ListingEntry(name: [0x66, 0xFC, 0x72], kind: .file)], command: "LIST")
    _ = handle("G", &model)
    _ = handle(.function(6), &model)
    type("2", &model)
    let asked = requests(handle(.enter, &model))
    let directory = RemotePath("/debian-cd/12.5.0")
    #expect(
        asked.contains(
            .remote(
                .rename(
                    directory.appending([0x66, 0xFC, 0x72]),
                    to: directory.appending([0x66, 0xFC, 0x72, 0x32]),
                    model.lastTicket))))
}

@Test func deletesNothingUnlessTheOtherButtonIsChosen() {
    var model = sampleModel()
    _ = handle(.function(8), &model)
    #expect(requests(handle(.enter, &model)).isEmpty)
    _ = handle(.function(8), &model)
    _ = handle(.right, &model)
    let asked = requests(handle(.enter, &model))
    guard case .remote(.delete(let items, _))? = asked.first else {
        Issue.record("nothing was asked for")
        return
    }
    #expect(items.count == 3)
    #expect(items.allSatisfy { $0.kind == .file })
}

@Test func deletesNothingOnAServerThatCameInBetween() {
    var model = sampleModel()
    _ = handle(.function(8), &model)
    var other = sampleSite
    other.host = "other.example.org"
    _ = update(&model, .engine(.connection(.connected(other, sampleFacts))))
    _ = handle(.right, &model)
    #expect(requests(handle(.enter, &model)).isEmpty)
}

@Test func saysWhatAnOperationEndedWith() {
    var model = sampleModel()
    _ = handle(.function(7), &model)
    type("new", &model)
    _ = handle(.enter, &model)
    _ = update(&model, .engine(.operationEnded(.remote, model.lastTicket, error: "550 Permission denied")))
    #expect(model.toasts.contains { $0.isError && $0.text == "New folder new: 550 Permission denied" })
}

@Test func answersAConflictWithWhatIsChosen() {
    var model = sampleModel()
    var snapshot = sampleQueue
    snapshot.rows[0].transfer.state = .asking(.destinationExists(size: 100, modified: nil))
    snapshot.rows[1].transfer.state = .asking(.destinationExists(size: nil, modified: nil))
    snapshot.counts.asking = 2
    _ = update(&model, .engine(.queue(snapshot)))
    #expect(view(model, size: model.size).text[34].contains("2 files need an answer — A"))
    _ = handle("A", &model)
    #expect(view(model, size: model.size).text.joined().contains("This file is already there"))
    // That it is shorter proves nothing: it is resumed only when that is chosen.
    #expect(requests(handle(.enter, &model)).contains(.queue(.answer([1], .skip))))
    _ = handle("A", &model)
    #expect(requests(handle("r", &model)).contains(.queue(.answer([1], .resume))))
    _ = handle("A", &model)
    _ = handle(.tab, &model)
    #expect(requests(handle("k", &model)).contains(.queue(.decide(.skip, for: .batch(1), .download))))
}

@Test func anAnswerIsForTheFileTheBatchTheSessionOrTheSite() {
    let transfer = job(1, .upload, "a", 100, remote: "/")
    func answer(_ tabs: Int, _ key: Key) -> [Request] {
        var model = sampleModel()
        model.dialogs = [.conflict(ConflictForm(transfer, size: 100, modified: nil))]
        for _ in 0..<tabs { _ = handle(.tab, &model) }
        return requests(handle(key, &model))
    }
    #expect(answer(0, "o") == [.queue(.answer([1], .overwrite))])
    #expect(answer(1, "s") == [.queue(.decide(.size, for: .batch(1), .upload))])
    #expect(answer(2, "e") == [.queue(.decide(.newerOrSize, for: .session, .upload))])
    #expect(answer(3, "n") == [.queue(.decide(.newer, for: .site(transfer.site), .upload))])
    #expect(answer(4, "k") == [.queue(.answer([1], .skip))])
}

@Test func conflictsAreAnsweredBeforeTheyCome() {
    var model = sampleModel()
    _ = update(&model, .engine(.queue(sampleQueue)))
    _ = handle("3", &model)
    _ = handle("o", &model)
    #expect(view(model, size: model.size).text.joined().contains("Where a destination exists already"))
    let row = model.queue.cursorRow!.transfer
    let asked = requests(handle("r", &model))
    #expect(asked.contains(.queue(.decide(.resume, for: .batch(row.batch ?? row.id), row.direction))))
}

@Test func aConflictSaysHowFarTheClocksDiffer() {
    var model = sampleModel()
    var form = ConflictForm(job(1, .download, "a", 100, remote: "/"), size: 100, modified: 1)
    form.clockAhead = -3_600
    model.dialogs = [.conflict(form)]
    #expect(
        view(model, size: model.size).text.joined(separator: "\n").contains(
            "behind; “If newer” reckons it in"))
}

@Test(arguments: [(80, 24), (60, 15), (40, 12)])
func everyAnswerToAConflictStandsOnTheScreen(_ columns: Int, _ rows: Int) {
    var model = sampleModel(columns, rows)
    model.dialogs = [
        .conflict(ConflictForm(job(1, .download, "report.txt", 100, remote: "/"), size: 50, modified: 1))
    ]
    let text = view(model, size: model.size).text.joined(separator: "\n")
    for answer in ["Resume", "Overwrite", "If newer", "If size differs", "If either", "Rename", "Skip"] {
        #expect(text.contains(answer), "\(answer)\n\(text)")
    }
    #expect(text.contains("report.txt"), "\(text)")
    let scopes = ["this file", "this batch", "this session", "this site"]
    #expect(columns < 60 || scopes.allSatisfy { text.contains($0) }, "\(text)")
}

@Test func whatIsMarkedAndHiddenByTheFilterIsNamedAsTheReasonForDoingNothing() {
    var model = sampleModel()
    model.local.setMark(0, true)
    model.local.filter = "no such name"
    model.local.reorder()
    _ = update(&model, .focused(.local))
    _ = handle(.function(8), &model)
    #expect(model.dialogs.isEmpty)
    #expect(model.toasts.contains { $0.text.hasPrefix("What is marked is hidden by the filter") })
}

@Test func skipsByDefaultWhenTheFileMayBeComplete() {
    let form = ConflictForm(job(1, .download, "a", 100, remote: "/"), size: 100, modified: nil)
    #expect(form.choice == .skip)
    #expect(!form.choices.contains(.resume))
}

@Test func whatEnterDoesWithTheQuestionAtTheEndLosesNothing() {
    var model = sampleModel()
    _ = handle("q", &model)
    #expect(handle(.enter, &model) == [.goOnInBackground, .quit])
    var demo = sampleModel()
    _ = update(&demo, .engine(.queueNotKept("the disk is full")))
    _ = handle("q", &demo)
    #expect(picture(demo).contains("Stop; lose the queue"))
    #expect(!handle(.enter, &demo).contains(.quit))
}

@Test func aQueueInTheBackgroundGoesOnOrIsStoppedAndThatOfAnotherScreenIsLeftAlone() {
    var model = sampleModel()
    _ = update(&model, .engine(.queueElsewhere(QueueHolder(process: 4711, kind: .background))))
    #expect(picture(model).contains("3 Queue in the background"))
    _ = handle("q", &model)
    #expect(handle("b", &model) == [.quit])
    _ = handle("q", &model)
    #expect(handle("s", &model) == [.endWorker, .quit])
    _ = update(&model, .engine(.queueElsewhere(QueueHolder(process: 4711, kind: .screen))))
    #expect(picture(model).contains("3 Queue in process 4711"))
    #expect(handle("q", &model) == [.quit])
}

@Test func asksBeforeQuittingWhileTransfersRun() {
    var model = sampleModel()
    #expect(!handle("q", &model).contains(.quit))
    #expect(picture(model).contains("Go on in the background    Stop; keep the queue    Stay"))
    _ = handle(.right, &model)
    _ = handle(.right, &model)
    #expect(!handle(.enter, &model).contains(.quit))
    _ = handle(.function(10), &model)
    #expect(handle("s", &model) == [.quit])
    var idle = freshModel()
    #expect(handle(.function(10), &idle).contains(.quit))
}

@Test func actsOnTheRowOfTheQueueUnderTheCursor() {
    var model = sampleModel()
    _ = handle("3", &model)
    _ = handle(.down, &model)
    #expect(requests(handle(" ", &model)).contains(.queue(.pause([2]))))
    #expect(requests(handle("x", &model)).contains(.queue(.cancel([2]))))
    #expect(requests(handle("p", &model)).contains(.queue(.pauseAll)))
    #expect(requests(handle("R", &model)).contains(.queue(.retryFailed)))
    #expect(requests(handle("+", &model)).contains(.queue(.setConnections(5))))
}

@Test func asksForTheRowsOfTheQueueThatComeIntoSight() {
    var model = sampleModel()
    _ = handle("3", &model)
    let effects = handle("G", &model)
    let shows = requests(effects).contains {
        if case .queue(.show(let first, let count)) = $0 {
            first <= model.queue.top && first + count >= 46
        } else {
            false
        }
    }
    #expect(shows)
}

@Test func aDownloadThatHasBegunComesIntoTheListAndShowsHowFarItIs() {
    var model = sampleModel()
    var snapshot = sampleQueue
    snapshot.rows[1].transfer.localName = Array("new.iso".utf8)
    _ = update(&model, .engine(.queue(snapshot)))
    #expect(model.local.refreshAt != nil)
    model.now += 1_000_000_000
    #expect(
        requests(update(&model, .woke)).contains(
            .local(.list(LocalPath("/home/alice/mirror/debian-cd"), model.lastTicket))))
    answerListing(&model, .local, localEntries + [file("new.iso.part", 5)])
    #expect(
        view(model, size: model.size).text.contains { $0.contains("new.iso.part") && $0.contains("▶ 8%") })
    _ = update(&model, .engine(.queue(snapshot)))
    #expect(model.local.refreshAt == nil)
}

private func picture(_ model: Model) -> String { view(model, size: model.size).text.joined(separator: "\n") }
