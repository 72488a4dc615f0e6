import EmbeddedServer
import Foundation
import TestSupport
import Testing

/// `queue export`, `queue export --manifest` and `queue import`.
struct QueueExportTests {
    @Test func whatIsExportedIsImportedElsewhereWithoutWhatIsDone() throws {
        let bench = try Bench()
        _ = try bench.run("queue", "add", "get", "-o", bench.local.path(of: "a.txt"), bench.target("a.txt"))
        #expect(try bench.run("queue", "run").status == 0)
        let added = try bench.run(
            "queue", "add", "get", "--priority", "high", "--on-conflict", "newer", "-o",
            bench.local.path(of: "b"), bench.target("sub/b.bin", user: "alice:secret-word@"))
        #expect(added.status == 0, "\(added.complaint)")
        let missing = try bench.run(
            "queue", "add", "get", "-o", bench.local.path(of: "c"), bench.target("none"))
        #expect(missing.status == 0)
        let document = try bench.run("queue", "export")
        #expect(document.status == 0 && document.lines.count == 6, "\(document.text)")
        #expect(!document.text.contains("secret-word"))
        try bench.local.write(document.output, to: "queue.json")
        let other = try Bench()
        let imported = try other.run("queue", "import", bench.local.path(of: "queue.json"))
        #expect(imported.status == 0 && imported.lines == ["1", "2"], "\(imported.complaint)")
        #expect(imported.complaint.contains("1 were done or skipped already"), "\(imported.complaint)")
        let rows = try objects(other.run("queue", "list", "--json").lines)
        #expect(rows[0]["priority"] as? String == "high")
        #expect(rows[0]["destination"] as? String == bench.local.path(of: "b"))
        // Once more adds nothing: all of it is there.
        let again = try other.run("queue", "import", bench.local.path(of: "queue.json"))
        #expect(again.complaint.contains("2 of these are in the queue already"), "\(again.complaint)")
        // And the same document comes out again, but for what was left out.
        let second = try other.run("queue", "export").lines.filter { $0.contains("\"transfer\"") }
        #expect(second == document.lines.filter { $0.contains("\"transfer\"") && !$0.contains("\"done\"") })
    }

    @Test(arguments: [
        "not json", "{\"portside\":\"queue\",\"version\":99}", "{\"portside\":\"other\",\"version\":1}",
        "{\"portside\":\"queue\",\"version\":1}\n{\"transfer\":{\"site\":3}}",
        "<?xml version=\"1.0\"?><broken",
    ])
    func whatIsNoQueueAddsNothingAndSaysWhere(_ text: String) throws {
        let bench = try Bench()
        try bench.local.write(Array(text.utf8), to: "file")
        let outcome = try bench.run("queue", "import", bench.local.path(of: "file"))
        #expect(outcome.status == 66 && outcome.complainsInOneLine, "\(outcome.complaint)")
        #expect(outcome.complaint.contains("file:"), "\(outcome.complaint)")
        #expect(try bench.states().isEmpty)
    }

    @Test func theManifestSaysWhatBecameOfEachFile() throws {
        let bench = try Bench()
        _ = try bench.run(
            "queue", "add", "get", "--verify", "hash", "-o", bench.local.path(of: "a.txt"),
            bench.target("a.txt"))
        _ = try bench.run("queue", "add", "get", "-o", bench.local.path(of: "none"), bench.target("none"))
        #expect(try bench.run("queue", "run").status == 1)
        let rows = try objects(bench.run("queue", "export", "--manifest").lines)
        #expect(rows.compactMap { $0["result"] as? String } == ["done", "failed"], "\(rows)")
        #expect(rows[0]["bytes"] as? Int == 8 && rows[0]["ended"] != nil)
        // This server computes no check sums.
        #expect(rows[0]["verified"] as? String == "size", "\(rows)")
        #expect((rows[1]["error"] as? String)?.contains("550") == true)
        let history = try bench.run("queue", "list", "--finished")
        #expect(history.lines.count == 2 && history.text.contains("done down"), "\(history.text)")
    }

    @Test func aQueueOfFileZillaIsTakenOverWithoutItsPasswords() throws {
        let bench = try Bench()
        let xml = """
            <?xml version="1.0" encoding="UTF-8"?>
            <FileZilla3 version="3.66.5" platform="*nix"><Queue><Server>
            <Host>127.0.0.1</Host><Port>\(bench.port)</Port><Protocol>0</Protocol><Type>0</Type>
            <User>tester</User><Pass encoding="base64">c2VjcmV0</Pass><Logontype>1</Logontype>
            <File><LocalFile>\(bench.local.path(of: "got &amp; kept"))</LocalFile><RemoteFile>a.txt</RemoteFile>
            <RemotePath>1 0</RemotePath><Download>1</Download><Size>8</Size><Priority>4</Priority></File>
            <File><LocalFile>\(bench.local.path(of: "up"))</LocalFile><RemoteFile>up</RemoteFile>
            <RemotePath>1 0 3 sub</RemotePath><Download>0</Download></File>
            <File><LocalFile>relative</LocalFile><RemoteFile>x</RemoteFile><RemotePath>1 0</RemotePath></File>
            <Folder><LocalFile>/tmp/d</LocalFile><Download>1</Download></Folder>
            </Server></Queue></FileZilla3>
            """
        try bench.local.write(Array(xml.utf8), to: "queue.xml")
        try bench.local.write([1, 2], to: "up")
        let outcome = try bench.run("queue", "import", bench.local.path(of: "queue.xml"))
        #expect(outcome.status == 0 && outcome.lines == ["1", "2"], "\(outcome.complaint)")
        #expect(outcome.complaint.contains("passwords are not taken over"))
        let rows = try objects(bench.run("queue", "list", "--json").lines)
        #expect(rows[0]["priority"] as? String == "highest" && rows[1]["direction"] as? String == "up")
        try bench.local.write(Array("any\n".utf8), to: "password")
        let run = try bench.run("queue", "run", "--password-file", bench.local.path(of: "password"))
        #expect(run.status == 0, "\(run.complaint)")
        #expect(try bench.local.contents(of: "got & kept") == Array("one\ntwo\n".utf8))
        #expect(try bench.served.contents(of: "sub/up") == [1, 2])
    }
}
