import FTPProtocol
import Transfers
import Transport

/// How going on with a file went.
enum Resumption {
    /// So many bytes were added.
    case moved(Int64)
    /// Nothing was written, because what is there is not the beginning of what the server sends; or it cannot go on.
    case refused(String)
}

extension Session {
    /// Retrieves what `file` lacks behind `offset`, after the server has sent the bytes before it once more and they
    /// were the same (REST, RFC 3659 §5). A server that ignores REST is noticed by that too.
    ///
    /// - Parameters:
    ///   - size: how many bytes are compared; at most `offset`.
    ///   - isWhole: nothing is expected behind `offset`; then the comparison is all that counts.
    ///   - progress: what is at the destination, those that are being compared not counted.
    func resume(
        _ path: RemotePath, from offset: Int64, overlap size: Int, isWhole: Bool,
        of file: borrowing LocalFile,
        progress: ProgressCounter?, limit: RateLimit?
    ) throws(Failure) -> Resumption {
        try connect()
        let count = min(size, Int(clamping: offset))
        let mine: [UInt8]
        do throws(TransportError) { mine = try file.bytes(at: offset - Int64(count), count: count) } catch {
            throw Failure(error, attempt: "disk")
        }
        var overlap = Overlap(mine)
        var position = offset
        let target = file.lent
        do throws(Failure) {
            return try connected(repeatable: position == offset && !overlap.differs) { () throws(Failure) in
                try setType(.image)
                overlap.reset()
                progress?.set(offset - Int64(mine.count))
                _ = try transfer(
                    TransferOrder(
                        command: .retrieve(try argument(for: path)), file: resolve(path),
                        restartOffset: offset - Int64(mine.count), progress: progress, limit: limit)
                ) { pump, socket, conditions in
                    let before = overlap.count
                    let result = pump.receive(
                        from: socket, comparing: &overlap, into: target, at: position, conditions)
                    position += result.bytes - Int64(overlap.count - before)
                    return result
                }
                guard overlap.isComplete else { return .refused("the server has less than what is here") }
                return .moved(position - offset)
            }
        } catch {
            if overlap.differs { return .refused("what is here is not what the server has there") }
            if isWhole, position == offset, overlap.size > 0, overlap.isComplete { return .moved(0) }
            if error.verb == "REST", error.reply?.code.kind == .permanentNegative {
                return .refused("the server cannot go on from the middle of a file")
            }
            // 501, 551 and 554 to RETR: the offset is beyond its end (RFC 3659 §5).
            if error.verb == "RETR", let code = error.reply?.code.rawValue, [501, 551, 554].contains(code) {
                return .refused("the server does not go on from there")
            }
            throw error
        }
    }
}
