/// Messages in the lower right corner of the panes: at most three, at most sixty columns, taking no focus.
/// The newest lines of the log, which often say the same at greater length, stay in sight.
func drawToasts(_ model: Model, _ layout: Layout, _ canvas: inout Canvas) {
    // Above the border of the pane, or above the status line where there is none.
    let pane = [Focus.remote, .local, model.focus].compactMap { layout[$0] }.first
    let endColumn = pane.map { $0.endColumn - 1 } ?? layout.size.columns
    let widest = min(60, pane.map { $0.columns >= 50 ? $0.columns - 2 : endColumn - 2 } ?? endColumn - 2)
    var row = pane.map { $0.endRow - 1 } ?? layout.statusRow
    for toast in model.toasts.suffix(3).reversed() {
        let lines = wrapped(toast.text, to: widest - 2).prefix(3)
        let columns = (lines.map(cellWidth).max() ?? 0) + 2
        let role: Role = toast.isError ? .toastError : .toast
        row -= lines.count
        guard row > 1 else { return }
        let rect = Rect(
            column: endColumn - columns, row: row, columns: columns, rows: lines.count)
        canvas.clear(rect, role)
        for (offset, line) in lines.enumerated() { canvas.put(line, rect.column + 1, row + offset, role) }
    }
}
