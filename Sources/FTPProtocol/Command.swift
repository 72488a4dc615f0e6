/// One command line: a verb and at most one argument (RFC 959 §4.1, §5.3).
///
/// Every line that reaches a server is built here, so this is where an argument that
/// would add a second command is refused, and where it is known which argument is a secret.
public struct Command: Hashable, Sendable {
    /// Upper case, as sent.
    public let verb: String
    /// Everything after the one space, or nil for a verb alone.
    public let argument: [UInt8]?
    /// What the log shows instead of the argument is decided by this.
    public let isSecret: Bool

    /// A command line may have this many bytes: servers cut or hang up beyond it (protocol: vsftpd).
    public static let longestLine = 8 * 1024

    public init(_ verb: String, _ argument: [UInt8]? = nil, isSecret: Bool = false) {
        self.verb = verb
        self.argument = argument
        self.isSecret = isSecret || Self.secretVerbs.contains(verb)
    }

    public init(_ verb: String, _ argument: String) {
        self.init(verb, Array(argument.utf8))
    }

    private static let secretVerbs: Set<String> = ["PASS", "ACCT", "ADAT"]

    /// A line typed by a user, verbatim (RFC 1123 §4.1.3.4 asks for such a way).
    public init(raw line: [UInt8]) {
        let space = line.firstIndex(of: UInt8(ascii: " "))
        let verb = String(decoding: line[..<(space ?? line.endIndex)], as: UTF8.self).uppercased()
        let argument = space.map { Array(line[($0 + 1)...]) }
        // Also where it is mistyped: it is refused then, and must not be shown either.
        let start = line.drop { $0 == 0x20 || $0 == 0x09 }.prefix(9)
        let upper = String(decoding: start, as: UTF8.self).uppercased()
        let isSecret = upper == "SITE PSWD" || Self.secretVerbs.contains { upper.hasPrefix($0) }
        self.init(verb, argument, isSecret: isSecret)
    }

    /// The line as it goes over the wire, with CR LF and 0xFF doubled (RFC 3659 §2.2).
    ///
    /// - Parameter doublingIAC: false for a server that takes both bytes for two (vsftpd, Pure-FTPd).
    /// - Throws: `FTPError.unsendable` for CR, LF or NUL in the argument, for a verb that is
    ///   not letters and digits, and for a line longer than `longestLine`.
    public func wireBytes(doublingIAC: Bool = true) throws(FTPError) -> [UInt8] {
        guard isVerb else {
            throw .unsendable(
                isSecret ? "that is not a command" : "“\(visible(Array(verb.utf8)))” is not a command")
        }
        var line: [UInt8] = []
        line.reserveCapacity(verb.utf8.count + (argument?.count ?? 0) + 3)
        line += verb.utf8
        if let argument {
            guard !argument.contains(where: { $0 == 0x0D || $0 == 0x0A || $0 == 0 }) else {
                throw .unsendable(
                    "“\(isSecret ? Self.mask : visible(argument))” contains a line break or NUL, which "
                        + "FTP cannot carry")
            }
            line.append(UInt8(ascii: " "))
            if doublingIAC, argument.contains(0xFF) {
                for byte in argument { line += byte == 0xFF ? [byte, byte] : [byte] }
            } else {
                line += argument
            }
        }
        guard line.count <= Self.longestLine else {
            throw .unsendable("\(verb) with \(line.count) bytes is longer than servers accept")
        }
        line.append(0x0D)
        line.append(0x0A)
        return line
    }

    /// The line as the log shows it: verb and argument, a secret as eight dots whatever its length.
    public var logged: [UInt8] {
        if isSecret, !isVerb { return Array(Self.mask.utf8) }
        guard let argument else { return Array(verb.utf8) }
        var line: [UInt8] = []
        line.reserveCapacity(verb.utf8.count + 1 + argument.count)
        line += verb.utf8
        line.append(0x20)
        if isSecret { line += Self.mask.utf8 } else { line += argument }
        return line
    }

    /// The same by the name that servers before RFC 959 knew it by (RFC 1123 §4.1.3.1): XCWD, XCUP, XPWD, XMKD, XRMD.
    public var olderForm: Command? {
        switch verb {
        case "CWD", "PWD", "MKD", "RMD": Command("X" + verb, argument)
        case "CDUP": Command("XCUP")
        default: nil
        }
    }

    /// A line of the server's answer with the secret hidden that this command brought: there are servers that repeat it.
    public func hidingSecret(in line: [UInt8]) -> [UInt8] {
        guard isSecret, let argument, argument.count >= Self.shortestHidden else { return line }
        return line.replacing(argument, with: Array(Self.mask.utf8))
    }

    /// What is shorter is in every line by chance.
    private static let shortestHidden = 3

    private var isVerb: Bool {
        !verb.isEmpty && verb.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) }
    }

    private static let mask = "••••••••"
}

extension Command {
    public static func user(_ name: String) -> Command { Command("USER", name) }
    public static func password(_ secret: String) -> Command { Command("PASS", secret) }
    public static func account(_ secret: String) -> Command { Command("ACCT", secret) }
    /// RFC 4217 §4: `TLS`, and the older `TLS-C` and `SSL`.
    public static func authenticate(_ mechanism: String) -> Command { Command("AUTH", mechanism) }
    public static let protectionBufferSize = Command("PBSZ", "0")
    /// `P`, private, or `C`, clear.
    public static func protectionLevel(_ level: String) -> Command { Command("PROT", level) }
    public static let clearCommandChannel = Command("CCC")
    public static let features = Command("FEAT")
    public static func options(_ text: String) -> Command { Command("OPTS", text) }
    public static let system = Command("SYST")
    public static let printWorkingDirectory = Command("PWD")
    public static let changeToParent = Command("CDUP")
    public static func changeDirectory(_ path: RemotePath) -> Command { Command("CWD", path.bytes) }
    public static func type(_ type: RepresentationType) -> Command { Command("TYPE", type.argument) }
    public static let passive = Command("PASV")
    public static let extendedPassive = Command("EPSV")
    public static let machineList = Command("MLSD")
    public static let list = Command("LIST")
    public static func retrieve(_ path: RemotePath) -> Command { Command("RETR", path.bytes) }
    public static func store(_ path: RemotePath) -> Command { Command("STOR", path.bytes) }
    public static func append(_ path: RemotePath) -> Command { Command("APPE", path.bytes) }
    public static func restart(at offset: Int64) -> Command { Command("REST", String(offset)) }
    public static func delete(_ path: RemotePath) -> Command { Command("DELE", path.bytes) }
    public static func makeDirectory(_ path: RemotePath) -> Command { Command("MKD", path.bytes) }
    public static func removeDirectory(_ path: RemotePath) -> Command { Command("RMD", path.bytes) }
    public static func renameFrom(_ path: RemotePath) -> Command { Command("RNFR", path.bytes) }
    public static func renameTo(_ path: RemotePath) -> Command { Command("RNTO", path.bytes) }
    public static func size(_ path: RemotePath) -> Command { Command("SIZE", path.bytes) }
    public static func modificationTime(_ path: RemotePath) -> Command { Command("MDTM", path.bytes) }
    public static func machineListOne(_ path: RemotePath) -> Command { Command("MLST", path.bytes) }
    public static func modifyTime(_ path: RemotePath, _ time: String) -> Command {
        Command("MFMT", Array(time.utf8) + [0x20] + path.bytes)
    }
    public static func site(_ text: [UInt8]) -> Command { Command("SITE", text) }
    public static let abort = Command("ABOR")
    public static let noOperation = Command("NOOP")
    public static let quit = Command("QUIT")
}
