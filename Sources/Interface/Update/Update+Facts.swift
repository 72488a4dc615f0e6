internal import FTPProtocol
internal import Transfers

/// What is known about an entry, and its permissions.
extension Model {
    /// The server's own words are asked for as well: a listing keeps no owner.
    mutating func showFacts() -> [Effect] {
        guard let location = pane.location else {
            say("Connect first: F2.")
            return []
        }
        guard let index = pane.cursorEntry else {
            sayNothingIsChosen("described")
            return []
        }
        var page = FactsPage(location: location, entry: pane.entries.entry(index))
        defer { dialogs.append(.facts(page)) }
        guard case .server = location.endpoint, connectedSite != nil else { return [] }
        let ticket = nextTicket()
        page.ticket = ticket
        operations[ticket] = Operation(
            what: "Facts of \(charset(of: location).shown(page.entry.name))", location: location,
            cursorName: nil, kind: .facts)
        return [.request(.remote(.lookUp(location.path.appending(page.entry.name), ticket)))]
    }

    mutating func factsCame(_ ticket: Ticket, _ entry: ListingEntry?) -> [Effect] {
        for index in dialogs.indices {
            guard case .facts(let page) = dialogs[index], page.ticket == ticket, let entry else { continue }
            var all = entry
            all.name = page.entry.name
            all.target = entry.target ?? page.entry.target
            all.permissions = entry.permissions ?? page.entry.permissions
            all.size = entry.size ?? page.entry.size
            all.modified = entry.modified ?? page.entry.modified
            dialogs[index] = .facts(FactsPage(location: page.location, entry: all, top: page.top))
        }
        return []
    }

    mutating func askPermissions() {
        guard let location = pane.location else { return say("Connect first: F2.") }
        let chosen = pane.chosen
        guard let first = chosen.first else { return sayNothingIsChosen("changed") }
        let field = TextField(pane.entries.mode(first).map(permissionDigits) ?? "", isSelected: true)
        let paths = chosen.map { location.path.appending(pane.entries.name($0)) }
        dialogs.append(.input(InputForm(purpose: .permissions(location, paths: paths), field: field)))
    }

    mutating func changeMode(_ location: Location, _ paths: [RemotePath], _ text: String) -> Submission {
        guard let bits = permissionBits(text) else {
            return .refused("Three or four digits from 0 to 7, as in 644.")
        }
        guard isCurrent(location) else { return .refused("The connection has changed; nothing was done.") }
        let what =
            paths.count == 1 ? charset(of: location).shown(paths[0].lastComponent) : "\(paths.count) items"
        let ticket = begin("Permissions of \(what)", location, cursorName: nil)
        return .done(
            location.endpoint == .local
                ? [.request(.local(.changeMode(paths.map { LocalPath(bytes: $0.bytes) }, bits, ticket)))]
                : [.request(.remote(.changeMode(paths, bits, ticket)))])
    }
}

/// `644`, `0755`, `4755`; nil for anything else.
func permissionBits(_ text: String) -> UInt16? {
    let digits = text.trimmingBlanks()
    guard (3...4).contains(digits.utf8.count), digits.utf8.allSatisfy({ (0x30...0x37).contains($0) }) else {
        return nil
    }
    return UInt16(digits, radix: 8)
}

/// Of `rwxr-xr-x` as listings have it; nil for what is something else.
func permissionBits(letters: String) -> UInt16? {
    let all = Array(letters.utf8.prefix(9))
    guard all.count == 9 else { return nil }
    var bits: UInt16 = 0
    for (index, letter) in all.enumerated() {
        let wanted = Array("rwx".utf8)[index % 3]
        // s and t: the set-user, set-group or sticky bit, and x below it; S and T: without.
        let isSpecial = index % 3 == 2 && [0x73, 0x74, 0x53, 0x54].contains(letter)
        if isSpecial { bits |= 1 << UInt16(11 - index / 3) }
        if letter == wanted || isSpecial && letter >= 0x61 {
            bits |= 1 << UInt16(8 - index)
        } else if !isSpecial, letter != UInt8(ascii: "-") {
            return nil
        }
    }
    return bits
}

func permissionLetters(_ bits: UInt16) -> String {
    String("rwxrwxrwx".enumerated().map { (bits >> UInt16(8 - $0.offset)) & 1 == 1 ? $0.element : "-" })
}

func permissionDigits(_ bits: UInt16) -> String {
    let text = String(bits, radix: 8)
    return String(repeating: "0", count: max(0, 3 - text.count)) + text
}
