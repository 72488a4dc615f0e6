import ArgumentParser
import Engine
import FTPProtocol
import Transfers

struct QueueAddCopyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "copy",
        abstract:
            "Queue a copy between two servers: directly where both allow it, through this machine otherwise.")

    @Argument(help: "The file, or with -r the directory: ftp://[USER@]HOST[:PORT]/PATH") var source: String
    @Argument(help: "Where to; one that ends in / is a directory, any other the new name.") var destination:
        String
    @Flag(name: .short, help: "Directories, with everything in them.") var recursive = false
    @Flag(help: "Through this machine in any case.") var relay = false
    @OptionGroup var options: ConnectionOptions
    @OptionGroup var transfer: TransferOptionGroup
    @OptionGroup var queueing: QueueingOptions

    func validate() throws {
        guard transfer.type == nil || transfer.type == .image else {
            throw ValidationError("between servers a file is copied as it is: leave out --type")
        }
    }

    mutating func run() throws {
        let from = try remoteTarget(source, options.names)
        let to = try remoteTarget(destination, options.names).naming(from)
        let name = from.path.lastComponent
        guard recursive || !name.isEmpty, !to.path.lastComponent.isEmpty else {
            throw Usage("name what is to be copied, and where to: a path behind the host")
        }
        let credentials = Credentials(options: options, isForLater: true)
        var settings = try transfer.transferOptionsForLater(options, .upload, isResuming: false)
        queueing.apply(to: &settings)
        let origin = try credentials.site(of: from)
        settings.origin = Origin(origin, isRelayed: relay)
        let site = try credentials.site(of: to)
        let copy = Transfer(
            id: 0, direction: .upload, kind: recursive ? .tree : .file, site: site.id,
            remoteDirectory: to.path.parent, remoteName: to.path.lastComponent,
            localDirectory: LocalPath(bytes: (name.isEmpty ? from.path : from.path.parent).bytes),
            localName: name,
            options: settings)
        try addToQueue(TransferPlan(transfers: [copy], sites: [origin, site]), credentials)
    }
}
