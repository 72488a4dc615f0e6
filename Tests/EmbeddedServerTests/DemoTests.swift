import EmbeddedServer
import TestSupport
import Testing
import Transport

@Suite struct DemoTests {
    @Test func servesASampleTreeAndLeavesNothingBehind() throws {
        let demo = try Demo()
        let client = try ScriptedClient.loggedIn(port: demo.port)
        let names = text(try client.fetch("NLST").bytes).split(separator: "\r\n").map(String.init)
        #expect(
            names == [
                "README.txt", "busy-once.dat", "empty", "large.iso", "latest", "many", "names", "notes",
                "site",
                "slow.bin",
            ])
        #expect(try client.say("SIZE large.iso") == "213 536870912")
        #expect(text(try client.fetch("NLST many").bytes).split(separator: "\r\n").count == 300)
        #expect(text(try client.fetch("NLST names").bytes).contains("日本語.txt\r\n"))
        #expect(try client.fetch("NLST empty").bytes.isEmpty)
        #expect(try client.say("RETR busy-once.dat").hasPrefix("450"))
        #expect(try client.fetch("RETR busy-once.dat").bytes.count == 204_800)
        #expect(try client.deliver("STOR mine.txt", [1]) == "226 Transfer complete.")
        #expect(try LocalDirectory.status(of: demo.tree.path)?.mode == 0o700)
        demo.stop()
        #expect(try LocalDirectory.status(of: demo.tree.path) == nil)
        #expect(try client.isAtEnd())
    }

    @Test func severalRunAtOnce() throws {
        let (one, other) = (try Demo(), try Demo(personality: .iis))
        defer {
            one.stop()
            other.stop()
        }
        #expect(one.port != other.port)
        #expect(one.tree.path != other.tree.path)
        #expect(try ScriptedClient.loggedIn(port: one.port).say("SYST") == "215 UNIX Type: L8")
        #expect(try ScriptedClient.loggedIn(port: other.port).say("SYST") == "215 Windows_NT")
    }

    @Test func aNewDemoLeavesTheTreeOfALivingOneAlone() throws {
        let tree = try DemoTree()
        // As old as one that a killed process left.
        try LocalDirectory.setModified(1_000, of: tree.path)
        let abandoned = try LocalDirectory.makeTemporary(prefix: "portside-demo-")
        try LocalDirectory.setModified(1_000, of: abandoned)
        let another = try DemoTree()
        #expect(try LocalDirectory.status(of: tree.path) != nil)
        #expect(try LocalDirectory.status(of: abandoned) == nil)
        another.remove()
        #expect(try LocalDirectory.status(of: another.path) == nil)
    }

    @Test func stoppingEndsATransferAtOnce() throws {
        let demo = try Demo()
        let client = try ScriptedClient.loggedIn(port: demo.port)
        let data = try client.passive()
        _ = try client.say("RETR slow.bin")
        _ = try readSome(data)
        demo.stop()
        #expect(try client.isAtEnd())
    }
}
