import FTPProtocol
import Testing
import Transport

@testable import Engine

/// Every sentence about a refusal and about the network, whole.
@Suite struct FailureSentenceTests {
    struct Refusal: Sendable, CustomTestStringConvertible {
        var verb: String
        var code: Int
        var text: String
        var kind: Failure.Kind
        var isTemporary: Bool
        var sentence: String

        var testDescription: String { "\(verb) \(code)" }
    }

    static let refusals: [Refusal] = [
        Refusal(
            verb: "RETR", code: 425, text: "Can't open", kind: .temporary, isTemporary: true,
            sentence:
                "RETR a: the server answered “425 Can't open”: no data connection, mostly for a firewall in the "
                + "network between; try the other mode"),
        Refusal(
            verb: "RETR", code: 426, text: "Broken", kind: .temporary, isTemporary: true,
            sentence:
                "RETR a: the server answered “426 Broken”: the data connection broke in the network between; "
                + "try again, what has arrived is kept"),
        Refusal(
            verb: "RETR", code: 450, text: "Busy", kind: .temporary, isTemporary: true,
            sentence: "RETR a: the server answered “450 Busy”: in use on the server; try again later"),
        Refusal(
            verb: "STOR", code: 451, text: "I/O", kind: .temporary, isTemporary: true,
            sentence:
                "STOR a: the server answered “451 I/O”: the server failed at its own work; try again later, or "
                + "tell who runs it"),
        Refusal(
            verb: "STOR", code: 452, text: "Full", kind: .cannotCreate, isTemporary: false,
            sentence:
                "STOR a: the server answered “452 Full”: no space on the server; free some or choose another "
                + "folder"),
        Refusal(
            verb: "LIST", code: 522, text: "Use (1)", kind: .permissionRefused, isTemporary: false,
            sentence:
                "LIST a: the server answered “522 Use (1)”: the server does not speak this version of IP on data "
                + "connections; speak the other one"),
        Refusal(
            verb: "LIST", code: 522, text: "SSL session reuse required", kind: .permissionRefused,
            isTemporary: false,
            sentence:
                "LIST a: the server answered “522 SSL session reuse required”: the server wants the data "
                + "connection encrypted, or the session of the control connection on it; insist on encryption"
        ),
        Refusal(
            verb: "PASS", code: 530, text: "No", kind: .loginRefused, isTemporary: false,
            sentence: "login refused: the server answered “530 No”; check user name and password"),
        Refusal(
            verb: "PASS", code: 530, text: "Too many users", kind: .temporary, isTemporary: true,
            sentence:
                "login refused: the server answered “530 Too many users”; try again later or with fewer connections"
        ),
        Refusal(
            verb: "PASS", code: 530, text: "User cannot log in, home directory inaccessible.",
            kind: .loginRefused,
            isTemporary: false,
            sentence:
                "login refused: the server answered “530 User cannot log in, home directory inaccessible.”: name and "
                + "password are right perhaps, but the server has no directory for this user; tell who runs it"
        ),
        Refusal(
            verb: "MKD", code: 502, text: "No directories", kind: .cannotCreate, isTemporary: false,
            sentence:
                "MKD a: the server answered “502 No directories”; check the folder and your permission to write there"
        ),
        Refusal(
            verb: "CWD", code: 530, text: "Log in", kind: .loginRefused, isTemporary: true,
            sentence: "CWD a: the server answered “530 Log in”: it has forgotten the login; log in again"),
        Refusal(
            verb: "RETR", code: 550, text: "Nothing", kind: .noSuchSource, isTemporary: false,
            sentence: "RETR a: the server answered “550 Nothing”; check the path by listing its folder"),
        Refusal(
            verb: "RETR", code: 550, text: "Permission denied", kind: .permissionRefused, isTemporary: false,
            sentence: "RETR a: the server answered “550 Permission denied”; you lack the permission"),
        Refusal(
            verb: "RETR", code: 550, text: "File in use", kind: .temporary, isTemporary: true,
            sentence: "RETR a: the server answered “550 File in use”: in use on the server; try again later"),
        Refusal(
            verb: "STOR", code: 550, text: "No", kind: .cannotCreate, isTemporary: false,
            sentence:
                "STOR a: the server answered “550 No”; check the folder and your permission to write there"),
        Refusal(
            verb: "STOR", code: 552, text: "Quota", kind: .cannotCreate, isTemporary: false,
            sentence:
                "STOR a: the server answered “552 Quota”: no space on the server that this account may use; delete "
                + "something there, or ask who runs it"),
        Refusal(
            verb: "STOR", code: 553, text: "Name", kind: .cannotCreate, isTemporary: false,
            sentence:
                "STOR a: the server answered “553 Name”: the server does not take this name, or not here; check the "
                + "folder and your permission to write there, or choose another name"),
        Refusal(
            verb: "RETR", code: 551, text: "Page type", kind: .permissionRefused, isTemporary: false,
            sentence: "RETR a: the server answered “551 Page type”; ask who runs the server"),
        Refusal(
            verb: "NOOP", code: 421, text: "Bye", kind: .temporary, isTemporary: true,
            sentence:
                "NOOP a: the server answered “421 Bye”: it closes the connection; try again later, it may be "
                + "busy or shutting down"),
        Refusal(
            verb: "SITE", code: 502, text: "What", kind: .permissionRefused, isTemporary: false,
            sentence: "SITE a: the server answered “502 What”: this server cannot do that"),
    ]

