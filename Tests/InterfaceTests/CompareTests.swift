import FTPProtocol
import Testing
import Transfers

@testable import Interface

private func picture(_ model: Model) -> String { view(model, size: model.size).text.joined(separator: "\n") }

private func entry(_ name: String, _ size: Int64, _ modified: Int64) -> MirrorSide.Entry {
    MirrorSide.Entry(name: Array(name.utf8), kind: .file, size: size, modified: modified)
}

/// A comparison on the screen: `here.txt`, `newer.txt` (here), `older.txt` (newer there), `there.txt`, and `sub/` there.
private func comparing(_ columns: Int = 120, _ rows: Int = 36) throws -> Model {
    var model = sampleModel(columns, rows)
    let effects = handle("=", &model)
    var asked: (RemotePath, LocalPath, Ticket)?
    for case .request(.remote(.compare(let remote, let local, _, let ticket))) in effects {
        asked = (remote, local, ticket)
    }
    let (remote, local, ticket) = try #require(asked)
    #expect(picture(model).contains("comparing"))
    _ = update(&model, .engine(.comparing(ticket, files: 1_204)))
    #expect(picture(model).contains("1 204 files"))
    var comparison = Comparison(site: try #require(model.connectedSite).id, remote: remote, local: local)
    _ = comparison.compare(
        MirrorSide([
            entry("equal.txt", 1, 100), entry("here.txt", 10, 100), entry("newer.txt", 20, 5_000),
            entry("older.txt", 30, 100),
        ]),
        MirrorSide([
            entry("equal.txt", 1, 100), entry("newer.txt", 21, 100), entry("older.txt", 30, 5_000),
            entry("there.txt", 40, 100), MirrorSide.Entry(name: Array("sub".utf8), kind: .directory),
        ]), at: [])
    _ = update(&model, .engine(.compared(ticket, comparison)))
    return model
}

private func added(_ effects: [Effect]) -> [Transfer] {
    effects.flatMap { effect -> [Transfer] in
        if case .request(.queue(.add(let transfers))) = effect { transfers } else { [] }
    }
}

private func names(_ transfers: [Transfer], _ direction: Transfer.Direction) -> [String] {
    transfers.filter { $0.direction == direction }.map { String(decoding: $0.localName, as: UTF8.self) }
}

@Test func theNewerOneGoesToTheOtherSideAndIntoTheQueue() throws {
    var model = try comparing()
    let text = picture(model)
    #expect(text.contains("→ here.txt") && text.contains("← older.txt") && text.contains("← sub/"))
    #expect(text.contains("only here") && text.contains("newer there") && !text.contains("equal.txt"))
    #expect(text.contains("2 to the server · 3 to here"), "\(text)")
    let transfers = added(handle(.enter, &model))
    #expect(names(transfers, .upload) == ["here.txt", "newer.txt"])
    #expect(names(transfers, .download) == ["older.txt", "there.txt", "sub"])
    #expect(model.dialogs.isEmpty)
}

@Test func eachRowGoesWhereAnArrowPointsOrStays() throws {
    var model = try comparing()
    // here.txt cannot come from the server.
    _ = handle(.left, &model)
    #expect(picture(model).contains("It is not here") || picture(model).contains("It is not on the server"))
    _ = handle(" ", &model)
    _ = handle(.left, &model)
    let transfers = added(handle(.function(5), &model))
    #expect(names(transfers, .upload).isEmpty)
    #expect(names(transfers, .download) == ["newer.txt", "older.txt", "there.txt", "sub"])
}

@Test func oneSideBecomesLikeTheOtherAndWhatIsToGoIsAskedAbout() throws {
    var model = try comparing()
    _ = handle("d", &model)
    #expect(picture(model).contains("the server becomes like here"))
    _ = handle("X", &model)
    #expect(picture(model).contains("2 to delete"))
    let transfers = added(handle(.enter, &model))
    #expect(names(transfers, .upload) == ["here.txt", "newer.txt", "older.txt"])
    // Nothing has been deleted: Cancel is what Enter does.
    #expect(picture(model).contains("1 file and 1 folder on the server"))
    #expect(
        handle(.enter, &model).allSatisfy { if case .request(.remote(.delete)) = $0 { false } else { true } })
}

