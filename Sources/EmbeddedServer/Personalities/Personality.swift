import FTPProtocol

/// How a server of some kind behaves and speaks. A value: each kind is one file beside this one.
public struct Personality: Sendable {
    /// As `--personality` names it.
    public let name: String
    /// In half a line: for the help and docs/server.md.
    public let summary: String
    let wording: @Sendable (Answer) -> Reply
    let features: [String]
    /// Answered with 500 whatever this server could do.
    var unknownCommands: Set<String> = []
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
    /// `SITE DIRSTYLE` changes between the two forms of LIST.
    var changesDirectoryStyle = false
    /// SIZE is answered in TYPE A too.
    var sizesInASCII = true
    /// Whether LIST and NLST take `-a` for an option; else it is the name of a file.
    var takesListingOptions = true

    /// How data connections are treated.
    struct DataManners: Sendable {
        var announcement: Announcement
        /// 226 goes out before the data connection is closed.
        var completesBeforeClosing: Bool
        /// A passive data connection is not accepted before the one before it has ended on both sides.
        var waitsForPrevious: Bool
        /// In active mode connects when PORT comes, not when the transfer begins.
        var dialsAtOnce: Bool
        /// Connections with a client port below 1024 are reset (425); else PORT with such a port is refused.
        var resetsLowPorts: Bool
    }

    /// The preliminary reply, and when it is sent.
    enum Announcement: Sendable {
        /// 150, when the data connection stands.
        case afterConnecting
        /// 125 when the data connection stands, 150 when it does not.
        case byState
        /// 125 in passive mode, 150 in active mode.
        case byMode
        /// 125, when the data connection stands.
        case alwaysOpen
    }

    enum ListingStyle: Sendable, Equatable {
        case unix
        case dos(fourDigitYears: Bool)
        case numeric, eplf
    }

    public static let all: [Personality] = [
        .unix, .vsftpd, .fileZilla, .iis, .iisFourDigitYears, .iis6, .withoutFeatures,
    ]

    /// Nil for a name that is not known.
    public static func named(_ name: String) -> Personality? { all.first { $0.name == name } }
}
