import FTPProtocol

extension Personality {
    /// A server as most are on Unix: the words of vsftpd, `ls -l` listings, and MLSD besides.
    public static let unix = Personality(
        name: "unix", summary: "as most on Unix, with MLSD", wording: unixWording,
        features: [
            "EPRT", "EPSV", "HOST", "MDTM", "MFMT",
            "MLST type*;size*;modify*;perm*;UNIX.mode*;UNIX.owner*;UNIX.group*;",
            "MODE Z", "PASV", "REST STREAM", "SITE CHMOD", "SIZE", "TVFS", "UTF8",
        ],
        listing: .unix, hasMachineListing: true, acceptsBareLineFeed: true, needsUTF8Option: false,
        listingOptions: nil,
        data: DataManners(
            announcement: .afterConnecting, completesBeforeClosing: false, waitsForPrevious: false,
            dialsAtOnce: false, resetsLowPorts: false),
        replacesOnRename: true, keepsPartialUploads: true, locksOpenFiles: false)
}

@Sendable func unixWording(_ answer: Answer) -> Reply {
    switch answer {
    case .ready: Reply(220, "Portside FTP server ready.")
    case .tooManyLogins:
        Reply(530, "Sorry, the maximum number of clients for this user are already connected.")
    case .tooManyConnections: Reply(421, "There are too many connected users, please try later.")
    case .goodbye: Reply(221, "Goodbye.")
    case .idleTooLong: Reply(421, "Timeout.")
    case .lineTooLong: Reply(500, "Input line too long.")
    case .bareLineFeed: Reply(500, "Line must end in CR LF.")
    case .serviceNotAvailable: Reply(421, "Service not available, closing control connection.")
    case .needPassword: Reply(331, "Please specify the password.")
    case .loggedIn: Reply(230, "Login successful.")
    case .wrongPassword: Reply(530, "Login incorrect.")
    case .loginFirst: Reply(530, "Please login with USER and PASS.")
    case .userFirst: Reply(503, "Login with USER first.")
    case .unknownCommand: Reply(500, "Unknown command.")
    case .missingParameter, .badParameter: Reply(501, "Syntax error in parameters or arguments.")
    case .badSequence: Reply(503, "Bad sequence of commands.")
    case .hostAccepted: Reply(220, "Host accepted.")
    case .authAccepted: Reply(234, "Proceed with negotiation.")
    case .protectionBuffer: Reply(200, "PBSZ set to 0.")
    case .protectionSet: Reply(200, "PROT now as wanted.")
    case .protectionRefused: Reply(536, "PROT level not supported.")
    case .protectionFailed: Reply(522, "SSL connection failed.")
    case .policyRequiresTLS: Reply(530, "Non-anonymous sessions must use encryption.")
    case .dataTooClear: Reply(521, "Data connections must be encrypted.")
    case .reuseRequired:
        Reply(522, "SSL connection failed; session reuse required: see require_ssl_reuse option.")
    case .noTLS: Reply(530, "Please login with USER and PASS.")

    case .system: Reply(215, "UNIX Type: L8")
    case .features(let names): Reply(211, "Features:", names.map { Array($0.utf8) }, "End")
    case .status(let lines): Reply(211, "FTP server status:", lines.map { Array($0.utf8) }, "End of status")
    case .help(let lines):
        Reply(214, "The following commands are recognized.", lines.map { Array($0.utf8) }, "Help OK.")
    case .siteHelp: Reply(214, "CHMOD UTIME HELP")
    case .noOperation: Reply(200, "NOOP ok.")
    case .allocation: Reply(202, "ALLO command ignored.")
    case .account: Reply(202, "ACCT command ignored.")
    case .utf8On: Reply(200, "Always in UTF8 mode.")
    case .unknownOption: Reply(501, "Option not understood.")
    case .directoryStyle: Reply(500, "Unknown SITE command.")
    case .listFacts(let facts): Reply(200, "MLST OPTS \(facts.map { $0 + ";" }.joined())")

    case .typeSet(.ascii): Reply(200, "Switching to ASCII mode.")
    case .typeSet: Reply(200, "Switching to Binary mode.")
    case .typeUnsupported: Reply(504, "Unrecognised TYPE command.")
    case .structureSet: Reply(200, "Structure set to F.")
    case .structureUnsupported: Reply(504, "Bad STRU command.")
    case .modeSet: Reply(200, "Mode set to S.")
    case .modeUnsupported: Reply(504, "Bad MODE command.")
    case .restarting(let offset): Reply(350, "Restart position accepted (\(offset)).")
    case .restartUnsupported: Reply(502, "REST command not implemented.")

    case .port: Reply(200, "PORT command successful. Consider using PASV.")
    case .extendedPort: Reply(200, "EPRT command successful. Consider using EPSV.")
    case .illegalPort, .foreignPort: Reply(500, "Illegal PORT command.")
    case .activeRefused: Reply(500, "Active mode is refused here. Use PASV.")
    case .passive(let host, let port): passiveReply(host, port)
    case .extendedPassive(let port): Reply(229, "Entering Extended Passive Mode (|||\(port)|)")
    case .extendedPassiveOnly: Reply(200, "EPSV ALL ok.")
    case .passiveRefused: Reply(500, "Passive mode is refused here. Use PORT.")
    case .afterExtendedPassiveOnly: Reply(500, "Not allowed after EPSV ALL.")
    case .unknownFamily: Reply(522, "Network protocol not supported, use (1,2)")
    case .noDataConnection: Reply(425, "Use PORT or PASV first.")
    case .cannotOpenData, .lowDataPort: Reply(425, "Failed to establish connection.")
    case .strangerOnData: Reply(425, "Security: Bad IP connecting.")

    case .openingForFile(let name, let size, let type):
        Reply(
            code: .openingDataConnection,
            lines: [
                Array("Opening \(type == .ascii ? "ASCII" : "BINARY") mode data connection for ".utf8)
                    + name + Array((size.map { " (\($0) bytes)." } ?? ".").utf8)
            ])
    case .openingForListing: Reply(150, "Here comes the directory listing.")
    case .openingForUpload: Reply(150, "Ok to send data.")
    case .openingForUnique(let name):
        Reply(code: .openingDataConnection, lines: [Array("FILE: ".utf8) + name])
    case .dataAlreadyOpen: Reply(125, "Data connection already open; transfer starting.")
    case .transferComplete: Reply(226, "Transfer complete.")
    case .listingComplete: Reply(226, "Directory send OK.")
    case .transferBroken: Reply(426, "Failure on the network stream.")
    case .transferAborted: Reply(426, "Transfer aborted. Data connection closed.")
    case .aborted: Reply(226, "ABOR successful.")
    case .nothingToAbort: Reply(225, "No transfer to ABOR.")
    case .storageExceeded: Reply(552, "Exceeded storage allocation.")
    case .diskFull: Reply(452, "Insufficient storage space on the server.")
    case .diskFailed: Reply(451, "Failure writing to local file.")

    case .currentDirectory(let path): Reply(257, quoting: path, " is the current directory")
    case .changedDirectory: Reply(250, "Directory successfully changed.")
    case .directoryMade(let path): Reply(257, quoting: path, " created")
    case .directoryRemoved: Reply(250, "Remove directory operation successful.")
    case .deleted: Reply(250, "Delete operation successful.")
    case .renameFrom: Reply(350, "Ready for RNTO.")
    case .renamed: Reply(250, "Rename successful.")
    case .size(let size): Reply(213, "\(size)")
    case .modified(let date): Reply(213, date.timeVal)
    case .modifiedSet(let date, let path):
        Reply(code: .fileStatus, lines: [Array("Modify=\(date.timeVal); ".utf8) + path])
    case .facts(let facts, let path):
        Reply(250, "Listing follows", [Array("\(facts) ".utf8) + path], "End")
    case .fileStatus(let path, let lines):
        Reply(
            code: .fileStatus,
            lines: [Array("Status of ".utf8) + path + [UInt8(ascii: ":")]] + lines.map { [0x20] + $0 }
                + [Array("End of status".utf8)])
    case .modeChanged: Reply(200, "SITE CHMOD command ok.")
    case .timeChanged: Reply(200, "SITE UTIME command ok.")
    case .failed(let failure, let purpose): unixRefusal(failure, purpose)
    }
}

