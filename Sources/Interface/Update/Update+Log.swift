internal import FTPProtocol
internal import Transfers

/// The log pane: lines found, explained, copied and written to a file.
extension Model {
    mutating func copyLogLine() -> [Effect] {
        guard let line = log[log.cursor] else { return [] }
        say("Copied the line.")
        return [.copyToClipboard("\(line.sign) \(line.text)")]
    }

    mutating func copyConversation() -> [Effect] {
        let lines = log.conversation(around: log.cursor)
        guard !lines.isEmpty else { return [] }
        say("Copied \(plural(lines.count, "line", "lines")).")
        return [.copyToClipboard(lines.map { "\($0.sign) \($0.text)" }.joined(separator: "\n") + "\n")]
    }

    /// Into the directory of the local pane: where it went is seen at once. Secrets are dots there too.
    mutating func saveLog() -> [Effect] {
        guard let location = local.location, log.lineCount > 0 else { return [] }
        var text = ""
        for line in log.all {
            let took = line.duration.map { "  [\(duration(nanoseconds: $0))]" } ?? ""
            text +=
                "\(timeOfDay(line.time, milliseconds: true)) \(line.connection) \(line.sign) \(line.text)\(took)\n"
        }
        let time = timeOfDay(now, milliseconds: true).filter { $0 != ":" && $0 != "." }
        let name = Array("portside-log-\(time).txt".utf8)
        let ticket = begin("Write the log", location, cursorName: nil)
        say("The log goes to \(visible(name)).")
        return [.request(.local(.write(location.localPath.appending(name), Array(text.utf8), ticket)))]
    }

    mutating func openLogLine() {
        if !log.toggleFold(row: log.cursor) { explainLogLine() }
    }

    mutating func explainLogLine() {
        guard let line = log[log.cursor] else { return }
        dialogs.append(
            .explanation(
                title: clipped("\(line.sign) \(line.charset.shown(line.bytes.prefix(200)))", to: 60),
                lines: explanation(of: line), top: 0))
    }

    // MARK: Searching

    /// - Returns: whether there is such a line; the cursor goes to it.
    mutating func searchLog(_ text: String, from row: Int, step: Int) -> Bool {
        log.search = text
        guard !text.isEmpty else { return true }
        guard let found = log.row(holding: text, from: row, step: step) else { return false }
        log.moveCursor(to: found)
        if found != log.count - 1 { log.setFollow(false) }
        return true
    }

    mutating func searchLogAgain(by step: Int) {
        guard !log.search.isEmpty else { return ask(.logSearch(from: log.cursor)) }
        if !searchLog(log.search, from: log.cursor + step, step: step) {
            say("No line holds “\(visible(log.search))”.")
        }
    }

    /// As far as both sides keep room enough to be read.
    mutating func moveSplitter(columns: Int, rows: Int) {
        let before = Layout(self, size: size).parts
        splitColumns += columns
        splitRows += rows
        // At the end of its way a splitter stays where it is, and comes back with the first key the other way.
        if Layout(self, size: size).parts == before {
            splitColumns -= columns
            splitRows -= rows
        }
    }

    mutating func changeLayout() {
        let all = LayoutPreset.allCases
        let at = all.firstIndex(of: layout) ?? 0
        layout = all[(at + 1) % all.count]
        isZoomed = false
        say("Layout: \(layout.rawValue)")
    }
}
