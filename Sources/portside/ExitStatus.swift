import Engine
import FTPProtocol
import Glibc

/// The exit statuses of docs and man page (sysexits.h).
enum ExitStatus {
    static let partly: Int32 = 1
    static let usage: Int32 = 64
    static let doesNotVerify: Int32 = 65
    static let interrupted: Int32 = 130
    static let terminated: Int32 = 143

    /// Everything has been said already; only the status is left.
    struct Silent: Error {
        var code: Int32
    }
}

/// The command line is wrong, in a sentence that says what would be right.
struct Usage: Error {
    var message: String

    init(_ message: String) {
        self.message = message
    }
}

extension Failure.Kind {
    var exitStatus: Int32 {
        switch self {
        case .invalidRequest: 64
        case .doesNotVerify: 65
        case .noSuchSource: 66
        case .unknownHost: 68
        case .unreachable: 69
        case .cannotCreate: 73
        case .localDisk: 74
        case .temporary: 75
        case .protocolViolation: 76
        case .loginRefused, .permissionRefused, .notTrusted, .passwordNeeded: 77
        case .cancelled: ExitStatus.interrupted
        }
    }
}

/// One line on standard error.
func complain(_ message: String) {
    StandardError.write("portside: \(visible(Advice.withOptions(message)))\n")
}

/// Ends the program without running destructors that might wait; standard output is written first.
func flushAndExit(_ status: Int32) -> Never {
    if let code = StandardOutput.flush(), status == 0 {
        complain(
            "standard output cannot be written: \(String(cString: strerror(code))); free some space there")
        exit(74)
    }
    exit(status)
}
