import Foundation
import Testing

/// A small disk that takes `README` and `readme` for one name, for the length of a test.
///
/// `Tests/Disks/letter-case.sh` does the work. Where the machine does not allow it, the test is cancelled, and says why.
public final class CaseBlindDisk: Sendable {
    private let directory: TemporaryDirectory

    public var path: String { directory.path }

    private init(_ directory: TemporaryDirectory) {
        self.directory = directory
    }

    public static func mount() throws -> CaseBlindDisk {
        let verdict = try Program.run(script, ["have"])
        guard verdict.status == 0 else { try Test.cancel("\(verdict.output)") }
        let directory = try TemporaryDirectory()
        let owner = String(ProcessInfo.processInfo.processIdentifier)
        let result = try Program.run(script, ["up", directory.path, owner])
        guard result.status == 0 else { throw ServerFailure(description: result.output) }
        return CaseBlindDisk(directory)
    }

    deinit { _ = try? Program.run(Self.script, ["down", directory.path]) }

    private static let script =
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Disks/letter-case.sh").path
}
