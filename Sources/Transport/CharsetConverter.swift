internal import Glibc
internal import Synchronization

/// One charset, to UTF-8 and back, by the C library's iconv (POSIX.1-2024 iconv, iconv_open).
///
/// Only charsets that a name on a server can have: ASCII means itself in them, byte by byte, and no part of another
/// character looks like `/`. UTF-16 has NULs in every name, EBCDIC has other letters, UTF-7 and ISO-2022 say ASCII
/// characters for others. `\` and `~` may be another character, as in Shift_JIS. Never blocks.
public final class CharsetConverter: Sendable {
    /// As it was asked for, in capitals.
    public let name: String
    private let handles: Mutex<Handles>

    /// Why a charset cannot be had.
    public enum Refusal: Error, Hashable, Sendable {
        /// The C library has none of that name, or its module is not installed.
        case unknown
        /// It is no charset that names on a server can have.
        case unusable
    }

    /// Longer than any that glibc knows.
    static let longestName = 40
    /// No byte becomes more than that many, in either direction.
    private static let growth = 4

    /// - Parameter name: in any spelling that iconv knows; without `//TRANSLIT` and the like, which lose what they change.
    public init(_ name: String) throws(Refusal) {
        let name = name.uppercased()
        let plain = name.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || "-_.:+()".utf8.contains(byte)
        }
        guard plain, !name.isEmpty, name.utf8.count <= Self.longestName else { throw .unknown }
        self.name = name
        guard let both = Handles(name) else { throw .unknown }
        handles = Mutex(both)
        guard isUsable else { throw .unusable }
    }

    /// UTF-8; nil when the bytes are not of the charset, from the first to the last.
    public func text(of name: [UInt8]) -> [UInt8]? {
        handles.withLock { convert(name, $0.toText) }
    }

    /// Nil when the charset lacks a character, or `text` is no UTF-8.
    public func name(of text: [UInt8]) -> [UInt8]? {
        handles.withLock { convert(text, $0.toName) }
    }

    private struct Handles: ~Copyable {
        let toText: iconv_t
        let toName: iconv_t

        init?(_ name: String) {
            guard let toText = Self.open(to: "UTF-8", from: name) else { return nil }
            guard let toName = Self.open(to: name, from: "UTF-8") else {
                iconv_close(toText)
                return nil
            }
            self.toText = toText
            self.toName = toName
        }

        deinit {
            iconv_close(toText)
            iconv_close(toName)
        }

        /// The failure is (iconv_t)-1.
        private static func open(to: String, from: String) -> iconv_t? {
            let handle = iconv_open(to, from)
            return Int(bitPattern: handle) == -1 ? nil : handle
        }
    }

    private func convert(_ input: [UInt8], _ handle: iconv_t) -> [UInt8]? {
        // What an earlier one left behind is of no meaning here.
        iconv(handle, nil, nil, nil, nil)
        let room = input.count * Self.growth + 16
        var source = input.map { CChar(bitPattern: $0) }
        var target = [CChar](repeating: 0, count: room)
        var left = room
        let isWhole = source.withUnsafeMutableBufferPointer { source in
            target.withUnsafeMutableBufferPointer { target in
                var from = source.baseAddress
                var unread = source.count
                var to = target.baseAddress
                // Some hold the last character back until they are told that nothing follows.
                return iconv(handle, &from, &unread, &to, &left) == 0 && unread == 0
                    && iconv(handle, nil, nil, &to, &left) == 0
            }
        }
        // More than 0 counts characters that were replaced by others.
        return isWhole ? target.prefix(room - left).map { UInt8(bitPattern: $0) } : nil
    }

    private var isUsable: Bool {
        // What the syntax of replies, listings and paths is made of, and the shifts of ISO-2022.
        let marks: [UInt8] = [0x0A, 0x0D, 0x0E, 0x0F, 0x1B]
        for byte in marks + Array(0x20..<0x7F) {
            let text = text(of: [byte])
            if byte == UInt8(ascii: "\\") || byte == UInt8(ascii: "~") {
                guard let text, name(of: text) == [byte] else { return false }
            } else {
                guard text == [byte], name(of: [byte]) == [byte] else { return false }
            }
        }
        let slash = UInt8(ascii: "/")
        for first in UInt8(0x80)...0xFF {
            // The second byte of a character is not a slash: either there is none, or it stands for itself.
            guard let text = text(of: [first, slash, slash]) else { continue }
            guard text.suffix(2).elementsEqual([slash, slash]) else { return false }
        }
        return true
    }
}
