import ArgumentParser
import FTPProtocol
import Transfers

/// Puts saved sites into a command line: `NAME:path` becomes the site's URL, and the options that go with the
/// site come before those that were typed, which therefore win.
struct SavedArguments {
    let sites: (Substring) throws -> SavedSite?

    /// Options whose value may look like `NAME:path` and is something else.
    private static let takesText: Set = [
        "-o", "--output", "--include", "--exclude", "--before", "--after", "--password-file", "--ca",
        "--cert",
        "--key", "--fingerprint", "--record", "--user", "--account", "--active-address", "--newer-than",
        "--plan",
    ]
    /// These talk to no server, or take names that are no targets.
    private static let local: Set = ["sites", "serve", "demo", "replay", "help"]

    /// - Throws: `Usage` when two sites with different options meet in one command.
    func expanded(_ arguments: [String]) throws -> [String] {
        guard arguments.first.map({ !Self.local.contains($0) }) ?? false else { return arguments }
        let words = leadingSubcommands(arguments)
        var rest = Array(arguments.dropFirst(words))
        var used: SavedSite?
        var previous = ""
        for (index, argument) in rest.enumerated() {
            if argument == "--" { break }
            defer { previous = argument }
            guard !Self.takesText.contains(previous), let colon = argument.firstIndex(of: ":"),
                !TargetURL.looksRemote(argument), SavedSite.isName(String(argument[..<colon])),
                let site = try sites(argument[..<colon])
            else { continue }
            if let used, used.options != site.options {
                throw Usage(
                    "“\(used.name)” and “\(site.name)” have different options: write one of them as a URL")
            }
            used = site
            rest[index] = site.url(for: argument[argument.index(after: colon)...])
            // The interface opens a site where the user works on its files.
            if words == 0, index == rest.count - 1, let local = site.localDirectory {
                rest.append(UserFiles.expandingHome(local))
            }
        }
        return Array(arguments.prefix(words)) + (used?.arguments ?? []) + rest
    }

    private func leadingSubcommands(_ arguments: [String]) -> Int {
        var command: any ParsableCommand.Type = Portside.self
        var count = 0
        for argument in arguments {
            let next = command.configuration.subcommands.first { $0.configuration.commandName == argument }
            guard let next else { break }
            command = next
            count += 1
        }
        return count
    }
}
