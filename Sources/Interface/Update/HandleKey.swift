internal import Transfers

/// What a key does where the focus is: the open dialog takes it first, then the address line, then the table of
/// keys.
public func handle(_ key: Key, _ model: inout Model) -> [Effect] {
    var effects = model.take(key)
    effects += model.settle()
    return effects
}

extension Model {
    fileprivate mutating func take(_ key: Key) -> [Effect] {
        switch key {
        case .resized(let size): return perform(.resized(size))
        case .focusGained, .focusLost: return []
        case .mouse(let event): return takeMouse(event)
        default: break
        }
        // An error stays until something else is done.
        toasts.removeAll(where: \.isError)
        if Layout(self, size: size).isTooSmall { return tooSmallTakes(key) }
        if !dialogs.isEmpty { return dialogTakes(key) }
        if isTypingAddress, let effects = addressTakes(key) { return effects }
        guard let action = keymap.action(for: key, in: keyContext) else {
            if !key.label.isEmpty { say("\(key.label) does nothing here; ? shows the keys.") }
            return []
        }
        return perform(action)
    }

    /// Where nothing can be seen, nothing is done but leaving.
    private mutating func tooSmallTakes(_ key: Key) -> [Effect] {
        if case .quit? = dialogs.last { return dialogTakes(key) }
        switch keymap.action(for: key, in: .everywhere) {
        case .quitAsked?: return quit()
        case .suspendAsked?: return [.suspend]
        case .redrawAsked?: return [.redraw]
        default: return []
        }
    }

    /// Typing goes into the address line. While it is empty, a capital letter and `?` `:` are commands, as elsewhere:
    /// no host begins with one.
    private mutating func addressTakes(_ key: Key) -> [Effect]? {
        switch key {
        case .character(let scalar)
        where home.address.isEmpty && ("?:".unicodeScalars.contains(scalar) || scalar.properties.isUppercase):
            return nil
        case .enter:
            return home.address.isEmpty ? [] : connectToAddress(home.address.text)
        case .escape where !home.address.isEmpty || home.error != nil:
            home.address = TextField(isAddress: true)
            home.error = nil
            return []
        case .left, .right, .home, .end, .backspace, .delete, .character, .paste, .control("a"),
            .control("e"),
            .control("u"), .control("k"), .control("w"):
            home.error = nil
            return home.address.handle(key) ? [] : nil
        default: return nil
        }
    }
}
