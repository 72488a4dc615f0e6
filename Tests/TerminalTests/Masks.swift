import TestSupport

/// The screen with what differs from run to run replaced by signs of the same width: times, ports, free space.
func masked(_ screen: ScreenEmulator) -> [String] {
    screen.text.map { line in
        var line = line
        line.replace(/[A-Z][a-z]{2} [0-9]{2} [0-9]{2}:[0-9]{2}/, with: "Mmm dd hh:mm")
        line.replace(/[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}/, with: "hh:mm:ss.mmm")
        line.replace(/[0-9]{2}:[0-9]{2}:[0-9]{2}/, with: "hh:mm:ss")
        line.replace(/listed [0-9]{2}:[0-9]{2}/, with: "listed hh:mm")
        line.replace(/\|\|\|[0-9]+\|/) { "|||" + masked($0.output.dropFirst(3).dropLast()) + "|" }
        line.replace(/127,0,0,1,[0-9]+,[0-9]+.*/, with: "127,0,0,1,p,p")
        line.replace(/127\.0\.0\.1:[0-9]+/, with: "127.0.0.1:port")
        // Right-aligned: the blanks before give way.
        line.replace(/\s{2,}([0-9]+ entries · )?[0-9]+ ms/) { found in
            let text = "\(found.output.1 ?? "")# ms"
            return String(repeating: " ", count: found.output.0.count - text.count) + text
        }
        line.replace(/│ [0-9]+ ms$/, with: "│ # ms")
        line.replace(/free [0-9.]+ [KMGTP]?B ─+/) { found in
            "free # B " + String(repeating: "─", count: found.output.count - 9)
        }
        line.replace(/portside [0-9]+\.[0-9]+\.[0-9]+/, with: "portside #.#.#")
        return line
    }
}

private func masked(_ digits: Substring) -> String { String(repeating: "#", count: digits.count) }

/// Whether the masked screen is this picture.
///
/// The last reply of a listing tells how many entries came, unless it is here before the last of them: then that
/// has a line of its own, below. Either is right.
///
/// - Parameter rows: only so many from the top: below them are queue and log, which change by themselves when a
///   loaded machine takes its time (idle connections say goodbye, finished rows fold).
func matches(_ screen: ScreenEmulator, _ picture: String, rows: Int = .max) -> Bool {
    let wanted = picture.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let shown = masked(screen)
    if rows < wanted.count { return shown.prefix(rows).elementsEqual(wanted.prefix(rows)) }
    return shown == wanted || shown == withCountBelow(wanted)
}

private func withCountBelow(_ picture: [String]) -> [String] {
    guard let title = picture.firstIndex(where: { $0.contains("4 Log") }),
        let reply = picture.lastIndex(where: { $0.contains("< 226") }),
        let count = picture[reply].firstMatch(of: /[0-9]+ entries ·\s/)
    else { return picture }
    let said = "< 226 Directory send OK."
    var result = picture
    let listed = "- listed" + String(repeating: " ", count: said.count - 8)
    result.insert(picture[reply].replacing(said, with: listed), at: reply + 1)
    result[reply].replace(count.output, with: String(repeating: " ", count: count.output.count))
    result.remove(at: title + 1)
    return result
}
