import FTPProtocol
import Transfers
import Transport

/// RETR straight into a device or a pipe: nothing is replaced, and nothing can be renamed into its place.
struct DeviceDownload {
    let job: FileTransfer

    private var transfer: Transfer { job.transfer }

    /// - Returns: the bytes that have gone into it.
    func run(on session: Session) throws(Failure) -> Int64 {
        // What an earlier try wrote has gone where it cannot be taken back from.
        let start = transfer.bytes
        let size = try session.size(of: transfer.remotePath)
        if let size { job.learnt(size, transfer.modified) }
        let device: OutputDevice
        do throws(TransportError) {
            device = try OutputDevice(
                transfer.localPath.bytes, until: .after(session.patience), cancellation: session.cancellation)
        } catch {
            throw Failure(error, attempt: "\(transfer.localPath)")
        }
        job.progress.set(start)
        job.activity(nil)
        let patience = session.patience
        let cancellation = session.cancellation
        if job.isText {
            return try session.retrieveText(transfer.remotePath, progress: job.progress, limit: job.limit) {
                bytes, _ throws(TransportError) in
                try device.write(bytes, patience: patience, cancellation: cancellation)
            }
        }
        let bytes =
            try start
            + session.retrieve(transfer.remotePath, from: start, progress: job.progress, limit: job.limit) {
                bytes throws(TransportError) in
                try device.write(bytes, patience: patience, cancellation: cancellation)
            }
        guard !job.comparesSizes || size == nil || size == bytes else {
            throw Failure(
                .doesNotVerify,
                "\(session.shown(transfer.remotePath)): \(bytes) bytes arrived, the server has \(size ?? 0)")
        }
        return bytes
    }
}
