/// How much there is in some files and directories, as far as it was counted.
public struct TreeCount: Hashable, Sendable {
    /// Whatever is no directory.
    public private(set) var files = 0
    public private(set) var directories = 0
    public private(set) var bytes: Int64 = 0
    /// False where there is more: too much to count, or not ours to look into.
    public private(set) var isComplete = true

    /// Nobody waits longer to be told, and nobody decides otherwise for a larger number.
    public static let mostEntries = 200_000

    /// Walks the trees, links not followed. Blocks until all is counted, until `deadline`, or for `mostEntries`.
    public init(of paths: [[UInt8]], until deadline: Deadline, mostEntries: Int = Self.mostEntries) {
        var left: [[UInt8]] = []
        for path in paths {
            guard let status = try? LocalDirectory.status(of: path, followingLinks: false) else { continue }
            add(status)
            if status.kind == .directory { left.append(path) }
        }
        while let directory = left.popLast() {
            guard files + directories < mostEntries, !deadline.hasPassed,
                let entries = try? LocalDirectory.entries(of: directory)
            else {
                isComplete = false
                continue
            }
            for entry in entries {
                add(entry.status)
                if entry.status.kind == .directory {
                    left.append(directory + [UInt8(ascii: "/")] + entry.name)
                }
            }
        }
    }

    private mutating func add(_ status: FileStatus) {
        if status.kind == .directory {
            directories += 1
        } else {
            files += 1
            if status.kind == .file { bytes = bytes.addingReportingOverflow(status.size).partialValue }
        }
    }
}
