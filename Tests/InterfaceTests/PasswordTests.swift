import FTPProtocol
import Testing
import Transfers

@testable import Interface

/// Passwords on the screen: never readable, and nobody who types something else is interrupted to be asked for one.

private func requests(_ effects: [Effect]) -> [Request] {
    effects.compactMap { if case .request(let request) = $0 { request } else { nil } }
}

private func type(_ text: String, _ model: inout Model) {
    for scalar in text.unicodeScalars { _ = handle(.character(scalar), &model) }
}

private func screen(_ model: Model) -> String { view(model, size: model.size).text.joined(separator: "\n") }

private let bob = Site(host: "example.org", user: "bob")

@Test(arguments: [
    ("ftp://bob:s3cret@example.org:2121/pub", "ftp://bob:••••••@example.org:2121/pub"),
    ("bob:s3cret", "bob:••••••"), ("ftp://bob:a/b@example.org", "ftp://bob:•••@example.org"),
    ("bob:a@b@example.org", "bob:•••@example.org"), ("example.org:2121", "example.org:2121"),
    ("ftp://[::1]:2121/a@b", "ftp://[::1]:2121/a@b"), ("fe80::1", "fe80::1"),
    ("bob@example.org", "bob@example.org"),
    ("ftp://example.org/a:b@c", "ftp://example.org/a:b@c"),
])
func aPasswordInAnAddressIsDots(_ typed: String, _ shown: String) {
    #expect(TextField(typed, isAddress: true).shown == shown)
}

@Test func aPasswordTypedIntoTheAddressIsNeverOnTheScreenNorAfterLoginWasRefused() {
    var model = freshModel()
    for scalar in "ftp://bob:wrong@example.org".unicodeScalars {
        _ = handle(.character(scalar), &model)
        #expect(!screen(model).contains(":w"))
    }
    #expect(
        requests(handle(.enter, &model)).contains { request in
            if case .remote(.connect(_, let password, _)) = request {
                password == Secret("wrong")
            } else {
                false
            }
        })
    #expect(model.home.address.text == "ftp://bob@example.org")
    _ = update(&model, .engine(.connection(.connecting(bob))))
    _ = update(&model, .engine(.connection(.failed(bob, "530 Login incorrect"))))
    _ = update(&model, .engine(.passwordNeeded(bob, reason: "530 Login incorrect")))
    _ = handle(.escape, &model)
    #expect(!screen(model).contains("wrong"))
    #expect(screen(model).contains("ftp://bob@example.org"))
    _ = handle(.function(2), &model)
    #expect(!screen(model).contains("wrong"))
}

@Test(arguments: ["ftp://bob:s3cret@", "bob:s3cret", "ftp://bob:s3cret@example.org:x/"])
func anAddressThatCannotBeReadIsRefusedWithoutItsPassword(_ text: String) {
    var model = freshModel()
    type(text, &model)
    #expect(requests(handle(.enter, &model)).isEmpty)
    #expect(model.home.error != nil)
    #expect(!screen(model).contains("s3cret"))
}

@Test func aPasswordThatTheQueueNeedsInterruptsNobody() {
    var model = freshModel()
    type("ftp.exa", &model)
    _ = update(&model, .engine(.queueNeedsPassword(bob)))
    _ = update(&model, .engine(.queueNeedsPassword(bob)))
    #expect(model.dialogs.isEmpty && model.toasts.count == 1)
    type("mple.org", &model)
    #expect(model.home.address.text == "ftp.example.org")
    var snapshot = QueueSnapshot()
    snapshot.counts.asking = 1
    var waiting = job(1, .download, "a", 1, remote: "/", state: .asking(.password))
    waiting.site = bob.id
    snapshot.rows = [QueueSnapshot.Row(transfer: waiting, bytes: 0)]
    _ = update(&model, .engine(.queue(snapshot)))
    #expect(screen(model).contains("needs the password: A"))
    #expect(screen(model).contains("1 file needs an answer — A"))
    _ = handle(.tab, &model)
    _ = handle("A", &model)
    #expect(screen(model).contains("bob on example.org; transfers of the queue wait for it"))
    type("x", &model)
    #expect(requests(handle(.enter, &model)) == [.queue(.password(bob.id, Secret("x")))])
}

@Test func aPasswordTheConnectionNeedsIsAskedForAtOnceOnlyOfWhoWaitsForIt() {
    var model = freshModel()
    _ = handle(.tab, &model)
    #expect(model.focus == .local)
    _ = update(&model, .engine(.connection(.connecting(bob))))
    _ = update(&model, .engine(.connection(.failed(bob, "wants a password for bob"))))
    _ = update(&model, .engine(.passwordNeeded(bob, reason: nil)))
    #expect(model.dialogs.isEmpty)
    #expect(screen(model).contains("example.org wants a password for bob"))
    #expect(screen(model).contains("a password is needed — A"))
    _ = handle("A", &model)
    type("x", &model)
    #expect(
        requests(handle(.enter, &model)).contains(
            .remote(.connect(bob, password: Secret("x"), directory: nil))))
}
