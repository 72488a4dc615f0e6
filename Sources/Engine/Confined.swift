public import Dispatch

/// Owns a value that only one serial Dispatch queue may touch.
///
/// The value's methods may block: plain serial queues overcommit on Linux, so each gets a thread.
// @unchecked Sendable: `value` is read and written only on `queue`.
public final class Confined<Value: ~Copyable>: @unchecked Sendable {
    private var value: Value
    private let queue: DispatchQueue

    public init(_ value: consuming sending Value, label: String) {
        self.value = value
        queue = DispatchQueue(label: label)
    }

    /// Runs `body` after everything asked for before.
    public func perform(_ body: @escaping @Sendable (inout Value) -> Void) {
        queue.async { body(&self.value) }
    }

    /// The same, not before `delay` has passed.
    public func perform(after delay: DispatchTimeInterval, _ body: @escaping @Sendable (inout Value) -> Void)
    {
        queue.asyncAfter(deadline: .now() + delay) { body(&self.value) }
    }

    /// Runs `body` and waits for it. Not from within `perform`.
    public func wait<Result: Sendable>(for body: (inout Value) -> Result) -> Result {
        queue.sync { body(&value) }
    }

    /// For event sources that must run where the value lives.
    var dispatchQueue: DispatchQueue { queue }

    /// The value, for a handler that Dispatch runs on `dispatchQueue`.
    func onQueue(_ body: (inout Value) -> Void) {
        dispatchPrecondition(condition: .onQueue(queue))
        body(&value)
    }
}
