import Testing
import Transfers

@testable import Interface

/// The question about a certificate that is not trusted by itself.
@Suite struct CertificateTests {
    private let site = Site(host: "example.org")

    private func doubt(pinned: String? = nil) -> CertificateDoubt {
        CertificateDoubt(
            host: "example.org", port: 21, subject: "CN=example.org", issuer: "CN=example.org",
            names: ["example.org"], notBefore: 0, notAfter: 4_000_000_000,
            fingerprint: String(repeating: "9F", count: 32), isSelfSigned: true, matchesHost: true,
            isInTime: true,
            chainProblem: "self-signed certificate", pinned: pinned)
    }

    private func asked(_ doubt: CertificateDoubt) -> Model {
        var model = sampleModel()
        _ = update(&model, .engine(.certificateDoubted(site, doubt)))
        return model
    }

    @Test func enterDisconnects() {
        var model = asked(doubt())
        #expect(handle(.enter, &model).isEmpty)
        #expect(model.dialogs.isEmpty)
    }

    @Test func trustIsChosenOnPurpose() {
        for (steps, forever) in [(1, false), (2, true)] {
            var model = asked(doubt())
            for _ in 0..<steps { _ = handle(.right, &model) }
            let effects = handle(.enter, &model)
            #expect(effects.count == 2)
            guard case .request(.remote(.trust(doubt(), forever: forever)))? = effects.first else {
                Issue.record("\(effects)")
                continue
            }
        }
    }

    @Test func aChangedCertificateTakesAWholeWord() {
        let changed = doubt(pinned: String(repeating: "11", count: 32))
        var model = asked(changed)
        _ = handle(.right, &model)
        #expect(handle(.enter, &model).isEmpty)
        model = asked(changed)
        for scalar in "replace".unicodeScalars { _ = handle(.character(scalar), &model) }
        #expect(handle(.enter, &model).count == 2)
    }

    @Test func bothFingerprintsAreShown() {
        let model = asked(doubt(pinned: String(repeating: "11", count: 32)))
        let text = view(model, size: Size(columns: 100, rows: 36)).text.joined(separator: "\n")
        #expect(text.contains("THE CERTIFICATE HAS CHANGED"))
        #expect(text.contains("9F:9F:9F"))
        #expect(text.contains("11:11:11"))
    }
}
