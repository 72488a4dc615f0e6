import FTPProtocol
import Transport

/// Access control and parameters (RFC 959 §4.1.1, §4.1.2; OPTS: RFC 2389 §4).
extension ServerSession {
    mutating func takeUser(_ argument: [UInt8]) throws(TransportError) {
        guard !argument.isEmpty else { return try reply(.missingParameter) }
        let name = String(decoding: argument, as: UTF8.self)
        user = name
        if isLoggedIn { state.logOut() }
        isLoggedIn = false
        if case .only(let accounts) = configuration.accounts, accounts[name] == "" {
            return try admit()
        }
        try reply(.needPassword(user: name))
    }

    mutating func takePassword(_ argument: [UInt8]) throws(TransportError) {
        guard let user, !isLoggedIn else { return try reply(.userFirst) }
        isLoggedIn =
            switch configuration.accounts {
            case .anyone: true
            case .only(let accounts): accounts[user].map { Array($0.utf8) == argument } ?? false
            }
        guard isLoggedIn else {
            self.user = nil
            return try reply(.wrongPassword)
        }
        try admit()
    }

    /// The password is right; there may be too many already.
    private mutating func admit() throws(TransportError) {
        isLoggedIn = state.logIn()
        if !isLoggedIn { user = nil }
        try reply(isLoggedIn ? .loggedIn : .tooManyLogins)
    }

    mutating func setOption(_ argument: [UInt8]) throws(TransportError) {
        let words = String(decoding: argument, as: UTF8.self).uppercased().split(separator: " ")
        switch words.first {
        case "UTF8" where words.count < 3 && words.last != "OFF":
            encoding = .bytes
            try reply(.utf8On)
        case "MLST" where hasMachineListing:
            let wanted = words.dropFirst().joined().split(separator: ";")
            listFacts = ListFact.allCases.filter { fact in wanted.contains { $0 == fact.name.uppercased() } }
            try reply(.listFacts(listFacts.map(\.name)))
        default: try reply(.unknownOption)
        }
    }

    mutating func setType(_ argument: [UInt8]) throws(TransportError) {
        switch String(decoding: argument, as: UTF8.self).uppercased() {
        case "A", "A N": type = .ascii
        case "I", "L 8": type = .image
        default: return try reply(.typeUnsupported)
        }
        try reply(.typeSet(type))
    }

    mutating func setMode(_ argument: [UInt8]) throws(TransportError) {
        let offersDeflate = features.contains("MODE Z")
        switch String(decoding: argument, as: UTF8.self).uppercased() {
        case "S":
            isDeflating = false
            try reply(.modeSet)
        case "Z" where offersDeflate:
            isDeflating = true
            try send(Reply(200, "Mode set to Z."))
        default: try reply(.modeUnsupported)
        }
    }

    mutating func setRestart(_ argument: [UInt8]) throws(TransportError) {
        guard !has(.restartRefused) else { return try reply(.restartUnsupported) }
        guard let offset = Int64(String(decoding: argument, as: UTF8.self)), offset >= 0 else {
            return try reply(.badParameter)
        }
        let early: Int64 = fault { if case .restartOff(let bytes) = $0 { bytes } else { nil } } ?? 0
        restartOffset = has(.restartIgnored) ? 0 : max(0, offset - early)
        try reply(.restarting(offset))
    }
}
