public import FTPProtocol

// What a screen and another process that has the queue say to each other: one value a line, as JSON, over a socket
// that only this user can open. What must not be lost goes through the journal instead: see `LeftRequest`.

/// What a screen says to the process that has the queue.
public enum ScreenMessage: Sendable, Codable {
    /// Which rows its snapshots should hold.
    case show(firstRow: Int, count: Int)
    case ask(LeftRequest)
    case setConnections(Int)
    case login(Login)
    case password(Site.ID, String)
    case setDataMode(DataMode, Site.ID)
    /// The user trusts this certificate for as long as the program runs.
    case trust(TrustedCertificate)
    /// Stop what runs, keep the queue, and end. A process with a screen of its own does not.
    case end

    /// A server with the secrets that belong to it and are never written down.
    public struct Login: Sendable, Codable {
        private var site: QueueDocument.ExportedSite
        private var account: String?
        private var proxyPassword: String?

        public init(_ site: Site) {
            self.site = QueueDocument.ExportedSite(site, number: 0)
            account = site.account
            proxyPassword = site.network.proxy?.password?.value
        }

        /// Nil for what is no server's address.
        public var value: Site? {
            guard var site = site.value else { return nil }
            site.account = account
            site.network.proxy?.password = proxyPassword.map { Secret($0) }
            return site
        }
    }
}

/// What the process that has the queue says to a screen.
public enum WorkerMessage: Sendable, Codable {
    /// The first one.
    case hello(Hello)
    case snapshot(QueueSnapshot)
    case dialogue(Line)
    case ended(Transfer)
    case needsPassword(ScreenMessage.Login)
    case diskHeld(String)
    case notice(String)

    public struct Hello: Sendable, Codable {
        /// A screen of another version is told so, and shows nothing it might misread.
        public static let version = 1

        public var version = Self.version
        public var process: Int32
        public var kind: QueueHolder.Kind
        /// So far, in the background; nil of any other.
        public var report: BackgroundReport?

        public init(process: Int32, kind: QueueHolder.Kind, report: BackgroundReport? = nil) {
            self.process = process
            self.kind = kind
            self.report = report
        }
    }

    /// A line of the dialogue, its text made harmless where its charset is known.
    public struct Line: Sendable, Codable {
        private var connection: ConnectionName
        private var direction: DialogueLine.Direction
        private var text: String
        private var time: Int64
        private var duration: Int64?
        private var remark: String?

        public init(_ line: DialogueLine) {
            connection = line.connection
            direction = line.direction
            text = line.text
            time = line.time
            duration = line.duration
            remark = line.remark
        }

        public var value: DialogueLine {
            DialogueLine(
                connection: connection, direction: direction, bytes: Array(text.utf8), time: time,
                duration: duration, remark: remark)
        }
    }
}

/// The process that has the queue, when it is not this one.
public struct QueueHolder: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable, Codable {
        /// Started when a screen was left; ends when nothing is left to do and nobody looks.
        case background
        /// `portside queue run`, in somebody's shell.
        case command
        /// Another terminal interface.
        case screen
    }

    public var process: Int32?
    /// Nil while it has not answered.
    public var kind: Kind?

    public init(process: Int32?, kind: Kind?) {
        self.process = process
        self.kind = kind
    }
}

/// What became of transfers while nobody looked.
public struct BackgroundReport: Hashable, Sendable, Codable {
    public var done = 0
    public var skipped = 0
    public var failed = 0

    public init() {}

    public mutating func count(_ transfer: Transfer) {
        switch transfer.state {
        case .done: done += 1
        case .skipped: skipped += 1
        case .failed: failed += 1
        default: break
        }
    }

    /// `3 done, 1 failed`; nil when nothing ended.
    public var text: String? {
        let parts = [(done, "done"), (skipped, "skipped"), (failed, "failed")].filter { $0.0 > 0 }
        return parts.isEmpty ? nil : parts.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
    }
}

extension LeftRequest {
    /// Nil for what is not left for another process: transfers go there by themselves, and some things are told it
    /// only while it listens.
    public init?(_ request: QueueRequest) {
        switch request {
        case .add, .setConnections, .show, .password: return nil
        case .pause(let ids): self = .pause(ids)
        case .resume(let ids): self = .resume(ids)
        case .cancel(let ids): self = .cancel(ids)
        case .retry(let ids): self = .retry(ids)
        case .move(let id, let places): self = .move([id], .by(places))
        case .place(let ids, let place): self = .move(ids, place)
        case .setPriority(let ids, let priority): self = .setPriority(ids, priority)
        case .answer(let ids, let policy): self = .answer(ids, policy)
        case .decide(let policy, let scope, let direction): self = .decide(policy, scope, direction)
        case .pauseAll: self = .pauseAll
        case .resumeAll: self = .resumeAll
        case .pauseSite(let site): self = .pauseSite(site)
        case .resumeSite(let site): self = .resumeSite(site)
        case .setSiteRate(let site, let rate): self = .setSiteRate(site, bytesPerSecond: rate)
        case .setRate(let rate): self = .setRate(bytesPerSecond: rate)
        case .addRateWindow(let window): self = .addRateWindow(window)
        case .clearRateWindows: self = .clearRateWindows
        case .retryFailed: self = .retryFailed
        case .forgetDone: self = .forgetDone
        case .forgetFailed: self = .forgetFailed
        }
    }

    /// What the queue is asked for by it; nil for what comes with transfers, or from a helper.
    public var queueRequest: QueueRequest? { request }
}
