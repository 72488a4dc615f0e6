import Interface
import Transfers

/// Who performs what the screen asks of everything but the screen. Each call returns at once; what came of it
/// arrives in the `Inbox`.
protocol EffectRunner {
    func perform(_ request: Request)
    /// Starts the server inside the program, if it does not run yet, and connects to it.
    func connectDemo()
}
