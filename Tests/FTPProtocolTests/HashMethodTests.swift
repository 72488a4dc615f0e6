import FTPProtocol
import Testing

@Suite struct HashMethodTests {
    private func features(_ lines: String...) -> Features {
        Features(
            reply: Reply(
                code: .systemStatus,
                lines: (["Features:"] + lines.map { " " + $0 } + ["End"]).map { Array($0.utf8) }))
    }

    @Test func theStrongestThatIsOfferedComesFirst() {
        #expect(
            features("XCRC filename;start;end", "MD5", "HASH SHA-256*;SHA-1;MD5;CRC32", "XSHA512").hashMethods
                .map(\.key)
                == ["XSHA512", "HASH SHA-256", "HASH SHA-1", "HASH MD5", "MD5", "HASH CRC32", "XCRC"])
        #expect(features("SIZE", "MDTM").hashMethods.isEmpty)
        #expect(Features().hashMethods.isEmpty)
    }

    @Test func whatIsRefusedIsLeftOut() {
        var features = features("HASH SHA-256;SHA-1*", "XSHA256")
        features.disable("HASH SHA-256")
        #expect(features.hashMethods.map(\.key) == ["XSHA256", "HASH SHA-1"])
    }

    static let md5 = "d41d8cd98f00b204e9800998ecf8427e"
    static let sha1 = "da39a3ee5e6b4b0d3255bfef95601890afd80709"

    static let replies: [(HashAlgorithm, String, Int, String, String?)] = [
        (.sha1, "HASH", 213, "SHA-1 0-1234 \(sha1) /pub/\(md5)", sha1),
        (.sha1, "HASH", 213, "SHA-1 \(sha1.uppercased())", sha1),
        (.md5, "HASH", 213, "MD5 0-0 \(md5) cafe", md5), (.md5, "XMD5", 250, "\(md5)", md5),
        (.md5, "MD5", 251, "\"a b\" \(md5.uppercased())", md5), (.md5, "MD5", 251, "\(md5) \(md5)", md5),
        (.crc32, "XCRC", 250, "XCRC 1A", "0000001a"), (.crc32, "XCRC", 220, "DEADBEEF", "deadbeef"),
        (.md5, "XMD5", 250, "done", nil), (.md5, "XMD5", 550, md5, nil), (.sha1, "XSHA1", 250, md5, nil),
        (.crc32, "XCRC", 213, "123456789abc", nil),
    ]

    @Test(arguments: replies)
    func theValueIsReadFromEveryForm(
        _ algorithm: HashAlgorithm, _ verb: String, _ code: Int, _ text: String, _ value: String?
    ) {
        let method = HashMethod(
            algorithm: algorithm,
            form: verb == "HASH" ? .hash(name: algorithm.rawValue, isChosen: true) : .verb(verb))
        let reply = Reply(code: ReplyCode(rawValue: UInt16(code)), lines: [Array(text.utf8)])
        #expect(method.value(reply) == value)
    }

    @Test func aNameWithBlanksIsQuotedWhereThereMayBeMoreArguments() {
        func sent(_ form: HashMethod.Form) -> Command {
            HashMethod(algorithm: .md5, form: form).command(RemotePath("a b"))
        }
        #expect(sent(.verb("XMD5")) == Command("XMD5", "\"a b\""))
        #expect(sent(.verb("MD5")) == Command("MD5", "a b"))
        #expect(sent(.hash(name: "MD5", isChosen: true)) == Command("HASH", "a b"))
    }
}
