public import FTPProtocol
import Transfers
import Transport

/// Check sums: HASH, XSHA512, XSHA256, XSHA1, XMD5, MD5 and XCRC, as FEAT lists them.
extension Session {
    /// A server reads the whole file before it answers: this long is given for each so many bytes.
    private static let bytesASecond: Int64 = 10 << 20

    /// What the server computes of a file, with the strongest algorithm it offers; nil when it computes nothing, which
    /// the dialogue then says.
    ///
    /// - Parameter size: in bytes; the larger the file, the longer the answer may take.
    public func hash(
        of path: RemotePath, size: Int64
    ) throws(Failure) -> HashProof? {
        try connect()
        let path = resolve(path)
        return try connected { () throws(Failure) in
            try setType(.image)
            let patience = finalReplyPatience + .seconds(size / Self.bytesASecond)
            for method in features.hashMethods {
                if case .hash(let name, let isUsual) = method.form,
                    chosenHash ?? (isUsual ? name : nil) != name
                {
                    guard try ask(.options("HASH \(name)")).code.kind == .completion else {
                        features.disable(method.key)
                        continue
                    }
                    chosenHash = name
                }
                let reply = try converse(method.command(path), within: patience)
                if let value = method.value(reply) {
                    return HashProof(algorithm: method.algorithm, value: value)
                }
                // It may know the command and not this form of it; about this file it has nothing to say either way.
                guard reply.code.meansNotImplemented || reply.code.kind == .completion else {
                    warn("\(shown(path)): the server computes no check sum of it: “\(reply.summary)”")
                    return nil
                }
                features.disable(method.key)
            }
            warn("\(shown(path)): this server computes no check sums, so only the size is compared")
            return nil
        }
    }

    /// Compares a whole file here with what the server has, where the server computes check sums.
    ///
    /// - Returns: nil when there was nothing to compare with.
    /// - Throws: `.doesNotVerify` with both values.
    func compareHash(
        of path: RemotePath, size: Int64, with file: LocalFile.Lent
    ) throws(Failure) -> HashProof? {
        guard let theirs = try hash(of: path, size: size) else { return nil }
        let algorithm: Digest.Algorithm =
            switch theirs.algorithm {
            case .sha512: .sha512
            case .sha256: .sha256
            case .sha1: .sha1
            case .md5: .md5
            case .crc32: .crc32
            }
        let sum: [UInt8]?
        do throws(TransportError) {
            sum = try file.digest(algorithm, cancellation: cancellation)
        } catch {
            throw Failure(error, attempt: "disk")
        }
        guard let sum else {
            warn(
                "\(shown(path)): \(theirs.algorithm.rawValue) is not to be had on this machine; only the size is compared"
            )
            return nil
        }
        let ours = sum.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        guard ours == theirs.value else {
            throw Failure(
                .doesNotVerify,
                "\(shown(resolve(path))): \(theirs.algorithm.rawValue) differs: \(ours) here, \(theirs.value) on the server; "
                    + "transfer it again")
        }
        control?.note(.note, "\(shown(path)): \(theirs.algorithm.rawValue) \(ours) on both sides")
        return theirs
    }
}
