import Testing
import Transfers

@testable import Interface

/// Draws the model at a size and checks what holds for every picture, whatever is in it.
func checkFrame(_ model: Model, size: Size? = nil, _ what: String, _ place: SourceLocation = #_sourceLocation)
{
    let size = size ?? model.size
    let frame = view(model, size: size)
    let seen = Comment(rawValue: "\(what) at \(size.columns)×\(size.rows)")
    #expect(frame.size == size, seen, sourceLocation: place)
    #expect(frame.cells.count == size.columns * size.rows, seen, sourceLocation: place)
    checkCells(frame, seen, place)
    if let cursor = frame.cursor {
        #expect((0..<size.columns).contains(cursor.column), seen, sourceLocation: place)
        #expect((0..<size.rows).contains(cursor.row), seen, sourceLocation: place)
    }
    let layout = Layout(model, size: size)
    #expect(
        layout.isTooSmall == (size.columns < 40 || size.rows < 8), seen, sourceLocation: place)
    guard !layout.isTooSmall else {
        let said = frame.text.joined()
        if size.columns * size.rows >= 40 {
            #expect(said.contains("needed") || said.contains("Quit?"), seen, sourceLocation: place)
        }
        return
    }
    checkParts(layout, seen, place)
    if let dialog = model.dialogs.last {
        checkBox(dialog, model, frame, seen, place)
    } else {
        checkBorders(layout, frame, hasMessages: !model.toasts.isEmpty, seen, place)
    }
    checkKeysHaveAPlace(model, layout, frame, seen, place)
    checkModel(model, seen, place)
}

/// Every row is as wide as the screen, and wide characters are whole.
private func checkCells(_ frame: Frame, _ seen: Comment, _ place: SourceLocation) {
    for row in 0..<frame.size.rows {
        var column = 0
        while column < frame.size.columns {
            let cell = frame[column, row]
            let width = cellWidth(cell.text)
            let isWhole =
                !cell.isContinuation && (1...2).contains(width)
                && (width == 1 || (column + 1 < frame.size.columns && frame[column + 1, row].isContinuation))
            guard isWhole else {
                Issue.record("cell \(column), \(row) is ‘\(cell.text)’: \(seen)", sourceLocation: place)
                return
            }
            column += width
        }
    }
}

/// The parts stand side by side: none over another, no gap between the first line and the status line.
private func checkParts(_ layout: Layout, _ seen: Comment, _ place: SourceLocation) {
    let parts = Focus.allCases.compactMap { layout[$0] }
    #expect(!parts.isEmpty, seen, sourceLocation: place)
    let area = parts.reduce(0) { $0 + $1.columns * $1.rows }
    #expect(area == layout.size.columns * (layout.statusRow - 1), seen, sourceLocation: place)
    for row in 1..<layout.statusRow {
        for column in stride(from: 0, to: layout.size.columns, by: 3) {
            let owners = parts.count { $0.contains(column: column, row: row) }
            guard owners == 1 else {
                Issue.record("\(owners) parts at \(column), \(row): \(seen)", sourceLocation: place)
                return
            }
        }
    }
    for focus in Focus.allCases {
        guard let rect = layout[focus], let rows = layout.rows(of: focus) else { continue }
        #expect(rows.columns > 0, seen, sourceLocation: place)
        #expect(
            rows.row > rect.row && rows.endRow <= rect.endRow && rows.column >= rect.column
                && rows.endColumn <= rect.endColumn, seen, sourceLocation: place)
    }
}

