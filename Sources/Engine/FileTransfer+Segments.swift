import Dispatch
import Transfers

/// Several connections at work on one file.
extension FileTransfer {
    /// Has this connection and as many others as are allowed do `run`, until all have ended. Blocks until then.
    ///
    /// - Parameters:
    ///   - isUnfinished: whether something is left; then this connection goes on with what another has left behind.
    ///   - refused: how many of the others the server did not take.
    /// - Returns: what ended this connection early.
    func onSeveralConnections(
        _ session: Session, while isUnfinished: () -> Bool, refused: () -> Int,
        run: @escaping @Sendable (Session) -> Failure?
    ) -> Failure? {
        let others = DispatchGroup()
        for _ in 1..<max(1, connections) {
            guard let another = anotherSession() else { break }
            let helper = Confined(another, label: "portside.segment")
            others.enter()
            helper.perform { session in
                _ = run(session)
                session.quit()
                others.leave()
            }
        }
        var failure = run(session)
        others.wait()
        if failure == nil, isUnfinished() { failure = run(session) }
        let count = refused()
        if count > 0 { narrowed(max(1, connections - count)) }
        return failure
    }
}
