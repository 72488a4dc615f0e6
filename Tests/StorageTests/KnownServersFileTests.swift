import Glibc
import Testing
import Transfers

@testable import Storage

@Suite struct KnownServersFileTests {
    private let pin = String(repeating: "0A", count: 32)

    @Test func whatIsRememberedIsThereForTheNextProcess() throws {
        try withTemporaryDirectory { directory in
            let file = KnownServersFile(directory: directory)
            #expect(file.server("example.org", 21) == nil)
            #expect(file.remember(KnownServer(), "example.org", 21) == nil)
            #expect(file.remember(KnownServer(fingerprint: pin), "nas.local", 990) == nil)
            let other = KnownServersFile(directory: directory)
            #expect(other.server("EXAMPLE.org", 21) == KnownServer())
            #expect(other.server("nas.local", 990) == KnownServer(fingerprint: pin))
            #expect(other.server("nas.local", 21) == nil)
        }
    }

    @Test func aNewPinTakesThePlaceOfTheOld() throws {
        try withTemporaryDirectory { directory in
            let file = KnownServersFile(directory: directory)
            _ = file.remember(KnownServer(fingerprint: pin), "a", 21)
            _ = file.remember(KnownServer(fingerprint: String(repeating: "0B", count: 32)), "a", 21)
            #expect(file.server("a", 21)?.fingerprint == String(repeating: "0B", count: 32))
        }
    }

    @Test func nobodyElseMayReadIt() throws {
        try withTemporaryDirectory { directory in
            _ = KnownServersFile(directory: directory).remember(KnownServer(), "a", 21)
            var status = stat()
            #expect(stat(directory + "/known-servers", &status) == 0)
            #expect(status.st_mode & 0o777 == 0o600)
        }
    }

    @Test func aPlaceThatCannotBeWrittenIsSaidSo() {
        #expect(KnownServersFile(directory: "/proc/no/such").remember(KnownServer(), "a", 21) != nil)
    }
}
