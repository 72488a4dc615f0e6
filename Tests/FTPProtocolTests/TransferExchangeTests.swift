import FTPProtocol
import Testing

struct TransferExchangeTests {
    private let retrieve = Command.retrieve(RemotePath("a.iso"))

    @Test func finishesWhenTheReplyOvertakesTheLastByte() {
        var exchange = TransferExchange(retrieve)
        #expect(exchange.start() == .send(retrieve))
        #expect(exchange.receive(Reply(.openingDataConnection, "Here it comes")) == .moveBytes)
        #expect(exchange.receive(Reply(.closingDataConnection, "Done")) == .wait)
        #expect(exchange.dataEnded() == .finished)
    }

    @Test func finishesWhenTheLastByteOvertakesTheReply() {
        var exchange = TransferExchange(retrieve)
        _ = exchange.start()
        #expect(exchange.receive(Reply(.dataConnectionAlreadyOpen, "Go")) == .moveBytes)
        #expect(exchange.dataEnded() == .wait)
        #expect(exchange.receive(Reply(.fileActionOkay, "Done")) == .finished)
    }

    @Test func sendsTheOffsetRightBeforeTheCommand() {
        var exchange = TransferExchange(retrieve, restartOffset: 5_000_000_000)
        #expect(exchange.start() == .send(Command("REST", "5000000000")))
        #expect(exchange.receive(Reply(.fileActionPending, "Restarting")) == .send(retrieve))
        #expect(exchange.receive(Reply(.openingDataConnection, "")) == .moveBytes)
    }

    @Test func saysWhenTheOffsetWasLeftBehind() {
        var exchange = TransferExchange(retrieve, restartOffset: 7)
        _ = exchange.start()
        #expect(!exchange.leavesOffsetBehind)
        _ = exchange.receive(Reply(.fileActionPending, ""))
        var started = exchange
        _ = started.receive(Reply(.openingDataConnection, ""))
        #expect(!started.leavesOffsetBehind)
        _ = exchange.receive(Reply(.fileUnavailable, ""))
        #expect(exchange.leavesOffsetBehind)
    }

    @Test func anOffsetOfZeroSendsNoREST() {
        var exchange = TransferExchange(retrieve, restartOffset: 0)
        #expect(exchange.start() == .send(retrieve))
    }

    @Test func aRefusedRESTEndsTheTransferBeforeItBegins() {
        var exchange = TransferExchange(retrieve, restartOffset: 7)
        _ = exchange.start()
        let reply = Reply(.commandNotImplemented, "No REST")
        #expect(exchange.receive(reply) == .failed(.refused(.restart(at: 7), reply)))
    }

    @Test func aRESTThatIsAcceptedWithoutBeingPendingIsNotTrusted() {
        var exchange = TransferExchange(retrieve, restartOffset: 7)
        _ = exchange.start()
        guard case .failed(.protocolViolation) = exchange.receive(Reply(.commandOkay, "Fine")) else {
            Issue.record("went on")
            return
        }
    }

    @Test func aSecond226OfTheTransferBeforeDoesNotAnswerREST() {
        var exchange = TransferExchange(retrieve, restartOffset: 7)
        _ = exchange.start()
        #expect(exchange.receive(Reply(.closingDataConnection, "Done again")) == .wait)
        #expect(exchange.receive(Reply(.fileActionPending, "Restarting")) == .send(retrieve))
    }

    @Test func readsTheDataThoughNo150Came() {
        var exchange = TransferExchange(.list)
        _ = exchange.start()
        #expect(exchange.receive(Reply(.closingDataConnection, "Done")) == .moveBytes)
        #expect(exchange.dataEnded() == .finished)
    }

    @Test func needsNoMoreDataWhereItEndedBefore226And150DidNotCome() {
        var exchange = TransferExchange(.list)
        _ = exchange.start()
        #expect(exchange.dataEnded() == .wait)
        #expect(exchange.receive(Reply(.closingDataConnection, "Done")) == .finished)
    }

    @Test func dataThatEndedBefore150IsNotMovedAgain() {
        var exchange = TransferExchange(.list)
        _ = exchange.start()
        #expect(exchange.dataEnded() == .wait)
        #expect(exchange.receive(Reply(.openingDataConnection, "")) == .wait)
        #expect(exchange.receive(Reply(.closingDataConnection, "Done")) == .finished)
    }

