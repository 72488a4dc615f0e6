import FTPProtocol

extension Personality {
    /// An embedded device: RFC 959 and hardly all of that.
    public static let withoutFeatures = Personality(
        name: "no-feat",
        summary: "a device that knows RFC 959 alone: 502 to FEAT, SYST, EPSV, SIZE, REST and the like",
        wording: deviceWording, features: [],
        unknownCommands: [
            "FEAT", "SYST", "OPTS", "EPSV", "EPRT", "MLSD", "MLST", "SIZE", "MDTM", "MFMT", "REST", "HOST",
            "AUTH", "SITE", "STAT", "APPE", "STOU", "ALLO",
        ],
        listing: .unix, hasMachineListing: false, acceptsBareLineFeed: true, needsUTF8Option: false,
        listingOptions: nil,
        data: DataManners(
            announcement: .afterConnecting, completesBeforeClosing: false, waitsForPrevious: false,
            dialsAtOnce: false, resetsLowPorts: false),
        replacesOnRename: true, keepsPartialUploads: true, locksOpenFiles: false)
}

@Sendable private func deviceWording(_ answer: Answer) -> Reply {
    switch answer {
    case .ready: Reply(220, "FTP server ready")
    case .unknownCommand: Reply(502, "Command not implemented")
    case .loggedIn: Reply(230, "User logged in")
    case .transferComplete, .listingComplete: Reply(226, "Transfer complete")
    default: unixWording(answer)
    }
}
