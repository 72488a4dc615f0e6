import FTPProtocol
import Transport

/// How a directory is listed.
public enum ListingMethod: Sendable {
    /// MLSD or LIST, on a data connection.
    case dataConnection
    /// STAT, on the control connection: where no data connection can be made.
    case status
}

extension Session {
    /// Lists the directory the server stands in without a data connection.
    ///
    /// `STAT -l` is what glFTPd knows, and Unix servers take it as LIST; to the others it is a name, so `STAT .` is
    /// asked next. Blocks until the whole listing is here: it is one reply.
    func listByStatus(_ found: ([ListingEntry]) -> Void) throws(Failure) -> ListingEnd {
        var last: Failure?
        for argument in ["-l", "."] {
            let command = Command("STAT", argument)
            let reply = try ask(command)
            let now = CivilDate(secondsSince1970: wallClockNanoseconds() / 1_000_000_000)
            guard let listing = reply.statusListing(now: now, server: systemText) else {
                let isRefused = reply.code.kind != .completion
                last =
                    isRefused
                    ? Failure(.refused(command, reply))
                    : Failure(.permissionRefused, "STAT: the server tells its state instead of a listing")
                continue
            }
            found(listing.entries)
            return ListingEnd(
                command: "STAT", isIncomplete: listing.unparsedLineCount > 0 || listing.droppedEntryCount > 0,
                entryCount: listing.entries.count)
        }
        throw last ?? Failure(.permissionRefused, "STAT: nothing was answered")
    }
}
