/// The three digits that open a reply, and what they mean (RFC 959 §4.2; RFC 2228 §8, RFC 2428 §4).
///
/// The first digit decides; the names are for reading. This is the one place where the
/// meaning of a code is written down.
public struct ReplyCode: RawRepresentable, Hashable, Sendable, Codable {
    public let rawValue: UInt16

    public init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    /// What the first digit says (RFC 959 §4.2).
    public enum Kind: Sendable {
        case preliminary, completion, intermediate, transientNegative, permanentNegative
        /// 6yz (RFC 2228 §7), or no digit a reply may begin with.
        case unknown
    }

    public var kind: Kind {
        switch rawValue / 100 {
        case 1: .preliminary
        case 2: .completion
        case 3: .intermediate
        case 4: .transientNegative
        case 5: .permanentNegative
        default: .unknown
        }
    }

    public var isNegative: Bool { kind == .transientNegative || kind == .permanentNegative }

    /// 500 to 504: the command, or its argument, is none that the server takes.
    public var isAboutSyntax: Bool { (500...504).contains(rawValue) }

    public static let restartMarker = ReplyCode(rawValue: 110)
    public static let serviceReadyInMinutes = ReplyCode(rawValue: 120)
    public static let dataConnectionAlreadyOpen = ReplyCode(rawValue: 125)
    public static let openingDataConnection = ReplyCode(rawValue: 150)
    public static let commandOkay = ReplyCode(rawValue: 200)
    public static let superfluous = ReplyCode(rawValue: 202)
    public static let systemStatus = ReplyCode(rawValue: 211)
    public static let directoryStatus = ReplyCode(rawValue: 212)
    public static let fileStatus = ReplyCode(rawValue: 213)
    public static let helpMessage = ReplyCode(rawValue: 214)
    public static let systemType = ReplyCode(rawValue: 215)
    public static let serviceReady = ReplyCode(rawValue: 220)
    public static let serviceClosing = ReplyCode(rawValue: 221)
    public static let dataConnectionOpen = ReplyCode(rawValue: 225)
    public static let closingDataConnection = ReplyCode(rawValue: 226)
    public static let enteringPassiveMode = ReplyCode(rawValue: 227)
    public static let enteringLongPassiveMode = ReplyCode(rawValue: 228)
    public static let enteringExtendedPassiveMode = ReplyCode(rawValue: 229)
    public static let loggedIn = ReplyCode(rawValue: 230)
    public static let loggedInBySecurityData = ReplyCode(rawValue: 232)
    public static let securityDataExchangeComplete = ReplyCode(rawValue: 234)
    public static let fileActionOkay = ReplyCode(rawValue: 250)
    public static let pathNameCreated = ReplyCode(rawValue: 257)
    public static let needPassword = ReplyCode(rawValue: 331)
    public static let needAccount = ReplyCode(rawValue: 332)
    public static let fileActionPending = ReplyCode(rawValue: 350)
    public static let serviceNotAvailable = ReplyCode(rawValue: 421)
    public static let cannotOpenDataConnection = ReplyCode(rawValue: 425)
    public static let transferAborted = ReplyCode(rawValue: 426)
    public static let fileBusy = ReplyCode(rawValue: 450)
    public static let localError = ReplyCode(rawValue: 451)
    public static let insufficientStorage = ReplyCode(rawValue: 452)
    public static let commandUnrecognized = ReplyCode(rawValue: 500)
    public static let argumentError = ReplyCode(rawValue: 501)
    public static let commandNotImplemented = ReplyCode(rawValue: 502)
    public static let badSequence = ReplyCode(rawValue: 503)
    public static let parameterNotImplemented = ReplyCode(rawValue: 504)
    /// The data connection has to be protected as PROT can (RFC 4217 §10.2); of MKD: the directory exists (BSD).
    public static let protectionRequired = ReplyCode(rawValue: 521)
    public static let networkProtocolUnsupported = ReplyCode(rawValue: 522)
    public static let notLoggedIn = ReplyCode(rawValue: 530)
    public static let needAccountForStoring = ReplyCode(rawValue: 532)
    public static let policyRequiresProtection = ReplyCode(rawValue: 534)
    public static let fileUnavailable = ReplyCode(rawValue: 550)
    public static let exceededStorage = ReplyCode(rawValue: 552)
    public static let fileNameNotAllowed = ReplyCode(rawValue: 553)
    public static let restartOffsetBeyondEnd = ReplyCode(rawValue: 554)

    /// The server does not know the verb: 500 or 502.
    public var meansUnknownCommand: Bool { self == .commandUnrecognized || self == .commandNotImplemented }

    /// The server does not know the command, or this form of it: 500, 501, 502 or 504.
    public var meansNotImplemented: Bool {
        switch self {
        case .commandUnrecognized, .argumentError, .commandNotImplemented, .parameterNotImplemented: true
        default: false
        }
    }
}

extension ReplyCode: CustomStringConvertible {
    public var description: String { String(rawValue) }
}
