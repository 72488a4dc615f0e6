import ArgumentParser
import Engine
import FTPProtocol
import Synchronization
import Transfers

enum ProgressStyle: String, ExpressibleByArgument, CaseIterable { case auto, bar, json, none }

/// Progress on standard error: one line that is written over, JSON lines, or nothing.
final class ProgressPrinter: Sendable {
    private let style: ProgressStyle
    private struct State {
        var isLineOpen = false
        var isPaused = false
        var started: Set<Transfer.ID> = []
        var proofs: [Transfer.ID: HashProof] = [:]

        mutating func wipe() {
            if isLineOpen { StandardError.write("\r\u{1B}[K") }
            isLineOpen = false
        }
    }
    private let state = Mutex(State())

    init(style: ProgressStyle) {
        self.style = style == .auto ? (StandardError.isTerminal ? .bar : .none) : style
    }

    func show(_ snapshot: QueueSnapshot) {
        switch style {
        case .bar: bar(snapshot)
        case .json:
            for row in snapshot.rows where row.transfer.state == .running {
                let isNew = state.withLock { $0.started.insert(row.id).inserted }
                write(
                    isNew ? "started" : "progress", row.transfer, bytes: row.bytes, rate: row.rate,
                    left: row.secondsLeft)
            }
        case .auto, .none: break
        }
    }

    func verified(_ id: Transfer.ID, _ proof: HashProof) {
        guard style == .json else { return }
        state.withLock { $0.proofs[id] = proof }
    }

    func ended(_ transfer: Transfer) {
        guard style == .json else { return }
        let proof = state.withLock { $0.proofs.removeValue(forKey: transfer.id) }
        let event =
            switch transfer.state {
            case .failed: "failed"
            case .skipped: "skipped"
            default: "finished"
            }
        write(event, transfer, bytes: transfer.bytes, proof: event == "finished" ? proof : nil)
    }

    /// A line that does not disturb the bar.
    func complain(_ message: String) {
        finish()
        StandardError.write("portside: \(visible(Advice.withOptions(message)))\n")
    }

    /// Ends the line of the bar.
    func finish() {
        state.withLock { $0.wipe() }
    }

    /// Runs `body` with the terminal to itself: no bar is drawn meanwhile.
    func paused<Result>(_ body: () -> Result) -> Result {
        state.withLock { state in
            state.wipe()
            state.isPaused = true
        }
        defer { state.withLock { $0.isPaused = false } }
        return body()
    }

    private func bar(_ snapshot: QueueSnapshot) {
        let rate = snapshot.downloadRate + snapshot.uploadRate
        var parts = ["\(snapshot.counts.done) of \(snapshot.counts.all) done"]
        if let row = snapshot.rows.first, row.transfer.state == .running {
            let name = row.transfer.shownName
            let percent =
                row.transfer.size.flatMap { $0 > 0 ? " \(min(100, row.bytes * 100 / $0))%" : nil } ?? ""
            parts.append("\(name.count > 30 ? String(name.prefix(29)) + "…" : name)\(percent)")
        }
        if rate > 0 { parts.append("\(byteText(Int64(rate)))/s") }
        if let left = snapshot.secondsLeft {
            parts.append("\(left / 60):\(left % 60 < 10 ? "0" : "")\(left % 60) left")
        }
        if snapshot.counts.failed > 0 { parts.append("\(snapshot.counts.failed) failed") }
        let line = parts.joined(separator: " · ").prefix(StandardError.columns - 1)
        state.withLock { state in
            guard !state.isPaused else { return }
            state.isLineOpen = true
            StandardError.write("\r\u{1B}[K" + line)
        }
    }

    private func write(
        _ event: String, _ transfer: Transfer, bytes: Int64, rate: Double? = nil, left: Int64? = nil,
        proof: HashProof? = nil
    ) {
        var object = JSONObject()
        object.add("event", event)
        let remote = transfer.charset.shown(transfer.remotePath)
        object.add(
            "source",
            transfer.direction == .download ? remote : transfer.shownOrigin ?? "\(transfer.localPath)")
        object.add(
            "destination",
            transfer.direction == .download ? "\(transfer.localPath)" : remote)
        object.add("bytes", bytes)
        if let size = transfer.size { object.add("size", size) }
        if let rate { object.add("rate", Int64(rate)) }
        if let left { object.add("left", left) }
        if let proof {
            object.add("algorithm", proof.algorithm.rawValue)
            object.add("hash", proof.value)
        }
        if case .failed(let message) = transfer.state { object.add("error", message) }
        if case .skipped(let reason) = transfer.state { object.add("error", reason) }
        StandardError.write(object.line)
    }
}

/// `4.2 MB`, with the factors 1024.
func byteText(_ bytes: Int64) -> String {
    var value = Double(bytes)
    for unit in ["B", "KB", "MB", "GB", "TB"] {
        if value < 1024 || unit == "TB" {
            return unit == "B" ? "\(bytes) B" : "\((value * 10).rounded() / 10) \(unit)"
        }
        value /= 1024
    }
    return "\(bytes) B"
}
