/// Names in fewer columns than they need.

/// A name cut to `width` columns: it loses its middle, and there what it shares with its neighbours,
/// so that `debian-12.5.0-amd64.iso` and `…-arm64.iso` can still be told apart.
///
/// - Parameter shared: scalars it begins with in common with a neighbour.
func shortened(_ name: String, to width: Int, shared: Int = 0) -> String {
    let name = withoutJoiners(name)
    guard cellWidth(name) > width else { return name }
    guard width > 1 else { return width == 1 ? "…" : "" }
    let pieces = uncutPieces(of: name)
    let room = width - 1
    // Four columns of the beginning are enough when all that goes is shared; else both ends count the same.
    let overflow = cellWidth(name) - room
    let head = min(room, shared >= 4 + overflow ? 4 : room / 2)
    var start = 0
    var used = 0
    while start < pieces.count, used + pieces[start].width <= head {
        used += pieces[start].width
        start += 1
    }
    let end = tail(of: pieces, from: start, width: room - used)
    return joined(pieces[..<start]) + "…" + joined(pieces[end...])
}

/// A path cut at its beginning: its end says more.
func shortenedPath(_ path: String, to width: Int) -> String {
    let path = withoutJoiners(path)
    guard cellWidth(path) > width else { return path }
    guard width > 1 else { return width == 1 ? "…" : "" }
    let pieces = uncutPieces(of: path)
    return "…" + joined(pieces[tail(of: pieces, from: 0, width: width - 1)...])
}

/// A text cut at its end.
func clipped(_ text: String, to width: Int) -> String {
    guard cellWidth(text) > width else { return text }
    guard width > 0 else { return "" }
    let pieces = uncutPieces(of: text)
    var end = 0
    var used = 0
    while end < pieces.count, used + pieces[end].width <= width - 1 {
        used += pieces[end].width
        end += 1
    }
    return joined(pieces[..<end]) + "…"
}

/// What no cut goes through: a character with the marks that combine with it, or the escape that stands for one.
private struct UncutPiece {
    var scalars: ArraySlice<Unicode.Scalar>
    var width: Int
}

private func uncutPieces(of text: String) -> [UncutPiece] {
    let scalars = Array(text.unicodeScalars)
    var pieces: [UncutPiece] = []
    pieces.reserveCapacity(scalars.count)
    var at = 0
    while at < scalars.count {
        var end = at + escapeLength(scalars[at...])
        while end < scalars.count, cellWidth(scalars[end]) == 0 { end += 1 }
        let width = scalars[at..<end].reduce(0) { $0 + cellWidth($1) }
        pieces.append(UncutPiece(scalars: scalars[at..<end], width: width))
        at = end
    }
    return pieces
}

/// The length of `\xNN` or `\u{…}` at the beginning, as `visible` writes them; 1 for anything else.
private func escapeLength(_ text: ArraySlice<Unicode.Scalar>) -> Int {
    guard text.first == "\\", let kind = text.dropFirst().first else { return 1 }
    let rest = text.dropFirst(2)
    switch kind {
    case "x": return rest.prefix(2).count { $0.properties.isASCIIHexDigit } == 2 ? 4 : 1
    case "u":
        let digits = rest.dropFirst().prefix(6).prefix { $0.properties.isASCIIHexDigit }.count
        return rest.first == "{" && digits > 0 && rest.dropFirst(1 + digits).first == "}" ? 4 + digits : 1
    default: return 1
    }
}

/// Where the last pieces that fit begin.
private func tail(of pieces: [UncutPiece], from start: Int, width: Int) -> Int {
    var end = pieces.count
    var used = 0
    while end > start, used + pieces[end - 1].width <= width {
        end -= 1
        used += pieces[end].width
    }
    return end
}

/// Emoji that are joined into one, without what joins them: ncurses and many terminals draw them one by one.
/// Elsewhere a joiner is as invisible as it is suspect, and stays an escape.
private func withoutJoiners(_ text: String) -> String {
    guard text.utf8.contains(UInt8(ascii: "\\")) else { return text }
    let pieces = uncutPieces(of: text)
    func isEmoji(_ index: Int) -> Bool {
        guard pieces.indices.contains(index), let scalar = pieces[index].scalars.first else { return false }
        return scalar.value >= 0x203C && scalar.properties.isEmoji
    }
    var result = String.UnicodeScalarView()
    for (index, piece) in pieces.enumerated() {
        // After a selector that was dropped, the emoji it belongs to.
        let before =
            index > 1 && joined(pieces[index - 1...index - 1]) == #"\u{FE0F}"# ? index - 2 : index - 1
        switch joined(pieces[index...index]) {
        case #"\u{200D}"# where isEmoji(before) && isEmoji(index + 1): continue
        case #"\u{FE0F}"# where isEmoji(index - 1): continue
        default: result.append(contentsOf: piece.scalars)
        }
    }
    return String(result)
}

func sharedPrefix(_ a: String, _ b: String) -> Int {
    var count = 0
    for (x, y) in zip(a.unicodeScalars, b.unicodeScalars) {
        guard x == y else { break }
        count += 1
    }
    return count
}

/// Lines of at most `width` columns, broken at blanks where there are any.
func wrapped(_ text: String, to width: Int) -> [String] {
    guard width > 0 else { return [] }
    var lines: [String] = []
    var line = ""
    for word in text.split(separator: " ", omittingEmptySubsequences: false) {
        var word = String(word)
        if !line.isEmpty, cellWidth(line) + 1 + cellWidth(word) > width {
            lines.append(line)
            line = ""
        }
        while cellWidth(word) > width {
            let scalars = Array(word.unicodeScalars)
            var count = 0
            var used = 0
            while count < scalars.count, used + cellWidth(scalars[count]) <= width || count == 0 {
                used += cellWidth(scalars[count])
                count += 1
            }
            lines.append(joined(scalars[..<count]))
            word = joined(scalars[count...])
        }
        line += line.isEmpty ? word : " " + word
    }
    return line.isEmpty ? lines : lines + [line]
}

func padded(_ text: String, to width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - cellWidth(text)))
}

func rightAligned(_ text: String, to width: Int) -> String {
    String(repeating: " ", count: max(0, width - cellWidth(text))) + text
}

private func joined(_ pieces: ArraySlice<UncutPiece>) -> String {
    var view = String.UnicodeScalarView()
    for piece in pieces { view.append(contentsOf: piece.scalars) }
    return String(view)
}

private func joined(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars)
    return String(view)
}
