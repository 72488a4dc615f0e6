import Glibc

/// Disks that take names for one which differ in the cases of letters only: vfat, exFAT, ext4 with casefold, a Windows
/// machine's.
extension OpenDirectory {
    /// What the disk calls what it finds under `name`, where that is spelled otherwise; nil where it is that very name,
    /// or nothing is there.
    ///
    /// Costs one look for a name that is there, and reads the whole directory only where both spellings lead somewhere.
    public func otherSpelling(of name: [UInt8]) throws(TransportError) -> [UInt8]? {
        guard let other = Self.inOtherCase(name), try status(of: name) != nil, try status(of: other) != nil
        else { return nil }
        // Their numbers tell nothing: some disks (exFAT through FUSE) give each spelling one of its own.
        let names = try names()
        if names.contains(name) { return nil }
        let wanted = Self.inOneCase(name)
        return names.first { Self.inOneCase($0) == wanted }
    }

    /// Both names as such a disk compares them.
    public static func areOneInAnyCase(_ name: [UInt8], _ other: [UInt8]) -> Bool {
        inOneCase(name) == inOneCase(other)
    }

    public static func inOneCase(_ name: [UInt8]) -> [UInt8] {
        if let text = String(validating: name, as: UTF8.self) { return Array(text.lowercased().utf8) }
        return name.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
    }

    /// The name in other letters that mean the same to such a disk; nil for one without any.
    private static func inOtherCase(_ name: [UInt8]) -> [UInt8]? {
        guard let text = String(validating: name, as: UTF8.self) else {
            let lower = inOneCase(name)
            let upper = name.map { (0x61...0x7A).contains($0) ? $0 & 0xDF : $0 }
            return upper != name ? upper : lower != name ? lower : nil
        }
        let (upper, lower) = (Array(text.uppercased().utf8), Array(text.lowercased().utf8))
        return upper != name ? upper : lower != name ? lower : nil
    }

    private func names() throws(TransportError) -> [[UInt8]] {
        let copy = withCPath([0x2E]) { openat(raw, $0, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        guard copy >= 0 else { throw diskError("read", path) }
        guard let stream = fdopendir(copy) else {
            close(copy)
            throw diskError("read", path)
        }
        defer { closedir(stream) }
        var found: [[UInt8]] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else {
                if errno != 0 { throw diskError("read", path) }
                return found
            }
            found.append(entry.name)
        }
    }
}
