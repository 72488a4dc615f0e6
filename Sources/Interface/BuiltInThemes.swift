/// Themes that need no file, so that the program has its colours wherever it is copied to.
extension Theme {
    /// Dark, 24-bit: the same as `themes/harbour.toml`.
    public static let harbour = Theme(name: "Harbour", given: harbourStyles)
}

private let harbourStyles: [Role: Style] = [
    .text: style(.ink),
    .textFaint: style(.faint, ansi: 8, mono: .dim),
    .textStrong: style(.bright, .bold, ansi: 15, mono: .bold),
    .border: style(.line, ansi: 8),
    .borderFocus: style(.blue, ansi: 12, mono: .bold),
    .title: style(.slate, ansi: 7),
    .titleFocus: style(.bright, .bold, ansi: 15, mono: .bold),
    .column: style(.slate, ansi: 7, mono: .underline),
    .cursor: style(.deep, on: .blue, .bold, mono: .reverse),
    .cursorElsewhere: style(.ink, on: .shade, mono: .underline),
    .mark: style(.yellow, .bold, ansi: 11, mono: .bold),
    .file: style(.ink),
    .fileFolder: style(.cyan, .bold, ansi: 14, mono: .bold),
    .fileLink: style(.violet, ansi: 13),
    .fileBroken: style(.red, ansi: 9, mono: .dim),
    .fileExecutable: style(.green, ansi: 10),
    .fileArchive: style(.orange, ansi: 3),
    .fileImage: style(.violet, ansi: 5),
    .fileHidden: style(.faint, ansi: 8, mono: .dim),
    .fileDevice: style(.yellow, ansi: 3),
    .fileTransferring: style(.blue, .bold, ansi: 12, mono: .bold),
    .fileSame: style(.faint, ansi: 8, mono: .dim),
    .fileDiffers: style(.orange, ansi: 3, mono: .bold),
    .fileNewer: style(.green, ansi: 10, mono: .bold),
    .bar: style(.ink),
    .barFill: style(.blue, ansi: 12),
    .barRest: style(.rest, ansi: 8, mono: .dim),
    .barStalled: style(.yellow, ansi: 11, mono: .dim),
    .spark: style(.blue, on: .raised, ansi: 12),
    .queue: style(.ink),
    .queueDownload: style(.blue, ansi: 12),
    .queueUpload: style(.sage, ansi: 10),
    .queueWaiting: style(.faint, ansi: 8),
    .queuePaused: style(.yellow, ansi: 11, mono: .dim),
    .queueRetry: style(.yellow, ansi: 11, mono: .bold),
    .queueAsk: style(.orange, .bold, ansi: 11, mono: .reverse),
    .queueDone: style(.faint, ansi: 8, mono: .dim),
    .queueFailed: style(.orange, .bold, ansi: 9, mono: .reverse),
    .log: style(.ink),
    .logTime: style(.faint, ansi: 8, mono: .dim),
    .logConnection: style(.faint, ansi: 7),
    .logSent: style(.blue, ansi: 12),
    .logReply: style(.ink),
    .logReply1: style(.cyan, ansi: 14),
    .logReply2: style(.sage, ansi: 10),
    .logReply3: style(.yellow, ansi: 11),
    .logReply4: style(.orange, .bold, ansi: 3, mono: .bold),
    .logReply5: style(.red, .bold, ansi: 9, mono: .reverse),
    .logData: style(.ink),
    .logTls: style(.violet, ansi: 13),
    .logNote: style(.faint, ansi: 8, mono: .dim),
    .logWarning: style(.yellow, ansi: 11, mono: .bold),
    .logSecret: style(.faint, ansi: 8, mono: .dim),
    .logMatch: style(.deep, on: .yellow, mono: .reverse),
    .status: style(.ink, on: .raised),
    .statusGood: style(.sage, on: .raised, .bold, ansi: 10, mono: .bold),
    .statusWarn: style(.yellow, on: .raised, .bold, ansi: 11, mono: .bold),
    .statusBad: style(.red, on: .raised, .bold, ansi: 9, mono: .reverse),
    .statusFaint: style(.faint, on: .raised, ansi: 8, mono: .dim),
    .tab: style(.slate, on: .raised),
    .tabActive: style(.bright, on: .field, .bold, mono: .reverse),
    .key: style(.blue, .bold, ansi: 12, mono: .bold),
    .keyLabel: style(.ink, on: .bar, mono: .reverse),
    .dialog: style(.ink, on: .raised),
    .dialogBorder: style(.blue, on: .raised, ansi: 12, mono: .bold),
    .dialogTitle: style(.bright, on: .raised, .bold, ansi: 15, mono: .bold),
    .dialogFaint: style(.faint, on: .raised, ansi: 7, mono: .dim),
    .dialogKey: style(.blue, on: .raised, .bold, ansi: 12, mono: .bold),
    .field: style(.ink, on: .bar, mono: .underline),
    .fieldFocus: style(.bright, on: .field, mono: .underline),
    .fieldError: style(.red, on: .raised, ansi: 9, mono: .bold),
    .button: style(.ink, on: .bar),
    .buttonDefault: style(.deep, on: .blue, .bold, mono: .reverse),
    .buttonDanger: style(.deep, on: .red, .bold, mono: .reverse),
    .toast: style(.bright, on: .field, mono: .reverse),
    .toastError: style(.bright, on: .wine, mono: .reverse),
    .hint: style(.yellow, ansi: 11, mono: .bold),
    .match: style(.deep, on: .yellow, mono: .reverse),
]

private func style(
    _ foreground: Color, on background: Color = .standard, _ attributes: Attributes = [], ansi: UInt8? = nil,
    mono: Attributes = []
) -> Style {
    Style(
        foreground: foreground, background: background, attributes: attributes, ansiForeground: ansi,
        mono: mono)
}

extension Color {
    fileprivate static let blue = Color.rgb(0x7AA2F7)
    fileprivate static let cyan = Color.rgb(0x7DCFFF)
    fileprivate static let green = Color.rgb(0x9ECE6A)
    fileprivate static let sage = Color.rgb(0x8BBE93)
    fileprivate static let yellow = Color.rgb(0xE0AF68)
    fileprivate static let orange = Color.rgb(0xEA9C62)
    fileprivate static let red = Color.rgb(0xF7768E)
    fileprivate static let violet = Color.rgb(0xBB9AF7)
    fileprivate static let ink = Color.rgb(0xC8CCD4)
    fileprivate static let bright = Color.rgb(0xE5E9F0)
    fileprivate static let faint = Color.rgb(0x848C9A)
    fileprivate static let slate = Color.rgb(0x8496B5)
    fileprivate static let line = Color.rgb(0x3B4252)
    fileprivate static let rest = Color.rgb(0x4A5263)
    fileprivate static let raised = Color.rgb(0x1B1F28)
    fileprivate static let bar = Color.rgb(0x252A34)
    fileprivate static let field = Color.rgb(0x2C3A5C)
    fileprivate static let shade = Color.rgb(0x2A2F3A)
    fileprivate static let deep = Color.rgb(0x0F1117)
    fileprivate static let wine = Color.rgb(0x4A1D2A)
}
