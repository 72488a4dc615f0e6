import Engine
import FTPProtocol
import Glibc
import Transfers

/// Where user names and passwords come from: the URL, a file, ~/.netrc, or the terminal. Never stored.
struct Credentials {
    let options: ConnectionOptions
    let passwords = Passwords()

    /// The site of a target with its user, its password kept for the session.
    func site(of target: TargetURL) throws -> Site {
        var site = try options.site(of: target)
        if options.netrc, let entry = try Netrc.read().entry(for: site.host, user: namedUser(target)) {
            site.user = entry.login ?? site.user
            site.account = options.account ?? entry.account
            passwords[site.id] = entry.password.map { Secret($0) }
        }
        if let password = target.password { passwords[site.id] = password }
        if let file = options.passwordFile { passwords[site.id] = try Self.password(from: file) }
        return site
    }

    private func namedUser(_ target: TargetURL) -> String? {
        options.user ?? (target.namesUser ? target.site.user : nil)
    }

    /// Makes sure that a password is known where one will be asked for; a terminal is asked, a script is refused.
    func askIfNeeded(for site: Site) throws {
        guard site.user != Site.anonymous, site.user != "ftp", passwords[site.id] == nil else { return }
        guard isatty(0) == 1, StandardError.isTerminal else {
            throw Failure(
                .passwordNeeded,
                "no password for \(visible(site.user)) at \(site.shortName): use --password-file or --netrc")
        }
        guard let typed = Self.ask("Password for \(visible(site.user)) at \(site.shortName): ") else {
            throw Failure.cancelled
        }
        passwords[site.id] = Secret(typed)
    }

    /// For a site that is known by the queue, not by a URL; what is not known now is asked for when it is wanted.
    func learnPassword(for site: Site) throws {
        if options.netrc, let entry = try Netrc.read().entry(for: site.host, user: site.user) {
            passwords[site.id] = entry.password.map { Secret($0) }
        }
        if let file = options.passwordFile { passwords[site.id] = try Self.password(from: file) }
        if passwords[site.id] == nil, isatty(0) == 1, StandardError.isTerminal { try askIfNeeded(for: site) }
    }

    private static func password(from path: String) throws -> Secret {
        guard let text = try UserFiles.readText(path) else {
            throw Failure(
                .noSuchSource,
                "\(visible(path)): no such file; --password-file names the file with the password")
        }
        let line = text.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false).first ?? ""
        return Secret(String(line.hasSuffix("\r") ? line.dropLast() : line))
    }

    /// Asks on the terminal, without showing what is typed. Nil at the end of input.
    private static func ask(_ prompt: String) -> String? {
        StandardError.write(prompt)
        var before = termios()
        tcgetattr(0, &before)
        var hidden = before
        hidden.c_lflag &= ~tcflag_t(ECHO)
        tcsetattr(0, TCSAFLUSH, &hidden)
        defer {
            tcsetattr(0, TCSAFLUSH, &before)
            StandardError.write("\n")
        }
        return readLine(strippingNewline: true)
    }
}

extension UserFiles {
    /// The text of a file that an option names; nil when there is no such file.
    static func readText(_ path: String) throws -> String? {
        do { return try read(path) } catch {
            throw Failure(.localDisk, "\(error)")
        }
    }
}
