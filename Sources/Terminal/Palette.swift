import CNcurses
import Interface

/// What ncurses needs to draw each role: attributes and a colour pair, made once for a theme.
struct Palette {
    struct Entry {
        var attributes: attr_t
        var pair: Int32
    }

    private var entries: [Entry]

    init(_ theme: Theme, depth: ColorDepth) {
        entries = Role.allCases.map { Palette.entry(Look(theme[$0], depth: depth), depth: depth) }
    }

    subscript(role: Role) -> Entry { entries[Int(role.rawValue)] }

    private static func entry(_ look: Look, depth: ColorDepth) -> Entry {
        // `alloc_pair` crashes on a terminal without colours; pair 0 is the terminal's own two anyway.
        guard depth != .mono, look.foreground != Look.standard || look.background != Look.standard else {
            return Entry(attributes: bits(look.attributes), pair: 0)
        }
        let pair = alloc_pair(look.foreground, look.background)
        return Entry(attributes: bits(look.attributes), pair: max(0, pair))
    }

    private static func bits(_ attributes: Attributes) -> attr_t {
        var bits: attr_t = 0
        if attributes.contains(.bold) { bits |= cn_bold() }
        if attributes.contains(.dim) { bits |= cn_dim() }
        if attributes.contains(.italic) { bits |= cn_italic() }
        if attributes.contains(.underline) { bits |= cn_underline() }
        if attributes.contains(.reverse) { bits |= cn_reverse() }
        return bits
    }
}
