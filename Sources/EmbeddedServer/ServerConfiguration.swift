public import FTPProtocol
public import Transport

/// What an `EmbeddedServer` is started with.
public struct ServerConfiguration: Sendable {
    public enum Accounts: Sendable {
        /// Any name with any password, `anonymous` too.
        case anyone
        /// These names with these passwords; an empty password is never asked for.
        case only([String: String])
    }

    public enum EncryptionKind: String, Sendable, CaseIterable {
        /// AUTH TLS is taken (RFC 4217).
        case explicit
        /// TLS from the first byte.
        case implicit
        /// AUTH TLS is taken, and nobody let in without it.
        case required = "require"
    }

    public struct Encryption: Sendable {
        public var kind: EncryptionKind
        /// Nil for a certificate made for this run, for localhost, signed by itself.
        public var identity: TLSIdentity?

        public init(_ kind: EncryptionKind, identity: TLSIdentity? = nil) {
            self.kind = kind
            self.identity = identity
        }
    }

    /// Where to listen; every address gets the port of the first. Port 0 takes any that is free.
    public var addresses: [Address]
    public var personality: Personality
    public var accounts: Accounts
    /// Whether uploads, deletions and all other changes are refused.
    public var isReadOnly: Bool
    public var faults: Set<Fault>
    /// Nil for a server without TLS.
    public var encryption: Encryption?
    /// The longest silence of a client between two commands; 421 after it.
    public var idlePatience: Duration
    /// The longest wait for a data connection, and for the next byte on it.
    public var dataPatience: Duration
    /// How far local time, which LIST shows, is ahead of UTC, in seconds.
    public var listingOffset: Int64
    /// Called on the queue of a session with each command and each line of a reply; passwords are hidden.
    /// The number is the session's.
    public var dialogue: (@Sendable (Int, DialogueLine.Direction, [UInt8]) -> Void)?

    public init(
        addresses: [Address] = [.loopback()], personality: Personality = .unix, accounts: Accounts = .anyone,
        isReadOnly: Bool = false, faults: Set<Fault> = [], encryption: Encryption? = nil,
        idlePatience: Duration = .seconds(300),
        dataPatience: Duration = .seconds(30), listingOffset: Int64 = 0,
        dialogue: (@Sendable (Int, DialogueLine.Direction, [UInt8]) -> Void)? = nil
    ) {
        self.addresses = addresses
        self.personality = personality
        self.accounts = accounts
        self.isReadOnly = isReadOnly
        self.faults = faults
        self.encryption = encryption
        self.idlePatience = idlePatience
        self.dataPatience = dataPatience
        self.listingOffset = listingOffset
        self.dialogue = dialogue
    }
}
