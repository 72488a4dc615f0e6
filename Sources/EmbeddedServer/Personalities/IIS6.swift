import FTPProtocol

extension Personality {
    /// Microsoft IIS 5 and 6 (MSFTPSVC): active and passive chosen by the client, neither TLS nor UTF-8 nor EPSV
    /// (Microsoft KB 283679, and KB 2505047 where it says how it was before).
    public static let iis6 = Personality(
        name: "iis6",
        summary: "Microsoft IIS 5 and 6: 125 in passive mode and 150 in active mode, no EPSV, no UTF-8",
        wording: iis6Wording, features: ["SIZE", "MDTM"],
        unknownCommands: [
            "AUTH", "PBSZ", "PROT", "CCC", "EPSV", "EPRT", "MLSD", "MLST", "MFMT", "HOST", "LANG", "OPTS",
        ],
        listing: .dos(fourDigitYears: false), hasMachineListing: false, acceptsBareLineFeed: true,
        needsUTF8Option: true, listingOptions: nil,
        data: DataManners(
            announcement: .byMode, completesBeforeClosing: false, waitsForPrevious: false,
            dialsAtOnce: false, resetsLowPorts: false),
        replacesOnRename: false, keepsPartialUploads: true, locksOpenFiles: true, changesDirectoryStyle: true)
}

@Sendable private func iis6Wording(_ answer: Answer) -> Reply {
    switch answer {
    case .ready: Reply(220, "server Microsoft FTP Service (Version 6.0).")
    case .system: Reply(215, "Windows_NT version 6.0")
    case .features(let names): Reply(211, "FEAT", names.map { Array($0.utf8) }, "END")
    case .typeSet(let type): Reply(200, "Type set to \(type.argument).")
    case .openingForFile(let name, let size, let type):
        Reply(
            code: .openingDataConnection,
            lines: [
                Array("Opening \(type == .ascii ? "ASCII" : "BINARY") mode data connection for ".utf8) + name
                    + Array((size.map { "(\($0) bytes)." } ?? ".").utf8)
            ])
    case .openingForListing: Reply(150, "Opening ASCII mode data connection for /bin/ls.")
    case .openingForUpload: Reply(150, "Opening BINARY mode data connection.")
    case .directoryStyle(let isDOS): Reply(200, "MSDOS-like directory output is \(isDOS ? "on" : "off")")
    case .cannotOpenData, .noDataConnection: Reply(425, "Can't open data connection.")
    default: iisWording(answer)
    }
}
