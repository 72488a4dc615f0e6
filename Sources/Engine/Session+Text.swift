public import FTPProtocol
import Transfers
public import Transport

/// Files as text: TYPE A, lines ending in CR LF on the wire and in LF here (RFC 959 §3.1.1.1).
///
/// Offsets and sizes count what is on the wire, so a text is always moved whole, and sizes prove nothing.
extension Session {
    /// Retrieves a text into `file`, which is empty.
    ///
    /// - Returns: the bytes written, whose number is not that of the bytes on the wire.
    public func retrieveText(
        _ path: RemotePath, into file: borrowing LocalFile, progress: ProgressCounter?, limit: RateLimit?
    ) throws(Failure) -> Int64 {
        let target = file.lent
        return try retrieveText(path, progress: progress, limit: limit) {
            bytes, offset throws(TransportError) in
            try target.write(bytes, at: offset)
        }
    }

    /// - Parameter sink: given the text in pieces, and where in it each begins.
    public func retrieveText(
        _ path: RemotePath, progress: ProgressCounter?, limit: RateLimit?,
        sink: (UnsafeRawBufferPointer, Int64) throws(TransportError) -> Void
    ) throws(Failure) -> Int64 {
        var lines = LocalLines()
        var written: Int64 = 0
        func write(_ text: [UInt8]) throws(TransportError) {
            var failure: TransportError?
            text.withUnsafeBytes { bytes in
                do throws(TransportError) { try sink(bytes, written) } catch { failure = error }
            }
            if let failure { throw failure }
            written += Int64(text.count)
        }
        _ = try retrieve(path, as: .ascii, progress: progress, limit: limit) { wire throws(TransportError) in
            try write(lines.translate(wire))
        }
        do throws(TransportError) { try write(lines.finish()) } catch {
            throw Failure(error, attempt: "RETR")
        }
        return written
    }

    /// Stores a text.
    ///
    /// - Parameter source: puts the next piece into the buffer it is given; 0 bytes at the end.
    /// - Returns: the bytes taken from the source, whose number is not that of the bytes on the wire.
    public func storeText(
        as path: RemotePath, with store: StoreCommand = .store, progress: ProgressCounter?, limit: RateLimit?,
        source: (UnsafeMutableRawBufferPointer) throws(TransportError) -> Int
    ) throws(Failure) -> Int64 {
        var lines = WireLines()
        var waiting: [UInt8] = []
        var next = 0
        var taken: Int64 = 0
        var piece = [UInt8](repeating: 0, count: 64 << 10)
        _ = try self.store(as: path, type: .ascii, with: store, progress: progress, limit: limit) {
            buffer throws(TransportError) in
            if next == waiting.count {
                var failure: TransportError?
                piece.withUnsafeMutableBytes { bytes in
                    do throws(TransportError) {
                        let count = try source(bytes)
                        taken += Int64(count)
                        waiting = lines.translate(UnsafeRawBufferPointer(rebasing: bytes[..<count]))
                    } catch { failure = error }
                }
                if let failure { throw failure }
                next = 0
            }
            let count = min(buffer.count, waiting.count - next)
            buffer.copyBytes(from: waiting[next..<next + count])
            next += count
            return count
        }
        return taken
    }

    /// Stores a local file as text.
    public func storeText(
        _ file: borrowing LocalFile, as path: RemotePath, with store: StoreCommand = .store,
        progress: ProgressCounter?, limit: RateLimit?
    ) throws(Failure) -> Int64 {
        let source = file.lent
        var offset: Int64 = 0
        return try storeText(as: path, with: store, progress: progress, limit: limit) {
            buffer throws(TransportError) in
            let count = try source.read(into: buffer, at: offset)
            offset += Int64(count)
            return count
        }
    }
}
