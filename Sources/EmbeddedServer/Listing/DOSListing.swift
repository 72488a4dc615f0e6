import FTPProtocol
import Transport

/// Lines as IIS writes them, in MS-DOS style:
///
///     11-20-26  05:31PM       <DIR>          many
///     11-20-26  05:31PM                 2048 notes.txt
struct DOSListing {
    let hasFourDigitYears: Bool
    let offset: Int64  // local time − UTC, seconds

    func line(_ name: [UInt8], _ status: FileStatus, isDirectory: Bool) -> [UInt8] {
        let date = CivilDate(secondsSince1970: status.modified + offset)
        let year = date.year ?? 1970
        let shownYear = hasFourDigitYears ? "\(year)" : twoDigits(UInt8(((year % 100) + 100) % 100))
        let hour = date.hour ?? 0
        let half = hour < 12 ? "AM" : "PM"
        let shownHour = twoDigits(hour % 12 == 0 ? 12 : hour % 12)
        let text =
            "\(twoDigits(date.month))-\(twoDigits(date.day))-\(shownYear)  "
            + "\(shownHour):\(twoDigits(date.minute ?? 0))\(half) "
            + (isDirectory ? "      <DIR>          " : "\(right(status.size, 20)) ")
        return Array(text.utf8) + name
    }
}
