internal import Transfers

/// The mouse: a click focuses and moves the cursor, a double click opens, the wheel scrolls what is under it.
extension Model {
    mutating func takeMouse(_ event: MouseEvent) -> [Effect] {
        let layout = Layout(self, size: size)
        guard !layout.isTooSmall else { return [] }
        switch event.kind {
        case .wheelUp: return wheel(event, layout, -3)
        case .wheelDown: return wheel(event, layout, 3)
        case .press where event.button == .left:
            return dialogs.isEmpty ? press(event, layout) : pressInDialog(event)
        case .press, .release, .drag: return []
        }
    }

    private mutating func wheel(_ event: MouseEvent, _ layout: Layout, _ rows: Int) -> [Effect] {
        if !dialogs.isEmpty { return dialogTakes(rows < 0 ? .up : .down) }
        switch layout.focus(column: event.column, row: event.row) {
        case .local: local.moveCursor(to: local.cursor + rows)
        case .remote: remote.moveCursor(to: remote.cursor + rows)
        case .queue: queue.moveCursor(to: queue.cursor + rows)
        case .log: log.moveCursor(to: log.cursor + rows)
        case nil: break
        }
        return []
    }

    private mutating func press(_ event: MouseEvent, _ layout: Layout) -> [Effect] {
        if event.row == layout.functionBarRow {
            let label = functionLabels(self, layout).first {
                ($0.column..<max($0.column, $0.endColumn)).contains(event.column)
            }
            return label.map { perform($0.action) } ?? []
        }
        if event.row == layout.statusRow {
            let segment = statusSegments(self, layout).first {
                ($0.column..<max($0.column, $0.endColumn)).contains(event.column)
            }
            return segment?.action.map { perform($0) } ?? []
        }
        guard let part = layout.focus(column: event.column, row: event.row) else { return [] }
        setFocus(part)
        guard let rows = layout.rows(of: part) else { return [] }
        if part == .remote, remote.location == nil { return pressAtHome(event, rows) }
        if part.isPane, event.row == rows.row - 1 { return pressHead(event, rows) }
        guard rows.contains(column: event.column, row: event.row) else { return [] }
        return press(part, line: event.row - rows.row, isDouble: event.isDouble)
    }

    private mutating func press(_ part: Focus, line: Int, isDouble: Bool) -> [Effect] {
        switch part {
        case .local, .remote:
            guard pane.top + line < pane.rowCount else { return [] }
            pane.moveCursor(to: pane.top + line)
            return isDouble ? open() : []
        case .queue:
            queue.moveCursor(to: queue.top + line)
            if isDouble { openQueueRow() }
        case .log:
            guard log.top + line < log.count else { return [] }
            log.moveCursor(to: log.top + line)
            if isDouble { explainLogLine() }
        }
        return []
    }

    /// A click on a column's head sorts by it, a second one turns the order round.
    private mutating func pressHead(_ event: MouseEvent, _ rows: Rect) -> [Effect] {
        let columns = PaneColumns(width: rows.columns)
        let x = event.column - rows.column
        if let time = columns.time, x >= time {
            sort(by: .time)
        } else if x >= columns.size - 6 {
            sort(by: .size)
        } else {
            sort(by: .name)
        }
        return []
    }

    private mutating func pressAtHome(_ event: MouseEvent, _ rows: Rect) -> [Effect] {
        let places = homePlaces(
            Rect(column: rows.column, row: rows.row - 1, columns: rows.columns, rows: rows.rows + 1))
        if event.row == places.address { home.selection = 0 }
        guard let at = places.offers.firstIndex(of: event.row) else { return [] }
        home.selection = at + 1
        return takeOffer()
    }

    private mutating func pressInDialog(_ event: MouseEvent) -> [Effect] {
        guard let dialog = dialogs.last else { return [] }
        if case .menu(let form) = dialog { return menuClicked(event, form) }
        let box = dialogBox(dialog, self, size)
        let rect = box.rect(in: size)
        let buttons = box.buttonRects(in: rect)
        guard let at = buttons.firstIndex(where: { $0.contains(column: event.column, row: event.row) }) else {
            return []
        }
        switch dialog {
        case .connect(var form):
            form.field = at == 0 ? .connect : .cancel
            dialogs[dialogs.count - 1] = .connect(form)
        case .delete(var form):
            form.choice = at
            dialogs[dialogs.count - 1] = .delete(form)
        case .conflict(var form):
            form.choice = form.choices[at]
            dialogs[dialogs.count - 1] = .conflict(form)
        case .sendBack(var form):
            form.choice = SendBackForm.Choice(rawValue: at) ?? .keep
            dialogs[dialogs.count - 1] = .sendBack(form)
        case .certificate(var form):
            form.choice = CertificateForm.Choice(rawValue: at) ?? .disconnect
            dialogs[dialogs.count - 1] = .certificate(form)
        case .quit: dialogs[dialogs.count - 1] = .quit(choice: at)
        default: return []
        }
        return dialogTakes(.enter)
    }
}
