import FTPProtocol
import Transport

/// What each command does: the table of contents of a session.
extension ServerSession {
    mutating func execute(_ verb: String, _ argument: [UInt8]) throws(TransportError) {
        guard isLoggedIn || Self.beforeLogin.contains(verb) else { return try reply(.loginFirst) }
        guard !lacks(verb) else { return try reply(.unknownCommand) }
        guard !isTooClear(for: verb) else {
            return try reply(isEncrypted ? .dataTooClear : .policyRequiresTLS)
        }
        switch verb {
        case "USER": try takeUser(argument)
        case "PASS": try takePassword(argument)
        case "ACCT": try reply(.account)
        case "HOST": try reply(isLoggedIn ? .badSequence : .hostAccepted)
        case "AUTH": try takeAuthentication(argument)
        case "PBSZ": try setProtectionBuffer()
        case "PROT": try setProtection(argument)
        case "CCC": try clearCommandChannel()
        case "SSCN": try setClientRole(argument)
        case "CPSV": try enterPassiveAsClient()
        case "QUIT":
            isOver = true
            try reply(.goodbye)

        case "SYST": try reply(.system)
        case "FEAT": try reply(.features(features))
        case "OPTS": try setOption(argument)
        case "NOOP": try reply(.noOperation)
        case "ALLO": try reply(.allocation)
        case "HELP": try reply(.help(Self.helpLines))
        case "STAT": try argument.isEmpty ? reply(.status(statusLines)) : reportStatus(of: argument)
        case "ABOR": try reply(.nothingToAbort)
        case "SITE": try performSite(argument)

        case "TYPE": try setType(argument)
        case "STRU": try reply(argument.isOne("F") ? .structureSet : .structureUnsupported)
        case "MODE": try setMode(argument)
        case "REST": try setRestart(argument)

        case "PASV": try enterPassive()
        case "EPSV": try enterExtendedPassive(argument)
        case "PORT": try takePort(argument)
        case "EPRT": try takeExtendedPort(argument)

        case "PWD", "XPWD": try reply(.currentDirectory(encoding.toWire(directory.asPath)))
        case "CWD", "XCWD": try changeDirectory(argument)
        case "CDUP", "XCUP": try changeToParent()
        case "MKD", "XMKD": try makeDirectory(argument)
        case "RMD", "XRMD": try removeDirectory(argument)
        case "DELE": try deleteFile(argument)
        case "RNFR": try takeOldName(argument)
        case "RNTO": try takeNewName(argument)
        case "SIZE": try reportSize(argument)
        case "MDTM": try reportModification(argument)
        case "MFMT": try setModification(argument)
        case "MLST": try hasMachineListing ? listOne(argument) : reply(.unknownCommand)

        case "LIST": try list(argument, .long)
        case "NLST": try list(argument, .names)
        case "MLSD": try hasMachineListing ? list(argument, .machine) : reply(.unknownCommand)
        case "RETR": try retrieve(argument)
        case "STOR": try store(argument, .replacing)
        case "APPE": try store(argument, .appending)
        case "STOU": try store(argument, .unique)
        default: try reply(.unknownCommand)
        }
    }

    private static let beforeLogin: Set<String> = [
        "USER", "PASS", "ACCT", "HOST", "AUTH", "PBSZ", "PROT", "QUIT", "FEAT", "SYST", "OPTS", "NOOP",
        "HELP",
    ]

    private static let helpLines = [
        "ABOR ACCT ALLO APPE CDUP CWD  DELE EPRT EPSV FEAT HELP HOST LIST MDTM",
        "MFMT MKD  MLSD MLST MODE NLST NOOP OPTS PASS PASV PORT PWD  QUIT REST",
        "RETR RMD  RNFR RNTO SITE SIZE STAT STOR STOU STRU SYST TYPE USER",
    ]

    var statusLines: [String] {
        [
            "Connected to \(control.peer.host)", "Logged in as \(user.map { visible($0) } ?? "nobody")",
            "TYPE: \(type == .ascii ? "ASCII" : "BINARY")", "No session time-out by bandwidth",
        ]
    }
}

extension [UInt8] {
    /// Whether this is that one letter, in either case.
    func isOne(_ letter: Character) -> Bool {
        count == 1 && String(decoding: self, as: UTF8.self).uppercased() == String(letter)
    }
}
