import FTPProtocol
import Testing
import Transfers

@testable import Interface

/// What F8 says of local files before it takes them, and where they go.

private func requests(_ effects: [Effect]) -> [LocalRequest] {
    effects.compactMap { if case .request(.local(let request)) = $0 { request } else { nil } }
}

private func screen(_ model: Model) -> String { view(model, size: model.size).text.joined(separator: "\n") }

private let mirror = LocalPath("/home/alice/mirror/debian-cd/mirror")

/// F8 on a folder of the local pane, and the ticket of what is looked up meanwhile.
private func asked() throws -> (model: Model, ticket: Ticket) {
    var model = sampleModel()
    _ = update(&model, .focused(.local))
    model.local.clearMarks()
    model.local.moveCursor(toName: Array("mirror".utf8))
    let found = requests(handle(.function(8), &model)).first
    guard case .survey([mirror], let ticket)? = found else { throw NotAsked() }
    return (model, ticket)
}

private struct NotAsked: Error {}

private func survey(_ trash: String?, isComplete: Bool = true) -> DeletionSurvey {
    DeletionSurvey(
        files: 1_132, folders: 9, bytes: 13_002_342, isComplete: isComplete,
        trash: trash.map { LocalPath($0) })
}

@Test func deletingHereSaysWhatIsInTheFoldersAndMovesThemToTheTrash() throws {
    var (model, ticket) = try asked()
    #expect(screen(model).contains("counting …"))
    _ = update(&model, .engine(.surveyed(ticket, survey("/home/alice/.local/share/Trash"))))
    let text = screen(model)
    #expect(text.contains("1 folder on this machine"))
    #expect(text.contains("Folders go with everything in them: 1 132 files, 12.4 MB."))
    #expect(text.contains("To the trash: ~/.local/share/Trash"))
    #expect(text.contains("Move to the trash") && !text.contains("cannot be undone"))
    var cancelled = model
    #expect(requests(handle(.enter, &cancelled)).isEmpty && cancelled.dialogs.isEmpty)
    _ = handle(.tab, &model)
    #expect(requests(handle(.enter, &model)) == [.moveToTrash([mirror], model.lastTicket)])
}

@Test func whereThereIsNoTrashItSaysSoBeforeItDeletesForGood() throws {
    var (model, ticket) = try asked()
    _ = update(&model, .engine(.surveyed(ticket, survey(nil, isComplete: false))))
    let text = screen(model)
    #expect(text.contains("more than 1 132 files"))
    #expect(text.contains("There is no trash for them: they are deleted for good."))
    #expect(text.contains("be undone.") && text.contains("more than"))
    #expect(text.contains("Delete 1 folder"))
    _ = handle(.tab, &model)
    #expect(requests(handle(.enter, &model)) == [.delete([mirror], model.lastTicket)])
}

@Test func whoIsFasterThanTheAnswerDeletesNothingForGood() throws {
    var (model, _) = try asked()
    _ = handle(.tab, &model)
    #expect(requests(handle(.enter, &model)) == [.moveToTrash([mirror], model.lastTicket)])
}
