internal import FTPProtocol
internal import Transfers

/// A server whose certificate nobody vouches for: nothing has been sent to it, and nothing is until the user decides.
extension Model {
    mutating func certificateDoubted(_ site: Site, _ doubt: CertificateDoubt) {
        let isOpen = dialogs.contains {
            if case .certificate(let form) = $0 { form.doubt == doubt } else { false }
        }
        if !isOpen { dialogs.append(.certificate(CertificateForm(site: site, doubt: doubt))) }
    }

    mutating func certificateTakes(_ key: Key, _ form: CertificateForm) -> [Effect] {
        var form = form
        let all = CertificateForm.Choice.allCases
        switch key {
        case .enter: return decide(form)
        case _ where form.hasChanged: _ = form.word.handle(key)
        case .left, .backTab: form.choice = all[max(0, form.choice.rawValue - 1)]
        case .right, .tab: form.choice = all[min(all.count - 1, form.choice.rawValue + 1)]
        default: return []
        }
        return replace(.certificate(form))
    }

    private mutating func decide(_ form: CertificateForm) -> [Effect] {
        var choice = form.choice
        // A changed certificate takes a whole word, so that no single key lets somebody in between.
        if form.hasChanged {
            choice = form.word.text == CertificateForm.wordForReplacing ? .forever : .disconnect
        }
        dialogs.removeLast()
        guard choice != .disconnect else { return [] }
        return [.request(.remote(.trust(form.doubt, forever: choice == .forever)))]
            + connect(form.site, nil, directoryAfterLogin)
    }
}
