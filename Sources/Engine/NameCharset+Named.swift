public import FTPProtocol
public import Transfers
import Transport

/// Charsets by name, as the C library knows them.
extension NameCharset {
    /// These say what is usual: UTF-8, and bytes that are none as they are.
    private static let usual: Set<String> = ["AUTO", "BYTES", "UTF-8", "UTF8"]

    /// The name as a site keeps it: nil for what is usual.
    public static func kept(_ name: String?) -> String? {
        name.flatMap { usual.contains($0.uppercased()) ? nil : $0.uppercased() }
    }

    /// - Parameter typed: in any spelling; nil for UTF-8.
    /// - Throws: `.invalidRequest` for a charset that nobody here knows, or that names cannot have.
    public static func named(_ typed: String?) throws(Failure) -> NameCharset {
        guard let typed, let name = kept(typed) else { return .utf8 }
        do throws(CharsetConverter.Refusal) {
            return NameCharset(name: name, converter: try Converter(name))
        } catch {
            switch error {
            case .unknown:
                throw Failure(
                    .invalidRequest,
                    "there is no charset “\(visible(typed))” here; iconv -l lists those there are, "
                        + "such as ISO-8859-15, KOI8-R and CP932")
            case .unusable:
                throw Failure(
                    .invalidRequest,
                    "\(visible(typed)) cannot be the charset of names: in it, letters or slashes are other bytes than "
                        + "in ASCII; choose another")
            }
        }
    }

    private final class Converter: NameConverter {
        private let iconv: CharsetConverter

        init(_ name: String) throws(CharsetConverter.Refusal) {
            iconv = try CharsetConverter(name)
        }

        func text(of name: [UInt8]) -> [UInt8]? { iconv.text(of: name) }
        func name(of text: [UInt8]) -> [UInt8]? { iconv.name(of: text) }
    }
}

extension NameCharset {
    /// A name here as a name of the server.
    ///
    /// - Throws: `.cannotCreate` where the charset cannot write it.
    func name(of text: [UInt8]) throws(Failure) -> [UInt8] {
        do throws(FTPError) { return try bytes(of: text) } catch { throw Failure(error) }
    }

    /// What lies below a directory of the server, by the names here.
    func path(_ root: RemotePath, below names: some Sequence<[UInt8]>) throws(Failure) -> RemotePath {
        var path = root
        for text in names { path = path.appending(try name(of: text)) }
        return path
    }
}

extension Transfer {
    /// Of the names on its server; UTF-8 where the charset is gone from this machine.
    public var charset: NameCharset { (try? NameCharset.named(options.connection?.charset)) ?? .utf8 }

    /// What it moves, for people.
    public var shownName: String {
        direction == .download
            ? charset.shown(remoteName) : (originCharset?.shown(localName) ?? visible(localName))
    }

    /// Of a copy between servers: where it comes from, for people.
    public var shownOrigin: String? {
        guard let origin, let charset = originCharset else { return nil }
        return "\(origin)/\(charset.shown(RemotePath(bytes: localPath.bytes)))"
    }

    private var originCharset: NameCharset? {
        options.origin.map { (try? NameCharset.named($0.charset)) ?? .utf8 }
    }
}
