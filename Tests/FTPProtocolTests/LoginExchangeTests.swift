import FTPProtocol
import Testing

struct LoginExchangeTests {
    @Test func sendsNameAndPassword() {
        var exchange = LoginExchange(user: "anna", password: "secret")
        #expect(exchange.start() == .send(.user("anna")))
        #expect(exchange.receive(Reply(.needPassword, "Password?")) == .send(.password("secret")))
        #expect(exchange.receive(Reply(.loggedIn, "Welcome")) == .finished)
    }

    @Test(arguments: [ReplyCode.loggedIn, .loggedInBySecurityData])
    func sendsNoPasswordWhereTheNameIsEnough(_ code: ReplyCode) {
        var exchange = LoginExchange(user: "anna", password: "secret")
        _ = exchange.start()
        #expect(exchange.receive(Reply(code, "Welcome")) == .finished)
    }

    /// RFC 2228 §5.3; S/KEY says it with 331.
    @Test func answersAChallengeWithThePassword() {
        var exchange = LoginExchange(user: "anna", password: "secret")
        _ = exchange.start()
        let challenge = Reply(code: ReplyCode(rawValue: 336), lines: [Array("Challenge is 97 la2312".utf8)])
        #expect(exchange.receive(challenge) == .send(.password("secret")))
        var asked = LoginExchange(user: "anna")
        _ = asked.start()
        #expect(asked.receive(challenge) == .needsPassword)
    }

    @Test func takes202ForThePassword() {
        var exchange = LoginExchange(user: "anna", password: "secret")
        _ = exchange.start()
        _ = exchange.receive(Reply(.needPassword, ""))
        #expect(exchange.receive(Reply(.superfluous, "Already logged in")) == .finished)
    }

    @Test func goesThroughNamePasswordAndAccount() {
        var exchange = LoginExchange(user: "anna", password: "secret", account: "sales")
        _ = exchange.start()
        _ = exchange.receive(Reply(.needPassword, ""))
        #expect(exchange.receive(Reply(.needAccount, "")) == .send(.account("sales")))
        #expect(exchange.receive(Reply(.loggedIn, "")) == .finished)
    }

    @Test func sendsTheAccountAtOnceWhereTheServerWantsNothingElse() {
        var exchange = LoginExchange(user: "anna", account: "sales")
        _ = exchange.start()
        #expect(exchange.receive(Reply(.needAccount, "")) == .send(.account("sales")))
    }

    @Test func asksForWhatItWasNotGiven() {
        var exchange = LoginExchange(user: "anna")
        _ = exchange.start()
        #expect(exchange.receive(Reply(.needPassword, "otp-md5 97 seed")) == .needsPassword)
        #expect(exchange.give(password: "secret") == .send(.password("secret")))
        #expect(exchange.receive(Reply(.needAccount, "")) == .needsAccount)
        #expect(exchange.give(account: "sales") == .send(.account("sales")))
        #expect(exchange.receive(Reply(.loggedIn, "")) == .finished)
    }

    @Test func anEmptyPasswordIsAPassword() {
        var exchange = LoginExchange(user: "anna", password: "")
        _ = exchange.start()
        #expect(exchange.receive(Reply(.needPassword, "")) == .send(.password("")))
    }

    @Test func aRefusedPasswordIsTheEnd() {
        var exchange = LoginExchange(user: "anna", password: "wrong")
        _ = exchange.start()
        _ = exchange.receive(Reply(.needPassword, ""))
        let reply = Reply(.notLoggedIn, "Login incorrect")
        #expect(exchange.receive(reply) == .failed(.refused(.password("wrong"), reply)))
        #expect(exchange.give(password: "other") == .failed(.refused(.password("wrong"), reply)))
    }

    @Test func theErrorDoesNotTellThePassword() {
        var exchange = LoginExchange(user: "anna", password: "geheim")
        _ = exchange.start()
        _ = exchange.receive(Reply(.needPassword, ""))
        guard case .failed(let error) = exchange.receive(Reply(ReplyCode(rawValue: 631), "?")) else {
            Issue.record("no failure")
            return
        }
        #expect(!error.description.contains("geheim"))
    }

    @Test func aHangUpWhileTheUserTypesIsAFailure() {
        var exchange = LoginExchange(user: "anna")
        _ = exchange.start()
        _ = exchange.receive(Reply(.needPassword, ""))
        let reply = Reply(.serviceNotAvailable, "Too slow")
        #expect(exchange.receive(reply) == .failed(.refused(.user("anna"), reply)))
    }

    @Test func everyPairOfStateAndReplyEndsInAStep() {
        let prefixes: [[ReplyCode]] = [
            [], [.needPassword], [.needAccount], [.needPassword, .needAccount],
            [.needAccount, .needPassword],
        ]
        for isStarted in [true, false] {
            for (password, account) in [("p", "a"), (nil, nil), ("p", nil), (nil, "a")]
                as [(String?, String?)]
            {
                for prefix in prefixes {
                    for code in everyKind {
                        var exchange = LoginExchange(user: "u", password: password, account: account)
                        if isStarted { _ = exchange.start() }
                        for earlier in prefix { _ = exchange.receive(Reply(earlier, "")) }
                        let step = exchange.receive(Reply(code, ""))
                        if code.isNegative, isStarted {
                            guard case .failed = step else {
                                Issue.record("\(prefix) \(code): \(step)")
                                continue
                            }
                        }
                    }
                }
            }
        }
    }
}

/// One code for each first digit a reply can have, and one that has none.
let everyKind = [120, 226, 331, 421, 550, 631, 0, 999].map { ReplyCode(rawValue: $0) }
