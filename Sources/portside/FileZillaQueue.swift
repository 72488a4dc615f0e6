import ArgumentParser
import Engine
import FTPProtocol
import Foundation
import FoundationXML
import Transfers

/// The queue that FileZilla exports: `<Queue>` with `<Server>`s, in each the `<File>`s that are to be transferred.
final class FileZillaQueue: NSObject, XMLParserDelegate {
    /// What is not taken over, each with its reason.
    private(set) var remarks: [String] = []
    private(set) var hasPasswords = false
    private var servers: [(site: SavedSite, files: [Job])] = []

    private struct Job {
        var isDownload: Bool
        var local: String
        /// Absolute.
        var directory: String
        var name: String
        var size: Int64?
        var priority: Priority
    }

    private var server: [String: String] = [:]
    private var file: [String: String] = [:]
    private var jobs: [Job] = []
    private var isInServer = false
    private var isInFile = false
    /// The end of the queue was reached.
    private var isWhole = false
    private var folders = 0
    private var unreadable = 0
    private var text = ""

    /// - Throws: where it is no XML.
    init(_ xml: [UInt8], file: String) throws {
        super.init()
        let parser = XMLParser(data: Data(xml))
        parser.shouldResolveExternalEntities = false
        parser.delegate = self
        // A text that ends early is not always an error of the parser.
        guard parser.parse(), isWhole else {
            throw Failure(
                .noSuchSource, "\(visible(file)):\(parser.lineNumber): this is no queue that can be read")
        }
        if folders > 0 { remarks.append("\(folders) empty directories are passed over") }
        if unreadable > 0 {
            remarks.append("\(unreadable) files with paths that are no FTP server's are passed over")
        }
    }

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String] = [:]
    ) {
        switch name {
        case "Server":
            isInServer = true
            (server, jobs) = ([:], [])
        case "File", "Folder":
            isInFile = true
            file = [:]
        default: break
        }
        text = ""
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) {
        // Nothing that is wanted is longer.
        if text.utf8.count < 8192 { text += string }
    }

    func parser(
        _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
    ) {
        if name == "Queue" { isWhole = true }
        guard isInServer else { return }
        switch name {
        case "Server":
            isInServer = false
            endServer()
        case "File":
            isInFile = false
            endFile()
        case "Folder":
            isInFile = false
            folders += 1
        case _ where isInFile: if file[name] == nil { file[name] = text }
        default:
            if server[name] == nil { server[name] = text.trimmingCharacters(in: .whitespacesAndNewlines) }
        }
        text = ""
    }

    private func endFile() {
        let written = file["RemotePath"] ?? ""
        let directory = written == "1 0" ? "/" : FileZillaServer.path(written)
        guard let local = file["LocalFile"], local.hasPrefix("/"), !directory.isEmpty,
            let name = file["RemoteFile"], !name.isEmpty
        else {
            unreadable += 1
            return
        }
        let priorities = Array(Priority.allCases.reversed())
        let priority = file["Priority"].flatMap { Int($0) } ?? 2
        jobs.append(
            Job(
                isDownload: file["Download"] == "1", local: local, directory: directory, name: name,
                size: file["Size"].flatMap { Int64($0) },
                priority: priorities.indices.contains(priority) ? priorities[priority] : .normal))
    }

    private func endServer() {
        guard let found = FileZillaServer(server) else { return }
        guard let site = found.site else {
            remarks.append("“\(visible(found.name))” is no FTP site: its \(jobs.count) files are passed over")
            return
        }
        if found.hasPassword { hasPasswords = true }
        servers.append((site, jobs))
    }

    func plan(site: (SavedSite, TargetURL) throws -> Site) throws -> TransferPlan {
        var plan = TransferPlan()
        for (saved, jobs) in servers where !jobs.isEmpty {
            let known: Site
            do { known = try site(saved, try remoteTarget(saved.url)) } catch {
                let why = Portside.sentence(ConnectionOptions.message(for: error))
                plan.refused.append(
                    Failure(
                        .invalidRequest,
                        "“\(visible(saved.name))”: \(why); its \(jobs.count) files are passed over"))
                continue
            }
            let charset = try NameCharset.named(known.charset)
            plan.sites.append(known)
            for job in jobs {
                let local = LocalPath(job.local)
                let (directory, name): ([UInt8], [UInt8])
                do throws(FTPError) {
                    directory = try charset.bytes(of: Array(job.directory.utf8))
                    name = try charset.bytes(of: Array(job.name.utf8))
                } catch {
                    plan.refused.append(Failure(error))
                    continue
                }
                var options = TransferOptions(priority: job.priority)
                options.onConflict = .ask
                plan.transfers.append(
                    Transfer(
                        id: 0, direction: job.isDownload ? .download : .upload, site: known.id,
                        remoteDirectory: RemotePath(bytes: directory), remoteName: name,
                        localDirectory: local.parent, localName: local.lastComponent, size: job.size,
                        options: options))
            }
        }
        return plan
    }
}
