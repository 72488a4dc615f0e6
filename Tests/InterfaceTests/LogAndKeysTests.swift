import FTPProtocol
import Testing
import Transfers

@testable import Interface

private func line(_ text: String) -> DialogueLine {
    said(ConnectionName(.browsing, 1), .note, text, at: 0)
}

@Test func theLogKeepsTheLastTwentyThousandLines() {
    var log = LogPane()
    for number in 0..<LogPane.limit + 10 { log.append(line("\(number)")) }
    #expect(log.count == LogPane.limit)
    #expect(log[0]?.text == "10")
    #expect(log.cursor == LogPane.limit - 1)
}

@Test func theLogStopsFollowingWhenScrolledAndSaysHowManyLinesCame() {
    var model = sampleModel()
    _ = handle("4", &model)
    _ = handle(.up, &model)
    for number in 0..<14 { _ = update(&model, .engine(.dialogue(line("more \(number)")))) }
    #expect(view(model, size: model.size).text[26].contains("14 new lines ↓ F"))
    _ = handle("F", &model)
    #expect(model.log.follows)
    #expect(view(model, size: model.size).text[26].contains("follow"))
}

@Test func explainsALineOfTheLog() {
    var model = sampleModel()
    for key: Key in ["4", .up, "e"] { _ = handle(key, &model) }
    let text = view(model, size: model.size).text.joined()
    #expect(text.contains("4yz: not now"))
    #expect(text.contains("450: the file is busy"))
}

@Test func everyReplyClassHasItsRole() {
    let expected: [(UInt16, Role)] = [
        (150, .logReply1), (226, .logReply2), (350, .logReply3), (450, .logReply4), (550, .logReply5),
    ]
    for (code, role) in expected {
        var model = freshModel()
        let reply = said(ConnectionName(.browsing, 1), .received(ReplyCode(rawValue: code)), "text", at: 0)
        _ = update(&model, .engine(.dialogue(reply)))
        let frame = view(model, size: model.size)
        #expect(frame.cells.contains { $0.text == "t" && $0.role == role })
    }
}

@Test func noKeyDoesTwoThingsInOnePlace() {
    for context in Keymap.Context.allCases {
        var seen: Set<Key> = []
        for binding in Keymap.standard.bindings where binding.context == context {
            for key in binding.keys { #expect(seen.insert(key).inserted, "\(key.label) in \(context)") }
        }
    }
}

@Test func everyBindingHasHelpAndEveryKeyAName() {
    for binding in Keymap.standard.bindings {
        #expect(!binding.action.help.isEmpty)
        for key in binding.keys { #expect(!key.label.isEmpty) }
    }
    #expect(Keymap.standard.markdown.contains("| P | active, passive, auto |"))
}

@Test func noBareLetterDeletesInThePanes() {
    for scalar in (0x61...0x7A).compactMap(Unicode.Scalar.init) {
        #expect(Keymap.standard.action(for: .character(scalar), in: .panes) != .deleteAsked)
    }
}

@Test func thePaletteFindsACommandAndRunsIt() {
    var model = sampleModel()
    _ = handle(.control("p"), &model)
    for key: Key in ["h", "i", "d", "d", "e", "n", .enter] { _ = handle(key, &model) }
    #expect(model.remote.showsHidden)
    #expect(model.dialogs.isEmpty)
}

@Test func theHelpFindsAKeyByAWord() {
    var model = sampleModel()
    _ = handle("?", &model)
    for key: Key in ["r", "e", "n", "a"] { _ = handle(key, &model) }
    let text = view(model, size: model.size).text.joined()
    #expect(text.contains("rename"))
    #expect(!text.contains("parent folder"))
}

@Test func escapeAlwaysLeadsBackToThePanes() {
    var model = sampleModel()
    for key: Key in ["z", "4", .function(1)] { _ = handle(key, &model) }
    for _ in 0..<5 { _ = handle(.escape, &model) }
    #expect(model.dialogs.isEmpty)
    #expect(!model.isZoomed)
    #expect(model.focus == .remote)
    #expect(model.remote.marks.count == 3)
}

@Test func aPasteNeverPressesEnter() {
    var model = sampleModel()
    _ = handle(.function(7), &model)
    let effects = handle(.paste(Array("a\nb\u{1B}[31m".utf8)), &model)
    #expect(effects.isEmpty)
    guard case .input(let form)? = model.dialogs.last else {
        Issue.record("the prompt is gone")
        return
    }
    #expect(form.field.text == "ab[31m")
}

@Test func toastsGoAfterFourSecondsAndErrorsWithTheNextKey() {
    var model = sampleModel()
    _ = update(&model, .engine(.queue(QueueSnapshot())))
    let effects = update(&model, .engine(.notice("hello")))
    #expect(effects.contains(.wake(afterMilliseconds: 4_000)) || model.wakeAt != nil)
    #expect(view(model, size: model.size).text[17].contains("hello"))
    model.now += 4_000_000_000
    _ = update(&model, .woke)
    #expect(model.toasts.isEmpty)
    #expect(model.messages.map(\.text) == ["hello"])
}

@Test func zoomGivesOnePartTheWholeScreen() {
    var model = sampleModel()
    _ = handle("z", &model)
    let text = view(model, size: model.size).text
    #expect(text[1].hasPrefix("┌─ 2 Remote"))
    #expect(text[33].hasPrefix("└"))
    _ = handle("z", &model)
    #expect(view(model, size: model.size).text[1].hasPrefix("┌─ 1 Local"))
}

@Test func namesTheWindow() {
    #expect(sampleModel().windowTitle.hasSuffix("archive.example.org — portside"))
    #expect(freshModel().windowTitle == "portside")
}
