import Glibc

/// The terminal `portside-test`: an entry of its own for the terminal database, with so few abilities that
/// ncurses sends only what `ScreenEmulator` knows.
public enum TerminalEntry {
    public static let name = "portside-test"

    static let source = #"""
        portside-test|minimal terminal for screen tests,
            am, xenl, mir, msgr, cols#80, lines#24, colors#256, pairs#65536,
            cup=\E[%i%p1%d;%p2%dH, clear=\E[H\E[2J, smcup=\E[?1049h, rmcup=\E[?1049l,
            civis=\E[?25l, cnorm=\E[?25h, smam=\E[?7h, rmam=\E[?7l,
            sgr0=\E[m, bold=\E[1m, dim=\E[2m, rev=\E[7m, smul=\E[4m, rmul=\E[24m,
            setaf=\E[38;5;%p1%dm, setab=\E[48;5;%p1%dm, op=\E[39;49m, smkx=\E[?1h, rmkx=\E[?1l,
            kcuu1=\EOA, kcud1=\EOB, kcuf1=\EOC, kcub1=\EOD, kbs=^?, kich1=\E[2~,

        """#

    /// Compiles the entry with `tic` (ncurses-bin, always there on Debian) below a directory that becomes TERMINFO.
    public static func install(in directory: String) throws {
        let file = directory + "/portside-test.ti"
        guard let handle = fopen(file, "w") else { throw PseudoTerminalError("cannot write \(file)") }
        fputs(source, handle)
        fclose(handle)
        guard runToEnd(["tic", "-x", "-o", directory, file]) == 0 else {
            throw PseudoTerminalError("tic is missing or refuses \(file)")
        }
    }
}
