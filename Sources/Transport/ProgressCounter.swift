import Synchronization

/// Bytes moved so far: the pump adds, whoever wants to know looks.
public final class ProgressCounter: Sendable {
    private let count = Atomic<Int64>(0)

    public init() {}

    public var bytes: Int64 { count.load(ordering: .relaxed) }
    public func set(_ bytes: Int64) { count.store(bytes, ordering: .relaxed) }
    func add(_ bytes: Int) { count.wrappingAdd(Int64(bytes), ordering: .relaxed) }
}
