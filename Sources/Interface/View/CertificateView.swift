internal import FTPProtocol
internal import Transfers

/// What is known of a certificate, and what to do about it.
func certificateBox(_ form: CertificateForm, _ model: Model, _ width: Int) -> DialogBox {
    let doubt = form.doubt
    let now = model.now / 1_000_000_000
    var box = DialogBox(
        title: form.hasChanged ? "THE CERTIFICATE HAS CHANGED" : "This certificate cannot be verified")
    let blank = DialogBox.Line.text([])
    func fact(_ label: String, _ text: String) {
        let lines = wrapped(visible(text), to: max(10, width - 12))
        for (index, line) in lines.enumerated() {
            let name = index == 0 ? rightAligned(label, to: 10) : String(repeating: " ", count: 10)
            box.lines.append(.text([Piece(name + "  ", .dialogFaint), Piece(line, .dialog)]))
        }
    }
    func fingerprint(_ label: String, _ digits: String) {
        let bytes = stride(from: 0, to: digits.count, by: 2).map { String(digits.dropFirst($0).prefix(2)) }
        fact(label, bytes.prefix(16).joined(separator: ":"))
        fact("", bytes.dropFirst(16).joined(separator: ":"))
    }
    let text =
        form.hasChanged
        ? "\(visible(doubt.host)) does not show the certificate that you trusted: somebody may be in between."
        : "\(visible(doubt.host)): \(doubt.problems(now: now).joined(separator: ", "))."
    box.lines =
        [blank] + DialogBox.lines(text, form.hasChanged ? .fieldError : .dialog, width: width) + [blank]
    let name = doubt.names.first ?? doubt.subject
    fact("name", "\(name) (\(doubt.matchesHost ? "matches the host" : "NOT this host"))")
    fact("signed by", doubt.isSelfSigned ? "itself" : doubt.issuer)
    fact("valid", "\(dayText(doubt.notBefore)) – \(dayText(doubt.notAfter))")
    fingerprint("SHA-256", doubt.fingerprint)
    if let pinned = doubt.pinned {
        fingerprint("before", pinned)
    } else {
        fact("before", "nothing is pinned for this server")
    }
    box.lines.append(blank)
    box.lines += DialogBox.lines(
        "Compare the SHA-256 with the one that the server's owner gives you. Nothing has been sent yet: no user "
            + "name, no password.", .dialogFaint, width: width)
    box.lines.append(blank)
    box.isDangerous = true
    if form.hasChanged {
        box.lines.append(.field(label: "", form.word, isFocused: true))
        box.footer =
            "Enter disconnects; to trust the new one instead, type “\(CertificateForm.wordForReplacing)” first"
    } else {
        box.buttons = ["Disconnect", "Trust once", "Trust and pin"]
        box.chosen = form.choice.rawValue
    }
    return box
}
