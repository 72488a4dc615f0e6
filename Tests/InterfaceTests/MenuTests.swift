import FTPProtocol
import Testing
import Transfers

@testable import Interface

private func picture(_ model: Model) -> [String] { view(model, size: model.size).text }

@Test func theMenuHasEveryCommandAndRunsTheChosenOne() {
    var model = sampleModel()
    _ = handle(.function(9), &model)
    #expect(picture(model)[0].contains("Act") && picture(model)[0].contains("Program"))
    #expect(picture(model).joined().contains("Copy into the queue"))
    #expect(Keymap.standard.menus.flatMap(\.items).count == Keymap.standard.commands.count)
    _ = handle(.right, &model)
    #expect(picture(model).joined().contains("Disconnect"))
    // A letter goes to the next item that begins with it.
    _ = handle("d", &model)
    let items = Keymap.standard.menus.first { $0.group == .connection }?.items ?? []
    guard case .menu(let form)? = model.dialogs.last else { return #expect(Bool(false), "no menu") }
    #expect(items[form.item].help.hasPrefix("D"))
    _ = handle(.escape, &model)
    #expect(model.dialogs.isEmpty)
    _ = update(&model, .focused(.queue))
    _ = handle(.function(9), &model)
    _ = handle(.home, &model)
    _ = handle(.enter, &model)
    #expect(model.dialogs.isEmpty)
}

@Test(arguments: [(40, 8), (80, 24), (120, 36)])
func everyMenuAndItsChosenItemCanBeSeen(columns: Int, rows: Int) {
    var model = sampleModel(columns, rows)
    _ = handle(.function(9), &model)
    for menu in Keymap.standard.menus {
        guard case .menu(let form)? = model.dialogs.last else { return #expect(Bool(false), "no menu") }
        let shown = Keymap.standard.menus[form.menu]
        #expect(picture(model)[0].contains(shown.group.rawValue), "\(menu.group)")
        _ = handle(.end, &model)
        let words = shown.items.last?.help.prefix(12) ?? ""
        #expect(picture(model).contains { $0.contains(words) }, "\(words)")
        _ = handle(.right, &model)
    }
}

@Test func aClickOpensAMenuAndChoosesInIt() throws {
    var model = sampleModel()
    _ = handle(.function(9), &model)
    let title = try #require(picture(model)[0].firstRange(of: "Program"))
    let column = picture(model)[0].distance(from: picture(model)[0].startIndex, to: title.lowerBound)
    _ = handle(.mouse(MouseEvent(kind: .press, button: .left, column: column, row: 0)), &model)
    let row = try #require(picture(model).firstIndex { $0.contains("Past messages") })
    _ = handle(.mouse(MouseEvent(kind: .press, button: .left, column: column, row: row)), &model)
    guard case .messages? = model.dialogs.last else { return #expect(Bool(false), "no messages") }
}

@Test func whatWasRenamedOrTrashedIsTakenBack() {
    var model = sampleModel()
    let here = model.local.location?.path ?? .root
    _ = update(&model, .focused(.local))
    #expect(handle("u", &model).isEmpty)
    #expect(picture(model).joined().contains("nothing to undo"))
    let ticket = model.begin("Delete", Location(.local, here), cursorName: nil)
    let file = TrashedFile(original: LocalPath("/home/a/x"), inTrash: LocalPath("/home/a/Trash/files/x"))
    _ = update(&model, .engine(.trashed(ticket, [file])))
    _ = update(&model, .engine(.operationEnded(.local, ticket, error: nil)))
    var restored = false
    for case .request(.local(.restore(let files, _))) in handle("u", &model) { restored = files == [file] }
    #expect(restored)
    // Once.
    #expect(handle("u", &model).allSatisfy { if case .request = $0 { false } else { true } })
}
