/// Names in fewer columns than they need.

/// A name cut to `width` columns: it loses its middle, and there what it shares with its neighbours,
/// so that `debian-12.5.0-amd64.iso` and `…-arm64.iso` can still be told apart.
///
/// - Parameter shared: scalars it begins with in common with a neighbour.
func shortened(_ name: String, to width: Int, shared: Int = 0) -> String {
    guard cellWidth(name) > width else { return name }
    guard width > 1 else { return width == 1 ? "…" : "" }
    let scalars = Array(name.unicodeScalars)
    let room = width - 1
    // Four columns of the beginning are enough when all that goes is shared; else both ends count the same.
    let overflow = cellWidth(name) - room
    let head = min(room, shared >= 4 + overflow ? 4 : room / 2)
    var start = 0
    var used = 0
    while start < scalars.count, used + cellWidth(scalars[start]) <= head {
        used += cellWidth(scalars[start])
        start += 1
    }
    var end = scalars.count
    while end > start, used + cellWidth(scalars[end - 1]) <= room {
        end -= 1
        used += cellWidth(scalars[end])
    }
    // A mark that combines with what was cut off would stand on the ellipsis.
    while end < scalars.count, cellWidth(scalars[end]) == 0 { end += 1 }
    return joined(scalars[..<start]) + "…" + joined(scalars[end...])
}

/// A path cut at its beginning: its end says more.
func shortenedPath(_ path: String, to width: Int) -> String {
    guard cellWidth(path) > width else { return path }
    guard width > 1 else { return width == 1 ? "…" : "" }
    let scalars = Array(path.unicodeScalars)
    var end = scalars.count
    var used = 1
    while end > 0, used + cellWidth(scalars[end - 1]) <= width {
        end -= 1
        used += cellWidth(scalars[end])
    }
    while end < scalars.count, cellWidth(scalars[end]) == 0 { end += 1 }
    return "…" + joined(scalars[end...])
}

/// A text cut at its end.
func clipped(_ text: String, to width: Int) -> String {
    guard cellWidth(text) > width else { return text }
    guard width > 0 else { return "" }
    var result = String.UnicodeScalarView()
    var used = 0
    for scalar in text.unicodeScalars {
        guard used + cellWidth(scalar) <= width - 1 else { break }
        used += cellWidth(scalar)
        result.append(scalar)
    }
    return String(result) + "…"
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

private func joined(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars)
    return String(view)
}
