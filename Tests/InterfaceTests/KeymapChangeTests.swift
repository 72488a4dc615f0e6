import Testing
import Transfers

@testable import Interface

/// Keys of one's own.

@Test func everythingThatAKeyDoesHasOneNameAndKeepsIt() {
    let names = Keymap.names
    #expect(Set(names.map(\.name)).count == names.count)
    #expect(Set(names.map(\.action)).count == names.count)
    for binding in Keymap.standard.bindings {
        #expect(names.contains { $0.action == binding.action }, "\(binding.action)")
    }
    #expect(Keymap.action(named: "queue.pause") == .queuePauseToggled)
    #expect(Keymap.action(named: "queue.pauses") == nil)
}

@Test(arguments: [
    ("x", Key.character("x")), ("X", .character("X")), ("ctrl+t", .control("t")), ("Ctrl+T", .control("t")),
    ("alt+x", .alt("x")), ("f5", .function(5)), ("F12", .function(12)), ("shift+f6", .shiftFunction(6)),
    ("space", .character(" ")), ("PageUp", .pageUp), ("shift+tab", .backTab), ("é", .character("é")),
])
func aKeyIsNamedAsItIsSpoken(name: String, key: Key) {
    #expect(Key(named: name) == key)
}

/// ctrl+c ends programs, ctrl+m is Enter, f13 is sent by no terminal.
@Test(arguments: [
    "", " ", "xx", "ctrl+", "ctrl+c", "ctrl+m", "ctrl+i", "f0", "f13", "hyper+x", "\u{1B}", "\u{7F}",
])
func whatNoTerminalSendsIsNoKey(name: String) {
    #expect(Key(named: name) == nil)
}

@Test func aKeyOfOnesOwnDoesWhatItIsSaidToAndTheHelpMarksIt() {
    var model = sampleModel()
    model.keymap = Keymap.standard.changed(by: [
        .init(context: .panes, key: "Z", action: .helpAsked, help: "help me"),
        .init(context: .panes, key: "i", action: nil),
        .init(context: .everywhere, key: "?", action: .messagesAsked),
    ])
    _ = handle("i", &model)
    #expect(model.dialogs.isEmpty)
    _ = handle("?", &model)
    guard case .messages? = model.dialogs.last else { return #expect(Bool(false), "no messages") }
    _ = handle(.escape, &model)
    _ = handle("Z", &model)
    let text = view(model, size: model.size).text.joined(separator: "\n")
    #expect(text.contains("* Z") && text.contains("help me") && text.contains("* from keys.toml"))
    _ = handle(.escape, &model)
    // Only there: in the queue it is what it was.
    _ = update(&model, .focused(.queue))
    _ = handle("Z", &model)
    #expect(model.dialogs.isEmpty)
}

@Test func aCommandWithoutAKeyIsStillFoundByName() {
    let keymap = Keymap.standard.changed(by: [.init(context: .panes, key: "=", action: nil)])
    #expect(keymap.commands.contains { $0.action == .compareAsked && $0.keys.isEmpty })
    #expect(keymap.commands.count == Keymap.standard.commands.count)
}
