import Testing

/// The arrows of docs/architecture.md, as the `import` lines of Sources/ draw them.
struct ImportTests {
    @Test(arguments: Arrows.allowed.keys.sorted())
    func eachTargetImportsOnlyWhatTheArchitectureAllows(target: String) throws {
        let allowed = try #require(Arrows.allowed[target])
        let files = try SourceFile.all(of: target)
        #expect(!files.isEmpty, "Sources/\(target) has no Swift file")
        for file in files {
            for module in file.imports.subtracting(allowed).sorted() {
                Issue.record("\(file.path) imports \(module)")
            }
        }
    }

    @Test func everyTargetHasItsArrows() throws {
        #expect(try Set(SourceFile.targets()) == Set(Arrows.allowed.keys).union(Arrows.headersOnly))
    }

    /// The program waits for signals and for the end of a run or a program; what runs beside it is the engine's affair.
    @Test func theProgramMakesQueuesOnlyToWait() throws {
        // Not on the global one: Dispatch looks after that once a second from its first use on.
        let waiting = ["Interrupts.swift", "Child.swift"]
        for file in try SourceFile.all(of: "portside") where file.text.contains("DispatchQueue(") {
            if waiting.contains(where: { file.path.hasSuffix("/\($0)") }) { continue }
            Issue.record("\(file.path) makes a queue")
        }
    }

    @Test func importLinesAreReadInEveryForm() {
        let source = """
            // import Commented
            public import FTPProtocol
            @preconcurrency import Dispatch
            internal import struct DequeModule.Deque
              import Glibc
            let text = "import Quoted"
            @testable import Interface
            """
        #expect(
            SourceFile.imports(in: source) == [
                "FTPProtocol", "Dispatch", "DequeModule", "Glibc", "Interface",
            ])
    }
}

private enum Arrows {
    /// What a target may import besides the standard library. Time, randomness and locale are arguments.
    static let allowed: [String: Set<String>] = [
        "FTPProtocol": [],
        "Transfers": ["FTPProtocol", "DequeModule"],
        "Interface": ["FTPProtocol", "Transfers", "DequeModule"],
        "Transport": ["CLinux", "COpenSSL", "CZlib", "Glibc", "Synchronization"],
        "Engine": ["FTPProtocol", "Transfers", "Transport", "Dispatch", "Synchronization"],
        "EmbeddedServer": ["FTPProtocol", "Transport", "Dispatch", "Synchronization"],
        // Foundation for the `Data` that GRDB speaks; Glibc for the lock and the private files beside the database.
        "Storage": ["FTPProtocol", "Transfers", "GRDB", "Foundation", "Glibc", "Synchronization"],
        "Terminal": ["FTPProtocol", "Interface", "CNcurses", "CLinux", "Glibc"],
        // Foundation for its XML parser: FileZilla's sites.
        "portside": [
            "Foundation", "FoundationXML",
            "FTPProtocol", "Transfers", "Interface", "Transport", "Engine", "EmbeddedServer", "Storage",
            "Terminal", "CLinux", "Glibc", "Dispatch", "Synchronization", "ArgumentParser", "TOMLKit",
        ],
    ]
    static let headersOnly: Set<String> = ["CLinux", "CNcurses", "COpenSSL", "CZlib"]
}
