import Engine
import FTPProtocol
import TestSupport
import Transfers

/// What scripted servers say again and again.
enum Script {
    /// A server without features lets us in; the first transfer asks for TYPE I.
    static let login = """
        < 220 ready
        > USER anonymous
        < 230 in
        > SYST
        < 215 MULTICS
        > FEAT
        < 500 no
        > PWD
        < 257 "/"
        > TYPE I
        < 200 I

        """

    /// The same over TLS, with encrypted data connections.
    static let encryptedLogin = """
        < 220 ready
        > AUTH TLS
        < 234 go on
        = secure

        """ + afterEncryption("< 200 private")

    /// From USER on, as it follows a handshake: what PROT P is answered with, and what follows that.
    static func afterEncryption(_ protection: String) -> String {
        """
        > USER anonymous
        < 230 in
        > PBSZ 0
        < 200 PBSZ=0
        > PROT P
        \(protection)
        > SYST
        < 215 MULTICS
        > FEAT
        < 500 no
        > PWD
        < 257 "/"
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
