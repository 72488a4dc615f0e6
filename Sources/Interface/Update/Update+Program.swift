internal import Transfers

/// Leaving, and one step back.
extension Model {
    mutating func quit() -> [Effect] {
        let counts = queue.snapshot.counts
        let waits = counts.waiting + counts.paused + counts.asking
        // Where there is no room to see that something waits, a key pressed by mistake would do it.
        let isUnseen = Layout(self, size: size).isTooSmall && waits > 0
        guard counts.running > 0 || isUnseen || (queue.notKept != nil && waits > 0) else { return [.quit] }
        dialogs.append(.quit(choice: 1))
        return []
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
