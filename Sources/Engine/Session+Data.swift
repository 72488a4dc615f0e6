import FTPProtocol
import Transfers
import Transport

/// Transfers: the ways to a data connection one after the other, until one works.
extension Session {
    /// How long a passive connect may stay pending before the transfer command is sent all the same: IIS takes
    /// the connection only when the data connection before it has ended.
    static let connectGrace = Duration.seconds(1)
    /// How long to wait for a data connection while there are other ways to try.
    private static let dataConnectPatience = Duration.seconds(10)
    /// Servers may think this long after the last byte: virus scanners, object stores. Who has set a shorter
    /// time-out than the usual one means it.
    var finalReplyPatience: Duration {
        site.timeout < Site.usualTimeout ? patience : max(patience, .seconds(60))
    }

    /// One transfer with its data connection, going down the ladder of methods until one works.
    ///
    /// - Parameter move: runs the pump once; called again after each interruption.
    func transfer(_ order: TransferOrder, move: DataMove) throws(Failure) -> TransferEnd {
        try renewSessions()
        let place = directory
        let failure: Failure
        do throws(Failure) { return try whole(order, try transferByAnyMethod(order, move)) } catch {
            failure = error
        }
        if try protectsDataNow(after: failure) {
            return try whole(order, try transferByAnyMethod(order, move))
        }
        guard mayTryOlderTLS(after: failure) else { throw failure }
        trust.noteNeedOfOlderTLS(site)
        warn("\(failure.message); trying once more with TLS 1.2, on a new connection")
        disconnect()
        try connect()
        try goBack(to: place)
        return try whole(order, try transferByAnyMethod(order, move))
    }

    /// An encrypted file that ended without close_notify is whole only if the server says that it has no more: anybody
    /// on the way can end a connection.
    private func whole(_ order: TransferOrder, _ end: TransferEnd) throws(Failure) -> TransferEnd {
        guard end.isCut, order.command.verb == "RETR", let argument = order.command.argument else {
            return end
        }
        let bytes = order.restartOffset + end.bytes
        let size = type == .image ? try size(of: RemotePath(bytes: argument)) : nil
        guard size == bytes else {
            throw Failure(
                .doesNotVerify,
                "RETR: the encrypted data connection was cut off after \(bytes) bytes (no close_notify), and "
                    + (size.map { "the server has \($0)" } ?? "the size is not known") + "; try again",
                isTemporary: true)
        }
        control?.note(.warning, "data: ended without close_notify; the size is right")
        return end
    }

    private func transferByAnyMethod(_ order: TransferOrder, _ move: DataMove) throws(Failure) -> TransferEnd
    {
        ladder.mode = controls.dataMode
        if let proxy = site.network.proxy, proxy.kind.isTunnel, ladder.mode == .active {
            throw Failure(
                .invalidRequest,
                "active mode cannot go through a proxy (\(visible(proxy.url))): the server would have to call it; "
                    + "\(Advice.passiveMode.rawValue), or \(Advice.noProxy.rawValue)")
        }
        var failures: [MethodFailure] = []
        let methods = ladder.methods
        let place = directory
        for (index, method) in methods.enumerated() {
            let isLast = index == methods.count - 1
            var order = order
            order.connectPatience = isLast ? patience : min(patience, Self.dataConnectPatience)
            switch try attempt(method, order, move) {
            case .done(let end): return end
            case .unconfirmed(let end, let failure): return try settle(order, end, failure)
            case .methodFailed(let why):
                failures.append(why)
                if mayTryOlderTLS(after: why.failure) { throw why.failure }
                guard !isLast else { break }
                warn("\(why.failure.message); trying \(methods[index + 1].rawValue)")
                // Where this took a new login, LIST would list the login directory.
                if control == nil {
                    try connect()
                    try goBack(to: place)
                }
            }
        }
        throw verdict(failures, order)
    }

