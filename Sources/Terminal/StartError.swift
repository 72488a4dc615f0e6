/// Why the interface cannot start. Its description is one line that says what to do.
public enum StartError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Input or output is a file or a pipe.
    case noTerminal
    /// TERM is not in the environment, or empty.
    case typeMissing
    /// The terminal database does not know this value of TERM.
    case typeUnknown(String)
    /// The terminal cannot place its cursor, like `dumb`.
    case typeUnusable(String)

    /// EX_USAGE of sysexits(3): the way the program was started cannot work.
    public static let exitStatus: Int32 = 64

    public var description: String {
        switch self {
        case .noTerminal:
            "the interface needs a terminal for input and output; without one use portside ls, get, put … "
                + "(see portside help)"
        case .typeMissing:
            "TERM is not set, so the terminal is unknown; try TERM=xterm-256color portside"
        case .typeUnknown(let name):
            "the terminal type '\(printable(name))' is not known here; install the package ncurses-term, "
                + "or try TERM=xterm-256color portside"
        case .typeUnusable(let name):
            "the terminal type '\(printable(name))' cannot place the cursor; try TERM=xterm-256color portside, "
                + "or use portside ls, get, put …"
        }
    }
}

/// TERM may hold anything; a message must not.
private func printable(_ name: String) -> String {
    String(name.prefix(40).map { $0.isASCII && !$0.isNewline && ($0.asciiValue ?? 0) > 32 ? $0 : "?" })
}
