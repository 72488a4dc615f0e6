internal import FTPProtocol
internal import Transfers

/// The connection of the remote pane.
extension Model {
    mutating func connect(_ site: Site, _ password: Secret?, _ directory: RemotePath?) -> [Effect] {
        directoryAfterLogin = directory
        home.error = nil
        wasStopped = false
        return [.request(.remote(.connect(site, password: password, directory: directory)))]
    }

    mutating func connectionChanged(_ reported: ConnectionState) -> [Effect] {
        let old = connection
        // The connection may have outlived the stop: what comes later is something else.
        if now - stoppedAt > 10_000_000_000, connection != reported { wasStopped = false }
        let new = wasStopped ? reported.stoppedByUser : reported
        connection = new
        switch new {
        case .notConnected:
            leaveServer()
        case .connecting(let site):
            connectionSince = now
            wasStopped = false
            passwordWanted = nil
            recogniseDemo(site)
            if remote.location?.endpoint != .server(site.id) { leaveServer() }
        case .connected(let site, let facts):
            return connected(site, facts, before: old)
        case .lost(_, let reason):
            dataMethod = nil
            // The pane says it already where a listing failed of it.
            let isSaid = if case .failed(reason, _) = remote.listing { true } else { remote.pending != nil }
            if !wasStopped {
                tell("Connection lost: \(Advice.withKeys(visible(reason)))", isError: true, isShown: isSaid)
            }
            if let pending = remote.pending {
                remote.listing = .failed(Advice.withKeys(visible(reason)), pending.target)
            }
        case .endedIdle(let site):
            dataMethod = nil
            note("\(site.shortName) disconnected while idle; the next action connects again.")
        case .failed(let site, let reason):
            if remote.location?.endpoint != .server(site.id) { leaveServer() }
            if wasStopped {
                // Ctrl-R, or Enter on the address, begins again.
                if home.address.isEmpty { home.address = TextField(address(of: site), isAddress: true) }
            } else {
                // The pane of no server shows it, as long as there is none.
                let isShown = remote.location == nil && Layout(self, size: size)[.remote] != nil
                tell(site.saying(reason), isError: true, isShown: isShown)
            }
        }
        return []
    }

    private mutating func connected(
        _ site: Site, _ facts: ConnectionState.ServerFacts, before: ConnectionState
    ) -> [Effect] {
        // Facts come again as the latency changes: nothing to do then.
        wasStopped = false
        if case .connected(let old, _) = before, old.id == site.id, old.charset == site.charset { return [] }
        let endpoint = Location.Endpoint.server(site.id)
        remote.charset = charsets(site.charset) ?? .utf8
        remote.home = facts.home
        defer { directoryAfterLogin = nil }
        if let here = remote.location, here.endpoint == endpoint {
            // It was connected again because a directory was asked for, and that has come.
            if directoryAfterLogin == nil, let at = remote.listedAt, at >= connectionSince { return [] }
            return list(.remote, directoryAfterLogin.map { here.with($0) } ?? here, isRefresh: true)
        }
        leaveServer()
        remote.charset = charsets(site.charset) ?? .utf8
        remote.home = facts.home
        home.address = TextField(isAddress: true)
        let directory = directoryAfterLogin.map { facts.home.resolving($0) } ?? facts.home
        remote.location = Location(endpoint, directory)
        return list(.remote, remote.location)
    }

    /// The demo's server listens on this machine, and its only user is `demo`.
    private mutating func recogniseDemo(_ site: Site) {
        guard awaitsDemo, site.host == "127.0.0.1", site.user == "demo" else { return }
        awaitsDemo = false
        demoSite = site.id
    }

    /// How a server is called where there is room for its name only.
    func name(of site: Site) -> String { site.id == demoSite ? "demo server" : site.shortName }

    /// As it would be typed to get there.
    func address(of site: Site) -> String {
        let scheme = site.encryption == .whenOffered || site.encryption == .none ? "" : site.id.scheme
        let user = site.user == Site.anonymous ? "" : "\(site.user)@"
        return visible(scheme + user) + site.shortName
    }

