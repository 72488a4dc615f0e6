import FTPProtocol

/// One JSON object on one line, its keys in the order given.
struct JSONObject {
    private var text = "{"

    mutating func add(_ key: String, _ value: String) {
        add(key, raw: Self.quoted(value))
    }

    mutating func add(_ key: String, _ value: Int64) {
        add(key, raw: String(value))
    }

    /// What is JSON already.
    mutating func add(_ key: String, raw value: String) {
        if text.utf8.count > 1 { text += "," }
        text += "\"\(key)\":\(value)"
    }

    /// A name whose bytes are not what the text is in UTF-8 also comes as base64 under `key_base64`.
    mutating func add(name: [UInt8], as key: String, _ charset: NameCharset) {
        let text = String(decoding: charset.text(of: name), as: UTF8.self)
        add(key, text)
        if !text.utf8.elementsEqual(name) { add("\(key)_base64", base64(name)) }
    }

    /// With the line end.
    var line: String { text + "}\n" }

    /// Control characters of both kinds are escaped, so that it may be looked at on a terminal.
    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case _
            where scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
                || (0x200B...0x200F).contains(scalar.value) || (0x2028...0x202E).contains(scalar.value)
                || (0x2066...0x2069).contains(scalar.value):
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}

/// The bytes that were written so (RFC 4648 §4); nil for what is no such text.
func bytes(base64 text: String) -> [UInt8]? {
    var result: [UInt8] = []
    var (value, bits) = (UInt32(0), 0)
    let digits = text.utf8.prefix { $0 != UInt8(ascii: "=") }
    guard text.utf8.count % 4 == 0, text.utf8.count - digits.count <= 2,
        text.utf8.dropFirst(digits.count).allSatisfy({ $0 == UInt8(ascii: "=") })
    else { return nil }
    for digit in digits {
        let six: UInt8
        switch digit {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): six = digit - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): six = digit - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): six = digit - UInt8(ascii: "0") + 52
        case UInt8(ascii: "+"): six = 62
        case UInt8(ascii: "/"): six = 63
        default: return nil
        }
        value = value << 6 | UInt32(six)
        bits += 6
        guard bits >= 8 else { continue }
        bits -= 8
        result.append(UInt8(truncatingIfNeeded: value >> UInt32(bits)))
        value &= 1 << UInt32(bits) - 1
    }
    return result
}

/// RFC 4648 §4.
func base64(_ bytes: [UInt8]) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var result: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
        let group = bytes[start..<min(start + 3, bytes.count)]
        var value = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        value <<= UInt32(8 * (3 - group.count))
        for index in 0..<4 {
            let isPadding = index > group.count
            result.append(isPadding ? UInt8(ascii: "=") : alphabet[Int(value >> UInt32(18 - 6 * index) & 63)])
        }
    }
    return String(decoding: result, as: UTF8.self)
}
