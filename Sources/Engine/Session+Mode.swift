import FTPProtocol
import Transfers
import Transport

/// How the bytes of data connections are transmitted (RFC 959 §3.4).
enum TransmissionMode {
    case stream
    /// MODE Z: each data connection carries one zlib stream (draft-preston-ftpext-deflate-03).
    case deflate
}

extension Session {
    private static let deflateFeature = "MODE Z"
    /// A listing of a million names has a hundred megabytes; the parser keeps no more of it anyway.
    private static let longestListing: Int64 = 1 << 30

    private var offersDeflate: Bool {
        features.has("MODE") && features.choices("MODE").contains("Z")
            && features.mayTry(Self.deflateFeature)
    }

    /// Changes to MODE Z where the user wants it and the server has it, and readies the pump for this transfer.
    ///
    /// To be called before the data connection is prepared: it may ask for a size.
    func prepareMode(for order: TransferOrder) throws(Failure) {
        if site.network.compresses, mode == .stream, offersDeflate {
            let reply = try ask(Command("MODE", "Z"))
            if reply.code.kind == .completion {
                mode = .deflate
            } else {
                // ProFTPD does not compress what is encrypted.
                warn("MODE Z: the server answered “\(reply.summary)”; going on uncompressed")
                features.disable(Self.deflateFeature)
            }
        }
        guard mode == .deflate else {
            pump.deflation = nil
            return
        }
        let bound = try bound(of: order)
        // Asking may have taken a new connection, which begins in stream mode.
        pump.deflation = mode == .deflate ? Deflation(bound) : nil
    }

    private func bound(of order: TransferOrder) throws(Failure) -> Deflation.Bound {
        if order.isListing { return .bytes(Self.longestListing) }
        guard order.command.verb == "RETR", type == .image, let file = order.file,
            let size = try size(of: file)
        else { return .ratio }
        // It may grow while it is sent.
        return .bytes(
            max(0, size - order.restartOffset).addingReportingOverflow(Deflation.harmless).partialValue)
    }

    /// After a transfer: says what the compression was worth.
    func noteCompression(of order: TransferOrder, _ bytes: Int64) {
        guard let deflation = pump.deflation.take() else { return }
        control?.note(
            .note, "\(order.command.verb): \(bytes) bytes crossed as \(deflation.wireBytes) (MODE Z)")
    }

    /// For what neither is nor can be compressed: copies between servers.
    func useStreamMode() throws(Failure) {
        guard mode != .stream else { return }
        try require(Command("MODE", "S"))
        mode = .stream
    }

    /// A raw MODE was answered.
    func noteMode(_ command: Command, _ reply: Reply) {
        guard command.verb == "MODE", reply.code.kind == .completion else { return }
        mode =
            command.argument.map { String(decoding: $0, as: UTF8.self).uppercased() } == "Z"
            ? .deflate : .stream
    }
}

extension Failure {
    /// There are servers that offer MODE Z and take no upload in it (ProFTPD 1.3.8).
    var doubtingCompression: Failure {
        guard kind != .cancelled else { return self }
        var copy = self
        copy.message += "; if it stays so, \(Advice.noCompression.rawValue)"
        return copy
    }
}
