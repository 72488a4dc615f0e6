import Transfers

/// The command line as the bytes that it is. The argument parser wants text, and paths on Linux need not be any: each
/// byte that is no UTF-8 goes through the parser as a character of the private use area (U+F780 for 0x80 to U+F7FF for
/// 0xFF), and is that byte again where a path is made of it. In a URL it goes as `%E9`, which says the same.
enum ArgumentBytes {
    private static let area: ClosedRange<UInt32> = 0xF780...0xF7FF

    /// The arguments behind the program's name.
    static func ofThisProcess() -> [String] {
        (1..<max(1, Int(CommandLine.argc))).compactMap { index in
            CommandLine.unsafeArgv[index].map { text(of: UnsafeBufferPointer(start: $0, count: length($0))) }
        }
    }

    private static func length(_ argument: UnsafePointer<CChar>) -> Int {
        var count = 0
        while argument[count] != 0 { count += 1 }
        return count
    }

    private static func text(of argument: UnsafeBufferPointer<CChar>) -> String {
        text(of: argument.map { UInt8(bitPattern: $0) })
    }

    static func text(of bytes: [UInt8]) -> String {
        if let text = String(validating: bytes, as: UTF8.self), !text.unicodeScalars.contains(where: isOurs) {
            return text
        }
        let pieces = divided(bytes)
        let isURL = TargetURL.looksRemote(String(decoding: bytes, as: UTF8.self))
        return pieces.map { piece in
            switch piece {
            case .text(let scalar): String(Character(scalar))
            case .byte(let byte) where isURL:
                "%\(String(byte >> 4, radix: 16))\(String(byte & 15, radix: 16))"
            case .byte(let byte):
                String(Unicode.Scalar(area.lowerBound + UInt32(byte) - 0x80).map(Character.init) ?? "?")
            }
        }.joined()
    }

    /// What `text(of:)` was made of.
    static func bytes(of text: String) -> [UInt8] {
        text.unicodeScalars.flatMap { scalar in
            isOurs(scalar)
                ? [UInt8(scalar.value - area.lowerBound + 0x80)] : Array(String(Character(scalar)).utf8)
        }
    }

    private static func isOurs(_ scalar: Unicode.Scalar) -> Bool { area.contains(scalar.value) }

    private enum Piece {
        case text(Unicode.Scalar)
        case byte(UInt8)
    }

    /// Characters that stand for bytes, where somebody typed them, are bytes too.
    private static func divided(_ bytes: [UInt8]) -> [Piece] {
        var pieces: [Piece] = []
        var rest = bytes[...]
        while let first = rest.first {
            let scalar = (1...4).lazy.compactMap { count in
                String(validating: rest.prefix(count), as: UTF8.self)?.unicodeScalars.first
            }.first
            if let scalar, !isOurs(scalar) {
                pieces.append(.text(scalar))
                rest = rest.dropFirst(UTF8.width(scalar))
            } else {
                pieces.append(.byte(first))
                rest = rest.dropFirst()
            }
        }
        return pieces
    }
}

extension LocalPath {
    /// A path that was given on the command line.
    init(argument: String) {
        self.init(bytes: ArgumentBytes.bytes(of: argument))
    }
}
