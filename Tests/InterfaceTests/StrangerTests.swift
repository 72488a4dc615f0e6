import FTPProtocol
import Testing
import Transfers

@testable import Interface

/// What somebody who had never seen the program stumbled over.

private func requests(_ effects: [Effect]) -> [Request] {
    effects.compactMap { if case .request(let request) = $0 { request } else { nil } }
}

private func type(_ text: String, _ model: inout Model) {
    for scalar in text.unicodeScalars { _ = handle(.character(scalar), &model) }
}

private func screen(_ model: Model) -> [String] { view(model, size: model.size).text }

private func connect(_ model: inout Model, to site: Site) {
    _ = update(&model, .engine(.connection(.connecting(site))))
    _ = update(&model, .engine(.connection(.connected(site, sampleFacts))))
}

@Test func theTabCallsOnlyTheDemosOwnServerTheDemoServer() {
    var model = Model(
        size: size(120, 36), now: sampleNow, directory: LocalPath("/"), localHome: LocalPath("/"),
        isDemo: true, utcOffset: { _ in 0 })
    connect(&model, to: Site(host: "127.0.0.1", port: 40_000, user: "demo", encryption: .none))
    #expect(screen(model)[0].hasPrefix(" 1 demo server "))
    #expect(model.windowTitle == "demo server — portside")
    connect(&model, to: sampleSite)
    #expect(screen(model)[0].hasPrefix(" 1 archive.example.org "))
    #expect(model.windowTitle == "archive.example.org — portside")
}

@Test func aServerOnThisMachineIsNotTheDemoUnlessItWasAskedFor() {
    var model = freshModel()
    let site = Site(host: "127.0.0.1", port: 40_000, user: "demo", encryption: .none)
    connect(&model, to: site)
    #expect(screen(model)[0].hasPrefix(" 1 127.0.0.1:40000 "))
    _ = update(&model, .demoAsked)
    connect(&model, to: Site(host: "127.0.0.1", port: 40_001, user: "demo", encryption: .none))
    #expect(screen(model)[0].hasPrefix(" 1 demo server "))
}
