public import FTPProtocol

/// The representation type of files (RFC 959 §3.1.1).
public enum TypeChoice: String, CaseIterable, Hashable, Sendable, Codable {
    case image, ascii
    /// ASCII where the name has an extension of texts, image otherwise.
    case auto

    /// - Parameter texts: extensions in lower case, without the dot.
    public func representation(ofName name: [UInt8], texts: Set<String>) -> RepresentationType {
        switch self {
        case .image: .image
        case .ascii: .ascii
        case .auto: texts.contains(nameExtension(of: name)) ? .ascii : .image
        }
    }

    /// Texts by what everybody calls them. Nothing that may hold other bytes than text is in here: `.ps` and `.pl`
    /// may, and what a version control system has hashed must not change at all.
    public static let usualTexts: Set<String> = [
        "asc", "asp", "bat", "c", "cfg", "cgi", "cmd", "conf", "cpp", "css", "csv", "diff", "h", "hpp", "htm",
        "html",
        "ini", "java", "js", "json", "log", "m3u", "md", "patch", "php", "py", "rb", "rst", "rtf", "sh",
        "sql", "srt",
        "svg", "tex", "toml", "tsv", "txt", "vbs", "xhtml", "xml", "yaml", "yml",
    ]
}

/// In lower case, without the dot; empty for a name without one, and for `.profile`.
private func nameExtension(of name: [UInt8]) -> String {
    guard let dot = name.lastIndex(of: UInt8(ascii: ".")), dot > 0 else { return "" }
    return String(decoding: name[(dot + 1)...], as: UTF8.self).lowercased()
}
