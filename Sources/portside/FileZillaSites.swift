import Engine
import FTPProtocol
import Foundation
import FoundationXML

/// FileZilla's `sitemanager.xml`.
final class FileZillaSites: NSObject, XMLParserDelegate {
    private(set) var sites: [(site: SavedSite, hasPassword: Bool)] = []
    private(set) var remarks: [String] = []
    /// The folders a site is in, then its elements.
    private var fields: [String: String] = [:]
    private var isInServer = false
    private var text = ""

    /// An address book, not a database.
    private static let mostSites = 10_000

    /// - Throws: where it is no XML.
    init(_ xml: String, file: String) throws {
        super.init()
        let parser = XMLParser(data: Data(xml.utf8))
        parser.shouldResolveExternalEntities = false
        parser.delegate = self
        guard parser.parse() || sites.count >= Self.mostSites else {
            throw Failure(
                .noSuchSource,
                "\(visible(file)):\(parser.lineNumber): this is no list of sites that can be read")
        }
    }

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String] = [:]
    ) {
        if name == "Server" {
            isInServer = true
            fields = [:]
        }
        text = ""
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) {
        // Nothing that is wanted is longer.
        if text.utf8.count < 4096 { text += string }
    }

    func parser(
        _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
    ) {
        guard isInServer else { return }
        guard name == "Server" else {
            if fields[name] == nil { fields[name] = text.trimmingCharacters(in: .whitespacesAndNewlines) }
            text = ""
            return
        }
        isInServer = false
        if sites.count >= Self.mostSites { parser.abortParsing() } else { finish() }
    }

    private func finish() {
        guard let host = fields["Host"], !host.isEmpty else { return }
        let name = fields["Name"].flatMap { $0.isEmpty ? nil : $0 } ?? host
        let scheme: String
        var options: [SavedSite.Option] = []
        switch fields["Protocol"] ?? "0" {
        case "0": scheme = "ftp"
        case "3": scheme = "ftps"
        case "4": scheme = "ftpes"
        case "6":
            scheme = "ftp"
            options.append(.init(name: "tls", value: "off"))
        default:
            remarks.append("“\(visible(name))” is no FTP site: passed over")
            return
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
        site.url += SiteImport.path(Self.path(fields["RemoteDir"] ?? ""))
        site.options = options
        site.localDirectory = fields["LocalDir"].flatMap { $0.isEmpty ? nil : $0 }
        sites.append((site, hasPassword: fields["Pass"].map { !$0.isEmpty } ?? false))
    }

    /// `1 0 3 pub 5 files`: the kind of server, the length of a prefix, then length and name of each directory.
    /// Empty where it is written otherwise.
    static func path(_ text: String) -> String {
        var rest = Array(text.utf8)[...]
        func number() -> Int? {
            let digits = rest.prefix { (0x30...0x39).contains($0) }
            guard digits.count < 6, let value = Int(String(decoding: digits, as: UTF8.self)) else {
                return nil
            }
            rest = rest.dropFirst(digits.count).dropFirst()
            return value
        }
        guard number() != nil, number() == 0 else { return "" }
        var path = ""
        while !rest.isEmpty {
            guard let length = number(), length > 0, length <= rest.count else { return "" }
            path += "/" + String(decoding: rest.prefix(length), as: UTF8.self)
            rest = rest.dropFirst(length).dropFirst()
        }
        return path
    }
}
