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
