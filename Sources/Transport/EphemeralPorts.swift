import Glibc

/// From where this machine takes the ports of connections nobody has chosen one for.
public enum EphemeralPorts {
    /// As `net.ipv4.ip_local_port_range` has it, which counts for IPv6 too; Linux's own where it cannot be read.
    public static var range: ClosedRange<UInt16> {
        var text = [UInt8](repeating: 0, count: 64)
        let descriptor = Descriptor(
            owning: open("/proc/sys/net/ipv4/ip_local_port_range", O_RDONLY | O_CLOEXEC))
        let count = Glibc.read(descriptor.raw, &text, text.count)
        let numbers = String(decoding: text.prefix(max(0, count)), as: UTF8.self)
            .split { $0 == "\t" || $0 == " " || $0 == "\n" }.compactMap { UInt16($0) }
        guard numbers.count == 2, numbers[0] <= numbers[1] else { return 32_768...60_999 }
        return numbers[0]...numbers[1]
    }
}
