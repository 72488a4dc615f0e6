import FTPProtocol
import Transport

extension Fault {
    /// What goes wrong while bytes move.
    static let transfers = Area(
        title: "During a transfer",
        forms: [
            FaultForm("no-150", "no preliminary reply", .noPreliminary),
            FaultForm("550-after-150", "150, and then 550 in place of the data", .refusedAfterPreliminary),
            FaultForm("226-late", "[:SECONDS]", "says 226 so long (3) after the data have ended") {
                FaultForm.number($0, or: 3).map { .completionLate(seconds: $0) }
            },
            FaultForm("226-before-data-eof", "says 226 before the data", .completionBeforeEndOfData),
            FaultForm("double-226", "says 226 twice", .completionTwice),
            FaultForm(
                "mode-z-cut", "compressed data stop before the end of the zlib stream, with 226", .deflateCut),
            FaultForm("no-226", "never says 226", .completionMissing),
            FaultForm("426-after-data", "says 426 although all data came", .refusedAfterData),
            cut("truncated-data", .orderly, "ends after that many bytes as if that were all, with 226"),
            cut("truncated-426", .refused, "ends after that many bytes, with 426"),
            cut("rst-data", .reset, "resets the data connection after that many bytes, with 426"),
            cut("stall-data", .stall, "moves no more after that many bytes; ABOR is heard"),
            cut("half-open-transfer", .silence, "is silent on both connections after that many bytes"),
            cut("421-mid-transfer", .unavailable, "says 421 after that many bytes and closes both"),
            cut("server-dies", .death, "resets both connections after that many bytes"),
            cut(
                "server-restart", .restart,
                "ends all sessions after that many bytes, and listens again a second later"),
            FaultForm(
                "drop-every", ":N", "closes both connections without a word after N bytes of each transfer"
            ) {
                FaultForm.bytes($0, from: 1).map { .cut(.drop, after: $0) }
            },
            FaultForm("450-once", ":NAME", "the first RETR of it is refused with 450") {
                FaultForm.fileName($0).map { .busyOnce($0) }
            },
            FaultForm("in-use", ":NAME", "another process has it open") {
                FaultForm.fileName($0).map { .inUse($0) }
            },
            FaultForm("slow", ":NAME:BYTES_PER_SECOND", "moves it no faster", read: slow),
            FaultForm("rest-refused", "502 to REST", also: ["no-rest"], .restartRefused),
            FaultForm("rest-ignored", "350 to REST, and then everything from the beginning", .restartIgnored),
            FaultForm("rest-off", "[:BYTES]", "goes on so many bytes (3) too early") {
                FaultForm.bytes($0, or: 3).map { .restartOff(bytes: $0) }
            },
        ])

    private static func cut(_ name: String, _ cut: Cut, _ meaning: String) -> FaultForm {
        FaultForm(name, "[@BYTES]", meaning) { value in
            guard let value else { return .cut(cut, after: nil) }
            return FaultForm.bytes(value).map { .cut(cut, after: $0) }
        }
    }

    private static func slow(_ value: String?) -> Fault? {
        // The name may hold colons itself: the last one counts.
        guard let value, let colon = value.lastIndex(of: ":"),
            let name = FaultForm.fileName(String(value[..<colon])),
            let speed = Int64(value[value.index(after: colon)...]), speed > 0
        else { return nil }
        return .slow(name, bytesPerSecond: speed)
    }
}

extension ServerSession {
    /// Where and how the transfer that begins is to end before its end; nil when it may go on.
    ///
    /// - Parameter size: what it would move; nil where nobody knows.
    func nextCut(of size: Int64?) -> (cut: Fault.Cut, after: Int64)? {
        if has(.truncatesTLS), let size { return (.orderly, size / 2) }
        let found = fault { fault -> (Fault.Cut, Int64)? in
            guard case .cut(let cut, let bytes) = fault else { return nil }
            let after = bytes ?? size.map { $0 / 2 } ?? 1_000
            if let size, after >= size, size > 0 || bytes != nil { return nil }
            return (cut, after)
        }
        return found.map { (cut: $0.0, after: $0.1) }
    }

    /// Ends a transfer whose data have come as far as they are to.
    mutating func end(
        _ socket: consuming Socket, by cut: Fault.Cut, _ completion: Answer
    ) throws(TransportError) {
        switch cut {
        case .orderly: try finish(socket, .complete, completion)
        case .refused:
            socket.shutdownWriting()
            try finish(socket, .broken, completion)
        case .reset:
            socket.resetOnClose()
            try finish(socket, .broken, completion)
        case .stall:
            let end: TransferEnd = try waitForAbort() ? .aborted : .broken
            try finish(socket, end, completion)
        case .silence: try stayAway()
        case .unavailable:
            isOver = true
            _ = consume socket
            try reply(.serviceNotAvailable)
        case .death:
            isOver = true
            socket.resetOnClose()
            control.resetOnClose()
        case .drop:
            isOver = true
            socket.shutdownWriting()
        case .restart: state.restart()
        }
    }

    func speed(of name: [UInt8]) -> RateLimit? {
        fault { if case .slow(name, let speed) = $0 { speed } else { nil } }
            .map { RateLimit(bytesPerSecond: $0) }
    }
}
