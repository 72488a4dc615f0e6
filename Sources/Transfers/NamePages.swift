/// Names of files, one behind the other in pages: a million of twelve bytes take 12 MB, and not the 64 MB that as many
/// arrays would.
///
/// A page is let go, or filled again, when the last name in it was removed. What is added together mostly ends together, so
/// that few pages stay for the sake of few names.
struct NamePages: Sendable {
    /// Where a name stands.
    struct Name: Hashable, Sendable {
        fileprivate var page: Int32
        fileprivate var start: UInt16
        /// In bytes; `.max` for all of its page.
        fileprivate var count: UInt16
    }

    private struct Page: Sendable {
        var bytes: ContiguousArray<UInt8> = []
        var names = 0
    }

    /// In bytes. A longer name has a page for itself.
    private static let pageSize = 16 << 10

    private var pages: ContiguousArray<Page> = []
    private var vacant: [Int32] = []
    /// Where the next one is put.
    private var open: Int32?

    mutating func add(_ name: [UInt8]) -> Name {
        guard name.count <= Self.pageSize else {
            let page = newPage()
            pages[Int(page)].bytes = ContiguousArray(name)
            pages[Int(page)].names = 1
            return Name(page: page, start: 0, count: .max)
        }
        let page = pageWithRoom(for: name.count)
        let start = pages[Int(page)].bytes.count
        pages[Int(page)].bytes += name
        pages[Int(page)].names += 1
        return Name(page: page, start: UInt16(start), count: UInt16(name.count))
    }

    func bytes(of name: Name) -> [UInt8] {
        let bytes = pages[Int(name.page)].bytes
        if name.count == .max { return Array(bytes) }
        return Array(bytes[Int(name.start)..<Int(name.start) + Int(name.count)])
    }

    mutating func remove(_ name: Name) {
        let page = Int(name.page)
        pages[page].names -= 1
        guard pages[page].names == 0 else { return }
        if name.page == open {
            pages[page].bytes.removeAll(keepingCapacity: true)
        } else {
            pages[page].bytes = []
            vacant.append(name.page)
        }
    }

    private mutating func pageWithRoom(for count: Int) -> Int32 {
        // One without names is empty, so this is never the last that is known of it.
        if let open, pages[Int(open)].bytes.count + count <= Self.pageSize { return open }
        let page = newPage()
        pages[Int(page)].bytes.reserveCapacity(Self.pageSize)
        open = page
        return page
    }

    private mutating func newPage() -> Int32 {
        if let page = vacant.popLast() { return page }
        pages.append(Page())
        return Int32(pages.count - 1)
    }
}
