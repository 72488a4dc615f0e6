/// How a server writes its paths, recognised by the path itself.
///
/// | syntax | directory | a file in it |
/// | --- | --- | --- |
/// | `slash` | `/a/b`, `/C:/data`, `QGPL` | `/a/b/x` |
/// | `device` (Windows, NetWare, VxWorks) | `C:/data`, `sys:/public`, `ata0a:/` | `C:/data/x` |
/// | `backslash` | `C:\data`, `\data` | `C:\data\x` |
/// | `vms` | `DISK:[A.B]` | `DISK:[A.B]X.TXT;1` |
/// | `mvs` | `'HLQ.A.'`, a partitioned data set `'HLQ.A.PDS'` | `'HLQ.A.X'`, `'HLQ.A.PDS(X)'` |
/// | `nonStop` | `\SYS.$VOL.SUBVOL` | `\SYS.$VOL.SUBVOL.X` |
///
/// A path that begins with `/` is never anything but `slash`; what else is recognised is narrow, since a
/// name relative to the login directory may look like much.
public enum PathSyntax: Sendable {
    case slash, device, backslash, vms, mvs, nonStop

    init(_ path: [UInt8]) {
        guard let first = path.first, first != SlashPath.slash else {
            self = .slash
            return
        }
        if first == quote {
            self = Self.isDataSet(path) ? .mvs : .slash
        } else if first == UInt8(ascii: "\\") {
            self = path.containsPair(UInt8(ascii: "."), UInt8(ascii: "$")) ? .nonStop : .backslash
        } else if first == UInt8(ascii: "$"), Self.isSubvolume(path) {
            self = .nonStop
        } else if let colon = path.firstIndex(of: UInt8(ascii: ":")), colon > 0, colon + 1 < path.count,
            path[..<colon].allSatisfy(\.isDeviceName)
        {
            self = Self.behindColon(path, colon)
        } else {
            self = .slash
        }
    }

    private static func behindColon(_ path: [UInt8], _ colon: Int) -> PathSyntax {
        switch path[colon + 1] {
        case UInt8(ascii: "["): path[(colon + 2)...].contains(UInt8(ascii: "]")) ? .vms : .slash
        case SlashPath.slash: .device
        case UInt8(ascii: "\\") where colon == 1: .backslash
        default: .slash
        }
    }

    /// `'HLQ.NAME'`, `'HLQ.'`, `'HLQ.PDS(MEMBER)'`: with the letters that z/OS allows, and a full stop.
    private static func isDataSet(_ path: [UInt8]) -> Bool {
        guard path.count > 3, path.last == quote else { return false }
        let inner = path.dropFirst().dropLast()
        return inner.contains(dot)
            && inner.allSatisfy { $0.isQualifier || $0 == dot || $0 == open || $0 == close }
    }

    /// `$VOL.SUBVOL`, in capitals.
    private static func isSubvolume(_ path: [UInt8]) -> Bool {
        let parts = path.dropFirst().split(separator: dot, omittingEmptySubsequences: false)
        return (2...3).contains(parts.count)
            && parts.allSatisfy { (1...8).contains($0.count) && $0.allSatisfy(\.isCapitalOrDigit) }
    }
}

private let dot = UInt8(ascii: ".")
private let quote = UInt8(ascii: "'")
private let open = UInt8(ascii: "(")
private let close = UInt8(ascii: ")")
private let bracket = UInt8(ascii: "]")

extension UInt8 {
    fileprivate var isCapitalOrDigit: Bool { (0x41...0x5A).contains(self) || isDigit }
    fileprivate var isDeviceName: Bool {
        isLetter || isDigit || self == UInt8(ascii: "$") || self == UInt8(ascii: "_")
            || self == UInt8(ascii: "-")
    }
    fileprivate var isQualifier: Bool {
        isLetter || isDigit || self == UInt8(ascii: "$") || self == UInt8(ascii: "#")
            || self == UInt8(ascii: "@") || self == UInt8(ascii: "-")
    }
}

extension [UInt8] {
    fileprivate func containsPair(_ first: UInt8, _ second: UInt8) -> Bool {
        zip(self, dropFirst()).contains { $0 == first && $1 == second }
    }
}

/// Joining and parting in each syntax. Nothing here fails: what does not have the form it should have is
/// joined with `/`, and the server says what it thinks of it.
extension PathSyntax {
    func appending(_ name: [UInt8], to path: [UInt8]) -> [UInt8] {
        switch self {
        case .slash, .device: SlashPath.appending(name, to: path)
        case .backslash: path.last == separator ? path + name : path + [separator] + name
        case .nonStop: path + [dot] + name
        case .vms: directory(path) + name
        case .mvs: Self.dataSet(path, appending: name)
        }
    }

