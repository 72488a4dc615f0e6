import ArgumentParser
import Engine
import FTPProtocol
import Transfers
import Transport

/// The options about encryption: whether, with whom, and as whom.
struct SecurityOptions: ParsableArguments {
    @Option(help: "Encryption: auto (where the server offers it), require or off.")
    var tls: TLSPolicy = .auto
    @Option(
        help: ArgumentHelp(
            "Trust the certificates in this PEM file instead of the system's.", valueName: "file"))
    var ca: String?
    @Option(help: ArgumentHelp("Client certificate, PEM.", valueName: "file"))
    var cert: String?
    @Option(help: ArgumentHelp("Client key, PEM; without it the key is in --cert's file.", valueName: "file"))
    var key: String?
    @Option(help: ArgumentHelp("The file whose first line is the passphrase of the key.", valueName: "file"))
    var keyPasswordFile: String?
    @Option(help: ArgumentHelp("Trust only the certificate with this SHA-256.", valueName: "sha256"))
    var fingerprint: String?
    @Flag(help: "Trust any certificate: whoever answers gets the password.")
    var insecure = false
    @Option(help: "Files and listings under TLS: private or clear.")
    var prot: Protection = .private
    @Flag(
        help: "Go on in clear on the control connection after login (CCC), for routers that have to read it.")
    var ccc = false

    enum TLSPolicy: String, ExpressibleByArgument, CaseIterable { case auto, require, off }
    enum Protection: String, ExpressibleByArgument, CaseIterable { case `private`, clear }

    func validate() throws {
        if key != nil, cert == nil { throw ValidationError("--key goes with --cert") }
        if keyPasswordFile != nil, cert == nil {
            throw ValidationError("--key-password-file goes with --cert")
        }
        if insecure, fingerprint != nil || ca != nil {
            throw ValidationError("--insecure contradicts \(fingerprint != nil ? "--fingerprint" : "--ca")")
        }
        if fingerprint != nil, digits == nil {
            throw ValidationError(
                "--fingerprint takes a SHA-256: 64 hexadecimal digits, with or without colons")
        }
    }

    private var digits: String? {
        guard let fingerprint else { return nil }
        let digits = fingerprint.uppercased().filter { $0 != ":" && $0 != " " }
        return digits.utf8.count == 64 && digits.allSatisfy { $0.isASCII && $0.isHexDigit } ? digits : nil
    }

    /// Makes the site be used as these options say.
    func apply(to site: inout Site) throws {
        switch (tls, site.encryption) {
        case (.require, .whenOffered), (.require, .explicit): site.encryption = .explicit
        case (.off, .explicit), (.off, .implicit):
            throw Usage("--tls off contradicts \(site.encryption == .implicit ? "ftps" : "ftpes")://")
        case (.off, _): site.encryption = .none
        default: break
        }
        site.security.authorities = try ca.map(absolute)
        site.security.certificate = try cert.map(absolute)
        site.security.key = try key.map(absolute)
        site.security.fingerprint = digits
        site.security.trustsAnyone = insecure
        site.security.protectsData = prot == .private
        site.security.clearsControl = ccc
    }

    /// As the queue keeps it: it may be run from elsewhere.
    private func absolute(_ path: String) throws -> String {
        if path.hasPrefix("/") { return path }
        return String(decoding: LocalDirectory.currentDirectory(), as: UTF8.self) + "/" + path
    }
}
