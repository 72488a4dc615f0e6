import Transport

/// The directory that is served, and the one place where a client's path becomes a local one.
///
/// Seen from the client its root is `/`. `..` stops there, and a link that leads out of it leads nowhere.
/// Clients cannot make links; somebody with write access to the directory itself could exchange
/// one at the moment between this check and the use, and is not guarded against.
struct ServedTree: Sendable {
    /// Absolute, without links, without a slash at the end; empty for `/`.
    private let root: [UInt8]
    /// Whether each directory holds `loop`, which is itself.
    private let hasLoop: Bool
    /// How many directories `deeper` are one in the other; nil for none.
    let levels: Int?

    static let loop = Array("loop".utf8)
    static let deeper = Array("deeper".utf8)

    /// Longest path a client may name, in bytes: PATH_MAX of Linux, less some for the root.
    private static let longestPath = 3_072

    /// - Throws: `disk` when it is not a directory that can be reached.
    init(_ directory: [UInt8], hasLoop: Bool = false, levels: Int? = nil) throws(TransportError) {
        guard let status = try LocalDirectory.status(of: directory), status.kind == .directory,
            let resolved = LocalDirectory.resolved(directory)
        else { throw .notADirectory(directory) }
        root = resolved == [slash] ? [] : resolved
        self.hasLoop = hasLoop
        self.levels = levels
    }

    /// The components of `path` seen from the directory `current`: `.` and `..` worked out, never above the root.
    /// Nil for a path with NUL, or too long for the disk.
    func components(of path: [UInt8], from current: [[UInt8]]) -> [[UInt8]]? {
        guard path.count <= Self.longestPath, !path.contains(0) else { return nil }
        var result = path.first == slash ? [] : current
        for part in path.split(separator: slash) {
            switch part {
            case [dot]: continue
            case [dot, dot]: _ = result.popLast()
            default: result.append(Array(part))
            }
        }
        return result.reduce(0) { $0 + $1.count + 1 } <= Self.longestPath ? result : nil
    }

    /// Where the entry itself is: links in the directories before it are followed, itself it is not.
    /// Nil when the directory is not there, or is outside.
    func location(of components: [[UInt8]]) -> [UInt8]? {
        let components = onDisk(components)
        guard let name = components.last else { return root.isEmpty ? [slash] : root }
        guard let parent = resolved(Array(components.dropLast())) else { return nil }
        return parent + [slash] + name
    }

    /// Where it really is, links followed to the end. Nil when it is not there, or is outside.
    func target(of components: [[UInt8]]) -> [UInt8]? {
        resolved(components).map { $0.isEmpty ? [slash] : $0 }
    }

    /// The same place without links in its name, seen from the client; itself when it is not there.
    func real(_ components: [[UInt8]]) -> [[UInt8]] {
        guard let place = resolved(components) else { return components }
        return place.dropFirst(root.count).split(separator: slash).map(Array.init)
    }

    /// Without the directories that are not there (`symlink-loop`, `deep-tree`).
    private func onDisk(_ components: [[UInt8]]) -> [[UInt8]] {
        guard hasLoop || levels != nil else { return components }
        return components.filter { !(hasLoop && $0 == Self.loop) && !(levels != nil && $0 == Self.deeper) }
    }

    private func resolved(_ components: [[UInt8]]) -> [UInt8]? {
        if let levels, components.count(where: { $0 == Self.deeper }) > levels { return nil }
        let path = root + onDisk(components).flatMap { [slash] + $0 }
        guard let found = LocalDirectory.resolved(path.isEmpty ? [slash] : path) else { return nil }
        let plain = found == [slash] ? [] : found
        guard plain == root || plain.starts(with: root + [slash]) else { return nil }
        return plain
    }
}

let slash = UInt8(ascii: "/")
let dot = UInt8(ascii: ".")

extension Array<[UInt8]> {
    /// As the client sees it: `/`, `/a/b`.
    var asPath: [UInt8] { isEmpty ? [slash] : flatMap { [slash] + $0 } }
}
