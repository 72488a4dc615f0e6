import FTPProtocol
import Transfers

let large = Site(host: "large")

extension Scheduler {
    /// Knows one site, `example`, with four connections.
    static func withSite(connections: Int = 4) -> Scheduler {
        var queue = Scheduler(connections: connections)
        _ = queue.handle(.site(Site(host: "example")), now: 0)
        return queue
    }

    mutating func add(_ transfer: Transfer) -> [Order] { handle(.request(.add([transfer])), now: 0) }
}

extension Scheduler.Order {
    var isAlarm: Bool {
        if case .wakeAt = self { true } else { false }
    }
}

extension Transfer {
    /// A download of 100 bytes from `/pub` on `example` to `/home`.
    static func file(
        _ name: String, size: Int64? = 100, site: Site = Site(host: "example"), in directory: String = "",
        direction: Direction = .download
    ) -> Transfer {
        Transfer(
            id: 0, direction: direction, site: site.id, remoteDirectory: RemotePath("/pub" + directory),
            remoteName: Array(name.utf8), localDirectory: LocalPath("/home" + directory),
            localName: Array(name.utf8), size: size)
    }

    /// Of 100 bytes.
    static func copy(_ name: String, from origin: Site, to site: Site = Site(host: "example")) -> Transfer {
        var copy = file(name, site: site, direction: .upload)
        copy.options.origin = Origin(origin)
        return copy
    }

    static func tree(_ name: String) -> Transfer {
        var tree = file(name, size: nil)
        tree.kind = .tree
        return tree
    }
}
