internal import FTPProtocol

/// `D`: what went wrong, and a key for each thing that can be done about it.
extension Model {
    mutating func diagnose() {
        guard let diagnosis = diagnosis() else {
            return say("Nothing has gone wrong that is still known; the log (4) has every line.")
        }
        dialogs.append(.diagnosis(diagnosis, choice: 0))
    }

    mutating func diagnosisTakes(_ key: Key, _ diagnosis: Diagnosis, _ choice: Int) -> [Effect] {
        let count = diagnosis.remedies.count
        var chosen: Int?
        switch key {
        case .down, .tab, "j": return replace(.diagnosis(diagnosis, choice: min(count - 1, choice + 1)))
        case .up, .backTab, "k": return replace(.diagnosis(diagnosis, choice: max(0, choice - 1)))
        case .enter: chosen = choice
        case .character(let scalar): chosen = Int(String(scalar)).map { $0 - 1 }
        default: return []
        }
        guard let chosen, diagnosis.remedies.indices.contains(chosen) else { return [] }
        dialogs.removeLast()
        return perform(diagnosis.remedies[chosen].action)
    }
}
