import FTPProtocol
import Testing
import Transfers

@testable import Interface

/// What is shown of the log, and how it is found.
struct LogPaneTests {
    private let a1 = ConnectionName(.browsing, 1)
    private let t1 = ConnectionName(.transfer, 1)

    private func log(_ lines: [(ConnectionName, DialogueLine.Direction, String)]) -> LogPane {
        var log = LogPane()
        for (number, line) in lines.enumerated() {
            log.append(said(line.0, line.1, line.2, at: Int64(number)))
        }
        return log
    }

    private func shown(_ log: LogPane) -> [String] { (0..<log.count).compactMap { log[$0]?.text } }

    private let welcome = ["220-Welcome to", "the archive", "220-of old", "220 Ready", "331 Password"]

    private var greeted: LogPane {
        log(welcome.map { (a1, .received(ReplyCode(rawValue: 220)), $0) })
    }

    @Test func aReplyOfManyLinesFoldsUnderItsFirst() {
        var log = greeted
        #expect(shown(log) == ["220-Welcome to", "331 Password"])
        #expect(log.fold(0).lines == 3)
        var isDone = log.toggleFold(row: 0)
        #expect(isDone && shown(log) == welcome)
        // From any of its lines it folds again.
        isDone = log.toggleFold(row: 2)
        #expect(isDone && shown(log) == ["220-Welcome to", "331 Password"])
        isDone = log.toggleFold(row: 1)
        #expect(!isDone)
    }

    @Test func howManyEntriesCameStandsAtTheReplyAlsoWhereItOvertookThem() {
        let done = DialogueLine.Direction.received(.closingDataConnection)
        var early = log([(a1, .sent, "MLSD"), (a1, done, "226 Done"), (t1, .sent, "NOOP")])
        early.append(said(a1, .note, "listed", at: 9, took: 3, remark: "10 entries"))
        #expect(shown(early) == ["MLSD", "226 Done", "NOOP"])
        #expect(early[1]?.remark == "10 entries" && early[2]?.remark == nil)
        // Where there is no such reply it has a row of its own.
        var alone = log([(t1, done, "226 Done")])
        alone.append(said(a1, .note, "listed", at: 9, took: 3, remark: "10 entries"))
        #expect(shown(alone) == ["226 Done", "listed"])
    }

    @Test func anotherConnectionBetweenTheLinesEndsTheFold() {
        let log = log([
            (a1, .received(nil), "220-one"), (t1, .sent, "NOOP"), (a1, .received(nil), "220 two"),
        ])
        #expect(shown(log) == ["220-one", "NOOP", "220 two"])
    }

    @Test func aCommandAndItsAnswerSaidAgainAreOneRowWithACount() {
        let pair: [(ConnectionName, DialogueLine.Direction, String)] = [
            (a1, .sent, "NOOP"), (a1, .received(nil), "200 OK"),
        ]
        var log = log(Array(repeating: pair, count: 5).flatMap { $0 } + [(a1, .sent, "PWD")])
        #expect(shown(log) == ["NOOP", "200 OK", "PWD"])
        #expect(log.fold(0).times == 5)
        log.toggleFolds()
        #expect(log.count == 11)
    }

    @Test(arguments: [
        ("t1", ["RETR a", "550 no"]), ("t", ["RETR a", "550 no"]), ("5xx", ["550 no"]), ("550", ["550 no"]),
        ("> t1", ["RETR a"]), ("!", ["try 2"]), ("retr", ["RETR a"]), ("nothing", []),
        ("", ["PWD", "RETR a", "550 no", "try 2"]),
    ])
    func showsWhatFitsAllWords(_ filter: String, _ expected: [String]) {
        var log = log([
            (a1, .sent, "PWD"), (t1, .sent, "RETR a"), (t1, .received(ReplyCode(rawValue: 550)), "550 no"),
            (a1, .warning, "try 2"),
        ])
        log.setFilter(filter)
        #expect(shown(log) == expected)
        // What comes later is held to it as well.
        log.append(said(a1, .note, "zzz", at: 9))
        #expect(log.count == expected.count + (filter.isEmpty ? 1 : 0))
        log.setFilter("")
        #expect(log.count == 5)
    }

    @Test func theOldestLinesGoWithoutDisturbingTheRest() {
        var log = LogPane()
        for number in 0..<LogPane.limit + 50 { log.append(said(a1, .sent, "X\(number)", at: 1)) }
        #expect(log.count == LogPane.limit && log.lineCount == LogPane.limit)
        #expect(log[0]?.text == "X50")
        #expect(log[log.count - 1]?.text == "X\(LogPane.limit + 49)")
        log.setFilter("X2004")
        #expect(shown(log) == ["X2004"] + (20_040..<20_050).map { "X\($0)" })
    }

    @Test func searchingGoesFromMatchToMatchAndRound() {
        var model = sampleModel()
        for key: Key in ["4", "/", "m", "l", "s", "d"] { _ = handle(key, &model) }
        #expect(model.log[model.log.cursor]?.text == "MLSD")
        checkFrame(model, "searching in the log")
        _ = handle(.enter, &model)
        _ = handle("/", &model)
        for key: Key in ["2", "2"] { _ = handle(key, &model) }
        _ = handle(.enter, &model)
        let first = model.log[model.log.cursor]?.text
        _ = handle("n", &model)
        let second = model.log[model.log.cursor]?.text
        #expect(
            Set([first, second]) == [
                "229 Entering Extended Passive Mode (|||51834|)", "226 Transfer complete",
            ])
        _ = handle("N", &model)
        #expect(model.log[model.log.cursor]?.text == first)
        // Esc shows the log as it was.
        _ = handle(.escape, &model)
        #expect(model.log.search.isEmpty)
    }

    @Test func theFilterIsTypedWhileTheLogNarrowsAndEscapeWidensIt() {
        var model = sampleModel(80, 24)
        for key: Key in ["4", "f", "t", "2"] { _ = handle(key, &model) }
        #expect(model.log.count == 2)
        checkFrame(model, "the filter of the log")
        _ = handle(.enter, &model)
        #expect(view(model, size: model.size).text.contains { $0.contains("filter: t2 · 2 of 6 lines") })
        _ = handle(.escape, &model)
        #expect(model.log.count == 6)
    }

    @Test func theConversationOfALineIsCopiedFromItsCommandOn() {
        var model = sampleModel()
        for key: Key in ["4", .up, .up] { _ = handle(key, &model) }
        let effects = handle("Y", &model)
        #expect(effects.contains(.copyToClipboard("> MLSD\n< 226 Transfer complete\n")))
    }

    @Test func theLogIsWrittenIntoTheLocalDirectoryWithTimesAndConnections() {
        var model = sampleModel()
        _ = handle("4", &model)
        let written = handle("w", &model).compactMap { effect -> (LocalPath, String)? in
            guard case .request(.local(.write(let path, let bytes, _))) = effect else { return nil }
            return (path, String(decoding: bytes, as: UTF8.self))
        }
        #expect(written.first?.0.description == "/home/alice/mirror/debian-cd/portside-log-004918000.txt")
        #expect(written.first?.1.contains("00:49:12.127 a1 > MLSD\n00:49:12.190 a1 < 226 Transfer") == true)
    }
}
