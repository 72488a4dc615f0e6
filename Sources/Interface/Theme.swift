/// What a cell is, never how it looks. A theme gives each role its look.
public enum Role: UInt8, CaseIterable, Hashable, Sendable {
    case text, textFaint, textStrong
    case border, borderFocus, title, titleFocus, column
    case cursor, cursorElsewhere, mark
    case file, fileFolder, fileLink, fileBroken, fileExecutable, fileArchive, fileImage, fileHidden,
        fileDevice
    case fileTransferring, fileSame, fileDiffers, fileNewer
    case bar, barFill, barRest, barStalled, spark
    case queue, queueDownload, queueUpload, queueWaiting, queuePaused, queueRetry, queueAsk, queueDone
    case queueFailed
    case log, logTime, logConnection, logSent, logReply, logReply1, logReply2, logReply3, logReply4, logReply5
    case logData, logTls, logNote, logWarning, logSecret, logMatch
    case status, statusGood, statusWarn, statusBad, statusFaint
    case tab, tabActive, key, keyLabel
    case dialog, dialogBorder, dialogTitle, dialogFaint, dialogKey
    case field, fieldFocus, fieldError, button, buttonDefault, buttonDanger
    case toast, toastError, hint, match

    /// As theme files name it: `log.reply.4`. Dots are parents.
    public var name: String {
        var name = ""
        for character in "\(self)" {
            if character.isUppercase || character.isNumber { name += "." }
            name += character.lowercased()
        }
        return name
    }

    /// The role whose look this one has where a theme says nothing; nil for the top ones, which take that of `text`.
    public var parent: Role? {
        guard let dot = name.lastIndex(of: ".") else { return nil }
        return Role.named[String(name[..<dot])]
    }

    public static let named = Dictionary(uniqueKeysWithValues: allCases.map { ($0.name, $0) })
}

public enum Color: Hashable, Sendable {
    /// The terminal's own.
    case standard
    /// 0–15 of the user's palette.
    case ansi(UInt8)
    case indexed(UInt8)
    /// 0xRRGGBB
    case rgb(UInt32)
}

public struct Attributes: OptionSet, Hashable, Sendable {
    public let rawValue: UInt8

    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    public static let bold = Attributes(rawValue: 1)
    public static let dim = Attributes(rawValue: 2)
    public static let italic = Attributes(rawValue: 4)
    public static let underline = Attributes(rawValue: 8)
    public static let reverse = Attributes(rawValue: 16)
}

/// The look of a role.
public struct Style: Hashable, Sendable {
    public var foreground: Color
    public var background: Color
    public var attributes: Attributes
    /// Foreground on terminals with 8 or 16 colours, where the theme names one.
    public var ansiForeground: UInt8?
    /// What carries the meaning where there is no colour.
    public var mono: Attributes

    public init(
        foreground: Color = .standard, background: Color = .standard, attributes: Attributes = [],
        ansiForeground: UInt8? = nil, mono: Attributes = []
    ) {
        self.foreground = foreground
        self.background = background
        self.attributes = attributes
        self.ansiForeground = ansiForeground
        self.mono = mono
    }
}

/// A look for every role. Whatever a theme file leaves out is inherited: never an error.
public struct Theme: Hashable, Sendable {
    public var name: String
    private var styles: [Style]

    /// - Parameter given: the roles the file names; the others take their parent's style, or that of `text`.
    public init(name: String, given: [Role: Style]) {
        self.name = name
        let text = given[.text] ?? Style()
        styles = Role.allCases.map { role in
            var candidate: Role? = role
            while let current = candidate {
                if let style = given[current] { return style }
                candidate = current.parent
            }
            return text
        }
    }

    public subscript(role: Role) -> Style { styles[Int(role.rawValue)] }
}
