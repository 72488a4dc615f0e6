/// Which address to dial for a passive data connection, and why (RFC 2577 §3; CVE-2007-1562 and its kin).
///
/// The peer of the control connection is known to be the server; an address in a reply is
/// only a claim. So the peer it is, unless the claim says the same, or the user trusts it.
public struct DialChoice: Hashable, Sendable {
    /// Numbers, as the caller gave the peer or as the reply had it.
    public let address: String
    public let reason: Reason
    /// To be dialled when nobody answers at `address`. Only where the reply is trusted: else a server could aim us at
    /// any machine by leaving its own port closed.
    public let alternative: String?

    public enum Reason: Hashable, Sendable {
        /// EPSV names no address, or the reply named the peer.
        case peer
        /// Nobody can be dialled at what the reply says (0.0.0.0, loopback from afar, link-local, multicast).
        case unusable(IPv4Address)
        /// The reply names an address inside a private network, the server is outside it.
        case privateAddress(IPv4Address)
        /// The reply names another machine, which is not done unasked.
        case otherMachine(IPv4Address)
        /// The reply names another machine, and the site says to believe it.
        case trusted(IPv4Address)
    }

    /// - Parameters:
    ///   - offered: what `PassiveEndpoint` found in the reply; nil for EPSV.
    ///   - peer: the address of the control connection's other end, in numbers.
    ///   - isTrusted: the site's setting for servers with several addresses; never on by itself.
    public init(offered: IPv4Address?, peer: String, isTrusted: Bool = false) {
        let peerAddress = offered == nil ? nil : IPv4Address(peer)
        guard let offered, offered != peerAddress else {
            address = peer
            reason = .peer
            alternative = nil
            return
        }
        let peerIsLoopback = peerAddress?.isLoopback ?? (peer == "::1")
        if offered.isUnusable || (offered.isLoopback && !peerIsLoopback) {
            reason = .unusable(offered)
        } else if offered.isPrivate, !Self.isInside(peer, peerAddress) {
            reason = .privateAddress(offered)
        } else if isTrusted, peerAddress != nil {
            reason = .trusted(offered)
        } else {
            reason = .otherMachine(offered)
        }
        switch reason {
        case .trusted: (address, alternative) = (offered.description, peer)
        case .privateAddress where isTrusted && peerAddress != nil:
            (address, alternative) = (peer, offered.description)
        default: (address, alternative) = (peer, nil)
        }
    }

    /// Whether the peer is in somebody's own network: there private addresses make sense.
    private static func isInside(_ peer: String, _ address: IPv4Address?) -> Bool {
        if let address { return address.isPrivate || address.isLoopback }
        // Unique local and link-local addresses (RFC 4193 §3, RFC 4291 §2.5.6).
        let start = peer.lowercased()
        return start == "::1" || start.hasPrefix("fc") || start.hasPrefix("fd") || start.hasPrefix("fe8")
    }

    /// A line for the log; nil where there is nothing to say.
    public var note: String? {
        switch reason {
        case .peer: nil
        case .unusable(let offered):
            "the server sent the address \(offered), which cannot be dialled; using \(address)"
        case .privateAddress(let offered): "the server sent the private address \(offered); using \(address)"
        case .otherMachine(let offered):
            "the server sent the address \(offered) of another machine; using \(address)"
        case .trusted: "using the address \(address) that the server sent, as this site is set to"
        }
    }
}
