import FTPProtocol
import Transfers
import Transport

extension Session {
    /// How long a passive connect may stay pending before the transfer command is sent all the same: IIS takes
    /// the connection only when the data connection before it has ended.
    private static let connectGrace = Duration.seconds(1)
    /// How long the 1yz may take before the data connection, which stands, is used without it.
    private static let preliminaryGrace = Duration.seconds(3)
    /// How long to wait for a data connection while there are other ways to try.
    private static let dataConnectPatience = Duration.seconds(10)
    /// Servers may think this long after the last byte: virus scanners, object stores. Who has set a shorter
    /// time-out than the usual one means it.
    private var finalReplyPatience: Duration {
        site.timeout < Site.usualTimeout ? patience : max(patience, .seconds(60))
    }

    /// The rest of a broken transfer is here already, or on its way on a line that works.
    private static let restPatience = Duration.milliseconds(500)

    struct TransferEnd {
        var bytes: Int64
        var reply: Reply?
    }

    /// One transfer with its data connection, going down the ladder of methods until one works.
    ///
    /// - Parameters:
    ///   - isUpload: the end of the data is ours to say.
    ///   - remark: asked when the data has ended, for the right side of the final reply's line in the dialogue.
    ///   - move: runs the pump once; called again after each interruption.
    func transfer(
        _ command: Command, restartOffset: Int64 = 0, isUpload: Bool = false,
        progress: ProgressCounter? = nil, limit: RateLimit? = nil, remark: (() -> String)? = nil,
        move: (inout Pump, borrowing Socket, Pump.Conditions) -> PumpResult
    ) throws(Failure) -> TransferEnd {
        ladder.mode = controls.dataMode
        var failure = Failure(
            .permissionRefused,
            "\(command.verb): the server refuses every way of making a data connection in "
                + "\(ladder.mode.rawValue) mode")
        let methods = ladder.methods
        let place = directory
        for (index, method) in methods.enumerated() {
            let isLast = index == methods.count - 1
            let run = Run(
                command: command, restartOffset: restartOffset, isUpload: isUpload, progress: progress,
                limit: limit, remark: remark,
                connectPatience: isLast ? patience : min(patience, Self.dataConnectPatience))
            switch try attempt(method, run, move) {
            case .done(let end): return end
            case .methodFailed(let why):
                failure = why
                guard !isLast else { break }
                warn("\(why.message); trying \(methods[index + 1].rawValue)")
                // Where this took a new login, LIST would list the login directory.
                if control == nil {
                    try connect()
                    try goBack(to: place)
                }
            }
        }
        throw failure.inFixed(ladder.mode)
    }

    private struct Run {
        var command: Command
        var restartOffset: Int64
        var isUpload: Bool
        var progress: ProgressCounter?
        var limit: RateLimit?
        var remark: (() -> String)?
        var connectPatience: Duration

        var isListing: Bool { ["LIST", "MLSD", "NLST"].contains(command.verb) }
    }

    private enum Attempt {
        case done(TransferEnd)
        /// No byte was moved: another method may do better.
        case methodFailed(Failure)
    }

    private func attempt(
        _ method: DataMethod, _ run: Run,
        _ move: (inout Pump, borrowing Socket, Pump.Conditions) -> PumpResult
    ) throws(Failure) -> Attempt {
        let begun = monotonicNanoseconds()
        let data: DataConnection
        switch try prepareDataConnection(method) {
        case .failure(let why): return .methodFailed(why)
        case .success(let prepared): data = prepared
        }
        var socket: Socket?
        if method.mode == .passive {
            // Usually the connection stands at once, and a port that is closed is noticed before the command is sent.
            do {
                let grace = Deadline.after(min(Self.connectGrace, run.connectPatience))
                if try data.isReady(until: grace, cancellation: cancellation) {
                    socket = try data.open(
                        from: peerAddress, watching: -1, until: grace, cancellation: cancellation,
                        stranger: { _ in })
                }
            } catch {
                return .methodFailed(try dataConnectionFailed(data, error))
            }
        }
        return try converse(data, &socket, run, begun, move)
    }

