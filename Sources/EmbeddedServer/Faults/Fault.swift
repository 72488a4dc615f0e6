/// Something the server does wrong on purpose, so that a client's answer to it can be seen.
///
/// What each does, and how it is written, is its line in the table of its area: `ControlFaults.swift` and the files
/// beside it. File names are compared with the last component of a path.
public indirect enum Fault: Hashable, Sendable {
    /// `once:FAULT`: the first time only.
    case once(Fault)

    // The control connection
    case noGreeting, garbageGreeting, endlessGreeting, escapeGreeting, preliminaryGreeting
    case slowGreeting(seconds: Int)
    case byteReplies(milliseconds: Int)
    case stallControl(seconds: Int)
    case halfOpen(on: String)
    case serviceNotAvailable(on: String)
    case commandLimit(Int)
    case dropControl(on: String)
    case endlessReply(on: String)
    case endlessLines(on: String)
    case nulReply(on: String)
    case garbageReplies(seed: Int)
    case fixedReply(on: String, text: String)
    case oddDirectory(OddDirectory)
    case abortIgnored
    case lineFeedRefused
    case idleUnavailable(seconds: Int)
    case idleClose(seconds: Int)
    case maxConnections(Int)
    case maxLogins(Int)

    // What the server can
    case noFeatures, falseFeatures, noMachineListing
    /// 500 to the verb, and not in FEAT.
    case without(String)

    // Getting a data connection
    case passiveRefused, extendedPassiveRefused, activeRefused
    case passiveForeignAddress, passivePrivateAddress, extendedPassiveForeignAddress
    case passiveAddress([UInt8])
    case lowPassivePort, resetsLowPorts
    case oddPassive(Int)
    case garbagePassive
    case deadExtendedPort
    case dataRefused, dataNotAccepted
    case firstDataReset
    case hijackedActive
    case waitsForPrevious
    case openAlways

    // During a transfer
    /// The transfer ends like this after so many bytes; nil for half of the file, or 1,000 bytes of an upload.
    case cut(Cut, after: Int64?)
    case busyOnce([UInt8])
    case slow([UInt8], bytesPerSecond: Int64)
    case inUse([UInt8])
    case deflateCut
    case noPreliminary
    case refusedAfterPreliminary
    case completionLate(seconds: Int)
    case completionBeforeEndOfData, completionTwice, completionMissing, refusedAfterData
    case restartRefused, restartIgnored
    case restartOff(bytes: Int64)
    case fileChanges, fileGrows, fileShrinks, alwaysASCII
    case extraData(bytes: Int64)
    case sizeLies(bytes: Int64)
    case sizeIs(String)
    case diskFull(after: Int64)
    case storeShort(bytes: Int64)
    case storeExceeded, storeRefused, renameFails
    case clockSkew(seconds: Int64)

    // TLS
    case authRefused, authStall, authInjection, authStrict
    case shortTickets(seconds: Int)
    case noTickets, unresumedUploadLost, completeUploadAborted, clearDataRefused
    case selfSigned, wrongHost, expired, changedCertificate, dataCertificateDiffers
    case plainData, protectionRefused, reuseRequired, reuseOfTLS12, onlyTLS12, manyTickets
    case truncatesTLS, missingCloseNotify, strictUploadEnd

    // Names and listings
    case escapeNames, traversalNames, longNames, caseCollisions, invalidNames, lineEndNames
    case linkThenDirectory([UInt8])
    case linksAsDirectories
    case directoryLoop
    case deepTree(levels: Int)
    case garbageListing, badFacts
    case hugeListing(Int)
    case endlessListing
    case longLine(bytes: Int)
    case listFormat(ListFormat)

    public static let truncatedData = Fault.cut(.orderly, after: nil)
    public static func resetData(after bytes: Int64) -> Fault { .cut(.reset, after: bytes) }

    /// How a transfer ends before its end.
    public enum Cut: Hashable, Sendable {
        case orderly, refused, reset, stall, silence, unavailable, death, drop, restart
    }

    /// What is wrong with the answer to PWD.
    public enum OddDirectory: String, Hashable, Sendable, CaseIterable {
        case unclosed, unquoted, empty, huge, control, crlf
    }

    public enum ListFormat: String, Hashable, Sendable, CaseIterable {
        case unix, dos, dos4, numeric, eplf
    }
}

extension Fault {
    /// Reads the form of `--fault`. Nil for an unknown name or a value that does not fit.
    public init?(_ text: String) {
        if text.hasPrefix("once:") {
            guard let fault = Fault(String(text.dropFirst(5))) else { return nil }
            self = .once(fault)
            return
        }
        let mark = text.firstIndex { $0 == ":" || $0 == "@" }
        let name = String(text[..<(mark ?? text.endIndex)])
        let value = mark.map { String(text[text.index(after: $0)...]) }
        guard let form = Self.byName[name], let fault = form.read(value) else { return nil }
        self = fault
    }

    /// All of them, by what they are about.
    public static let areas: [Area] = [
        control, abilities, security, dataConnections, transfers, files, listings,
    ]

    public struct Area: Sendable {
        public let title: String
        public let forms: [FaultForm]
    }

    /// What the error for an unknown name lists.
    public static let forms: [String] = areas.flatMap { $0.forms.map(\.text) }

    private static let byName: [String: FaultForm] = {
        var table: [String: FaultForm] = [:]
        for form in areas.flatMap(\.forms) {
            for name in form.names { table[name] = form }
        }
        return table
    }()
}
