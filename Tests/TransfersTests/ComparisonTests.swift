import FTPProtocol
import Testing

@testable import Transfers

/// What two trees have not in common, and what is proposed and decided about it.
struct ComparisonTests {
    private func file(_ name: String, _ size: Int64? = 1, _ modified: Int64? = 100) -> MirrorSide.Entry {
        MirrorSide.Entry(name: Array(name.utf8), kind: .file, size: size, modified: modified)
    }

    private func directory(_ name: String) -> MirrorSide.Entry {
        MirrorSide.Entry(name: Array(name.utf8), kind: .directory)
    }

    private func compared(_ here: [MirrorSide.Entry], _ there: [MirrorSide.Entry]) -> Comparison {
        var comparison = Comparison(
            site: "ftp://a@b:21", remote: RemotePath("/pub"), local: LocalPath("/home/a"))
        _ = comparison.compare(MirrorSide(here), MirrorSide(there), at: [])
        return comparison
    }

    /// Each pair, what it is called, and what each of the three aims makes of it.
    @Test(arguments: [
        (
            MirrorSide.Entry?.some(.init(name: [0x61], kind: .file, size: 1, modified: 100)),
            MirrorSide.Entry?.none,
            Comparison.Relation.onlyHere, [Comparison.Decision.toServer, .toServer, .nothing]
        ),
        (
            nil, .init(name: [0x61], kind: .file, size: 1, modified: 100), .onlyThere,
            [.toHere, .nothing, .toHere]
        ),
        (
            .init(name: [0x61], kind: .file, size: 1, modified: 100),
            .init(name: [0x61], kind: .file, size: 2, modified: 50), .newerHere,
            [.toServer, .toServer, .toHere]
        ),
        (
            .init(name: [0x61], kind: .file, size: 1, modified: 50),
            .init(name: [0x61], kind: .file, size: 1, modified: 100), .newerThere,
            [.toHere, .toServer, .toHere]
        ),
        (
            .init(name: [0x61], kind: .file, size: 1, modified: 100),
            .init(name: [0x61], kind: .file, size: 2, modified: 101), .otherSize,
            [.nothing, .toServer, .toHere]
        ),
        (
            .init(name: [0x61], kind: .file, size: 1, modified: 100),
            .init(name: [0x61], kind: .file, size: 1, modified: nil), .unknownTimes,
            [.nothing, .toServer, .toHere]
        ),
        (
            .init(name: [0x61], kind: .file, size: 1, modified: .min),
            .init(name: [0x61], kind: .file, size: 1, modified: .max), .newerThere,
            [.toHere, .toServer, .toHere]
        ),
    ])
    func aDifferenceHasANameAndAProposalForEachAim(
        _ pair: (
            here: MirrorSide.Entry?, there: MirrorSide.Entry?, relation: Comparison.Relation,
            proposals: [Comparison.Decision]
        )
    ) throws {
        let comparison = compared([pair.here].compactMap { $0 }, [pair.there].compactMap { $0 })
        let row = try #require(comparison.rows.first)
        #expect(comparison.rows.count == 1 && comparison.equal == 0)
        #expect(Comparison.relation(of: row, .sizeAndTime) == pair.relation)
        #expect(
            Comparison.Aim.allCases.map { Comparison.proposal(for: row, $0, .sizeAndTime) } == pair.proposals)
    }

    @Test func whatIsEqualIsCountedAndNotListed() {
        let comparison = compared([file("a"), file("b", 5, 100)], [file("a"), file("b", 5, 101)])
        #expect(comparison.rows.isEmpty && comparison.equal == 2)
    }

    @Test func bySizeAloneAnotherTimeIsNoDifference() throws {
        let row = try #require(compared([file("a", 1, 500)], [file("a", 1, 100)]).rows.first)
        #expect(Comparison.relation(of: row, .size) == .equal)
        #expect(Comparison.proposal(for: row, .server, .size) == .nothing)
    }

    @Test func directoriesOnBothSidesAreGoneOnWithAndOthersAreOneRow() {
        var comparison = Comparison(site: "s", remote: RemotePath("/"), local: LocalPath("/"))
        let below = comparison.compare(
            MirrorSide([directory("both"), directory("here")]),
            MirrorSide([directory("both"), directory("there")]), at: [])
        #expect(below == [Array("both".utf8)])
        #expect(comparison.rows.map { String(decoding: $0.path[0], as: UTF8.self) } == ["here", "there"])
    }

    @Test func linksClashesAndUnsafeNamesAreNotedAndLeftAlone() {
        let link = MirrorSide.Entry(name: Array("l".utf8), kind: .link)
        let comparison = compared(
            [link, file("clash")], [directory("clash"), file("../up"), file("cr\rlf"), file("..")])
        #expect(comparison.rows.isEmpty)
        #expect(comparison.notes.count == 5)
    }

    @Test func nothingIsProposedToBeDeletedAndNotAllAtOnceBecauseOfWhatNobodySaw() throws {
        for aim in Comparison.Aim.allCases {
            for row in compared([file("a")], [file("b")]).rows {
                let proposal = Comparison.proposal(for: row, aim, .sizeAndTime)
                #expect(proposal != .deleteHere && proposal != .deleteThere)
            }
        }
        // Nothing here at all: the server is not emptied because of it.
        #expect(compared([], [file("b")]).objection(to: .deleteThere) != nil)
        #expect(compared([file("a")], [file("b")]).objection(to: .deleteThere) == nil)
        var cut = Comparison(site: "s", remote: RemotePath("/"), local: LocalPath("/"))
        _ = cut.compare(MirrorSide([file("a")]), MirrorSide([file("c")], isIncomplete: true), at: [])
        #expect(cut.objection(to: .deleteHere) != nil && cut.objection(to: .deleteThere) == nil)
    }

    @Test func onlyWhatIsThereCanBeSentAndOnlyWhatTheOtherSideLacksDeleted() throws {
        let here = try #require(compared([file("a")], []).rows.first)
        #expect(Comparison.allows(.toServer, for: here) && Comparison.allows(.deleteHere, for: here))
        #expect(!Comparison.allows(.toHere, for: here) && !Comparison.allows(.deleteThere, for: here))
        let both = try #require(compared([file("a", 1)], [file("a", 2)]).rows.first)
        #expect(!Comparison.allows(.deleteHere, for: both) && !Comparison.allows(.deleteThere, for: both))
    }

    @Test func aDecisionBecomesTheTransferThatItSays() throws {
        var comparison = Comparison(site: "s", remote: RemotePath("/pub"), local: LocalPath("/home/a"))
        _ = comparison.compare(
            MirrorSide([file("x", 1, 200)]), MirrorSide([file("x", 2, 100), directory("d")]),
            at: [Array("sub".utf8)])
        let up = try #require(
            try comparison.transfer(for: comparison.rows[0], .toServer, options: .init(), charset: .utf8))
        #expect(up.direction == .upload && up.remotePath == RemotePath("/pub/sub/x"))
        #expect(up.localPath == LocalPath("/home/a/sub/x") && up.size == 1 && up.modified == 200)
        // It was compared, and somebody has decided: nobody is asked again.
        #expect(up.options.onConflict == .overwrite)
        let filter = FileFilter(exclude: [Glob("*.tmp")])
        let down = try #require(
            try comparison.transfer(
                for: comparison.rows[1], .toHere, options: .init(onConflict: .ask, filter: filter),
                charset: .utf8))
        #expect(down.kind == .tree && down.direction == .download && down.options.filter == filter)
        #expect(down.options.onConflict == .ask && down.depth == 2)
        #expect(
            try comparison.transfer(for: comparison.rows[0], .nothing, options: .init(), charset: .utf8)
                == nil)
    }

    @Test func aFilterIsAboutTheNameAndEverythingAboveIt() throws {
        var comparison = Comparison(site: "s", remote: RemotePath("/"), local: LocalPath("/"))
        _ = comparison.compare(
            MirrorSide([file("a.jpg"), file("a.txt")]), MirrorSide(), at: [Array("thumbs".utf8)])
        let pictures = FileFilter(include: [Glob("*.jpg")])
        #expect(comparison.rows.map { Comparison.takes($0, pictures) } == [true, false])
        #expect(comparison.rows.allSatisfy { !Comparison.takes($0, FileFilter(exclude: [Glob("thumbs")])) })
    }
}
