import Synchronization
import TestSupport
import Testing
import Transport

/// Empty, tiny, a record and a byte, more than the buffer.
private let sizes = [0, 1, 16_385, (1 << 20) + 3]

/// The pump over TLS: the handshake is part of the run.
@Suite struct EncryptedPumpTests {
    private let conditions = Pump.Conditions(patience: soon)

    private func drain(_ pair: EncryptedPair) -> Background<[UInt8]> {
        Background { try readAll(pair.far) }
    }

    private func feed(_ bytes: [UInt8], into pair: EncryptedPair) -> Background<Void> {
        Background {
            try pair.far.finishHandshake(until: .after(soon), cancellation: nil)
            try pair.far.write(bytes, until: .after(soon), cancellation: nil)
            try pair.far.endWriting(until: .after(soon), cancellation: nil)
        }
    }

    @Test(arguments: sizes, [TLSVersion.tls12, .tls13])
    func receivesIntoAFileWhatWasSent(_ size: Int, _ version: TLSVersion) throws {
        let directory = try TemporaryDirectory()
        let pair = try TLSGround { $0.maximumVersion = version }.pair()
        let feeding = feed(pattern(size), into: pair)
        let file = try LocalFile.create(directory.place("file"))
        var pump = Pump()
        let progress = ProgressCounter()
        let result = pump.receive(
            from: pair.near, into: file.lent, at: 0, Pump.Conditions(patience: soon, progress: progress))
        try feeding.value()
        #expect(result.end == .endOfData)
        #expect(result.bytes == Int64(size))
        #expect(progress.bytes == Int64(size))
        try file.close()
        #expect(try directory.contents(of: "file") == pattern(size))
    }

    @Test(arguments: sizes, [TLSVersion.tls12, .tls13])
    func sendsAFileFromAnyOffset(_ size: Int, _ version: TLSVersion) throws {
        let directory = try TemporaryDirectory()
        let pair = try TLSGround { $0.maximumVersion = version }.pair()
        let bytes = pattern(size)
        try directory.write(bytes, to: "file")
        let file = try LocalFile.openForReading(directory.place("file"))
        let draining = drain(pair)
        var pump = Pump()
        let result = pump.send(file.lent, from: Int64(size / 3), to: pair.near, conditions)
        #expect(result.end == .endOfData)
        try pair.near.endWriting(until: .after(soon), cancellation: nil)
        #expect(try draining.value() == Array(bytes[(size / 3)...]))
    }

    @Test func losesNothingWhenSendingIsInterruptedAndResumed() throws {
        let pair = try TLSGround().pair()
        let watched = try ConnectedPair.make()
        try watched.far.write([1], until: .after(soon), cancellation: nil)
        let bytes = pattern(3 << 20)
        var pump = Pump()
        var position = 0
        let source = { (buffer: UnsafeMutableRawBufferPointer) throws(TransportError) -> Int in
            let count = min(buffer.count, bytes.count - position)
            buffer.copyBytes(from: bytes[position..<(position + count)])
            position += count
            return count
        }
        // Nobody reads yet: it stops for the watched connection, in the middle of the handshake.
        let first = pump.send(
            to: pair.near, Pump.Conditions(patience: soon, watched: watched.near.raw), source: source)
        #expect(first.end == .interrupted)
        let draining = drain(pair)
        let rest = pump.send(to: pair.near, conditions, resuming: true, source: source)
        #expect(rest.end == .endOfData)
        #expect(first.bytes + rest.bytes == Int64(bytes.count))
        try pair.near.endWriting(until: .after(soon), cancellation: nil)
        #expect(try draining.value() == bytes)
    }

    @Test func goesOnWithAFileWhereAFullLineInterruptedIt() throws {
        let directory = try TemporaryDirectory()
        let pair = try TLSGround().pair()
        try pair.shakeHands()
        let watched = try ConnectedPair.make()
        try watched.far.write([1], until: .after(soon), cancellation: nil)
        let bytes = pattern(20 << 20)
        try directory.write(bytes, to: "file")
        let file = try LocalFile.openForReading(directory.place("file"))
        var pump = Pump()
        let first = pump.send(
            file.lent, from: 0, to: pair.near, Pump.Conditions(patience: soon, watched: watched.near.raw))
        #expect(first.end == .interrupted)
        #expect(first.bytes > 0)
        let draining = drain(pair)
        let rest = pump.send(file.lent, from: first.bytes, to: pair.near, conditions)
        #expect(rest.end == .endOfData)
        try pair.near.endWriting(until: .after(soon), cancellation: nil)
        #expect(try draining.value() == bytes)
    }

    @Test func anEndWithoutCloseNotifyIsCutOffAndKeepsItsBytes() throws {
        let pair = try TLSGround().pair()
        let feeding = Background {
            try pair.far.write(pattern(1_000), until: .after(soon), cancellation: nil)
            pair.far.shutdownWriting()
        }
        var received: [UInt8] = []
        var pump = Pump()
        let result = pump.receive(from: pair.near, conditions) { received += $0 }
        try feeding.value()
        #expect(result.end == .cutOff)
        #expect(result.bytes == 1_000)
        #expect(received == pattern(1_000))
    }
}
