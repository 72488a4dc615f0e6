import Engine
import FTPProtocol
import Transfers
import Transport

/// Turns the arguments of `get` and `put`, and of `queue add` before them, into transfers.
struct TransferPlan {
    var transfers: [Transfer] = []
    var sites: [Site] = []
    /// Names that the server's charset cannot write.
    var refused: [Failure] = []

    /// `get TARGET… [-o PATH] [-r]`.
    ///
    /// - Parameter output: a directory when it is one, ends in a slash, or there are several targets; else the new name.
    static func downloads(
        _ targets: [TargetURL], to output: String?, isRecursive: Bool, options: TransferOptions,
        charset: NameCharset, site: (TargetURL) throws -> Site
    ) throws -> TransferPlan {
        var plan = TransferPlan()
        let base = absolute(LocalPath(argument: output ?? "."))
        let isDirectory =
            try output == nil || output?.hasSuffix("/") == true || targets.count > 1
            || kind(at: base) == .directory
        try requireParent(of: base, isDirectory: isDirectory, isRecursive: isRecursive)
        for target in targets {
            let name = target.path.lastComponent
            guard isRecursive || !name.isEmpty, isRecursive || !target.endsInSlash else {
                throw Usage(
                    "“\(charset.shown(target.path))” on \(target.site.shortName) is a directory; take it with -r"
                )
            }
            let nameHere = charset.text(of: name)
            guard isDirectory ? isSafeLocalName(nameHere) || name.isEmpty : true else {
                throw Failure(FTPError.unsafeName(nameHere))
            }
            var directory = isDirectory ? base : base.parent
            var localName = isDirectory ? nameHere : base.lastComponent
            let isNamedByServer = isDirectory && !name.isEmpty
            // The login directory itself has no name: its contents go straight into the destination.
            if localName.isEmpty {
                localName = base.lastComponent
                directory = base.parent
            }
            let known = try site(target)
            plan.sites.append(known)
            plan.transfers.append(
                Transfer(
                    id: 0, direction: .download, kind: isRecursive ? .tree : .file, site: known.id,
                    remoteDirectory: name.isEmpty ? target.path : target.path.parent, remoteName: name,
                    localDirectory: directory, localName: localName, options: options.typed(by: target),
                    depth: isRecursive && isNamedByServer ? 1 : 0))
        }
        return plan
    }

    /// A file goes where a directory is; a tree makes the last directory of its destination, and no more.
    private static func requireParent(of base: LocalPath, isDirectory: Bool, isRecursive: Bool) throws {
        let directory = isDirectory && !isRecursive ? base : base.parent
        guard try kind(at: directory) != .directory else { return }
        throw Failure(
            .cannotCreate, "\(directory): no such directory; make it first, or choose another place with -o")
    }

    /// What is at a destination; nil for nothing.
    private static func kind(at path: LocalPath) throws -> FileStatus.Kind? {
        do throws(TransportError) { return try LocalDirectory.status(of: path.bytes)?.kind } catch {
            throw Failure(.cannotCreate, "\(error); choose another place with -o")
        }
    }

    /// `put PATH… TARGET [-r]`.
    static func uploads(
        _ paths: [String], to target: TargetURL, isRecursive: Bool, options: TransferOptions, site: Site,
        charset: NameCharset
    ) throws -> TransferPlan {
        guard target.endsInSlash || paths.count == 1 else {
            throw Usage("several files go to a directory: let the target end in /")
        }
        var plan = TransferPlan(transfers: [], sites: [site])
        for path in paths {
            let path = LocalPath(argument: path)
            let local = absolute(path)
            let found: FileStatus?
            do throws(TransportError) { found = try LocalDirectory.status(of: local.bytes) } catch {
                throw Failure(.noSuchSource, "\(error); check the permissions of its directories")
            }
            guard let status = found else {
                throw Failure(.noSuchSource, "\(path): no such file or directory")
            }
            guard status.kind != .directory || isRecursive else {
                throw Usage("“\(path)” is a directory; send it with -r")
            }
            let name: [UInt8]
            do throws(FTPError) {
                name =
                    target.endsInSlash
                    ? try charset.bytes(of: local.lastComponent) : target.path.lastComponent
            } catch {
                plan.refused.append(Failure(error))
                continue
            }
            let directory = target.endsInSlash ? target.path : target.path.parent
            let isFile = status.kind == .file
            plan.transfers.append(
                Transfer(
                    id: 0, direction: .upload, kind: status.kind == .directory ? .tree : .file, site: site.id,
                    remoteDirectory: directory, remoteName: name, localDirectory: local.parent,
                    localName: local.lastComponent, size: isFile ? status.size : nil,
                    modified: isFile ? status.modified : nil, options: options.typed(by: target)))
        }
        return plan
    }

    /// Says which names are refused.
    ///
    /// - Throws: the first refusal where nothing else is left.
    func sayRefused() throws {
        if transfers.isEmpty, refused.count == 1 { throw refused[0] }
        for failure in refused { complain(failure.message) }
        if transfers.isEmpty, let first = refused.first {
            throw ExitStatus.Silent(code: first.kind.exitStatus)
        }
    }

    /// Without `.` and a slash at the end; `..` stays, since links make it mean more than it says.
    static func absolute(_ path: LocalPath) -> LocalPath {
        let whole = path.isAbsolute ? path.bytes : LocalDirectory.currentDirectory() + [0x2F] + path.bytes
        let parts = whole.split(separator: 0x2F).filter { Array($0) != [0x2E] }
        return LocalPath(bytes: [0x2F] + Array(parts.joined(separator: [0x2F])))
    }
}

extension TransferOptions {
    /// `;type=a` or `;type=i` of a URL says more than an option for all.
    fileprivate func typed(by target: TargetURL) -> TransferOptions {
        guard let type = target.type else { return self }
        var options = self
        options.type = type == .ascii ? .ascii : .image
        return options
    }
}
