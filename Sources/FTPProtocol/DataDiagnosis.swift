/// Why no data connection came about, whichever way was tried, and what to do about it.
///
/// The ports and addresses are those that the log of a firewall would show.
public struct DataDiagnosis: Hashable, Sendable {
    public struct Attempt: Hashable, Sendable {
        public var method: DataMethod
        /// The end that was to be reached: the server's in passive mode, ours in active mode. `192.0.2.1:51834`.
        public var endpoint: String
        public var symptom: Symptom

        public init(_ method: DataMethod, _ endpoint: String, _ symptom: Symptom) {
            self.method = method
            self.endpoint = endpoint
            self.symptom = symptom
        }
    }

    public enum Symptom: Hashable, Sendable {
        /// The server said no, in these words.
        case refused(String)
        /// The command itself got no answer: something on the way drops it.
        case swallowed
        /// Connecting got no answer: something on the way drops it.
        case unanswered
        /// The port is closed, or a firewall says so.
        case closed
        /// Nobody connected to where we listened.
        case neverCalled
        case other(String)
    }

    public var attempts: [Attempt]
    /// The server, as the control connection has it, without port.
    public var server: String
    /// Where we would listen in active mode.
    public var listeningPorts: ClosedRange<UInt16>
    public var mode: DataMode

    public init(
        attempts: [Attempt], server: String, listeningPorts: ClosedRange<UInt16>, mode: DataMode
    ) {
        self.attempts = attempts
        self.server = server
        self.listeningPorts = listeningPorts
        self.mode = mode
    }

    /// One sentence: what was tried, what came of it, what to allow, what to try.
    public var sentence: String {
        let tried = attempts.map { "\($0.method.rawValue) \(Self.words($0))" }.joined(separator: ", ")
        return "no data connection: \(tried.isEmpty ? "nothing was left to try" : tried)"
            + (advice.isEmpty ? "" : "; \(advice)")
    }

    private static func words(_ attempt: Attempt) -> String {
        switch attempt.symptom {
        case .refused(let text): "was refused (“\(text)”)"
        case .swallowed: "got no answer at all"
        case .unanswered: "to \(attempt.endpoint) got no answer"
        case .closed: "to \(attempt.endpoint) found the port closed"
        case .neverCalled: "at \(attempt.endpoint) was never called by the server"
        case .other(let text): "failed: \(text)"
        }
    }

    private var advice: String {
        let isOutgoingBlocked = attempts.contains {
            $0.method.mode == .passive && [.unanswered, .closed].contains($0.symptom)
        }
        let isIncomingBlocked = attempts.contains { $0.symptom == .neverCalled }
        var allow: [String] = []
        if isOutgoingBlocked {
            allow.append(
                "outgoing TCP to \(server), ports \(DataPort.lowest)-65535 (or the server's passive range)")
        }
        if isIncomingBlocked {
            allow.append(
                "incoming TCP from \(server) to ports \(listeningPorts.lowerBound)-\(listeningPorts.upperBound)"
                    + " (\(Advice.activePorts.rawValue))")
        }
        var parts: [String] = []
        if !allow.isEmpty {
            parts.append("a firewall or router must allow " + allow.joined(separator: ", or "))
        }
        switch mode {
        case .passive: parts.append((parts.isEmpty ? "" : "or ") + Advice.activeMode.rawValue)
        case .active: parts.append((parts.isEmpty ? "" : "or ") + Advice.passiveMode.rawValue)
        case .auto:
            if isIncomingBlocked { parts.append(Advice.activeAddress.rawValue) }
        }
        return parts.joined(separator: "; ")
    }
}
