import Engine
import Storage

extension ServerMemory {
    /// What this process and those before it learned about servers.
    static let kept: ServerMemory = {
        let notes = ServerNotes(directory: WorkingQueue.directory)
        return ServerMemory(known: notes.read()) { notes.write($0) }
    }()
}
