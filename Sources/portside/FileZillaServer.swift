/// A `<Server>` of FileZilla's files: the elements that say which server it is, and how it is spoken with.
struct FileZillaServer {
    var name: String
    /// Without a path; nil where the server speaks something else.
    var site: SavedSite?
    var hasPassword: Bool

    /// - Parameter fields: the text of the elements, by their names.
    /// - Returns: nil without a host.
    init?(_ fields: [String: String]) {
        guard let host = fields["Host"], !host.isEmpty else { return nil }
        name = fields["Name"].flatMap { $0.isEmpty ? nil : $0 } ?? host
        hasPassword = fields["Pass"].map { !$0.isEmpty } ?? false
        let scheme: String
        var options: [SavedSite.Option] = []
        switch fields["Protocol"] ?? "0" {
        case "0": scheme = "ftp"
        case "3": scheme = "ftps"
        case "4": scheme = "ftpes"
        case "6":
            scheme = "ftp"
            options.append(.init(name: "tls", value: "off"))
        default: return
        }
        switch fields["PasvMode"] {
        case "MODE_ACTIVE": options.append(.init(name: "mode", value: "active"))
        case "MODE_PASSIVE": options.append(.init(name: "mode", value: "passive"))
        default: break
        }
        if let most = fields["MaximumMultipleConnections"].flatMap({ Int($0) }), most > 0 {
            options.append(.init(name: "connections", value: String(most)))
        }
        if fields["EncodingType"] == "Custom", let charset = fields["CustomEncoding"], !charset.isEmpty {
            options.append(.init(name: "charset", value: charset))
        }
        var site = SiteImport.site(
            name, scheme: scheme, host: host, user: fields["User"], port: fields["Port"].flatMap { Int($0) })
        site.options = options
        self.site = site
    }

    /// `1 0 3 pub 5 files`: the kind of server, the length of a prefix, then length (in characters) and name of each
    /// directory. Empty where it is written otherwise.
    static func path(_ text: String) -> String {
        var rest = text.unicodeScalars[...]
        func number() -> Int? {
            let digits = rest.prefix { ("0"..."9").contains($0) }
            guard digits.count < 6, let value = Int(String(digits)) else {
                return nil
            }
            rest = rest.dropFirst(digits.count).dropFirst()
            return value
        }
        guard number() != nil, number() == 0 else { return "" }
        var path = ""
        while !rest.isEmpty {
            guard let length = number(), length > 0, length <= rest.count else { return "" }
            path += "/" + String(rest.prefix(length))
            rest = rest.dropFirst(length).dropFirst()
        }
        return path
    }
}
