import ArgumentParser

/// Subcommands that are promised and not there yet: each says so, with status 64.
protocol NotYet: ParsableCommand {
    var rest: [String] { get }
}

extension NotYet {
    mutating func run() throws {
        throw Usage("\(Self.configuration.commandName ?? "this") is not there yet in \(portsideVersion)")
    }
}

struct MirrorCommand: NotYet {
    static let configuration = CommandConfiguration(commandName: "mirror", abstract: "Not there yet.")
    @Argument(parsing: .captureForPassthrough) var rest: [String] = []
}

struct ReplayCommand: NotYet {
    static let configuration = CommandConfiguration(commandName: "replay", abstract: "Not there yet.")
    @Argument(parsing: .captureForPassthrough) var rest: [String] = []
}

struct QueueExportCommand: NotYet {
    static let configuration = CommandConfiguration(commandName: "export", abstract: "Not there yet.")
    @Argument(parsing: .captureForPassthrough) var rest: [String] = []
}

struct QueueImportCommand: NotYet {
    static let configuration = CommandConfiguration(commandName: "import", abstract: "Not there yet.")
    @Argument(parsing: .captureForPassthrough) var rest: [String] = []
}

struct QueueAddMirrorCommand: NotYet {
    static let configuration = CommandConfiguration(commandName: "mirror", abstract: "Not there yet.")
    @Argument(parsing: .captureForPassthrough) var rest: [String] = []
}
