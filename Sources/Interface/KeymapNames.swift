/// What keys do by the names that `keys.toml` uses, and the keys by theirs.
extension Keymap {
    /// Stable: users write them down.
    static let names: [(name: String, action: Action)] = [
        ("cursor.up", .cursorMoved(by: -1)), ("cursor.down", .cursorMoved(by: 1)),
        ("page.up", .pageMoved(by: -1)), ("page.down", .pageMoved(by: 1)),
        ("cursor.top", .cursorToTop), ("cursor.bottom", .cursorToBottom),
        ("open", .opened), ("parent", .parentOpened), ("home", .homeOpened), ("back", .wentBack),
        ("forward", .wentForward), ("focus.next", .focusMoved(by: 1)),
        ("focus.previous", .focusMoved(by: -1)),
        ("focus.local", .focused(.local)), ("focus.remote", .focused(.remote)),
        ("focus.queue", .focused(.queue)),
        ("focus.log", .focused(.log)),

        ("mark", .markToggled), ("mark.up", .markExtended(by: -1)), ("mark.down", .markExtended(by: 1)),
        ("mark.all", .allMarked), ("mark.pattern", .markPatternAsked),
        ("unmark.pattern", .unmarkPatternAsked),
        ("mark.invert", .marksInverted), ("filter", .filterAsked), ("jump", .jumpAsked), ("sort", .sortAsked),
        ("sort.name", .sorted(.name)), ("sort.size", .sorted(.size)), ("sort.time", .sorted(.time)),
        ("sort.extension", .sorted(.extension)), ("hidden", .hiddenToggled),

        ("view", .viewAsked), ("edit", .editAsked), ("copy", .copyAsked), ("rename", .renameAsked),
        ("folder.new", .makeDirectoryAsked), ("delete", .deleteAsked), ("permissions", .permissionsAsked),
        ("facts", .factsAsked), ("undo", .undone), ("path.copy", .pathCopied), ("url.copy", .urlCopied),

        ("connect", .connectAsked), ("disconnect", .disconnectAsked), ("demo", .demoAsked),
        ("mode", .dataModeToggled), ("raw", .rawCommandAsked), ("diagnose", .diagnosisAsked),
        ("list", .listAgain), ("stop", .stopped),

        ("queue.pause", .queuePauseToggled), ("queue.pause-all", .queueAllPauseToggled),
        ("queue.earlier", .queueItemMoved(by: -1)), ("queue.later", .queueItemMoved(by: 1)),
        ("queue.first", .queueItemFirst), ("queue.last", .queueItemLast),
        ("queue.more-connections", .connectionsChanged(by: 1)),
        ("queue.fewer-connections", .connectionsChanged(by: -1)), ("queue.limit", .rateLimitAsked),
        ("queue.retry", .queueRetry), ("queue.retry-all", .queueRetryAll), ("queue.remove", .queueRemove),
        ("queue.forget-done", .queueDoneForgotten), ("queue.forget-failed", .queueFailedForgotten),
        ("queue.answer", .answerAsked), ("queue.conflicts", .conflictsAsked),
        ("queue.when-done", .whenDoneChanged), ("queue.details", .queueDetailsAsked),

        ("log.filter", .logFilterAsked), ("log.search", .logSearchAsked),
        ("log.next", .logSearchedAgain(by: 1)), ("log.previous", .logSearchedAgain(by: -1)),
        ("log.explain", .logExplained), ("log.open", .logOpened), ("log.fold", .logFoldsToggled),
        ("log.follow", .logFollowToggled), ("log.times", .logTimesToggled), ("log.copy", .logLineCopied),
        ("log.copy-conversation", .logConversationCopied), ("log.save", .logSaved),

        ("zoom", .zoomToggled), ("layout", .layoutChanged),
        ("splitter.left", .splitterMoved(columns: -2, rows: 0)),
        ("splitter.right", .splitterMoved(columns: 2, rows: 0)),
        ("splitter.up", .splitterMoved(columns: 0, rows: -1)),
        ("splitter.down", .splitterMoved(columns: 0, rows: 1)), ("swap", .panesSwapped),
        ("compare", .compareAsked), ("compare.write", .planSaved), ("redraw", .redrawAsked),
        ("escape", .escaped),
        ("commands", .commandsAsked), ("menu", .menuAsked), ("help", .helpAsked),
        ("messages", .messagesAsked), ("suspend", .suspendAsked), ("quit", .quitAsked),
    ]

