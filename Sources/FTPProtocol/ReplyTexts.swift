/// The few replies whose text means something: SIZE, MDTM, 150 and the ends of listings.
///
/// 227, 229 and 522 are in `PassiveEndpoint` and `AddressFamily`, 257 in `RemotePath`, 211 in `Features`.
extension Reply {
    /// The answer to SIZE in bytes: the last number of the line (RFC 3659 §4).
    ///
    /// Nil for a negative one, which servers with 32 bits send for large files.
    public var sizeInBytes: Int64? {
        guard code.kind == .completion else { return nil }
        let text = lastLine
        guard let last = text.lastIndex(where: \.isDigit) else { return nil }
        var first = last
        while first > 0, text[first - 1].isDigit { first -= 1 }
        if first > 0, text[first - 1] == UInt8(ascii: "-") { return nil }
        return Int64(String(decoding: text[first...last], as: UTF8.self))
    }

    /// The answer to MDTM, in UTC (RFC 3659 §3). Years written as `19126` for 2026 are understood: servers
    /// of the last century put “19” before the years since 1900.
    public var modificationTime: CivilDate? {
        guard code.kind == .completion, let first = lastLine.firstIndex(where: \.isDigit) else { return nil }
        let text = lastLine[first...]
        let digits = text.prefix(while: \.isDigit)
        guard digits.count == 15, digits.starts(with: "191".utf8) else { return CivilDate(timeVal: text) }
        let since1900 = digits.dropFirst(2).prefix(3).reduce(0) { $0 * 10 + Int($1 - 0x30) }
        return CivilDate(timeVal: Array(String(1_900 + since1900).utf8) + text.dropFirst(5))
    }

    /// `150 Opening BINARY mode data connection for a.iso (1234 bytes)`: bytes, for the progress bar only.
    /// After REST some servers give the whole and some the rest.
    public var announcedSize: Int64? {
        guard code.kind == .preliminary else { return nil }
        let text = lastLine
        guard let open = text.lastIndex(of: UInt8(ascii: "(")) else { return nil }
        let digits = text[(open + 1)...].prefix(while: \.isDigit)
        guard !digits.isEmpty, text[digits.endIndex...].starts(with: " byte".utf8) else { return nil }
        return Int64(String(decoding: digits, as: UTF8.self))
    }

    /// 450 and 550 that answer the listing of a directory only to say that it is empty: ProFTPD
    /// `450 No files found`, z/OS `550 No members found`.
    public var meansEmptyDirectory: Bool {
        guard code == .fileBusy || code == .fileUnavailable else { return false }
        return says("no files found") || says("no members found") || says("no data sets found")
            || says("directory is empty") || says("empty directory")
    }

    /// A listing that ended well and yet is not all: vsftpd `226 Transfer done (but failed to open
    /// directory).`, Pure-FTPd `226 Output truncated to 10000 matches`.
    public var meansIncompleteListing: Bool {
        code.kind == .completion && (says("failed to open directory") || says("output truncated"))
    }

    private func says(_ words: String) -> Bool {
        let words = Array(words.utf8)
        return lines.contains { line in
            guard line.count >= words.count else { return false }
            return (0...line.count - words.count).contains { start in
                line[start..<start + words.count].elementsEqual(words) {
                    $0 == $1 || ($0.isLetter && $0 | 0x20 == $1)
                }
            }
        }
    }
}
