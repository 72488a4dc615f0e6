internal import Transfers

/// One line that can be edited.
struct TextField: Hashable, Sendable {
    /// No name, address or command is longer; a paste is cut here.
    static let limit = 4_096

    private(set) var scalars: [Unicode.Scalar]
    private(set) var cursor: Int
    let isMasked: Bool
    /// An address, whose password is hidden.
    let isAddress: Bool
    /// All of it is chosen: the first thing typed takes its place.
    private(set) var isSelected: Bool

    init(
        _ text: String = "", isMasked: Bool = false, isAddress: Bool = false, isSelected: Bool = false
    ) {
        self.isSelected = isSelected && !text.isEmpty
        scalars = Array(text.unicodeScalars.prefix(Self.limit))
        cursor = scalars.count
        self.isMasked = isMasked
        self.isAddress = isAddress
    }

    var text: String { String(String.UnicodeScalarView(scalars)) }

    var isEmpty: Bool { scalars.isEmpty }

    /// What may be seen of it; dots of a number that says nothing about the length would hide typing, so one each.
    var shown: String {
        if isMasked { return String(repeating: "•", count: scalars.count) }
        guard isAddress, let password = TargetURL.passwordRange(in: scalars) else { return text }
        var shown = scalars
        for index in password { shown[index] = "•" }
        return String(String.UnicodeScalarView(shown))
    }

    /// An address without its password, which was for one use.
    var withoutPassword: TextField {
        guard let password = TargetURL.passwordRange(in: scalars) else { return self }
        var left = scalars
        left.removeSubrange(password.lowerBound - 1..<password.upperBound)
        return TextField(String(String.UnicodeScalarView(left)), isAddress: isAddress)
    }

    /// - Returns: whether the key was for this field.
    mutating func handle(_ key: Key) -> Bool {
        let wasSelected = isSelected
        isSelected = false
        switch key {
        case .character, .paste, .backspace, .delete:
            guard wasSelected else { break }
            scalars = []
            cursor = 0
        default: break
        }
        switch key {
        case .character(let scalar): insert([scalar])
        case .paste(let bytes): insert(String(decoding: bytes, as: UTF8.self).unicodeScalars)
        case .left: cursor = max(0, cursor - 1)
        case .right: cursor = min(scalars.count, cursor + 1)
        case .home, .control("a"): cursor = 0
        case .end, .control("e"): cursor = scalars.count
        case .backspace:
            guard cursor > 0 else { return true }
            cursor -= 1
            scalars.remove(at: cursor)
        case .delete, .control("d"):
            if cursor < scalars.count { scalars.remove(at: cursor) }
        case .control("u"):
            scalars.removeSubrange(..<cursor)
            cursor = 0
        case .control("k"): scalars.removeSubrange(cursor...)
        case .control("w"):
            var start = cursor
            while start > 0, scalars[start - 1] == " " { start -= 1 }
            while start > 0, scalars[start - 1] != " ", scalars[start - 1] != "/" || start == cursor {
                start -= 1
            }
            scalars.removeSubrange(start..<cursor)
            cursor = start
        default: return false
        }
        return true
    }

    /// Line ends and other control characters of a paste are dropped: a paste never presses Enter.
    private mutating func insert(_ new: some Sequence<Unicode.Scalar>) {
        let room = Self.limit - scalars.count
        let clean = Array(new.filter { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) }.prefix(room))
        scalars.insert(contentsOf: clean, at: cursor)
        cursor += clean.count
    }
}
