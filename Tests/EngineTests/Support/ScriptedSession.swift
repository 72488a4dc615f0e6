import Engine
import FTPProtocol
import TestSupport
import Transfers

/// What scripted servers say again and again.
enum Script {
    /// A server without features lets us in; the first transfer asks for TYPE I.
    static let login = login()

    /// The same of a server that says more, or other things.
    static func login(
        system: String = "MULTICS", features: String = "< 500 no", home: String = "/"
    ) -> String {
        "< 220 ready\n" + user + prepared(system, features, home)
    }

    /// The same over TLS, with encrypted data connections.
    static let encryptedLogin =
        "< 220 ready\n> AUTH TLS\n< 234 go on\n= secure\n" + user
        + "> PBSZ 0\n< 200 PBSZ=0\n> PROT P\n< 200 private\n" + prepared("MULTICS", "< 500 no", "/")

    private static let user = "> USER anonymous\n< 230 in\n"

    private static func prepared(_ system: String, _ features: String, _ home: String) -> String {
        """
        > SYST
        < 215 \(system)
        > FEAT
        \(features)
        > PWD
        < 257 "\(home)"
        > TYPE I
        < 200 I

        """
    }

    /// A passive data connection, up to where the server has let us in.
    static let passive = """
        = listen
        > EPSV
        < 229 (|||{port}|)
        = accept

        """
}

extension ScriptedServer {
    /// A session with this server, which gives up after `timeout` seconds.
    func session(
        _ log: LineLog, mode: DataMode = .passive, timeout: Int = 8, memory: ServerMemory = ServerMemory(),
        _ change: (inout Site) -> Void = { _ in }
    ) -> Session {
        _ = brokenPipesAreErrors
        var site = Site(host: "127.0.0.1", port: port, dataMode: mode)
        site.timeout = timeout
        change(&site)
        return Session(
            site: site, name: ConnectionName(.browsing, 1), memory: memory, password: { _ in nil },
            dialogue: log.sink)
    }
}

extension Site {
    /// TLS or nothing, with a server that nobody has signed for.
    mutating func demandTLS() {
        encryption = .explicit
        security.trustsAnyone = true
    }
}
