/// What a server says it runs on, in its reply to SYST or its greeting: a hint for what to try first, never
/// a reason to refuse, since both texts are free (RFC 959 §4.1.3) and many Windows servers claim to be UNIX.
public enum ServerSystem: Hashable, Sendable {
    case unix, windows, windowsCE, mvs, vms, vm, os400, nonStop, netWare, vxWorks

    /// Nil where the text names none that makes a difference.
    public init?(reply text: some Collection<UInt8>) {
        let words = String(decoding: text.prefix(512), as: UTF8.self).lowercased()
        guard let known = Self.signs.first(where: { words.contains($0.sign) }) else { return nil }
        self = known.system
    }

    /// The first that is found counts: `UNIX … NetWare` is NetWare, and `z/VM` is not `VMS`.
    private static let signs: [(sign: String, system: ServerSystem)] = [
        ("netware", .netWare), ("windows_ce", .windowsCE), ("windows_nt", .windows),
        ("microsoft ftp", .windows), ("z/os", .mvs), ("mvs", .mvs), ("ibm ftp cs", .mvs), ("os/400", .os400),
        ("qtcp at", .os400), ("openvms", .vms), ("vms", .vms), ("z/vm", .vm), ("vm is the", .vm),
        ("tandem", .nonStop), ("guardian", .nonStop), ("vxworks", .vxWorks), ("unix", .unix),
    ]
}
