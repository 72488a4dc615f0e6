import Synchronization
import TestSupport
import Testing
import Transport

/// Empty, tiny, one pipe and a byte, more than `sendfile` takes at once.
private let sizes = [0, 1, 65_537, (1 << 20) + 1, (5 << 20) + 3]

@Suite struct PumpTests {
    private let conditions = Pump.Conditions(patience: soon)

    private func feed(_ bytes: [UInt8], into shared: SharedPair) -> Background<Void> {
        Background {
            try shared.pair.far.write(bytes, until: .after(soon), cancellation: nil)
            shared.pair.far.shutdownWriting()
        }
    }

    private func drain(_ shared: SharedPair) -> Background<[UInt8]> {
        Background { try readAll(shared.pair.far) }
    }

    @Test(arguments: sizes)
    func receivesIntoAFileWhatWasSent(_ size: Int) throws {
        let directory = try TemporaryDirectory()
        let bytes = pattern(size)
        let shared = try SharedPair()
        let feeding = feed(bytes, into: shared)
        let file = try LocalFile.create(directory.place("file"))
        var pump = Pump()
        let progress = ProgressCounter()
        let result = pump.receive(
            from: shared.pair.near, into: file.lent, at: 0,
            Pump.Conditions(patience: soon, progress: progress))
        try feeding.value()
        #expect(result.end == .endOfData)
        #expect(result.bytes == Int64(size))
        #expect(progress.bytes == Int64(size))
        try file.close()
        #expect(try directory.contents(of: "file") == bytes)
    }

    @Test(arguments: sizes)
    func receivesIntoASinkWhatWasSent(_ size: Int) throws {
        let bytes = pattern(size)
        let shared = try SharedPair()
        let feeding = feed(bytes, into: shared)
        var pump = Pump()
        var received: [UInt8] = []
        let result = pump.receive(from: shared.pair.near, conditions) { chunk throws(TransportError) in
            received += chunk
        }
        try feeding.value()
        #expect(result.end == .endOfData)
        #expect(received == bytes)
    }

    @Test(arguments: sizes)
    func sendsAFileFromAnyOffset(_ size: Int) throws {
        let directory = try TemporaryDirectory()
        let bytes = pattern(size)
        try directory.write(bytes, to: "file")
        for offset in [0, size / 2, size] {
            let shared = try SharedPair()
            let draining = drain(shared)
            let file = try LocalFile.openForReading(directory.place("file"))
            var pump = Pump()
            let result = pump.send(file.lent, from: Int64(offset), to: shared.pair.near, conditions)
            shared.pair.near.shutdownWriting()
            #expect(result.end == .endOfData)
            #expect(result.bytes == Int64(size - offset))
            #expect(try draining.value() == Array(bytes[offset...]))
        }
    }

    @Test(arguments: sizes)
    func sendsWhatASourceGives(_ size: Int) throws {
        let bytes = pattern(size)
        let shared = try SharedPair()
        let draining = drain(shared)
        var pump = Pump()
        var position = 0
        let result = pump.send(to: shared.pair.near, conditions) { buffer throws(TransportError) in
            let count = min(buffer.count, size - position, 10_000)
            buffer.copyBytes(from: bytes[position..<(position + count)])
            position += count
            return count
        }
        shared.pair.near.shutdownWriting()
        #expect(result.end == .endOfData)
        #expect(result.bytes == Int64(size))
        #expect(try draining.value() == bytes)
    }

    @Test func appendsAtAnOffsetAndLeavesWhatIsBeforeIt() throws {
        let directory = try TemporaryDirectory()
        try directory.write(Array("hello world".utf8), to: "file")
        let shared = try SharedPair()
        let feeding = feed(Array("THERE".utf8), into: shared)
        let file = try LocalFile.openForWriting(directory.place("file"), truncating: false)
        var pump = Pump()
        _ = pump.receive(from: shared.pair.near, into: file.lent, at: 6, conditions)
        try feeding.value()
        #expect(try directory.contents(of: "file") == Array("hello THERE".utf8))
    }

    /// `/dev/full` refuses every byte; a file that is open for reading refuses `splice` when the bytes have
    /// already left the socket. Nothing of them may be in the pipe or the buffer of the next transfer.
    @Test(arguments: ["/dev/full", "reading"])
    func startsAfreshAfterTheDiskHasFailed(_ target: String) throws {
        let directory = try TemporaryDirectory()
        try directory.write([], to: "read-only")
        let refusing =
            target == "reading"
            ? try LocalFile.openForReading(directory.place("read-only"))
            : try LocalFile.openForWriting(Array(target.utf8), truncating: false)
        var pump = Pump()
        let first = try SharedPair()
        let feeding = feed(pattern(100_000), into: first)
        let failed = pump.receive(from: first.pair.near, into: refusing.lent, at: 0, conditions)
        guard case .diskFailed(let error) = failed.end else {
            Issue.record("\(failed.end)")
            return
        }
        #expect(error.isDiskFull == (target == "/dev/full"))
        #expect(failed.bytes == 0)
        try feeding.value()
        let second = try SharedPair()
        let again = feed(Array("clean".utf8), into: second)
        let file = try LocalFile.create(directory.place("file"))
        #expect(pump.receive(from: second.pair.near, into: file.lent, at: 0, conditions).end == .endOfData)
        try again.value()
        #expect(try directory.contents(of: "file") == Array("clean".utf8))
    }

