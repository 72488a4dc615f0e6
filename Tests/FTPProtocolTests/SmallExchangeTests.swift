import FTPProtocol
import Testing

struct RenameExchangeTests {
    private let from = RemotePath("old")
    private let to = RemotePath("new")

    @Test func sendsTheTwoHalvesWithNothingBetween() {
        var exchange = RenameExchange(from: from, to: to)
        #expect(exchange.start() == .send(.renameFrom(from)))
        #expect(exchange.receive(Reply(.fileActionPending, "Ready")) == .send(.renameTo(to)))
        #expect(exchange.receive(Reply(.fileActionOkay, "Done")) == .finished)
    }

    @Test func sendsNoSecondHalfAfterARefusal() {
        var exchange = RenameExchange(from: from, to: to)
        _ = exchange.start()
        let reply = Reply(.fileUnavailable, "No such file")
        #expect(exchange.receive(reply) == .failed(.refused(.renameFrom(from), reply)))
    }

    @Test func saysWhichHalfWasRefused() {
        var exchange = RenameExchange(from: from, to: to)
        _ = exchange.start()
        _ = exchange.receive(Reply(.fileActionPending, ""))
        let reply = Reply(.fileNameNotAllowed, "Exists")
        #expect(exchange.receive(reply) == .failed(.refused(.renameTo(to), reply)))
    }

    @Test func doesNotBeginWithANameThatCannotBeSent() {
        var exchange = RenameExchange(from: from, to: RemotePath("a\r\nDELE b"))
        guard case .failed(.unsendable) = exchange.start() else {
            Issue.record("began")
            return
        }
    }

    @Test func everyPairOfStateAndReplyEndsInAStep() {
        for prefix in [[], [ReplyCode.fileActionPending], [.fileActionPending, .fileActionOkay]] {
            for code in everyKind {
                for isStarted in [true, false] {
                    var exchange = RenameExchange(from: from, to: to)
                    if isStarted { _ = exchange.start() }
                    for earlier in prefix { _ = exchange.receive(Reply(earlier, "")) }
                    let step = exchange.receive(Reply(code, ""))
                    #expect((step == .finished) == (isStarted && finishes(prefix, code)))
                }
            }
        }
    }

    private func finishes(_ prefix: [ReplyCode], _ code: ReplyCode) -> Bool {
        prefix.count == 2 || (prefix.count == 1 && code.kind == .completion)
    }
}

struct SimpleExchangeTests {
    @Test func givesTheReply() {
        var exchange = SimpleExchange(.printWorkingDirectory)
        #expect(exchange.start() == .send(.printWorkingDirectory))
        let reply = Reply(.pathNameCreated, "\"/\"")
        #expect(exchange.receive(reply) == .finished(reply))
    }

    @Test func passesOverPreliminaryReplies() {
        var exchange = SimpleExchange(.site(Array("HASH".utf8)))
        #expect(exchange.receive(Reply(.openingDataConnection, "Computing")) == .wait)
        let reply = Reply(.commandOkay, "")
        #expect(exchange.receive(reply) == .finished(reply))
    }

    @Test func aSecond226IsNotTheAnswerToTheNextCommand() {
        var exchange = SimpleExchange(.passive, followsTransfer: true)
        #expect(exchange.receive(Reply(.closingDataConnection, "Done again")) == .wait)
        let reply = Reply(.enteringPassiveMode, "(1,2,3,4,5,6)")
        #expect(exchange.receive(reply) == .finished(reply))
    }

    @Test func a226IsTheAnswerWhereNothingElseComes() {
        var exchange = SimpleExchange(.type(.image), followsTransfer: true)
        let reply = Reply(.closingDataConnection, "Type set")
        #expect(exchange.receive(reply) == .wait)
        #expect(exchange.silence() == .finished(reply))
    }

