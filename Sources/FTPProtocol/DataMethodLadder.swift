/// Which ways to a data connection to try, best first, and what the session learned about them.
///
/// | control connection | order |
/// | --- | --- |
/// | IPv4 | EPSV, PASV, then PORT, EPRT; PASV first where FEAT is known to lack EPSV |
/// | IPv4, encrypted | the same, EPSV first always: no firewall can mend a PASV reply it cannot read |
/// | IPv6 | EPSV, PASV, then EPRT: PORT cannot name the address |
///
/// The site may say that EPSV comes first, or not at all. What worked in an earlier session is tried first.
/// `.passive` and `.active` stay within their own; `.auto` has both. EPSV ALL is never sent, so that
/// the other ways stay open (RFC 2428 §4).
public struct DataMethodLadder: Hashable, Sendable {
    /// What the user wishes. May change at any time and holds from the next data connection on.
    public var mode: DataMode {
        didSet {
            // Who changes the mode wants it tried, from the top: the network may have changed as well.
            guard mode != oldValue else { return }
            failed = []
            proven = nil
        }
    }
    public let family: AddressFamily
    /// This one and no other, whatever is known of it: to see whether it works.
    public var only: DataMethod?
    public var isEncrypted: Bool
    /// Whether the server could reach the address we would name: false when ours is private and the
    /// server's is not. Behind a router that rewrites PORT it works all the same, unless encrypted.
    public var isReachable: Bool
    public var features: Features
    /// Whether the server can call us at all: not through a proxy.
    public var allowsActive = true
    /// Whether EPSV is wanted first (true), not at all (false), or as the table says.
    public var wantsExtendedPassive: Bool?

    private var refused: Set<DataMethod> = []
    /// In the order of failing: who failed last is tried last.
    private var failed: [DataMethod] = []
    private var proven: DataMethod?

    public init(
        mode: DataMode, family: AddressFamily, isEncrypted: Bool = false, isReachable: Bool = true,
        features: Features = Features(), wantsExtendedPassive: Bool? = nil, proven: DataMethod? = nil
    ) {
        self.mode = mode
        self.family = family
        self.isEncrypted = isEncrypted
        self.isReachable = isReachable
        self.features = features
        self.wantsExtendedPassive = wantsExtendedPassive
        self.proven = proven
    }

    /// What is tried first when nothing is known.
    public var usual: DataMethod? { candidates.first }

    /// To be tried in this order for one data connection. Empty when the server refuses all that `mode` allows.
    public var methods: [DataMethod] {
        if let only { return [only] }
        var order = candidates.filter { !refused.contains($0) && !features.isDisabled($0.rawValue) }
        for method in failed where order.contains(method) {
            order.removeAll { $0 == method }
            order.append(method)
        }
        if let proven, order.contains(proven) {
            order.removeAll { $0 == proven }
            order.insert(proven, at: 0)
        }
        return order
    }

    private var candidates: [DataMethod] {
        switch mode {
        case .passive: passive
        case .active: allowsActive ? active : []
        case .auto: allowsActive && (isReachable || !isEncrypted) ? passive + active : passive
        }
    }

    private var passive: [DataMethod] {
        if let wantsExtendedPassive { return wantsExtendedPassive ? [.epsv, .pasv] : [.pasv] }
        let lacksExtended = features.isKnown && !features.supportsExtendedPassive
        return family == .ipv4 && !isEncrypted && lacksExtended ? [.pasv, .epsv] : [.epsv, .pasv]
    }

    private var active: [DataMethod] { family == .ipv4 ? [.port, .eprt] : [.eprt] }

    /// The server answered the method's command with this. 5yz strikes it out for the session;
    /// 4yz (425, 421) may be another matter tomorrow.
    public mutating func noteRefusal(of method: DataMethod, _ reply: Reply) {
        // 530 is about the login that was lost.
        guard reply.code != .notLoggedIn else { return }
        if reply.code.kind == .permanentNegative { refused.insert(method) } else { noteFailure(of: method) }
        if proven == method { proven = nil }
    }

    /// The method's command got no answer, though others do: something on the way swallows it. For the session.
    public mutating func noteSilence(of method: DataMethod) {
        refused.insert(method)
        if proven == method { proven = nil }
    }

    /// The command was accepted, but no data connection came of it: tried last from now on.
    public mutating func noteFailure(of method: DataMethod) {
        failed.removeAll { $0 == method }
        failed.append(method)
        if proven == method { proven = nil }
    }

    /// A data connection stands: this way is tried first from now on.
    public mutating func noteSuccess(of method: DataMethod) {
        failed.removeAll { $0 == method }
        proven = method
    }
}
