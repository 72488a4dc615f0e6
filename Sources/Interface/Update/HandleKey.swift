/// What a key does where the focus is: the open dialog takes it first, then the table of keys.
public func handle(_ key: Key, _ model: inout Model) -> [Effect] {
    []
}
