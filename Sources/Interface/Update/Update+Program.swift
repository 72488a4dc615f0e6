internal import Transfers

/// Leaving, and one step back.
extension Model {
    mutating func quit() -> [Effect] {
        let choices = quitChoices
        guard !choices.isEmpty else { return [.quit] }
        // Nothing is lost by the first of them, unless there is no other choice than to lose.
        dialogs.append(.quit(choice: choices.first == .lose ? choices.count - 1 : 0))
        return []
    }

    /// What there is to be decided; empty where nothing is.
    var quitChoices: [QuitChoice] {
        let counts = queue.snapshot.counts
        let waits = counts.waiting + counts.paused + counts.asking
        let isBusy = counts.running > 0 || (counts.waiting > 0 && !queue.snapshot.isPaused)
        if queue.notKept != nil { return counts.running + waits > 0 ? [.lose, .stay] : [] }
        if let holder = queue.holder {
            // Whoever else has it goes on, or not, as it is told there.
            return holder.kind == .background && isBusy ? [.goOn, .stop, .stay] : []
        }
        // Where there is no room to see that something waits, a key pressed by mistake would do it.
        let isUnseen = Layout(self, size: size).isTooSmall && waits > 0
        return isBusy ? [.goOn, .stop, .stay] : isUnseen ? [.stop, .stay] : []
    }

    mutating func quitTakes(_ key: Key, _ choice: Int) -> [Effect] {
        let choices = quitChoices
        guard !choices.isEmpty else {
            // All came to its end meanwhile.
            dialogs.removeLast()
            return key == .enter ? [.quit] : []
        }
        let at = min(choice, choices.count - 1)
        switch key {
        case .left, "h": return replace(.quit(choice: max(0, at - 1)))
        case .right, "l": return replace(.quit(choice: min(choices.count - 1, at + 1)))
        case .tab: return replace(.quit(choice: (at + 1) % choices.count))
        case .backTab: return replace(.quit(choice: (at + choices.count - 1) % choices.count))
        case .enter, .function(10): return leave(choices[at])
        case .character(let scalar):
            guard let chosen = choices.first(where: { $0.key == String(scalar) }) else { return [] }
            return leave(chosen)
        default: return []
        }
    }

    private mutating func leave(_ choice: QuitChoice) -> [Effect] {
        dialogs.removeLast()
        switch choice {
        case .stay: return []
        case .lose: return [.quit]
        // A process that has it goes on by itself.
        case .goOn: return queue.holder == nil ? [.goOnInBackground, .quit] : [.quit]
        case .stop: return queue.holder == nil ? [.quit] : [.endWorker, .quit]
        }
    }

    /// Esc: what is smallest and nearest ends first.
    mutating func stepBack() -> [Effect] {
        if pane.pending.map({ !$0.isRefresh }) ?? false { return stop() }
        if fetchUnderWay != nil { return stop() }
        if case .connecting = connection, focus == .remote { return stop() }
        if case .failed = pane.listing {
            pane.listing = .none
        } else if focus.isPane, !pane.filter.isEmpty {
            setFilter(lastPane, "")
        } else if focus == .log, !log.filter.isEmpty || !log.search.isEmpty {
            log.setFilter("")
            log.search = ""
        } else if isZoomed {
            isZoomed = false
        } else if !focus.isPane {
            setFocus(lastPane == .local ? .local : .remote)
        } else {
            toasts = []
        }
        return []
    }

    mutating func ask(_ purpose: InputForm.Purpose, _ text: String = "") {
        if case .filter(let side) = purpose, self[side].location == nil { return }
        dialogs.append(.input(InputForm(purpose: purpose, field: TextField(text))))
    }

    /// Also while there is no connection: what is typed next is meant for the box, not for the keys below it.
    mutating func askRawCommand(_ text: String) { ask(.rawCommand, text) }

    mutating func askForServer() {
        let typed = home.address.text
        guard typed.isEmpty, let site = connection.site else {
            let address = TextField(typed, isAddress: true, isSelected: true)
            return dialogs.append(.connect(ConnectForm(address: address, user: TextField(), filledFrom: nil)))
        }
        let user = site.user == Site.anonymous ? "" : site.user
        let charset = site.charset ?? ""
        dialogs.append(
            .connect(
                ConnectForm(
                    address: TextField(site.shortName, isAddress: true, isSelected: true),
                    user: TextField(user, isSelected: true),
                    charset: TextField(charset, isSelected: true),
                    filledFrom: .init(address: site.shortName, user: user, charset: charset))))
    }
}

/// How a screen with transfers at work is left.
enum QuitChoice: Sendable {
    case goOn, stop, lose, stay

    var label: String {
        switch self {
        case .goOn: "Go on in the background"
        case .stop: "Stop; keep the queue"
        case .lose: "Stop; lose the queue"
        case .stay: "Stay"
        }
    }

    var key: String {
        switch self {
        case .goOn: "b"
        case .stop, .lose: "s"
        case .stay: "Esc"
        }
    }
}
