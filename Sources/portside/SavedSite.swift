import ArgumentParser
import FTPProtocol
import Transfers

/// A site the user has given a name: its address, and the options that always go with it.
///
/// Holds no password: a URL with one is refused, and so are the options that are secrets themselves.
struct SavedSite: Equatable {
    var name: String
    /// As it was typed: `ftp://alice@example.org/pub`.
    var url: String
    /// What the local pane shows when this site is opened.
    var localDirectory: String?
    /// Long options of `ConnectionOptions` without their dashes, with their values; nil for flags.
    var options: [Option] = []

    struct Option: Equatable {
        var name: String
        var value: String?
    }

    /// The options as a command line has them.
    var arguments: [String] {
        // -4 and -6 have no long form.
        options.flatMap { option in
            ["\(option.name.count == 1 ? "-" : "--")\(option.name)"] + (option.value.map { [$0] } ?? [])
        }
    }

    /// What may not be kept: secrets, and what belongs to one run and not to a server.
    private static let neverKept: Set = ["account", "record", "progress", "max-time", "v"]

    /// - Throws: a sentence that says what cannot be kept, and why.
    func check() throws(Usage) {
        guard Self.isName(name) else {
            throw Usage(
                "“\(visible(name))” is no name for a site: letters, digits, - _ and ., not - first, at most 64"
            )
        }
        let target: TargetURL
        do { target = try TargetURL(url) } catch { throw Usage("\(error)") }
        guard TargetURL.looksRemote(url) else {
            throw Usage("“\(visible(url))” is not a server's address; write ftp://HOST/PATH")
        }
        guard target.password == nil else {
            throw Usage(
                "passwords are not kept with a site: leave it out of the URL, and use --password-file or --netrc"
            )
        }
        guard target.type == nil else { throw Usage("a site's address ends without ;type=") }
        for option in options {
            guard !Self.neverKept.contains(option.name) else {
                throw Usage("--\(option.name) is not kept with a site")
            }
            guard option.value.map({ !$0.utf8.contains { $0 < 0x20 || $0 == 0x7F } }) ?? true else {
                throw Usage("--\(option.name): control characters cannot be kept")
            }
            if let value = option.value, passwordRange(in: Array(value.utf8)) != nil {
                throw Usage("--\(option.name): passwords are not kept with a site")
            }
        }
        do { _ = try remoteTarget(url, try ConnectionOptions.parse(arguments).names) } catch let problem
            as Usage
        {
            throw problem
        } catch {
            throw Usage("site “\(name)”: \(Portside.sentence(ConnectionOptions.message(for: error)))")
        }
    }

    static func isName(_ text: String) -> Bool {
        text.utf8.count <= 64 && !text.isEmpty && text.first != "-"
            && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }
    }

    /// The site's address with a path: relative to the directory of the site, or absolute when it begins with a slash.
    func url(for path: Substring) -> String {
        if path.isEmpty { return url }
        guard path.first == "/" else { return url + (url.hasSuffix("/") ? "" : "/") + path }
        return server + "/%2F" + path.dropFirst()
    }

    /// The URL as far as the host and port.
    private var server: String {
        guard let scheme = url.firstRange(of: "://") else { return url }
        let authority = url[scheme.upperBound...].prefix { $0 != "/" }
        return String(url[..<authority.endIndex])
    }
}
