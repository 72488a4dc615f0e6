import Dispatch
import Synchronization
import TestSupport
import Testing

@testable import Engine

struct DirectoryWatchTests {
    private final class Told: Sendable {
        let times = Atomic<Int>(0)
    }

    @Test func whatIsWrittenInTheDirectoryIsTold() throws {
        let directory = try TemporaryDirectory()
        let told = Told()
        let watch = DirectoryWatch(Array(directory.path.utf8), on: DispatchQueue(label: "watch")) {
            told.times.wrappingAdd(1, ordering: .relaxed)
        }
        defer { withExtendedLifetime(watch) {} }
        try directory.write([1], to: "new")
        try eventually("a new file is told") { told.times.load(ordering: .relaxed) > 0 }
        let before = told.times.load(ordering: .relaxed)
        try eventually("more in a file is told") {
            try directory.write([1, 2], to: "new")
            return told.times.load(ordering: .relaxed) > before
        }
    }

    @Test func aDirectoryThatIsNotThereIsNotWatched() {
        #expect(DirectoryWatch(Array("/nowhere/at/all".utf8), on: DispatchQueue(label: "watch")) {} == nil)
    }
}
