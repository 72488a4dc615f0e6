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
        let pattern = NamePattern(filter)
        for index in begin..<entries.count where isShown(index, pattern) { order.append(Int32(index)) }
    }

    private func isShown(_ index: Int, _ pattern: NamePattern) -> Bool {
        let name = entries.text(index)
        if name.first == dot, !showsHidden || name.count == 1 || (name.count == 2 && name.last == dot) {
            return false
        }
        return pattern.fits(name)
    }

    private func sortedOrder() -> [Int32] {
        let pattern = NamePattern(filter)
        var keys: [SortingKey] = []
        keys.reserveCapacity(entries.count)
        entries.withTexts { names, range in
            for index in 0..<entries.count where isShown(index, pattern) {
                let name = range(index)
                let value: Int64 =
                    switch sort {
                    case .name, .extension: 0
                    case .size: entries.size(index) ?? -1
                    case .time: entries.seconds(index) ?? .min
                    }
                let ending =
                    sort == .extension ? fileExtension(names, name) : name.lowerBound..<name.lowerBound
                keys.append(
                    SortingKey(
                        value: value, nameStart: UInt32(name.lowerBound),
                        endingStart: UInt32(ending.lowerBound),
                        nameLength: UInt16(name.count), endingLength: UInt16(ending.count),
                        isFolder: entries.kind(index) == .directory, index: Int32(index)))
            }
            // Letters are made small once, not in each comparison.
            let small = names.map(lowercased)
            small.withUnsafeBytes { small in
                let isDescending = isDescending
                keys.sort { isOrdered($0, $1, small, UnsafeRawBufferPointer(names), isDescending) }
            }
        }
        return keys.map(\.index)
    }
}

private let dot = UInt8(ascii: ".")

private struct SortingKey {
    let value: Int64
    let nameStart: UInt32
    let endingStart: UInt32
    let nameLength: UInt16
    let endingLength: UInt16
    let isFolder: Bool
    let index: Int32

    var name: Range<Int> { Int(nameStart)..<Int(nameStart) + Int(nameLength) }
    var ending: Range<Int> { Int(endingStart)..<Int(endingStart) + Int(endingLength) }
}

/// Directories first; then by the wish; then by name without regard to case, then by bytes, so that the order is total.
private func isOrdered(
    _ a: SortingKey, _ b: SortingKey, _ small: UnsafeRawBufferPointer, _ names: UnsafeRawBufferPointer,
    _ isDescending: Bool
) -> Bool {
    if a.isFolder != b.isFolder { return a.isFolder }
    var result = a.value == b.value ? 0 : a.value < b.value ? -1 : 1
    if result == 0, a.endingLength > 0 || b.endingLength > 0 {
        result = compareBytes(small, a.ending, b.ending)
    }
    if result == 0 { result = compareBytes(small, a.name, b.name) }
    if result == 0 { result = compareBytes(names, a.name, b.name) }
    return isDescending ? result > 0 : result < 0
}

/// Byte by byte, eight at a time.
private func compareBytes(_ bytes: UnsafeRawBufferPointer, _ a: Range<Int>, _ b: Range<Int>) -> Int {
    let common = min(a.count, b.count)
    var offset = 0
    while offset + 8 <= common {
        let x = bytes.loadUnaligned(fromByteOffset: a.lowerBound + offset, as: UInt64.self)
        let y = bytes.loadUnaligned(fromByteOffset: b.lowerBound + offset, as: UInt64.self)
        if x != y { return x.bigEndian < y.bigEndian ? -1 : 1 }
        offset += 8
    }
    while offset < common {
        let (x, y) = (bytes[a.lowerBound + offset], bytes[b.lowerBound + offset])
        if x != y { return x < y ? -1 : 1 }
        offset += 1
    }
    return a.count == b.count ? 0 : a.count < b.count ? -1 : 1
}

/// After the last dot; empty for none and for a name that only begins with one.
private func fileExtension(_ bytes: UnsafeBufferPointer<UInt8>, _ name: Range<Int>) -> Range<Int> {
    var index = name.upperBound - 1
    while index > name.lowerBound {
        if bytes[index] == dot { return index + 1..<name.upperBound }
        index -= 1
    }
    return name.upperBound..<name.upperBound
}

func lowercased(_ byte: UInt8) -> UInt8 {
    (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
}
