import FTPProtocol
import Transport

/// How a transfer opens its data connection, runs, and is told about (RFC 959 §5.4, protocol order of 1yz
/// and 2yz replies as the personality has it).
extension ServerSession {
    /// How the moving of bytes ended, seen from the client.
    enum TransferEnd {
        case complete, broken, aborted, diskFull, diskFailed, exceeded
    }

    /// The data connection with its preliminary reply; nil when there is none and the client has been told.
    mutating func openData(_ opening: Answer) throws(TransportError) -> Socket? {
        guard let connected = try connectData(opening), let socket = try protect(connected) else {
            return nil
        }
        guard has(.refusedAfterPreliminary) else { return socket }
        _ = consume socket
        try reply(.failed(.denied, .retrieve))
        return nil
    }

    private mutating func connectData(_ opening: Answer) throws(TransportError) -> Socket? {
        guard data.isArranged else {
            try reply(.noDataConnection)
            return nil
        }
        if has(.dataNotAccepted) {
            try rest(configuration.dataPatience)
            data.forget()
            try reply(.cannotOpenData)
            return nil
        }
        guard case .byState = data.manners.announcement else {
            return try openWithoutLooking(opening)
        }
        if data.stands(cancellation) {
            guard let socket = try takeData() else { return nil }
            try announce(.dataAlreadyOpen)
            return socket
        }
        try announce(opening)
        guard try waitForData() else { return nil }
        return try takeData()
    }

    /// The servers that always say the same, or what the mode tells them to.
    private mutating func openWithoutLooking(_ opening: Answer) throws(TransportError) -> Socket? {
        let isPassive = data.isPassive
        if case .byMode = data.manners.announcement, !isPassive {
            try announce(opening)
            guard try waitForData() else { return nil }
            return try takeData()
        }
        guard try waitForData() else { return nil }
        guard let socket = try takeData() else { return nil }
        if case .afterConnecting = data.manners.announcement {
            try announce(opening)
        } else {
            try announce(.dataAlreadyOpen)
        }
        return socket
    }

    /// The connection that was waited for; nil when it failed and the client has been told.
    private mutating func takeData() throws(TransportError) -> Socket? {
        do throws(DataChannel.Failure) {
            let socket = try data.take(cancellation)
            guard state.isFirst(.firstDataReset) else { return socket }
            socket.resetOnClose()
            _ = consume socket
            try? reply(.transferBroken)
            return nil
        } catch {
            switch error {
            case .failed: try reply(.cannotOpenData)
            case .stranger: try reply(.strangerOnData)
            case .lowPort: try reply(.lowDataPort)
            }
            return nil
        }
    }

    private func announce(_ opening: Answer) throws(TransportError) {
        guard !has(.noPreliminary) else { return }
        try reply(opening)
    }

    /// True when the connection stands, or has failed for good; false when it was given up and the client told.
    private mutating func waitForData() throws(TransportError) -> Bool {
        let deadline = Deadline.after(configuration.dataPatience)
        var interruption = try heard()
        while true {
            switch interruption {
            case .goOn: break
            case .gone:
                data.forget()
                return false
            case .abort:
                data.forget()
                try explain(.aborted)
                return false
            }
            switch data.wait(watching: watchedControl, until: deadline, cancellation) {
            case .ready: return true
            case .interrupted: interruption = try listen()
            case .cancelled: throw .cancelled
            case .timedOut:
                data.forget()
                try reply(.cannotOpenData)
                return false
            }
        }
    }

    // MARK: The control connection meanwhile

    private enum Interruption { case goOn, abort, gone }

    /// −1 when no more can be taken from it during this transfer.
    private var watchedControl: Int32 { input.isFull || input.hasEnded ? -1 : control.raw }

