/// Something the server does wrong on purpose, so that a client's answer to it can be seen.
///
/// Written as in `portside serve --fault NAME`; `Fault.init?(_:)` reads that form. File names are compared
/// with the last component of a path.
public enum Fault: Hashable, Sendable {
    // The control connection
    /// `no-greeting`: says nothing after the connection stands.
    case noGreeting
    /// `stall-control[:SECONDS]`: silent so long (60) before every reply.
    case stallControl(seconds: Int)
    /// `421-on:VERB`
    case serviceNotAvailable(on: String)
    /// `drop-control-on:VERB`: closes without a word.
    case dropControl(on: String)
    /// `endless-reply[:VERB]`: a line that does not end, in answer to the verb (FEAT).
    case endlessReply(on: String)
    /// `max-connections:N`: 421 for more.
    case maxConnections(Int)
    /// `no-feat`: 500 to FEAT.
    case noFeatures
    /// `no-mlsd`: 500 to MLSD and MLST, and not in FEAT.
    case noMachineListing

    // Getting a data connection
    case passiveRefused  // `pasv-refused`
    case extendedPassiveRefused  // `epsv-refused`
    case activeRefused  // `active-refused`
    /// `pasv-foreign-address`: 227 names 192.0.2.1.
    case passiveForeignAddress
    /// `low-pasv-port`: 227 and 229 name port 25.
    case lowPassivePort

    // During a transfer
    /// `450-once:NAME`: the first RETR of it fails.
    case busyOnce([UInt8])
    /// `slow:NAME:BYTES_PER_SECOND`
    case slow([UInt8], bytesPerSecond: Int64)
    /// `in-use:NAME`: as if another process had it open.
    case inUse([UInt8])
    case noPreliminary  // `no-150`
    /// `226-late[:SECONDS]`: so long (3) after the data have ended.
    case completionLate(seconds: Int)
    case completionBeforeEndOfData  // `226-before-data-eof`
    case completionTwice  // `double-226`
    case completionMissing  // `no-226`
    /// `truncated-data`: half of the file, then an ordinary end and 226.
    case truncatedData
    /// `rst-data@N`: the data connection is reset after N bytes, and 426 sent.
    case resetData(after: Int64)
    case restartRefused  // `rest-refused`
    case restartIgnored  // `rest-ignored`: 350, and then everything from the beginning
    /// `disk-full[:N]`: 452 after N (0) bytes of an upload.
    case diskFull(after: Int64)

    // Listings
    case escapeNames  // `escape-names`: names that would move the cursor
    case traversalNames  // `traversal-names`: names that would lead out of the target directory
}

extension Fault {
    /// Reads the form of `--fault`. Nil for an unknown name or a value that does not fit.
    public init?(_ text: String) {
        let (name, value) = Self.split(text)
        if value == nil, let plain = Self.plain[name] {
            self = plain
        } else if let fault = Self.withValue(name, value) {
            self = fault
        } else {
            return nil
        }
    }

    /// What `--help` and the error for an unknown name list.
    public static let forms: [String] =
        plain.keys.sorted() + [
            "421-on:VERB", "450-once:NAME", "226-late[:SECONDS]", "disk-full[:BYTES]", "drop-control-on:VERB",
            "endless-reply[:VERB]", "in-use:NAME", "max-connections:N", "rst-data@BYTES",
            "slow:NAME:BYTES_PER_SECOND", "stall-control[:SECONDS]",
        ]

    private static let plain: [String: Fault] = [
        "no-greeting": .noGreeting, "no-banner": .noGreeting, "no-feat": .noFeatures,
        "no-mlsd": .noMachineListing, "pasv-refused": .passiveRefused,
        "epsv-refused": .extendedPassiveRefused, "active-refused": .activeRefused,
        "pasv-foreign-address": .passiveForeignAddress, "pasv-redirect": .passiveForeignAddress,
        "low-pasv-port": .lowPassivePort, "low-port": .lowPassivePort, "no-150": .noPreliminary,
        "226-before-data-eof": .completionBeforeEndOfData, "double-226": .completionTwice,
        "no-226": .completionMissing, "truncated-data": .truncatedData, "rest-refused": .restartRefused,
        "rest-off": .restartRefused, "rest-ignored": .restartIgnored, "escape-names": .escapeNames,
        "traversal-names": .traversalNames,
    ]

    private static func withValue(_ name: String, _ value: String?) -> Fault? {
        switch name {
        case "stall-control": number(value, or: 60).map { .stallControl(seconds: $0) }
        case "226-late": number(value, or: 3).map { .completionLate(seconds: $0) }
        case "421-on": verb(value).map { .serviceNotAvailable(on: $0) }
        case "drop-control-on": verb(value).map { .dropControl(on: $0) }
        case "endless-reply", "infinite-reply": verb(value ?? "FEAT").map { .endlessReply(on: $0) }
        case "max-connections": number(value).map { .maxConnections($0) }
        case "450-once": fileName(value).map { .busyOnce($0) }
        case "in-use": fileName(value).map { .inUse($0) }
        case "slow": slow(value)
        case "rst-data": number(value).map { .resetData(after: Int64($0)) }
        case "disk-full": number(value, or: 0).map { .diskFull(after: Int64($0)) }
        default: nil
        }
    }

    private static func split(_ text: String) -> (name: String, value: String?) {
        guard let mark = text.firstIndex(where: { $0 == ":" || $0 == "@" }) else { return (text, nil) }
        return (String(text[..<mark]), String(text[text.index(after: mark)...]))
    }

    private static func number(_ text: String?, or standard: Int? = nil) -> Int? {
        guard let text else { return standard }
        guard let number = Int(text), (0...1_000_000_000_000).contains(number) else { return nil }
        return number
    }

    private static func verb(_ text: String?) -> String? {
        guard let text, !text.isEmpty else { return nil }
        return text.uppercased()
    }

    private static func fileName(_ text: String?) -> [UInt8]? {
        guard let text, !text.isEmpty else { return nil }
        return Array(text.utf8)
    }

    private static func slow(_ value: String?) -> Fault? {
        // The name may hold colons itself: the last one counts.
        guard let value, let colon = value.lastIndex(of: ":"),
            let name = fileName(String(value[..<colon])),
            let speed = Int64(value[value.index(after: colon)...]), speed > 0
        else { return nil }
        return .slow(name, bytesPerSecond: speed)
    }
}

extension Set<Fault> {
    /// The value that the first fault with one gives.
    func value<Value>(_ read: (Fault) -> Value?) -> Value? {
        for fault in self {
            if let value = read(fault) { return value }
        }
        return nil
    }

    var stall: Int? { value { if case .stallControl(let seconds) = $0 { seconds } else { nil } } }
    var lateCompletion: Int? { value { if case .completionLate(let seconds) = $0 { seconds } else { nil } } }
    var resetAfter: Int64? { value { if case .resetData(let bytes) = $0 { bytes } else { nil } } }
    var fullAfter: Int64? { value { if case .diskFull(let bytes) = $0 { bytes } else { nil } } }
    var connectionLimit: Int? { value { if case .maxConnections(let count) = $0 { count } else { nil } } }

    func speed(of name: [UInt8]) -> Int64? {
        value { if case .slow(name, let speed) = $0 { speed } else { nil } }
    }
}
