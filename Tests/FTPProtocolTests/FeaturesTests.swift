import FTPProtocol
import Testing

struct FeaturesTests {
    @Test func readsTheListOfIIS() {
        let features = parse(
            211, "Extended features supported:", " LANG EN*", " UTF8", " AUTH TLS;TLS-C;SSL;TLS-P;", " PBSZ",
            " PROT C;P;", " CCC", " HOST", " SIZE", " MDTM", " REST STREAM", "END")
        #expect(features.isKnown)
        #expect(features.supportsUTF8 && features.supportsSize && features.supportsModificationTime)
        #expect(features.supportsRestart && features.supportsTLS && features.supportsHost)
        #expect(!features.supportsMachineListings && !features.supportsExtendedPassive)
        #expect(features.choices("AUTH") == ["TLS", "TLS-C", "SSL", "TLS-P"])
        #expect(features.parameters("lang") == "EN*")
        #expect(features.mayTry("EPSV"))
    }

    @Test(arguments: [
        ["Features:", "211-UTF8", "211-SIZE", "211-MLST type*;size*;", "End"],
        ["Features:", "UTF8", "SIZE", "MLST type*;size*;", "End"],
        ["Features:", "   UTF8", "\tSIZE", " MLST  type*;size*;", "End"],
        ["Features:", " utf8", " size.", " mlst type*,size*,", "End"],
        ["Features:", " UTF8 ON", " AUTH TLS SIZE", " MLST type*;size*;", "End"],
        ["Features:", " UTF8;SIZE;MLST", "End"],
        ["Features: UTF8 SIZE MLST"],
    ])
    func readsEverySpellingServersUse(_ lines: [String]) {
        let features = Features(reply: Reply(code: .systemStatus, lines: lines.map { Array($0.utf8) }))
        #expect(features.supportsUTF8)
        #expect(features.supportsSize)
        #expect(features.supportsMachineListings)
        #expect(!features.has("END") && !features.has("FEATURES:"))
    }

    @Test(arguments: [200, 202, 211, 214, 221] as [UInt16])
    func anyCodeOfSuccessWillDo(_ code: UInt16) {
        #expect(parse(code, "Features:", " SIZE", "End").supportsSize)
    }

    @Test(arguments: [500, 502, 530, 421, 350] as [UInt16])
    func aRefusalLeavesTheFeaturesUnknown(_ code: UInt16) {
        let features = parse(code, "Features:", " SIZE", "End")
        #expect(!features.isKnown)
        #expect(!features.has("SIZE"))
        #expect(features.mayTry("SIZE"))
    }

    @Test func noFeaturesAreKnownToBeNone() {
        for features in [parse(211, "No features"), parse(211, "Features:", "End"), parse(211, "")] {
            #expect(features.isKnown)
            #expect(!features.has("NO") && !features.has("FEATURES") && !features.has("END"))
        }
    }

    @Test func eitherLabelStandsForMachineListings() {
        #expect(parse(211, "-", " MLSD", "End").supportsMachineListings)
        #expect(parse(211, "-", " MLST size*;", "End").supportsMachineListings)
    }

    @Test(arguments: [("REST STREAM", true), ("REST", true), ("REST SOMETHING", false)])
    func restartIsForStreams(_ line: String, _ isSupported: Bool) {
        #expect(parse(211, "-", line, "End").supportsRestart == isSupported)
    }

    @Test func whatWasRefusedStaysOffAndTheRestOn() {
        var features = parse(211, "-", " MLST size*;", " MLSD", " EPSV", " SIZE", "End")
        features.disable("mlsd")
        features.disable("EPRT")
        #expect(!features.supportsMachineListings)
        #expect(!features.mayTry("EPRT"))
        #expect(features.supportsSize && features.supportsExtendedPassive)
    }

    @Test func turnsOnOnlyTheFactsWeShow() {
        let features = parse(
            211, "-", " MLST type*;size*;modify*;perm*;UNIX.mode;UNIX.uid;media-type;", "End")
        #expect(
            features.machineListingOptions?.argument
                == Array("MLST type;size;modify;perm;UNIX.mode;".utf8))
        #expect(features.facts.count == 7)
    }

    /// drftpd.
    @Test func factsMayBePartedByCommas() {
        let features = parse(211, "-", " MLST type*,size*,modify,UNIX.mode,x.crc32", "End")
        #expect(features.facts.count == 5)
        #expect(features.machineListingOptions?.argument == Array("MLST type;size;modify;UNIX.mode;".utf8))
    }

    @Test func sendsNoOptionsWhereAllWeShowIsOn() {
        #expect(
            parse(211, "-", " MLST type*;size*;modify*;perm*;media-type;", "End").machineListingOptions == nil
        )
        #expect(Features().machineListingOptions == nil)
    }

    @Test func joinsALabelListedTwice() {
        let features = parse(211, "-", " SITE CHMOD", " SITE UTIME", "End")
        #expect(features.choices("SITE") == ["CHMOD", "UTIME"])
    }

    @Test func survivesBytesThatAreNoText() {
        let features = Features(
            reply: Reply(
                code: .systemStatus, lines: [[], [0xFF, 0xFE], [0x20], [0x53, 0x49, 0x5A, 0x45], []]))
        #expect(features.supportsSize)
    }

    @Test func keepsNoMoreThanTheBound() {
        let lines = (0..<5_000).map { " X\($0)" }
        let features = Features(
            reply: Reply(code: .systemStatus, lines: (["-"] + lines + ["End"]).map { Array($0.utf8) }))
        #expect(features.has("X\(Features.most - 1)"))
        #expect(!features.has("X\(Features.most)"))
    }

    private func parse(_ code: UInt16, _ lines: String...) -> Features {
        Features(reply: Reply(code: ReplyCode(rawValue: code), lines: lines.map { Array($0.utf8) }))
    }
}
