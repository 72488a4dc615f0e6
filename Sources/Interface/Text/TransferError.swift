internal import FTPProtocol
internal import Transfers

/// What went wrong with a transfer, whole.
func queueError(_ transfer: Transfer) -> String? {
    switch transfer.state {
    case .failed(let reason), .skipped(let reason), .retrying(_, let reason): Advice.withKeys(visible(reason))
    default: nil
    }
}

/// The same for a row that names the file already: what the server answered comes first, and no path.
///
/// ```
/// RETR /pub/a: the server answered “550 /pub/a: No such file”   550 No such file
/// /home/alice/a.part: cannot open: Permission denied            cannot open: Permission denied
/// ```
func briefReason(_ reason: String, _ transfer: Transfer, _ charset: NameCharset = .utf8) -> String {
    var text = Advice.withKeys(visible(reason))
    let answered = "the server answered “"
    if let quote = firstRange(of: answered, in: text), let end = text.lastIndex(of: "”"),
        quote.upperBound <= end
    {
        let rest = text[text.index(after: end)...]
        text = String(text[quote.upperBound..<end]) + rest
    }
    let remote = charset.shown(transfer.remotePath)
    let name =
        transfer.direction == .download ? charset.shown(transfer.remoteName) : visible(transfer.localName)
    let local = visible(transfer.localPath.bytes)
    for path in [remote, local, local + ".part", name] where !path.isEmpty {
        for form in ["“\(path)”: ", "\(path): "] {
            guard let range = firstRange(of: form, in: text) else { continue }
            // Only a whole path: not the end of another one.
            let before = text[..<range.lowerBound].last
            if before == nil || before == " " { text.removeSubrange(range) }
        }
    }
    return text
}

/// The standard library finds characters only.
private func firstRange(of part: String, in text: String) -> Range<String.Index>? {
    guard !part.isEmpty else { return nil }
    var start = text.startIndex
    while start < text.endIndex {
        if text[start...].hasPrefix(part) {
            return start..<text.index(start, offsetBy: part.count)
        }
        start = text.index(after: start)
    }
    return nil
}
