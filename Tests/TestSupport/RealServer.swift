import Foundation
public import Testing

/// An FTP server out of Debian's packages, on loopback, for the length of a test.
///
/// Every instance has its own ports, account and directory, so tests run side by side. It stops with `stop()`,
/// or when the last reference to it goes; what a crashed test left behind is swept away by the next start.
/// `Tests/Servers/servers.sh` does the work.
public final class RealServer: Sendable {
    public enum Kind: String, CaseIterable, Sendable, CustomTestStringConvertible {
        case vsftpd
        case proftpd
        case pureFTPd = "pure-ftpd"
        case pyftpdlib

        /// The three that people run.
        public static let common: [Kind] = [.vsftpd, .proftpd, .pureFTPd]
        public var testDescription: String { rawValue }
    }

    /// The loopback address that the server listens on.
    public enum Binding: String, CaseIterable, Sendable, CustomTestStringConvertible {
        case ipv4 = "127.0.0.1"
        case ipv6 = "::1"

        public var testDescription: String { rawValue }
    }

    public let kind: Kind
    public let host: String
    public let port: UInt16
    public let user: String
    /// vsftpd takes any other password too; the others refuse a wrong one.
    public let password: String
    /// The directory served as "/". What is in it belongs to the account that the sessions run as.
    public let root: String
    /// The file with the authority that signed the server's certificate; nil without TLS.
    public let authority: String?
    /// With `certifiedClients`: a client certificate, its key, and the key encrypted with `password`.
    public let client: (certificate: String, key: String, encryptedKey: String)?
    private let identifier: String

    private init(kind: Kind, identifier: String, environment: [String: String]) throws {
        guard let host = environment["FTP_HOST"], let port = environment["FTP_PORT"].flatMap(UInt16.init),
            let user = environment["FTP_USER"], let password = environment["FTP_PASS"],
            let root = environment["FTP_ROOT"]
        else { throw ServerFailure(description: "\(kind.rawValue): the script printed \(environment)") }
        self.kind = kind
        self.identifier = identifier
        self.host = host
        self.port = port
        self.user = user
        self.password = password
        self.root = root
        authority = environment["FTP_CA"]
        client = environment["FTP_CERT"].flatMap { certificate in
            environment["FTP_KEY"].flatMap { key in
                environment["FTP_ENCRYPTED_KEY"].map { (certificate, key, $0) }
            }
        }
    }

    deinit { stop() }

    /// Starts a server and returns when it takes connections. Blocks for a tenth of a second or so.
    ///
    /// Where the server is not installed, or the machine has no IPv6, the test is cancelled and says why.
    ///
    /// - Parameter root: the directory to serve, which is given to the server's account with all that is in it;
    ///   nil for an empty one of its own.
    /// - Parameters:
    ///   - tls: `1.2` or `1.3`: nothing else, and no login without it.
    ///   - certifiedClients: no login without a client certificate either (vsftpd, ProFTPD).
    ///   - foreignAddresses: data connections with other servers, too (ProFTPD); with `tls` only with those whose
    ///     certificate is of the same authority, which is that of `friend`.
    public static func start(
        _ kind: Kind, root: String? = nil, bind: Binding = .ipv4, tls: String? = nil,
        certifiedClients: Bool = false, foreignAddresses: Bool = false, friend: RealServer? = nil
    ) throws -> RealServer {
        if let reason = unavailable(kind, bind: bind) { try Test.cancel("\(reason)") }
        let identifier = "\(kind.rawValue)-\(UUID().uuidString)"
        var arguments = [
            "start", kind.rawValue, "--id", identifier, "--bind", bind.rawValue,
            "--owner", String(ProcessInfo.processInfo.processIdentifier),
        ]
        if let root { arguments += ["--root", root] }
        if let tls { arguments += ["--tls", tls] }
        if certifiedClients { arguments += ["--clients", "certified"] }
        if foreignAddresses { arguments += ["--fxp", friend?.identifier ?? "new"] }
        let result = try run(arguments)
        guard result.status == 0 else {
            throw ServerFailure(description: "\(kind.rawValue) did not start: \(result.output)")
        }
        let pairs = result.output.split(separator: "\n").compactMap { line -> (String, String)? in
            let sides = line.split(separator: "=", maxSplits: 1)
            return sides.count == 2 ? (String(sides[0]), String(sides[1])) : nil
        }
        return try RealServer(
            kind: kind, identifier: identifier,
            environment: Dictionary(pairs, uniquingKeysWith: { first, _ in first }))
    }

    /// Ends the server and its sessions at once, as a crash or a shutdown would. Does nothing the second time.
    public func stop() {
        _ = try? Self.run(["stop", identifier])
    }

    /// Why this server cannot be had here; nil when it can.
    public static func unavailable(_ kind: Kind, bind: Binding = .ipv4) -> String? {
        if bind == .ipv6, !FileManager.default.fileExists(atPath: "/proc/net/if_inet6") {
            return "this machine has no IPv6"
        }
        do {
            let result = try run(["have", kind.rawValue])
            return result.status == 0 ? nil : result.output
        } catch {
            return "\(error)"
        }
    }

    private static let script =
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Servers/servers.sh").path

    private static func run(_ arguments: [String]) throws -> Program { try Program.run(script, arguments) }
}

public struct ServerFailure: Error, CustomStringConvertible {
    public let description: String
}
