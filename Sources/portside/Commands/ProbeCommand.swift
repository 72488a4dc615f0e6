import ArgumentParser
import Engine
import FTPProtocol
import Transfers
import Transport

/// `portside probe`: every way of connecting, one after the other, and what comes of each.
struct ProbeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "probe",
        abstract: "Try every way of connecting, and say what works and why the rest does not.")

    @Argument(help: "ftp://[USER@]HOST[:PORT]/") var target: String
    @OptionGroup var options: ConnectionOptions

    mutating func run() throws {
        let target = try remoteTarget(target, options.names)
        let sessions = try RemoteSessions(options)
        var verdict: Failure?
        var works: [DataMethod] = []
        try sessions.ended {
            for family in families(target) {
                do {
                    works += try probe(target, family, sessions)
                } catch let failure as Failure {
                    // No address of that family is nothing to complain of while there is the other.
                    if failure.kind == .cancelled || failure.kind == .passwordNeeded { throw failure }
                    StandardOutput.write("\(family.words): \(visible(Advice.withOptions(failure.message)))\n")
                    verdict = verdict ?? failure
                }
            }
        }
        sessions.quit()
        guard works.isEmpty else {
            let mode: DataMode = works.contains { $0.mode == .passive } ? .passive : .active
            return StandardOutput.write("use --mode \(mode.rawValue), or leave it at auto\n")
        }
        throw verdict
            ?? Failure(
                .temporary,
                "no way leads to a data connection; what is said above each of them names what blocks it",
                isTemporary: true)
    }

    private func families(_ target: TargetURL) -> [AddressFamily] {
        if options.ipv4 { return [.ipv4] }
        if options.ipv6 { return [.ipv6] }
        guard let numeric = Address(numeric: target.site.host, port: 0) else { return [.ipv4, .ipv6] }
        return [numeric.family == .ipv4 ? .ipv4 : .ipv6]
    }

    /// - Returns: the ways that work.
    private func probe(
        _ target: TargetURL, _ family: AddressFamily, _ sessions: RemoteSessions
    ) throws -> [DataMethod] {
        let session = try sessions.makeSession(for: target, over: family)
        defer { session.quit() }
        try session.connect()
        StandardOutput.write(
            "\(family.words): logged in at \(visible(session.peer ?? "")), \(visible(session.facts.system)); "
                + "TLS is \(session.offersTLS ? "" : "not ")offered\n")
        var works: [DataMethod] = []
        for method in session.dataMethods {
            do throws(Failure) {
                try session.probe(method)
                works.append(method)
                StandardOutput.write("\(family.words): \(method.rawValue) works\n")
            } catch {
                if error.kind == .cancelled { throw error }
                StandardOutput.write(
                    "\(family.words): \(method.rawValue) fails: \(visible(Advice.withOptions(error.message)))\n"
                )
            }
            StandardOutput.flush()
        }
        return works
    }
}

extension AddressFamily {
    fileprivate var words: String { self == .ipv4 ? "IPv4" : "IPv6" }
}
