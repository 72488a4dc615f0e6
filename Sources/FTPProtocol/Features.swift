/// What the server can do: its answer to FEAT (RFC 2389 §3), and what it turned out not to do since.
///
/// Neither presence nor absence proves anything: IIS does EPSV without listing it, others list
/// MLSD and answer 500. So an unlisted feature is tried once where that costs little, and `disable`
/// remembers a refusal for the session.
public struct Features: Hashable, Sendable {
    /// Lines of FEAT that are kept. Serv-U, with the most, sends about fifty.
    public static let most = 1_000

    /// Whether the server answered FEAT with a list. Until then every `has` is false.
    public let isKnown: Bool
    /// Labels in upper case with their parameters as listed, several where a label is listed more than once.
    private var listed: [String: [String]]
    private var disabled: Set<String> = []

    /// FEAT was not asked yet, or refused.
    public init() {
        isKnown = false
        listed = [:]
    }

    /// Reads a reply to FEAT, with any 2yz code; a refusal gives features that are not known.
    ///
    /// Lines with the code repeated, without the leading blank, with several features separated by
    /// `;` (IIS: `AUTH TLS;TLS-C;SSL;TLS-P;`), with a final dot, and lists of one line are understood.
    public init(reply: Reply) {
        self.init(isKnown: reply.code.kind == .completion)
        guard isKnown else { return }
        guard reply.lines.count > 1 else {
            readOnlyLine(reply.lastLine)
            return
        }
        // The first and the last line are words around the list (RFC 2389 §3.2).
        for line in reply.lines.dropFirst().dropLast().prefix(Self.most) { read(line) }
    }

    private init(isKnown: Bool) {
        self.isKnown = isKnown
        listed = [:]
    }

    private mutating func read(_ line: [UInt8]) {
        var bytes = line[...]
        // Old ProFTPD repeats the code on every line, with whatever code it chose.
        let code = bytes.drop { $0 == 0x20 }
        if code.count > 4, code.prefix(3).allSatisfy(\.isDigit),
            code[code.startIndex + 3] == UInt8(ascii: "-") || code[code.startIndex + 3] == 0x20
        {
            bytes = code.dropFirst(4)
        }
        let words = Self.words(bytes)
        guard let first = words.first else { return }
        if words.count == 1, first.contains(";") {
            // `MDTM;SIZE;UTF8`
            for word in first.split(separator: ";") { add(String(word), "") }
            return
        }
        // `AUTH TLS PBSZ PROT SIZE`: a word that can only be a label begins the next feature.
        var label = first
        var parameters: [String] = []
        for word in words.dropFirst() {
            if Self.labels.contains(word.uppercased()), label.uppercased() != "SITE" {
                add(label, parameters.joined(separator: " "))
                label = word
                parameters = []
            } else {
                parameters.append(word)
            }
        }
        add(label, parameters.joined(separator: " "))
    }

    /// `211 Features: MDTM SIZE UTF8`, or `211 No features`.
    private mutating func readOnlyLine(_ line: [UInt8]) {
        let words = Self.words(line[...]).flatMap { $0.split(separator: ";").map(String.init) }
        guard words.first?.uppercased() != "NO" else { return }
        for word in words.prefix(Self.most) where !word.hasSuffix(":") { add(word, "") }
    }

    private static func words(_ line: ArraySlice<UInt8>) -> [String] {
        String(decoding: line, as: UTF8.self)
            .split { $0 == " " || $0 == "\t" }
            .map { $0.hasSuffix(".") ? String($0.dropLast()) : String($0) }
    }

    private static let labels: Set<String> = [
        "AUTH", "CCC", "EPRT", "EPSV", "HOST", "MDTM", "MFMT", "MLSD", "MLST", "PBSZ", "PROT", "REST", "SIZE",
        "TVFS", "UTF8",
    ]

