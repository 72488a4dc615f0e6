import Interface
import Transfers

/// Who performs what the screen asks of everything but the screen. Each call returns at once; what came of it
/// arrives in the `Inbox`.
protocol EffectRunner {
    func perform(_ request: Request)
    /// Starts the server inside the program, if it does not run yet, and connects to it.
    func connectDemo()
    /// The transfers are to go on when the screen is left.
    func goOnInBackground()
    /// The process in the background that has the queue is to stop and end.
    func endWorker()
}
