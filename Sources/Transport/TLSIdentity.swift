import COpenSSL
import Glibc

/// A certificate, its chain and its key, in PEM: what one side of TLS shows of itself.
public struct TLSIdentity: Hashable, Sendable {
    /// The own certificate first, then those that sign it.
    public var certificates: [UInt8]
    public var key: [UInt8]
    /// For a key that is encrypted.
    public var passphrase: String?

    public init(certificates: [UInt8], key: [UInt8], passphrase: String? = nil) {
        self.certificates = certificates
        self.key = key
        self.passphrase = passphrase
    }

    /// Whether the key can only be read with a passphrase.
    public var isKeyEncrypted: Bool {
        let text = String(decoding: key, as: UTF8.self)
        return text.contains("ENCRYPTED")
    }

    /// Whether certificate and key can be read and belong together.
    ///
    /// - Throws: `unusable`, with what is wrong.
    public func check() throws(TransportError) { _ = try Loaded(self) }

    /// A new key and a certificate for it, for tests and for servers of one's own.
    ///
    /// - Parameters:
    ///   - names: host names and addresses in numbers; the first is the common name too.
    ///   - seconds: from when until when it is valid, from now on.
    ///   - authority: who signs; nil for itself. What is signed by itself may sign others.
    public static func make(
        for names: [String], validFor seconds: ClosedRange<Int> = -3_600...31_536_000,
        signedBy authority: TLSIdentity? = nil
    ) throws(TransportError) -> TLSIdentity {
        guard let key = co_generate_key(), let certificate = X509_new() else { throw failure }
        defer {
            EVP_PKEY_free(key)
            X509_free(certificate)
        }
        X509_set_version(certificate, 2)
        // RFC 5280 §4.1.2.2: positive, and no two the same.
        ASN1_INTEGER_set_uint64(
            X509_get_serialNumber(certificate), UInt64.random(in: 1...UInt64(Int64.max)))
        X509_gmtime_adj(X509_getm_notBefore(certificate), seconds.lowerBound)
        X509_gmtime_adj(X509_getm_notAfter(certificate), seconds.upperBound)
        X509_set_pubkey(certificate, key)
        let subject = X509_get_subject_name(certificate)
        let common = Array((names.first ?? "portside").utf8)
        X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC | 4096, common, Int32(common.count), -1, 0)
        var issuer: OpaquePointer? = certificate
        var signingKey: OpaquePointer? = key
        var loaded: Loaded?
        if let authority {
            loaded = try Loaded(authority)
            issuer = loaded?.chain.first
            signingKey = loaded?.key
        }
        X509_set_issuer_name(certificate, X509_get_subject_name(issuer))
        var context = X509V3_CTX()
        co_set_extension_context(&context, issuer, certificate)
        let alternatives = names.map { isAddress($0) ? "IP:\($0)" : "DNS:\($0)" }.joined(separator: ",")
        for (kind, value) in [
            (NID_basic_constraints, authority == nil ? "critical,CA:TRUE" : "critical,CA:FALSE"),
            (NID_subject_key_identifier, "hash"), (NID_authority_key_identifier, "keyid"),
            (NID_subject_alt_name, alternatives),
        ] where !value.isEmpty {
            guard let `extension` = X509V3_EXT_conf_nid(nil, &context, kind, value) else { continue }
            X509_add_ext(certificate, `extension`, -1)
            X509_EXTENSION_free(`extension`)
        }
        guard X509_sign(certificate, signingKey, EVP_sha256()) > 0 else { throw failure }
        var certificates = try pem { PEM_write_bio_X509($0, certificate) }
        if let authority { certificates += authority.certificates }
        withExtendedLifetime(loaded) {}
        return TLSIdentity(
            certificates: certificates,
            key: try pem { PEM_write_bio_PrivateKey($0, key, nil, nil, 0, nil, nil) })
    }

    /// The SHA-256 of the own certificate; nil when it cannot be read.
    public var fingerprint: [UInt8]? {
        guard let bio = BIO_new_mem_buf(certificates, Int32(certificates.count)) else { return nil }
        defer { BIO_free(bio) }
        guard let certificate = PEM_read_bio_X509(bio, nil, nil, nil) else { return nil }
        defer { X509_free(certificate) }
        return TLSCertificate(certificate)?.fingerprint
    }

    private static func isAddress(_ name: String) -> Bool { Address(numeric: name, port: 0) != nil }

    private static func pem(_ write: (OpaquePointer) -> Int32) throws(TransportError) -> [UInt8] {
        guard let bio = BIO_new(BIO_s_mem()) else { throw failure }
        defer { BIO_free(bio) }
        guard write(bio) == 1 else { throw failure }
        return bio.contents
    }

    private static var failure: TransportError {
        .unusable("a certificate cannot be made: \(TLSFailure.fromErrorQueue(duringHandshake: false))")
    }

    /// The same as OpenSSL has it.
    final class Loaded {
        private(set) var chain: [OpaquePointer] = []
        let key: OpaquePointer

        /// More certificates than this no chain needs.
        private static let longestChain = 10

        init(_ identity: TLSIdentity) throws(TransportError) {
            ERR_clear_error()
            key = try Self.key(of: identity)
            guard let bio = BIO_new_mem_buf(identity.certificates, Int32(identity.certificates.count)) else {
                throw .unusable("no memory")
            }
            defer {
                BIO_free(bio)
                ERR_clear_error()
            }
            while chain.count < Self.longestChain, let next = PEM_read_bio_X509(bio, nil, nil, nil) {
                chain.append(next)
            }
            guard let first = chain.first else {
                throw .unusable("there is no certificate in PEM form in the certificate file")
            }
            guard X509_check_private_key(first, key) == 1 else {
                throw .unusable(
                    "the key is not the one of the certificate: check which files belong together")
            }
        }

        private static func key(of identity: TLSIdentity) throws(TransportError) -> OpaquePointer {
            guard let bio = BIO_new_mem_buf(identity.key, Int32(identity.key.count)) else {
                throw .unusable("no memory")
            }
            defer { BIO_free(bio) }
            let passphrase = Array((identity.passphrase ?? "").utf8)
            let key = passphrase.withUnsafeBytes { bytes in
                var given = bytes
                return withUnsafeMutablePointer(to: &given) { pointer in
                    PEM_read_bio_PrivateKey(
                        bio, nil,
                        { buffer, size, _, user in
                            // Called for encrypted keys only. Without this OpenSSL would ask on the terminal.
                            guard let buffer, let user else { return -1 }
                            let given = user.load(as: UnsafeRawBufferPointer.self)
                            let count = min(given.count, Int(size))
                            UnsafeMutableRawPointer(buffer).copyMemory(
                                from: given.baseAddress ?? UnsafeRawPointer(buffer), byteCount: count)
                            return Int32(count)
                        }, pointer)
                }
            }
            guard let key else {
                ERR_clear_error()
                throw .unusable(
                    identity.isKeyEncrypted
                        ? identity.passphrase == nil
                            ? "the key is encrypted: its passphrase is needed"
                            : "the passphrase of the client key is wrong: check it, and try again"
                        : "there is no private key in PEM form in the key file")
            }
            return key
        }

        deinit {
            for certificate in chain { X509_free(certificate) }
            EVP_PKEY_free(key)
        }
    }
}
