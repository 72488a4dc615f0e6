/// The roads of an encrypted data connection: through the buffer, a good many records at a time.
extension Pump {
    mutating func receive(
        _ tls: TLSConnection, from socket: borrowing Socket, _ conditions: Conditions,
        sink: (UnsafeRawBufferPointer) throws(TransportError) -> Void
    ) -> PumpResult {
        let buffer = ownBuffer()
        let most = min(buffer.count, conditions.limit?.chunk ?? buffer.count)
        var moved: Int64 = 0
        while true {
            // A record holds 16 KiB at most: as many as are there go to the sink at once.
            var count = 0
            var stop: TLSConnection.Moved?
            var failure: TLSFailure?
            while count < most, stop == nil, failure == nil {
                do throws(TLSFailure) {
                    let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[count..<most])
                    switch try tls.read(into: rest) {
                    case .bytes(let more): count += more
                    case let other: stop = other
                    }
                } catch {
                    failure = error
                }
            }
            var pausing: PumpResult.End?
            if count > 0 {
                do {
                    try sink(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                } catch {
                    return PumpResult(bytes: moved, end: .diskFailed(error))
                }
                moved += Int64(count)
                pausing = pause(after: count, conditions)
            }
            if let failure { return PumpResult(bytes: moved, end: .peerFailed(socket.error(failure))) }
            switch stop {
            case .ended: return PumpResult(bytes: moved, end: .endOfData)
            case .cutOff: return PumpResult(bytes: moved, end: .cutOff)
            case .wantsToRead, .wantsToWrite, .bytes, nil: break
            }
            if let end = pausing ?? wait(as: stop, socket, conditions) {
                return PumpResult(bytes: moved, end: end)
            }
        }
    }

    /// What was read from the file and not sent when the run is interrupted is read once more.
    mutating func send(
        _ file: LocalFile.Lent, from offset: Int64, _ tls: TLSConnection, to socket: borrowing Socket,
        _ conditions: Conditions
    ) -> PumpResult {
        var position = offset
        unsent = 0..<0
        return send(tls, to: socket, conditions) { buffer throws(TransportError) in
            let count = try file.read(into: buffer, at: position)
            position += Int64(count)
            return count
        }
    }

    mutating func send(
        _ tls: TLSConnection, to socket: borrowing Socket, _ conditions: Conditions,
        source: (UnsafeMutableRawBufferPointer) throws(TransportError) -> Int
    ) -> PumpResult {
        let buffer = ownBuffer()
        // An empty file has a handshake too, without which servers take the transfer for failed.
        if let end = shakeHands(tls, socket, conditions) { return PumpResult(bytes: 0, end: end) }
        var moved: Int64 = 0
        while true {
            if let end = refill(conditions, source) { return PumpResult(bytes: moved, end: end) }
            do throws(TLSFailure) {
                switch try tls.write(UnsafeRawBufferPointer(rebasing: buffer[unsent])) {
                case .bytes(let count):
                    unsent = (unsent.lowerBound + count)..<unsent.upperBound
                    moved += Int64(count)
                    if let end = pause(after: count, conditions) {
                        return PumpResult(bytes: moved, end: end)
                    }
                case .ended, .cutOff:
                    return PumpResult(bytes: moved, end: .peerFailed(.closedByPeer))
                case let wish:
                    if let end = wait(as: wish, socket, conditions) {
                        return PumpResult(bytes: moved, end: end)
                    }
                }
            } catch {
                return PumpResult(bytes: moved, end: .peerFailed(socket.error(error)))
            }
        }
    }

    private func shakeHands(
        _ tls: TLSConnection, _ socket: borrowing Socket, _ conditions: Conditions
    ) -> PumpResult.End? {
        while true {
            do throws(TLSFailure) {
                switch try tls.handshake() {
                case .done: return nil
                case .wantsToRead: if let end = wait(for: socket.raw, .readable, conditions) { return end }
                case .wantsToWrite: if let end = wait(for: socket.raw, .writable, conditions) { return end }
                }
            } catch {
                return .peerFailed(socket.error(error))
            }
        }
    }

    private func wait(
        as wish: TLSConnection.Moved?, _ socket: borrowing Socket, _ conditions: Conditions
    ) -> PumpResult.End? {
        switch wish {
        case .wantsToRead: wait(for: socket.raw, .readable, conditions)
        case .wantsToWrite: wait(for: socket.raw, .writable, conditions)
        default: nil
        }
    }
}
