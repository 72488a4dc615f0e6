internal import Transfers

/// The picture of a model. Only reads it, and walks no more rows than are visible.
public func view(_ model: Model, size: Size) -> Frame {
    var canvas = Canvas(size: size, glyphs: model.glyphs)
    let layout = Layout(model, size: size)
    guard !layout.isTooSmall else {
        drawTooSmall(model, &canvas, size)
        return canvas.frame
    }
    drawTopLine(model, layout, &canvas)
    drawPane(model, model.local, .local, layout, &canvas)
    drawPane(model, model.remote, .remote, layout, &canvas)
    drawQueue(model, layout, &canvas)
    drawLog(model, layout, &canvas)
    drawStatusLine(model, layout, &canvas)
    drawFunctionBar(model, layout, &canvas)
    drawToasts(model, layout, &canvas)
    for dialog in model.dialogs { draw(dialog, model, layout, &canvas) }
    return canvas.frame
}

/// "40×8 needed, this is 24×6. Transfers go on: 3 active, 4.2 MB/s."
private func drawTooSmall(_ model: Model, _ canvas: inout Canvas, _ size: Size) {
    let smallest = Layout.smallest
    var text = "\(smallest.columns)×\(smallest.rows) needed, this is \(size.columns)×\(size.rows)."
    let snapshot = model.queue.snapshot
    if snapshot.counts.running > 0 {
        text +=
            " Transfers go on: \(snapshot.counts.running) active, "
            + "\(rate(snapshot.downloadRate + snapshot.uploadRate))."
    }
    let counts = snapshot.counts
    let rest = [
        (counts.waiting, "waiting"), (counts.paused, "paused"),
        (counts.asking, counts.asking == 1 ? "needs an answer" : "need an answer"), (counts.failed, "failed"),
    ].filter { $0.0 > 0 }.map { "\(grouped(Int64($0.0))) \($0.1)" }
    if !rest.isEmpty { text += " In the queue: \(rest.joined(separator: ", "))." }
    if case .quit? = model.dialogs.last {
        let choices = model.quitChoices.filter { $0 != .stay }
            .map { "\($0.key) \($0.label.prefix(1).lowercased() + $0.label.dropFirst())" }
        text = "Quit? \((choices + ["Esc stays"]).joined(separator: ", ")). " + text
    }
    for (row, line) in wrapped(text, to: size.columns).enumerated() { canvas.put(line, 0, row, .text) }
}
