/// Bytes from a server as text that cannot harm a terminal.
///
/// Valid UTF-8 is kept, except what would move the cursor, change colours or reorder the line:
/// C0, DEL and C1 become `\xNN`, bytes that are not UTF-8 too; bidirectional controls, zero-width
/// and other invisible characters become `\u{…}`. The bytes themselves stay what they are; this
/// is for panes, logs, titles, dialogs and error texts alike.
public func visible(_ bytes: some Sequence<UInt8>) -> String {
    let bytes = Array(bytes)
    if bytes.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return String(decoding: bytes, as: UTF8.self) }
    var text = ""
    var decoder = UTF8.ForwardParser()
    var rest = bytes.makeIterator()
    var position = 0
    decoding: while true {
        switch decoder.parseScalar(from: &rest) {
        case .emptyInput: break decoding
        case .valid(let encoded):
            let scalar = UTF8.decode(encoded)
            if isHarmless(scalar) {
                text.unicodeScalars.append(scalar)
            } else if scalar.value <= 0x9F {
                text += hexEscape(UInt8(scalar.value))
            } else {
                text += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
            }
            position += encoded.count
        case .error(let length):
            for byte in bytes[position..<min(position + length, bytes.count)] { text += hexEscape(byte) }
            position += length
        }
    }
    return text
}

/// Text from a server, made harmless the same way.
public func visible(_ text: String) -> String { visible(Array(text.utf8)) }

private func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F...0x9F, 0xAD: false
    case 0x061C, 0x115F...0x1160, 0x180E, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F: false
    case 0x3164, 0xFE00...0xFE0F, 0xFEFF, 0xFFA0, 0xFFF9...0xFFFB: false
    case 0xE000...0xF8FF: false  // private use: no agreed shape or width
    case 0xE0000...0xE0FFF, 0xF0000...0x10FFFF: false
    default: true
    }
}

private func hexEscape(_ byte: UInt8) -> String {
    let digits = String(byte, radix: 16, uppercase: true)
    return digits.count == 1 ? "\\x0\(digits)" : "\\x\(digits)"
}
