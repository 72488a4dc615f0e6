import Engine
import FTPProtocol
import Glibc
import Testing
import Transfers

private func isReadable(_ descriptor: Int32) -> Bool {
    var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return poll(&waiting, 1, 0) == 1
}

@Suite struct InboxTests {
    @Test func whatIsPostedIsTakenOnceAndInOrder() {
        let inbox = Inbox()
        #expect(!isReadable(inbox.descriptor))
        inbox.post(.notice("one"))
        inbox.post(.notice("two"))
        #expect(isReadable(inbox.descriptor))
        #expect(inbox.take() == [.notice("one"), .notice("two")])
        #expect(!isReadable(inbox.descriptor))
        #expect(inbox.take() == [])
    }

    @Test func itWakesAgainAfterItWasTaken() {
        let inbox = Inbox()
        inbox.post(.notice("one"))
        _ = inbox.take()
        inbox.post(.notice("two"))
        #expect(isReadable(inbox.descriptor))
    }

    @Test func postsFromManyThreadsAllArrive() async {
        let inbox = Inbox()
        await withTaskGroup(of: Void.self) { group in
            for task in 0..<8 {
                group.addTask {
                    for number in 0..<100 { inbox.post(.notice("\(task) \(number)")) }
                }
            }
        }
        #expect(Set(inbox.take()).count == 800)
    }

    @Test func whileNobodyTakesItDoesNotGrowWithoutEnd() {
        let inbox = Inbox()
        inbox.post(.notice("kept"))
        for number in 0..<(Inbox.limit * 2) {
            let line = DialogueLine(
                connection: ConnectionName(.browsing, 1), direction: .note,
                bytes: Array("line \(number)".utf8),
                time: 0)
            inbox.post(.dialogue(line))
        }
        let taken = inbox.take()
        #expect(taken.count <= Inbox.limit)
        #expect(taken.first == .notice("kept"))
    }
}
