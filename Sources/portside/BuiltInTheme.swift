import Interface

/// The theme that is always there: the user's own sixteen colours, on whatever background they have chosen.
/// Theme files name it `default`.
extension Theme {
    static let builtIn = Theme(name: "terminal", given: builtInStyles)

    static let builtInStyles: [Role: Style] = [
        .text: Style(),
        .textFaint: ansi(8, mono: .dim),
        .textStrong: plain(.bold),
        .border: ansi(8),
        .borderFocus: ansi(12, mono: .bold),
        .titleFocus: plain(.bold),
        .column: ansi(8, mono: .dim),
        .cursor: on(4, .bold, mono: .reverse),
        .cursorElsewhere: plain(.underline),
        .mark: ansi(3, .bold, mono: .bold),
        .fileFolder: ansi(12, .bold, mono: .bold),
        .fileLink: ansi(6),
        .fileBroken: ansi(1),
        .fileExecutable: ansi(2),
        .fileArchive: ansi(3),
        .fileImage: ansi(5),
        .fileHidden: ansi(8, mono: .dim),
        .fileDevice: ansi(3),
        .fileTransferring: ansi(12),
        .fileSame: ansi(8, mono: .dim),
        .fileDiffers: ansi(3),
        .fileNewer: ansi(2),
        .barFill: ansi(12),
        .barRest: ansi(8, mono: .dim),
        .barStalled: ansi(3),
        .spark: ansi(12),
        .queueDownload: ansi(12),
        .queueUpload: ansi(2),
        .queueWaiting: ansi(8, mono: .dim),
        .queuePaused: ansi(8, mono: .dim),
        .queueRetry: ansi(3),
        .queueAsk: ansi(3, .bold, mono: .bold),
        .queueDone: ansi(2),
        .queueFailed: ansi(1, .bold, mono: .bold),
        .logTime: ansi(8, mono: .dim),
        .logConnection: ansi(8, mono: .dim),
        .logSent: ansi(12, mono: .bold),
        .logReply: ansi(2),
        .logReply1: ansi(6),
        .logReply3: ansi(6),
        .logReply4: ansi(3, .bold, mono: .bold),
        .logReply5: ansi(1, .bold, mono: .reverse),
        .logNote: ansi(8, mono: .dim),
        .logWarning: ansi(3, mono: .bold),
        .logSecret: ansi(5, mono: .dim),
        .logMatch: plain(.reverse),
        .statusGood: ansi(2, .bold, mono: .bold),
        .statusWarn: ansi(3, .bold, mono: .underline),
        .statusBad: ansi(1, .bold, mono: .reverse),
        .statusFaint: ansi(8, mono: .dim),
        .tab: ansi(8),
        .tabActive: plain(.bold),
        .key: ansi(12, .bold, mono: .bold),
        .keyLabel: plain(.reverse),
        .dialogBorder: ansi(12, mono: .bold),
        .dialogTitle: plain(.bold),
        .dialogFaint: ansi(8, mono: .dim),
        .dialogKey: ansi(12, .bold, mono: .bold),
        .field: plain(.underline),
        .fieldFocus: plain(.reverse),
        .fieldError: ansi(1, .underline, mono: .underline),
        .button: plain(.underline),
        .buttonDefault: on(4, .bold, mono: .reverse),
        .buttonDanger: on(1, .bold, mono: .reverse),
        .toast: plain(.reverse),
        .toastError: on(1, .bold, mono: [.reverse, .bold]),
        .hint: ansi(8, mono: .dim),
        .match: ansi(3, .underline, mono: .underline),
    ]

    private static func ansi(_ number: UInt8, _ attributes: Attributes = [], mono: Attributes = []) -> Style {
        Style(foreground: .ansi(number), attributes: attributes, ansiForeground: number, mono: mono)
    }

    private static func on(_ background: UInt8, _ attributes: Attributes, mono: Attributes) -> Style {
        Style(
            foreground: .ansi(15), background: .ansi(background), attributes: attributes, ansiForeground: 15,
            mono: mono)
    }

    private static func plain(_ attributes: Attributes) -> Style {
        Style(attributes: attributes, mono: attributes)
    }
}
