import Transfers
import Transport

/// Disks that take nothing now: full, read-only, failing. What else is to go there waits, instead of failing on its own.
struct HeldDisks {
    /// By the number of the device.
    private var reasons: [UInt64: String] = [:]

    /// - Returns: whether it was not held before.
    mutating func hold(for transfer: Transfer, _ reason: String) -> Bool {
        guard let device = Self.device(of: transfer) else { return false }
        return reasons.updateValue(reason, forKey: device) == nil
    }

    /// Why a download may not begin now; nil when it may.
    func reason(for transfer: Transfer) -> String? {
        guard !reasons.isEmpty, transfer.direction == .download else { return nil }
        return Self.device(of: transfer).flatMap { reasons[$0] }
    }

    /// Somebody says that it is mended: the next one that fails holds it again.
    mutating func releaseAll() {
        reasons = [:]
    }

    /// Of the destination, or of what is there of the path to it.
    private static func device(of transfer: Transfer) -> UInt64? {
        var path = transfer.localDirectory
        while true {
            if let status = try? LocalDirectory.status(of: path.bytes) { return status.device }
            guard path != path.parent else { return nil }
            path = path.parent
        }
    }
}
