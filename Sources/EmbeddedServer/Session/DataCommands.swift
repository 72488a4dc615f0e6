import FTPProtocol
import Transport

/// PASV, PORT (RFC 959 §4.1.2), EPSV, EPRT (RFC 2428).
extension ServerSession {
    mutating func enterPassive() throws(TransportError) {
        guard !isExtendedPassiveOnly else { return try reply(.afterExtendedPassiveOnly) }
        let local = control.local.unmapped
        guard !has(.passiveRefused), local.family == .ipv4 else {
            return try reply(.passiveRefused)
        }
        guard let port = try? data.listen(cancellation) else { return try reply(.cannotOpenData) }
        try tellPassive(local.octets, port)
    }

    mutating func enterExtendedPassive(_ argument: [UInt8]) throws(TransportError) {
        guard !has(.extendedPassiveRefused) else { return try reply(.unknownCommand) }
        switch String(decoding: argument, as: UTF8.self).uppercased() {
        case "ALL":
            isExtendedPassiveOnly = true
            return try reply(.extendedPassiveOnly)
        case "": break
        case "1" where control.local.unmapped.family == .ipv4: break
        case "2" where control.local.unmapped.family == .ipv6: break
        default: return try reply(.unknownFamily)
        }
        guard let port = try? data.listen(cancellation) else { return try reply(.cannotOpenData) }
        try tellExtendedPassive(port)
    }

    mutating func takePort(_ argument: [UInt8]) throws(TransportError) {
        guard !isExtendedPassiveOnly else { return try reply(.afterExtendedPassiveOnly) }
        guard let (host, port) = ActiveEndpoint.parsePort(argument) else { return try reply(.illegalPort) }
        let octets = host.octets
        try aim(
            at: Address(ipv4: [octets.first, octets.second, octets.third, octets.fourth], port: port), .port)
    }

    mutating func takeExtendedPort(_ argument: [UInt8]) throws(TransportError) {
        guard !isExtendedPassiveOnly else { return try reply(.afterExtendedPassiveOnly) }
        guard let (family, host, port) = ActiveEndpoint.parseExtendedPort(argument) else {
            return try reply(.illegalPort)
        }
        guard family != nil else { return try reply(.unknownFamily) }
        guard let address = Address(numeric: host, port: port) else { return try reply(.illegalPort) }
        try aim(at: address, .extendedPort)
    }

    private mutating func aim(at address: Address, _ answer: Answer) throws(TransportError) {
        guard !has(.activeRefused) else { return try reply(.activeRefused) }
        // Never towards anybody but the client itself: RFC 2577 §3, the bounce attack.
        guard address.hasSameHost(as: control.peer) else { return try reply(.foreignPort) }
        guard address.port >= DataPort.lowest || data.manners.resetsLowPorts else {
            return try reply(.illegalPort)
        }
        // The peer's own address, with the scope that a link-local one needs.
        hijack(control.peer.with(port: address.port))
        data.aim(at: control.peer.with(port: address.port))
        try reply(answer)
    }
}
