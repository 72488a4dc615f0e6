/// A check sum of a file that servers compute.
public enum HashAlgorithm: String, CaseIterable, Hashable, Sendable, Codable {
    // By strength: the first that a server offers is taken.
    case sha512 = "SHA-512"
    case sha256 = "SHA-256"
    case sha1 = "SHA-1"
    case md5 = "MD5"
    case crc32 = "CRC32"

    /// Of its value in hexadecimal.
    public var digits: Int {
        switch self {
        case .sha512: 128
        case .sha256: 64
        case .sha1: 40
        case .md5: 32
        case .crc32: 8
        }
    }

    /// As the drafts and the servers spell it.
    fileprivate var spellings: Set<String> {
        self == .crc32 ? ["CRC32", "CRC-32"] : [rawValue, rawValue.filter { $0 != "-" }]
    }
}

/// A check sum of one file.
public struct HashProof: Hashable, Sendable, Codable {
    public var algorithm: HashAlgorithm
    /// In lower case hexadecimal.
    public var value: String

    public init(algorithm: HashAlgorithm, value: String) {
        self.algorithm = algorithm
        self.value = value
    }
}

/// One way to have a server compute a check sum.
public struct HashMethod: Hashable, Sendable {
    public enum Form: Hashable, Sendable {
        /// `HASH path` (draft-bryan-ftpext-hash); the algorithm is chosen with `OPTS HASH name`.
        case hash(name: String, isChosen: Bool)
        /// `XSHA256 path` and its like: never specified, and common. With `MD5` this is draft-twine-ftpmd5.
        case verb(String)
    }

    public let algorithm: HashAlgorithm
    public let form: Form

    public init(algorithm: HashAlgorithm, form: Form) {
        self.algorithm = algorithm
        self.form = form
    }

    /// What to `Features.disable` when the server refuses it.
    public var key: String {
        switch form {
        case .hash(let name, _): "HASH \(name)"
        case .verb(let verb): verb
        }
    }

    /// To be sent before, where another algorithm may be chosen.
    public var choice: Command? {
        guard case .hash(let name, false) = form else { return nil }
        return .options("HASH \(name)")
    }

    /// A name with blanks is put in quotes where servers take several arguments (GlobalSCAPE, Serv-U).
    public func command(_ path: RemotePath) -> Command {
        guard case .verb(let verb) = form else { return Command("HASH", path.bytes) }
        let quote = UInt8(ascii: "\"")
        guard verb != "MD5", path.bytes.contains(0x20) else { return Command(verb, path.bytes) }
        return Command(verb, [quote] + path.bytes + [quote])
    }

    /// The value in lower case hexadecimal, from `213 SHA-256 0-99 HEX path`, `250 HEX`, `251 path HEX`; nil for none.
    ///
    /// With HASH the name of the file follows the value, elsewhere it comes before.
    public func value(_ reply: Reply) -> String? {
        guard reply.code.kind == .completion else { return nil }
        let words = String(decoding: reply.lastLine, as: UTF8.self).lowercased().split {
            $0 == " " || $0 == "\""
        }
        let values = words.compactMap { word -> String? in
            guard !word.isEmpty, word.allSatisfy(\.isHexDigit), word.allSatisfy(\.isASCII) else { return nil }
            // Servers leave out the zeros before a CRC.
            if algorithm == .crc32, word.count < algorithm.digits {
                return String(repeating: "0", count: algorithm.digits - word.count) + word
            }
            return word.count == algorithm.digits ? String(word) : nil
        }
        if case .hash = form { return values.first }
        return values.last
    }
}

extension Features {
    /// The ways to a check sum that the server offers, the strongest algorithm first.
    public var hashMethods: [HashMethod] {
        let offered = (parameters("HASH") ?? "").split { $0 == ";" || $0 == "," || $0 == " " }.map(
            String.init)
        var methods: [HashMethod] = []
        for algorithm in HashAlgorithm.allCases {
            for word in offered where has("HASH") {
                let isChosen = word.hasSuffix("*")
                let name = isChosen ? String(word.dropLast()) : word
                guard algorithm.spellings.contains(name.uppercased()) else { continue }
                methods.append(
                    HashMethod(algorithm: algorithm, form: .hash(name: name, isChosen: isChosen)))
            }
            let verbs =
                switch algorithm {
                case .sha512: ["XSHA512"]
                case .sha256: ["XSHA256"]
                case .sha1: ["XSHA1", "XSHA"]
                case .md5: ["XMD5", "MD5"]
                case .crc32: ["XCRC"]
                }
            methods += verbs.filter(has).map { HashMethod(algorithm: algorithm, form: .verb($0)) }
        }
        return methods.filter { mayTry($0.key) }
    }
}
