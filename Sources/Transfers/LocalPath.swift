internal import FTPProtocol

/// A path on this machine: bytes, as Linux has them. Never made from a remote name without
/// `isSafeLocalName`, and never mistaken for a `RemotePath`, because it is another type.
public struct LocalPath: Hashable, Sendable {
    public let bytes: [UInt8]

    public init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    public init(_ text: String) {
        self.init(bytes: Array(text.utf8))
    }

    public static let root = LocalPath("/")

    public var isAbsolute: Bool { bytes.first == UInt8(ascii: "/") }

    public func appending(_ name: [UInt8]) -> LocalPath {
        LocalPath(bytes: SlashPath.appending(name, to: bytes))
    }

    public var parent: LocalPath { LocalPath(bytes: SlashPath.parent(of: bytes)) }
    public var lastComponent: [UInt8] { SlashPath.lastComponent(of: bytes) }
}

extension LocalPath: Codable {
    public init(from decoder: any Decoder) throws { self.init(bytes: try TextOrBytes.decode(from: decoder)) }

    public func encode(to encoder: any Encoder) throws { try TextOrBytes.encode(bytes, to: encoder) }
}

extension LocalPath: CustomStringConvertible {
    public var description: String { visible(bytes) }
}
