import ArgumentParser
import Engine
import FTPProtocol
import Glibc

/// `portside sites`: addresses with a name, and the options that go with each.
struct SitesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sites", abstract: "Saved sites: NAME:PATH stands for one in every command.",
        subcommands: [
            SitesListCommand.self, SitesShowCommand.self, SitesAddCommand.self, SitesRemoveCommand.self,
            SitesImportCommand.self, SitesExportCommand.self,
        ])
}

/// Changes the book, or says why it cannot.
private func changing(_ book: inout SiteBook, _ change: (inout SiteBook) throws -> Void) throws {
    do { try change(&book) } catch let problem as FileProblem { throw Failure(.localDisk, "\(problem)") }
}

private func site(_ name: String, in book: SiteBook) throws -> SavedSite {
    guard let site = book[name.hasSuffix(":") ? String(name.dropLast()) : name] else {
        throw Usage("there is no saved site “\(visible(name))”; portside sites list shows them")
    }
    return site
}

struct SitesListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Names and addresses.")
    @Flag(help: "One JSON object a line.") var json = false

    mutating func run() throws {
        let sites = try SiteBook.opened().sites.sorted { $0.name < $1.name }
        let width = sites.map(\.name.count).max() ?? 0
        for site in sites {
            guard json else {
                let gap = String(repeating: " ", count: width - site.name.count + 2)
                StandardOutput.write(visible(site.name + gap + site.url) + "\n")
                continue
            }
            var object = JSONObject()
            object.add("name", site.name)
            object.add("url", site.url)
            if let local = site.localDirectory { object.add("local", local) }
            for option in site.options {
                if let value = option.value {
                    object.add(option.name, value)
                } else {
                    object.add(option.name, raw: "true")
                }
            }
            StandardOutput.write(object.line)
        }
    }
}

struct SitesShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "One site, as it is stored.")
    @Argument(help: "The site's name.") var name: String

    mutating func run() throws {
        StandardOutput.write(visibleLines(SiteBook.lines(of: try site(name, in: SiteBook.opened()))))
    }
}

struct SitesAddCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Save a site under a name, with the options that always go with it.",
        usage: "portside sites add NAME ftp://[USER@]HOST[:PORT][/PATH] [--local DIR] [--replace] [OPTION…]")
    @Argument(help: "Letters, digits, - _ and .") var name: String
    @Argument(help: "ftp://[USER@]HOST[:PORT][/PATH]") var url: String
    @Option(help: "What the local pane shows when the site is opened.") var local: String?
    @Flag(help: "Even where there is a site of that name.") var replace = false
    @Argument(
        parsing: .allUnrecognized, help: ArgumentHelp("Options of a connecting command.", valueName: "option")
    )
    var options: [String] = []

    mutating func run() throws {
        var book = try SiteBook.opened()
        guard replace || book[name] == nil else {
            throw Usage("there is a site “\(visible(name))” already; --replace puts this one in its place")
        }
        let site = SavedSite(
            name: name, url: url, localDirectory: local, options: try Self.pairs(options))
        try site.check()
        try changing(&book) { try $0.add(site) }
    }

    /// `--mode passive --insecure -4` as names with values.
    private static func pairs(_ words: [String]) throws -> [SavedSite.Option] {
        var options: [SavedSite.Option] = []
        for word in words {
            if word.hasPrefix("--") {
                let parts = word.dropFirst(2).split(
                    separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                options.append(.init(name: String(parts[0]), value: parts.count > 1 ? String(parts[1]) : nil))
            } else if word.hasPrefix("-"), word.count == 2 {
                options.append(.init(name: String(word.dropFirst()), value: nil))
            } else if let last = options.indices.last, options[last].value == nil {
                options[last].value = word
            } else {
                throw Usage("“\(visible(word))” is no option; see portside help sites add")
            }
        }
        return options
    }
}

struct SitesRemoveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "remove", abstract: "Forget sites.")
    @Argument(help: "Names of sites.") var names: [String]

    mutating func run() throws {
        var book = try SiteBook.opened()
        // All of them are there, or none is removed.
        let sites = try names.map { try site($0, in: book) }
        for site in sites { try changing(&book) { try $0.remove(site.name) } }
    }
}

struct SitesImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract:
            "Take over sites of FileZilla, lftp, ncftp and .netrc; without FILE, from where these keep them.")
    @Argument(help: "sitemanager.xml, a bookmarks file, .netrc, or sites.toml.") var files: [String] = []
    @Flag(help: "Show what would be added, and add nothing.") var dryRun = false

    mutating func run() throws {
        var reading = SiteImport()
        let searched = files.isEmpty ? SiteImport.usualFiles(home: UserFiles.home ?? "") : files
        for file in searched {
            guard let text = try UserFiles.readText(file) else {
                if files.isEmpty { continue }
                throw Failure(.noSuchSource, "\(visible(file)): no such file")
            }
            try reading.read(text, file: file)
        }
        var book = try SiteBook.opened()
        for remark in reading.remarks { complain(remark) }
        var added = 0
        for var site in reading.sites {
            if let same = book.sites.first(where: { $0.url == site.url && $0.options == site.options }) {
                complain("“\(site.name)” is there already, as “\(same.name)”")
                continue
            }
            let wanted = site.name
            var number = 2
            while book[site.name] != nil {
                site.name = "\(wanted)-\(number)"
                number += 1
            }
            StandardOutput.write(visible("\(site.name)  \(site.url)") + "\n")
            try changing(&book) { try dryRun ? $0.keep(site) : $0.add(site) }
            added += 1
        }
        if reading.hasPasswords {
            complain("passwords are not taken over: use --netrc or --password-file, or type them when asked")
        }
        if added == 0 {
            complain("nothing new to take over from \(searched.map { visible($0) }.joined(separator: ", "))")
        }
    }
}

struct SitesExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Print all sites, as sites.toml has them; import takes them in elsewhere.")

    mutating func run() throws {
        let sites = try SiteBook.opened().sites
        StandardOutput.write(visibleLines(sites.map(SiteBook.lines).joined(separator: "\n")))
    }
}

private func visibleLines(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { visible(String($0)) }.joined(
        separator: "\n")
}
