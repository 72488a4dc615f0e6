import EmbeddedServer
import Engine
import Testing
import Transfers

extension Rig {
    /// Faults as `portside serve --fault` has them.
    convenience init(faults first: String, _ more: String...) throws {
        try self.init(Set(([first] + more).map { try #require(Fault($0), "\($0)") }))
    }

    /// Runs it with one try, and gives back why it failed; nil when it was done.
    func complaint(
        _ transfer: Transfer, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> String? {
        var transfer = transfer
        transfer.options.retries = 0
        let bench = try queue()
        await bench.run(transfer)
        switch try bench.only(sourceLocation: sourceLocation).state {
        case .done: return nil
        case .failed(let message): return message
        case let state: return "\(state)"
        }
    }
}
