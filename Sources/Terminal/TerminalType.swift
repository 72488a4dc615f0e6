/// Which entries of the terminal database to try for a value of TERM, best first.
enum TerminalType {
    /// - Parameter wantsDirect: the terminal says it shows 24-bit colours (COLORTERM). The database knows that
    ///   only by entries of their own, `xterm-direct` beside `xterm-256color`.
    static func candidates(for type: String, wantsDirect: Bool) -> [String] {
        var names: [String] = []
        if wantsDirect, let direct = directEntry(for: type) { names.append(direct) }
        names.append(type)
        // Terminals that ship their entry in a package of their own, absent on the host one has logged in to.
        // They all understand what xterm does.
        if xtermAlike.contains(where: type.contains) { names.append("xterm-256color") }
        return names
    }

    /// Whether OSC 2 sets a title there. The Linux console and hardware terminals show it as text.
    static func hasTitle(_ type: String) -> Bool {
        !untitled.contains(where: type.hasPrefix)
    }

    private static func directEntry(for type: String) -> String? {
        if type.hasSuffix("-direct") { return nil }  // it is one itself
        for (prefix, entry) in directEntries where type.hasPrefix(prefix) { return entry }
        return nil
    }

    private static let xtermAlike = ["kitty", "foot", "ghostty", "wezterm", "alacritty", "contour", "rio"]

    private static let directEntries = [
        ("xterm-kitty", "kitty-direct"), ("xterm-ghostty", "xterm-direct"), ("xterm", "xterm-direct"),
        ("tmux", "tmux-direct"), ("alacritty", "alacritty-direct"), ("konsole", "konsole-direct"),
        ("vte", "vte-direct"), ("gnome", "vte-direct"), ("st-", "st-direct"), ("iterm2", "iterm2-direct"),
        ("foot", "foot-direct"), ("wezterm", "xterm-direct"),
    ]

    private static let untitled = ["linux", "vt1", "vt2", "vt3", "vt4", "vt5", "ansi", "cons25", "sun", "wy"]
}
