import FTPProtocol
import Testing
import Transfers

@testable import Interface

private func press(_ column: Int, _ row: Int, double: Bool = false) -> Key {
    .mouse(MouseEvent(kind: .press, button: .left, column: column, row: row, isDouble: double))
}

private func column(of text: String, row: Int, in model: Model) -> Int? {
    let frame = view(model, size: model.size)
    let cells = (0..<model.size.columns).map { frame[$0, row].text }
    let wanted = text.map(String.init)
    return cells.indices.first { cells[$0...].starts(with: wanted) }
}

@Test func aClickFocusesAndMovesTheCursor() {
    var model = sampleModel()
    _ = handle(press(10, 4), &model)
    #expect(model.focus == .local)
    #expect(model.local.cursorEntry.map { model.local.entries.name($0) } == Array("incoming".utf8))
    _ = handle(press(10, 30), &model)
    #expect(model.focus == .log)
}

@Test func aDoubleClickOpens() {
    var model = sampleModel()
    let effects = handle(press(70, 4, double: true), &model)
    #expect(
        effects.contains(.request(.remote(.list(RemotePath("/debian-cd/12.5.0/dists"), model.lastTicket)))))
}

@Test func theWheelScrollsWhatIsUnderThePointer() {
    var model = sampleModel()
    let before = model.local.cursor
    _ = handle(.mouse(MouseEvent(kind: .wheelUp, button: .none, column: 5, row: 6)), &model)
    #expect(model.local.cursor == before - 3)
    #expect(model.focus == .remote)
}

@Test func aClickOnTheFunctionBarPressesTheKey() throws {
    var model = sampleModel()
    let at = try #require(column(of: "7MkDir", row: 35, in: model))
    _ = handle(press(at + 2, 35), &model)
    #expect(model.dialogs.count == 1)
}

@Test func aClickOnTheDataModeChangesIt() throws {
    var model = sampleModel()
    let at = try #require(column(of: "passive", row: 34, in: model))
    #expect(handle(press(at, 34), &model).contains(.request(.remote(.setDataMode(.active)))))
}

@Test func aClickOnTheOtherButtonDeletes() throws {
    var model = sampleModel()
    _ = handle(.function(8), &model)
    let row = try #require((0..<36).first { column(of: "Delete 3 files", row: $0, in: model) != nil })
    let at = try #require(column(of: "Delete 3 files", row: row, in: model))
    let effects = handle(press(at, row), &model)
    #expect(effects.contains { if case .request(.remote(.delete)) = $0 { true } else { false } })
}

@Test func aClickOnAColumnHeadSorts() {
    var model = sampleModel()
    _ = handle(press(100, 2), &model)
    #expect(model.remote.sort == .size)
    _ = handle(press(70, 2), &model)
    #expect(model.remote.sort == .name)
}

@Test func aClickOnAnOfferTakesIt() throws {
    var model = freshModel()
    let row = try #require((0..<36).first { column(of: "Try the demo", row: $0, in: model) != nil })
    #expect(handle(press(70, row), &model).contains(.connectDemo))
}

@Test(arguments: [size(1, 1), size(40, 8), size(60, 20), size(80, 24), size(170, 40)])
func aClickAnywhereLeavesAWholePictureAndDoesNoHarm(_ size: Size) {
    for column in stride(from: -1, through: size.columns, by: max(1, size.columns / 16)) {
        for row in stride(from: -1, through: size.rows, by: max(1, size.rows / 10)) {
            var model = sampleModel(size.columns, size.rows)
            let effects = handle(press(column, row, double: true), &model)
            checkFrame(model, "a click at \(column), \(row)")
            #expect(!effects.contains(where: isHarmful), "at \(column), \(row)")
            let layout = Layout(sampleModel(size.columns, size.rows), size: size)
            if let part = layout.focus(column: column, row: row), model.dialogs.isEmpty {
                #expect(model.focus == part, "at \(column), \(row)")
            }
            var dialog = sampleModel(size.columns, size.rows)
            _ = handle(.function(8), &dialog)
            guard case .delete(let form)? = dialog.dialogs.last else { continue }
            let box = dialogBox(.delete(form), dialog, size)
            let isButton = box.buttonRects(in: box.rect(in: size)).contains {
                $0.contains(column: column, row: row)
            }
            let done = handle(press(column, row), &dialog)
            #expect(dialog.dialogs.isEmpty == isButton, "at \(column), \(row)")
            #expect(isButton || !done.contains(where: isHarmful), "at \(column), \(row)")
            checkFrame(dialog, "a click at \(column), \(row) beside a question")
        }
    }
}

/// What must never follow from a click that is not on a button.
private func isHarmful(_ effect: Effect) -> Bool {
    switch effect {
    case .request(.remote(.delete)), .request(.local(.delete)), .request(.queue(.cancel)): true
    case .request(.remote(.disconnect)), .request(.remote(.raw)): true
    default: false
    }
}