    /// Prepares one data connection: `.failure` when the server does not want this method.
    private func prepareDataConnection(_ method: DataMethod) throws(Failure) -> Result<
        DataConnection, Failure
    > {
        guard let control else { throw Failure(TransportError.closedByPeer, attempt: site.shortName) }
        switch method {
        case .epsv, .pasv:
            let command = method == .epsv ? Command.extendedPassive : .passive
            let reply = try ask(command)
            guard reply.code.kind == .completion else { return .failure(refusal(of: method, command, reply)) }
            let endpoint: PassiveEndpoint
            do { endpoint = try PassiveEndpoint(reply: reply) } catch {
                ladder.noteFailure(of: method)
                return .failure(Failure(error))
            }
            let choice = DialChoice(
                offered: method == .pasv ? endpoint.address : nil, peer: control.peer.unmapped.host)
            if let note = choice.note { control.note(.warning, note) }
            guard let address = Address(numeric: choice.address, port: endpoint.port) else {
                throw Failure(.protocolViolation("an address in answer to \(method.rawValue) that is none"))
            }
            do {
                // The peer as it is known, with the scope of a link-local address.
                let isPeer = control.peer.unmapped.host == choice.address
                let peer = isPeer ? control.peer.with(port: endpoint.port) : address
                return .success(
                    DataConnection(
                        connecting: try PendingConnection(to: peer, from: control.local), method: method))
            } catch {
                ladder.noteFailure(of: method)
                return .failure(Failure(error, attempt: "data connection"))
            }
        case .port, .eprt:
            let local = control.local
            do {
                // Ready to accept before the server hears of it: IIS connects before it answers.
                let listener = try Listener(on: local.with(port: 0), ports: site.activePorts)
                let offered = try ActiveEndpoint(
                    address: site.activeAddress ?? local.unmapped.host,
                    family: local.unmapped.family == .ipv4 ? .ipv4 : .ipv6, port: listener.address.port)
                let command = method == .port ? try offered.portCommand() : offered.extendedPortCommand
                let reply = try ask(command)
                guard reply.code.kind == .completion else {
                    return .failure(refusal(of: method, command, reply))
                }
                return .success(DataConnection(listening: listener, method: method))
            } catch let error as TransportError {
                return .failure(Failure(error, attempt: "cannot listen for the data connection"))
            } catch let error as FTPError {
                return .failure(Failure(error))
            } catch let error as Failure {
                throw error
            } catch {
                return .failure(Failure(.unreachable, "\(error)"))
            }
        }
    }

    private func refusal(of method: DataMethod, _ command: Command, _ reply: Reply) -> Failure {
        ladder.noteRefusal(of: method, reply)
        return Failure(.refused(command, reply))
    }

    /// The conversation about one transfer: both connections are heard, in whatever order they speak.
    private func converse(
        _ data: DataConnection, _ socket: inout Socket?, _ run: Run, _ begun: Int64,
        _ move: (inout Pump, borrowing Socket, Pump.Conditions) -> PumpResult
    ) throws(Failure) -> Attempt {
        var exchange = TransferExchange(run.command, restartOffset: run.restartOffset)
        var end = TransferEnd(bytes: 0, reply: nil)
        var isMoving = false
        var step = exchange.start()
        while true {
            switch step {
            case .send(let command):
                guard let control else { throw Failure(TransportError.closedByPeer, attempt: site.shortName) }
                try control.write(command, until: .after(patience), cancellation: cancellation)
                if command.verb == run.command.verb, socket != nil,
                    !control.isHeard(until: .after(min(patience, Self.preliminaryGrace)), cancellation)
                {
                    // Servers that forget the 1yz wait for the bytes, or have filled the line with theirs.
                    isMoving = true
                    step = .wait
                    continue
                }
                step = exchange.receive(try readReply())
            case .wait where isMoving, .moveBytes:
                isMoving = true
                if socket == nil {
                    switch try open(data, run, begun) {
                    case .open(let opened): socket = consume opened
                    case .reply(let reply):
                        end.reply = reply
                        step = exchange.receive(reply)
                        continue
                    case .failed(let failure):
                        return .methodFailed(failure)
                    }
                }
                if let reply = try control?.bufferedReply() {
                    end.reply = reply
                    step = exchange.receive(reply)
                    continue
                }
                let conditions = Pump.Conditions(
                    patience: patience, cancellation: cancellation, watched: control?.raw ?? -1,
                    progress: run.progress, limit: run.limit)
                guard let result = movePart(&socket, conditions, move) else { continue }
                end.bytes += result.bytes
                switch result.end {
                case .interrupted:
                    let reply = try readReply()
                    end.reply = reply
                    step = exchange.receive(reply)
                case .endOfData, .cutOff:
                    control?.remark = run.remark?()
                    isMoving = false
                    if run.isUpload { sayEndOfData(&socket) } else { socket = nil }
                    step = exchange.dataEnded()
                case .cancelled:
                    abort(&socket)
                    throw .cancelled
                case .timedOut:
                    abort(&socket)
                    throw Failure(
                        .temporary,
                        "\(run.command.verb): the data connection (\(data.route)) was silent for \(site.timeout) s; "
                            + "try again, or the other mode", isTemporary: true)
                case .diskFailed(let error):
                    abort(&socket)
                    throw Failure(error, attempt: run.command.verb)
                case .peerFailed(let error):
                    socket = nil
                    isMoving = false
                    step = exchange.dataFailed()
                    if case .failed = step {
                        // ProFTPD and IIS reset the data connection of a listing that is whole and confirmed.
                        if run.isListing { return .done(end) }
                        throw Failure(error, attempt: "data connection").keepingConnection
                    }
                    // The server's own words are the better reason, if they come soon.
                    let reply = try readReply(within: .seconds(5))
                    end.reply = reply
                    if run.isListing, reply.code.kind == .completion { return .done(end) }
                    throw reason(for: error, reply, &exchange)
                }
            case .wait:
                let reply = try readReply(within: finalReplyPatience)
                end.reply = reply
                step = exchange.receive(reply)
            case .finished:
                socket = nil
                hasJustTransferred = true
                ladder.noteSuccess(of: data.method)
                lastMethod = data.method
                return .done(end)
            case .failed(let error):
                // What came before it broke is kept: a line that breaks again and again still ends whole.
                if isMoving, !run.isUpload, !run.isListing { end.bytes += takeRest(&socket, run, move) }
                socket = nil
                if case .refused(_, let reply) = error, reply.code == .cannotOpenDataConnection,
                    end.bytes == 0
                {
                    ladder.noteFailure(of: data.method)
                    return .methodFailed(Failure(error))
                }
                throw Failure(error)
            }
        }
    }

