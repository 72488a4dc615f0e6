import Engine
import FTPProtocol
import Glibc
import Storage
import Transfers
import Transport

/// Where user names and passwords come from: the URL, a file, ~/.netrc, or the terminal. Never stored.
///
/// A file is read once: it may be a pipe.
final class Credentials {
    let options: ConnectionOptions
    let passwords = Passwords()
    let trust = Trust(known: knownServers())
    private let cancellation: Cancellation
    /// Nobody logs in now: what is not there yet may come.
    private let isForLater: Bool
    private var passwordInFile: Secret?

    /// - Parameter cancellation: ends a question.
    init(options: ConnectionOptions, cancellation: Cancellation = Cancellation(), isForLater: Bool = false) {
        self.options = options
        self.isForLater = isForLater
        self.cancellation = cancellation
    }

    /// The site of a target with its user, its password kept for the session.
    func site(of target: TargetURL) throws -> Site {
        var site = try options.site(of: target)
        if options.netrc, let entry = try netrc()?.entry(for: site.host, user: namedUser(target)) {
            site.user = entry.login ?? site.user
            site.account = options.account ?? entry.account
            passwords[site.id] = entry.password.map { Secret($0) }
        }
        if let password = target.password { passwords[site.id] = password }
        if let file = options.passwordFile { passwords[site.id] = try password(from: file) }
        return site
    }

    private func netrc() throws -> Netrc? {
        guard isForLater else { return try Netrc.read() }
        do { return try Netrc.read() } catch let failure as Failure {
            complain("\(failure.message); queued all the same: queue run --netrc reads it")
            return nil
        }
    }

    private func namedUser(_ target: TargetURL) -> String? {
        options.user ?? (target.namesUser ? target.site.user : nil)
    }

    /// Makes sure that a password is known where one will be asked for; a terminal is asked, a script is refused.
    func askIfNeeded(for site: Site) throws {
        guard site.user != Site.anonymous, site.user != "ftp", passwords[site.id] == nil else { return }
        guard Question.canBeAsked else {
            throw Failure(
                .passwordNeeded,
                "no password for \(visible(site.user)) at \(site.shortName): use --password-file or --netrc")
        }
        let typed = Question.ask(
            "Password for \(visible(site.user)) at \(site.shortName): ", isSecret: true,
            cancellation: cancellation)
        guard let typed else { throw Failure.cancelled }
        passwords[site.id] = Secret(typed)
    }

    /// For a site that is known by the queue, not by a URL; what is not known now is asked for when it is wanted.
    func learnPassword(for site: Site) throws {
        if options.netrc, let entry = try Netrc.read().entry(for: site.host, user: site.user) {
            passwords[site.id] = entry.password.map { Secret($0) }
        }
        if let file = options.passwordFile { passwords[site.id] = try password(from: file) }
        if passwords[site.id] == nil, Question.canBeAsked { try askIfNeeded(for: site) }
    }

    /// The same for sites that come later, from any thread; nobody is asked.
    func source() throws -> @Sendable (Site) -> Secret? {
        let fixed = try options.passwordFile.map { try password(from: $0) }
        let readsNetrc = options.netrc
        return { site in
            if let fixed { return fixed }
            guard readsNetrc, let entry = try? Netrc.read().entry(for: site.host, user: site.user) else {
                return nil
            }
            return entry.password.map { Secret($0) }
        }
    }

    /// Makes sure that an encrypted client key can be read; a terminal is asked for its passphrase, a script refused.
    func unlockKey(of site: Site) throws {
        guard let certificate = site.security.certificate else { return }
        let path = site.security.key ?? certificate
        do {
            var identity = TLSIdentity(
                certificates: try LocalFile.contents(of: certificate), key: try LocalFile.contents(of: path))
            if identity.isKeyEncrypted {
                identity.passphrase = try passphrase(ofKey: path).value
                trust.setPassphrase(Secret(identity.passphrase ?? ""), ofKey: path)
            }
            try identity.check()
        } catch let error as TransportError {
            throw Failure(error, attempt: visible(path))
        }
    }

    private func passphrase(ofKey path: String) throws -> Secret {
        if let file = options.security.keyPasswordFile {
            guard let text = try UserFiles.readText(file) else {
                throw Failure(
                    .noSuchSource, "\(visible(file)): no such file; it should hold the key's passphrase")
            }
            return Secret(String(text.prefix { $0 != "\n" && $0 != "\r\n" }))
        }
        guard Question.canBeAsked else {
            throw Failure(
                .passwordNeeded,
                "the key \(visible(path)) is encrypted: use --key-password-file for its passphrase")
        }
        guard
            let typed = Question.ask(
                "Passphrase for the key \(visible(path)): ", isSecret: true, cancellation: cancellation)
        else { throw Failure.cancelled }
        return Secret(typed)
    }

    private func password(from path: String) throws -> Secret {
        if let passwordInFile { return passwordInFile }
        guard let text = try UserFiles.readText(path) else {
            throw Failure(
                .noSuchSource,
                "\(visible(path)): no such file; --password-file names the file with the password")
        }
        let line = text.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false).first ?? ""
        var status = stat()
        // Used all the same: there are scripts that work with such files.
        if stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_mode & 0o077 != 0 {
            complain("\(path) can be read by others and holds a password: chmod 600 it")
        }
        let secret = Secret(String(line.hasSuffix("\r") ? line.dropLast() : line))
        passwordInFile = secret
        return secret
    }
}

/// Which servers have spoken TLS, and which certificates the user trusts; kept beside the queue.
func knownServers() -> any KnownServers {
    KnownServersFile(directory: WorkingQueue.directory)
}

extension UserFiles {
    /// The text of a file that an option names; nil when there is no such file.
    static func readText(_ path: String) throws -> String? {
        do { return try read(path) } catch {
            throw Failure(.localDisk, "\(error)")
        }
    }
}
