import FTPProtocol

extension Personality {
    /// vsftpd: no MLSD; SIZE only in TYPE I.
    public static let vsftpd = Personality(
        name: "vsftpd", summary: "vsftpd: no MLSD, SIZE only in TYPE I",
        wording: { answer in
            if case .ready = answer { return Reply(220, "(vsFTPd 3.0.5)") }
            return unixWording(answer)
        },
        features: ["EPRT", "EPSV", "MDTM", "PASV", "REST STREAM", "SIZE", "TVFS", "UTF8"],
        unknownCommands: ["MLSD", "MLST", "MFMT", "HOST"], listing: .unix, hasMachineListing: false,
        acceptsBareLineFeed: true, needsUTF8Option: false, listingOptions: nil,
        data: DataManners(
            announcement: .afterConnecting, completesBeforeClosing: false, waitsForPrevious: false,
            dialsAtOnce: false, resetsLowPorts: false),
        replacesOnRename: true, keepsPartialUploads: true, locksOpenFiles: false, sizesInASCII: false)

    /// FileZilla Server: a greeting of two lines, 202 to `OPTS UTF8 ON`, `-a` is the name of a file.
    public static let fileZilla = Personality(
        name: "filezilla",
        summary: "FileZilla Server: -a is a name, 202 to OPTS UTF8 ON, a greeting of two lines",
        wording: fileZillaWording,
        features: [
            "MDTM", "REST STREAM", "SIZE", "MLST type*;size*;modify*;perm*;", "MLSD", "UTF8", "CLNT", "MFMT",
            "EPSV", "EPRT",
        ],
        unknownCommands: ["HOST"], listing: .unix, hasMachineListing: true, acceptsBareLineFeed: true,
        needsUTF8Option: false, listingOptions: nil,
        data: DataManners(
            announcement: .afterConnecting, completesBeforeClosing: false, waitsForPrevious: false,
            dialsAtOnce: false, resetsLowPorts: false),
        replacesOnRename: true, keepsPartialUploads: true, locksOpenFiles: false, takesListingOptions: false)
}

@Sendable private func fileZillaWording(_ answer: Answer) -> Reply {
    switch answer {
    case .ready: Reply(220, "FileZilla Server 1.9.4", [], "Please visit https://filezilla-project.org/")
    case .utf8On: Reply(202, "UTF8 mode is always enabled. No need to send this command")
    case .transferComplete, .listingComplete: Reply(226, "Operation successful")
    case .openingForFile, .openingForListing, .openingForUpload: Reply(150, "Starting data transfer.")
    case .cannotOpenData, .strangerOnData, .noDataConnection:
        Reply(425, "Unable to build data connection: TCP connection timed out")
    case .transferBroken: Reply(425, "Error while transferring data: ECONNABORTED - Connection aborted")
    case .failed(.notFound, .changeDirectory): Reply(550, "Couldn't open the directory")
    case .failed(.notFound, _): Reply(550, "Couldn't open the file")
    default: unixWording(answer)
    }
}
