import FTPProtocol
import Transport

extension Fault {
    /// What goes wrong on the way to a data connection.
    static let dataConnections = Area(
        title: "Getting a data connection",
        forms: [
            FaultForm("pasv-refused", "500 to PASV", .passiveRefused),
            FaultForm("epsv-refused", "500 to EPSV", .extendedPassiveRefused),
            FaultForm("active-refused", "500 to PORT and EPRT", .activeRefused),
            FaultForm(
                "pasv-redirect", "[:ADDRESS]", "227 names another host (192.0.2.1)",
                also: ["pasv-foreign-address"], read: redirect),
            FaultForm("pasv-private-ip", "227 names 10.11.12.13", .passivePrivateAddress),
            FaultForm("epsv-redirect", "229 names another host", .extendedPassiveForeignAddress),
            FaultForm("low-port", "227 and 229 name port 25", also: ["low-pasv-port"], .lowPassivePort),
            FaultForm("low-port-reset", "resets data connections from ports below 1024", .resetsLowPorts),
            FaultForm("pasv-odd", "[:N]", "words 227 oddly; N from 0 to \(oddPassiveForms.count - 1)") {
                FaultForm.number($0, or: 0).flatMap {
                    oddPassiveForms.indices.contains($0) ? .oddPassive($0) : nil
                }
            },
            FaultForm("pasv-garbage", "227 without an address that could be", .garbagePassive),
            FaultForm("epsv-dead-port", "229 names a port at which nobody listens", .deadExtendedPort),
            FaultForm("data-refused", "227 and 229 name a port at which nobody listens", .dataRefused),
            FaultForm(
                "data-no-accept", "never takes the data connection, and says 425 in the end", .dataNotAccepted
            ),
            FaultForm("first-data-reset", "resets the first data connection", .firstDataReset),
            FaultForm(
                "active-hijack", "127.0.0.2 calls where PORT said before the server does", .hijackedActive),
            FaultForm(
                "pasv-delayed-until-close",
                "takes a passive data connection only when the one before has ended",
                .waitsForPrevious),
            FaultForm("125-instead-of-150", "always says 125", .openAlways),
        ])

    private static func redirect(_ value: String?) -> Fault? {
        guard let value else { return .passiveForeignAddress }
        guard let address = Address(numeric: value, port: 0), address.family == .ipv4 else { return nil }
        return .passiveAddress(address.octets)
    }

    /// `#` stands for the six numbers.
    static let oddPassiveForms = [
        "227 Entering Passive Mode #", "227 =#", "227 Passive mode OK (#", "227 Passiv-Modus: #.",
        "227 at your service [#] thanks", "227-Entering\r\n227 Passive Mode (#)",
        "227 Using 127 ways, use PORT #", "227 Entering Passive Mode.  (#).",
    ]
}

extension ServerSession {
    /// The answer to PASV.
    mutating func tellPassive(_ host: [UInt8], _ port: UInt16) throws(TransportError) {
        if has(.dataRefused) { data.forget() }
        if has(.garbagePassive) {
            return try send(Array("227 Entering Passive Mode (999,1,-1,70000,%s).\r\n".utf8))
        }
        var shown = fault { if case .passiveAddress(let octets) = $0 { octets } else { nil } } ?? host
        if has(.passiveForeignAddress) { shown = [192, 0, 2, 1] }
        if has(.passivePrivateAddress) { shown = [10, 11, 12, 13] }
        let shownPort = has(.lowPassivePort) ? 25 : port
        if let form = fault({ if case .oddPassive(let form) = $0 { form } else { nil } }) {
            let numbers = shown.map(String.init) + ["\(shownPort / 256)", "\(shownPort % 256)"]
            let text = Fault.oddPassiveForms[form].split(separator: "#", omittingEmptySubsequences: false)
            return try send(
                Array(text.joined(separator: numbers.joined(separator: ",")).utf8) + [0x0D, 0x0A])
        }
        try reply(.passive(shown, shownPort))
    }

    /// The answer to EPSV.
    mutating func tellExtendedPassive(_ port: UInt16) throws(TransportError) {
        if has(.dataRefused) || has(.deadExtendedPort) { data.forget() }
        if has(.extendedPassiveForeignAddress) {
            return try send(Reply(229, "Entering Extended Passive Mode (|1|192.0.2.1|\(port)|)"))
        }
        try reply(.extendedPassive(has(.lowPassivePort) ? 25 : port))
    }

    /// Another machine calls where the client listens, and brings data of its own.
    mutating func hijack(_ target: Address) {
        guard has(.hijackedActive), target.family == .ipv4 else { return }
        let thief = Address(ipv4: [127, 0, 0, 2], port: 0)
        guard
            let socket = try? Socket.connect(
                to: target, from: thief, until: .after(.seconds(1)), cancellation: cancellation)
        else { return }
        try? socket.write(Array("stolen\r\n".utf8), until: .after(.seconds(1)), cancellation: cancellation)
        stranger = consume socket
    }
}

extension Personality.DataManners {
    /// With what the faults make of them.
    func spoilt(by state: ServerState) -> Self {
        var manners = self
        if state.has(.waitsForPrevious) { manners.waitsForPrevious = true }
        if state.has(.resetsLowPorts) { manners.resetsLowPorts = true }
        if state.has(.openAlways) { manners.announcement = .alwaysOpen }
        return manners
    }
}