    /// Reads what the client says while a transfer runs. ABOR and STAT are for now (RFC 959 §4.1.3);
    /// everything else waits for its turn.
    private mutating func listen() throws(TransportError) -> Interruption {
        do {
            try input.fill(from: control, until: .after(.zero), cancellation: cancellation)
        } catch .timedOut {
            return .goOn
        }
        if input.hasEnded || input.isLineTooLong {
            isOver = true
            return .gone
        }
        return try heard()
    }

    /// What has been read already, perhaps together with the command that runs.
    private mutating func heard() throws(TransportError) -> Interruption {
        while let line = input.takeUrgent(["ABOR", "STAT"]) {
            note(.sent, line.bytes)
            if line.verb == "ABOR" {
                if has(.abortIgnored) { continue }
                return .abort
            }
            try reply(.status(statusLines + ["Transfer in progress"]))
        }
        return .goOn
    }

    // MARK: Moving

    /// Runs `body` until the data end; it is called again whenever the client has said something meanwhile.
    ///
    /// - Parameter body: one run of the pump; told whether it goes on after an interruption.
    mutating func move(
        limit: RateLimit? = nil, _ body: (inout Pump, Pump.Conditions, _ isResuming: Bool) -> PumpResult
    ) throws(TransportError) -> TransferEnd {
        var isResuming = false
        if case .abort = try heard() { return .aborted }
        pump.deflation = isDeflating ? Deflation(.ratio, leavesEndOut: has(.deflateCut)) : nil
        defer { pump.deflation = nil }
        while true {
            let conditions = Pump.Conditions(
                patience: configuration.dataPatience, cancellation: cancellation,
                watched: watchedControl, limit: limit)
            switch body(&pump, conditions, isResuming).end {
            case .endOfData: return .complete
            case .cutOff: return has(.strictUploadEnd) ? .broken : .complete
            case .peerFailed, .timedOut: return .broken
            case .diskFailed(let error): return error.isDiskFull ? .diskFull : .diskFailed
            case .cancelled: throw .cancelled
            case .interrupted:
                isResuming = true
                switch try listen() {
                case .goOn: continue
                case .abort: return .aborted
                case .gone: return .broken
                }
            }
        }
    }

    /// Ends the data connection and says how it went, in the order of the personality.
    mutating func finish(
        _ socket: consuming Socket, _ end: TransferEnd, _ completion: Answer
    ) throws(TransportError) {
        guard case .complete = end else {
            _ = consume socket
            return try explain(end)
        }
        if data.manners.completesBeforeClosing {
            try complete(completion)
            sayEnd(socket)
            data.finish(socket)
        } else {
            sayEnd(socket)
            data.finish(socket)
            try complete(completion)
        }
    }

    private func explain(_ end: TransferEnd) throws(TransportError) {
        switch end {
        case .complete: return
        case .broken: try reply(.transferBroken)
        case .diskFull: try reply(.diskFull)
        case .diskFailed: try reply(.diskFailed)
        case .exceeded: try reply(.storageExceeded)
        case .aborted:
            try reply(.transferAborted)
            try reply(.aborted)
        }
    }

    /// Waits, moving nothing, until the client says ABOR; false when it goes instead.
    mutating func waitForAbort() throws(TransportError) -> Bool {
        while true {
            switch Wait.wait(for: watchedControl, .readable, until: .never, cancellation: cancellation) {
            case .cancelled: throw .cancelled
            case .ready, .watchedReady, .timedOut: break
            }
            switch try listen() {
            case .goOn: continue
            case .abort: return true
            case .gone: return false
            }
        }
    }

    private func complete(_ completion: Answer) throws(TransportError) {
        if has(.completionBeforeEndOfData) || has(.completionMissing) { return }
        if has(.refusedAfterData) { return try reply(.transferBroken) }
        if let seconds = fault({ if case .completionLate(let seconds) = $0 { seconds } else { nil } }) {
            try rest(.seconds(seconds))
        }
        try reply(completion)
        if has(.completionTwice) { try reply(completion) }
    }
}
