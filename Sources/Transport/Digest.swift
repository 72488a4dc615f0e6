import COpenSSL
import Glibc

/// Check sums of files, as servers compute them too (HASH, XCRC and their like).
public struct Digest: ~Copyable {
    public enum Algorithm: Sendable { case sha512, sha256, sha1, md5, crc32 }

    /// Nil for CRC 32, which OpenSSL does not have.
    private let context: OpaquePointer?
    private var remainder: UInt32 = 0xFFFF_FFFF

    /// Nil where the library refuses the algorithm (MD5 where only FIPS is allowed).
    public init?(_ algorithm: Algorithm) {
        let method =
            switch algorithm {
            case .sha512: EVP_sha512()
            case .sha256: EVP_sha256()
            case .sha1: EVP_sha1()
            case .md5: EVP_md5()
            case .crc32: Optional<OpaquePointer>.none
            }
        guard let method else {
            context = nil
            return
        }
        guard let made = EVP_MD_CTX_new() else { return nil }
        guard EVP_DigestInit_ex(made, method, nil) == 1 else {
            EVP_MD_CTX_free(made)
            return nil
        }
        context = made
    }

    deinit {
        EVP_MD_CTX_free(context)
    }

    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        if let context {
            _ = EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
            return
        }
        for byte in bytes {
            remainder = Self.table[Int((remainder ^ UInt32(byte)) & 0xFF)] ^ (remainder >> 8)
        }
    }

    /// The sum, most significant byte first; nothing may be added after this.
    public mutating func finish() -> [UInt8] {
        guard let context else {
            let sum = ~remainder
            return [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: sum >> $0) }
        }
        var sum = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var count: UInt32 = 0
        _ = EVP_DigestFinal_ex(context, &sum, &count)
        return Array(sum[..<Int(count)])
    }

    /// CRC 32 as Ethernet and zip have it, a byte at a time (ISO 3309, polynomial 0xEDB88320 reflected).
    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in
            value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1
        }
    }
}

extension LocalFile.Lent {
    /// The check sum of the whole file; nil where the library refuses the algorithm. Blocks while the disk is read.
    ///
    /// - Throws: `disk`, `cancelled`.
    public func digest(
        _ algorithm: Digest.Algorithm, cancellation: Cancellation?
    ) throws(TransportError) -> [UInt8]? {
        guard var digest = Digest(algorithm) else { return nil }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 4096)
        defer { buffer.deallocate() }
        var offset: Int64 = 0
        while true {
            if cancellation?.isCancelled == true { throw .cancelled }
            let count = try read(into: buffer, at: offset)
            guard count > 0 else { return digest.finish() }
            digest.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            offset += Int64(count)
        }
    }
}
