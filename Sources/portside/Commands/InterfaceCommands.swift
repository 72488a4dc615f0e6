import ArgumentParser
import CLinux
import EmbeddedServer
import Engine
import FTPProtocol
import Glibc
import Terminal
import Transfers
import Transport

/// `portside [TARGET] [LOCALDIR]`: the terminal interface.
struct OpenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "open", abstract: "The terminal interface.", shouldDisplay: false)

    @Argument(help: "ftp://[USER@]HOST[:PORT][/PATH]") var target: String?
    @Argument(help: "What the local pane shows first.") var localDirectory: String?
    @OptionGroup var options: ConnectionOptions

    mutating func run() throws {
        var start = Application.Start()
        if let target {
            guard TargetURL.looksRemote(target) || target.contains(":") else {
                let given = ArgumentBytes.ofThisProcess()
                if given.first?.hasPrefix("-") == true, Portside.names(subcommand: target) {
                    throw Usage("options follow the subcommand: portside \(target) … \(visible(given[0]))")
                }
                throw Usage(
                    "there is no subcommand “\(visible(target))”, and it is no ftp:// address; see portside help"
                )
            }
            let place = try remoteTarget(target, options.names)
            let credentials = Credentials(options: options)
            let site = try credentials.site(of: place)
            start.site = site
            start.password = credentials.passwords[site.id]
            start.directory = place.directory
        }
        if let localDirectory {
            let path = LocalPath(argument: localDirectory)
            guard try LocalDirectory.status(of: path.bytes)?.kind == .directory else {
                throw Failure(.noSuchSource, "\(path): no such directory")
            }
            start.localDirectory =
                path.isAbsolute
                ? path : LocalPath(bytes: LocalDirectory.currentDirectory()).appending(path.bytes)
        }
        try open(start)
    }
}

struct DemoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "The terminal interface on a server inside the program, with a sample tree.")

    @Option(help: "How the server behaves: \(Personality.all.map(\.name).joined(separator: ", ")).")
    var personality = "unix"

    func validate() throws {
        guard Personality.named(personality) != nil else {
            throw ValidationError(
                "--personality takes one of \(Personality.all.map(\.name).joined(separator: ", "))")
        }
    }

    mutating func run() throws {
        try open(Application.Start(isDemo: true, personality: Personality.named(personality) ?? .unix))
    }
}

private func open(_ start: Application.Start) throws {
    let end: Application.End
    do {
        end = try Application.run(start)
    } catch let error as StartError {
        throw Usage("\(error)")
    }
    var status = end.status
    if let notice = end.notice { StandardOutput.write("\(notice)\n") }
    if let complaint = end.complaint {
        complain(complaint)
        if status == 0 { status = Failure.Kind.localDisk.exitStatus }
    }
    throw ExitStatus.Silent(code: status)
}

