import Engine
import FTPProtocol
import Testing

/// What a refusal in the server's words means for whoever tries again.
@Suite struct FailureTests {
    private func failure(_ command: Command, _ code: UInt16, _ text: String) -> Failure {
        Failure(.refused(command, Reply(ReplyCode(rawValue: code), text)))
    }

    @Test(
        arguments: [
            (421, "There are too many connections from your internet address."),
            (421, "10 users (the maximum) are already logged in, sorry"),
            (530, "Sorry, the maximum number of clients (5) for your account are already connected."),
            (530, "Connection limit reached"), (530, "The server is full."),
        ] as [(UInt16, String)])
    func tooManyConnectionsPass(_ code: UInt16, _ text: String) {
        let failure = failure(.password("x"), code, text)
        #expect(failure.kind == .temporary && failure.isTemporary)
        #expect(failure.reply?.soundsLikeALimit == true)
        #expect(failure.message.contains("connections"))
    }

    @Test(arguments: ["Login incorrect.", "User cannot log in."])
    func aWrongPasswordDoesNot(_ text: String) {
        let failure = failure(.password("x"), 530, text)
        #expect(failure.kind == .loginRefused && !failure.isTemporary)
        #expect(failure.reply?.soundsLikeALimit == false)
    }

    @Test(arguments: [
        "The process cannot access the file because it is being used by another process.", "Broken pipe",
        "Temporarily unavailable", "Too many open files", "Operation timed out, try again",
    ])
    func whatSaysThatItPassesIsTriedLater(_ text: String) {
        let failure = failure(.retrieve(RemotePath("/a")), 550, text)
        #expect(failure.kind == .temporary && failure.isTemporary && !failure.endsConnection)
    }

    @Test(arguments: ["No such file or directory.", "Permission denied.", "The limit of what there is"])
    func otherRefusalsAreFinal(_ text: String) {
        let failure = failure(.retrieve(RemotePath("/a")), 550, text)
        #expect(!failure.isTemporary)
        #expect(failure.reply?.soundsLikeALimit == false)
    }

    @Test func aFullDiskIsNotTriedAgain() {
        #expect(!failure(.store(RemotePath("/a")), 452, "Disk full").isTemporary)
        #expect(!failure(.store(RemotePath("/a")), 552, "Quota exceeded").isTemporary)
    }
}
