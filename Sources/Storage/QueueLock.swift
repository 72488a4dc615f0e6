import Glibc

/// Says which process is the queue's worker: whoever holds it, alone, writes the journal of what it starts.
///
/// It is an flock on `queue.lock`, not a row in the database, because the kernel drops it with its
/// holder, however that dies: no stale lock, no lease to renew. The file holds the worker's process
/// identifier, for messages only.
public struct QueueLock: ~Copyable, Sendable {
    private let descriptor: Int32
    let directory: String
    /// The process that had it before and did not let go of it: it was killed, or the machine went down.
    public let killedHolder: Int32?

    /// Nil when another process, or another lock of this one, is the worker. Never blocks.
    public static func tryAcquire(directory: String) throws -> QueueLock? {
        let place = StateDirectory(path: directory)
        try place.make()
        let descriptor = try place.open(place.lock)
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let error = errno
            close(descriptor)
            if error == EWOULDBLOCK { return nil }
            throw StorageError.other(path: place.lock, reason: String(cString: strerror(error)))
        }
        let lock = QueueLock(
            descriptor: descriptor, directory: directory, killedHolder: readHolder(descriptor))
        lock.writeHolder()
        return lock
    }

    /// The process identifier of the worker, as far as the file says so; it may have ended since.
    public static func holder(directory: String) -> Int32? {
        let descriptor = open(StateDirectory(path: directory).lock, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        guard let process = readHolder(descriptor) else { return nil }
        // It died without a word.
        return kill(process, 0) != 0 && errno == ESRCH ? nil : process
    }

    private static func readHolder(_ descriptor: Int32) -> Int32? {
        var digits = [UInt8](repeating: 0, count: 16)
        let length = pread(descriptor, &digits, digits.count, 0)
        guard length > 0 else { return nil }
        return Int32(String(decoding: digits[..<length].prefix { $0 != 0x0A }, as: UTF8.self))
    }

    private init(descriptor: Int32, directory: String, killedHolder: Int32?) {
        self.descriptor = descriptor
        self.directory = directory
        self.killedHolder = killedHolder
    }

    /// What cannot be written here is only missing in a message.
    private func writeHolder() {
        let line = Array("\(getpid())\n".utf8)
        if ftruncate(descriptor, 0) == 0 { _ = pwrite(descriptor, line, line.count, 0) }
    }

    deinit {
        // Emptied before it is let go, so that nobody reads a number that is not the worker's any more.
        ftruncate(descriptor, 0)
        close(descriptor)
    }
}