    /// Once more to the server that could not be reached, or whose login was stopped.
    mutating func connectAgain() -> [Effect] {
        if case .failed(let site, _) = connection { return connect(site, nil, directoryAfterLogin) }
        return home.address.isEmpty ? [] : connectToAddress(home.address.text)
    }

    /// The pane of a server that is gone shows nothing of it, and nothing can act on it.
    private mutating func leaveServer() {
        guard remote.location != nil || remote.pending != nil else { return }
        let (sort, isDescending, showsHidden) = (remote.sort, remote.isDescending, remote.showsHidden)
        remote = Pane(side: .remote, location: nil, home: .root)
        (remote.sort, remote.isDescending, remote.showsHidden) = (sort, isDescending, showsHidden)
        dataMethod = nil
    }

    mutating func disconnect() -> [Effect] {
        if case .notConnected = connection { return [] }
        return [.request(.remote(.disconnect))]
    }

    /// What `P` asks for; the status line changes when the engine says that it holds. From `auto` it is the
    /// mode that `auto` is not using: one key is enough to see the other.
    var nextDataMode: DataMode {
        switch dataMode {
        case .auto: dataModeInUse == .active ? .passive : .active
        case .active: .passive
        case .passive: .auto
        }
    }

    /// `auto` begins with passive.
    var dataModeInUse: DataMode { dataMode == .auto ? dataMethod?.mode ?? .passive : dataMode }

    mutating func stop() -> [Effect] {
        if lastPane == .local, let pending = local.pending {
            local.listing = .none
            cutShort(.local, pending.ticket)
            return []
        }
        let isConnecting = if case .connecting = connection { true } else { false }
        if isConnecting || remote.pending != nil || !operations.isEmpty {
            (wasStopped, stoppedAt) = (true, now)
        }
        if let pending = remote.pending {
            remote.listing = .failed("Stopped by you.", pending.target)
            cutShort(.remote, pending.ticket)
        }
        forgetFetches()
        return [.request(.remote(.stop))]
    }

    /// The site the remote pane is connected to, or was until it had nothing to do, if it shows a directory of it.
    var connectedSite: Site? {
        switch connection {
        // What was ended while idle is made again by whatever is asked of it.
        case .connected(let site, _), .endedIdle(let site):
            remote.location?.endpoint == .server(site.id) ? site : nil
        default: nil
        }
    }

    mutating func takeOffer() -> [Effect] {
        if case .connecting = connection { return [] }
        guard home.selection > 0, homeOffers.indices.contains(home.selection - 1) else {
            return connectToAddress(home.address.text)
        }
        return perform(homeOffers[home.selection - 1].action)
    }

    static func noSuchCharset(_ name: String) -> String {
        "names cannot be in “\(visible(name))”; CP1252, KOI8-R or CP932 are such charsets"
    }

    mutating func connectToAddress(_ text: String) -> [Effect] {
        do throws(TargetURL.Problem) {
            let (address, wanted) = TargetURL.dividingCharset(text.trimmingBlanks())
            guard let charset = charsets(wanted) else {
                home.error = Self.noSuchCharset(wanted ?? "")
                return []
            }
            let target = try TargetURL(address, charset: charset)
            var site = target.site
            site.dataMode = dataMode
            site.charset = charset.isUTF8 ? nil : charset.name
            home.address = home.address.withoutPassword
            return connect(site, target.password, target.directory)
        } catch {
            home.error = "\(error)"
            return []
        }
    }
}

extension ConnectionState {
    /// The same, for somebody who ended it.
    fileprivate var stoppedByUser: ConnectionState {
        switch self {
        case .failed(let site, _): .failed(site, "stopped by you; Ctrl-R connects again")
        case .lost(let site, _): .lost(site, reason: "stopped by you; Ctrl-R lists again")
        default: self
        }
    }
}

extension Site {
    /// `example.org: the sentence`, and the sentence alone where it names the host already.
    func saying(_ reason: String) -> String {
        let why = Advice.withKeys(visible(reason))
        return why.contains(visible(host)) ? why : "\(shortName)\(why.hasPrefix("wants ") ? "" : ":") \(why)"
    }
}

extension Site.ID {
    /// `ftps://` of `ftps://alice@example.org:990`.
    fileprivate var scheme: String { String(prefix { $0 != ":" }) + "://" }
}
