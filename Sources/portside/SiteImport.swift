import Engine
import FTPProtocol
import Transfers

/// Sites that other programs keep. Passwords in their files are never taken over.
struct SiteImport {
    private(set) var sites: [SavedSite] = []
    /// What is not taken over, each with its reason.
    private(set) var remarks: [String] = []
    private(set) var hasPasswords = false

    /// Where FileZilla, lftp and ncftp keep theirs.
    static func usualFiles(home: String) -> [String] {
        [
            "/.config/filezilla/sitemanager.xml", "/.filezilla/sitemanager.xml",
            "/.local/share/lftp/bookmarks",
            "/.lftp/bookmarks", "/.ncftp/bookmarks", "/.netrc",
        ].map { home + $0 }
    }

    /// Reads what is there; which program wrote it is seen by the text.
    mutating func read(_ text: String, file: String) throws {
        let begin = text.prefix(200)
        if begin.contains("<FileZilla3") || begin.hasPrefix("<?xml") {
            let reading = try FileZillaSites(text, file: file)
            reading.sites.forEach { take($0.site, hasPassword: $0.hasPassword) }
            remarks += reading.remarks
        } else if begin.contains("NcFTP bookmark-file") {
            readNcFTP(text)
        } else if text.split(whereSeparator: \.isNewline).contains(where: { $0.first == "[" }) {
            do { try SiteBook.parse(text, file).forEach { take($0, hasPassword: false) } } catch {
                throw Failure(.noSuchSource, "\(error)")
            }
        } else if isNetrc(text) {
            for entry in Netrc(text).entries {
                guard let machine = entry.machine else { continue }
                take(Self.site(machine, host: machine, user: entry.login), hasPassword: entry.password != nil)
            }
        } else {
            readLFTP(text)
        }
    }

    private func isNetrc(_ text: String) -> Bool {
        text.split(whereSeparator: \.isNewline).contains {
            ["machine", "default", "macdef"].contains($0.prefix { $0 != " " && $0 != "\t" })
        }
    }

    /// `name<TAB>URL` a line.
    private mutating func readLFTP(_ text: String) {
        for line in text.split(whereSeparator: \.isNewline) where line.first != "#" {
            let words = line.split(maxSplits: 1) { $0 == " " || $0 == "\t" }
            guard words.count == 2 else {
                remarks.append("“\(visible(String(line)))” is no bookmark: passed over")
                continue
            }
            guard let target = try? TargetURL(String(words[1])), TargetURL.looksRemote(String(words[1]))
            else {
                remarks.append("“\(visible(String(words[0])))” is no FTP site: passed over")
                continue
            }
            // lftp's ftp:// is the same, its path begins at the login directory too.
            take(
                SavedSite(name: String(words[0]), url: Self.withoutPassword(String(words[1]))),
                hasPassword: target.password != nil)
        }
    }

    /// `name,host,user,password,account,directory,type,port,…` a line, with `$2C` for a comma.
    private mutating func readNcFTP(_ text: String) {
        for line in text.split(whereSeparator: \.isNewline).dropFirst() {
            let fields = line.split(separator: ",", omittingEmptySubsequences: false).map(Self.withoutDollars)
            guard fields.count >= 8, !fields[1].isEmpty else { continue }
            var site = Self.site(fields[0], host: fields[1], user: fields[2], port: Int(fields[7]))
            site.url += Self.path(fields[5])
            take(site, hasPassword: !fields[3].isEmpty)
        }
    }

    private static func withoutDollars(_ field: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = field.utf8
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "$"), let value = UInt8(String(Substring(rest.prefix(2))), radix: 16) {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// - Parameter port: left out when it is the scheme's own.
    static func site(
        _ name: String, scheme: String = "ftp", host: String, user: String? = nil, port: Int? = nil
    ) -> SavedSite {
        let login = user.map { $0.isEmpty || $0 == Site.anonymous ? "" : percentEncoded($0) + "@" } ?? ""
        let address = host.contains(":") ? "[\(host)]" : host
        let usual = scheme == "ftps" ? 990 : 21
        let suffix = port.map { $0 == usual || $0 == 0 ? "" : ":\($0)" } ?? ""
        return SavedSite(name: name, url: "\(scheme)://\(login)\(address)\(suffix)")
    }

    /// A server's path as the path of a URL: letters stay letters, for the site's charset to write.
    static func path(_ path: String) -> String {
        guard !path.isEmpty, path != "/" else { return "" }
        let text = path.unicodeScalars.reduce(into: "") { result, scalar in
            let letter = String(scalar)
            result += scalar.isASCII || visible(letter) != letter ? percentEncoded(letter) : letter
        }
        return path.hasPrefix("/") ? "/%2F" + text.dropFirst() : "/" + text
    }

    private static func percentEncoded(_ text: String) -> String {
        let kept = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/".utf8)
        return text.utf8.reduce(into: "") { result, byte in
            if kept.contains(byte) {
                result.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                result += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
    }

    private static func withoutPassword(_ url: String) -> String {
        var bytes = Array(url.utf8)
        guard let password = passwordRange(in: bytes) else { return url }
        bytes.removeSubrange(password.lowerBound - 1..<password.upperBound)
        return String(decoding: bytes, as: UTF8.self)
    }

    private mutating func take(_ wanted: SavedSite, hasPassword: Bool) {
        var site = wanted
        site.name = String(
            wanted.name.map { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) ? $0 : "-" }
                .prefix(60))
        while site.name.first == "-" { site.name.removeFirst() }
        if site.name.isEmpty { site.name = "site" }
        do { try site.check() } catch {
            remarks.append("“\(visible(wanted.name))” is passed over: \(error.message)")
            return
        }
        if hasPassword { hasPasswords = true }
        sites.append(site)
    }
}
