/// The last line: what the function keys do here.
func drawFunctionBar(_ model: Model, _ layout: Layout, _ canvas: inout Canvas) {
    guard let row = layout.functionBarRow else { return }
    let labels = functionLabels(model, layout)
    for label in labels {
        let end = canvas.put("\(label.key)", label.column, row, .key)
        canvas.put(padded(label.text, to: label.endColumn - end), end, row, .keyLabel)
    }
    let hint = [
        Piece("^P", .key), Piece(" Commands ", .keyLabel), Piece("?", .key), Piece(" Keys", .keyLabel),
    ]
    let start = layout.size.columns - width(hint)
    if layout.isWide, start > (labels.last?.endColumn ?? 0) + 2 { canvas.put(hint, start, row) }
}

struct FunctionLabel {
    let key: String
    let text: String
    let action: Action
    var column = 0
    var endColumn = 0
}

/// The labels that fit, placed; on narrow screens those go first that are needed least.
func functionLabels(_ model: Model, _ layout: Layout) -> [FunctionLabel] {
    var labels = allLabels(model, isWide: layout.isWide)
    var gap = 2
    func total() -> Int { labels.reduce(0) { $0 + $1.key.count + $1.text.count + gap } - gap }
    if total() > layout.size.columns { gap = 1 }
    for key in ["b", "4", "3", "9", "6", "7", "2", "8", "o", "n", "w", "y", "F", "Q"]
    where total() > layout.size.columns {
        labels.removeAll { $0.key == key }
    }
    var column = 0
    return labels.map { label in
        var label = label
        label.column = column
        label.endColumn = column + label.key.count + label.text.count + (gap == 2 ? 1 : 0)
        column += label.key.count + label.text.count + gap
        return label
    }
}

private func allLabels(_ model: Model, isWide: Bool) -> [FunctionLabel] {
    func label(_ key: String, _ text: String, _ action: Action) -> FunctionLabel {
        FunctionLabel(key: key, text: text, action: action)
    }
    switch model.focus {
    case .local, .remote:
        return [
            label("1", "Help", .helpAsked), label("2", "Connect", .connectAsked),
            label("3", "View", .viewAsked), label("4", "Edit", .editAsked), label("5", "Copy", .copyAsked),
            label("6", "Rename", .renameAsked), label("7", "MkDir", .makeDirectoryAsked),
            label("8", isWide ? "Delete" : "Del", .deleteAsked), label("9", "Menu", .menuAsked),
            label("10", "Quit", .quitAsked),
        ]
    case .queue:
        return [
            label("Spc", "Pause", .queuePauseToggled), label("p", "Pause all", .queueAllPauseToggled),
            label("J", "Later", .queueItemMoved(by: 1)), label("K", "Earlier", .queueItemMoved(by: -1)),
            label("b", "Limit", .rateLimitAsked),
            label("Ent", "Details", .queueDetailsAsked), label("r", "Retry", .queueRetry),
            label("x", "Remove", .queueRemove),
            label("?", "Keys", .helpAsked),
            label("10", "Quit", .quitAsked),
        ]
    case .log:
        return [
            label("f", "Filter", .logFilterAsked), label("/", "Search", .logSearchAsked),
            label("n", "Next", .logSearchedAgain(by: 1)), label("e", "Explain", .logExplained),
            label("y", "Copy", .logLineCopied), label("w", "Save", .logSaved),
            label("o", "Fold", .logFoldsToggled), label("F", "Follow", .logFollowToggled),
            label("Q", "Raw command", .rawCommandAsked),
            label("?", "Keys", .helpAsked), label("10", "Quit", .quitAsked),
        ]
    }
}
