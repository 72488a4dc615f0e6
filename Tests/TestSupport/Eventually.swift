import Foundation
public import Testing

/// A condition that did not come true in time.
public struct DeadlinePassed: Error, CustomStringConvertible {
    public let description: String
}

/// How long `eventually` waits unless told otherwise. Generous: a test that passes never waits for it.
public let patience: Duration =
    ProcessInfo.processInfo.environment["CI"] == nil ? .seconds(10) : .seconds(30)

/// Waits until `condition` holds, looking again after ever longer pauses (1 to 20 ms). Blocks the thread.
///
/// - Throws: `DeadlinePassed`, after recording an issue at the caller's line; or what `condition` throws.
public func eventually(
    _ what: String, within limit: Duration = patience, sourceLocation: SourceLocation = #_sourceLocation,
    _ condition: () throws -> Bool
) throws {
    var pauses = Pauses(limit: limit)
    while try !condition() {
        guard let pause = pauses.next() else { throw missed(what, limit, sourceLocation) }
        Thread.sleep(forTimeInterval: pause / .seconds(1))
    }
}

/// Waits until `condition` holds, without blocking the thread.
///
/// - Throws: `DeadlinePassed`, after recording an issue at the caller's line; or what `condition` throws.
public func eventually(
    _ what: String, within limit: Duration = patience, sourceLocation: SourceLocation = #_sourceLocation,
    _ condition: () async throws -> Bool
) async throws {
    var pauses = Pauses(limit: limit)
    while try await !condition() {
        guard let pause = pauses.next() else { throw missed(what, limit, sourceLocation) }
        try await Task.sleep(for: pause)
    }
}

private struct Pauses {
    private let deadline: ContinuousClock.Instant
    private var pause = Duration.milliseconds(1)

    init(limit: Duration) { deadline = .now + limit }

    mutating func next() -> Duration? {
        guard ContinuousClock.now < deadline else { return nil }
        defer { pause = min(pause * 2, .milliseconds(20)) }
        return pause
    }
}

private func missed(_ what: String, _ limit: Duration, _ location: SourceLocation) -> DeadlinePassed {
    let error = DeadlinePassed(description: "not within \(limit): \(what)")
    Issue.record("\(error)", sourceLocation: location)
    return error
}
