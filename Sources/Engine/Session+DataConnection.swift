import FTPProtocol
import Transfers
import Transport

/// Preparing a data connection, each of the four ways, and what is said when it fails.
extension Session {
    /// Prepares one data connection: `.failure` when the server does not want this method.
    func prepareDataConnection(_ method: DataMethod) throws(Failure) -> Result<DataConnection, Failure> {
        guard let control else { throw notConnected }
        return method.mode == .passive
            ? try preparePassive(method, control) : try prepareActive(method, control)
    }

    private func preparePassive(
        _ method: DataMethod, _ control: ControlConnection
    ) throws(Failure) -> Result<DataConnection, Failure> {
        let command = method == .epsv ? Command.extendedPassive : .passive
        let reply = try ask(command)
        guard reply.code.kind == .completion else { return .failure(refusal(of: method, command, reply)) }
        let endpoint: PassiveEndpoint
        do throws(FTPError) { endpoint = try PassiveEndpoint(reply: reply) } catch {
            ladder.noteFailure(of: method)
            return .failure(Failure(error))
        }
        let choice = DialChoice(
            offered: method == .pasv ? endpoint.address : nil, peer: control.peer.unmapped.host)
        if let note = choice.note { control.note(.warning, note) }
        guard let address = Address(numeric: choice.address, port: endpoint.port) else {
            throw Failure(.protocolViolation("an address in answer to \(method.rawValue) that is none"))
        }
        do throws(TransportError) {
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
    }

    private func prepareActive(
        _ method: DataMethod, _ control: ControlConnection
    ) throws(Failure) -> Result<DataConnection, Failure> {
        let local = control.local
        let listener: Listener
        do throws(FTPError) { if let ports = site.activePorts { try DataPort.check(ports) } } catch {
            throw Failure(error)
        }
        do throws(TransportError) {
            // Ready to accept before the server hears of it: IIS connects before it answers.
            listener = try Listener(on: local.with(port: 0), ports: site.activePorts)
        } catch {
            return .failure(Failure(error, attempt: "cannot listen for the data connection"))
        }
        let command: Command
        do throws(FTPError) {
            let offered = try ActiveEndpoint(
                address: site.activeAddress ?? local.unmapped.host,
                family: local.unmapped.family == .ipv4 ? .ipv4 : .ipv6, port: listener.address.port)
            command = method == .port ? try offered.portCommand() : offered.extendedPortCommand
        } catch {
            return .failure(Failure(error))
        }
        let reply = try ask(command)
        guard reply.code.kind == .completion else { return .failure(refusal(of: method, command, reply)) }
        return .success(DataConnection(listening: listener, method: method))
    }

    private func refusal(of method: DataMethod, _ command: Command, _ reply: Reply) -> Failure {
        ladder.noteRefusal(of: method, reply)
        return Failure(.refused(command, reply))
    }

    /// The data connection cannot be made: says so, and what kind of blocking it looks like.
    func dataConnectionFailed(_ data: DataConnection, _ error: TransportError) -> Failure {
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
}
