import FTPProtocol
import Testing
import Transfers

@Suite struct MirrorPlanTests {
    typealias Entry = MirrorSide.Entry

    private func plan(
        _ source: [Entry], _ destination: [Entry]?, deletes: Bool = true, sourceIsCut: Bool = false,
        destinationIsCut: Bool = false, filter: FileFilter = FileFilter(), fromEmpty: Bool = false
    ) -> (plan: MirrorPlan, below: MirrorPlan.Below) {
        var plan = MirrorPlan(direction: .download, site: "ftp://a@b:21", remote: [0x2F], local: [0x2F])
        let below = plan.compare(
            MirrorSide(source, isIncomplete: sourceIsCut),
            destination.map { MirrorSide($0, isIncomplete: destinationIsCut) }, at: [], filter: filter,
            options: MirrorOptions(deletes: deletes, deletesFromEmpty: fromEmpty))
        return (plan, below)
    }

    private func file(_ name: String, size: Int64? = 10, modified: Int64? = 100) -> Entry {
        Entry(name: Array(name.utf8), kind: .file, size: size, modified: modified)
    }

    private func names(_ steps: [MirrorPlan.Step]) -> [String] {
        steps.map { $0.names.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "/") }
    }

    @Test func copiesWhatIsMissingOfAnotherSizeOrNewerAndNothingElse() {
        let there = [
            file("same"), file("short", size: 9), file("old", modified: 98), file("newer", modified: 300),
        ]
        let found = plan([file("same"), file("short"), file("old"), file("newer"), file("gone")], there).plan
        #expect(names(found.steps) == ["short", "old", "gone"])
        #expect(found.equal == 2 && found.deletions.isEmpty && !found.isIncomplete)
    }

    /// A camera that has lost its clock: what it says is older than all else.
    @Test func aClockThatWasNeverSetMakesNothingNewer() {
        for time: Int64 in [0, 315_532_800, 946_684_800] {
            let now: Int64 = 1_760_000_000
            #expect(plan([file("a", modified: time)], [file("a", modified: now)]).plan.isEmpty)
            // A change shows in the size.
            #expect(!plan([file("a", size: 11, modified: time)], [file("a", modified: now)]).plan.isEmpty)
        }
    }

    @Test func aTimeThatIsNotKnownDecidesNothing() {
        #expect(plan([file("a", modified: nil)], [file("a")]).plan.isEmpty)
        #expect(plan([file("a")], [file("a", modified: nil)]).plan.isEmpty)
        #expect(!plan([file("a", size: nil, modified: nil)], [file("a")]).plan.isEmpty)
    }

    @Test func deletesOnlyWhenToldAndWhatTheSourceDoesNotHave() {
        #expect(plan([file("a")], [file("a"), file("b")], deletes: false).plan.deletions.isEmpty)
        #expect(names(plan([file("a")], [file("a"), file("b")]).plan.deletions) == ["b"])
    }

    @Test func deletesNothingBecauseOfAListingThatIsCutOrEmpty() {
        #expect(plan([file("a")], [file("b")], sourceIsCut: true).plan.deletions.isEmpty)
        #expect(plan([file("a")], [file("b")], destinationIsCut: true).plan.deletions.isEmpty)
        let fromEmpty = plan([], [file("b")]).plan
        #expect(fromEmpty.deletions.isEmpty && fromEmpty.isIncomplete)
        #expect(plan([], [file("b")], fromEmpty: true).plan.deletions.count == 1)
    }

    @Test func keepsWhatIsTheSameNameInOtherLetters() {
        let found = plan([file("Read.me")], [file("read.me")]).plan
        #expect(found.deletions.isEmpty && found.isIncomplete)
        #expect(plan([file("\u{E4}")], [file("a\u{308}")]).plan.deletions.isEmpty)
    }

    @Test func whatIsFilteredOutIsNeitherCopiedNorDeleted() {
        let filter = FileFilter(exclude: [Glob("*.log")])
        let found = plan([file("a.log"), file("b")], [file("c.log"), file("b")], filter: filter).plan
        #expect(found.isEmpty)
    }

    @Test func linksAndNamesThatLeadElsewhereAreLeftAlone() {
        let link = Entry(name: Array("l".utf8), kind: .link)
        let found = plan(
            [link, file(".."), file("a/b"), file("a\r\nDELE x"), file("b")], [file("l"), file("b")])
        #expect(found.plan.isEmpty && found.plan.isIncomplete)
    }

    @Test func aLinkThatOnlyTheDestinationHasIsDeletedAndNotEntered() {
        let link = Entry(name: Array("l".utf8), kind: .link)
        let found = plan([file("a")], [file("a"), link])
        #expect(names(found.plan.deletions) == ["l"] && found.below.deleted.isEmpty)
    }

    @Test func aDirectoryThatGoesIsEmptiedFromBelow() {
        var found = plan([file("a")], [file("a"), Entry(name: Array("d".utf8), kind: .directory)])
        #expect(found.below.deleted == [Array("d".utf8)])
        let deep = [Array("d".utf8), Array("e".utf8)]
        found.plan.delete([
            ([Array("d".utf8)], MirrorSide([file("x"), Entry(name: Array("e".utf8), kind: .directory)])),
            (deep, MirrorSide([file("y")])),
        ])
        #expect(names(found.plan.deletions) == ["d/x", "d/e/y", "d/e", "d"])
        #expect(found.plan.limitDeletions(to: 4) == nil)
        #expect(found.plan.limitDeletions(to: 3) == 4)
        #expect(found.plan.deletions.isEmpty)
    }

    @Test func aPlanThatLeadsOutOfItsDirectoriesIsNotTaken() {
        var plan = MirrorPlan(direction: .upload, site: "s", remote: [0x2F], local: [0x2F])
        plan.makeDirectory([Array("a".utf8)])
        #expect(plan.isWellFormed)
        plan.makeDirectory([Array("a".utf8), Array("..".utf8)])
        #expect(!plan.isWellFormed)
    }
}