    private enum Opened: ~Copyable {
        case open(Socket)
        case reply(Reply)
        case failed(Failure)
    }

    /// Waits for the data connection, or for a reply that makes it needless.
    private func open(_ data: DataConnection, _ run: Run, _ begun: Int64) throws(Failure) -> Opened {
        guard let control else { throw Failure(TransportError.closedByPeer, attempt: site.shortName) }
        if let reply = try control.bufferedReply() { return .reply(reply) }
        do {
            let opened = try data.open(
                from: control.peer, watching: control.raw, until: .after(run.connectPatience),
                cancellation: cancellation
            ) { control.note(.warning, "data: turned away a connection from \($0), which is not the server") }
            guard let opened else { return .reply(try readReply()) }
            return .open(opened)
        } catch let error as TransportError {
            if error == .cancelled {
                var none: Socket?
                abort(&none)
                throw .cancelled
            }
            let failure = try dataConnectionFailed(data, error)
            // The server may wait in accept() for long: only a new login is sure to be in step.
            disconnect()
            return .failed(failure)
        } catch let error as Failure {
            throw error
        } catch {
            throw Failure(.unreachable, "\(error)")
        }
    }

    /// Nil when there is no socket, which cannot be here.
    private func movePart(
        _ socket: inout Socket?, _ conditions: Pump.Conditions,
        _ move: (inout Pump, borrowing Socket, Pump.Conditions) -> PumpResult
    ) -> PumpResult? {
        guard let open = socket.take() else { return nil }
        let result = move(&pump, open, conditions)
        socket = consume open
        return result
    }

    /// The bytes of a download that had arrived when the server said that it failed.
    private func takeRest(
        _ socket: inout Socket?, _ run: Run,
        _ move: (inout Pump, borrowing Socket, Pump.Conditions) -> PumpResult
    ) -> Int64 {
        let conditions = Pump.Conditions(
            patience: Self.restPatience, cancellation: cancellation, watched: -1, progress: run.progress,
            limit: run.limit)
        return movePart(&socket, conditions, move)?.bytes ?? 0
    }

    private func sayEndOfData(_ socket: inout Socket?) {
        guard let open = socket.take() else { return }
        open.shutdownWriting()
        socket = consume open
    }

    /// The data connection cannot be made: says so, and what kind of blocking it looks like.
    private func dataConnectionFailed(_ data: DataConnection, _ error: TransportError) throws(Failure)
        -> Failure
    {
        if error == .cancelled { throw .cancelled }
        ladder.noteFailure(of: data.method)
        let why =
            switch error {
            case .timedOut where data.method.mode == .passive:
                "no answer from the server's data port (\(data.route)): a firewall drops it"
            case .timedOut: "the server did not connect \(data.route): a firewall or router blocks it"
            case .network(_, _, let code): "the data port (\(data.route)) says: \(TransportError.text(code))"
            default: "\(error)"
            }
        return Failure(.temporary, "\(data.method.rawValue): \(why)", isTemporary: true)
    }

    /// Why the data connection broke, as the server sees it or else as we do.
    private func reason(
        for error: TransportError, _ reply: Reply, _ exchange: inout TransferExchange
    ) -> Failure {
        if case .failed(let refusal) = exchange.receive(reply), reply.code.isNegative {
            return Failure(refusal)
        }
        return Failure(error, attempt: "data connection").keepingConnection
    }

    private var peerAddress: Address { control?.peer ?? .loopback() }
}

extension Failure {
    /// The data connection's trouble, not the control connection's.
    fileprivate var keepingConnection: Failure {
        var copy = self
        copy.endsConnection = false
        return copy
    }
}
