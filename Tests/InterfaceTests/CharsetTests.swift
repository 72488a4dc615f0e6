import FTPProtocol
import Testing
import Transfers

@testable import Interface

/// ISO 8859-1, of which the tests need no more than that it is one byte a character.
private final class Latin: NameConverter {
    func text(of name: [UInt8]) -> [UInt8]? { name.flatMap { Array(String(Unicode.Scalar($0)).utf8) } }

    func name(of text: [UInt8]) -> [UInt8]? {
        let name = String(decoding: text, as: UTF8.self).unicodeScalars.map { UInt8(exactly: $0.value) }
        return name.contains(nil) ? nil : name.compactMap(\.self)
    }
}

private let latin = NameCharset(name: "LATIN1", converter: Latin())
private let site: Site = {
    var site = sampleSite
    site.charset = "LATIN1"
    return site
}()

/// Connected to a server whose names are Latin-1: `a`, `Émile`, `zoé` by their bytes.
private func model() -> Model {
    var model = Model(
        size: size(120, 36), now: sampleNow, directory: LocalPath("/home/alice"),
        localHome: LocalPath("/home/alice"), version: "1.0", utcOffset: { _ in 0 },
        charsets: { $0 == nil ? .utf8 : $0?.uppercased() == "LATIN1" ? latin : nil })
    _ = update(&model, .started)
    answerListing(&model, .local, [file("Grün", 1), file("日本", 2)])
    _ = update(&model, .engine(.connection(.connecting(site))))
    let facts = ConnectionState.ServerFacts(
        system: "UNIX", charset: "LATIN1", security: nil, home: RemotePath(bytes: [0x2F, 0xFC]))
    _ = update(&model, .engine(.connection(.connected(site, facts))))
    let names: [[UInt8]] = [[0x7A, 0x6F, 0xE9], [0xC9, 0x6D], [0x61]]
    answerListing(
        &model, .remote, names.map { ListingEntry(name: $0, kind: .file, size: 5) }, command: "LIST")
    return model
}

private func screen(_ model: Model) -> String { view(model, size: model.size).text.joined(separator: "\n") }

private func remoteRequests(_ effects: [Effect]) -> [RemoteRequest] {
    effects.compactMap { if case .request(.remote(let request)) = $0 { request } else { nil } }
}

@Test func thePaneShowsFindsAndOrdersNamesInTheCharsetOfTheServer() {
    var model = model()
    #expect(screen(model).contains("zoé") && screen(model).contains("Ém"))
    #expect(screen(model).contains("/ü") && screen(model).contains("LATIN1"))
    #expect(model.remote.order.map { model.remote.entries.name(Int($0)) }.first == [0x61])
    model.setFilter(.remote, "é")
    #expect(model.remote.order.map { model.remote.entries.name(Int($0)) } == [[0x7A, 0x6F, 0xE9]])
}

@Test func aNameTypedBecomesBytesOfTheServer() {
    var model = model()
    guard let location = model.remote.location else { return }
    guard case .done(let effects) = model.makeDirectory(location, "Öl\\xFF") else {
        Issue.record("refused")
        return
    }
    guard case .makeDirectory(let path, _)? = remoteRequests(effects).first else { return }
    #expect(path.bytes == [0x2F, 0xFC, 0x2F, 0xD6, 0x6C, 0xFF])
    guard case .refused(let why) = model.makeDirectory(location, "日本") else {
        Issue.record("taken")
        return
    }
    #expect(why.contains("cannot be written in LATIN1"))
    guard case .refused = model.raw("CWD 日本", isConfirmed: true) else {
        Issue.record("sent")
        return
    }
    guard case .done(let sent) = model.raw("CWD ö", isConfirmed: true) else { return }
    #expect(remoteRequests(sent) == [.raw([0x43, 0x57, 0x44, 0x20, 0xF6])])
}

@Test func renamingBeginsWithTheNameAsItIsShown() {
    var model = model()
    guard let location = model.remote.location else { return }
    guard case .done(let nothing) = model.rename(location, [0xC9, 0x6D], to: "Ém") else { return }
    #expect(nothing.isEmpty)
    guard case .done(let effects) = model.rename(location, [0xC9, 0x6D], to: "Émi") else { return }
    guard case .rename(let from, let to, _)? = remoteRequests(effects).first else {
        Issue.record("\(effects)")
        return
    }
    #expect(from.bytes == [0x2F, 0xFC, 0x2F, 0xC9, 0x6D])
    #expect(to.bytes == [0x2F, 0xFC, 0x2F, 0xC9, 0x6D, 0x69])
}

