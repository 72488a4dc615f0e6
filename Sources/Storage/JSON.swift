import Foundation

/// Values as JSON text: in a column, or in a file of the user's.
public enum JSON {
    public static func encode(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        // The same value is the same text.
        encoder.outputFormatting = [.sortedKeys]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    /// Nil for what is not such a value.
    public static func decode<Value: Decodable>(_ type: Value.Type, _ text: String) -> Value? {
        decode(type, text.utf8)
    }

    public static func decode<Value: Decodable>(
        _ type: Value.Type, _ text: some Sequence<UInt8>
    ) -> Value? {
        try? JSONDecoder().decode(type, from: Data(text))
    }
}
