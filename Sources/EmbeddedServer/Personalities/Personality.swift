import FTPProtocol

/// How a server of some kind behaves and speaks. A value: each kind is one file beside this one.
public struct Personality: Sendable {
    /// As `--personality` names it.
    public let name: String
    let wording: @Sendable (Answer) -> Reply
    let features: [String]
    let listing: ListingStyle
    /// Commands of RFC 3659 §7: MLSD and MLST.
    let hasMachineListing: Bool
    /// Whether a command line may end in LF alone.
    let acceptsBareLineFeed: Bool
    /// Whether names are sent and read as UTF-8 only after `OPTS UTF8 ON`; in Latin-1 before.
    let needsUTF8Option: Bool
    /// The options of NLST and LIST that are understood; any other argument that begins with `-` is refused.
    /// Nil: all are ignored.
    let listingOptions: Set<Character>?
    let data: DataManners
    /// RNTO may replace a file.
    let replacesOnRename: Bool
    /// What a broken upload has written stays.
    let keepsPartialUploads: Bool
    /// A file that one session reads or writes is closed to the others, as Windows does it.
    let locksOpenFiles: Bool

    /// How data connections are treated.
    struct DataManners: Sendable {
        /// 125 when the data connection stands and 150 when it does not; else it is waited for and then 150 sent.
        var announcesByState: Bool
        /// 226 goes out before the data connection is closed.
        var completesBeforeClosing: Bool
        /// A passive data connection is not accepted before the one before it has ended on both sides.
        var waitsForPrevious: Bool
        /// In active mode connects when PORT comes, not when the transfer begins.
        var dialsAtOnce: Bool
        /// Connections with a client port below 1024 are reset (425); else PORT with such a port is refused.
        var resetsLowPorts: Bool
    }

    enum ListingStyle: Sendable, Equatable {
        case unix
        case dos(fourDigitYears: Bool)
    }

    public static let all: [Personality] = [.unix, .iis, .iisFourDigitYears]

    /// Nil for a name that is not known.
    public static func named(_ name: String) -> Personality? { all.first { $0.name == name } }
}
