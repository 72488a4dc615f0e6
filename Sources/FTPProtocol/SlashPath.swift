/// Joining and parting bytes at `/`: the rules that paths on Unix servers and on this machine share.
package enum SlashPath {
    package static let slash = UInt8(ascii: "/")

    package static func appending(_ name: [UInt8], to path: [UInt8]) -> [UInt8] {
        if path.isEmpty { return name }
        var whole: [UInt8] = []
        whole.reserveCapacity(path.count + 1 + name.count)
        whole += path
        if path.last != slash { whole.append(slash) }
        whole += name
        return whole
    }

    /// The directory above; the root's parent is the root, and of a bare name nothing.
    package static func parent(of path: [UInt8]) -> [UInt8] {
        let trimmed = withoutTrailingSlash(path)
        guard let cut = trimmed.lastIndex(of: slash) else { return [] }
        return cut == 0 ? [slash] : Array(trimmed[..<cut])
    }

    /// Empty for the root.
    package static func lastComponent(of path: [UInt8]) -> [UInt8] {
        let trimmed = withoutTrailingSlash(path)
        guard let cut = trimmed.lastIndex(of: slash) else { return trimmed }
        return Array(trimmed[(cut + 1)...])
    }

    package static func withoutTrailingSlash(_ path: [UInt8]) -> [UInt8] {
        guard path.count > 1, path.last == slash else { return path }
        let end = path.lastIndex { $0 != slash } ?? 0
        return Array(path[...end])
    }
}
