import FTPProtocol
import Transport

/// The facts of MLST and MLSD that this server knows (RFC 3659 §7.5).
enum ListFact: CaseIterable, Sendable {
    case type, size, modify, perm, mode, owner, group

    var name: String {
        switch self {
        case .type: "type"
        case .size: "size"
        case .modify: "modify"
        case .perm: "perm"
        case .mode: "UNIX.mode"
        case .owner: "UNIX.owner"
        case .group: "UNIX.group"
        }
    }

    /// The line of FEAT, a star behind each fact that is sent (RFC 3659 §7.8).
    static func featureText(selected: [ListFact]) -> String {
        allCases.map { "\($0.name)\(selected.contains($0) ? "*" : "");" }.joined()
    }

    /// `type=file;size=1024;modify=20261120173100;perm=adfrw;UNIX.mode=0644;…`
    static func line(_ facts: [ListFact], _ status: FileStatus, type: String, isReadOnly: Bool) -> String {
        var text = ""
        for fact in facts {
            switch fact {
            case .type: text += "type=\(type);"
            case .size where status.kind == .file: text += "size=\(status.size);"
            case .size: continue
            case .modify: text += "modify=\(CivilDate(secondsSince1970: status.modified).timeVal);"
            case .perm: text += "perm=\(permissions(status, isReadOnly));"
            case .mode: text += "UNIX.mode=\(octal(status.mode));"
            case .owner: text += "UNIX.owner=\(status.owner);"
            case .group: text += "UNIX.group=\(status.group);"
            }
        }
        return text
    }

    private static func permissions(_ status: FileStatus, _ isReadOnly: Bool) -> String {
        switch (status.kind, isReadOnly) {
        case (.directory, false): "cdeflmp"
        case (.directory, true): "el"
        case (_, false): "adfrw"
        case (_, true): "r"
        }
    }

    private static func octal(_ mode: UInt32) -> String {
        let digits = String(mode, radix: 8)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}
