import FTPProtocol
import Transfers
import Transport

/// What is written before its turn, to servers that are known to read on. Each command is still given to `write` in its turn,
/// and its reply read then; one that is not wanted any more is answered all the same.
extension Session {
    /// Writes in one piece what is asked next about a file that was stored: its size, its time, its new name, and the
    /// next one's data connection. One round trip instead of five. Does nothing where it is not certain that these are
    /// asked.
    ///
    /// - Returns: whether that was done, and so the file gets its new name whatever its size is.
    func askAhead(
        afterStoring path: RemotePath, as target: RemotePath, modified seconds: Int64
    ) throws(Failure) -> Bool {
        guard mayAskAhead, let control, type == .image, features.mayTry("SIZE") else { return false }
        let path = resolve(path)
        let target = resolve(target)
        guard try argument(for: path) == path, try argument(for: target) == target,
            let (key, time) = waysToSetTime(of: path, to: seconds).first(where: { features.mayTry($0.key) }),
            hasProperTime || key == provenTime
        else { return false }
        var commands = [Command.size(path), time, .renameFrom(path), .renameTo(target)]
        lane.begin(after: control.idleTime)
        if lane.isOpen, mayDialAhead { commands.append(.extendedPassive) }
        lane.leave()
        try control.writeAhead(commands, until: .after(patience), cancellation: cancellation)
        return true
    }

    /// Writes in one piece what a small file needs before it is retrieved: its time and its data connection, or, where
    /// that stands already, its time, RETR, and the data connection of the next one; see `FastLane`. Does nothing where it
    /// is not certain that these are asked next.
    func askAhead(beforeRetrieving path: RemotePath) throws(Failure) {
        lane.leave()
        // What a transfer wants said before it comes first.
        guard mayAskAhead, let control, type == .image, !leavesOffsetBehind, features.mayTry("MDTM"),
            mayDialAhead, isPrepared || preparations.isEmpty
        else { return }
        let path = resolve(path)
        guard try argument(for: path) == path else { return }
        let idle = control.idleTime
        let time = Command.modificationTime(path)
        let dialled: DialledConnection?
        do throws(Failure) { dialled = try dialAhead(control, idle) } catch {
            guard error.endsConnection, error.kind != .cancelled else { throw error }
            // What is asked next logs in again.
            return disconnect()
        }
        guard self.control === control else { return }
        if let dialled {
            lane.begin(after: idle, dialled)
            try control.writeAhead(
                [time, .retrieve(path), .extendedPassive], until: .after(patience), cancellation: cancellation
            )
        } else {
            lane.begin(after: idle)
            try control.writeAhead(
                [time, .extendedPassive], until: .after(patience), cancellation: cancellation)
        }
    }

    /// Whether the next data connection will be one that EPSV asks for, and nothing comes between.
    private var mayDialAhead: Bool {
        ladder.mode = controls.dataMode
        return control?.server == nil && ladder.methods.first == .epsv && !wantsAnnouncements
            && !site.network.compresses
    }

    /// The data connection that was asked for together with the file before, if it stands at once.
    private func dialAhead(
        _ control: ControlConnection, _ idle: Duration
    ) throws(Failure) -> DialledConnection? {
        guard lane.isOpen, control.isNextAhead(.extendedPassive), idle < FastLane.memory else { return nil }
        var dialled: DialledConnection?
        if case .ready(let data) = try prepareDataConnection(.epsv) {
            do throws(TransportError) {
                if let socket = try data.openEarly(
                    until: .after(Self.connectGrace), cancellation: cancellation)
                {
                    dialled = DialledConnection(data, socket)
                }
            } catch {
                if error == .cancelled { throw .cancelled }
            }
        }
        // Plainly, it is found out why, and said.
        if dialled == nil { lane.close() }
        return dialled
    }

    /// After a failure that may have come of asking ahead: for many files from now on one command at a time.
    ///
    /// - Parameter mayTryAgain: nothing has come of the first try.
    /// - Returns: whether it is to be tried again at once.
    func leaveLane(after failure: Failure, mayTryAgain: Bool) -> Bool {
        // RETR is known to each of these servers: who says it is not has lost its place among the commands.
        let isOutOfStep =
            failure.reply.map { $0.code.meansNotImplemented || $0.code == .badSequence } ?? false
        guard lane.isInUse, failure.isTemporary || failure.endsConnection || isOutOfStep,
            failure.kind != .cancelled
        else { return false }
        lane.close()
        guard mayTryAgain else { return false }
        if failure.endsConnection { disconnect() }
        warn("\(failure.message); trying once more, one command at a time")
        return true
    }

    /// Writes a command, and lets go of what was asked ahead of another one.
    ///
    /// - Parameter method: how its data connection was made, of a transfer; with it goes what the next file needs.
    func write(_ command: Command, over method: DataMethod? = nil) throws(Failure) {
        guard let control else { throw notConnected }
        if lane.takesNextAlong, method == .epsv, command.verb == "RETR" {
            lane.hasTakenNextAlong()
            try control.writeAhead(
                [command, .extendedPassive], until: .after(patience), cancellation: cancellation)
        }
        // A server may not end its RETR while nobody reads.
        if lane.dialled != nil, !control.isNextAhead(command) { lane.leave() }
        try control.write(command, until: .after(patience), cancellation: cancellation)
    }
}