    func parent(of path: [UInt8]) -> [UInt8] {
        switch self {
        case .slash: return SlashPath.parent(of: path)
        case .device, .backslash:
            let trimmed = withoutTrailingSeparator(path)
            guard let cut = trimmed.lastIndex(of: separator) else { return path }
            // `C:/` keeps its separator: `C:` would be where the server stands on that disk.
            let isTop = cut == 0 || trimmed[cut - 1] == UInt8(ascii: ":")
            return Array(trimmed[...(isTop ? cut : cut - 1)])
        case .nonStop:
            guard let first = path.firstIndex(of: dot), let cut = path.lastIndex(of: dot), cut > first else {
                return path
            }
            return Array(path[..<cut])
        case .vms: return Self.above(path)
        case .mvs: return Self.qualifierAbove(path)
        }
    }

    func lastComponent(of path: [UInt8]) -> [UInt8] {
        switch self {
        case .slash: return SlashPath.lastComponent(of: path)
        case .device, .backslash:
            let trimmed = withoutTrailingSeparator(path)
            guard trimmed.last != separator, let cut = trimmed.lastIndex(of: separator) else { return [] }
            return Array(trimmed[(cut + 1)...])
        case .nonStop: return path.lastIndex(of: dot).map { Array(path[($0 + 1)...]) } ?? path
        case .vms:
            if path.last != bracket {
                return path.lastIndex(of: bracket).map { Array(path[($0 + 1)...]) } ?? path
            }
            let names = path.dropLast()
            let cut = names.lastIndex { $0 == dot || $0 == UInt8(ascii: "[") }
            return cut.map { Array(names[($0 + 1)...]) } ?? []
        case .mvs:
            var inner = path.dropFirst().dropLast()
            if inner.last == close || inner.last == dot { inner = inner.dropLast() }
            let cut = inner.lastIndex { $0 == dot || $0 == open }
            return cut.map { Array(inner[($0 + 1)...]) } ?? Array(inner)
        }
    }

    func withoutTrailingSeparator(_ path: [UInt8]) -> [UInt8] {
        switch self {
        case .slash: return SlashPath.withoutTrailingSlash(path)
        case .device, .backslash:
            guard let end = path.lastIndex(where: { $0 != separator }) else { return Array(path.prefix(1)) }
            // `C:/` is the top, `C:` is not.
            return path[end] == UInt8(ascii: ":")
                ? Array(path[...min(end + 1, path.count - 1)]) : Array(path[...end])
        case .vms, .mvs, .nonStop: return path
        }
    }

    /// What names this as a directory: `DISK:[A]B` is `DISK:[A.B]`.
    func directory(_ path: [UInt8]) -> [UInt8] {
        guard self == .vms else { return withoutTrailingSeparator(path) }
        guard path.last != bracket, let end = path.lastIndex(of: bracket) else { return path }
        let top = Array("[000000".utf8)
        var names = Array(path[..<end])
        let isTop = names.count >= top.count && names.suffix(top.count).elementsEqual(top)
        if isTop { names.removeLast(top.count - 1) }
        return names + (isTop ? [] : [dot]) + path[(end + 1)...] + [bracket]
    }

    private var separator: UInt8 { self == .backslash ? UInt8(ascii: "\\") : SlashPath.slash }

    /// Of `DISK:[A.B]` it is `DISK:[A]`, of `DISK:[A]` the top `DISK:[000000]`, of a file its directory.
    private static func above(_ path: [UInt8]) -> [UInt8] {
        guard let end = path.lastIndex(of: bracket) else { return path }
        guard end == path.count - 1 else { return Array(path[...end]) }
        guard let cut = path.lastIndex(where: { $0 == dot || $0 == UInt8(ascii: "[") }) else { return path }
        if path[cut] == dot { return Array(path[..<cut]) + [bracket] }
        return Array(path[...cut]) + Array("000000]".utf8)
    }

    private static func dataSet(_ path: [UInt8], appending name: [UInt8]) -> [UInt8] {
        if PathSyntax(name) == .mvs { return name }
        let inner = Array(path.dropLast())
        if inner.last == dot { return inner + name + [quote] }
        if inner.last == close { return path + [SlashPath.slash] + name }
        return inner + [open] + name + [close, quote]
    }

    /// Of a member the data set, of a data set the qualifiers before its last, of the first qualifier itself.
    private static func qualifierAbove(_ path: [UInt8]) -> [UInt8] {
        var inner = path.dropFirst().dropLast()
        if inner.last == close, let cut = inner.lastIndex(of: open) { return Array(path[..<cut]) + [quote] }
        if inner.last == dot { inner = inner.dropLast() }
        guard let cut = inner.lastIndex(of: dot) else { return path }
        return Array(path[...cut]) + [quote]
    }
}
