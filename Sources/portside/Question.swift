import Glibc
import Transport

/// A question on the terminal, and the line that is typed in answer.
enum Question {
    static var canBeAsked: Bool { isatty(0) == 1 && StandardError.isTerminal }

    /// Blocks until a line is there. What was typed before the question was seen is no answer to it.
    ///
    /// - Parameters:
    ///   - isSecret: what is typed is not shown.
    ///   - cancellation: ends the wait, and leaves the terminal as it was.
    /// - Returns: nil at the end of input, or when cancelled.
    static func ask(_ prompt: String, isSecret: Bool = false, cancellation: Cancellation) -> String? {
        var before = termios()
        tcgetattr(0, &before)
        var during = before
        if isSecret { during.c_lflag &= ~tcflag_t(ECHO) }
        tcsetattr(0, TCSAFLUSH, &during)
        defer { tcsetattr(0, TCSADRAIN, &before) }
        StandardError.write(prompt)
        let line = readLine(cancellation)
        // The line end that was typed is not to be seen, or was not typed.
        if isSecret || line == nil { StandardError.write("\n") }
        return line
    }

    /// A terminal gives one line a read, without its end when that was ^D.
    private static func readLine(_ cancellation: Cancellation) -> String? {
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            guard case .ready = Wait.wait(for: 0, .readable, until: .never, cancellation: cancellation) else {
                return nil
            }
            let count = read(0, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return nil }
            return String(decoding: buffer.prefix(count).prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
        }
    }
}
