internal import FTPProtocol
internal import Transfers

/// Everything known about one entry: `i`.
func factsBox(_ page: FactsPage, _ model: Model, _ width: Int, _ size: Size) -> DialogBox {
    let entry = page.entry
    let charset = model.charset(of: page.location)
    var box = DialogBox(title: shortened(charset.shown(entry.name), to: width - 4))
    let path = page.location.path.appending(entry.name)
    let place: String =
        switch page.location.endpoint {
        case .local: path.description
        case .server(let id): "\(visible(id))\(charset.shown(path))"
        }
    var facts: [(String, String)] = [("where", place), ("kind", kindWords(entry))]
    if let size = entry.size { facts.append(("size", "\(grouped(size)) bytes (\(longSize(size)))")) }
    if let date = entry.modified { facts.append(("modified", model.listedTime(date))) }
    if let target = entry.target { facts.append(("leads to", charset.shown(target))) }
    if let permissions = permissionWords(entry) { facts.append(("rights", permissions)) }
    let owners = [entry.owner, entry.group].compactMap { $0 }.map { visible($0) }
    if !owners.isEmpty { facts.append(("owner", owners.joined(separator: " : "))) }
    if !charset.shown(entry.name).utf8.elementsEqual(entry.name) {
        facts.append(("bytes", entry.name.prefix(200).map { hexadecimal($0) }.joined(separator: " ")))
    }
    let lines = facts.flatMap { label, text -> [DialogBox.Line] in
        wrapped(text, to: max(8, width - 12)).enumerated().map { index, words in
            .text([
                Piece(rightAligned(index == 0 ? label : "", to: 8) + "  ", .dialogFaint),
                Piece(words, .dialog),
            ])
        }
    }
    box.lines = [.text([])] + dialogPage(lines, page.top, size) + [.text([])]
    box.footer = page.ticket == nil ? "Esc close" : "asking the server …   Esc close"
    return box
}

/// After an edit that changed the copy: nothing is sent by itself.
func sendBackBox(_ form: SendBackForm, _ model: Model, _ width: Int) -> DialogBox {
    let file = form.file
    var box = DialogBox(title: form.trouble == nil ? "Send it back?" : "Overwrite it on the server?")
    var server = ""
    if case .server(let id) = file.location.endpoint { server = visible(id) }
    box.lines = [.text([])]
    box.lines += DialogBox.lines(
        "You have changed \(model.charset(of: file.location).shown(file.name)).", width: width)
    box.lines += DialogBox.lines(
        "It came from \(server)\(model.charset(of: file.location).shown(file.location.path.appending(file.name))).",
        .dialogFaint, width: width)
    if let trouble = form.trouble {
        box.lines.append(.text([]))
        for line in trouble.split(separator: "\n") {
            box.lines += DialogBox.lines(String(line), .fieldError, width: width)
        }
    }
    box.lines.append(.text([]))
    box.buttons = [form.trouble == nil ? "Send back" : "Overwrite", "Keep the copy", "Throw it away"]
    box.buttonKeys = [form.trouble == nil ? "s" : "o", "k", ""]
    box.chosen = form.choice.rawValue
    box.footer = "Esc keeps the copy and says where it is"
    return box
}

private func kindWords(_ entry: ListingEntry) -> String {
    switch entry.kind {
    case .file: "file"
    case .directory: "folder"
    case .link: "link"
    case .other: "device, pipe or socket"
    }
}

private func permissionWords(_ entry: ListingEntry) -> String? {
    if let letters = entry.permissions.flatMap({ $0.isEmpty ? nil : $0 }) {
        let digits = permissionBits(letters: letters).map { " (\(permissionDigits($0)))" } ?? ""
        return visible(letters) + digits
    }
    guard let mode = entry.mode.flatMap({ permissionBits($0) }) else { return nil }
    return "\(permissionLetters(mode & 0o777)) (\(permissionDigits(mode)))"
}

private func hexadecimal(_ byte: UInt8) -> String {
    let text = String(byte, radix: 16, uppercase: true)
    return text.count == 1 ? "0\(text)" : text
}
