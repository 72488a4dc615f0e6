import Interface
import TOMLKit

/// A theme as it stands in a file: names of colours and looks of roles, and the theme it builds on.
///
///     name    = "Harbour"
///     extends = "default"
///     [palette]
///     blue = "#7aa2f7"
///     [roles]
///     "border.focus" = { fg = "blue", ansi = 12, mono = "bold" }
///
/// Colours are `#rrggbb`, a name of the palette, `ansi:0`–`ansi:15`, `256:n` or `default`. Every line may be
/// left out. What a role leaves out is that of `text`; roles left out look like their parent.
struct ThemeFile {
    struct Role {
        var foreground: String?
        var background: String?
        var attributes: Attributes = []
        var ansi: UInt8?
        var mono: Attributes = []
        /// For messages.
        var problem: (String) -> FileProblem
    }

    var name: String
    var extends: String?
    var palette: [String: String] = [:]
    var roles: [Interface.Role: Role] = [:]
    /// What was passed over, a line each: roles this version does not know.
    var warnings: [FileProblem] = []

    init(_ text: String, file: String) throws(FileProblem) {
        let document = try TOMLDocument(text, file: file)
        name = document.root["name"]?.string ?? ""
        extends = document.root["extends"]?.string
        if let table = document.table("palette") {
            for (key, value) in table {
                guard let color = value.string else {
                    throw document.problem("colour '\(key)' is not a text", key: key, in: "palette")
                }
                palette[key] = color
            }
        }
        guard let table = document.table("roles") else { return }
        for (key, value) in table {
            guard let role = Interface.Role.named[key] else {
                warnings.append(document.problem("there is no role '\(key)'", key: key, in: "roles"))
                continue
            }
            guard let look = value.table else {
                throw document.problem("role '\(key)' is not written as { fg = … }", key: key, in: "roles")
            }
            roles[role] = try Self.role(look) { document.problem($0, key: key, in: "roles") }
        }
    }

    private static func role(
        _ table: TOMLTable, problem: @escaping (String) -> FileProblem
    ) throws(FileProblem) -> Role {
        var role = Role(problem: problem)
        for (key, value) in table {
            switch key {
            case "fg": role.foreground = try text(value, key, problem)
            case "bg": role.background = try text(value, key, problem)
            case "mono": role.mono = try attributes(text(value, key, problem), problem)
            case "ansi":
                guard let number = value.int, let small = UInt8(exactly: number), small < 16 else {
                    throw problem("ansi is a number from 0 to 15")
                }
                role.ansi = small
            default:
                guard let attribute = named[key] else {
                    throw problem("'\(key)' is none of fg, bg, ansi, mono, bold …")
                }
                guard let isOn = value.bool else { throw problem("\(key) is true or false") }
                if isOn { role.attributes.insert(attribute) }
            }
        }
        return role
    }

    private static func text(
        _ value: any TOMLValueConvertible, _ key: String, _ problem: (String) -> FileProblem
    ) throws(FileProblem) -> String {
        guard let text = value.string else { throw problem("\(key) is a text in quotes") }
        return text
    }

    private static func attributes(
        _ text: String, _ problem: (String) -> FileProblem
    ) throws(FileProblem) -> Attributes {
        var attributes: Attributes = []
        for word in text.split(separator: " ") {
            guard let attribute = named[String(word)] else {
                throw problem("'\(word)' is none of bold, dim, italic, underline, reverse")
            }
            attributes.insert(attribute)
        }
        return attributes
    }

    private static let named: [String: Attributes] = [
        "bold": .bold, "dim": .dim, "italic": .italic, "underline": .underline, "reverse": .reverse,
    ]

    // MARK: resolving

    /// This file's words over those of the file it extends: a palette's colour named anew changes both.
    func over(_ base: ThemeFile) -> ThemeFile {
        var merged = self
        merged.palette = base.palette.merging(palette) { $1 }
        merged.roles = base.roles.merging(roles) { $1 }
        merged.warnings = base.warnings + warnings
        return merged
    }

    /// - Parameter ground: what stays where neither the file nor those it extends say anything.
    func styles(over ground: [Interface.Role: Style]) throws(FileProblem) -> [Interface.Role: Style] {
        var styles = ground
        let text = try roles[.text].map { role throws(FileProblem) in try style(role, text: Style()) }
        let plain = text ?? ground[.text] ?? Style()
        for (name, role) in roles { styles[name] = try style(role, text: plain) }
        return styles
    }

    private func style(_ role: Role, text: Style) throws(FileProblem) -> Style {
        Style(
            foreground: try role.foreground.map { name throws(FileProblem) in try color(name, role) }
                ?? text.foreground,
            background: try role.background.map { name throws(FileProblem) in try color(name, role) }
                ?? text.background,
            attributes: role.attributes, ansiForeground: role.ansi, mono: role.mono)
    }

    private func color(_ name: String, _ role: Role) throws(FileProblem) -> Color {
        if let color = Self.color(name) { return color }
        if let value = palette[name] {
            if let color = Self.color(value) { return color }
            throw role.problem(
                "palette colour '\(name)' is '\(value)', not #rrggbb, ansi:n, 256:n or default")
        }
        throw role.problem("'\(name)' is not #rrggbb, ansi:n, 256:n, default or a colour of the palette")
    }

    static func color(_ text: String) -> Color? {
        if text == "default" { return .standard }
        if text.hasPrefix("#"), text.utf8.count == 7, let value = UInt32(text.dropFirst(), radix: 16) {
            return .rgb(value)
        }
        if text.hasPrefix("ansi:"), let number = UInt8(text.dropFirst(5)), number < 16 {
            return .ansi(number)
        }
        if text.hasPrefix("256:"), let number = UInt8(text.dropFirst(4)) { return .indexed(number) }
        return nil
    }
}
