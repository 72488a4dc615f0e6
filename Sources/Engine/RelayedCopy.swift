public import FTPProtocol
import Transfers
public import Transport

/// A file from one server to another through this machine: what one connection reads the other writes, a few
/// megabytes are in between, and nothing is kept on the disk.
public enum RelayedCopy {
    /// Blocks until the file is there.
    ///
    /// - Parameters:
    ///   - source: used on a thread of its own, and ended.
    ///   - progress: counts what was passed on.
    /// - Returns: the bytes that went through.
    public static func run(
        of path: RemotePath, on source: sending Session, to target: RemotePath, on destination: Session,
        progress: ProgressCounter? = nil, limit: RateLimit? = nil
    ) throws(Failure) -> Int64 {
        let channel = ByteChannel()
        let controls = source.controls
        let reader = Confined(source, label: "portside.copy")
        reader.perform { source in
            var failure: Failure?
            do throws(Failure) {
                try source.connectAsOrigin()
                _ = try source.retrieve(path, from: 0, progress: nil, limit: nil) {
                    bytes throws(TransportError) in
                    try channel.write(bytes)
                }
            } catch {
                failure = error
            }
            source.quit()
            channel.finish(failure)
        }
        let cancellation = destination.cancellation
        do throws(Failure) {
            let bytes = try destination.store(as: target, progress: progress, limit: limit) {
                buffer throws(TransportError) in
                try channel.read(into: buffer, cancellation: cancellation)
            }
            reader.wait { _ in }
            return bytes
        } catch {
            let reason = channel.failure
            controls.cancellation.cancelForGood()
            channel.close()
            reader.wait { _ in }
            throw cancellation.isCancelled ? .cancelled : reason ?? error
        }
    }
}
