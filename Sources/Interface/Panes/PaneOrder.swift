internal import FTPProtocol

/// Sorting and filtering: done when the list or the wish changes, never while drawing.
extension Pane {
    /// Keeps the cursor on its entry, or its row where that is gone.
    mutating func reorder() {
        let under = cursorEntry
        order = sortedOrder()
        let first = hasParentRow ? 1 : 0
        if let under, let at = order.firstIndex(of: Int32(under)) {
            cursor = at + first
        } else {
            moveCursor(to: cursor)
        }
    }

    /// Entries of a listing still being read: shown in the order they come.
    mutating func append(_ chunk: [ListingEntry]) {
        let begin = entries.count
        entries.append(contentsOf: chunk)
        for index in begin..<entries.count where isShown(index) { order.append(Int32(index)) }
    }

    private func isShown(_ index: Int) -> Bool {
        let name = entries.nameBytes(index)
        if !showsHidden, name.first == UInt8(ascii: ".") { return false }
        if name.elementsEqual([UInt8(ascii: ".")]) || name.elementsEqual(Array("..".utf8)) { return false }
        return filter.isEmpty || matches(filter, name)
    }

    private func sortedOrder() -> [Int32] {
        var order = entries.count == 0 ? [] : (0..<Int32(entries.count)).filter { isShown(Int($0)) }
        let entries = entries
        let sort = sort
        let isDescending = isDescending
        entries.withNames { names, range in
            order.sort { left, right in
                let (a, b) = (Int(left), Int(right))
                let (aIsFolder, bIsFolder) = (entries.kind(a) == .directory, entries.kind(b) == .directory)
                if aIsFolder != bIsFolder { return aIsFolder }
                var result =
                    switch sort {
                    case .name: 0
                    case .size: compare(entries.size(a) ?? -1, entries.size(b) ?? -1)
                    case .time: compare(entries.seconds(a) ?? .min, entries.seconds(b) ?? .min)
                    case .extension:
                        compareNames(names, fileExtension(names, range(a)), fileExtension(names, range(b)))
                    }
                if result == 0 { result = compareNames(names, range(a), range(b)) }
                return isDescending ? result > 0 : result < 0
            }
        }
        return order
    }
}

private func compare(_ a: Int64, _ b: Int64) -> Int { a < b ? -1 : a > b ? 1 : 0 }

/// By letters without regard to case, then by bytes, so that the order is total.
private func compareNames(_ bytes: UnsafeBufferPointer<UInt8>, _ a: Range<Int>, _ b: Range<Int>) -> Int {
    var (i, j) = (a.lowerBound, b.lowerBound)
    while i < a.upperBound, j < b.upperBound {
        let (x, y) = (lowercased(bytes[i]), lowercased(bytes[j]))
        if x != y { return x < y ? -1 : 1 }
        i += 1
        j += 1
    }
    if a.count != b.count { return a.count < b.count ? -1 : 1 }
    for offset in 0..<a.count {
        let (x, y) = (bytes[a.lowerBound + offset], bytes[b.lowerBound + offset])
        if x != y { return x < y ? -1 : 1 }
    }
    return 0
}

/// After the last dot; empty for none and for a name that only begins with one.
private func fileExtension(_ bytes: UnsafeBufferPointer<UInt8>, _ name: Range<Int>) -> Range<Int> {
    var index = name.upperBound - 1
    while index > name.lowerBound {
        if bytes[index] == UInt8(ascii: ".") { return index + 1..<name.upperBound }
        index -= 1
    }
    return name.upperBound..<name.upperBound
}

func lowercased(_ byte: UInt8) -> UInt8 {
    (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
}

/// Whether a name contains a text, ASCII letters of either case; with `*` or `?` in it, whether the whole name
/// fits the pattern.
func matches(_ pattern: String, _ name: some Collection<UInt8>) -> Bool {
    let pattern = pattern.utf8.map(lowercased)
    let name = name.map(lowercased)
    if pattern.contains(UInt8(ascii: "*")) || pattern.contains(UInt8(ascii: "?")) {
        return fits(pattern, name)
    }
    guard pattern.count <= name.count else { return false }
    return (0...(name.count - pattern.count)).contains { start in
        pattern.indices.allSatisfy { name[start + $0] == pattern[$0] }
    }
}

/// `*` and `?` as in a shell. Linear in practice: only the last star is gone back to.
private func fits(_ pattern: [UInt8], _ name: [UInt8]) -> Bool {
    var (p, n) = (0, 0)
    var star: (pattern: Int, name: Int)?
    while n < name.count {
        if p < pattern.count, pattern[p] == UInt8(ascii: "*") {
            star = (p, n)
            p += 1
        } else if p < pattern.count, pattern[p] == UInt8(ascii: "?") || pattern[p] == name[n] {
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
