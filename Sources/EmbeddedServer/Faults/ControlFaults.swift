import FTPProtocol
import Transport

extension Fault {
    /// What goes wrong on the control connection.
    static let control = Area(
        title: "The control connection",
        forms: [
            FaultForm(
                "no-banner", "says nothing after the connection stands", also: ["no-greeting"], .noGreeting),
            FaultForm("slow-banner", "[:SECONDS]", "greets so late (5)") {
                FaultForm.number($0, or: 5).map { .slowGreeting(seconds: $0) }
            },
            FaultForm("garbage-banner", "greets with lines of random bytes", .garbageGreeting),
            FaultForm("endless-banner", "greets with a line that does not end", .endlessGreeting),
            FaultForm(
                "escape-banner", "greets, and refuses, with escape sequences and format directives",
                .escapeGreeting),
            FaultForm("120-first", "says 120 before 220", .preliminaryGreeting),
            FaultForm("byte-replies", "[:MILLISECONDS]", "sends each reply byte by byte, with pauses (0)") {
                FaultForm.number($0, or: 0).map { .byteReplies(milliseconds: $0) }
            },
            FaultForm("stall-control", "[:SECONDS]", "is silent so long (60) before every reply") {
                FaultForm.number($0, or: 60).map { .stallControl(seconds: $0) }
            },
            FaultForm("half-open", "[:VERB]", "neither reads nor answers any more from the verb (CWD) on") {
                FaultForm.verb($0 ?? "CWD").map { .halfOpen(on: $0) }
            },
            FaultForm("421-on", ":VERB", "answers the verb with 421 and closes") {
                FaultForm.verb($0).map { .serviceNotAvailable(on: $0) }
            },
            FaultForm("421-after", ":N", "answers each command of a login after the N-th with 421 and closes")
            {
                FaultForm.number($0).map { .commandLimit($0) }
            },
            FaultForm("drop-control-on", ":VERB", "closes without a word on the verb") {
                FaultForm.verb($0).map { .dropControl(on: $0) }
            },
            FaultForm(
                "infinite-reply", "[:VERB]", "answers the verb (FEAT) with a line that does not end",
                also: ["endless-reply"]
            ) { FaultForm.verb($0 ?? "FEAT").map { .endlessReply(on: $0) } },
            FaultForm(
                "infinite-multiline", "[:VERB]", "answers the verb (FEAT) with lines without end",
                also: ["endless-lines"]
            ) { FaultForm.verb($0 ?? "FEAT").map { .endlessLines(on: $0) } },
            FaultForm("nul-reply", "[:VERB]", "answers the verb (PWD) with NULs in the reply") {
                FaultForm.verb($0 ?? "PWD").map { .nulReply(on: $0) }
            },
            FaultForm(
                "garbage-replies", ":N", "answers after the login with random codes and bytes; N is the seed"
            ) { FaultForm.number($0).map { .garbageReplies(seed: $0) } },
            FaultForm(
                "reply", ":VERB=TEXT", "answers the verb with this text, code and all", read: fixedReply),
            FaultForm(
                "pwd-odd", "[:FORM]",
                "answers PWD wrongly: \(OddDirectory.allCases.map(\.rawValue).joined(separator: ", "))"
            ) { ($0.map { OddDirectory(rawValue: $0) } ?? .unclosed).map { .oddDirectory($0) } },
            FaultForm("crlf-pwd", "answers PWD with a CR and a command in the path", .oddDirectory(.crlf)),
            FaultForm("abor-ignored", "hears no ABOR while a transfer runs", .abortIgnored),
            FaultForm("lf-only-451", "answers a command that ends in LF alone with 451", .lineFeedRefused),
            FaultForm("421-idle", "[:SECONDS]", "says 421 after so long a silence (1) and closes") {
                FaultForm.number($0, or: 1).map { .idleUnavailable(seconds: $0) }
            },
            FaultForm("close-idle", "[:SECONDS]", "closes without a word after so long a silence (1)") {
                FaultForm.number($0, or: 1).map { .idleClose(seconds: $0) }
            },
            FaultForm("max-connections", ":N", "says 421 to more connections") {
                FaultForm.number($0).map { .maxConnections($0) }
            },
            FaultForm("max-connections-530", ":N", "says 530 to more logins") {
                FaultForm.number($0).map { .maxLogins($0) }
            },
        ])

    private static func fixedReply(_ value: String?) -> Fault? {
        guard let value, let mark = value.firstIndex(of: "="),
            let verb = FaultForm.verb(String(value[..<mark]))
        else { return nil }
        return .fixedReply(on: verb, text: String(value[value.index(after: mark)...]))
    }
}

extension ServerSession {
    /// Greets, as wrongly as it is to be.
    mutating func greet() throws(TransportError) {
        if has(.noGreeting) { return }
        if let seconds = fault({ if case .slowGreeting(let seconds) = $0 { seconds } else { nil } }) {
            try rest(.seconds(seconds))
        }
        if has(.endlessGreeting) { return try sendWithoutEnd("220-", line: false) }
        if has(.garbageGreeting) {
            var noise = Noise(seed: 220)
            for _ in 0..<200 { try send(noise.line(60) + [0x0D, 0x0A]) }
            return
        }
        if has(.preliminaryGreeting) { try send(Reply(120, "Service ready in a moment.")) }
        if has(.escapeGreeting) { return try send(Self.escapingGreeting) }
        try reply(.ready)
    }

