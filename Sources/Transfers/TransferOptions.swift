/// How one transfer is to be done, and when.
///
/// What is found in a tree takes over the tree's. The queue stores them as JSON beside a few columns, so that a
/// new one needs no new table: see `init(from:)`.
public struct TransferOptions: Hashable, Sendable {
    public var onConflict: ConflictPolicy
    /// `--retries`: tries after a temporary failure.
    public var retries: Int
    /// `--append`: APPE instead of STOR.
    public var appends: Bool
    /// `--no-temp`: straight to the final name.
    public var writesInPlace: Bool
    public var priority: Priority
    /// Not begun before; seconds since 1970.
    public var notBefore: Int64?
    /// `--segments`: most connections for one large file.
    public var segments: Int
    /// Which files of a tree take part; nil: all.
    public var filter: FileFilter?
    /// The tree's destination is to become equal to its source.
    public var mirror: MirrorOptions?
    /// How to speak with the server; nil: as usual. The queue fills it in with what is known of the site then.
    public var connection: ConnectionSettings?
    /// Of a copy between two servers: where it comes from.
    public var origin: Origin?
    /// `--type`.
    public var type = TypeChoice.image
    /// `--verify`.
    public var verification = Verification.size
    /// `--before`: command lines, sent on the connection that carries the transfer, before it.
    public var before: [String] = []
    /// `--after`: the same once it is done.
    public var after: [String] = []

    public init(
        onConflict: ConflictPolicy = .ask, retries: Int = 5, appends: Bool = false,
        writesInPlace: Bool = false, priority: Priority = .normal, notBefore: Int64? = nil, segments: Int = 1,
        filter: FileFilter? = nil, mirror: MirrorOptions? = nil, connection: ConnectionSettings? = nil
    ) {
        self.onConflict = onConflict
        self.retries = retries
        self.appends = appends
        self.writesInPlace = writesInPlace
        self.priority = priority
        self.notBefore = notBefore
        self.segments = segments
        self.filter = filter
        self.mirror = mirror
        self.connection = connection
    }
}

extension TransferOptions: Codable {
    /// What an older version did not write has its usual value.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        func value<Value: Decodable>(_ key: CodingKeys, _ usual: Value) throws -> Value {
            try container.decodeIfPresent(Value.self, forKey: key) ?? usual
        }
        self.init(
            onConflict: try value(.onConflict, .ask), retries: try value(.retries, 5),
            appends: try value(.appends, false), writesInPlace: try value(.writesInPlace, false),
            priority: try value(.priority, .normal),
            notBefore: try container.decodeIfPresent(Int64.self, forKey: .notBefore),
            segments: try value(.segments, 1),
            filter: try container.decodeIfPresent(FileFilter.self, forKey: .filter),
            mirror: try container.decodeIfPresent(MirrorOptions.self, forKey: .mirror),
            connection: try container.decodeIfPresent(ConnectionSettings.self, forKey: .connection))
        origin = try container.decodeIfPresent(Origin.self, forKey: .origin)
        type = try value(.type, .image)
        verification = try value(.verification, .size)
        before = try value(.before, [])
        after = try value(.after, [])
    }
}

/// What goes first among what waits; positions order those of one priority.
public enum Priority: String, CaseIterable, Hashable, Sendable, Codable {
    case highest, high, normal, low, lowest

    /// 0 goes first.
    public var rank: Int {
        switch self {
        case .highest: 0
        case .high: 1
        case .normal: 2
        case .low: 3
        case .lowest: 4
        }
    }
}

/// What to do when the destination exists. Nothing is ever overwritten without one of these saying so.
public enum ConflictPolicy: String, CaseIterable, Hashable, Sendable, Codable {
    case ask, skip, overwrite
    /// Overwrite when the source is newer, else skip.
    case newer
    /// Overwrite when the sizes differ, else skip.
    case size
    /// Overwrite when the source is newer or the sizes differ, else skip.
    case newerOrSize = "newer-or-size"
    /// Go on from the destination's end when it is shorter than the source, else skip.
    case resume
    /// Keep both: `name (1)`.
    case rename

    /// Sizes or times decide, or are shown to whoever decides.
    public var comparesFiles: Bool {
        switch self {
        case .skip, .overwrite, .rename: false
        case .ask, .newer, .size, .newerOrSize, .resume: true
        }
    }
}

/// What is compared after a transfer.
public enum Verification: String, CaseIterable, Hashable, Sendable, Codable {
    case none, size
    /// What the server computes of the file, beside what is computed here; the size where the server computes nothing.
    case hash
}

/// What tells the files of two trees apart that have the same name and size.
public enum MirrorComparison: String, CaseIterable, Hashable, Sendable, Codable {
    /// Nothing more.
    case size
    /// The source is newer.
    case time
    /// Other check sums, as the server computes them (HASH, XCRC and their kin) and this machine does.
    case hash
}

/// How a destination is made equal to its source.
public struct MirrorOptions: Hashable, Sendable, Codable {
    /// `--delete`: what the source does not have is deleted at the destination.
    public var deletes: Bool
    /// `--max-delete`: when more would have to be deleted, nothing is.
    public var mostDeletions: Int?
    /// `--delete-from-empty`: also when the source is empty, which more often is a mistake than a wish.
    public var deletesFromEmpty: Bool
    /// `--compare`.
    public var comparison: MirrorComparison

    public init(
        deletes: Bool = false, mostDeletions: Int? = nil, deletesFromEmpty: Bool = false,
        comparison: MirrorComparison = .time
    ) {
        self.deletes = deletes
        self.mostDeletions = mostDeletions
        self.deletesFromEmpty = deletesFromEmpty
        self.comparison = comparison
    }

    /// What an older version did not write has its usual value.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            deletes: try container.decode(Bool.self, forKey: .deletes),
            mostDeletions: try container.decodeIfPresent(Int.self, forKey: .mostDeletions),
            deletesFromEmpty: try container.decode(Bool.self, forKey: .deletesFromEmpty),
            comparison: try container.decodeIfPresent(MirrorComparison.self, forKey: .comparison) ?? .time)
    }
}
