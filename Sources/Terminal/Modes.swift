/// What the terminal is asked to report, beyond what its database entry knows. Terminals ignore modes they do
/// not have.
///
/// The mouse is not left to ncurses: under tmux and screen it would turn on reports without their SGR form
/// (1006), which say nothing to the right of column 223.
struct Modes {
    var mouse: Bool

    /// Button presses and drags (1000, 1002) in SGR form (1006), bracketed paste (2004), focus (1004).
    var on: String {
        (mouse ? "\u{1B}[?1000h\u{1B}[?1002h\u{1B}[?1006h" : "") + "\u{1B}[?2004h\u{1B}[?1004h"
    }

    var off: String {
        (mouse ? "\u{1B}[?1006l\u{1B}[?1002l\u{1B}[?1000l" : "") + "\u{1B}[?1004l\u{1B}[?2004l"
    }

    /// The terminal shows what comes between these at once (mode 2026): no torn frames.
    static let beginFrame = "\u{1B}[?2026h"
    static let endFrame = "\u{1B}[?2026l"

    /// Puts any terminal back into a usable state, whatever was on: for the moment of a crash.
    static let rescue =
        "\u{1B}[?2026l\u{1B}[?1006l\u{1B}[?1002l\u{1B}[?1000l\u{1B}[?1004l\u{1B}[?2004l\u{1B}[0m\u{1B}[?25h"
        + "\u{1B}[?1049l\u{1B}[?1l\u{1B}>"

    /// OSC 11: what is your background? Terminals that do not know it keep silent.
    static let askBackground = "\u{1B}]11;?\u{1B}\\"

    static func title(_ text: String) -> String { "\u{1B}]2;\(text)\u{1B}\\" }
    /// The window's title, put aside and taken back.
    static let keepTitle = "\u{1B}[22;2t"
    static let giveTitleBack = "\u{1B}[23;2t"
}
