import FTPProtocol
import Transport

/// Lines as `ls -l` writes them:
///
///     -rw-r--r--    1 1000     1000         2048 Nov 20 17:31 notes.txt
///     lrwxrwxrwx    1 1000     1000            9 Nov 20 17:31 latest -> notes.txt
struct UnixListing {
    /// Seconds since 1970 on the clock that the listing shows.
    let now: Int64
    let offset: Int64  // local time − UTC, seconds

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    func line(_ name: [UInt8], _ status: FileStatus, target: [UInt8]?) -> [UInt8] {
        let links = status.kind == .directory ? 2 : 1
        let text =
            "\(Self.kind(status.kind))\(Self.permissions(status.mode)) \(right(links, 4)) "
            + "\(left(status.owner, 8)) \(left(status.group, 8)) \(right(status.size, 12)) \(date(status.modified)) "
        return Array(text.utf8) + name + (target.map { Array(" -> ".utf8) + $0 } ?? [])
    }

    private static func kind(_ kind: FileStatus.Kind) -> String {
        switch kind {
        case .file, .other: "-"
        case .directory: "d"
        case .link: "l"
        }
    }

    private static func permissions(_ mode: UInt32) -> String {
        let letters: [Character] = ["r", "w", "x"]
        return String(
            (0..<9).map { bit in mode & (0o400 >> UInt32(bit)) != 0 ? letters[bit % 3] : "-" })
    }

    /// The time of day within half a year, the year else: as `ls` and vsftpd have it.
    private func date(_ seconds: Int64) -> String {
        let date = CivilDate(secondsSince1970: seconds + offset)
        let month = Self.months[Int(date.month) - 1]
        let isRecent = seconds <= now + 3_600 && seconds > now - 182 * 86_400
        let end =
            isRecent
            ? "\(twoDigits(date.hour ?? 0)):\(twoDigits(date.minute ?? 0))" : right(date.year ?? 0, 5)
        return "\(month) \(twoDigits(date.day)) \(end)"
    }
}

func right(_ number: some BinaryInteger, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: " ", count: max(0, width - digits.count)) + digits
}

func left(_ number: some BinaryInteger, _ width: Int) -> String {
    let digits = String(number)
    return digits + String(repeating: " ", count: max(0, width - digits.count))
}

func twoDigits(_ number: UInt8) -> String { number < 10 ? "0\(number)" : "\(number)" }
