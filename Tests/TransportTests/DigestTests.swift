import TestSupport
import Testing
import Transport

@Suite struct DigestTests {
    /// FIPS 180-4, RFC 1321 and the check value of CRC 32.
    @Test(arguments: [
        (Digest.Algorithm.sha1, "a9993e364706816aba3e25717850c26c9cd0d89d"),
        (.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (.md5, "900150983cd24fb0d6963f7d28e17f72"), (.crc32, "352441c2"),
    ])
    func knownSumsOfABC(_ algorithm: Digest.Algorithm, _ expected: String) throws {
        let directory = try TemporaryDirectory()
        try directory.write(Array("abc".utf8), to: "abc")
        let file = try LocalFile.openForReading(Array(directory.path(of: "abc").utf8))
        let sum = try #require(try file.lent.digest(algorithm, cancellation: nil))
        #expect(sum.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() == expected)
    }

    @Test func sha512OfNothing() {
        guard var digest = Digest(.sha512) else {
            Issue.record("no SHA-512")
            return
        }
        #expect(digest.finish().prefix(4) == [0xCF, 0x83, 0xE1, 0x35])
    }

    @Test func aSumThatIsCancelledEnds() throws {
        let directory = try TemporaryDirectory()
        try directory.write([1], to: "a")
        let file = try LocalFile.openForReading(Array(directory.path(of: "a").utf8))
        let cancellation = Cancellation()
        cancellation.cancel()
        #expect(throws: TransportError.cancelled) { try file.lent.digest(.crc32, cancellation: cancellation) }
    }
}
