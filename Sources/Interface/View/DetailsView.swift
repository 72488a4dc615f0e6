internal import FTPProtocol
internal import Transfers

/// One row of the queue with everything there is to know about it: F3 or Enter.
///
/// ```
///    from  ftp://alice@archive.example.org:21/pub/a.iso
///      to  ~/mirror/a.iso
///    done  42.1 MB of 511 MB
///   error  RETR /pub/a.iso: the server answered “550 No such file”
/// ```
func detailsBox(_ details: QueueDetails, _ model: Model, _ width: Int, _ size: Size) -> DialogBox {
    let row = model.queue.snapshot.rows.first { $0.id == details.row.id } ?? details.row
    let transfer = row.transfer
    let width = min(110, max(20, size.columns - 8))
    var box = DialogBox(title: shortened(model.sourceName(of: transfer), to: width - 4))
    box.columns = width + 4
    let lines = queueFacts(row, model).flatMap { fact -> [DialogBox.Line] in
        wrapped(fact.text, to: max(8, width - 12)).enumerated().map { index, text in
            .text([
                Piece(rightAligned(index == 0 ? fact.label : "", to: 8) + "  ", .dialogFaint),
                Piece(text, fact.role),
            ])
        }
    }
    box.lines = [.text([])] + dialogPage(lines, details.top, size) + [.text([])]
    let again =
        switch transfer.state {
        case .failed, .retrying, .skipped: "r try again   y copy the error   "
        default: ""
        }
    box.footer = "\(again)l in the log   x remove   Esc close"
    return box
}

func queueFacts(_ row: QueueSnapshot.Row, _ model: Model) -> [(label: String, text: String, role: Role)] {
    let transfer = row.transfer
    let path = model.charset(of: transfer).shown(transfer.remotePath)
    let remote = "\(visible(transfer.site))\(path.hasPrefix("/") ? "" : "/")\(path)"
    let local =
        transfer.origin.map { "\($0)/\(visible(transfer.localPath.bytes))" }
        ?? shownPath(
            Location(.local, RemotePath(bytes: transfer.localPath.bytes)), home: model.local.home)
    let isDownload = transfer.direction == .download
    var facts: [(label: String, text: String, role: Role)] = [
        ("from", isDownload ? remote : local, .dialog), ("to", isDownload ? local : remote, .dialog),
    ]
    let size = transfer.size.map { "\(longSize($0)) (\(grouped($0)) bytes)" } ?? "size not known"
    let done = max(row.bytes, transfer.bytes)
    facts.append(("done", done > 0 ? "\(longSize(done)) of \(size)" : "nothing yet; \(size)", .dialog))
    if case .done = transfer.state { facts[2] = ("done", size, .dialog) }
    facts.append(("state", stateWords(row, model), .dialogTitle))
    if let error = queueError(transfer) { facts.append(("error", error, .fieldError)) }
    if let connection = row.connection { facts.append(("on", "\(connection)", .dialog)) }
    return facts
}

private func stateWords(_ row: QueueSnapshot.Row, _ model: Model) -> String {
    switch row.transfer.state {
    case .waiting:
        row.waiting.map { reason in
            "waiting: \(visible(reason.text { model.hourAndMinute($0 &* 1_000_000_000) }))"
        } ?? "waiting"
    case .running:
        row.activity.map { visible($0) }
            ?? "running, \(row.rate.map(rate) ?? "–")"
            + (model.queue.snapshot.bottleneck.map { ", limited by \($0.rawValue)" } ?? "")
    case .paused: "paused by you"
    case .held: "held: its disk takes nothing; Space goes on"
    case .retrying: nextTry(row.transfer, model) ?? "waiting to retry"
    case .asking: "needs an answer: A"
    case .failed: "failed"
    case .done: "done"
    case .skipped: "skipped"
    }
}
