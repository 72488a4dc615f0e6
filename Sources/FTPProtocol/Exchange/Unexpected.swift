extension FTPError {
    /// A reply that cannot come here, with the words to say so.
    static func unexpected(_ reply: Reply, to command: Command) -> FTPError {
        .protocolViolation("“\(reply.summary)” in answer to \(visible(command.logged))")
    }
}

extension ReplyCode {
    /// Answers transfers and ABOR only; to any other command it is the rest of one before: some
    /// servers say 226 twice.
    var isLeftOver: Bool {
        switch self {
        case .dataConnectionOpen, .closingDataConnection, .transferAborted: true
        default: false
        }
    }
}
