import Glibc

/// Writes to the terminal past ncurses, which keeps nothing back between two of its updates, so the order holds.
/// A terminal that is gone is noticed by the poll of the loop, not here.
func writeRaw(_ text: String) {
    var text = text
    text.withUTF8 { bytes in
        var written = 0
        while written < bytes.count {
            let count = write(STDOUT_FILENO, bytes.baseAddress?.advanced(by: written), bytes.count - written)
            if count > 0 {
                written += count
            } else if count < 0, errno == EINTR {
                continue
            } else {
                return
            }
        }
    }
}
