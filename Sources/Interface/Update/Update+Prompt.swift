internal import FTPProtocol
internal import Transfers

extension Model {
    mutating func dialogTakes(_ key: Key) -> [Effect] {
        if key == .escape { _ = dialogs.popLast() }; return []
    }
    mutating func takeMouse(_ event: MouseEvent) -> [Effect] { [] }
}
