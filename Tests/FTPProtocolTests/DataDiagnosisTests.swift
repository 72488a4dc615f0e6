import FTPProtocol
import Testing

@Suite struct DataDiagnosisTests {
    private func sentence(_ mode: DataMode, _ attempts: [DataDiagnosis.Attempt]) -> String {
        DataDiagnosis(attempts: attempts, server: "192.0.2.1", listeningPorts: 32768...60999, mode: mode)
            .sentence
    }

    @Test func blockedInBothDirectionsSaysWhatToAllow() {
        let text = sentence(
            .auto,
            [
                .init(.epsv, "192.0.2.1:51834", .unanswered), .init(.pasv, "192.0.2.1:51840", .closed),
                .init(.port, "10.0.0.2:40100", .neverCalled), .init(.eprt, "", .refused("500 no")),
            ])
        #expect(
            text == "no data connection: EPSV to 192.0.2.1:51834 got no answer, "
                + "PASV to 192.0.2.1:51840 found the port closed, PORT at 10.0.0.2:40100 was never called by the server, "
                + "EPRT was refused (“500 no”); a firewall or router must allow outgoing TCP to 192.0.2.1, "
                + "ports 1024-65535 (or the server's passive range), or incoming TCP from 192.0.2.1 to ports "
                + "32768-60999 (a narrower range can be set); behind a router its outer address has to be set"
        )
    }

    @Test func inAFixedModeTheOtherOneIsWhatToTry() {
        #expect(
            sentence(.passive, [.init(.epsv, "192.0.2.1:5", .unanswered)]).hasSuffix("or use active mode"))
        let active = sentence(.active, [.init(.port, "10.0.0.2:5", .neverCalled)])
        #expect(active.hasSuffix("or use passive mode") && !active.contains("outgoing"))
    }

    @Test func refusalsAloneBlameNoFirewall() {
        let text = sentence(.auto, [.init(.epsv, "", .refused("500 no")), .init(.port, "", .swallowed)])
        #expect(!text.contains("firewall") && text.contains("got no answer at all"))
    }
}
