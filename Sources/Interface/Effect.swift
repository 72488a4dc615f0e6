public import Transfers

/// What `update` wants done by those who may act. The main loop performs them in order.
public enum Effect: Hashable, Sendable {
    case request(Request)
    /// Start the server inside the program and connect to it.
    case connectDemo
    /// Leave. The queue is kept; running transfers stop at an offset they can go on from.
    case quit
    /// `^Z`: give the terminal back and stop this process.
    case suspend
    /// Draw everything again, whatever the terminal is believed to show.
    case redraw
    /// Hand over `.woke` after this time, once. An earlier wake-up asked for before stays; later ones may be dropped.
    /// Nothing asks for one while nothing moves.
    case wake(afterMilliseconds: Int)
    /// Through OSC 52.
    case copyToClipboard(String)
}
