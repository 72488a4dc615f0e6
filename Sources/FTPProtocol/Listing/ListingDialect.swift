/// The forms of LIST that are understood, one file each, in the order they are tried: from those that are
/// hardest to mistake to those that have little to be recognised by.
enum ListingDialect: CaseIterable {
    case unix, dos, numericUnix, netWare, enterprise, eplf, vms, mvs, vm, as400, nonStop, os9
    case sizeFirst, nameFirst, descriptive
}

/// What a dialect made of one line.
enum LineResult {
    /// An entry was appended.
    case entry
    /// Understood, but nothing to show: `.` and `..`, headings, a name whose facts are on the next line.
    case nothing
    /// Not of this dialect.
    case unknown
}

/// One parser of each dialect, with what it has to remember of the lines before.
///
/// Servers differ in more than their names say, and one listing may hold two forms, so each line
/// goes to the dialect that understood the line before, then to the others.
struct ListingDialects: Sendable {
    private var current = ListingDialect.unix
    private var unix: UnixListParser
    private let netWare: NetWareListParser
    private let enterprise: EnterpriseListParser
    private var vms = VMSListParser()
    private var mvs: MVSListParser
    private var as400 = AS400ListParser()
    private var descriptive = DescriptiveListParser()

    init(now: CivilDate?, system: ServerSystem?) {
        unix = UnixListParser(now: now)
        netWare = NetWareListParser(now: now)
        enterprise = EnterpriseListParser(now: now)
        mvs = MVSListParser(isMVS: system == .mvs)
    }

    mutating func parse(_ line: Span<UInt8>, into entries: inout [ListingEntry]) -> LineResult {
        let result = parse(line, as: current, into: &entries)
        if result != .unknown { return result }
        for other in ListingDialect.allCases where other != current {
            let result = parse(line, as: other, into: &entries)
            if result != .unknown {
                current = other
                return result
            }
        }
        return .unknown
    }

    /// No line follows: what waited for one is an entry as it is.
    mutating func finish(into entries: inout [ListingEntry]) {
        vms.flush(into: &entries)
    }

    private mutating func parse(
        _ line: Span<UInt8>, as dialect: ListingDialect, into entries: inout [ListingEntry]
    ) -> LineResult {
        switch dialect {
        case .unix: unix.parse(line, into: &entries)
        case .dos: DOSListParser.parse(line, into: &entries)
        case .numericUnix: NumericUnixListParser.parse(line, into: &entries)
        case .netWare: netWare.parse(line, into: &entries)
        case .enterprise: enterprise.parse(line, into: &entries)
        case .eplf: EPLFListParser.parse(line, into: &entries)
        case .vms: vms.parse(line, into: &entries)
        case .mvs: mvs.parse(line, into: &entries)
        case .vm: VMListParser.parse(line, into: &entries)
        case .as400: as400.parse(line, into: &entries)
        case .nonStop: NonStopListParser.parse(line, into: &entries)
        case .os9: OS9ListParser.parse(line, into: &entries)
        case .sizeFirst: SizeFirstListParser.parse(line, into: &entries)
        case .nameFirst: NameFirstListParser.parse(line, into: &entries)
        case .descriptive: descriptive.parse(line, into: &entries)
        }
    }
}