/// `portside serve DIR`: the embedded server on its own.
struct ServeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Serve a directory by FTP, on loopback unless told otherwise.",
        discussion: ServerManual.help)

    @Argument(help: "The directory that clients see as /.") var directory: String
    @Option(help: "The control port; 0 takes any that is free.") var port: UInt16 = 2121
    @Option(help: "The address to listen on.") var address = "127.0.0.1"
    @Option(help: "How it behaves: \(Personality.all.map(\.name).joined(separator: ", ")).")
    var personality = "unix"
    @Option(
        help: ArgumentHelp(
            "Misbehave; repeatable. See below.", valueName: "name"))
    var fault: [String] = []
    @Option(help: "Let in only this user; --password-file names the password.") var user: String?
    @Option(help: ArgumentHelp("The file whose first line is the user's password.", valueName: "file"))
    var passwordFile: String?
    @Option(
        help: ArgumentHelp(
            "Speak TLS: explicit (AUTH), implicit (from the first byte), require (AUTH, and nobody in without it).",
            valueName: "explicit|implicit|require"))
    var tls: String?
    @Option(help: ArgumentHelp("The certificate and its chain, in PEM; else one is made.", valueName: "file"))
    var tlsCert: String?
    @Option(help: ArgumentHelp("The key of the certificate, in PEM.", valueName: "file")) var tlsKey: String?
    @Flag(help: "Refuse uploads, deletions and all other changes.") var readOnly = false
    @Flag(name: .short, help: "Show the dialogue on standard error.") var verbose = false

    mutating func run() throws {
        guard let personality = Personality.named(personality) else {
            throw Usage("--personality takes one of \(Personality.all.map(\.name).joined(separator: ", "))")
        }
        guard let address = Address(numeric: address, port: port) else {
            throw Usage("--address takes an address in numbers, such as 127.0.0.1 or ::1")
        }
        var faults: Set<Fault> = []
        for text in fault {
            guard let fault = Fault(text) else {
                throw Usage(
                    "there is no fault “\(visible(text))”; see portside serve --help")
            }
            faults.insert(fault)
        }
        var configuration = ServerConfiguration(
            addresses: [address], personality: personality, isReadOnly: readOnly, faults: faults)
        configuration.encryption = try encryption()
        if let user {
            let password = try passwordFile.flatMap { try UserFiles.readText($0) } ?? ""
            configuration.accounts = .only([user: String(password.prefix { $0 != "\n" })])
        }
        if verbose {
            configuration.dialogue = { session, direction, bytes in
                let sign =
                    switch direction {
                    case .sent: "<"
                    case .received: ">"
                    default: "="
                    }
                StandardError.write("\(session) \(sign) \(visible(bytes))\n")
            }
        }
        try serve(configuration)
    }

    private func encryption() throws -> ServerConfiguration.Encryption? {
        guard let tls else {
            guard tlsCert == nil, tlsKey == nil else {
                throw Usage("--tls-cert and --tls-key need --tls explicit, implicit or require")
            }
            return nil
        }
        guard let kind = ServerConfiguration.EncryptionKind(rawValue: tls) else {
            throw Usage("--tls takes explicit, implicit or require")
        }
        guard let tlsCert, let tlsKey else {
            guard tlsCert == nil, tlsKey == nil else {
                throw Usage("--tls-cert and --tls-key need each other")
            }
            return ServerConfiguration.Encryption(kind)
        }
        return ServerConfiguration.Encryption(
            kind,
            identity: TLSIdentity(
                certificates: Array(try UserFiles.readText(tlsCert)?.utf8 ?? "".utf8),
                key: Array(try UserFiles.readText(tlsKey)?.utf8 ?? "".utf8)))
    }

    private func serve(_ configuration: ServerConfiguration) throws {
        guard try LocalDirectory.status(of: LocalPath(argument: directory).bytes)?.kind == .directory else {
            throw Failure(.noSuchSource, "\(visible(directory)): no such directory")
        }
        let server: EmbeddedServer
        do throws(TransportError) {
            server = try EmbeddedServer(serving: LocalPath(argument: directory).bytes, configuration)
            try server.start()
        } catch .network(_, _, EADDRINUSE) {
            throw Failure(.unreachable, "port \(port) is in use already; choose another --port")
        } catch .network(_, _, EACCES) {
            throw Failure(
                .permissionRefused, "port \(port) is only for root; choose another --port, from 1024 up")
        } catch {
            throw Failure(error, attempt: "cannot serve \(visible(directory))")
        }
        for address in server.listeningAddresses {
            StandardOutput.write("serving \(visible(directory)) at ftp://\(address)/ — ^C ends it\n")
        }
        StandardOutput.flush()
        let arrived = waitForSignal()
        server.stop()
        if arrived != SIGINT { throw ExitStatus.Silent(code: 128 + arrived) }
    }
}

/// Blocks until the program is asked to end, by ^C or otherwise.
func waitForSignal() -> Int32 {
    var signals = sigset_t()
    sigemptyset(&signals)
    for number in [SIGINT, SIGTERM, SIGHUP] { sigaddset(&signals, number) }
    sigprocmask(SIG_BLOCK, &signals, nil)
    var arrived: Int32 = 0
    sigwait(&signals, &arrived)
    return arrived
}