    @Test func isInterruptedByTheWatchedConnection() throws {
        let directory = try TemporaryDirectory()
        let (data, control) = (try SharedPair(), try SharedPair())
        try control.pair.far.write([1], until: .after(soon), cancellation: nil)
        let watching = Pump.Conditions(patience: soon, watched: control.pair.near.raw)
        let file = try LocalFile.create(directory.place("file"))
        var pump = Pump()
        #expect(
            pump.receive(from: data.pair.near, into: file.lent, at: 0, watching).end == .interrupted)
        // Data that is there goes first.
        try data.pair.far.write([7], until: .after(soon), cancellation: nil)
        _ = Wait.wait(for: data.pair.near.raw, .readable, until: .after(soon), cancellation: nil)
        let result = pump.receive(from: data.pair.near, into: file.lent, at: 0, watching)
        #expect(result.bytes == 1)
        #expect(result.end == .interrupted)
    }

    @Test func losesNothingWhenSendingIsInterruptedAndResumed() throws {
        let bytes = pattern(20 << 20)  // more than the kernel buffers
        let (data, control) = (try SharedPair(), try SharedPair())
        try control.pair.far.write([1], until: .after(soon), cancellation: nil)
        var position = 0
        var pump = Pump()
        let source = { (buffer: UnsafeMutableRawBufferPointer) throws(TransportError) -> Int in
            let count = min(buffer.count, bytes.count - position)
            buffer.copyBytes(from: bytes[position..<(position + count)])
            position += count
            return count
        }
        let watching = Pump.Conditions(patience: soon, watched: control.pair.near.raw)
        let first = pump.send(to: data.pair.near, watching, source: source)
        #expect(first.end == .interrupted)
        let draining = drain(data)
        let second = pump.send(to: data.pair.near, conditions, resuming: true, source: source)
        data.pair.near.shutdownWriting()
        #expect(second.end == .endOfData)
        #expect(first.bytes + second.bytes == Int64(bytes.count))
        #expect(try draining.value() == bytes)
    }

    @Test func hearsTheWatchedConnectionWhileItHoldsThePace() throws {
        let directory = try TemporaryDirectory()
        try directory.write(pattern(100_000), to: "file")
        let (data, control) = (try SharedPair(), try SharedPair())
        try control.pair.far.write([1], until: .after(soon), cancellation: nil)
        let file = try LocalFile.openForReading(directory.place("file"))
        var pump = Pump()
        let result = pump.send(
            file.lent, from: 0, to: data.pair.near,
            Pump.Conditions(
                patience: soon, watched: control.pair.near.raw, limit: RateLimit(bytesPerSecond: 1_000)))
        #expect(result.end == .interrupted)
        #expect(result.bytes < 100_000)
    }

    @Test func isCancelledAtOnce() throws {
        let directory = try TemporaryDirectory()
        let shared = try SharedPair()
        let file = try LocalFile.create(directory.place("file"))
        let cancellation = Cancellation()
        cancellation.cancel()
        var pump = Pump()
        let result = pump.receive(
            from: shared.pair.near, into: file.lent, at: 0,
            Pump.Conditions(patience: .seconds(3_600), cancellation: cancellation))
        #expect(result.end == .cancelled)
    }

    @Test func givesUpOnASilentPeer() throws {
        let directory = try TemporaryDirectory()
        let shared = try SharedPair()
        let file = try LocalFile.create(directory.place("file"))
        var pump = Pump()
        let result = pump.receive(
            from: shared.pair.near, into: file.lent, at: 0, Pump.Conditions(patience: .milliseconds(5)))
        #expect(result.end == .timedOut)
    }

    @Test func aResetIsThePeersFailureWhicheverTheRoad() throws {
        let directory = try TemporaryDirectory()
        try makeLarge(directory.place("large"))
        var pump = Pump()
        func broken() throws -> Socket {
            let listener = try Listener(on: .loopback())
            let near = try Socket.connect(to: listener.address, until: .after(soon), cancellation: nil)
            let far = try listener.accept(until: .after(soon), cancellation: nil)
            far.resetOnClose()
            return near
        }
        let file = try LocalFile.create(directory.place("file"))
        let receiving = try broken()
        guard case .peerFailed = pump.receive(from: receiving, into: file.lent, at: 0, conditions).end else {
            Issue.record("receive")
            return
        }
        let large = try LocalFile.openForReading(directory.place("large"))
        let sending = try broken()
        guard case .peerFailed = pump.send(large.lent, from: 0, to: sending, conditions).end else {
            Issue.record("send")
            return
        }
    }

    private func makeLarge(_ path: [UInt8]) throws {
        let file = try LocalFile.create(path)
        try file.truncate(to: 1 << 30)
        try file.close()
    }
}
