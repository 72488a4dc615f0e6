internal import Transfers

/// What happens by itself. While nothing moves, nothing is asked for.
extension Model {
    mutating func timePassed() -> [Effect] {
        wakeAt = nil
        queue.fold(now: now)
        toasts.removeAll { toast in toast.until.map { $0 <= now } ?? false }
        return refreshWhatIsDue()
    }

    /// The earliest moment at which the picture changes although nothing happens.
    private var nextChange: Int64? {
        let second: Int64 = 1_000_000_000
        var moments = toasts.compactMap(\.until)
        moments += [queue.foldsAt, local.refreshAt, remote.refreshAt].compactMap { $0 }
        if [local, remote].contains(where: { $0.pending.map { !$0.isRefresh } ?? false }) {
            moments.append(now + second / 5)
        }
        if fetchUnderWay != nil { moments.append(now + second / 5) }
        if case .connecting = connection { moments.append(now + second) }
        if queue.snapshot.rows.contains(where: {
            if case .retrying = $0.transfer.state { true } else { false }
        }) {
            moments.append(now + second)
        }
        return moments.min()
    }

    /// Asks for a wake-up unless one that is early enough has been asked for.
    mutating func wake() -> [Effect] {
        guard let next = nextChange else { return [] }
        if let wakeAt, wakeAt > now, wakeAt <= next { return [] }
        let wait = max(1, (next - now + 999_999) / 1_000_000)
        wakeAt = now + wait * 1_000_000
        return [.wake(afterMilliseconds: Int(wait))]
    }

    /// Only in the list of messages: it is seen elsewhere, or is no matter.
    mutating func note(_ text: String, isError: Bool = false) {
        messages.append(Message(time: now, text: text, isError: isError))
        if messages.count > 500 { messages.removeFirst() }
    }

    /// - Parameter isShown: the same stands on the screen already, and is not said twice.
    mutating func tell(_ text: String, isError: Bool, isShown: Bool) {
        if isShown { note(text, isError: isError) } else { say(text, isError: isError) }
    }

    /// Something to tell, in the corner and in the list of messages.
    mutating func say(_ text: String, isError: Bool = false) {
        note(text, isError: isError)
        toasts.removeAll { $0.text == text }
        toasts.append(Toast(text: text, isError: isError, until: isError ? nil : now + 4_000_000_000))
        if toasts.count > 3 { toasts.removeFirst() }
    }
}
