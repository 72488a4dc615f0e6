import FTPProtocol
import Testing

struct DataMethodLadderTests {
    private let withEPSV = Features(reply: Reply(code: .systemStatus, lines: lines("-", " EPSV", "End")))
    private let withoutEPSV = Features(reply: Reply(code: .systemStatus, lines: lines("-", " SIZE", "End")))

    @Test func beginsWithEPSVWhereItIsListedOrNothingIsKnown() {
        for features in [withEPSV, Features()] {
            let ladder = DataMethodLadder(mode: .auto, family: .ipv4, features: features)
            #expect(ladder.methods == [.epsv, .pasv, .port, .eprt])
        }
    }

    @Test func beginsWithPASVWhereEPSVIsKnownToBeMissing() {
        let ladder = DataMethodLadder(mode: .auto, family: .ipv4, features: withoutEPSV)
        #expect(ladder.methods == [.pasv, .epsv, .port, .eprt])
    }

    @Test func beginsWithEPSVOverTLSWhateverIsListed() {
        let ladder = DataMethodLadder(mode: .passive, family: .ipv4, isEncrypted: true, features: withoutEPSV)
        #expect(ladder.methods == [.epsv, .pasv])
    }

    @Test func neverSendsPORTOverIPv6() {
        #expect(DataMethodLadder(mode: .auto, family: .ipv6).methods == [.epsv, .pasv, .eprt])
        #expect(DataMethodLadder(mode: .active, family: .ipv6).methods == [.eprt])
    }

    @Test(arguments: [DataMode.passive, .active], AddressFamily.allCases)
    func aWishedModeStaysWithinItsOwn(_ mode: DataMode, _ family: AddressFamily) {
        let methods = DataMethodLadder(mode: mode, family: family).methods
        #expect(!methods.isEmpty)
        #expect(methods.allSatisfy { $0.mode == mode })
    }

    @Test func doesNotOfferAnAddressNobodyCanReachOrRewrite() {
        let ladder = DataMethodLadder(mode: .auto, family: .ipv4, isEncrypted: true, isReachable: false)
        #expect(ladder.methods == [.epsv, .pasv])
        let plain = DataMethodLadder(mode: .auto, family: .ipv4, isReachable: false)
        #expect(plain.methods.contains(.port))
    }

    @Test func whatWasRefusedIsOutForTheSession() {
        var ladder = DataMethodLadder(mode: .auto, family: .ipv4)
        ladder.noteRefusal(of: .epsv, Reply(.commandNotImplemented, "No"))
        #expect(ladder.methods == [.pasv, .port, .eprt])
        ladder.mode = .passive
        #expect(ladder.methods == [.pasv])
        ladder.noteRefusal(of: .pasv, Reply(.commandUnrecognized, "No"))
        #expect(ladder.methods.isEmpty)
        ladder.mode = .active
        #expect(ladder.methods == [.port, .eprt])
    }

    @Test func whatFailedIsTriedLast() {
        var ladder = DataMethodLadder(mode: .auto, family: .ipv4)
        ladder.noteFailure(of: .epsv)
        #expect(ladder.methods == [.pasv, .port, .eprt, .epsv])
        ladder.noteRefusal(of: .pasv, Reply(.cannotOpenDataConnection, "Later"))
        #expect(ladder.methods == [.port, .eprt, .epsv, .pasv])
    }

    @Test func whatWorkedIsTriedFirst() {
        var ladder = DataMethodLadder(mode: .auto, family: .ipv4)
        ladder.noteFailure(of: .epsv)
        ladder.noteSuccess(of: .port)
        #expect(ladder.methods == [.port, .pasv, .eprt, .epsv])
        ladder.noteFailure(of: .port)
        #expect(ladder.methods == [.pasv, .eprt, .epsv, .port])
    }

    @Test func aNewWishGivesTheFailedAnotherTry() {
        var ladder = DataMethodLadder(mode: .auto, family: .ipv4)
        ladder.noteFailure(of: .epsv)
        ladder.mode = .passive
        #expect(ladder.methods == [.epsv, .pasv])
    }

    @Test func aLostLoginStrikesNothingOut() {
        var ladder = DataMethodLadder(mode: .passive, family: .ipv4)
        ladder.noteRefusal(of: .epsv, Reply(.notLoggedIn, "Log in first"))
        #expect(ladder.methods == [.epsv, .pasv])
    }

    @Test func obeysWhatTheFeaturesLearned() {
        var ladder = DataMethodLadder(mode: .passive, family: .ipv4)
        ladder.features.disable("EPSV")
        #expect(ladder.methods == [.pasv])
    }

    @Test func theSiteMayPutEPSVFirstOrLeaveItOut() {
        let withoutEPSV = Features(reply: Reply(code: .systemStatus, lines: lines("-", " MDTM", "End")))
        let on = DataMethodLadder(
            mode: .passive, family: .ipv4, features: withoutEPSV, wantsExtendedPassive: true)
        #expect(on.methods == [.epsv, .pasv])
        let off = DataMethodLadder(mode: .auto, family: .ipv6, wantsExtendedPassive: false)
        #expect(off.methods == [.pasv, .eprt])
    }

    @Test func whatWorkedInAnEarlierSessionIsTriedFirst() {
        var ladder = DataMethodLadder(mode: .auto, family: .ipv4, proven: .port)
        #expect(ladder.methods == [.port, .epsv, .pasv, .eprt])
        #expect(ladder.usual == .epsv)
        ladder.noteFailure(of: .port)
        #expect(ladder.methods == [.epsv, .pasv, .eprt, .port])
    }

    @Test func whatIsSwallowedIsNotTriedAgain() {
        var ladder = DataMethodLadder(mode: .passive, family: .ipv4)
        ladder.noteSilence(of: .epsv)
        #expect(ladder.methods == [.pasv])
    }
}

private func lines(_ lines: String...) -> [[UInt8]] {
    lines.map { Array($0.utf8) }
}
