import FTPProtocol
import Testing

struct ReplyParserTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let raw: [UInt8]
        let replies: [Reply]
        let noise: [String]

        init(_ name: String, _ raw: String, _ replies: [Reply], noise: [String] = []) {
            self.init(name, bytes: Array(raw.utf8), replies, noise: noise)
        }

        init(_ name: String, bytes: [UInt8], _ replies: [Reply], noise: [String] = []) {
            self.name = name
            raw = bytes
            self.replies = replies
            self.noise = noise
        }

        var testDescription: String { name }
    }

    static let cases = [
        Case("one line", "220 Welcome\r\n", [reply(220, "Welcome")]),
        Case("no text", "220\r\n", [reply(220, "")]),
        Case("no text behind the blank", "550 \r\n", [reply(550, "")]),
        Case("tab for the blank", "220\tWelcome\r\n", [reply(220, "Welcome")]),
        Case("bare line feed", "220 Welcome\n", [reply(220, "Welcome")]),
        Case("CR CR LF", "220 Welcome\r\r\n", [reply(220, "Welcome")]),
        Case("CR NUL LF", "220 Welcome\r\0\n", [reply(220, "Welcome")]),
        Case("CR NUL is a bare CR", "220 a\r\0b\r\n", [reply(220, "a\rb")]),
        Case("NULs at the end", "220 Welcome\0\0\r\n", [reply(220, "Welcome")]),
        Case("blanks of the text are kept", "257  \"a\" \r\n", [reply(257, " \"a\" ")]),
        Case(
            "several lines", "230-Hello\r\n230-there\r\n230 Done\r\n", [reply(230, "Hello", "there", "Done")]),
        Case("a last line of the code alone", "230-Hello\r\n230\r\n", [reply(230, "Hello", "")]),
        Case(
            "lines without code", "211-Features:\r\n MDTM\r\n\r\nUTF8\r\n211 End\r\n",
            [reply(211, "Features:", " MDTM", "", "UTF8", "End")]),
        Case(
            "another code inside is text", "211-Status\r\n226 report\r\n550-x\r\n211 End\r\n",
            [reply(211, "Status", "226 report", "550-x", "End")]),
        Case(
            "the code with letters behind it is text", "211-Status\r\n2112 files\r\n211 End\r\n",
            [reply(211, "Status", "2112 files", "End")]),
        Case(
            "three replies in one piece", "150 Go\r\n226 Done\r\n221 Bye\r\n",
            [reply(150, "Go"), reply(226, "Done"), reply(221, "Bye")]),
        Case("unusual codes", "631 protected\r\n199 odd\r\n", [reply(631, "protected"), reply(199, "odd")]),
        Case(
            "noise before the greeting", "starting up\r\n\r\n220 Ready\r\n", [reply(220, "Ready")],
            noise: ["starting up", ""]),
        Case(
            "codes that are none", "099 x\r\n700 x\r\n2x0 x\r\n220x\r\n220 Ready\r\n", [reply(220, "Ready")],
            noise: ["099 x", "700 x", "2x0 x", "220x"]),
        Case(
            "Telnet options are taken out",
            bytes: [0xFF, 0xFB, 0x01, 0xFF, 0xFD, 0x03] + Array("220 A\r\n".utf8),
            [reply(220, "A")]),
        Case(
            "Telnet commands are taken out", bytes: [0x32, 0xFF, 0xF1] + Array("20 A\r\n".utf8),
            [reply(220, "A")]),
        Case(
            "a doubled 0xFF is one", bytes: Array("220 ".utf8) + [0xFF, 0xFF, 0x0D, 0x0A],
            [Reply(code: .serviceReady, lines: [[0xFF]])]),
        Case(
            "a single 0xFF before text stays", bytes: Array("220 ".utf8) + [0xFF, 0x61, 0x0D, 0x0A],
            [Reply(code: .serviceReady, lines: [[0xFF, 0x61]])]),
        Case(
            "bytes that are not UTF-8", bytes: Array("220 ".utf8) + [0xE4, 0x0D, 0x0A],
            [Reply(code: .serviceReady, lines: [[0xE4]])]),
    ]

    @Test(arguments: cases)
    func readsWholeRepliesWhereverTheBytesAreCut(_ example: Case) throws {
        for size in [1, 2, 5, .max] {
            let events = try parse(example.raw, inPiecesOf: size)
            #expect(events.replies == example.replies)
            #expect(events.noise == example.noise)
        }
    }

    @Test(arguments: cases)
    func doesNotTouchWhatComesAfter(_ example: Case) throws {
        let events = try parse(example.raw + Array("421 Bye\r\n".utf8), inPiecesOf: .max)
        #expect(events.replies == example.replies + [Self.reply(421, "Bye")])
    }

    @Test func tellsEachLineAsSoonAsItIsCompleteWithTheCodeItBelongsTo() throws {
        var parser = ReplyParser()
        parser.append("211-Features\r\n SIZE\r".utf8)
        #expect(try parser.next() == .line(Array("211-Features".utf8), code: .systemStatus))
        #expect(try parser.next() == nil)
        parser.append("\n211 End\r\n".utf8)
        #expect(try parser.next() == .line(Array(" SIZE".utf8), code: .systemStatus))
        #expect(try parser.next() == .line(Array("211 End".utf8), code: .systemStatus))
        #expect(try parser.next() == .reply(Self.reply(211, "Features", " SIZE", "End")))
        #expect(try parser.next() == nil)
        #expect(!parser.hasUnreadBytes)
    }

    @Test func saysThatBytesFollowedTheReply() throws {
        var parser = ReplyParser()
        parser.append("234 Go ahead\r\n2".utf8)
        while try parser.next() != nil {}
        #expect(parser.hasUnreadBytes)
    }

    @Test(arguments: [
        ("SSH-2.0-OpenSSH_9.2\r\n", "SSH"), ("HTTP/1.1 400 Bad Request\r\n", "HTTP"),
        ("* OK IMAP4rev1\r\n", "IMAP"), ("+OK POP3\r\n", "POP3"),
    ])
    func saysWhatAnswersInsteadOfAnFTPServer(_ greeting: String, _ word: String) {
        let error = failure(of: Array(greeting.utf8))
        #expect(error?.description.contains(word) == true)
    }

    @Test(arguments: [
        [0x15, 0x03, 0x01, 0x00, 0x02, 0x02, 0x28], [0x16, 0x03, 0x03, 0x00, 0x7A] as [UInt8],
    ])
    func recognisesTLSWithoutWaitingForALine(_ bytes: [UInt8]) {
        #expect(failure(of: bytes)?.description.contains("implicit TLS") == true)
    }

    @Test func doesNotMistakeALaterLineForAnotherProtocol() throws {
        let events = try parse(Array("220 Ready\r\nSSH-2.0-x\r\n230 In\r\n".utf8), inPiecesOf: .max)
        #expect(events.replies.count == 2)
        #expect(events.noise == ["SSH-2.0-x"])
    }

    @Test func takesALineOfThirtyTwoKiBAndNotAByteMore() throws {
        let longest = Array("220 ".utf8) + [UInt8](repeating: 0x61, count: ReplyParser.longestLine - 4)
        let events = try parse(longest + [0x0A], inPiecesOf: 1_000)
        #expect(events.replies.first?.lastLine.count == ReplyParser.longestLine - 4)
        #expect(failure(of: longest + [0x61])?.description.contains("32 KiB") == true)
    }

    @Test func givesUpOnAReplyThatNeverEnds() throws {
        var parser = ReplyParser()
        let line = Array("230-and so on\r\n".utf8)
        for _ in 0...ReplyParser.longestReply / (line.count - 1) {
            parser.append(line)
            do {
                while try parser.next() != nil {}
            } catch {
                #expect(error.description.contains("64 KiB"))
                #expect(throws: error) { try parser.next() }
                return
            }
        }
        Issue.record("more than 64 KiB of one reply were taken")
    }

    @Test(arguments: ["220 a\0b\r\n", "2\u{0}20 a\r\n", "220-a\r\n\0b\r\n220 c\r\n", "\0\r\0x\r\n"])
    func aNULInALineIsAnError(_ text: String) {
        #expect(failure(of: Array(text.utf8))?.description.contains("NUL") == true)
    }

    @Test func givesUpAfterAHundredLinesOfNoise() {
        let lines = String(repeating: "garbage\r\n", count: ReplyParser.longestNoise)
        #expect(failure(of: Array(lines.utf8)) == nil)
        #expect(failure(of: Array((lines + "garbage\r\n").utf8)) != nil)
    }

    @Test func takesAListingOfAHundredThousandLinesWhereOneWasAskedFor() throws {
        var raw = "213-Status follows:\r\n"
        for number in 0..<100_000 { raw += "-rw-r--r-- 1 0 0 7 Jan 1 2020 file \(number)\r\n" }
        let whole = Array((raw + "213 End\r\n").utf8)
        #expect(failure(of: whole) != nil)
        let events = try parse(whole, inPiecesOf: 4_096, atMost: ReplyParser.longestListing)
        #expect(events.replies.first?.lines.count == 100_002)
    }

    private func failure(of bytes: [UInt8]) -> FTPError? {
        do {
            _ = try parse(bytes, inPiecesOf: .max)
            return nil
        } catch {
            return error
        }
    }

    private func parse(
        _ bytes: [UInt8], inPiecesOf size: Int, atMost mostBytes: Int = ReplyParser.longestReply
    ) throws(FTPError) -> (replies: [Reply], noise: [String]) {
        var parser = ReplyParser()
        parser.mostBytes = mostBytes
        var replies: [Reply] = []
        var noise: [String] = []
        var lineCount = 0
        var rest = bytes[...]
        while !rest.isEmpty {
            parser.append(rest.prefix(size))
            rest = rest.dropFirst(size)
            while let event = try parser.next() {
                switch event {
                case .line: lineCount += 1
                case .reply(let reply): replies.append(reply)
                case .noise(let line): noise.append(String(decoding: line, as: UTF8.self))
                }
            }
        }
        #expect(lineCount == replies.reduce(noise.count) { $0 + $1.lines.count })
        return (replies, noise)
    }

    static func reply(_ code: UInt16, _ lines: String...) -> Reply {
        Reply(code: ReplyCode(rawValue: code), lines: lines.map { Array($0.utf8) })
    }

    /// Else one line of 30 KiB has each of a thousand short ones behind it take as much memory.
    @Test func aLongLineMakesTheLinesBehindItNoLarger() throws {
        var parser = ReplyParser()
        parser.append(Array("211-\(String(repeating: "x", count: 30_000))\r\n".utf8))
        for _ in 0..<100 { parser.append(Array(" short\r\n".utf8)) }
        _ = try parser.next()
        var capacities: [Int] = []
        while case .line(let bytes, _)? = try parser.next() { capacities.append(bytes.capacity) }
        #expect(capacities.count == 100)
        #expect(capacities.allSatisfy { $0 < 200 }, "\(capacities.max() ?? 0)")
    }

    /// Each line costs memory, whatever is in it.
    @Test func aReplyOfLinesThatSayNothingEndsToo() throws {
        var parser = ReplyParser()
        parser.append(Array("211-\r\n".utf8) + [UInt8](repeating: 0x0A, count: 60_000))
        var lines = 0
        #expect(throws: FTPError.self) { while try parser.next() != nil { lines += 1 } }
        #expect(lines < 2_000, "\(lines)")
    }
}
