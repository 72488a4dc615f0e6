/// What a sentence may advise to change, in the words in which it does so.
///
/// The engine says what would help; how that is done depends on where the sentence is read. The command line puts the
/// name of its option in the place of these words, the screen its key behind them, and a queue that is kept for years has
/// neither in it.
public enum Advice: String, CaseIterable, Sendable {
    case activeMode = "use active mode"
    case passiveMode = "use passive mode"
    case otherMode = "try the other mode"
    case otherFamily = "speak the other one"
    case moreTime = "allow more time"
    case fewerConnections = "use fewer connections"
    case proxy = "check the proxy"
    case noProxy = "do without the proxy"
    case noCompression = "leave out compression"
    case activePorts = "a narrower range can be set"
    case activeAddress = "behind a router its outer address has to be set"
    case noEncryption = "turn encryption off"
    case encryption = "turn encryption on"
    case onlyEncryption = "insist on encryption"
    case clearData = "let data cross in clear"
    case encryptedControl = "leave the control connection encrypted"
    case pin = "pin the fingerprint"
    case authority = "trust whoever signed it"
    case certificate = "show one, with its key"
    case otherCertificate = "is the client certificate the right one"
    case password = "give it the password"
    case account = "give it the account"
    case virtualHost = "check the virtual host"
    case charset = "use another charset"
    case moreDeletions = "allow more deletions"
    case otherComparison = "compare sizes and times"
    case deletionsFromEmpty = "unless that is allowed"

    /// The text with other words for each advice in it.
    ///
    /// - Parameter words: what stands in its place; nil for the same.
    public static func explained(_ text: String, _ words: (Advice) -> String?) -> String {
        var text = text
        for advice in allCases {
            guard let place = text.firstRange(of: advice.rawValue), let other = words(advice) else {
                continue
            }
            text.replaceSubrange(place, with: other)
        }
        return text
    }
}
