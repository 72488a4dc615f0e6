import FTPProtocol
import Transfers
import Transport

/// Copies of remote files for a viewer or an editor.
extension Session {
    /// Retrieves a file whole into a private directory of its own. Blocks until it is there.
    ///
    /// - Returns: the copy, and what the server said of the file: to tell later whether it has changed there.
    func fetch(_ path: RemotePath) throws(Failure) -> (copy: LocalPath, source: ListingEntry) {
        guard var source = try entry(at: path) else {
            throw Failure(.noSuchSource, "\(shown(path)): no such file on the server; Ctrl-R lists again")
        }
        guard source.kind == .file || source.kind == .link else {
            throw Failure(.invalidRequest, "\(shown(path)) is no file that can be looked into")
        }
        // A link's own size says nothing of the file it leads to.
        if source.kind == .link { source.size = try size(of: path) }
        let copy = try Self.emptyCopy(called: charset.text(of: path.lastComponent))
        do throws(Failure) {
            let bytes = try retrieve(path, into: copy)
            guard source.size == nil || source.size == bytes else {
                throw Failure(
                    .doesNotVerify,
                    "\(shown(path)): \(bytes) bytes arrived, the server has \(source.size ?? 0); try again")
            }
        } catch {
            PrivateDirectory.remove(with: copy)
            throw error
        }
        return (LocalPath(bytes: copy), source)
    }

    private func retrieve(_ path: RemotePath, into copy: [UInt8]) throws(Failure) -> Int64 {
        let file: LocalFile
        do throws(TransportError) {
            file = try LocalFile.create(copy)
        } catch {
            throw Failure(error, attempt: "disk")
        }
        return try retrieve(path, from: 0, into: file, progress: nil, limit: nil)
    }

    private static func emptyCopy(called name: [UInt8]) throws(Failure) -> [UInt8] {
        do throws(TransportError) {
            return try PrivateDirectory.make() + [UInt8(ascii: "/")] + copyName(name)
        } catch {
            throw Failure(error, attempt: "disk")
        }
    }

    /// The name of the copy: an editor prints it and chooses its colours by its end. Nothing in it is a control
    /// character, a path or an option, and it is not longer than a file system allows.
    static func copyName(_ name: [UInt8]) -> [UInt8] {
        let text =
            String(validating: name, as: UTF8.self)
            ?? String(decoding: name.filter { $0 < 0x80 }, as: UTF8.self)
        var safe = ""
        for scalar in text.unicodeScalars {
            let isHarmless =
                visible(Array(String(scalar).utf8)) == String(scalar) && scalar != "/" && scalar != "\\"
            safe.unicodeScalars.append(isHarmless ? scalar : "_")
        }
        if safe.hasPrefix("-") || safe.hasPrefix("+") || safe.hasPrefix(".") { safe = "_" + safe }
        while safe.utf8.count > 200 { safe.removeFirst() }
        return safe.isEmpty ? Array("file".utf8) : Array(safe.utf8)
    }
}
