internal import FTPProtocol

/// How a server is to be spoken with, as whoever added a transfer wanted it: kept with the transfer, so that the same
/// server, named again with other options, changes nothing for what was added before.
public struct ConnectionSettings: Hashable, Sendable, Codable {
    private var dataMode: String
    private var activeAddress: String?
    private var firstActivePort: UInt16?
    private var lastActivePort: UInt16?
    private var family: UInt8?
    private var timeout: Int  // seconds
    private var network: String
    private var security: Site.Security?
    public private(set) var charset: String?

    public init(of site: Site) {
        dataMode = site.dataMode.rawValue
        activeAddress = site.activeAddress
        firstActivePort = site.activePorts?.lowerBound
        lastActivePort = site.activePorts?.upperBound
        family = site.family?.rawValue
        timeout = site.timeout
        network = site.network.stored
        charset = site.charset
        security = site.security == Site.Security() ? nil : site.security
    }

    /// Of a site about which nothing was said.
    public static let usual = ConnectionSettings(of: Site(host: ""))

    public func applied(to site: Site) -> Site {
        var result = site
        result.dataMode = DataMode(rawValue: dataMode) ?? .auto
        result.activeAddress = activeAddress
        result.activePorts = nil
        if let firstActivePort, let lastActivePort, firstActivePort <= lastActivePort {
            result.activePorts = firstActivePort...lastActivePort
        }
        result.family = family.flatMap { AddressFamily(rawValue: $0) }
        result.timeout = max(1, timeout)
        result.network = NetworkOptions(stored: network)
        result.charset = charset
        result.security = security ?? Site.Security()
        return result
    }
}
