internal import FTPProtocol

/// What a line of the dialogue means, in short: `e` in the log shows it.
func explanation(of line: DialogueLine) -> [String] {
    switch line.direction {
    case .sent:
        let verb = String(decoding: line.bytes.prefix { $0 != 0x20 }.map(uppercased), as: UTF8.self)
        guard let meaning = commandMeanings[verb] else {
            return ["\(visible(verb)): a command of this server's own, or one Portside has no words for."]
        }
        return ["\(verb): \(meaning)"]
    case .received(let code?):
        return [kindMeaning(code.kind)] + (codeMeanings[code.rawValue].map { ["\(code): \($0)"] } ?? [])
    case .received(nil): return ["A line that belongs to the reply around it."]
    case .connection: return ["A connection was opened, accepted, secured or ended. Nothing was said."]
    case .note: return ["Portside did something; the server was not asked."]
    case .warning: return ["Something to know: it may explain what comes next."]
    }
}

private func uppercased(_ byte: UInt8) -> UInt8 { (0x61...0x7A).contains(byte) ? byte & ~0x20 : byte }

/// RFC 959 §4.2.
private func kindMeaning(_ kind: ReplyCode.Kind) -> String {
    switch kind {
    case .preliminary: "1yz: it has begun; another reply follows when it is over (RFC 959 §4.2)."
    case .completion: "2yz: done (RFC 959 §4.2)."
    case .intermediate: "3yz: so far well; the server waits for the next command (RFC 959 §4.2)."
    case .transientNegative: "4yz: not now; the same command may succeed later (RFC 959 §4.2)."
    case .permanentNegative: "5yz: no; the same command will be refused again (RFC 959 §4.2)."
    case .unknown: "Not a reply code of RFC 959."
    }
}

private let commandMeanings: [String: String] = [
    "USER": "who logs in (RFC 959 §4.1.1).",
    "PASS": "the password, shown as dots; without TLS it crosses the network in clear (RFC 959 §4.1.1).",
    "ACCT": "an account, which few servers ask for (RFC 959 §4.1.1).",
    "FEAT": "what can this server do beyond RFC 959? (RFC 2389 §3)",
    "OPTS": "sets an option of a feature (RFC 2389 §4).",
    "SYST": "what kind of system is this? (RFC 959 §4.1.3)",
    "PWD": "where are we? (RFC 959 §4.1.3)",
    "CWD": "go to a directory (RFC 959 §4.1.1).",
    "CDUP": "go to the directory above (RFC 959 §4.1.1).",
    "TYPE": "I moves bytes as they are, A converts line ends (RFC 959 §3.1.1).",
    "PASV": "passive mode, IPv4: the server listens and names a port, we connect (RFC 959 §4.1.2).",
    "EPSV": "passive mode, IPv4 or IPv6: the server names a port, we connect (RFC 2428 §3).",
    "PORT": "active mode, IPv4: we listen here, the server connects to us (RFC 959 §4.1.2).",
    "EPRT": "active mode, IPv4 or IPv6: we listen, the server connects to us (RFC 2428 §2).",
    "MLSD": "list a directory, in a form made for programs (RFC 3659 §7).",
    "MLST": "facts about one file (RFC 3659 §7).",
    "LIST": "list a directory, in whatever form the server likes (RFC 959 §4.1.3).",
    "RETR": "download a file (RFC 959 §4.1.3).",
    "STOR": "upload a file, replacing one of the same name (RFC 959 §4.1.3).",
    "APPE": "upload to the end of a file (RFC 959 §4.1.3).",
    "REST": "begin the next transfer at this byte (RFC 3659 §5).",
    "SIZE": "how many bytes has this file? (RFC 3659 §4)",
    "MDTM": "when was this file changed? In UTC (RFC 3659 §3).",
    "MFMT": "set when this file was changed; in UTC.",
    "DELE": "delete a file (RFC 959 §4.1.3).",
    "MKD": "make a directory (RFC 959 §4.1.3).",
    "RMD": "remove an empty directory (RFC 959 §4.1.3).",
    "RNFR": "rename from this name; RNTO follows (RFC 959 §4.1.3).",
    "RNTO": "rename to this name (RFC 959 §4.1.3).",
    "ABOR": "stop the transfer that runs (RFC 959 §4.1.3).",
    "NOOP": "nothing; keeps the connection from being closed as idle (RFC 959 §4.1.3).",
    "SITE": "a command of this server's own (RFC 959 §4.1.3).",
    "AUTH": "begin TLS on this connection (RFC 4217 §4).",
    "PBSZ": "needed before PROT; always 0 with TLS (RFC 4217 §8).",
    "PROT": "P encrypts data connections, C leaves them clear (RFC 4217 §9).",
    "QUIT": "goodbye (RFC 959 §4.1.1).",
]

private let codeMeanings: [UInt16: String] = [
    125: "the data connection stands already; the transfer starts.",
    150: "the server is about to open the data connection.",
    200: "the command was understood and done.",
    202: "not needed here; the server did nothing.",
    211: "status or features.",
    213: "the answer about a file: its size or its time.",
    215: "the name of the system.",
    220: "ready for a new user.",
    221: "the server says goodbye and closes.",
    226: "the transfer is over and the data connection closed.",
    227: "passive mode: four numbers of the address and two of the port to connect to.",
    229: "extended passive mode: the port to connect to.",
    230: "logged in.",
    234: "TLS begins now.",
    250: "the file action was done.",
    257: "a path, in quotes.",
    331: "the user name is fine; now the password.",
    332: "an account is needed too.",
    350: "more is needed to finish: RNTO after RNFR, or the transfer after REST.",
    421: "the server closes the connection: idle for too long, too many connections, or shutting down.",
    425:
        "the data connection could not be opened. In active mode: the server cannot reach this machine; try passive (P).",
    426: "the data connection broke, or the transfer was stopped.",
    450: "the file is busy just now.",
    451: "the server had trouble of its own.",
    452: "no room left on the server.",
    500: "the server does not know this command.",
    501: "the server does not like the argument.",
    502: "the server knows the command and does not do it.",
    503: "commands in an order the server does not expect.",
    504: "not with this argument.",
    522: "EPRT or EPSV with a protocol the server does not speak.",
    530: "not logged in: user or password refused, or TLS demanded first.",
    532: "an account is needed to store files.",
    550: "no such file or directory, or no permission for it.",
    552: "the quota is used up.",
    553: "the server does not allow this name.",
]
