import Testing

@testable import Transfers

@Suite struct PositionListTests {
    typealias Entry = PositionList.Entry

    @Test(arguments: [1, 2, 3] as [UInt64])
    func behavesAsASortedArray(seed: UInt64) {
        var random = Numbers(seed: seed)
        var list = PositionList()
        var model: [Entry] = []
        for _ in 0..<6000 {
            let entry = Entry(key: Int64(random.below(3000)), slot: Int32(random.below(2)))
            if let index = model.firstIndex(of: entry) {
                let wasThere = list.remove(entry)
                #expect(wasThere)
                model.remove(at: index)
            } else {
                let wasThere = list.remove(entry)
                #expect(!wasThere)
                list.insert(entry)
                model.insert(entry, at: model.firstIndex { entry < $0 } ?? model.count)
            }
        }
        #expect(list.count == model.count)
        #expect(list.first == model.first && list.lastKey == model.last?.key)
        #expect(list.entries(in: 0..<10_000) == model)
        #expect(list.entries(in: 700..<790) == Array(model[700..<790]))
        for key in stride(from: Int64(-1), through: 3001, by: 7) {
            #expect(list.key(after: key) == model.first { $0.key > key }?.key)
            #expect(list.key(before: key) == model.last { $0.key < key }?.key)
        }
        for (rank, entry) in model.enumerated().filter({ $0.offset % 97 == 0 }) {
            #expect(list.rank(of: entry) == rank)
        }
    }
}
