/// A listing on the control connection: what STAT answers to a path (RFC 959 §4.1.3).
///
/// ```
/// 213-Status follows:
/// -rw-r--r--    1 0        0        74450948 Jan 17 18:16 GIJO.MPG
/// 213 End of status
/// ```
///
/// The code is 211, 212 or 213, with FileZilla Server 221; lines may carry it or not. A name that
/// begins with the code and a blank would end the reply: that cannot be told from its end.
extension Reply {
    /// The entries; nil when this is something else, such as the state of the server, which IIS answers
    /// whatever it was asked.
    ///
    /// - Parameters: as for `ListingParser`.
    public func statusListing(now: CivilDate?, server: [UInt8]?) -> ListingParser.Outcome? {
        guard code.kind == .completion else { return nil }
        var parser = ListingParser(now: now, isMachineListing: false, server: server)
        for (index, line) in lines.enumerated() {
            let isFrame = index == 0 || index == lines.count - 1
            if isFrame, !Self.isEntry(line, server) { continue }
            parser.append(line)
            parser.append(CollectionOfOne(0x0A))
        }
        let outcome = parser.finish()
        let isEmptyListing = lines.count > 1 && outcome.unparsedLineCount == 0
        return outcome.entries.isEmpty && !isEmptyListing ? nil : outcome
    }

    private static func isEntry(_ line: [UInt8], _ server: [UInt8]?) -> Bool {
        var parser = ListingParser(now: nil, isMachineListing: false, server: server)
        parser.append(line)
        return !parser.finish().entries.isEmpty
    }
}
