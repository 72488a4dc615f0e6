/// Values that many have in common, each stored once, for as long as somebody has it.
struct SharedValues<Value: Hashable & Sendable>: Sendable {
    typealias Index = Int32

    private struct Entry: Sendable {
        var value: Value
        var users: Int
    }

    private var entries: ContiguousArray<Entry> = []
    private var vacant: [Index] = []
    private var indices: [Value: Index] = [:]
    /// What was asked for last: the next is nearly always the same.
    private var last: Index?

    subscript(index: Index) -> Value {
        _read { yield entries[Int(index)].value }
    }

    /// One more has it.
    mutating func take(_ value: Value) -> Index {
        if let last, entries[Int(last)].users > 0, entries[Int(last)].value == value {
            entries[Int(last)].users += 1
            return last
        }
        let index: Index
        if let known = indices[value] {
            index = known
            entries[Int(index)].users += 1
        } else if let reused = vacant.popLast() {
            index = reused
            entries[Int(index)] = Entry(value: value, users: 1)
            indices[value] = index
        } else {
            index = Index(entries.count)
            entries.append(Entry(value: value, users: 1))
            indices[value] = index
        }
        last = index
        return index
    }

    /// One has it no more.
    mutating func release(_ index: Index) {
        entries[Int(index)].users -= 1
        guard entries[Int(index)].users == 0 else { return }
        indices[entries[Int(index)].value] = nil
        vacant.append(index)
    }
}
