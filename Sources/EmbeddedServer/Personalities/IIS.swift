import FTPProtocol

extension Personality {
    /// Microsoft IIS 7.5 and later (FTPSVC), with everything in which it differs from other servers
    /// on the wire (Microsoft KB 2505047 “Changes in Microsoft FTP”).
    public static let iis = makeIIS(
        "iis",
        "Microsoft IIS 7.5 and later: 125 or 150 by the state of the data connection, 226 before the data have ended, "
            + "LF alone refused, files locked while in use", fourDigitYears: false)

    /// The same with the site's `showFlags` set to four-digit years.
    public static let iisFourDigitYears = makeIIS(
        "iis-4digit", "the same with years of four digits", fourDigitYears: true)

    private static func makeIIS(_ name: String, _ summary: String, fourDigitYears: Bool) -> Personality {
        Personality(
            name: name, summary: summary, wording: iisWording,
            features: [
                "LANG EN*", "UTF8", "AUTH TLS;TLS-C;SSL;TLS-P;", "PBSZ", "PROT C;P;", "CCC", "HOST", "SIZE",
                "MDTM", "REST STREAM",
            ],
            listing: .dos(fourDigitYears: fourDigitYears), hasMachineListing: false,
            acceptsBareLineFeed: false, needsUTF8Option: true,
            listingOptions: ["C", "1", "l", "F", "a", "A"],
            data: DataManners(
                announcement: .byState, completesBeforeClosing: true, waitsForPrevious: true,
                dialsAtOnce: true, resetsLowPorts: true),
            replacesOnRename: false, keepsPartialUploads: false, locksOpenFiles: true)
    }
}

@Sendable func iisWording(_ answer: Answer) -> Reply {
    switch answer {
    case .ready: Reply(220, "Microsoft FTP Service")
    case .tooManyConnections: Reply(421, "The number of users has exceeded the maximum allowed.")
    case .tooManyLogins: Reply(530, "User cannot log in. The maximum number of users is reached.")
    case .idleTooLong: Reply(421, "Timeout (120 seconds): closing control connection.")
    case .lineTooLong: Reply(500, "The command line is too long.")
    case .bareLineFeed: Reply(451, "The parameter is incorrect.")
    case .needPassword(let user) where user.lowercased() == "anonymous" || user.lowercased() == "ftp":
        Reply(331, "Anonymous access allowed, send identity (e-mail name) as password.")
    case .needPassword: Reply(331, "Password required")
    case .loggedIn: Reply(230, "User logged in.")
    case .wrongPassword: Reply(530, "User cannot log in.")
    case .userFirst, .badSequence: Reply(503, "Bad sequence of commands.")
    case .unknownCommand: Reply(500, "Command not understood.")
    case .badParameter: Reply(501, "Parameter not understood.")
    case .authAccepted: Reply(234, "AUTH command ok. Expecting TLS Negotiation.")
    case .protectionBuffer: Reply(200, "PBSZ command successful.")
    case .protectionSet: Reply(200, "PROT command successful.")
    case .policyRequiresTLS, .dataTooClear: Reply(534, "Policy requires SSL.")
    case .noTLS: Reply(534, "Local policy on server does not allow TLS secure connections.")

    case .system: Reply(215, "Windows_NT")
    case .features(let names): Reply(211, "Extended features supported:", names.map { Array($0.utf8) }, "END")
    case .status(let lines):
        Reply(211, "Microsoft FTP Service status:", lines.map { Array($0.utf8) }, "End of status.")
    case .help(let lines):
        Reply(
            214, "The following commands are recognized (* ==>'s unimplemented).",
            lines.map { Array($0.utf8) }, "HELP command successful.")
    case .noOperation: Reply(200, "noop command successful.")
    case .utf8On: Reply(200, "OPTS UTF8 command successful - UTF8 encoding now ON.")
    case .unknownOption: Reply(501, "The parameter is incorrect.")

    case .typeSet(let type): Reply(200, "Type set to \(type.argument).")
    case .typeUnsupported, .structureUnsupported, .modeUnsupported:
        Reply(504, "Command not implemented for that parameter.")
    case .structureSet: Reply(200, "STRU F ok.")
    case .modeSet: Reply(200, "Mode set to S.")
    case .restarting(let offset): Reply(350, "Restarting at \(offset).")

    case .port: Reply(200, "PORT command successful.")
    case .extendedPort: Reply(200, "EPRT command successful.")
    case .illegalPort, .foreignPort: Reply(501, "Server cannot accept argument.")
    case .unknownFamily: Reply(522, "Network protocol not supported, use (1,2)")
    case .noDataConnection, .cannotOpenData, .strangerOnData, .lowDataPort:
        Reply(425, "Cannot open data connection.")

    case .openingForFile(_, _, let type):
        Reply(150, "Opening \(type == .ascii ? "ASCII" : "BINARY") mode data connection.")
    case .openingForListing: Reply(150, "Opening ASCII mode data connection.")
    case .openingForUpload: Reply(150, "Opening BINARY mode data connection.")
    case .dataAlreadyOpen: Reply(125, "Data connection already open; Transfer starting.")
    case .listingComplete: Reply(226, "Transfer complete.")
    case .transferBroken, .transferAborted: Reply(426, "Connection closed; transfer aborted.")
    case .aborted, .nothingToAbort: Reply(225, "ABOR command successful.")
    case .diskFull: Reply(452, "There is not enough space on the disk.")
    case .diskFailed: Reply(451, "The request could not be performed because of an I/O device error.")

    case .currentDirectory(let path): Reply(257, quoting: path, " is current directory.")
    case .changedDirectory(let parent): Reply(250, "\(parent ? "CDUP" : "CWD") command successful.")
    case .directoryMade(let path): Reply(257, quoting: path, " directory created.")
    case .directoryRemoved: Reply(250, "RMD command successful.")
    case .deleted: Reply(250, "DELE command successful.")
    case .renameFrom: Reply(350, "Requested file action pending further information.")
    case .renamed: Reply(250, "RNTO command successful.")
    case .failed(let failure, let purpose): iisRefusal(failure, purpose)
    default: unixWording(answer)
    }
}

/// Windows names the error; to clients on the server's own machine it does so at length.
private func iisRefusal(_ failure: Answer.Failure, _ purpose: Answer.Purpose) -> Reply {
    switch failure {
    case .notFound, .notAFile, .notADirectory:
        detailed("The system cannot find the file specified.", "File system returned an error.")
    case .denied, .readOnly:
        detailed("Access is denied.", "File system denied the access.")
    case .exists:
        detailed("Cannot create a file when that file already exists.", "File system returned an error.")
    case .notEmpty: detailed("The directory is not empty.", "File system returned an error.")
    // Win32 error 32, ERROR_SHARING_VIOLATION.
    case .inUse:
        Reply(550, "The process cannot access the file because it is being used by another process.")
    case .busy: Reply(450, "The requested resource is in use.")
    case .badName:
        detailed(
            "The filename, directory name, or volume label syntax is incorrect.",
            "File system returned an error.")
    }
}

private func detailed(_ text: String, _ details: String) -> Reply {
    Reply(
        550, "\(text) ",
        ["Win32 error:   \(text) ", "Error details: \(details)"].map { Array($0.utf8) }, "End")
}
