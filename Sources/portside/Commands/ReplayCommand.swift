import ArgumentParser
import EmbeddedServer
import Engine
import FTPProtocol
import Glibc
import Storage
import Transport

/// `portside replay FILE`: a server that says what another said when it was recorded.
struct ReplayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Serve a recorded dialogue, so that a fault seen once can be seen again.",
        discussion: """
            FILE is what --record wrote. Each control connection gets the replies of one that was recorded, in their \
            order. Data was not recorded: listings are empty, files are zeros, uploads are thrown away.
            """)

    @Argument(help: "What --record wrote.") var file: String
    @Option(help: "The control port; 0 takes any that is free.") var port: UInt16 = 2121

    mutating func run() throws {
        guard let text = try UserFiles.readText(file) else {
            throw Failure(.noSuchSource, "\(visible(file)): no such file; it should be what --record wrote")
        }
        let dialogues = try read(text)
        let server = ReplayServer(dialogues)
        let taken: UInt16
        do throws(TransportError) { taken = try server.start(port: port) } catch {
            throw Failure(error, attempt: "cannot listen at port \(port)")
        }
        StandardOutput.write(
            "replaying \(visible(file)), \(dialogues.count) connections, at ftp://127.0.0.1:\(taken)/ — ^C ends it\n"
        )
        StandardOutput.flush()
        let arrived = waitForSignal()
        server.stop()
        if arrived != SIGINT { throw ExitStatus.Silent(code: 128 + arrived) }
    }

    private struct RecordedLine: Decodable {
        var connection: String
        var direction: String
        var line: String
        /// The bytes of the line, where `line` alone would lose some.
        var lineInBase64: String?

        enum CodingKeys: String, CodingKey {
            case connection, direction, line
            case lineInBase64 = "line_base64"
        }

        /// Without the line end, which what was written by hand may have; nil for what is no base64.
        var bytes: [UInt8]? {
            guard var bytes = lineInBase64.map({ portside.bytes(base64: $0) }) ?? Array(line.utf8) else {
                return nil
            }
            while let last = bytes.last, last == 0x0D || last == 0x0A { bytes.removeLast() }
            // A line is a line.
            return bytes.contains(0x0A) ? nil : bytes
        }
    }

    /// The dialogues in the order in which their connections began.
    private func read(_ text: String) throws -> [RecordedDialogue] {
        var order: [String] = []
        var lines: [String: [RecordedDialogue.Line]] = [:]
        for (index, row) in text.split(separator: "\n").enumerated() {
            guard let recorded = JSON.decode(RecordedLine.self, String(row)), let bytes = recorded.bytes
            else {
                throw Usage("\(visible(file)), line \(index + 1): that is no line of a --record file")
            }
            if lines[recorded.connection] == nil { order.append(recorded.connection) }
            switch recorded.direction {
            case "sent": lines[recorded.connection, default: []].append(.sent(bytes))
            case "received": lines[recorded.connection, default: []].append(.received(bytes))
            default: lines[recorded.connection, default: []] += []
            }
        }
        let dialogues = order.compactMap { name in
            lines[name].flatMap { $0.isEmpty ? nil : RecordedDialogue($0) }
        }
        guard !dialogues.isEmpty else { throw Usage("\(visible(file)): there is no dialogue in it") }
        return dialogues
    }
}
