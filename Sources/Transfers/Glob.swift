/// A shell pattern: `*` any bytes, `?` one byte, `[a-z]` one of, `[!a-z]` none of. Everything else is itself.
public struct Glob: Hashable, Sendable {
    private let pattern: [UInt8]

    public init(_ pattern: String) {
        self.pattern = Array(pattern.utf8)
    }

    /// Whether all of `name` matches. Time is linear in name times pattern, whatever they are.
    public func matches(_ name: [UInt8]) -> Bool {
        var position = 0
        var index = 0
        var star: (pattern: Int, name: Int)?
        while index < name.count {
            if position < pattern.count, pattern[position] == UInt8(ascii: "*") {
                star = (position, index)
                position += 1
            } else if let next = match(one: name[index], at: position) {
                position = next
                index += 1
            } else if let (starAt, from) = star {
                // The last star takes one byte more.
                star = (starAt, from + 1)
                position = starAt + 1
                index = from + 1
            } else {
                return false
            }
        }
        return pattern[position...].allSatisfy { $0 == UInt8(ascii: "*") }
    }

    /// The position behind what matched, or nil.
    private func match(one byte: UInt8, at position: Int) -> Int? {
        guard position < pattern.count else { return nil }
        switch pattern[position] {
        case UInt8(ascii: "?"): return position + 1
        case UInt8(ascii: "["):
            guard let close = pattern[(position + 1)...].dropFirst().firstIndex(of: UInt8(ascii: "]")) else {
                return byte == pattern[position] ? position + 1 : nil
            }
            return set(Array(pattern[(position + 1)..<close]), contains: byte) ? close + 1 : nil
        case byte: return position + 1
        default: return nil
        }
    }

    private func set(_ members: [UInt8], contains byte: UInt8) -> Bool {
        let isNegated = members.first == UInt8(ascii: "!") || members.first == UInt8(ascii: "^")
        var index = isNegated ? 1 : 0
        var isIn = false
        while index < members.count {
            if index + 2 < members.count, members[index + 1] == UInt8(ascii: "-") {
                if members[index] <= byte, byte <= members[index + 2] { isIn = true }
                index += 3
            } else {
                if members[index] == byte { isIn = true }
                index += 1
            }
        }
        return isIn != isNegated
    }
}

extension Glob: Codable {
    public init(from decoder: any Decoder) throws {
        self.init(try decoder.singleValueContainer().decode(String.self))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(String(decoding: pattern, as: UTF8.self))
    }
}

/// Which files of a tree take part.
public struct FileFilter: Hashable, Sendable, Codable {
    public var include: [Glob]
    public var exclude: [Glob]
    /// In bytes.
    public var largest: Int64?
    /// Seconds since 1970.
    public var newerThan: Int64?

    public init(include: [Glob] = [], exclude: [Glob] = [], largest: Int64? = nil, newerThan: Int64? = nil) {
        self.include = include
        self.exclude = exclude
        self.largest = largest
        self.newerThan = newerThan
    }

    /// Nothing is kept out.
    public var takesAll: Bool { self == FileFilter() }

    /// Whether a directory of this name is entered.
    public func takes(directory name: [UInt8]) -> Bool { !exclude.contains { $0.matches(name) } }

    /// What is not known of a file does not keep it out.
    public func takes(file name: [UInt8], size: Int64?, modified: Int64?) -> Bool {
        if exclude.contains(where: { $0.matches(name) }) { return false }
        if !include.isEmpty, !include.contains(where: { $0.matches(name) }) { return false }
        if let largest, let size, size > largest { return false }
        if let newerThan, let modified, modified <= newerThan { return false }
        return true
    }
}
