import Glibc

/// What the terminal's characters are, as the locale says.
enum CharacterSet {
    case unicode
    /// Anything else is drawn as ASCII.
    case ascii

    /// Sets LC_CTYPE, which ncurses reads; only that, because LC_NUMERIC would change what C libraries print.
    /// Call before ncurses starts.
    ///
    /// Where no locale is asked for at all (ssh, containers), or one with UTF-8 that is not installed, C.UTF-8
    /// is taken. An explicit `LANG=C` is obeyed.
    static func adopt() -> CharacterSet {
        let asked = askedLocale()
        if setlocale(LC_CTYPE, asked == nil ? "C.UTF-8" : "") == nil, let asked, isUnicodeName(asked) {
            _ = setlocale(LC_CTYPE, "C.UTF-8") ?? setlocale(LC_CTYPE, "en_US.UTF-8")
        }
        guard let codeset = nl_langinfo(Int32(CODESET)) else { return .ascii }
        return isUnicodeName(String(cString: codeset)) ? .unicode : .ascii
    }

    /// The value that wins (POSIX: LC_ALL, then LC_CTYPE, then LANG; empty is unset).
    private static func askedLocale() -> String? {
        for name in ["LC_ALL", "LC_CTYPE", "LANG"] {
            if let value = environment(name) { return value }
        }
        return nil
    }

    private static func isUnicodeName(_ name: String) -> Bool {
        let lower = name.lowercased()
        return lower.contains("utf-8") || lower.contains("utf8")
    }
}

/// A variable of the environment; nil when it is unset or empty.
func environment(_ name: String) -> String? {
    guard let value = getenv(name), value.pointee != 0 else { return nil }
    return String(cString: value)
}
