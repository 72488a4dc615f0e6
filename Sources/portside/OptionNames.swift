import FTPProtocol

extension Advice {
    /// The sentence with the command line's options where the engine says in general words what would help.
    static func withOptions(_ text: String) -> String { explained(text) { $0.option } }

    private var option: String {
        switch self {
        case .activeMode: "use --mode active"
        case .passiveMode: "use --mode passive"
        case .otherMode: "try the other mode (--mode passive or active)"
        case .otherFamily: "use -4 or -6"
        case .moreTime: "raise --timeout"
        case .fewerConnections: "use fewer --connections"
        case .proxy: "check --proxy"
        case .noProxy: "leave out --proxy"
        case .noCompression: "leave out --compress"
        case .activePorts: "narrower with --active-ports"
        case .activeAddress: "behind a router --active-address names its outer address"
        case .noEncryption: "use --tls off"
        case .encryption: "leave out --tls off"
        case .onlyEncryption: "use --tls require"
        case .clearData: "use --prot clear"
        case .encryptedControl: "leave out --ccc"
        case .pin: "use --fingerprint"
        case .authority: "--ca with the file of whoever signed it"
        case .certificate: "use --cert and --key"
        case .otherCertificate: "is --cert the right one"
        case .password: "use --password-file or --netrc"
        case .account: "use --account"
        case .virtualHost: "check --virtual-host"
        case .charset: "use another --charset"
        case .moreDeletions: "raise --max-delete"
        case .otherComparison: "use --compare time"
        case .deletionsFromEmpty: "--delete-from-empty allows it"
        }
    }
}
