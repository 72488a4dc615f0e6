/// Messages in the corner above the status line: at most three, at most sixty columns, taking no focus.
func drawToasts(_ model: Model, _ layout: Layout, _ canvas: inout Canvas) {
    let widest = min(60, layout.size.columns - 4)
    var row = layout.statusRow
    for toast in model.toasts.suffix(3).reversed() {
        let lines = wrapped(toast.text, to: widest - 2).prefix(3)
        let columns = (lines.map(cellWidth).max() ?? 0) + 2
        let role: Role = toast.isError ? .toastError : .toast
        row -= lines.count
        guard row > 1 else { return }
        let rect = Rect(
            column: layout.size.columns - columns - 2, row: row, columns: columns, rows: lines.count)
        canvas.clear(rect, role)
        for (offset, line) in lines.enumerated() { canvas.put(line, rect.column + 1, row + offset, role) }
    }
}
