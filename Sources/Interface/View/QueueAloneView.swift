internal import FTPProtocol
internal import Transfers

/// The queue with the screen to itself (`z`): counts and heads above the rows, the one under the cursor below them.
func drawQueueAlone(
    _ model: Model, _ layout: Layout, _ rect: Rect, _ rows: Rect, _ columns: QueueColumns,
    _ canvas: inout Canvas
) {
    guard layout.showsQueueDetails else { return }
    let counts = model.queue.snapshot.counts
    let all = [
        ("All", counts.all, Role.tabActive), ("Active", counts.running, .tab),
        ("Waiting", counts.waiting, .tab),
        ("Paused", counts.paused, .tab), ("Asking", counts.asking, counts.asking > 0 ? .queueAsk : .tab),
        ("Failed", counts.failed, counts.failed > 0 ? .queueFailed : .tab), ("Done", counts.done, .tab),
    ]
    let pieces = all.map { Piece(" \($0.0) \(grouped(Int64($0.1))) ", $0.2) }
    canvas.put(clipped(pieces, to: rows.columns - 2), rows.column + 1, rect.row + 1)
    let whenDone = "w when done: \(model.whenDone.words)"
    let column = rows.endColumn - 1 - cellWidth(whenDone)
    if column > rows.column + 2 + width(pieces) { canvas.put(whenDone, column, rect.row + 1, .textFaint) }

    let head = rows.row - 1
    canvas.put("Name", rows.column + 3, head, .column)
    let size = rows.column + 3 + columns.name
    canvas.put(rightAligned("Size", to: columns.size), size, head, .column)
    let bar = size + columns.size + columns.gap
    canvas.put("Progress", bar, head, .column)
    if columns.rate > 0 {
        let rate = bar + columns.bar + 5
        canvas.put(rightAligned("Speed", to: columns.rate), rate, head, .column)
        canvas.put(rightAligned("Left", to: columns.left), rate + columns.rate, head, .column)
        if columns.route > 0 { canvas.put("On Route", rate + columns.rate + columns.left + 1, head, .column) }
    }

    guard let row = model.queue.cursorRow else { return }
    let box = Rect(
        column: rect.column + 1, row: rows.endRow, columns: rect.columns - 2,
        rows: rect.endRow - 1 - rows.endRow)
    canvas.box(box, .border)
    let name = shortened(model.sourceName(of: row.transfer), to: box.columns - 8)
    canvas.put(" \(name) ", box.column + 2, box.row, .titleFocus)
    for (index, fact) in queueFacts(row, model).prefix(box.rows - 2).enumerated() {
        let line = box.row + 1 + index
        canvas.put(rightAligned(fact.label, to: 8), box.column + 1, line, .textFaint)
        let role: Role = fact.role == .fieldError ? .queueFailed : .text
        canvas.put(clipped(fact.text, to: box.columns - 13), box.column + 11, line, role)
    }
}
