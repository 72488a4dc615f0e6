internal import FTPProtocol

/// What is known of a batch before its first byte moves: how much it is, and what will be in its way.
public struct Preflight: Hashable, Sendable {
    /// What a place can hold.
    public struct Rules: Hashable, Sendable {
        /// `A` and `a` are one file there.
        public var foldsCase: Bool
        /// Names and characters that Windows keeps for itself cannot be used.
        public var isWindows: Bool

        public init(foldsCase: Bool = false, isWindows: Bool = false) {
            self.foldsCase = foldsCase
            self.isWindows = isWindows
        }
    }

    /// Bytes of a name, as every common file system has it.
    private static let longestName = 255
    /// So many of each kind are named.
    private static let mostNamed = 5
    private static let reserved = Set(
        ["con", "prn", "aux", "nul"] + (1...9).flatMap { ["com\($0)", "lpt\($0)"] })

    public private(set) var files = 0
    public private(set) var directories = 0
    public private(set) var bytes: Int64 = 0
    /// Files whose size is not known.
    public private(set) var unsized = 0
    /// Free at the destination; nil is not known.
    public var free: Int64?
    /// Trees in it were not looked into yet.
    public var isIncomplete = false
    public private(set) var conflicts = Names()
    public private(set) var clashes = Names()
    public private(set) var unusable = Names()
    /// Sentences: what may not be written or read, what could not be looked at.
    public private(set) var obstacles: [String] = []
    private let rules: Rules

    /// A few names, and how many there are.
    public struct Names: Hashable, Sendable {
        public private(set) var count = 0
        private(set) var first: [String] = []

        mutating func add(_ name: String) {
            count += 1
            if first.count < Preflight.mostNamed { first.append(name) }
        }

        var list: String { first.joined(separator: ", ") + (count > first.count ? ", …" : "") }
    }

    public init(_ rules: Rules = Rules()) {
        self.rules = rules
    }

    /// Counts one directory's files in.
    ///
    /// - Parameters:
    ///   - path: of the directory, as it is shown; empty for the top.
    ///   - source: the files that go there, and the directories.
    ///   - destination: what is there already.
    public mutating func take(
        _ path: String, source: [MirrorSide.Entry], destination: [MirrorSide.Entry]
    ) {
        let there = Set(destination.map(\.name))
        let folded = Dictionary(
            destination.map { (Self.folded($0.name), $0.name) }, uniquingKeysWith: { first, _ in first })
        var seen: [String: [UInt8]] = [:]
        for entry in source where entry.kind == .file || entry.kind == .directory {
            let shown = path.isEmpty ? visible(entry.name) : "\(path)/\(visible(entry.name))"
            if entry.kind == .directory { directories += 1 } else { count(entry) }
            if let why = whyUnusable(entry.name) { unusable.add("\(shown) (\(why))") }
            if entry.kind == .file, there.contains(entry.name) { conflicts.add(shown) }
            guard rules.foldsCase else { continue }
            let key = Self.folded(entry.name)
            let twin = seen[key] ?? folded[key].flatMap { $0 == entry.name ? nil : $0 }
            if let twin { clashes.add("\(shown) and \(visible(twin))") }
            seen[key] = entry.name
        }
    }

    public mutating func add(obstacle: String) {
        if obstacles.count < Self.mostNamed { obstacles.append(obstacle) }
    }

    private mutating func count(_ entry: MirrorSide.Entry) {
        files += 1
        guard let size = entry.size, size >= 0 else {
            unsized += 1
            return
        }
        let (sum, overflow) = bytes.addingReportingOverflow(size)
        bytes = overflow ? .max : sum
    }

    private func whyUnusable(_ name: [UInt8]) -> String? {
        if name.count > Self.longestName { return "\(name.count) bytes, \(Self.longestName) are the most" }
        guard rules.isWindows else { return nil }
        let text = String(decoding: name, as: UTF8.self)
        if text.unicodeScalars.contains(where: { "\\:*?\"<>|".unicodeScalars.contains($0) || $0.value < 0x20 }
        ) {
            return "a character that Windows does not take"
        }
        if text.hasSuffix(" ") || text.hasSuffix(".") { return "Windows drops its last character" }
        let stem = text.lowercased().prefix { $0 != "." }
        return Self.reserved.contains(String(stem)) ? "Windows keeps this name for itself" : nil
    }

    private static func folded(_ name: [UInt8]) -> String {
        String(decoding: name, as: UTF8.self).lowercased()
    }

    /// More than there is room for, as far as the sizes are known.
    public var isTooLarge: Bool { free.map { bytes > $0 } ?? false }

    /// Not all of it can arrive, whatever is answered.
    public var isBlocked: Bool { isTooLarge || !obstacles.isEmpty }

    /// `38 files in 4 directories, 1.9 GB; 12.0 GB free`.
    ///
    /// - Parameter size: writes bytes.
    public func summary(size: (Int64) -> String) -> String {
        let least = isIncomplete || unsized > 0 ? "at least " : ""
        var text = "\(files) \(files == 1 ? "file" : "files")"
        if directories > 0 { text += " in \(directories) \(directories == 1 ? "directory" : "directories")" }
        text += ", \(least)\(size(bytes))"
        if let free { text += "; \(size(free)) free" }
        return text
    }

    /// One sentence for each thing that is in the way; empty when nothing is.
    public func findings(size: (Int64) -> String) -> [String] {
        var findings = obstacles
        if isTooLarge, let free {
            findings.append(
                "there is not enough space: \(size(bytes)) are to go where \(size(free)) are free")
        }
        if conflicts.count > 0 {
            findings.append(
                "\(conflicts.count) \(conflicts.count == 1 ? "is" : "are") there already: \(conflicts.list)")
        }
        if clashes.count > 0 {
            findings.append("names that are one and the same there: \(clashes.list)")
        }
        if unusable.count > 0 { findings.append("names that cannot be used there: \(unusable.list)") }
        return findings
    }
}
