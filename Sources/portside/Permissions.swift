/// The permissions of a name on a server, in letters and in digits, each derived from the other where only
/// one was listed: LIST has letters, MLSD has digits (`UNIX.mode`).
struct Permissions {
    /// `rwxr-xr-x`; the field as listed where it is none of Unix; nil when unknown.
    let letters: String?
    /// `755`, and `4755` only where there is something in the first digit; nil when unknown.
    let digits: String?

    init(letters: String?, mode: String?) {
        let bits = mode.flatMap { UInt32($0, radix: 8) } ?? letters.flatMap(Self.bits)
        self.letters = letters ?? bits.map(Self.letters)
        digits = bits.map(Self.digits)
    }

    private static func digits(_ bits: UInt32) -> String {
        let text = String(bits & 0o7777, radix: 8)
        return String(repeating: "0", count: max(0, 3 - text.count)) + text
    }

    private static func letters(_ bits: UInt32) -> String {
        var text: [Character] = []
        for (index, letter) in "rwxrwxrwx".enumerated() {
            text.append((bits >> UInt32(8 - index)) & 1 == 1 ? letter : "-")
        }
        // Set user, set group, sticky: shown in place of the execute bit, in capitals where that is off.
        for (bit, place, letter) in [(0o4000, 2, "s"), (0o2000, 5, "s"), (0o1000, 8, "t")]
            as [(UInt32, Int, String)]
        where bits & bit != 0 {
            text[place] = Character(text[place] == "-" ? letter.uppercased() : letter)
        }
        return String(text)
    }

    /// Nil for what is not nine letters of Unix; a tenth, `+` or `.`, tells of an access list.
    private static func bits(_ letters: String) -> UInt32? {
        var all = Array(letters)
        if all.count == 10, all[9] == "+" || all[9] == "." || all[9] == "@" { all.removeLast() }
        guard all.count == 9 else { return nil }
        var bits: UInt32 = 0
        for (index, letter) in all.enumerated() {
            let own = UInt32(1) << UInt32(8 - index)
            let special = UInt32(0o4000) >> UInt32(index / 3)
            switch (index % 3, letter) {
            case (_, "-"): break
            case (0, "r"), (1, "w"), (2, "x"): bits |= own
            case (2, "s") where index < 8, (2, "t") where index == 8: bits |= own | special
            case (2, "S") where index < 8, (2, "T") where index == 8: bits |= special
            default: return nil
            }
        }
        return bits
    }
}
