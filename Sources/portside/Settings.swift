import ArgumentParser
import Engine
import Glibc
import Interface
import Terminal
import Transfers
import Transport

/// The files that the user writes for the screen, as they are now: `config.toml`, `keys.toml`, `sites.toml`, a theme.
struct Settings {
    let configuration: Configuration
    let theme: Theme
    /// What to change to if the terminal says that its background is light; nil when the theme was chosen.
    let themeOnLight: Theme?
    let keymap: Keymap
    let sites: [KnownSite]
    /// What is wrong in them, a line each.
    let problems: [String]
    /// `config.toml` can be used.
    let isWhole: Bool

    static func load(_ files: UserFiles) -> Settings {
        let (configuration, configurationProblems) = Configuration.load(files.configuration + "/config.toml")
        let themes = ThemeLoader(directories: files.themes)
        let isAutomatic = configuration.theme == "auto"
        let name =
            isAutomatic
            ? ThemeLoader.automatic(colorFGBG: getenv("COLORFGBG").map { String(cString: $0) })
            : configuration.theme
        let loaded = themes.load(name)
        let keys = KeyFile.load(files.configuration + "/keys.toml")
        return Settings(
            configuration: configuration, theme: loaded.theme,
            themeOnLight: isAutomatic ? themes.load(ThemeLoader.light).theme : nil, keymap: keys.keymap,
            sites: knownSites(),
            problems: (configurationProblems + loaded.problems + keys.problems).map { shortened($0) },
            isWhole: configurationProblems.isEmpty)
    }

    /// With `~` for the home directory: a message on the screen has little room.
    private static func shortened(_ problem: String) -> String {
        guard let home = UserFiles.home, !home.isEmpty, problem.hasPrefix(home + "/") else { return problem }
        return "~" + problem.dropFirst(home.count)
    }

    /// The saved sites that can be understood; `portside sites` says what is wrong with the others.
    private static func knownSites() -> [KnownSite] {
        guard let book = try? SiteBook.opened() else { return [] }
        return book.sites.compactMap { saved in
            guard let options = try? ConnectionOptions.parse(saved.arguments),
                let place = try? remoteTarget(saved.url, options.names),
                let site = try? options.site(of: place)
            else { return nil }
            let local = saved.localDirectory.map { LocalPath(UserFiles.expandingHome($0)) }
            return KnownSite(name: saved.name, site: site, directory: place.directory, localDirectory: local)
        }
    }
}

/// Tells that one of the files of `Settings` was saved, without looking again and again (inotify).
///
/// Editors write a file in pieces, or another one beside it first: it is read when nothing more happens.
struct SettingsWatch {
    let files: UserFiles
    private let directories: [DirectoryEvents]
    private var seen: [String?]

    /// What an editor needs to be done with a file.
    static let rest = Duration.milliseconds(150)

    init(_ files: UserFiles) {
        self.files = files
        directories = [files.configuration, files.configuration + "/themes"].compactMap {
            DirectoryEvents(Array($0.utf8))
        }
        seen = Self.texts(files)
    }

    /// Readable when something was written there; for `poll`.
    var descriptors: [Int32] { directories.map(\.raw) }

    func forget() { for directory in directories { directory.forget() } }

    /// Nil when they are what they were.
    mutating func load() -> Settings? {
        let texts = Self.texts(files)
        guard texts != seen else { return nil }
        seen = texts
        return Settings.load(files)
    }

    private static func texts(_ files: UserFiles) -> [String?] {
        let names = ["config.toml", "keys.toml", "sites.toml"].map { files.configuration + "/" + $0 }
        let theme = Configuration.load(names[0]).configuration.theme
        return (names + ["\(files.configuration)/themes/\(theme).toml"]).map { try? UserFiles.read($0) }
    }
}