    /// Cursor, colours, title, clipboard, a bell, C1 as bytes and as UTF-8, right-to-left; and what `printf` reads.
    private static let escapingGreeting = Reply(
        220, "\u{1B}[2J\u{1B}[1;31mred\u{7}",
        [
            Array("\u{1B}]0;owned\u{7} \u{1B}]52;c;b3duZWQ=\u{7} %n%s%s%d".utf8),
            Array("\u{9B}31mC1 \u{202E}txt.exe \u{8}\u{8}\u{8}back \u{E}\u{F}".utf8),
            [0x9B, 0x32, 0x4A, 0x90, 0x9D, 0x1B, 0x50, 0x71, 0x1B, 0x5C, 0x7F],
        ], "\u{1B}c ready")

    /// What a fault has to say to the command instead of the server; false when there is none.
    mutating func spoil(_ verb: String) throws(TransportError) -> Bool {
        if has(.halfOpen(on: verb)) { try stayAway() }
        if has(.dropControl(on: verb)) {
            isOver = true
            return true
        }
        let limit = fault { if case .commandLimit(let count) = $0 { count } else { nil } }
        if has(.serviceNotAvailable(on: verb)) || limit.map({ commandCount > $0 }) == true {
            isOver = true
            try reply(.serviceNotAvailable)
            return true
        }
        if has(.endlessReply(on: verb)) { try sendWithoutEnd("211-", line: false) }
        if has(.endlessLines(on: verb)) { try sendWithoutEnd("211-Features:\r\n", line: true) }
        if let text = fault({ if case .fixedReply(verb, let text) = $0 { text } else { nil } }) {
            try send(Array((text + "\r\n").utf8))
            return true
        }
        if has(.nulReply(on: verb)) {
            try send(Array("25\u{0}7 \"/\u{0}/etc\" is\u{0} the directory\r\n257 \"/\u{0}x\" \u{0}\r\n".utf8))
            return true
        }
        if verb == "PWD" || verb == "XPWD",
            let form = fault({ if case .oddDirectory(let form) = $0 { form } else { nil } })
        {
            try send(Array("257 \(Self.directoryText(form))\r\n".utf8))
            return true
        }
        if has(.escapeGreeting), verb == "NOOP" || verb == "MKD" {
            try send(Reply(550, "\u{1B}]0;owned\u{7}\u{1B}[2J\u{9B}2J no"))
            return true
        }
        guard isLoggedIn, verb != "QUIT",
            let seed = fault({ if case .garbageReplies(let seed) = $0 { seed } else { nil } })
        else { return false }
        var noise = Noise(seed: UInt64(seed) &* 1_000 &+ UInt64(commandCount))
        try send(noise.reply())
        return true
    }

    private static func directoryText(_ form: Fault.OddDirectory) -> String {
        switch form {
        case .unclosed: "\"/never closed"
        case .unquoted: "/plain is the directory"
        case .empty: "\"\""
        case .huge: "\"/" + String(repeating: "x", count: 30_000) + "\""
        case .control: "\"/\u{1B}[2J\u{7}\u{8}\" is the directory"
        case .crlf: "\"/pub\rDELE a.txt\" is the directory"
        }
    }

    /// Sends until the client goes.
    private mutating func sendWithoutEnd(_ start: String, line: Bool) throws(TransportError) {
        var bytes = Array(start.utf8)
        let chunk =
            line
            ? Array(
                repeatElement(Array(" a feature of which there are many\r\n".utf8), count: 1_800).joined())
            : [UInt8](repeating: UInt8(ascii: "x"), count: 64 * 1024)
        while true {
            try send(bytes)
            bytes = chunk
        }
    }

    /// Neither reads nor writes until the server stops.
    func stayAway() throws(TransportError) -> Never {
        while case .timedOut = Wait.wait(
            for: -1, .readable, until: .after(.seconds(3_600)), cancellation: cancellation)
        {}
        throw .cancelled
    }

    func rest(_ duration: Duration) throws(TransportError) {
        guard
            case .timedOut = Wait.wait(
                for: -1, .readable, until: .after(duration), cancellation: cancellation)
        else { throw .cancelled }
    }
}

/// Bytes that look random and are the same every time.
struct Noise {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 0x2545_F491_4F6C_DD1D }

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }

    /// Any bytes but line feeds.
    mutating func line(_ most: Int) -> [UInt8] {
        (0..<Int(next() % UInt64(most))).map { _ in UInt8(truncatingIfNeeded: next() >> 8) }.filter {
            $0 != 0x0A
        }
    }

    /// Mostly something like a reply: a code from 000 to 999, perhaps several lines, perhaps none that ends.
    mutating func reply() -> [UInt8] {
        let code = String(next() % 1_000 + 1_000).dropFirst()
        switch next() % 6 {
        case 0:
            return Array("\(code)-".utf8) + line(40) + Array("\r\n\(code) ".utf8) + line(40) + [0x0D, 0x0A]
        case 1: return line(80) + [0x0D, 0x0A] + Array("\(code) \r\n".utf8)
        case 2: return Array("\(code)\n".utf8)
        case 3: return Array("\(code) \(code) \(code)\r\r\n".utf8)
        default: return Array("\(code) ".utf8) + line(60) + [0x0D, 0x0A]
        }
    }
}
