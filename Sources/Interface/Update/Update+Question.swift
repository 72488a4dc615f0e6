internal import Transfers

/// Questions with buttons: left and right choose, Enter does it.
extension Model {
    mutating func deleteTakes(_ key: Key, _ form: DeleteForm) -> [Effect] {
        var form = form
        switch key {
        case .left, "h": form.choice = 0
        case .right, "l": form.choice = 1
        case .tab, .backTab: form.choice = 1 - form.choice
        case .enter:
            dialogs.removeLast()
            return form.choice == 1 ? delete(form) : []
        default: return []
        }
        return replace(.delete(form))
    }

    mutating func sortTakes(_ key: Key, _ cursor: Int) -> [Effect] {
        let all = SortKey.allCases
        func choose(_ key: SortKey) -> [Effect] {
            dialogs.removeLast()
            sort(by: key)
            return []
        }
        switch key {
        case .down, "j": return replace(.sort(cursor: min(all.count - 1, cursor + 1)))
        case .up, "k": return replace(.sort(cursor: max(0, cursor - 1)))
        case .enter: return choose(all[cursor])
        case .character(let scalar):
            guard let key = all.first(where: { $0.rawValue.unicodeScalars.first == scalar }) else {
                return []
            }
            return choose(key)
        default: return []
        }
    }

    mutating func conflictTakes(_ key: Key, _ form: ConflictForm) -> [Effect] {
        var form = form
        let choices = form.choices
        let at = choices.firstIndex(of: form.choice) ?? 0
        switch key {
        case .left: form.choice = choices[max(0, at - 1)]
        case .right: form.choice = choices[min(choices.count - 1, at + 1)]
        case .tab, .down, " ": form.scope = form.scope.next(1)
        case .backTab, .up: form.scope = form.scope.next(-1)
        case .enter: return answer(form)
        case .character(let scalar):
            guard let choice = choices.first(where: { $0.key == scalar }) else { return [] }
            form.choice = choice
            return answer(form)
        default: return []
        }
        return replace(.conflict(form))
    }

    private mutating func answer(_ form: ConflictForm) -> [Effect] {
        dialogs.removeLast()
        let policy = form.choice.policy
        let transfer = form.transfer
        let scope: ConflictScope
        switch form.scope {
        case .file: return [.request(.queue(.answer([transfer.id], policy)))]
        case .batch: scope = .batch(transfer.batch ?? transfer.id)
        case .session: scope = .session
        case .site: scope = .site(transfer.site)
        }
        return [.request(.queue(.decide(policy, for: scope, transfer.direction)))]
    }
}

extension ConflictForm {
    /// Resuming is offered only where the copy is shorter than the source; to be asked only where nothing asks yet.
    var choices: [Choice] {
        Choice.allCases.filter { choice in
            switch choice {
            case .resume: canResume || isPrecaution
            case .ask: isPrecaution
            default: true
            }
        }
    }
}

extension ConflictForm.Scope {
    func next(_ step: Int) -> Self {
        let count = Self.allCases.count
        return Self(rawValue: (rawValue + step + count) % count) ?? .file
    }
}
