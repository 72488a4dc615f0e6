import Engine
import Glibc

/// The lines of a file that a command line names, read as they are wanted: the file may be larger than memory. `-` is
/// standard input. Blocks as its file does.
struct LineReader: ~Copyable {
    private let descriptor: Int32
    private let name: String
    private var buffer: [UInt8] = []
    /// Where the next line begins.
    private var start = 0
    private var isAtEnd = false
    /// Lines read so far.
    private(set) var number = 0

    /// The longest names, as numbers, are less.
    private static let longestLine = 1 << 20
    private static let pieceSize = 64 << 10

    init(_ path: String) throws {
        name = path == "-" ? "standard input" : path
        descriptor = path == "-" ? 0 : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.failure(name, String(cString: strerror(errno))) }
    }

    deinit {
        if descriptor > 0 { close(descriptor) }
    }

    /// Without its line end; nil after the last.
    mutating func next() throws -> ArraySlice<UInt8>? {
        var searched = start
        while true {
            if let end = buffer[searched...].firstIndex(of: 0x0A) {
                defer { start = end + 1 }
                number += 1
                return buffer[start..<end]
            }
            guard buffer.count - start <= Self.longestLine else {
                throw Self.failure(name, "line \(number + 1) is longer than \(Self.longestLine >> 20) MiB")
            }
            buffer.removeSubrange(..<start)
            (start, searched) = (0, buffer.count)
            guard try readFurther() else { break }
        }
        guard start < buffer.count else { return nil }
        defer { start = buffer.count }
        number += 1
        return buffer[start...]
    }

    /// The first bytes of what was not read yet, which stay.
    mutating func begin(_ count: Int) throws -> ArraySlice<UInt8> {
        while buffer.count - start < count, try readFurther() {}
        return buffer[start...].prefix(count)
    }

    /// All that was not read yet.
    mutating func rest(limit: Int) throws -> [UInt8] {
        while buffer.count - start <= limit, try readFurther() {}
        guard buffer.count - start <= limit else {
            throw Self.failure(name, "is larger than \(limit >> 20) MiB")
        }
        defer { start = buffer.count }
        return Array(buffer[start...])
    }

    /// - Returns: false at the end.
    private mutating func readFurther() throws -> Bool {
        guard !isAtEnd else { return false }
        var piece = [UInt8](repeating: 0, count: Self.pieceSize)
        var count = -1
        repeat { count = read(descriptor, &piece, piece.count) } while count < 0 && errno == EINTR
        guard count >= 0 else { throw Self.failure(name, String(cString: strerror(errno))) }
        isAtEnd = count == 0
        buffer += piece.prefix(count)
        return !isAtEnd
    }

    private static func failure(_ name: String, _ what: String) -> Failure {
        Failure(.noSuchSource, "\(FileProblem(file: name, line: nil, what: what))")
    }
}
