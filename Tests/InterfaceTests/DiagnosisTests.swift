import FTPProtocol
import Testing
import Transfers

@testable import Interface

/// Each trouble has its sentence, and the key that does something about it.
struct DiagnosisTests {
    private let a1 = ConnectionName(.browsing, 1)

    private func model(saying replies: [String], failed reason: String = "") -> Model {
        var model = freshModel()
        _ = update(&model, .engine(.connection(.connecting(sampleSite))))
        _ = update(&model, .engine(.dialogue(said(a1, .sent, "LIST", at: 0))))
        for reply in replies {
            let code = UInt16(reply.prefix(3)).map { ReplyCode(rawValue: $0) }
            _ = update(&model, .engine(.dialogue(said(a1, .received(code), reply, at: 1))))
        }
        if !reason.isEmpty { _ = update(&model, .engine(.connection(.failed(sampleSite, reason)))) }
        return model
    }

    @Test(arguments: [
        ("425 Can't open data connection", "", "data port does not answer", Action.dataModeToggled),
        ("530 Login incorrect", "", "refuses this user", .connectAsked),
        ("530 SSL required", "", "wants TLS", .connectAsked),
        ("421 Too many connections", "", "fewer connections", .connectionsChanged(by: -1)),
        ("550 No such file", "", "no such file", .listAgain),
        ("552 Quota", "", "no space left", .queueAllPauseToggled),
        ("522 reuse the session", "", "TLS session of the control", .listAgain),
        ("500 MLSD?", "", "older than the command", .listAgain),
        ("220 hello", "unknown host", "misspelt", .connectAsked),
        ("220 hello", "connection refused", "nothing listens", .connectAsked),
        ("220 hello", "no answer for 30 s", "Nothing came back in time", .listAgain),
    ])
    func eachTroubleHasItsSentenceAndItsKey(_ reply: String, _ reason: String, _ why: String, _ first: Action)
        throws
    {
        var model = model(saying: [reply], failed: reason)
        let diagnosis = try #require(model.diagnosis())
        #expect(diagnosis.why.contains(why), "\(diagnosis.why)")
        #expect(diagnosis.remedies.first?.action == first)
        _ = handle("D", &model)
        guard case .diagnosis = model.dialogs.last else {
            Issue.record("D opens no diagnosis")
            return
        }
        let text = view(model, size: model.size).text.joined(separator: "\n")
        for part in ["What came back", "Why", "What you can do", "1  "] {
            #expect(text.contains(part), "\(part)")
        }
        checkFrame(model, "a diagnosis")
        checkFrame(model, size: size(40, 10), "a diagnosis")
    }

    @Test func whatIsTriedInPassingWhileLoggingInIsNoTrouble() {
        var model = freshModel()
        let refusal = DialogueLine.Direction.received(ReplyCode(rawValue: 530))
        _ = update(&model, .engine(.dialogue(said(a1, .sent, "AUTH TLS", at: 0))))
        _ = update(
            &model, .engine(.dialogue(said(a1, refusal, "530 Please login with USER and PASS.", at: 1))))
        #expect(model.diagnosis() == nil)
        _ = update(&model, .engine(.dialogue(said(a1, .sent, "DELE x", at: 2))))
        _ = update(
            &model, .engine(.dialogue(said(a1, refusal, "530 Please login with USER and PASS.", at: 3))))
        #expect(model.diagnosis() != nil)
    }

    /// What is blamed is the mode in use, and the first remedy leaves it.
    @Test(arguments: [
        (DataMode.active, DataMethod?.none, "calls back", DataMode.passive),
        (.auto, .port, "calls back", .passive),
        (.auto, .epsv, "data port does not answer", .active),
        (.auto, nil, "data port does not answer", .active),
        (.passive, .epsv, "data port does not answer", .auto),
    ])
    func aNumberDoesWhatItStandsFor(_ mode: DataMode, _ used: DataMethod?, _ why: String, _ next: DataMode)
        throws
    {
        var model = model(saying: ["425 Can't open data connection"])
        _ = update(&model, .engine(.dataModeChanged(mode)))
        if let used { _ = update(&model, .engine(.dataMethodUsed(used))) }
        #expect(try #require(model.diagnosis()).why.contains(why))
        _ = handle("D", &model)
        #expect(handle("1", &model).contains(.request(.remote(.setDataMode(next)))))
        #expect(model.dialogs.isEmpty)
    }

    @Test func whereNothingWentWrongItSaysSo() {
        var model = freshModel()
        _ = handle("D", &model)
        #expect(model.dialogs.isEmpty)
        #expect(model.toasts.last?.text.hasPrefix("Nothing has gone wrong") == true)
    }
}

