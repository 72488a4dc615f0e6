import FTPProtocol
import Transfers
import Transport

/// One way to a data connection that did not lead to one.
struct MethodFailure {
    /// What it was, alone.
    var failure: Failure
    /// What it was, among others.
    var attempt: DataDiagnosis.Attempt

    init(_ failure: Failure, _ method: DataMethod, at endpoint: String, _ symptom: DataDiagnosis.Symptom) {
        self.failure = failure
        attempt = DataDiagnosis.Attempt(method, endpoint, symptom)
    }
}

/// Preparing a data connection, each of the four ways, and what is said when it fails.
extension Session {
    /// How long a server may think about EPSV or EPRT, which old middleboxes swallow.
    private static let answerPatience = Duration.seconds(10)

    enum Prepared {
        case ready(DataConnection)
        case failed(MethodFailure)
    }

    /// Prepares one data connection: `.failed` when the server does not want this method.
    func prepareDataConnection(_ method: DataMethod) throws(Failure) -> Prepared {
        guard let control else { throw notConnected }
        return method.mode == .passive
            ? try preparePassive(method, control) : try prepareActive(method, control)
    }

    private func preparePassive(
        _ method: DataMethod, _ control: ControlConnection
    ) throws(Failure) -> Prepared {
        let command = method == .epsv ? Command.extendedPassive : .passive
        // Asked for long before its turn: it is asked again.
        if control.isNextAhead(command), control.idleTime >= FastLane.memory {
            try control.settle(until: .after(patience), cancellation)
        }
        guard let reply = try answer(to: command, method) else { return .failed(silence(of: method)) }
        guard reply.code.kind == .completion else { return .failed(refusal(of: method, command, reply)) }
        let endpoint: PassiveEndpoint
        do throws(FTPError) { endpoint = try PassiveEndpoint(reply: reply) } catch {
            ladder.noteFailure(of: method)
            return .failed(MethodFailure(Failure(error), method, at: "", .other("\(error)")))
        }
        if let server = control.server { return try tunnel(method, to: server, endpoint, control) }
        let choice = DialChoice(
            offered: method == .pasv ? endpoint.address : nil, peer: control.peerHost,
            isTrusted: site.network.trustsPassiveAddress)
        if let note = choice.note { control.note(.warning, note) }
        guard var first = address(choice.address, endpoint.port, control) else {
            throw Failure(.protocolViolation("an address in answer to \(method.rawValue) that is none"))
        }
        var second = choice.alternative.flatMap { address($0, endpoint.port, control) }
        if prefersAlternativeAddress, let other = second { (first, second) = (other, first) }
        do throws(TransportError) {
            return .ready(try DataConnection(to: first, orTo: second, from: control.local, method: method))
        } catch {
            ladder.noteFailure(of: method)
            return .failed(
                MethodFailure(
                    Failure(error, attempt: "data connection"), method, at: "\(first)", .other("\(error)")))
        }
    }

    /// Through the proxy, to the server as the proxy was told of it.
    private func tunnel(
        _ method: DataMethod, to server: ProxyRequest.Destination, _ endpoint: PassiveEndpoint,
        _ control: ControlConnection
    ) throws(Failure) -> Prepared {
        var destination = server.with(port: endpoint.port)
        if method == .pasv, site.network.trustsPassiveAddress, let offered = endpoint.address,
            let address = Address(numeric: "\(offered)", port: endpoint.port)
        {
            destination = .address(address)
        }
        do throws(TransportError) {
            return .ready(
                try DataConnection(
                    to: control.peer, orTo: nil, from: control.local, method: method,
                    through: Route(site: site).request(to: destination)))
        } catch {
            ladder.noteFailure(of: method)
            return .failed(
                MethodFailure(
                    Failure(error, attempt: "data connection"), method, at: "\(destination)",
                    .other("\(error)")))
        }
    }

    private func address(_ host: String, _ port: UInt16, _ control: ControlConnection) -> Address? {
        // The peer as it is known, with the scope of a link-local address.
        control.peerHost == host
            ? control.peer.with(port: port) : Address(numeric: host, port: port)
    }

    private func prepareActive(
        _ method: DataMethod, _ control: ControlConnection
    ) throws(Failure) -> Prepared {
        do throws(FTPError) { if let ports = site.activePorts { try DataPort.check(ports) } } catch {
            throw Failure(error)
        }
        let local = control.local
        let host = try activeHost(control)
        let listener: Listener
        do throws(TransportError) {
            // Ready to accept before the server hears of it: IIS connects before it answers.
            listener = try Listener(on: local.with(port: 0), ports: site.activePorts)
        } catch {
            let failure = Failure(error, attempt: "cannot listen for the data connection")
            return .failed(MethodFailure(failure, method, at: local.host, .other(failure.message)))
        }
        let command: Command
        do throws(FTPError) {
            let offered = try ActiveEndpoint(
                address: host, family: local.unmapped.family == .ipv4 ? .ipv4 : .ipv6,
                port: listener.address.port)
            command = method == .port ? try offered.portCommand() : offered.extendedPortCommand
        } catch {
            return .failed(MethodFailure(Failure(error), method, at: host, .other("\(error)")))
        }
        guard let reply = try answer(to: command, method) else { return .failed(silence(of: method)) }
        guard reply.code.kind == .completion else { return .failed(refusal(of: method, command, reply)) }
        return .ready(DataConnection(listening: listener, method: method))
    }

