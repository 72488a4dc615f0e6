import FTPProtocol
import Transport

/// Lines in forms that few servers use.
enum OtherListing {
    /// Easily Parsed LIST Format: `+i2049.131,m825718503,r,s280,␉djb.html`.
    static func eplf(_ name: [UInt8], _ status: FileStatus) -> [UInt8] {
        let kind = status.kind == .directory ? "/" : "r,s\(status.size)"
        return Array("+i1.\(status.inode),m\(status.modified),\(kind),\t".utf8) + name
    }

    /// Unix with the month as a number: `-rw-r--r-- 1 0 0 280 2026-11-20 17:31 notes.txt`.
    static func numeric(_ name: [UInt8], _ status: FileStatus, offset: Int64) -> [UInt8] {
        let date = CivilDate(secondsSince1970: status.modified + offset)
        let day = "\(date.year ?? 1970)-\(twoDigits(date.month))-\(twoDigits(date.day))"
        let time = "\(twoDigits(date.hour ?? 0)):\(twoDigits(date.minute ?? 0))"
        let kind = status.kind == .directory ? "drwxr-xr-x" : "-rw-r--r--"
        return Array("\(kind) 1 0 0 \(right(status.size, 12)) \(day) \(time) ".utf8) + name
    }
}
