/// A short name for the server's software, from its greeting, else from SYST: `ProFTPD 1.3.8`, `UNIX`.
///
/// For the status line; what else is decided by it stands below.
public func serverName(greeting: Reply?, system: Reply?) -> String {
    let text = greeting.map { visible(Array($0.lines.joined(separator: [0x20]))) } ?? ""
    let lowered = text.lowercased()
    for (mark, name) in knownServers where lowered.contains(mark) {
        let words = text.split { $0 == " " || $0 == "(" || $0 == ")" || $0 == "[" || $0 == "]" }
        if let index = words.firstIndex(where: { $0.lowercased().hasPrefix(mark) }),
            index + 1 < words.count, words[index + 1].first?.isNumber == true
        {
            return "\(name) \(words[index + 1].prefix(12))"
        }
        return name
    }
    let words = visible(system?.lastLine ?? []).split(separator: " ")
    return words.first.map { String($0.prefix(20)) } ?? "unknown server"
}

/// Whether the server takes 0xFF 0xFF in a name for one byte, as RFC 3659 §2.2 wants. vsftpd, Pure-FTPd and pyftpdlib take
/// it for two; nothing but their greeting tells.
public func undoesTelnetDoubling(greeting: Reply?) -> Bool {
    !["vsftpd", "Pure-FTPd", "pyftpdlib"].contains {
        serverName(greeting: greeting, system: nil).hasPrefix($0)
    }
}

/// Whether the server is known to take several commands in one piece, one after the other. RFC 959 §5.4 wants a dialogue,
/// and IIS and many small servers lose what comes early.
public func takesCommandsTogether(greeting: Reply?) -> Bool {
    ["vsftpd", "ProFTPD", "Pure-FTPd"].contains { serverName(greeting: greeting, system: nil).hasPrefix($0) }
}

private let knownServers = [
    ("proftpd", "ProFTPD"), ("vsftpd", "vsftpd"), ("pure-ftpd", "Pure-FTPd"), ("pyftpdlib", "pyftpdlib"),
    ("microsoft ftp service", "IIS"), ("filezilla server", "FileZilla Server"), ("serv-u", "Serv-U"),
    ("wu-ftpd", "wu-ftpd"), ("portside", "Portside"),
]