    private mutating func add(_ label: String, _ parameters: String) {
        let label = label.uppercased()
        guard !label.isEmpty, label.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return }
        listed[label, default: []].append(parameters)
    }

    /// Whether FEAT listed this label, in any letter case, and it was not refused since.
    public func has(_ label: String) -> Bool {
        let label = Self.upper(label)
        return listed[label] != nil && !disabled.contains(label)
    }

    /// What FEAT says after the label; "" for a label alone, nil for one not listed.
    /// A label listed several times gives its parameters joined by `;`.
    public func parameters(_ label: String) -> String? {
        listed[Self.upper(label)]?.filter { !$0.isEmpty }.joined(separator: ";")
    }

    /// The words of a label's parameters in upper case, without the `*` of a default: `TLS` and `SSL` of
    /// `AUTH TLS;SSL;`.
    public func choices(_ label: String) -> [String] {
        (parameters(label) ?? "").uppercased()
            .split { $0 == ";" || $0 == "," || $0 == " " }
            .map { $0.hasSuffix("*") ? String($0.dropLast()) : String($0) }
    }

    /// Most who ask write it so already.
    private static func upper(_ label: String) -> String {
        let isUpper = label.utf8.allSatisfy { $0 <= 0x7F && !(0x61...0x7A).contains($0) }
        return isUpper ? label : label.uppercased()
    }

    /// Remembers that the server refused this with 500, 502 or the like. For the session.
    public mutating func disable(_ label: String) {
        disabled.insert(Self.upper(label))
    }

    public func isDisabled(_ label: String) -> Bool {
        !disabled.isEmpty && disabled.contains(Self.upper(label))
    }

    /// Whether trying is worth the while: listed, or not listed but never refused.
    public func mayTry(_ label: String) -> Bool { !isDisabled(label) }
}

extension Features {
    /// File names are UTF-8 (RFC 2640 §3.2). `UTF8 ON` counts (MEGAcmd).
    public var supportsUTF8: Bool { has("UTF8") || has("UTF-8") }
    /// MLSD and MLST are one feature of two labels (RFC 3659 §7.8); some servers list only one.
    public var supportsMachineListings: Bool {
        (has("MLST") || has("MLSD")) && !isDisabled("MLSD")
    }
    public var supportsExtendedPassive: Bool { has("EPSV") }
    public var supportsSize: Bool { has("SIZE") }
    public var supportsModificationTime: Bool { has("MDTM") }
    public var supportsModifyTime: Bool { has("MFMT") }
    /// `REST STREAM` (RFC 3659 §5.3); a bare `REST` counts.
    public var supportsRestart: Bool {
        has("REST") && (choices("REST").isEmpty || choices("REST").contains("STREAM"))
    }
    /// TLS on the control connection (RFC 4217 §6): `AUTH` with any of its names for TLS, or with none.
    public var supportsTLS: Bool {
        let names = choices("AUTH")
        return has("AUTH") && (names.isEmpty || names.contains { $0.hasPrefix("TLS") || $0 == "SSL" })
    }
    public var supportsHost: Bool { has("HOST") }
    /// Some servers turn UTF-8 on only for clients that give their name.
    public var wantsClientName: Bool { has("CLNT") }
    /// Distributed servers must hear of the transfer before PASV (drftpd).
    public var wantsPreTransfer: Bool { has("PRET") }

    /// The facts of the MLST line, and whether each is on (RFC 3659 §7.8: those with `*`).
    public var facts: [(name: String, isOn: Bool)] {
        (parameters("MLST") ?? "").split { $0 == ";" || $0 == "," || $0 == " " }.map { fact in
            fact.hasSuffix("*") ? (String(fact.dropLast()), true) : (String(fact), false)
        }
    }

    /// The command that turns on facts we show and the server keeps off; nil where there is nothing to do.
    ///
    /// Facts that are on stay on, others stay off: they may be expensive for the server (RFC 3659 §7.9).
    public var machineListingOptions: Command? {
        let wanted: Set<String> = [
            "type", "size", "modify", "unix.mode", "unix.owner", "unix.group", "unix.ownername",
            "unix.groupname",
        ]
        let offered = facts
        guard offered.contains(where: { !$0.isOn && wanted.contains($0.name.lowercased()) }) else {
            return nil
        }
        let names = offered.filter { $0.isOn || wanted.contains($0.name.lowercased()) }.map(\.name)
        return .options("MLST " + names.map { $0 + ";" }.joined())
    }
}