/// The boxes of the parts are closed: their corners and their left sides are there. Messages may lie over the rest.
private func checkBorders(
    _ layout: Layout, _ frame: Frame, hasMessages: Bool, _ seen: Comment, _ place: SourceLocation
) {
    for focus in Focus.allCases where layout.hasBox(focus) {
        guard let rect = layout[focus] else { continue }
        let corners = [
            frame[rect.column, rect.row].text, frame[rect.endColumn - 1, rect.row].text,
            frame[rect.column, rect.endRow - 1].text, frame[rect.endColumn - 1, rect.endRow - 1].text,
        ]
        let isASCII = corners[0] == "+"
        #expect(
            corners == (isASCII ? ["+", "+", "+", "+"] : ["┌", "┐", "└", "┘"]), seen, sourceLocation: place)
        for row in rect.row + 1..<rect.endRow - 1 where !hasMessages {
            guard frame[rect.column, row].text == (isASCII ? "|" : "│") else {
                Issue.record("no border in row \(row) of \(focus): \(seen)", sourceLocation: place)
                return
            }
        }
    }
}

/// What is on top is whole, with its title; the cursor is in it where it has a field.
private func checkBox(
    _ dialog: Dialog, _ model: Model, _ frame: Frame, _ seen: Comment, _ place: SourceLocation
) {
    if case .input(let form) = dialog, form.isInPane { return }
    var rect = dialogBox(dialog, model, frame.size).rect(in: frame.size)
    if case .menu(let form) = dialog { rect = MenuPlaces(form, model.keymap.menus, frame.size).box }
    let isInside =
        rect.column >= 0 && rect.row >= 0 && rect.endColumn <= frame.size.columns
        && rect.endRow <= frame.size.rows
    #expect(isInside, seen, sourceLocation: place)
    guard isInside else { return }
    let corners =
        frame[rect.column, rect.row].text + frame[rect.endColumn - 1, rect.row].text
        + frame[rect.column, rect.endRow - 1].text + frame[rect.endColumn - 1, rect.endRow - 1].text
    #expect(["┌┐└┘", "++++"].contains(corners), seen, sourceLocation: place)
    if frame.showsCursor, let cursor = frame.cursor {
        #expect(rect.contains(column: cursor.column, row: cursor.row), seen, sourceLocation: place)
    }
}

/// What has the focus is on the screen, and its cursor in sight.
private func checkKeysHaveAPlace(
    _ model: Model, _ layout: Layout, _ frame: Frame, _ seen: Comment, _ place: SourceLocation
) {
    #expect(layout[model.focus] != nil, seen, sourceLocation: place)
    guard model.dialogs.isEmpty, let rows = layout.rows(of: model.focus), rows.rows > 0,
        let cursor = frame.cursor
    else { return }
    #expect(
        rows.contains(column: cursor.column, row: cursor.row)
            || layout[model.focus]?.contains(column: cursor.column, row: cursor.row) == true, seen,
        sourceLocation: place)
}

/// What `update` and `handle` promise of a model, whatever happened.
func checkModel(_ model: Model, _ seen: Comment, _ place: SourceLocation = #_sourceLocation) {
    for pane in [model.local, model.remote] {
        #expect((0...max(0, pane.rowCount - 1)).contains(pane.cursor), seen, sourceLocation: place)
        #expect((0...max(0, pane.rowCount - 1)).contains(pane.top), seen, sourceLocation: place)
        let entries = 0..<Int32(pane.entries.count)
        #expect(pane.order.allSatisfy(entries.contains), seen, sourceLocation: place)
        #expect(pane.marks.allSatisfy(entries.contains), seen, sourceLocation: place)
        #expect(Set(pane.order).count == pane.order.count, seen, sourceLocation: place)
        #expect(pane.marks.isEmpty ? pane.markedBytes == 0 : true, seen, sourceLocation: place)
    }
    #expect((0...max(0, model.queue.rowCount - 1)).contains(model.queue.cursor), seen, sourceLocation: place)
    #expect((0...max(0, model.log.count - 1)).contains(model.log.cursor), seen, sourceLocation: place)
    #expect(model.toasts.count <= 3 && model.messages.count <= 500, seen, sourceLocation: place)
    #expect(
        model.focus.isPane ? model.focus.rawValue == (model.lastPane == .local ? 1 : 2) : true, seen,
        sourceLocation: place)
}
