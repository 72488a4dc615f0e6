import Glibc
import Testing

@testable import Storage

@Suite struct QueueLockTests {
    @Test func onlyOneIsTheWorkerUntilItLetsGo() throws {
        try withTemporaryDirectory { directory in
            do {
                let first = try QueueLock.tryAcquire(directory: directory)
                let second = try QueueLock.tryAcquire(directory: directory)
                let (isFirst, isSecond) = (first != nil, second != nil)
                #expect(isFirst && !isSecond)
                #expect(QueueLock.holder(directory: directory) == getpid())
                _ = consume first
            }
            #expect(QueueLock.holder(directory: directory) == nil)
            let third = try QueueLock.tryAcquire(directory: directory)
            let isThird = third != nil
            #expect(isThird)
        }
    }

    @Test func aDirectoryThatCannotBeMadeIsSaidSo() {
        #expect {
            _ = try QueueLock.tryAcquire(directory: "/proc/no/such")
        } throws: { error in
            if case StorageError.notWritable = error { true } else { false }
        }
    }

    @Test func everyErrorIsASentence() {
        let errors: [StorageError] = [
            .full(path: "p"), .notWritable(path: "p", reason: "r"), .busy(path: "p"),
            .damaged(path: "p", reason: "r"), .newerSchema(path: "p", found: 2, known: 1), .unknownSite("s"),
            .other(path: "p", reason: "r"),
        ]
        for error in errors { #expect("\(error)".contains("queue")) }
    }
}
