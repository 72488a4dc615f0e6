/// What is typed to find names: part of a name, or with `*` or `?` in it the whole of one. ASCII letters of either
/// case are the same.
struct NamePattern {
    private let pattern: [UInt8]
    private let isWhole: Bool

    init(_ text: String) {
        pattern = text.utf8.map(lowercased)
        isWhole = pattern.contains(UInt8(ascii: "*")) || pattern.contains(UInt8(ascii: "?"))
    }

    func fits(_ name: ArraySlice<UInt8>) -> Bool {
        if pattern.isEmpty { return true }
        if isWhole { return fitsWhole(name) }
        guard pattern.count <= name.count else { return false }
        return (name.startIndex...(name.endIndex - pattern.count)).contains { start in
            pattern.indices.allSatisfy { lowercased(name[start + $0]) == pattern[$0] }
        }
    }

    /// Linear in practice: only the last star is gone back to.
    private func fitsWhole(_ name: ArraySlice<UInt8>) -> Bool {
        var (p, n) = (0, name.startIndex)
        var star: (pattern: Int, name: Int)?
        while n < name.endIndex {
            if p < pattern.count, pattern[p] == UInt8(ascii: "*") {
                star = (p, n)
                p += 1
            } else if p < pattern.count,
                pattern[p] == UInt8(ascii: "?") || pattern[p] == lowercased(name[n])
            {
                p += 1
                n += 1
            } else if let last = star {
                p = last.pattern + 1
                n = last.name + 1
                star = (last.pattern, n)
            } else {
                return false
            }
        }
        return pattern[p...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}
