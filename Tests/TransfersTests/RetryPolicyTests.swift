import FTPProtocol
import Testing
import Transfers

@Suite struct RetryPolicyTests {
    @Test func pausesDoubleUpToTheLongest() {
        let policy = RetryPolicy(firstPause: 2, longestPause: 60)
        #expect((1...8).map { policy.pause(afterAttempt: $0, random: 0) } == [2, 4, 8, 16, 32, 60, 60, 60])
        #expect(policy.pause(afterAttempt: .max, random: .max) <= 75)
        #expect(policy.pause(afterAttempt: .min, random: 0) == 2)
    }

    @Test(arguments: [
        (421, "Too many connections", true),
        (450, "File busy", true),
        (452, "No space", true),
        (550, "No such file", false),
        (550, "The process cannot access the file because it is being used by another process. ", true),
        (553, "Name not allowed", false),
        (226, "Done", false),
    ])
    func onlyWhatMayPassIsTemporary(code: UInt16, text: String, isTemporary: Bool) {
        #expect(RetryPolicy.isTemporary(Reply(ReplyCode(rawValue: code), text)) == isTemporary)
    }
}
