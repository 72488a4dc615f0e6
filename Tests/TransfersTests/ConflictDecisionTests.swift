import Testing
import Transfers

@Suite struct ConflictDecisionTests {
    typealias File = ConflictDecision.File

    @Test(arguments: [
        (ConflictPolicy.ask, File(size: 1, modified: 1), File(size: 1, modified: 1), ConflictDecision.ask),
        (.overwrite, File(size: nil, modified: nil), File(size: nil, modified: nil), .proceed),
        (.rename, File(size: nil, modified: nil), File(size: nil, modified: nil), .rename),
        (.newer, File(size: 1, modified: 2), File(size: 1, modified: 1), .proceed),
        (.resume, File(size: 9, modified: nil), File(size: 4, modified: nil), .resume(at: 4)),
        (.resume, File(size: 9, modified: nil), File(size: 0, modified: nil), .resume(at: 0)),
    ])
    func doesWhatThePolicySays(
        policy: ConflictPolicy, source: File, destination: File, decision: ConflictDecision
    ) {
        #expect(ConflictDecision.decide(policy, source: source, destination: destination) == decision)
    }

    @Test(
        arguments: [
            // The source's clock is an hour ahead: what it calls later was earlier.
            (5_000, 3_000, 3_600, false), (9_000, 3_000, 3_600, true),
            // And an hour behind.
            (3_000, 5_000, -3_600, true), (1_000, 5_000, -3_600, false),
            // A copy that was given its source's time.
            (3_000, 3_000, -3_600, false),
        ] as [(Int64, Int64, Int64, Bool)])
    func reckonsInHowFarTheClocksDiffer(source: Int64, there: Int64, ahead: Int64, isNewer: Bool) {
        let decision = ConflictDecision.decide(
            .newer, source: File(size: 1, modified: source), destination: File(size: 1, modified: there),
            clockAhead: ahead)
        #expect((decision == .proceed) == isNewer, "\(decision)")
    }

    @Test(arguments: [
        (ConflictPolicy.skip, File(size: 2, modified: 2), File(size: 1, modified: 1)),
        (.newer, File(size: 1, modified: 1), File(size: 1, modified: 1)),
        (.newer, File(size: 1, modified: nil), File(size: 1, modified: 1)),
        (.newer, File(size: 1, modified: 1), File(size: 1, modified: nil)),
        (.resume, File(size: 9, modified: nil), File(size: 9, modified: nil)),
        (.resume, File(size: 8, modified: nil), File(size: 9, modified: nil)),
        (.resume, File(size: nil, modified: nil), File(size: 9, modified: nil)),
        (.resume, File(size: 9, modified: nil), File(size: nil, modified: nil)),
        (.resume, File(size: 9, modified: nil), File(size: -1, modified: nil)),
    ])
    func leavesTheDestinationAloneOtherwise(policy: ConflictPolicy, source: File, destination: File) {
        guard case .skip = ConflictDecision.decide(policy, source: source, destination: destination) else {
            #expect(Bool(false), "not skipped")
            return
        }
    }
}
