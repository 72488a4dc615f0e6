import COpenSSL
import Glibc

/// What a certificate says (RFC 5280). Its texts are the peer's: pass them through `visible` before showing them.
public struct TLSCertificate: Hashable, Sendable {
    public let der: [UInt8]
    /// SHA-256 of `der`.
    public let fingerprint: [UInt8]
    /// `CN=example.org, O=Example`
    public let subject: String
    public let issuer: String
    /// The host names and addresses it is for.
    public let names: [String]
    /// Seconds since 1970.
    public let notBefore: Int64
    public let notAfter: Int64

    public var isSelfSigned: Bool { subject == issuer }

    /// More names than this nobody reads.
    private static let mostNames = 100

    init?(_ certificate: OpaquePointer) {
        var encoded: UnsafeMutablePointer<UInt8>?
        let length = i2d_X509(certificate, &encoded)
        guard length > 0, let start = encoded else { return nil }
        defer { CRYPTO_free(start, nil, 0) }
        der = Array(UnsafeBufferPointer(start: start, count: Int(length)))
        fingerprint = sha256(der)
        subject = Self.text(X509_get_subject_name(certificate))
        issuer = Self.text(X509_get_issuer_name(certificate))
        names = Self.names(certificate)
        notBefore = Self.seconds(X509_get0_notBefore(certificate))
        notAfter = Self.seconds(X509_get0_notAfter(certificate))
    }

    private static func text(_ name: OpaquePointer?) -> String {
        guard let name, let bio = BIO_new(BIO_s_mem()) else { return "" }
        defer { BIO_free(bio) }
        // UTF-8 as it is, control characters escaped, what is no text as numbers; ", " between the parts.
        let text = ASN1_STRFLGS_ESC_2253 | ASN1_STRFLGS_ESC_CTRL | ASN1_STRFLGS_UTF8_CONVERT
        let other = ASN1_STRFLGS_DUMP_UNKNOWN | ASN1_STRFLGS_DUMP_DER
        let flags = UInt(XN_FLAG_SEP_CPLUS_SPC) | UInt(text | other)
        X509_NAME_print_ex(bio, name, 0, flags)
        return String(decoding: bio.contents, as: UTF8.self)
    }

    private static func names(_ certificate: OpaquePointer) -> [String] {
        guard let all = co_alternative_names(certificate) else { return [] }
        defer { GENERAL_NAMES_free(all) }
        var result: [String] = []
        for index in 0..<min(co_name_count(all), Int32(mostNames)) {
            guard let name = co_name(all, index) else { continue }
            var type: Int32 = 0
            guard let value = co_name_value(name, &type), let data = ASN1_STRING_get0_data(value) else {
                continue
            }
            let bytes = Array(UnsafeBufferPointer(start: data, count: Int(ASN1_STRING_length(value))))
            switch type {
            case GEN_DNS: result.append(String(decoding: bytes, as: UTF8.self))
            case GEN_IPADD: result.append(addressText(bytes))
            default: break
            }
        }
        return result
    }

    private static func addressText(_ bytes: [UInt8]) -> String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard bytes.count == 4 || bytes.count == 16 else { return "?" }
        inet_ntop(bytes.count == 4 ? AF_INET : AF_INET6, bytes, &text, socklen_t(text.count))
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static func seconds(_ time: UnsafePointer<ASN1_TIME>?) -> Int64 {
        var broken = tm()
        guard let time, ASN1_TIME_to_tm(time, &broken) == 1 else { return 0 }
        return Int64(timegm(&broken))
    }
}

/// `9F:2A:…`, as certificates' fingerprints are written.
public func fingerprintText(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789ABCDEF")
    return bytes.map { "\(digits[Int($0 >> 4)])\(digits[Int($0 & 15)])" }.joined(separator: ":")
}

func sha256(_ bytes: [UInt8]) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: 32)
    EVP_Digest(bytes, bytes.count, &digest, nil, EVP_sha256(), nil)
    return digest
}

extension OpaquePointer {
    /// What has been written to a BIO in memory.
    var contents: [UInt8] {
        var data: UnsafeMutablePointer<CChar>?
        let count = co_memory_contents(self, &data)
        guard count > 0, let data else { return [] }
        return UnsafeBufferPointer(start: data, count: count).map { UInt8(bitPattern: $0) }
    }
}
