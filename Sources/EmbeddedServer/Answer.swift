import FTPProtocol

/// What the server has to say, before a personality puts it into words.
enum Answer {
    // The session
    case ready, tooManyConnections, tooManyLogins, goodbye, idleTooLong, lineTooLong, bareLineFeed
    case needPassword(user: String), loggedIn, wrongPassword, loginFirst, userFirst
    case authAccepted, protectionBuffer, protectionSet, protectionRefused, protectionFailed
    case policyRequiresTLS, dataTooClear, reuseRequired
    case unknownCommand, missingParameter, badParameter, badSequence, hostAccepted, noTLS
    case serviceNotAvailable

    // What the server is
    case system, features([String]), status([String]), help([String]), siteHelp
    case noOperation, allocation, account
    case utf8On, unknownOption, listFacts([String]), directoryStyle(isDOS: Bool)

    // Parameters
    case typeSet(RepresentationType), typeUnsupported
    case structureSet, structureUnsupported, modeSet, modeUnsupported
    case restarting(Int64), restartUnsupported

    // Data connections
    case port, extendedPort, illegalPort, foreignPort, activeRefused
    case passive([UInt8], UInt16), extendedPassive(UInt16), extendedPassiveOnly, passiveRefused
    case afterExtendedPassiveOnly, unknownFamily
    case noDataConnection, cannotOpenData, strangerOnData, lowDataPort

    // Transfers
    case openingForFile(name: [UInt8], size: Int64?, RepresentationType), openingForListing, openingForUpload
    case openingForUnique([UInt8])
    case dataAlreadyOpen
    case transferComplete, listingComplete
    case transferBroken, transferAborted, aborted, nothingToAbort, diskFull, diskFailed
    case storageExceeded

    // Files and directories
    case currentDirectory([UInt8]), changedDirectory(parent: Bool)
    case directoryMade([UInt8]), directoryRemoved, deleted, renameFrom, renamed
    case size(Int64), modified(CivilDate), modifiedSet(CivilDate, [UInt8]), facts(String, [UInt8])
    case fileStatus([UInt8], [[UInt8]]), modeChanged, timeChanged
    case failed(Failure, Purpose)

    /// What was tried: some servers word a refusal by it.
    enum Purpose {
        case changeDirectory, makeDirectory, removeDirectory, delete, renameFrom, renameTo
        case retrieve, store, list, size, modificationTime, changeMode
    }

    enum Failure {
        case notFound, denied, exists, notADirectory, notAFile, notEmpty, inUse, busy, readOnly, badName
    }
}

extension Reply {
    init(_ code: UInt16, _ text: String) {
        self.init(ReplyCode(rawValue: code), text)
    }

    /// Several lines: the first and the last carry the code, the others are indented by one blank.
    init(_ code: UInt16, _ first: String, _ middle: [[UInt8]], _ last: String) {
        self.init(
            code: ReplyCode(rawValue: code),
            lines: [Array(first.utf8)] + middle.map { [0x20] + $0 } + [Array(last.utf8)])
    }

    init(_ code: UInt16, quoting path: [UInt8], _ rest: String) {
        let quote = UInt8(ascii: "\"")
        // A quote in the name is doubled (RFC 959 appendix II).
        let quoted = path.flatMap { $0 == quote ? [quote, quote] : [$0] }
        self.init(
            code: ReplyCode(rawValue: code), lines: [[quote] + quoted + [quote] + Array(rest.utf8)])
    }

    /// As it goes over the wire (RFC 959 §4.2), a 0xFF in a name doubled as Telnet wants it.
    var wireBytes: [UInt8] {
        let code = Array("\(self.code)".utf8)
        var bytes: [UInt8] = []
        for (index, line) in lines.enumerated() {
            let isLast = index == lines.count - 1
            if isLast {
                bytes += code + [0x20]
            } else if index == 0 {
                bytes += code + [UInt8(ascii: "-")]
            }
            for byte in line { bytes += byte == 0xFF ? [0xFF, 0xFF] : [byte] }
            bytes += [0x0D, 0x0A]
        }
        return bytes
    }
}
