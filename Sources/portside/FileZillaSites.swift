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
        guard let server = FileZillaServer(fields) else { return }
        guard var site = server.site else {
            remarks.append("“\(visible(server.name))” is no FTP site: passed over")
            return
        }
        site.url += SiteImport.path(FileZillaServer.path(fields["RemoteDir"] ?? ""))
        site.localDirectory = fields["LocalDir"].flatMap { $0.isEmpty ? nil : $0 }
        sites.append((site, hasPassword: server.hasPassword))
    }
}