    @Test func ignoresASecondPreliminaryReplyAndASecondFinalOne() {
        var exchange = TransferExchange(.list)
        _ = exchange.start()
        #expect(exchange.receive(Reply(.dataConnectionAlreadyOpen, "")) == .moveBytes)
        #expect(exchange.receive(Reply(.openingDataConnection, "")) == .wait)
        #expect(exchange.receive(Reply(.closingDataConnection, "")) == .wait)
        #expect(exchange.receive(Reply(.closingDataConnection, "")) == .wait)
        #expect(exchange.dataEnded() == .finished)
    }

    @Test(arguments: [ReplyCode.cannotOpenDataConnection, .fileUnavailable, .serviceNotAvailable, .fileBusy])
    func aRefusalInsteadOf150WaitsForNoData(_ code: ReplyCode) {
        var exchange = TransferExchange(retrieve)
        _ = exchange.start()
        let reply = Reply(code, "No")
        #expect(exchange.receive(reply) == .failed(.refused(retrieve, reply)))
        #expect(exchange.dataEnded() == .failed(.refused(retrieve, reply)))
    }

    @Test(arguments: [ReplyCode.transferAborted, .localError, .exceededStorage, .cannotOpenDataConnection])
    func allTheBytesAreNoSuccessWithoutTheReply(_ code: ReplyCode) {
        var exchange = TransferExchange(retrieve)
        _ = exchange.start()
        _ = exchange.receive(Reply(.openingDataConnection, ""))
        #expect(exchange.dataEnded() == .wait)
        let reply = Reply(code, "Failed")
        #expect(exchange.receive(reply) == .failed(.refused(retrieve, reply)))
    }

    @Test func theServersReasonIsWaitedForWhenTheDataBreaks() {
        var exchange = TransferExchange(.store(RemotePath("b")))
        _ = exchange.start()
        _ = exchange.receive(Reply(.openingDataConnection, ""))
        #expect(exchange.dataFailed() == .wait)
        let reply = Reply(.insufficientStorage, "Disk full")
        #expect(exchange.receive(reply) == .failed(.refused(.store(RemotePath("b")), reply)))
    }

    @Test(arguments: [true, false])
    func brokenDataIsNoSuccessWhateverTheReplySays(_ replyIsFirst: Bool) {
        var exchange = TransferExchange(retrieve)
        _ = exchange.start()
        _ = exchange.receive(Reply(.openingDataConnection, ""))
        let reply = Reply(.closingDataConnection, "Done")
        let last: TransferExchange.Step
        if replyIsFirst {
            #expect(exchange.receive(reply) == .wait)
            last = exchange.dataFailed()
        } else {
            #expect(exchange.dataFailed() == .wait)
            last = exchange.receive(reply)
        }
        guard case .failed(.protocolViolation) = last else {
            Issue.record("\(last)")
            return
        }
    }

    /// Three inputs of any kind after the start, with and without an offset: each has a step, nothing
    /// traps, and what has ended stays ended with the same outcome.
    @Test func everySequenceOfRepliesAndDataEventsHasASteadyOutcome() {
        enum Input: CaseIterable {
            case preliminary, completion, intermediate, transient, permanent, unknown, end, failure
        }
        func feed(_ input: Input, _ exchange: inout TransferExchange) -> TransferExchange.Step {
            switch input {
            case .preliminary: exchange.receive(Reply(.openingDataConnection, ""))
            case .completion: exchange.receive(Reply(.closingDataConnection, ""))
            case .intermediate: exchange.receive(Reply(.fileActionPending, ""))
            case .transient: exchange.receive(Reply(.transferAborted, ""))
            case .permanent: exchange.receive(Reply(.fileUnavailable, ""))
            case .unknown: exchange.receive(Reply(ReplyCode(rawValue: 631), ""))
            case .end: exchange.dataEnded()
            case .failure: exchange.dataFailed()
            }
        }
        var finished = 0
        for offset in [0, 9] as [Int64] {
            for isStarted in [true, false] {
                for first in Input.allCases {
                    for second in Input.allCases {
                        for third in Input.allCases {
                            var exchange = TransferExchange(retrieve, restartOffset: offset)
                            if isStarted { _ = exchange.start() }
                            var outcome: TransferExchange.Step?
                            for input in [first, second, third] {
                                let step = feed(input, &exchange)
                                if let outcome { #expect(step == outcome) }
                                switch step {
                                case .finished:
                                    outcome = step
                                    let inputs = [first, second, third]
                                    #expect(inputs.contains(.completion) && inputs.contains(.end))
                                    finished += 1
                                case .failed: outcome = step
                                case .send, .moveBytes, .wait: break
                                }
                            }
                        }
                    }
                }
            }
        }
        #expect(finished > 0)
    }
}
