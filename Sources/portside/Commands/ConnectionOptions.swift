public import ArgumentParser
import Engine
import FTPProtocol
import Transfers
import Transport

/// The options every connecting command takes.
struct ConnectionOptions: ParsableArguments {
    @Option(help: "How data connections are made: auto, passive or active.")
    var mode: DataMode = .auto
    @Option(help: "The address or host name that PORT and EPRT offer to servers out in the world.")
    var activeAddress: String?
    @Option(help: "Where to listen in active mode: LOW-HIGH, from 1024 up.")
    var activePorts: String?
    @Option(help: "EPSV: auto, on (first) or off.")
    var epsv: NetworkOptions.ExtendedPassive = .auto
    @Flag(help: "Dial the address that the reply to PASV names, though it is not the server's.")
    var trustPasv = false
    @Option(
        help: ArgumentHelp(
            "Keep idle logins with a command every so many seconds; 0 lets them end.", valueName: "seconds"))
    var keepAlive = 0
    @Option(
        help: ArgumentHelp(
            "Connect through a proxy: socks5, socks5h, http, ftp, ftp-site or ftp-open://[USER[:PASSWORD]@]HOST[:PORT].",
            valueName: "url"))
    var proxy: String?
    @Flag(help: "Compress files and listings on the way (MODE Z), where the server can.")
    var compress = false
    @Flag(help: "Tell the server the size of an upload before it comes (ALLO).")
    var allo = false
    @Option(
        help: ArgumentHelp(
            "Which of several hosts behind one address is meant (HOST, before the login).", valueName: "name")
    )
    var virtualHost: String?
    @OptionGroup var security: SecurityOptions
    @Option(help: "User name; without one, anonymous.")
    var user: String?
    @Option(help: ArgumentHelp("The file whose first line is the password.", valueName: "file"))
    var passwordFile: String?
    @Flag(help: "Take user and password from ~/.netrc.")
    var netrc = false
    @Option(help: "The answer when the server asks for an account.")
    var account: String?
    @Option(
        help:
            "What file names on the server are written in, by a name of iconv's, e.g. CP1252, KOI8-R or CP932; auto is UTF-8."
    )
    var charset: String?
    @Option(help: "The longest silence tolerated on a connection, in seconds.")
    var timeout = 30
    @Option(help: "Tries after a temporary failure.")
    var retries = 5
    @Option(help: "Most connections to one server.")
    var connections = 4
    @Option(help: "Most connections for one large file.")
    var segments = 1
    @Option(help: "Bytes a second, e.g. 2M.")
    var limit: String?
    @Option(help: "Give up after this many seconds, whatever happens.")
    var maxTime: Int?
    @Flag(name: .customShort("4"), help: "IPv4 only.")
    var ipv4 = false
    @Flag(name: .customShort("6"), help: "IPv6 only.")
    var ipv6 = false
    @Flag(name: .short, help: "Show the control dialogue on standard error, secrets masked.")
    var verbose = false
    @Option(help: ArgumentHelp("Write the control dialogue as JSON lines.", valueName: "file"))
    var record: String?
    @Option(help: "Progress on standard error: auto, bar, json or none.")
    var progress: ProgressStyle = .auto

    func validate() throws {
        guard (1...86_400).contains(timeout) else {
            throw ValidationError("--timeout takes 1 to 86400 seconds")
        }
        guard (0...1_000).contains(retries) else { throw ValidationError("--retries takes 0 to 1000") }
        guard (1...100).contains(connections) else { throw ValidationError("--connections takes 1 to 100") }
        guard maxTime.map({ $0 > 0 }) ?? true else {
            throw ValidationError("--max-time takes seconds, 1 or more")
        }
        if ipv4, ipv6 { throw ValidationError("-4 and -6 exclude each other") }
        guard (1...32).contains(segments) else { throw ValidationError("--segments takes 1 to 32") }
        do { _ = try NameCharset.named(charset) } catch {
            throw ValidationError("--charset: \(error.message)")
        }
        _ = try ports()
        if let proxy = try theProxy(), proxy.kind.isTunnel, mode == .active {
            throw ValidationError("--mode active cannot go through a proxy: the server would have to call it")
        }
        _ = try rate()
        guard activeAddress.map({ !$0.isEmpty && $0.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F } }) ?? true
        else {
            throw ValidationError("--active-address takes an address or a host name, such as 192.0.2.1")
        }
        guard
            virtualHost.map({ name in
                !name.isEmpty && name.utf8.count <= 255 && name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
            }) ?? true
        else { throw ValidationError("--virtual-host takes the name of a host, such as ftp.example.org") }
        guard keepAlive == 0 || (10...3_600).contains(keepAlive) else {
            throw ValidationError("--keep-alive takes 10 to 3600 seconds, or 0")
        }
    }

    func theProxy() throws -> Proxy? {
        guard let proxy else { return nil }
        do { return try Proxy(proxy) } catch { throw ValidationError("--proxy: \(error)") }
    }

    private func ports() throws -> ClosedRange<UInt16>? {
        guard let activePorts else { return nil }
        let bounds = activePorts.split(separator: "-").compactMap { UInt16($0) }
        guard bounds.count == 2, bounds[0] <= bounds[1] else {
            throw ValidationError("--active-ports takes LOW-HIGH, e.g. 50000-50009")
        }
        do { try DataPort.check(bounds[0]...bounds[1]) } catch {
            throw ValidationError("--active-ports: \(error)")
        }
        return bounds[0]...bounds[1]
    }

    private func rate() throws -> Int64? {
        guard let limit else { return nil }
        guard let bytes = parseByteCount(limit), bytes > 0 else {
            throw ValidationError("--limit takes bytes a second, e.g. 500K or 2M")
        }
        return bytes
    }

    /// Of the names on the server.
    var names: NameCharset { (try? NameCharset.named(charset)) ?? .utf8 }

    var rateLimit: RateLimit? { (try? rate()).flatMap { $0 }.map { RateLimit(bytesPerSecond: $0) } }

    /// The site of a target, as these options want it used.
    func site(of target: TargetURL) throws -> Site {
        var site = target.site
        if let user { site.user = user }
        site.account = account
        try security.apply(to: &site)
        site.dataMode = mode
        site.activeAddress = activeAddress
        site.activePorts = try ports()
        site.network.extendedPassive = epsv
        site.network.trustsPassiveAddress = trustPasv
        site.network.proxy = try theProxy()
        site.network.compresses = compress
        site.network.allocates = allo
        site.network.virtualHost = virtualHost
        site.network.keepAlive = keepAlive > 0 ? keepAlive : nil
        site.family = ipv4 ? .ipv4 : ipv6 ? .ipv6 : nil
        if ipv4 || ipv6, let address = Address(numeric: site.host, port: 0),
            address.family != (ipv4 ? .ipv4 : .ipv6)
        {
            throw Usage(
                "\(visible(site.host)) is an \(ipv4 ? "IPv6" : "IPv4") address: leave out \(ipv4 ? "-4" : "-6")"
            )
        }
        site.charset = NameCharset.kept(charset)
        site.timeout = timeout
        site.connections = connections
        site.retries = retries
        return site
    }
}

extension DataMode: ExpressibleByArgument {}
extension NetworkOptions.ExtendedPassive: ExpressibleByArgument {}