    private static let actions = Dictionary(uniqueKeysWithValues: names.map { ($0.name, $0.action) })

    /// Nil for a name that nothing has.
    public static func action(named name: String) -> Action? { actions[name] }

    /// A key that does something else in one part of the screen than it usually does.
    public struct Change: Hashable, Sendable {
        public var context: Context
        public var key: Key
        /// Nil: nothing any more.
        public var action: Action?
        /// Instead of the usual words; nil for those.
        public var help: String?

        public init(context: Context, key: Key, action: Action?, help: String? = nil) {
            self.context = context
            self.key = key
            self.action = action
            self.help = help
        }
    }

    /// With the user's own keys. The last one that is said about a key counts.
    public func changed(by changes: [Change]) -> Keymap {
        var bindings = bindings
        for change in changes {
            bindings = bindings.compactMap { $0.without(change.key, in: change.context) }
            guard let action = change.action else { continue }
            let usual = bindings.first { $0.action == action } ?? self.bindings.first { $0.action == action }
            bindings.append(
                Binding(
                    action, change.context, usual?.group ?? .program, [change.key], help: change.help,
                    isOwn: true))
        }
        return Keymap(bindings)
    }
}

extension Keymap.Binding {
    /// One that only others have keys for stays, for the palette; its own that is left without one goes.
    fileprivate func without(_ key: Key, in context: Keymap.Context) -> Self? {
        guard self.context == context, keys.contains(key) else { return self }
        let rest = keys.filter { $0 != key }
        return isOwn && rest.isEmpty
            ? nil : Self(action, self.context, group, rest, help: help, isOwn: isOwn)
    }
}

extension Key {
    private static let named: [String: Key] = [
        "up": .up, "down": .down, "left": .left, "right": .right, "home": .home, "end": .end,
        "pageup": .pageUp, "pagedown": .pageDown, "shift+up": .shiftUp, "shift+down": .shiftDown,
        "alt+left": .altLeft, "alt+right": .altRight, "ctrl+left": .controlLeft, "ctrl+right": .controlRight,
        "enter": .enter, "tab": .tab, "shift+tab": .backTab, "backspace": .backspace, "delete": .delete,
        "insert": .insert, "escape": .escape, "space": " ",
    ]

    /// `ctrl+t`, `f5`, `shift+f6`, `alt+x`, `space`, `x`, `X`.
    ///
    /// - Returns: nil for what no terminal sends, or what no program gets: `ctrl+c` ends it.
    public init?(named name: String) {
        let scalars = name.unicodeScalars
        if scalars.count == 1, let scalar = scalars.first, scalar.value > 0x20, scalar.value != 0x7F {
            self = .character(scalar)
            return
        }
        let lower = name.lowercased()
        if let key = Self.named[lower] {
            self = key
        } else if lower.hasPrefix("f"), let number = Int(lower.dropFirst()), (1...12).contains(number) {
            self = .function(number)
        } else if lower.hasPrefix("shift+f"), let number = Int(lower.dropFirst(7)), (1...12).contains(number)
        {
            self = .shiftFunction(number)
        } else if lower.hasPrefix("ctrl+"), lower.count == 6, let letter = lower.last,
            ("a"..."z").contains(letter), !"cimjh".contains(letter)
        {
            self = .control(letter)
        } else if lower.hasPrefix("alt+"), name.count == 5, let letter = name.last {
            self = .alt(letter)
        } else {
            return nil
        }
    }
}