    private func attempt(
        _ method: DataMethod, _ order: TransferOrder, _ move: DataMove
    ) throws(Failure) -> TransferConversation.Outcome {
        if leavesOffsetBehind {
            // Some servers keep the offset of a transfer that was refused for whatever comes next, even a LIST.
            leavesOffsetBehind = false
            if order.restartOffset == 0 { _ = try ask(.restart(at: 0)) }
        }
        try prepareMode(for: order)
        if wantsAnnouncements, method.mode == .passive { try announce(order.command) }
        let data: DataConnection
        var socket: Socket?
        let dialled =
            method == .epsv && control?.isNextAhead(order.command) == true ? lane.takeDialled() : nil
        let wasAskedAhead = method == .epsv && control?.isNextAhead(.extendedPassive) == true
        if let dialled {
            data = dialled.data
            socket = dialled.takeSocket()
        } else {
            switch try prepareDataConnection(method) {
            case .failed(let why): return .methodFailed(why)
            case .ready(let prepared): data = prepared
            }
        }
        if method.mode == .passive, dialled == nil {
            do throws(TransportError) {
                socket = try openEarly(
                    data,
                    data.tunnel == nil ? min(Self.connectGrace, order.connectPatience) : order.connectPatience
                )
            } catch {
                if error == .cancelled { throw .cancelled }
                if !wasAskedAhead { return .methodFailed(dataConnectionFailed(data, error)) }
            }
        }
        if wasAskedAhead, socket == nil {
            // Something on the way may know only of an answer that comes alone.
            lane.close()
            return try attempt(method, order, move)
        }
        var conversation = TransferConversation(self, order, over: data, socket: socket.take())
        let outcome: TransferConversation.Outcome
        do throws(Failure) { outcome = try conversation.run(move) } catch {
            throw mode == .deflate && order.isUpload ? error.doubtingCompression : error
        }
        if case .done(let end) = outcome {
            noteCompression(of: order, end.bytes)
            hasJustTransferred = true
            ladder.noteSuccess(of: method)
            lastMethod = method
            if controls.dataMode == .auto { memory.note(method == ladder.usual ? nil : method, for: site) }
        }
        return outcome
    }

    /// Usually a passive connection stands at once, and a port that is closed is noticed before the command is sent.
    /// Nil when it is still pending.
    private func openEarly(_ data: DataConnection, _ patience: Duration) throws(TransportError) -> Socket? {
        var trouble: TransportError?
        while true {
            let grace = Deadline.after(patience)
            do throws(TransportError) {
                if let socket = try data.openEarly(until: grace, cancellation: cancellation) {
                    return socket
                }
            } catch {
                guard error != .cancelled else { throw error }
                trouble = error
            }
            guard try data.takeSpare() else { break }
            prefersAlternativeAddress.toggle()
            trouble = nil
            warn("no data connection there; trying \(data.endpoint)")
        }
        if let trouble { throw trouble }
        return nil
    }

    /// The last byte has moved, and the control connection was lost before the server could confirm it, or what it said
    /// is not to be relied on: the server is asked, on a new connection where it must be, how many bytes there are and,
    /// where it computes check sums, which.
    private func settle(
        _ order: TransferOrder, _ end: TransferEnd, _ failure: Failure
    ) throws(Failure) -> TransferEnd {
        let wasImage = type == .image
        if failure.endsConnection { disconnect() } else { hasJustTransferred = true }
        guard wasImage, ["RETR", "STOR"].contains(order.command.verb),
            let path = order.file
        else { throw failure }
        warn(
            failure.endsConnection
                ? "connection lost before the server confirmed \(order.command.verb); asking on a new one what there is"
                : "\(order.command.verb): all of it was sent, and the server says “\(failure.reply?.summary ?? "")”; "
                    + "asking what there is")
        let bytes = order.restartOffset + end.bytes
        do throws(Failure) {
            let size = try self.size(of: path)
            guard size == nil || size == bytes else { throw failure }
            let isSame = try hashSettles(path, bytes, order.local)
            guard size != nil || isSame else { throw failure }
        } catch {
            throw error.kind == .cancelled || error.kind == .doesNotVerify ? error : failure
        }
        control?.note(.note, "\(order.command.verb): the server has all \(bytes) bytes")
        return end
    }

    /// Whether the server's check sum of the file is that of the whole file here; false where there is nothing to compare.
    ///
    /// - Throws: `.doesNotVerify` when they differ.
    private func hashSettles(
        _ path: RemotePath, _ bytes: Int64, _ local: LocalFile.Lent?
    ) throws(Failure) -> Bool {
        guard let local, !features.hashMethods.isEmpty else { return false }
        // Of a range nobody computes anything that could be compared.
        guard (try? local.size()) == bytes else { return false }
        return try compareHash(of: path, size: bytes, with: local) != nil
    }

    /// Pure-FTPd lists PRET, too, and does nothing about it.
    var wantsAnnouncements: Bool { features.wantsPreTransfer && !mayAskAhead }

    /// PRET, for servers that store files on several machines and choose the one that will listen by this (drftpd).
    private func announce(_ command: Command) throws(Failure) {
        let announcement = Command(
            "PRET", Array(command.verb.utf8) + (command.argument.map { [0x20] + $0 } ?? []))
        let reply = try ask(announcement)
        if reply.code.meansNotImplemented { return features.disable("PRET") }
        if reply.code.isNegative { throw Failure(.refused(command, reply)) }
    }
}
