internal import Transfers

/// The palette: commands found by name.
extension Model {
    mutating func commandsTake(_ key: Key, _ form: CommandForm) -> [Effect] {
        var form = form
        let found = commandsFound(form.field.text)
        switch key {
        case .down, .control("n"), .tab: form.cursor = min(max(0, found.count - 1), form.cursor + 1)
        case .up, .control("p"), .backTab: form.cursor = max(0, form.cursor - 1)
        case .enter:
            if isRawCommand(form.field.text) { return sendRaw(form) }
            guard found.indices.contains(form.cursor) else { return [] }
            dialogs.removeLast()
            return perform(found[form.cursor].action)
        default:
            if form.field.handle(key) { form.cursor = 0 }
        }
        return replace(.commands(form))
    }

    /// `SITE CHMOD 644 a`: a verb in capitals is meant for the server.
    func isRawCommand(_ text: String) -> Bool {
        let verb = text.prefix { $0 != " " }
        return (3...8).contains(verb.count) && verb.utf8.allSatisfy { (0x41...0x5A).contains($0) }
    }

    private mutating func sendRaw(_ form: CommandForm) -> [Effect] {
        dialogs.removeLast()
        switch raw(form.field.text, isConfirmed: false) {
        case .done(let effects): return effects
        case .refused(let reason):
            dialogs.append(
                .input(
                    InputForm(purpose: .rawCommand, field: TextField(form.field.text), error: reason)))
            return []
        }
    }

    /// Best first: a word that begins so, then anywhere, then the letters in this order.
    func commandsFound(_ text: String) -> [Keymap.Line] {
        let wanted = text.lowercased()
        let ranked = keymap.commands.compactMap { line -> (line: Keymap.Line, rank: Int)? in
            let name = line.help.lowercased()
            if wanted.isEmpty || name.hasPrefix(wanted) { return (line, 0) }
            if name.split(whereSeparator: { !$0.isLetter }).contains(where: { $0.hasPrefix(wanted) }) {
                return (line, 1)
            }
            if name.contains(wanted) { return (line, 2) }
            var rest = name[...]
            for letter in wanted {
                guard let at = rest.firstIndex(of: letter) else { return nil }
                rest = rest[rest.index(after: at)...]
            }
            return (line, 3)
        }
        return (0...3).flatMap { rank in ranked.filter { $0.rank == rank }.map(\.line) }
    }
}