@Test func namesAndTheCriterionSayWhichRowsTakePart() throws {
    var model = try comparing()
    _ = handle("/", &model)
    for key in "-sub *.txt".unicodeScalars { _ = handle(.character(key), &model) }
    #expect(!picture(model).contains("sub/"))
    _ = handle(.enter, &model)
    _ = handle("c", &model)
    #expect(!picture(model).contains("older.txt"))
    #expect(names(added(handle(.enter, &model)), .download) == ["there.txt"])
}

@Test func escapeStopsAComparisonThatRunsAndAnErrorIsSaid() throws {
    var model = sampleModel()
    _ = handle("=", &model)
    let effects = handle(.escape, &model)
    #expect(effects.contains(.request(.remote(.stop))) && model.dialogs.isEmpty)
    let again = handle("=", &model)
    for case .request(.remote(.compare(_, _, _, let ticket))) in again {
        _ = update(&model, .engine(.operationEnded(.remote, ticket, error: "550 gone")))
    }
    #expect(picture(model).contains("550 gone"))
}

@Test(arguments: [(80, 24), (60, 16), (40, 8)])
func aComparisonFitsOnASmallScreen(columns: Int, rows: Int) throws {
    let model = try comparing(columns, rows)
    #expect(picture(model).contains("here.txt"))
}

/// What was asked of the engine.
private func asked(_ effects: [Effect]) -> (criterion: Comparison.Criterion, ticket: Ticket)? {
    for case .request(.remote(.compare(_, _, let criterion, let ticket))) in effects {
        return (criterion, ticket)
    }
    return nil
}

@Test func checkSumsAreComparedAnewAndShowWhatTimesDoNot() throws {
    var model = try comparing()
    #expect(asked(handle("c", &model)) == nil && picture(model).contains("by size"))
    let again = try #require(asked(handle("c", &model)))
    #expect(again.criterion == .sum && picture(model).contains("comparing"))
    var same = entry("same.txt", 1, 100)
    same.hasSameSum = true
    var other = entry("other.txt", 1, 100)
    other.hasSameSum = false
    var comparison = Comparison(
        site: try #require(model.connectedSite).id, remote: RemotePath("/"), local: LocalPath("/"),
        hasSums: true)
    _ = comparison.compare(
        MirrorSide([same, other]), MirrorSide([entry("same.txt", 1, 9_000), entry("other.txt", 1, 100)]),
        at: [])
    _ = update(&model, .engine(.compared(again.ticket, comparison)))
    let text = picture(model)
    #expect(
        text.contains("other.txt") && text.contains("bytes differ") && !text.contains("same.txt"), "\(text)")
    #expect(text.contains("by check sum"))
    // Nothing tells which is the right one: that is for the user to say.
    #expect(added(handle(.enter, &model)).isEmpty)
}

@Test func whereNoCheckSumsAreToBeHadTheFirstComparisonIsAKeyAway() throws {
    var model = try comparing()
    _ = handle("c", &model)
    let again = try #require(asked(handle("c", &model)))
    _ = update(
        &model, .engine(.operationEnded(.remote, again.ticket, error: "no sums; compare sizes and times")))
    #expect(picture(model).contains("no sums"))
    #expect(try #require(asked(handle("c", &model))).criterion == .sizeAndTime)
}

/// What is to become a plan.
private func toPlan(_ effects: [Effect]) -> (DecidedComparison, Ticket)? {
    for case .request(.remote(.plan(let decided, let ticket))) in effects { return (decided, ticket) }
    return nil
}

