import FTPProtocol

extension Advice {
    /// The sentence with the keys of the screen behind what the engine says would help, where a key does it.
    static func withKeys(_ text: String) -> String {
        explained(text) { advice in
            switch advice {
            case .activeMode, .passiveMode, .otherMode: "\(advice.rawValue) (P)"
            case .otherComparison: "\(advice.rawValue) (c)"
            default: nil
            }
        }
    }
}