    @Test(arguments: refusals) func aRefusalSaysWhoseFaultItIsAndWhatToDo(_ refusal: Refusal) {
        let reply = Reply(code: ReplyCode(rawValue: UInt16(refusal.code)), lines: [Array(refusal.text.utf8)])
        let secret = refusal.verb == "PASS"
        let failure = Failure(.refused(Command(refusal.verb, secret ? "hush" : "a"), reply))
        #expect(failure.message == refusal.sentence)
        #expect(failure.kind == refusal.kind)
        #expect(failure.isTemporary == refusal.isTemporary)
        #expect(failure.verb == refusal.verb)
    }

    @Test(
        arguments: [
            (
                TransportError.network(call: "connect", peer: nil, errno: 111), Failure.Kind.unreachable,
                "cannot connect to h: Connection refused; is the server running, and is the port right?"
            ),
            (
                .network(call: "connect", peer: nil, errno: 110), .unreachable,
                "cannot connect to h: Connection timed out; the server is off, or a firewall drops what we send: check both"
            ),
            (
                .network(call: "connect", peer: nil, errno: 113), .unreachable,
                "cannot connect to h: No route to host; the server is off or not on this network: check its address"
            ),
            (
                .network(call: "connect", peer: nil, errno: 101), .unreachable,
                "cannot connect to h: Network is unreachable; this machine has no way there: check its own network"
            ),
            (
                .network(call: "read", peer: nil, errno: 104), .unreachable,
                "cannot connect to h: Connection reset by peer; the server or a firewall cut it: try again"
            ),
            (
                .unknownHost("h", detail: "Name or service not known"), .unknownHost,
                "unknown host “h”: Name or service not known; check the spelling and the network"
            ),
            (
                .unknownHost("h", detail: "Temporary failure in name resolution"), .temporary,
                "host “h” cannot be looked up now: Temporary failure in name resolution; the name server of this machine "
                    + "does not answer: check the network, or try again later"
            ),
            (
                .timedOut(what: "answer from h"), .temporary,
                "cannot connect to h: no answer in time; try again later, or allow more time"
            ),
            (
                .closedByPeer, .unreachable,
                "cannot connect to h: the server closed the connection; try again later"
            ),
        ] as [(TransportError, Failure.Kind, String)])
    func aNetworkErrorSaysWhereToLook(_ error: TransportError, _ kind: Failure.Kind, _ sentence: String) {
        let failure = Failure(error, attempt: "cannot connect to h")
        #expect(failure.message == sentence)
        #expect(failure.kind == kind)
    }
}