/// Splitters, the panes the other way round, and the queue with the screen to itself.
struct ArrangementTests {
    @Test(arguments: [size(80, 24), size(120, 36), size(200, 60), size(40, 10)])
    func splittersStopBeforeAPartCannotBeRead(_ size: Size) {
        for key: Key in ["<", ">", "{", "}"] {
            var model = sampleModel(size.columns, size.rows)
            for _ in 0..<100 { _ = handle(key, &model) }
            checkFrame(model, "100 × \(key.label)")
            let end = Layout(model, size: size).parts
            _ = handle(key, &model)
            #expect(Layout(model, size: size).parts == end)
            // The first key back is felt at once.
            let back: Key = key == "<" ? ">" : key == ">" ? "<" : key == "{" ? "}" : "{"
            _ = handle(back, &model)
            let isFixed = Layout(sampleModel(size.columns, size.rows), size: size).parts == end
            #expect(isFixed || Layout(model, size: size).parts != end, "\(key.label)")
        }
    }

    @Test func controlUSwapsThePanesAndTheMouseKnows() {
        var model = sampleModel()
        _ = handle(.control("u"), &model)
        #expect(view(model, size: model.size).text[1].hasPrefix("┌─ 2 Remote"))
        _ = handle(.mouse(MouseEvent(kind: .press, button: .left, column: 100, row: 5)), &model)
        #expect(model.focus == .local)
        checkFrame(model, "the panes swapped")
    }

    @Test func aZoomedQueueHasCountsHeadsAndTheRowUnderTheCursorWhole() {
        var model = sampleModel()
        for key: Key in ["3", "z", .down] { _ = handle(key, &model) }
        let text = view(model, size: model.size).text
        #expect(text[2].contains("All 173") && text[2].contains("Failed 1"))
        #expect(text[4].contains("Name") && text[4].contains("Speed"))
        #expect(text[6].contains("arm64-netinst.iso"))
        #expect(text.contains { $0.contains("─ debian-12.5.0-arm64-netinst.iso ─") })
        #expect(text.contains { $0.contains("from  ftp://alice@archive.example.org:21/debian-cd/12.5.0/") })
        checkFrame(model, "the queue alone")
        checkFrame(model, size: size(80, 24), "the queue alone")
    }

    @Test func aRowThatWaitsSaysWhy() {
        var model = sampleModel()
        var snapshot = sampleQueue
        snapshot.rows[4].waiting = .sitePaused(sampleSite.id)
        _ = update(&model, .engine(.queue(snapshot)))
        #expect(
            view(model, size: model.size).text.contains {
                $0.contains("transfers with this server are paused")
            })
    }
}

/// Saved sites and the choice of TLS in the box behind F2.
struct SiteTests {
    private func model() -> Model {
        var model = freshModel()
        model.sites = [
            KnownSite(
                name: "archive", site: sampleSite, directory: RemotePath("/debian-cd"), localDirectory: nil),
            KnownSite(
                name: "nas", site: Site(host: "nas.example.org", user: "bob"), directory: nil,
                localDirectory: LocalPath("/home/alice/nas")),
        ]
        return model
    }

    @Test func theArrowGoesToASavedSiteAndEnterConnects() {
        var model = model()
        for key: Key in [.function(2), .down, .down] { _ = handle(key, &model) }
        checkFrame(model, "saved sites")
        checkFrame(model, size: size(40, 10), "saved sites")
        let effects = handle(.enter, &model)
        let nas = Site(host: "nas.example.org", user: "bob")
        #expect(effects.contains(.request(.remote(.connect(nas, password: nil, directory: nil)))))
        #expect(
            effects.contains {
                if case .request(.local(.list(LocalPath("/home/alice/nas"), _))) = $0 { true } else { false }
            })
    }

    @Test func whatIsTypedNarrowsTheSitesAndAWholeNameIsEnough() {
        var model = model()
        _ = handle(.function(2), &model)
        for key: Key in ["n", "a"] { _ = handle(key, &model) }
        let text = view(model, size: model.size).text.joined(separator: "\n")
        #expect(text.contains("nas.example.org") && !text.contains("archive.example.org"))
        _ = handle("s", &model)
        let nas = Site(host: "nas.example.org", user: "bob")
        #expect(
            handle(.enter, &model).contains(.request(.remote(.connect(nas, password: nil, directory: nil)))))
    }

    @Test func securityIsChosenWithTheArrows() {
        var model = freshModel()
        _ = handle(.function(2), &model)
        for scalar in "example.org".unicodeScalars { _ = handle(.character(scalar), &model) }
        for key: Key in [.tab, .tab, .tab, .right, .right, .right] { _ = handle(key, &model) }
        #expect(view(model, size: model.size).text.contains { $0.contains("implicit, port 990") })
        var site = Site(host: "example.org", port: 990, encryption: .implicit)
        site.dataMode = .auto
        #expect(
            handle(.enter, &model).contains(.request(.remote(.connect(site, password: nil, directory: nil)))))
    }
}
