/// Turns one name into text and back. What stands behind it (iconv) is a system's, so it is handed in.
public protocol NameConverter: AnyObject, Sendable {
    /// UTF-8; nil when the bytes are not of the charset.
    func text(of name: [UInt8]) -> [UInt8]?
    /// Nil when the charset has no way to write the text, which is UTF-8.
    func name(of text: [UInt8]) -> [UInt8]?
}

/// How the names on a server are written (`--charset`): how their bytes are shown, and which bytes a name that somebody
/// types, or that a file here has, becomes there.
///
/// Names stay the server's bytes everywhere; this is asked only where one is shown, typed, or crosses to the disk here.
/// Both ways lead back: a name that would come back as another is not converted at all. What cannot be read keeps its
/// bytes, here as on the server; what cannot be written is refused (`FTPError.unwritable`).
///
/// Paths are parted at the byte 0x2F, so a charset that uses this byte for anything but `/` is none that names can have
/// (see `CharsetConverter`). The second byte of a character may be 0x5C, the backslash, in Shift_JIS, Big5 and GBK: that
/// does no harm between slashes; on a server whose paths are parted by backslashes such a name is cut in two, which the
/// bytes alone cannot tell.
public struct NameCharset: Sendable {
    /// As iconv calls it.
    public let name: String
    private let converter: (any NameConverter)?

    /// Names as they are: UTF-8 where they are text at all.
    public static let utf8 = NameCharset(name: "UTF-8", converter: nil)

    /// Longer ones are left as they are: no command could carry them, and no line of the log shows so much.
    public static let longest = 65_536

    public init(name: String, converter: (any NameConverter)?) {
        self.name = name
        self.converter = converter
    }

    public var isUTF8: Bool { converter == nil }

    /// A name or a path of the server as UTF-8, to be shown or to be a file's name here; each component that is not of
    /// the charset stays as it is.
    public func text(of bytes: [UInt8]) -> [UInt8] {
        guard let converter, bytes.contains(where: Self.mayDiffer), bytes.count <= Self.longest else {
            return bytes
        }
        if let text = faithful(bytes, converter) { return text }
        return Array(
            bytes.split(separator: slash, omittingEmptySubsequences: false)
                .map { component in
                    let component = Array(component)
                    return component.contains(where: Self.mayDiffer)
                        ? faithful(component, converter) ?? component : component
                }.joined(separator: [slash]))
    }

    private func faithful(_ bytes: [UInt8], _ converter: any NameConverter) -> [UInt8]? {
        guard let text = converter.text(of: bytes), Self.hasSameMarks(text, bytes),
            converter.name(of: text) == bytes
        else { return nil }
        return text
    }

    /// The bytes on the server of a name or a path in UTF-8. What is no UTF-8 is somebody's bytes already, and stays.
    ///
    /// - Throws: `.unwritable`.
    public func bytes(of text: [UInt8]) throws(FTPError) -> [UInt8] {
        guard let converter, text.contains(where: Self.mayDiffer),
            let whole = String(validating: text, as: UTF8.self)
        else { return text }
        if text.count <= Self.longest, let bytes = converter.faithfulName(of: text),
            Self.hasSameMarks(text, bytes)
        {
            return bytes
        }
        let missing = whole.unicodeScalars.first { scalar in
            converter.faithfulName(of: Array(String(scalar).utf8)) == nil
        }
        throw .unwritable(text, missing: missing.map { String($0) }, charset: name)
    }

    /// The same of what is typed, where `escaped` finds bytes that are meant as they are.
    ///
    /// - Parameter escaped: given what is left, the byte it begins with in some notation and the length of that; nil for
    ///   an ordinary character.
    public func bytes(
        ofTyped text: some StringProtocol,
        escaped: (Substring.UTF8View) -> (byte: UInt8, length: Int)?
    ) throws(FTPError) -> [UInt8] {
        var result: [UInt8] = []
        var plain: [UInt8] = []
        var rest = Substring(text).utf8
        while let first = rest.first {
            if let (byte, length) = escaped(rest) {
                result += try bytes(of: plain)
                plain = []
                result.append(byte)
                rest = rest.dropFirst(length)
            } else {
                plain.append(first)
                rest = rest.dropFirst()
            }
        }
        return result + (try bytes(of: plain))
    }

    /// A name, a path, or a line of dialogue, as text that can harm no terminal.
    public func shown(_ bytes: some Sequence<UInt8>) -> String { visible(text(of: Array(bytes))) }

    public func shown(_ path: RemotePath) -> String { shown(path.bytes) }

    /// All charsets that names can have agree on the others.
    private static func mayDiffer(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte >= 0x7E || byte == UInt8(ascii: "\\")
    }

    /// No character is a slash or the end of a string in one of them and not in the other.
    private static func hasSameMarks(_ a: [UInt8], _ b: [UInt8]) -> Bool {
        a.count { $0 == slash } == b.count { $0 == slash } && a.count { $0 == 0 } == b.count { $0 == 0 }
    }
}

extension NameConverter {
    /// Nil also for a name that would be read as another text.
    fileprivate func faithfulName(of text: [UInt8]) -> [UInt8]? {
        guard let bytes = name(of: text), self.text(of: bytes) == text else { return nil }
        return bytes
    }
}

private let slash = UInt8(ascii: "/")

extension NameCharset: Hashable {
    public static func == (left: NameCharset, right: NameCharset) -> Bool {
        left.name == right.name && left.isUTF8 == right.isUTF8
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}
