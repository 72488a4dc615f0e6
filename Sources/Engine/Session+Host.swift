import FTPProtocol
import Transfers

/// What is said before a login or a transfer only where the user or the server wants it: HOST and ALLO.
extension Session {
    /// The name that the server's certificate has to be for: that of the host that is asked for, if one is (RFC 7151 §3.2).
    var tlsName: String { site.network.virtualHost ?? site.host }

    /// HOST (RFC 7151), for a server with several hosts behind one address: before AUTH and USER.
    func nameHost() throws(Failure) {
        guard let host = site.network.virtualHost else { return }
        let command = Command("HOST", host.contains(":") && !host.hasPrefix("[") ? "[\(host)]" : host)
        let reply = try ask(command)
        if reply.code.kind == .completion { return }
        guard !reply.code.meansUnknownCommand else {
            return warn("HOST is not known here; going on with the only host there is")
        }
        throw Failure(
            reply.code.kind == .transientNegative ? .temporary : .loginRefused,
            "HOST \(visible(host)): the server answered “\(reply.summary)”; \(Advice.virtualHost.rawValue)",
            isTemporary: reply.code.kind == .transientNegative, endsConnection: true, reply: reply)
    }

    /// ALLO (RFC 959 §4.1.3), for servers that give a file its room before it comes, or say now that there is none.
    ///
    /// - Throws: when there is no room.
    func allocate(_ bytes: Int64) throws(Failure) {
        guard site.network.allocates || features.has("ALLO"), features.mayTry("ALLO"), bytes > 0 else {
            return
        }
        let command = Command("ALLO", String(bytes))
        let reply = try ask(command)
        switch reply.code {
        case _ where reply.code.kind == .completion: return
        case .insufficientStorage, .exceededStorage: throw Failure(.refused(command, reply))
        default: features.disable("ALLO")
        }
    }
}
