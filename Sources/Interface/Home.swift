internal import Transfers

/// What can be done while there is no connection.
struct HomeOffer: Sendable {
    let title: String
    let detail: String?
    let key: String?
    let action: Action
}

extension Model {
    var homeOffers: [HomeOffer] {
        var offers = [
            HomeOffer(
                title: isDemo ? "Connect to the demo server" : "Try the demo server",
                detail: "runs inside portside; nothing leaves here", key: nil, action: .demoAsked)
        ]
        offers.append(
            HomeOffer(title: "With user and password", detail: nil, key: "F2", action: .connectAsked))
        offers.append(HomeOffer(title: "The keys in two minutes", detail: nil, key: "F1", action: .helpAsked))
        return offers
    }

    /// Why there is no connection, if one was tried.
    var connectionFailure: String? {
        switch connection {
        case .failed(let site, let reason), .lost(let site, let reason): site.saying(reason)
        default: nil
        }
    }

    /// Keys go to the address line.
    var isTypingAddress: Bool {
        guard focus == .remote, remote.location == nil, home.selection == 0 else { return false }
        if case .connecting = connection { return false }
        return true
    }
}