private func unixRefusal(_ failure: Answer.Failure, _ purpose: Answer.Purpose) -> Reply {
    switch (failure, purpose) {
    case (.readOnly, _), (.denied, .store): Reply(550, "Permission denied.")
    case (.busy, _): Reply(450, "File busy. Try again.")
    case (.inUse, _): Reply(450, "File is in use by another session.")
    case (.badName, _): Reply(553, "File name not allowed.")
    case (_, .changeDirectory): Reply(550, "Failed to change directory.")
    case (_, .makeDirectory): Reply(550, "Create directory operation failed.")
    case (_, .removeDirectory): Reply(550, "Remove directory operation failed.")
    case (_, .delete): Reply(550, "Delete operation failed.")
    case (_, .renameFrom): Reply(550, "RNFR command failed.")
    case (_, .renameTo): Reply(550, "Rename failed.")
    case (_, .retrieve): Reply(550, "Failed to open file.")
    case (_, .store): Reply(553, "Could not create file.")
    case (_, .list): Reply(550, "Failed to list: no such directory.")
    case (_, .size): Reply(550, "Could not get file size.")
    case (_, .modificationTime): Reply(550, "Could not get file modification time.")
    case (_, .changeMode): Reply(550, "SITE CHMOD command failed.")
    }
}

func passiveReply(_ host: [UInt8], _ port: UInt16) -> Reply {
    let numbers = host.map(Int.init) + [Int(port / 256), Int(port % 256)]
    return Reply(227, "Entering Passive Mode (\(numbers.map(String.init).joined(separator: ","))).")
}
