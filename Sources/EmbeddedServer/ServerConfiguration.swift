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

    /// Where to listen; every address gets the port of the first. Port 0 takes any that is free.
    public var addresses: [Address]
    public var personality: Personality
    public var accounts: Accounts
    /// Whether uploads, deletions and all other changes are refused.
    public var isReadOnly: Bool
    public var faults: Set<Fault>
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
        isReadOnly: Bool = false, faults: Set<Fault> = [], idlePatience: Duration = .seconds(300),
        dataPatience: Duration = .seconds(30), listingOffset: Int64 = 0,
        dialogue: (@Sendable (Int, DialogueLine.Direction, [UInt8]) -> Void)? = nil
    ) {
        self.addresses = addresses
        self.personality = personality
        self.accounts = accounts
        self.isReadOnly = isReadOnly
        self.faults = faults
        self.idlePatience = idlePatience
        self.dataPatience = dataPatience
        self.listingOffset = listingOffset
        self.dialogue = dialogue
    }
}
