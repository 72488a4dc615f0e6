import Foundation
import Synchronization
import Transport

/// A proxy for tests: SOCKS 5 or HTTP CONNECT, on loopback, for any number of connections.
public final class SmallProxy: Sendable {
    public enum Kind: Sendable { case socks5, http }

    public let port: UInt16
    private let kind: Kind
    private let login: (user: String, password: String)?
    private let asked = Mutex<[String]>([])
    private let door: Door

    /// What it was asked to connect to, in order: `127.0.0.1:21`.
    public var destinations: [String] { asked.withLock { $0 } }

    /// - Parameters:
    ///   - login: what it lets in; nil for everybody.
    ///   - names: host names that only the proxy knows, with what it makes of them.
    public init(_ kind: Kind, login: (user: String, password: String)? = nil, names: [String: String] = [:])
        throws
    {
        door = Door(try Listener(on: .loopback()))
        port = door.listener.address.port
        self.kind = kind
        self.login = login
        let door = door
        Thread { [weak self] in
            while self != nil {
                guard let arrival = door.next() else { continue }
                Thread { [weak self] in self?.serve(arrival, names) }.start()
            }
        }.start()
    }

    private final class Door: Sendable {
        let listener: Listener
        init(_ listener: consuming Listener) { self.listener = listener }

        func next() -> Connection? {
            do {
                return Connection(try listener.accept(until: .after(.milliseconds(200)), cancellation: nil))
            } catch {
                return nil
            }
        }
    }

    private final class Connection: Sendable {
        let socket: Socket
        init(_ socket: consuming Socket) { self.socket = socket }

        func read(_ count: Int) -> [UInt8]? {
            var bytes: [UInt8] = []
            while bytes.count < count {
                guard let some = readSome(count - bytes.count), !some.isEmpty else { return nil }
                bytes += some
            }
            return bytes
        }

        func readSome(_ most: Int) -> [UInt8]? {
            var bytes = [UInt8](repeating: 0, count: most)
            let count = bytes.withUnsafeMutableBytes {
                try? socket.read(into: $0, until: .after(.seconds(30)), cancellation: nil)
            }
            return count.map { Array(bytes[..<$0]) }
        }

        func write(_ bytes: [UInt8]) -> Bool {
            (try? socket.write(bytes, until: .after(.seconds(30)), cancellation: nil)) != nil
        }
    }

    private func serve(_ near: Connection, _ names: [String: String]) {
        guard let (host, port) = kind == .socks5 ? socksRequest(near) : httpRequest(near) else { return }
        asked.withLock { $0.append("\(host):\(port)") }
        let far = Address(numeric: names[host] ?? host, port: port).flatMap { Self.dial($0) }
        guard let far else {
            _ = near.write(
                kind == .socks5 ? [5, 5, 0, 1, 0, 0, 0, 0, 0, 0] : Array("HTTP/1.1 502 No\r\n\r\n".utf8))
            return
        }
        let yes: [UInt8] =
            kind == .socks5
            ? [5, 0, 0, 1, 127, 0, 0, 1, 0, 1] : Array("HTTP/1.1 200 Go\r\nVia: x\r\n\r\n".utf8)
        guard near.write(yes) else { return }
        Thread { Self.relay(near, far) }.start()
        Self.relay(far, near)
    }

    private static func dial(_ address: Address) -> Connection? {
        do {
            return Connection(try Socket.connect(to: address, until: .after(.seconds(5)), cancellation: nil))
        } catch {
            return nil
        }
    }

    private static func relay(_ from: Connection, _ to: Connection) {
        while let bytes = from.readSome(32_768), !bytes.isEmpty, to.write(bytes) {}
        to.socket.shutdownWriting()
    }

    private func socksRequest(_ near: Connection) -> (String, UInt16)? {
        guard let head = near.read(2), head[0] == 5, let methods = near.read(Int(head[1])) else { return nil }
        guard let login else {
            guard methods.contains(0), near.write([5, 0]) else { return nil }
            return socksDestination(near)
        }
        guard methods.contains(2) else {
            _ = near.write([5, 0xFF])
            return nil
        }
        guard near.write([5, 2]), let user = near.read(2).flatMap({ near.read(Int($0[1])) }),
            let password = near.read(1).flatMap({ near.read(Int($0[0])) })
        else { return nil }
        let fits = user == Array(login.user.utf8) && password == Array(login.password.utf8)
        guard near.write([1, fits ? 0 : 1]), fits else { return nil }
        return socksDestination(near)
    }

    private func socksDestination(_ near: Connection) -> (String, UInt16)? {
        guard let head = near.read(4), head[1] == 1 else { return nil }
        let host: String
        switch head[3] {
        case 1: host = (near.read(4) ?? []).map(String.init).joined(separator: ".")
        case 3: host = String(decoding: near.read(1).flatMap { near.read(Int($0[0])) } ?? [], as: UTF8.self)
        case 4: host = Address(ipv6: near.read(16) ?? [UInt8](repeating: 0, count: 16), port: 0).host
        default: return nil
        }
        return near.read(2).map { (host, UInt16($0[0]) << 8 | UInt16($0[1])) }
    }

    private func httpRequest(_ near: Connection) -> (String, UInt16)? {
        var head = ""
        while !head.hasSuffix("\r\n\r\n") {
            guard let byte = near.read(1) else { return nil }
            head += String(decoding: byte, as: UTF8.self)
        }
        if let login {
            let word = Data("\(login.user):\(login.password)".utf8).base64EncodedString()
            guard head.contains("Proxy-Authorization: Basic \(word)\r\n") else {
                _ = near.write(Array("HTTP/1.1 407 Who?\r\n\r\n".utf8))
                return nil
            }
        }
        let words = head.split(separator: " ")
        guard words.count > 2, words[0] == "CONNECT", let colon = words[1].lastIndex(of: ":"),
            let port = UInt16(words[1][words[1].index(after: colon)...])
        else { return nil }
        return (String(words[1][..<colon].filter { $0 != "[" && $0 != "]" }), port)
    }
}
