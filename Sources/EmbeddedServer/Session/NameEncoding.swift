/// How names cross the wire.
enum NameEncoding: Sendable {
    /// As they are on the disk.
    case bytes
    /// The disk's UTF-8 as Latin-1, a `?` for what has no place in it: IIS before `OPTS UTF8 ON`.
    case latin1

    func toWire(_ name: [UInt8]) -> [UInt8] {
        guard case .latin1 = self, !name.allSatisfy({ $0 < 0x80 }),
            let text = String(validating: name, as: UTF8.self)
        else { return name }
        return text.unicodeScalars.map { UInt8(exactly: $0.value) ?? UInt8(ascii: "?") }
    }

    func toDisk(_ name: [UInt8]) -> [UInt8] {
        guard case .latin1 = self, !name.allSatisfy({ $0 < 0x80 }) else { return name }
        return Array(String(String.UnicodeScalarView(name.map { Unicode.Scalar($0) })).utf8)
    }
}
