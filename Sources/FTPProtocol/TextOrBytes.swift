/// Bytes that mostly are text, in a document: as text where they are UTF-8, else as a list of numbers.
public enum TextOrBytes {
    public static func decode(from decoder: any Decoder) throws -> [UInt8] {
        let container = try decoder.singleValueContainer()
        if let text = try? container.decode(String.self) { return Array(text.utf8) }
        return try container.decode([UInt8].self)
    }

    public static func encode(_ bytes: [UInt8], to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if let text = String(validating: bytes, as: UTF8.self) {
            try container.encode(text)
        } else {
            try container.encode(bytes)
        }
    }
}

extension RemotePath: Codable {
    public init(from decoder: any Decoder) throws { self.init(bytes: try TextOrBytes.decode(from: decoder)) }

    public func encode(to encoder: any Encoder) throws { try TextOrBytes.encode(bytes, to: encoder) }
}
