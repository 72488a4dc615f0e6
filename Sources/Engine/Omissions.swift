/// What of a tree was not taken, a sentence each. With any the tree stays in the queue, as failed.
struct Omissions {
    private var sentences: [String] = []

    mutating func add(_ sentence: String) { sentences.append(sentence) }

    /// One directory below that cannot be had is no reason to leave out the rest; a lost connection is, and a disk that
    /// takes nothing.
    mutating func add(_ failure: Failure) throws(Failure) {
        guard !failure.endsConnection, !failure.isTemporary, failure.kind != .cancelled,
            failure.kind != .localDisk
        else { throw failure }
        sentences.append(failure.message)
    }

    /// - Parameter shown: the directory, for people.
    /// - Returns: whether it lies deeper than any honest tree is.
    mutating func isTooDeep(_ depth: Int, _ shown: @autoclosure () -> String) -> Bool {
        guard depth > Session.deepestTree else { return false }
        sentences.append("\(shown()): more than \(Session.deepestTree) directories deep")
        return true
    }

    /// - Throws: when there was any.
    func end() throws(Failure) {
        guard let first = sentences.first else { return }
        let others =
            sentences.count == 1 ? "" : " (and \(sentences.count - 1) more directories were left out)"
        throw Failure(.doesNotVerify, "not all of the tree was taken: \(first)\(others)")
    }
}
