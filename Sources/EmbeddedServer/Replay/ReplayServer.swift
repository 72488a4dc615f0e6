import Dispatch
import FTPProtocol
public import Transport

/// Serves recorded dialogues, one control connection after the other, so that what happened once can be seen again.
///
/// The replies are those of the recording, with ports of this server's own in 227 and 229. What crossed the data
/// connections was not recorded: listings are empty, files are zeros of the size that was told, uploads are read and
/// thrown away. AUTH is refused, whatever the recording says: the dialogue is for eyes.
public final class ReplayServer: Sendable {
    private let dialogues: [RecordedDialogue]
    private let cancellation = Cancellation()
    private let work = DispatchGroup()

    public init(_ dialogues: [RecordedDialogue]) {
        self.dialogues = dialogues
    }

    deinit { cancellation.cancelForGood() }

    /// Listens on loopback, and accepts from now on; does not block. A connection more than were recorded gets the last
    /// dialogue again.
    ///
    /// - Returns: the port.
    public func start(port: UInt16 = 0) throws(TransportError) -> UInt16 {
        let listener = try Listener(on: .loopback(port: port), backlog: 16)
        let taken = listener.address.port
        let door = Carried(listener)
        DispatchQueue(label: "replay.accept").async(group: work) { [dialogues, cancellation, work] in
            guard let listener = door.take() else { return }
            var number = 0
            while let socket = try? listener.accept(until: .never, cancellation: cancellation) {
                let visitor = Carried(socket)
                let dialogue = dialogues[min(number, dialogues.count - 1)]
                number += 1
                DispatchQueue(label: "replay.session.\(number)").async(group: work) {
                    guard let socket = visitor.take() else { return }
                    var session = ReplaySession(socket, dialogue, cancellation)
                    session.run()
                }
            }
        }
        return taken
    }

    /// Ends all connections, and waits until that is done.
    public func stop() {
        cancellation.cancelForGood()
        work.wait()
    }
}
