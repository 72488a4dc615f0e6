/// What `serve` can be told to be and to do wrong: the page `docs/server.md` and the help of `serve`.
public enum ServerManual {
    /// `docs/server.md`.
    public static var page: String {
        var lines = [
            "# The server inside", "",
            "`portside serve DIR` serves a directory by FTP, on loopback unless told otherwise. It is the server of",
            "`portside demo` and of the tests, and it can misbehave on purpose, so that the answer of a client, this or any",
            "other, can be seen. This page is printed from the program's own tables.", "", "## Personalities",
            "",
            "`--personality NAME`", "", "| name | how it behaves |", "| --- | --- |",
        ]
        lines += Personality.all.map { "| `\($0.name)` | \(cell($0.summary)) |" }
        lines += [
            "", "## Faults", "",
            "`--fault NAME`, repeatable. `once:` before a name has it happen the first time only, as in",
            "`--fault once:421-on:RETR`.",
        ]
        for area in Fault.areas {
            lines += ["", "### \(area.title)", "", "| fault | what the server does |", "| --- | --- |"]
            lines += area.forms.map { "| `\($0.text.replacing("|", with: "\\|"))` | \(cell($0.meaning)) |" }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func cell(_ text: String) -> String { text.replacing("|", with: "\\|") }

    /// For `portside serve --help`.
    public static var help: String {
        var lines = ["PERSONALITIES:"]
        lines += Personality.all.map { "  \($0.name): \($0.summary)" }
        lines += ["", "FAULTS (once:NAME has one happen the first time only):"]
        for area in Fault.areas {
            lines += ["", "\(area.title):"]
            lines += area.forms.map { "  \($0.text): \($0.meaning)" }
        }
        return lines.joined(separator: "\n")
    }
}
