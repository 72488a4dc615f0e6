/// Bytes that differ from each other, the same every time.
public func pattern(_ count: Int) -> [UInt8] {
    var state: UInt32 = 0x1234_5678
    let words = (0..<(count + 3) / 4).map { _ in
        state = state &* 1_664_525 &+ 1_013_904_223
        return state
    }
    return words.withUnsafeBytes { Array($0.prefix(count)) }
}