    /// What PORT and EPRT name: the control connection's own address, or towards a server out in the world the
    /// one that the site is set to.
    private func activeHost(_ control: ControlConnection) throws(Failure) -> String {
        let local = control.local.unmapped
        let peer = control.peer.unmapped
        guard let wanted = site.activeAddress, !peer.isPrivate, !peer.isLoopback else { return local.host }
        if Address(numeric: wanted, port: 0) != nil { return wanted }
        if let resolvedActiveAddress { return resolvedActiveAddress }
        do throws(TransportError) {
            let found = try Resolver.addresses(
                of: wanted, port: 0, family: local.family, until: .after(patience), cancellation: cancellation
            )
            let host = found.first?.host ?? local.host
            resolvedActiveAddress = host
            return host
        } catch {
            throw Failure(error, attempt: "--active-address \(visible(wanted))")
        }
    }

    /// The answer to a method's command; nil when none came to one that is known to be swallowed on the way. Then the
    /// connection is closed, since the answer might still come.
    private func answer(to command: Command, _ method: DataMethod) throws(Failure) -> Reply? {
        guard method == .epsv || method == .eprt, patience > .zero else { return try ask(command) }
        do throws(Failure) {
            return try ask(command, within: min(patience, Self.answerPatience))
        } catch {
            guard error.kind == .temporary, error.reply == nil else { throw error }
            return nil
        }
    }

    private func silence(of method: DataMethod) -> MethodFailure {
        swallowed.insert(method)
        ladder.noteSilence(of: method)
        disconnect()
        return MethodFailure(
            Failure(
                .temporary, "\(method.rawValue): no answer; something on the way may swallow it",
                isTemporary: true),
            method, at: "", .swallowed)
    }

    private func refusal(of method: DataMethod, _ command: Command, _ reply: Reply) -> MethodFailure {
        ladder.noteRefusal(of: method, reply)
        return MethodFailure(Failure(.refused(command, reply)), method, at: "", .refused(reply.summary))
    }

    /// The data connection cannot be made: says so, and what kind of blocking it looks like.
    func dataConnectionFailed(_ data: DataConnection, _ error: TransportError) -> MethodFailure {
        ladder.noteFailure(of: data.method)
        let (symptom, why): (DataDiagnosis.Symptom, String) =
            switch error {
            case .timedOut where data.method.mode == .passive:
                (.unanswered, "no answer from the server's data port (\(data.route)): a firewall drops it")
            case .timedOut:
                (.neverCalled, "the server did not connect \(data.route): a firewall or router blocks it")
            case .network(_, _, let code):
                (
                    error.meansClosedPort ? .closed : .other(TransportError.text(code)),
                    "the data port (\(data.route)) says: \(TransportError.text(code))"
                )
            default: (.other("\(error)"), "\(error)")
            }
        return MethodFailure(
            Failure(.temporary, "\(data.method.rawValue): \(why)", isTemporary: true), data.method,
            at: "\(data.endpoint)", symptom)
    }

    /// What to throw when no way has led to a data connection.
    func verdict(_ failures: [MethodFailure], _ order: TransferOrder) -> Failure {
        let mode = ladder.mode
        guard let last = failures.last else {
            return Failure(
                .permissionRefused,
                "\(order.command.verb): the server refuses every way of making a data connection in "
                    + "\(mode.rawValue) mode"
            ).inFixed(mode)
        }
        // One refusal in the server's words says it all.
        if failures.count == 1, last.failure.reply != nil { return last.failure.inFixed(mode) }
        let diagnosis = DataDiagnosis(
            attempts: failures.map(\.attempt), server: control?.peer.host ?? visible(site.host),
            listeningPorts: site.activePorts ?? EphemeralPorts.range, mode: mode)
        let isTemporary = failures.contains { $0.failure.isTemporary }
        // Refused in every way by a server that was reached: nothing in the network, and nothing here, changes that.
        let isRefused = mode == .auto && failures.allSatisfy { $0.failure.reply != nil }
        return Failure(
            isTemporary ? .temporary : .permissionRefused,
            "\(order.command.verb): \(diagnosis.sentence)"
                + (isRefused ? "; try again later, or tell who runs the server" : ""),
            isTemporary: isTemporary)
    }
}
