internal import FTPProtocol
internal import Transfers

/// What went wrong last on the way to a server: what was tried, what came back, why, and what can be done (`D`).
struct Diagnosis: Sendable {
    struct Remedy: Sendable {
        let text: String
        let action: Action
    }

    var title = "Diagnosis"
    /// The lines said, commands and answers.
    var tried: [DialogueLine] = []
    /// What came back, in the engine's own sentence.
    var outcome = ""
    var why = ""
    var remedies: [Remedy] = []
}

/// A cause, by what is seen of it.
private struct Cause: Sendable {
    let fits: @Sendable (String, UInt16?, Model) -> Bool
    let why: String
    let remedies: [Diagnosis.Remedy]
}

extension Model {
    /// Nil where nothing has gone wrong that is still known.
    func diagnosis() -> Diagnosis? {
        let (outcome, at) = lastTrouble()
        guard !outcome.isEmpty || at != nil else { return nil }
        var result = Diagnosis()
        if let at { result.tried = log.lines(before: at, atMost: 8) }
        let reply = result.tried.last { $0.sign == "<" }
        var code: UInt16?
        if case .received(let found?) = reply?.direction { code = found.rawValue }
        result.outcome = outcome.isEmpty ? reply?.text ?? "" : outcome
        let text = (result.outcome + " " + (reply?.text ?? "")).lowercased()
        let cause = causes.first { $0.fits(text, code, self) }
        result.why =
            cause?.why
            ?? "The server's own words above are all that is known. `e` in the log explains each line."
        result.remedies = cause?.remedies ?? [.init(text: "Try again", action: .listAgain)]
        result.remedies.append(.init(text: "Show it in the log", action: .focused(.log)))
        return result
    }

    /// The sentence about it, and the log's number of the last line that tells of it.
    private func lastTrouble() -> (String, Int?) {
        let at = log.lastTrouble
        if let failure = connectionFailure { return (visible(failure), at) }
        for pane in [remote, local] {
            if case .failed(let reason, let target) = pane.listing {
                return ("\(pane.charset.shown(target.path)): \(visible(reason))", at)
            }
        }
        if let row = queue.cursorRow, let error = queueError(row.transfer), focus == .queue {
            return (error, at)
        }
        return ("", at)
    }
}

private func remedy(_ text: String, _ action: Action) -> Diagnosis.Remedy {
    .init(text: text, action: action)
}

/// In the order in which they are looked for: what says most comes first.
private let causes: [Cause] = [
    Cause(
        fits: { text, _, _ in
            text.contains("unknown host") || text.contains("no such host") || text.contains("not known")
        },
        why: "No address is known for this name: it is misspelt, or the name service cannot be reached.",
        remedies: [remedy("Correct the address", .connectAsked)]),
    Cause(
        fits: { text, _, _ in text.contains("refused") && text.contains("connection") },
        why:
            "The machine answers, and nothing listens on this port: another port, or the server does not run.",
        remedies: [
            remedy("Change address or port (21, or 990 with TLS)", .connectAsked),
            remedy("Try again", .listAgain),
        ]),
    Cause(
        fits: { text, code, _ in
            code == 530 && (text.contains("tls") || text.contains("ssl") || text.contains("secure"))
        },
        why: "This server wants TLS before it lets anyone in.",
        remedies: [remedy("Connect with TLS: ftpes:// before the address", .connectAsked)]),
    Cause(
        fits: { _, code, _ in code == 530 }, why: "The server refuses this user or password.",
        remedies: [remedy("Connect with another user or password", .connectAsked)]),
    Cause(
        fits: { text, code, _ in
            code == 421 && (text.contains("many") || text.contains("limit") || text.contains("maximum"))
        },
        why:
            "The server allows fewer connections than were asked for, by you or by everyone at your address.",
        remedies: [
            remedy("One connection fewer", .connectionsChanged(by: -1)), remedy("Try again", .listAgain),
        ]),
    Cause(
        fits: { _, code, _ in code == 421 },
        why: "The server has ended the connection: it was idle, or the server goes down.",
        remedies: [remedy("Connect again", .listAgain)]),
    Cause(
        fits: { text, code, _ in
            code == 522
                || (code == 425 && (text.contains("tls") || text.contains("ssl") || text.contains("session")))
        },
        why: "The server wants the data connection to go on with the TLS session of the control connection.",
        remedies: [remedy("Try again", .listAgain)]),
    Cause(
        fits: { _, code, model in
            code == 425 && model.dataModeInUse == .active
        },
        why:
            "In active mode the server calls back, and cannot reach this machine: a router or a firewall drops the call. "
            + "In passive mode this machine makes every call itself.",
        remedies: [
            remedy("Change to passive mode (P)", .dataModeToggled), remedy("List again", .listAgain),
        ]),
    Cause(
        fits: { text, code, _ in
            code == 425
                || (text.contains("data")
                    && (text.contains("no answer") || text.contains("timed out") || text.contains("blocked")))
        },
        why: "The data port does not answer: a firewall between here and the server drops it.",
        remedies: [
            remedy("Change to the next data mode (P)", .dataModeToggled),
            remedy("List again", .listAgain),
        ]),
    Cause(
        fits: { _, code, _ in code == 550 || code == 553 },
        why: "There is no such file, or this user may not use it. The folder's list tells which of the two.",
        remedies: [remedy("List the folder again", .listAgain), remedy("See the permissions", .factsAsked)]),
    Cause(
        fits: { text, code, _ in code == 452 || code == 552 || text.contains("no space") },
        why: "There is no space left on the disk it was to be written to.",
        remedies: [
            remedy("Pause the queue until there is", .queueAllPauseToggled),
            remedy("Try all again", .queueRetryAll),
        ]),
    Cause(
        fits: { _, code, _ in code == 500 || code == 502 || code == 504 },
        why: "This server is older than the command. Portside remembers that and does without it.",
        remedies: [remedy("List again", .listAgain)]),
    Cause(
        fits: { text, _, _ in
            text.contains("no answer") || text.contains("timed out") || text.contains("silent")
        },
        why:
            "Nothing came back in time: the server is down, overloaded, or a firewall drops what is sent to it.",
        remedies: [remedy("Try again", .listAgain), remedy("Change address or port", .connectAsked)]),
    Cause(
        fits: { text, _, _ in text.contains("lost") || text.contains("closed") || text.contains("reset") },
        why: "The connection was cut: by the server, or by a router on the way that forgot it.",
        remedies: [remedy("Connect again", .listAgain)]),
    Cause(
        fits: { _, code, _ in (400..<500).contains(code ?? 0) },
        why: "A refusal for now: the same may work later.", remedies: [remedy("Try again", .listAgain)]),
]