private func written(_ effects: [Effect]) -> ([PlanToWrite], Ticket)? {
    for case .request(.local(.writePlans(let plans, let ticket))) in effects { return (plans, ticket) }
    return nil
}

private func type(_ text: String, _ model: inout Model) {
    for scalar in text.unicodeScalars { _ = handle(.character(scalar), &model) }
}

@Test func wAsksForANameAndWritesWhatIsDecidedAsAPlan() throws {
    var model = try comparing()
    #expect(picture(model).contains("w plan"))
    _ = handle("d", &model)
    _ = handle("X", &model)
    #expect(handle("w", &model).isEmpty)
    let prompt = picture(model)
    #expect(prompt.contains("Write the plan") && prompt.contains("compare-plan.json"), "\(prompt)")
    #expect(!prompt.contains("-to-server"))
    let (decided, ticket) = try #require(toPlan(handle(.enter, &model)))
    #expect(decided.directions == [.upload])
    #expect(
        decided.items.map(\.decision) == [.toServer, .toServer, .toServer, .deleteThere, .deleteThere],
        "\(decided.items)")
    let plan = MirrorPlan(
        direction: .upload, site: try #require(model.connectedSite).id, remote: decided.remote.bytes,
        local: decided.local.bytes)
    let (plans, next) = try #require(written(update(&model, .engine(.planned(ticket, [plan])))))
    #expect(plans == [PlanToWrite(decided.local.appending(Array("compare-plan.json".utf8)), plan)])
    _ = update(&model, .engine(.operationEnded(.local, next, error: nil)))
    #expect(picture(model).contains("compare-plan.json: written"), "\(picture(model))")
}

@Test func aPlanOfBothDirectionsIsTwoFilesWithNamesThatSayWhichIsWhich() throws {
    var model = try comparing()
    _ = handle("w", &model)
    #expect(picture(model).contains("…-to-server and …-to-here"), "\(picture(model))")
    type("/tmp/mine.json", &model)
    let (decided, ticket) = try #require(toPlan(handle(.enter, &model)))
    let plans = decided.directions.map {
        MirrorPlan(
            direction: $0, site: Site.ID("s"), remote: decided.remote.bytes, local: decided.local.bytes)
    }
    let (files, _) = try #require(written(update(&model, .engine(.planned(ticket, plans)))))
    #expect(files.map(\.path.description) == ["/tmp/mine-to-server.json", "/tmp/mine-to-here.json"])
}

@Test func aPlanIsNotWrittenOverWhatIsThereAndAnErrorIsOneLine() throws {
    var model = try comparing()
    let taken = model.local.entries.name(0)
    _ = handle("d", &model)
    _ = handle("w", &model)
    type(String(decoding: taken, as: UTF8.self), &model)
    #expect(handle(.enter, &model).isEmpty)
    #expect(picture(model).contains("is there already: type another name"), "\(picture(model))")
    type("2", &model)
    let (_, ticket) = try #require(toPlan(handle(.enter, &model)))
    _ = update(&model, .engine(.operationEnded(.remote, ticket, error: "550 gone")))
    #expect(picture(model).contains("No plan was written: 550 gone"), "\(picture(model))")
}

@Test func whereNothingIsChosenThereIsNoPlanToWrite() throws {
    var model = try comparing()
    for _ in 0..<5 { _ = handle(" ", &model) }
    #expect(handle("w", &model).isEmpty)
    #expect(picture(model).contains("Nothing is chosen") && !picture(model).contains("Write the plan"))
}

@Test func whereTheServerIsLostNoNameIsAskedForAndItSaysWhatToDo() throws {
    var model = try comparing()
    _ = update(&model, .engine(.connection(.lost(sampleSite, reason: "closed by the server"))))
    #expect(handle("w", &model).isEmpty)
    let screen = picture(model)
    #expect(screen.contains("The connection has changed") && screen.contains("connect again"), "\(screen)")
    #expect(!screen.contains("Write the plan"))
}
