/// A path on the server: bytes, exactly as they go over the wire (RFC 3659 §2.2).
///
/// Text is only for showing: `description` is made harmless, `bytes` are never changed by it.
public struct RemotePath: Hashable, Sendable {
    public let bytes: [UInt8]

    public init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    public init(_ text: String) {
        self.init(bytes: Array(text.utf8))
    }

    public static let root = RemotePath("/")

    public var isAbsolute: Bool { bytes.first == slash }

    /// This directory's child of that name, which may be any bytes, a leading space or `;` among them.
    public func appending(_ name: [UInt8]) -> RemotePath {
        if bytes.isEmpty { return RemotePath(bytes: name) }
        return RemotePath(bytes: bytes.last == slash ? bytes + name : bytes + [slash] + name)
    }

    /// `other` seen from here: itself when absolute.
    public func resolving(_ other: RemotePath) -> RemotePath {
        other.isAbsolute ? other : appending(other.bytes)
    }

    /// The directory above; the root's parent is the root, and of a bare name the empty path.
    public var parent: RemotePath {
        let trimmed = withoutTrailingSlash.bytes
        guard let cut = trimmed.lastIndex(of: slash) else { return RemotePath(bytes: []) }
        return cut == 0 ? .root : RemotePath(bytes: Array(trimmed[..<cut]))
    }

    /// The last component; empty for the root.
    public var lastComponent: [UInt8] {
        let trimmed = withoutTrailingSlash.bytes
        guard let cut = trimmed.lastIndex(of: slash) else { return trimmed }
        return Array(trimmed[(cut + 1)...])
    }

    public var withoutTrailingSlash: RemotePath {
        guard bytes.count > 1, bytes.last == slash else { return self }
        let end = bytes.lastIndex { $0 != slash } ?? 0
        return RemotePath(bytes: Array(bytes[...end]))
    }

    /// The path in a 257 reply: from the first quote, doubled quotes being one (RFC 959 appendix II).
    ///
    /// Without quotes the first word counts, which several old servers send, or what stands between
    /// apostrophes (z/OS). Nil for none at all, for a quote that is never closed, for a NUL and for more
    /// than a command could carry: then the directory stays unknown.
    public init?(reply257 text: [UInt8]) {
        guard let path = Self.quoted(text) ?? Self.unquoted(text), !path.isEmpty,
            path.count <= Command.longestLine, !path.contains(0)
        else { return nil }
        self.init(bytes: path)
    }

    private static func quoted(_ text: [UInt8]) -> [UInt8]? {
        guard let open = text.firstIndex(of: quote) else { return nil }
        var path: [UInt8] = []
        var index = open + 1
        while index < text.count {
            if text[index] == quote {
                guard index + 1 < text.count, text[index + 1] == quote else { return path }
                index += 1
            }
            path.append(text[index])
            index += 1
        }
        return []
    }

    private static func unquoted(_ text: [UInt8]) -> [UInt8]? {
        let words = text.drop { $0 == 0x20 }
        let apostrophe = UInt8(ascii: "'")
        if words.first == apostrophe, let close = words.dropFirst().firstIndex(of: apostrophe) {
            return Array(words[...close])
        }
        return Array(words.prefix { $0 != 0x20 })
    }
}

private let quote = UInt8(ascii: "\"")
private let slash = UInt8(ascii: "/")

extension RemotePath: CustomStringConvertible {
    public var description: String { visible(bytes) }
}

/// Whether a name from a listing may become one component of a local path: not empty, not `.` or
/// `..`, no `/`, no NUL.
public func isSafeLocalName(_ name: some Collection<UInt8>) -> Bool {
    !name.isEmpty && !name.elementsEqual([0x2E]) && !name.elementsEqual([0x2E, 0x2E])
        && !name.contains { $0 == slash || $0 == 0 }
}
