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

struct ReplayCommand: NotYet {
    static let configuration = CommandConfiguration(commandName: "replay", abstract: "Not there yet.")
    @Argument(parsing: .captureForPassthrough) var rest: [String] = []
}
