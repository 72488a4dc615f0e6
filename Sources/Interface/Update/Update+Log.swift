internal import FTPProtocol

/// The log pane: a line explained, a line copied.
extension Model {
    mutating func copyLogLine() -> [Effect] {
        guard let line = log[log.cursor] else { return [] }
        say("Copied the line.")
        return [.copyToClipboard("\(line.sign) \(line.text)")]
    }

    mutating func explainLogLine() {
        guard let line = log[log.cursor] else { return }
        dialogs.append(
            .explanation(
                title: clipped("\(line.sign) \(visible(line.bytes.prefix(200)))", to: 60),
                lines: explanation(of: line), top: 0))
    }

    mutating func changeLayout() {
        let all = LayoutPreset.allCases
        let at = all.firstIndex(of: layout) ?? 0
        layout = all[(at + 1) % all.count]
        isZoomed = false
        say("Layout: \(layout.rawValue)")
    }
}
