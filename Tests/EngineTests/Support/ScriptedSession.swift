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
        _ log: LineLog, mode: DataMode = .passive, timeout: Int = 8, memory: ServerMemory = ServerMemory()
    ) -> Session {
        _ = brokenPipesAreErrors
        var site = Site(host: "127.0.0.1", port: port, dataMode: mode)
        site.timeout = timeout
        return Session(
            site: site, name: ConnectionName(.browsing, 1), memory: memory, password: { _ in nil },
            dialogue: log.sink)
    }
}