@Test func copyingGivesEachSideItsOwnBytes() {
    var down = model()
    down.setFocus(.remote)
    down.remote.moveCursor(toName: [0x7A, 0x6F, 0xE9])
    guard case .request(.queue(.add(let downloads)))? = down.copy().first else {
        Issue.record("nothing is copied")
        return
    }
    #expect(downloads.map(\.remoteName) == [[0x7A, 0x6F, 0xE9]])
    #expect(downloads.map(\.localName) == [Array("zoé".utf8)])

    var up = model()
    up.setFocus(.local)
    up.markAll()
    guard case .request(.queue(.add(let uploads)))? = up.copy().first else {
        Issue.record("nothing is copied")
        return
    }
    #expect(uploads.map(\.remoteName) == [[0x47, 0x72, 0xFC, 0x6E]])
    #expect(uploads.map(\.localName) == [Array("Grün".utf8)])
    #expect(up.messages.contains { $0.text.contains("“日本” cannot be written in LATIN1") })
}

@Test func theQueueShowsNamesInTheCharsetThatEachTransferHas() {
    var model = model()
    var transfer = Transfer(
        id: 1, direction: .download, site: "ftp://other@example.net:21", remoteDirectory: .root,
        remoteName: [0xE9, 0x74, 0xE9], localDirectory: .root, localName: Array("été".utf8))
    transfer.options.connection = ConnectionSettings(of: site)
    #expect(model.sourceName(of: transfer) == "été")
    transfer.options.connection = nil
    #expect(model.sourceName(of: transfer) == "\\xE9t\\xE9")
    transfer.options.connection = ConnectionSettings(of: site)
    transfer.state = .failed("RETR été: no")
    _ = update(&model, .engine(.transferEnded(transfer)))
    #expect(model.messages.contains { $0.text.hasPrefix("été: ") }, "\(model.messages)")
}

@Test func theConnectPromptTakesACharset() {
    var model = freshModel()
    model = Model(
        size: size(120, 36), now: sampleNow, directory: LocalPath("/"), localHome: LocalPath("/"),
        version: "1.0", utcOffset: { _ in 0 },
        charsets: { $0 == nil ? .utf8 : $0?.uppercased() == "LATIN1" ? latin : nil })
    _ = update(&model, .started)
    _ = handle(.function(2), &model)
    for letter in "example.org/ü" { _ = handle(.character(letter.unicodeScalars.first ?? "?"), &model) }
    for _ in 0..<4 { _ = handle(.tab, &model) }
    for letter in "nope" { _ = handle(.character(letter.unicodeScalars.first ?? "?"), &model) }
    #expect(remoteRequests(handle(.enter, &model)).isEmpty)
    #expect(screen(model).contains("names cannot be in “nope”"))
    for _ in 0..<4 { _ = handle(.backspace, &model) }
    for letter in "latin1" { _ = handle(.character(letter.unicodeScalars.first ?? "?"), &model) }
    let sent = remoteRequests(handle(.enter, &model))
    guard case .connect(let site, _, let directory)? = sent.first else {
        Issue.record("\(sent)")
        return
    }
    #expect(site.charset == "LATIN1" && directory?.bytes == [0xFC])
}

@Test func theAddressFieldTakesACharsetAtTheEndOfTheAddress() {
    func typed(_ text: String) -> (Model, [RemoteRequest]) {
        var model = Model(
            size: size(120, 36), now: sampleNow, directory: LocalPath("/home/alice"),
            localHome: LocalPath("/home/alice"), version: "1.0", utcOffset: { _ in 0 },
            charsets: { $0 == nil ? .utf8 : $0?.uppercased() == "LATIN1" ? latin : nil })
        _ = update(&model, .started)
        for scalar in text.unicodeScalars { _ = handle(.character(scalar), &model) }
        return (model, remoteRequests(handle(.enter, &model)))
    }
    var wanted = Site(host: "example.org")
    wanted.dataMode = .auto
    wanted.charset = "LATIN1"
    let directory = RemotePath(bytes: [0x7A, 0x6F, 0xE9])
    #expect(
        typed("ftp://example.org/zoé;charset=latin1").1
            == [.connect(wanted, password: nil, directory: directory)])
    let (refused, requests) = typed("ftp://example.org/;CHARSET=nonsense")
    #expect(requests.isEmpty && screen(refused).contains("nonsense"))
    wanted.charset = nil
    #expect(
        typed("ftp://example.org/a;b").1
            == [.connect(wanted, password: nil, directory: RemotePath("a;b"))])
}
