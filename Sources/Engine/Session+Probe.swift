public import FTPProtocol
import Transfers
import Transport

/// Trying one way at a time, to be able to say which of them work.
extension Session {
    /// Lists the login directory over a data connection that is made this way and no other.
    ///
    /// - Throws: `Failure` that says why this way does not work.
    public func probe(_ method: DataMethod) throws(Failure) {
        try connect()
        ladder.only = method
        defer { ladder.only = nil }
        do throws(Failure) {
            _ = try transfer(TransferOrder(command: .list)) { pump, socket, conditions in
                pump.receive(from: socket, conditions) { _ in }
            }
        } catch {
            if error.endsConnection { disconnect() }
            // That there is nothing to list was said over a dialogue in order.
            guard error.reply?.meansEmptyDirectory == true else { throw error }
        }
    }

    /// Where the control connection leads, as the dialogue names it; nil while there is none.
    public var peer: String? { control.map { $0.server?.description ?? "\($0.peer)" } }
    /// The ways that make sense on this connection.
    public var dataMethods: [DataMethod] {
        guard let control else { return [] }
        let passive: [DataMethod] = [.epsv, .pasv]
        if control.server != nil { return passive }
        return control.peer.unmapped.family == .ipv4 ? passive + [.port, .eprt] : passive + [.eprt]
    }
    /// Whether FEAT speaks of TLS (RFC 4217).
    public var offersTLS: Bool { features.supportsTLS }
}
