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

    /// Recognised by the bytes.
    public var syntax: PathSyntax { PathSyntax(bytes) }

    /// Whether this names a place by itself. Of a path in another syntax than the server's own that is a guess:
    /// see `resolving`.
    public var isAbsolute: Bool { bytes.first == slash || syntax != .slash }

    /// This directory's child of that name, which may be any bytes, a leading space or `;` among them.
    public func appending(_ name: [UInt8]) -> RemotePath {
        RemotePath(bytes: syntax.appending(name, to: bytes))
    }

    /// `other` seen from here: itself when absolute in the syntax of this path, or from `/`. A relative path has
    /// its names between slashes, as URLs have, whatever the server's syntax.
    public func resolving(_ other: RemotePath) -> RemotePath {
        let syntax = syntax
        if other.bytes.first == slash || (syntax != .slash && other.syntax == syntax) { return other }
        guard syntax != .slash else { return appending(other.bytes) }
        return other.bytes.split(separator: slash).reduce(self) { $0.appending(Array($1)) }
    }

    /// The directory above; the root's parent is the root, and of a bare name the empty path.
    public var parent: RemotePath { RemotePath(bytes: syntax.parent(of: bytes)) }

    /// Nothing is above it.
    public var isRoot: Bool { !bytes.isEmpty && (parent == self || withoutTrailingSlash == .root) }

    /// The last component; empty for the root.
    public var lastComponent: [UInt8] { syntax.lastComponent(of: bytes) }

    public var withoutTrailingSlash: RemotePath {
        RemotePath(bytes: syntax.withoutTrailingSeparator(bytes))
    }

    /// The same place, named as a directory must be named: on VMS `DISK:[A.B]` instead of `DISK:[A]B`.
    public var asDirectory: RemotePath { RemotePath(bytes: syntax.directory(bytes)) }

    /// The path in a 257 reply: from the first quote, doubled quotes being one (RFC 959 appendix II).
    ///
    /// Without quotes the first word counts, which several old servers send, or what stands between
    /// apostrophes (z/OS). Nil for none at all, for a quote that is never closed, for what no command could carry
    /// (CR, LF, NUL, too many bytes): then the directory stays unknown.
    public init?(reply257 text: [UInt8]) {
        guard let path = Self.quoted(text) ?? Self.unquoted(text), !path.isEmpty,
            path.count <= Command.longestLine, !path.contains(where: { [0, 0x0A, 0x0D].contains($0) })
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
    name.withContiguousStorageIfAvailable(isSafe) ?? Array(name).withUnsafeBufferPointer(isSafe)
}

private func isSafe(_ name: UnsafeBufferPointer<UInt8>) -> Bool {
    let dot = UInt8(ascii: ".")
    let isDots = name.count <= 2 && name.allSatisfy { $0 == dot }
    return !isDots && !name.contains { $0 == slash || $0 == 0 }
}
