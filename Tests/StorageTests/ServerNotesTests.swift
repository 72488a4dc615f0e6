import FTPProtocol
import Storage
import TestSupport
import Testing

@Suite struct ServerNotesTests {
    @Test func whatWasLearnedIsThereAfterARestart() throws {
        let place = try TemporaryDirectory()
        let directory = place.path + "/state"
        #expect(ServerNotes(directory: directory).read().isEmpty)
        ServerNotes(directory: directory).write(["example.org:21": .pasv, "2001:db8::1:2121": .eprt])
        #expect(
            ServerNotes(directory: directory).read() == ["example.org:21": .pasv, "2001:db8::1:2121": .eprt])
        ServerNotes(directory: directory).write([:])
        #expect(ServerNotes(directory: directory).read().isEmpty)
    }

    @Test func nonsenseInTheFileIsPassedOver() throws {
        let place = try TemporaryDirectory()
        try writeFile(
            Array("a:21 PASV\n\u{FF}\u{0}\nb:21\nc:21 LPSV\nd:21 EPSV x\ne:21 PORT".utf8),
            to: place.path + "/servers")
        #expect(ServerNotes(directory: place.path).read() == ["a:21": .pasv, "e:21": .port])
    }

    @Test func aPlaceThatCannotBeWrittenIsNoTrouble() {
        ServerNotes(directory: "/proc/none/portside").write(["a:21": .pasv])
        #expect(ServerNotes(directory: "/proc/none/portside").read().isEmpty)
    }
}
