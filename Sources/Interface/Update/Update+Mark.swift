internal import FTPProtocol
internal import Transfers

/// Marks, order and filter of the focused pane.
extension Model {
    mutating func toggleMark() {
        guard let index = pane.cursorEntry else { return pane.moveCursor(to: pane.cursor + 1) }
        pane.setMark(index, !pane.marks.contains(Int32(index)))
        pane.moveCursor(to: pane.cursor + 1)
    }

    /// Marks the entry under the cursor and moves on.
    mutating func extendMark(by rows: Int) {
        if let index = pane.cursorEntry { pane.setMark(index, true) }
        pane.moveCursor(to: pane.cursor + rows)
    }

    /// All that is shown; when all of it is marked already, none.
    mutating func markAll() {
        let shown = pane.order
        let isWhole = !shown.isEmpty && shown.allSatisfy { pane.marks.contains($0) }
        change(shown) { _ in !isWhole }
    }

    mutating func invertMarks() {
        let marks = pane.marks
        change(pane.order) { !marks.contains(Int32($0)) }
    }

    mutating func mark(_ side: EngineEvent.Side, pattern: String, _ marked: Bool) {
        let pattern = NamePattern(pattern)
        for index in self[side].order where pattern.fits(self[side].entries.text(Int(index))) {
            self[side].setMark(Int(index), marked)
        }
    }

    private mutating func change(_ indices: [Int32], _ isMarked: (Int) -> Bool) {
        for index in indices { pane.setMark(Int(index), isMarked(Int(index))) }
    }

    /// The same order again turns it round.
    mutating func sort(by key: SortKey) {
        pane.isDescending = pane.sort == key ? !pane.isDescending : key == .size || key == .time
        pane.sort = key
        pane.reorder()
    }

    mutating func toggleHidden() {
        pane.showsHidden.toggle()
        pane.reorder()
        dropHiddenMarks(lastPane)
    }

    mutating func setFilter(_ side: EngineEvent.Side, _ text: String) {
        self[side].filter = text
        self[side].reorder()
    }

    /// What is not seen is not acted upon.
    private mutating func dropHiddenMarks(_ side: EngineEvent.Side) {
        guard !self[side].marks.isEmpty else { return }
        let shown = Set(self[side].order)
        for index in self[side].marks where !shown.contains(index) { self[side].setMark(Int(index), false) }
    }
}