    @Test func withoutATransferBeforeA226IsTheAnswerAtOnce() {
        var exchange = SimpleExchange(.type(.image))
        let reply = Reply(.closingDataConnection, "Type set")
        #expect(exchange.silence() == .wait)
        #expect(exchange.receive(reply) == .finished(reply))
    }

    @Test func everyReplyEndsInAStep() {
        for code in everyKind {
            for followsTransfer in [true, false] {
                var exchange = SimpleExchange(.noOperation, followsTransfer: followsTransfer)
                let reply = Reply(code, "")
                let first = exchange.receive(reply)
                let second = exchange.receive(reply)
                if first != .wait { #expect(first == second) }
                if code.isNegative, code != .transferAborted {
                    #expect(first == .failed(.refused(.noOperation, reply)))
                }
            }
        }
    }
}

struct AbortExchangeTests {
    /// What servers answer, up to the 200 of NOOP; `nil` is a silence.
    @Test(
        arguments: [
            [426, 226, 200], [226, 225, 200], [226, 226, 200], [225, nil, 200], [426, nil, 200],
            [451, nil, 226, 200],
            [226, 500, 200], [226, nil, 500, 200], [150, 426, 226, 200], [426, 226, 226, 200],
            [426, 226, 500],
            [226, nil, 502, nil], [426, nil, 150, 226, 200],
        ] as [[UInt16?]])
    func isInStepAgainWhateverTheServerAnswers(_ answers: [UInt16?]) {
        var exchange = AbortExchange()
        #expect(exchange.start() == .send(.abort))
        var steps: [AbortExchange.Step] = []
        for answer in answers {
            steps.append(
                answer.map { exchange.receive(Reply(ReplyCode(rawValue: $0), "")) } ?? exchange.silence())
        }
        #expect(steps.last == .finished)
        #expect(steps.dropLast().allSatisfy { $0 == .wait || $0 == .send(.noOperation) })
        #expect(steps.count { $0 == .send(.noOperation) } == 1)
    }

    @Test func oneReplyIsEnoughWhereTheTransferHadItsOwn() {
        var exchange = AbortExchange(transferIsRunning: false)
        _ = exchange.start()
        #expect(exchange.receive(Reply(.dataConnectionOpen, "")) == .send(.noOperation))
        #expect(exchange.receive(Reply(.commandOkay, "")) == .finished)
    }

    @Test func waitsLongerForTheFirstReplyThanForTheSecond() {
        var exchange = AbortExchange()
        _ = exchange.start()
        let first = exchange.patience
        _ = exchange.receive(Reply(.transferAborted, ""))
        #expect(exchange.patience < first)
    }

    @Test func failsWhereNothingComesAtAll() {
        var exchange = AbortExchange()
        _ = exchange.start()
        guard case .failed = exchange.silence() else {
            Issue.record("no failure")
            return
        }
    }

    @Test func failsWhenTheServerHangsUp() {
        var exchange = AbortExchange()
        _ = exchange.start()
        let reply = Reply(.serviceNotAvailable, "Bye")
        #expect(exchange.receive(reply) == .failed(.refused(.abort, reply)))
    }

    @Test func everySequenceOfRepliesAndSilencesHasASteadyOutcome() {
        let inputs: [ReplyCode?] = everyKind + [.commandOkay, .commandUnrecognized, nil]
        for isStarted in [true, false] {
            for first in inputs {
                for second in inputs {
                    for third in inputs {
                        var exchange = AbortExchange()
                        if isStarted { _ = exchange.start() }
                        var outcome: AbortExchange.Step?
                        for input in [first, second, third] {
                            let step = input.map { exchange.receive(Reply($0, "")) } ?? exchange.silence()
                            if let outcome { #expect(step == outcome) }
                            switch step {
                            case .finished, .failed: outcome = step
                            case .send(let command): #expect(command == .noOperation)
                            case .wait: break
                            }
                        }
                    }
                }
            }
        }
    }
}
