internal import FTPProtocol

/// The transfers of the queue, each stored once, in 64 bytes and its name.
///
/// What the files of one directory have in common (both directories, site, options) is stored once
/// for all of them, so that a million queued files stay small. A slot is an index that stays valid until
/// its transfer is removed.
struct TransferTable: Sendable {
    typealias Slot = Int32

    /// What is particular to one transfer. Sizes are in bytes.
    struct Record: Sendable {
        var id: Transfer.ID
        var position: Int64
        private var storedSize: Int64
        private var storedModified: Int64
        var bytes: Int64
        var remoteName: [UInt8]
        var localName: [UInt8]
        fileprivate var common: Int32
        private var storedAttempts: Int16
        /// The state without what it carries; that is in `details`, because few carry something.
        fileprivate var plainState: PlainState
        /// In which list of what may be started it is.
        var listing = Listing.none

        // An optional would take twice the room.
        private static let unknown = Int64.min

        var size: Int64? {
            get { storedSize == Self.unknown ? nil : storedSize }
            set { storedSize = newValue ?? Self.unknown }
        }

        var modified: Int64? {
            get { storedModified == Self.unknown ? nil : storedModified }
            set { storedModified = newValue ?? Self.unknown }
        }

        var attempts: Int {
            get { Int(storedAttempts) }
            set { storedAttempts = Int16(clamping: newValue) }
        }

        fileprivate init(_ transfer: Transfer, common: Int32) {
            id = transfer.id
            position = transfer.position
            storedSize = transfer.size ?? Self.unknown
            storedModified = transfer.modified ?? Self.unknown
            bytes = transfer.bytes
            remoteName = transfer.remoteName
            // One array for both names where they are equal, as they nearly always are.
            localName =
                transfer.localName == transfer.remoteName ? transfer.remoteName : transfer.localName
            self.common = common
            storedAttempts = Int16(clamping: transfer.attempts)
            plainState = .waiting
        }
    }

    enum Listing: UInt8 { case none, startable, scheduled }

    fileprivate enum PlainState: UInt8 { case waiting, running, paused, done, detailed }

    struct Common: Hashable, Sendable {
        var direction: Transfer.Direction
        var kind: Transfer.Kind
        var site: Site.ID
        var remoteDirectory: RemotePath
        var localDirectory: LocalPath
        var depth: Int
        var batch: Transfer.ID?
        var options: TransferOptions
    }

    private struct Shared: Sendable {
        var value: Common
        var users: Int
    }

    private var records: ContiguousArray<Record> = []
    private var vacant: [Slot] = []
    private var slots = SlotIndex()
    private var details: [Slot: TransferState] = [:]
    private(set) var skippedCount = 0
    /// Few have begun and not ended.
    private var parts: [Slot: Part] = [:]
    private var proofs: [Slot: HashProof] = [:]
    /// Of those that have failed and are tried again.
    private var furthestBytes: [Slot: Int64] = [:]
    private var shared: ContiguousArray<Shared> = []
    private var vacantShared: [Int32] = []
    private var sharedIndex: [Common: Int32] = [:]
    /// Where the previous insertion found its common part: the next is nearly always of the same directory.
    private var lastShared: Int32?

    var count: Int { slots.count }

    func slot(of id: Transfer.ID) -> Slot? { slots[id] }

    /// Adds a transfer; nil when its identifier is taken.
    mutating func insert(_ transfer: Transfer) -> Slot? {
        guard slots[transfer.id] == nil else { return nil }
        let record = Record(transfer, common: share(transfer.common))
        let slot: Slot
        if let reused = vacant.popLast() {
            slot = reused
            records[Int(slot)] = record
        } else {
            slot = Slot(records.count)
            records.append(record)
        }
        slots[transfer.id] = slot
        if let part = transfer.part { parts[slot] = part }
        proofs[slot] = transfer.proof
        setState(transfer.state, of: slot)
        return slot
    }

    mutating func remove(_ slot: Slot) {
        slots[self[slot].id] = nil
        forgetDetails(of: slot)
        parts[slot] = nil
        proofs[slot] = nil
        furthestBytes[slot] = nil
        release(self[slot].common)
        self[slot].remoteName = []
        self[slot].localName = []
        vacant.append(slot)
    }

    subscript(slot: Slot) -> Record {
        get { records[Int(slot)] }
        _modify { yield &records[Int(slot)] }
    }

    func common(of slot: Slot) -> Common { shared[Int(self[slot].common)].value }

    func state(of slot: Slot) -> TransferState {
        switch self[slot].plainState {
        case .waiting: .waiting
        case .running: .running
        case .paused: .paused
        case .done: .done
        case .detailed: details[slot] ?? .waiting
        }
    }

    mutating func setState(_ state: TransferState, of slot: Slot) {
        if self[slot].plainState == .detailed { forgetDetails(of: slot) }
        if state.isEnded { furthestBytes[slot] = nil }
        if case .skipped = state { skippedCount += 1 }
        switch state {
        case .waiting: self[slot].plainState = .waiting
        case .running: self[slot].plainState = .running
        case .paused: self[slot].plainState = .paused
        case .done: self[slot].plainState = .done
        case .held, .retrying, .asking, .failed, .skipped:
            self[slot].plainState = .detailed
            details[slot] = state
        }
    }

    private mutating func forgetDetails(of slot: Slot) {
        if case .skipped? = details.removeValue(forKey: slot) { skippedCount -= 1 }
    }

    mutating func setPart(_ part: Part?, of slot: Slot) {
        parts[slot] = part
    }

    mutating func setProof(_ proof: HashProof?, of slot: Slot) {
        proofs[slot] = proof
    }

    /// How far it has ever come, in bytes, when the count of its tries last began anew; nil before it has failed.
    func furthest(_ slot: Slot) -> Int64? { furthestBytes[slot] }

    mutating func setFurthest(_ bytes: Int64?, of slot: Slot) {
        furthestBytes[slot] = bytes
    }

    mutating func setOptions(_ options: TransferOptions, of slot: Slot) {
        var common = common(of: slot)
        common.options = options
        let old = self[slot].common
        self[slot].common = share(common)
        release(old)
    }

    func transfer(_ slot: Slot) -> Transfer {
        let record = self[slot]
        let common = common(of: slot)
        var transfer = Transfer(
            id: record.id, direction: common.direction, kind: common.kind, site: common.site,
            remoteDirectory: common.remoteDirectory, remoteName: record.remoteName,
            localDirectory: common.localDirectory, localName: record.localName, size: record.size,
            modified: record.modified, options: common.options, state: state(of: slot), bytes: record.bytes,
            attempts: record.attempts, position: record.position, depth: common.depth,
            part: parts[slot], batch: common.batch)
        transfer.proof = proofs[slot]
        return transfer
    }

    private mutating func share(_ common: Common) -> Int32 {
        if let last = lastShared, shared[Int(last)].users > 0, shared[Int(last)].value == common {
            shared[Int(last)].users += 1
            return last
        }
        let index: Int32
        if let known = sharedIndex[common] {
            index = known
            shared[Int(index)].users += 1
        } else if let reused = vacantShared.popLast() {
            index = reused
            shared[Int(index)] = Shared(value: common, users: 1)
            sharedIndex[common] = index
        } else {
            index = Int32(shared.count)
            shared.append(Shared(value: common, users: 1))
            sharedIndex[common] = index
        }
        lastShared = index
        return index
    }

    private mutating func release(_ index: Int32) {
        shared[Int(index)].users -= 1
        guard shared[Int(index)].users == 0 else { return }
        sharedIndex[shared[Int(index)].value] = nil
        vacantShared.append(index)
    }
}

extension Transfer {
    fileprivate var common: TransferTable.Common {
        TransferTable.Common(
            direction: direction, kind: kind, site: site, remoteDirectory: remoteDirectory,
            localDirectory: localDirectory, depth: depth, batch: batch, options: options)
    }
}

/// Which slot an identifier has. Identifiers come in order, so that most of a page is in use: a fifth of what a dictionary
/// takes.
private struct SlotIndex: Sendable {
    private struct Page: Sendable {
        var slots = ContiguousArray<TransferTable.Slot>(repeating: -1, count: SlotIndex.pageSize)
        var used = 0
    }

    /// Small, since a damaged journal may have one identifier on each.
    private static let pageSize = 64

    private var pages: [Int64: Page] = [:]
    private(set) var count = 0

    private static func place(_ id: Transfer.ID) -> (page: Int64, index: Int) {
        (id >> 6, Int(id & Int64(pageSize - 1)))
    }

    subscript(id: Transfer.ID) -> TransferTable.Slot? {
        get {
            let (page, index) = Self.place(id)
            guard let slot = pages[page]?.slots[index], slot >= 0 else { return nil }
            return slot
        }
        set {
            let (page, index) = Self.place(id)
            let before = pages[page]?.slots[index] ?? -1
            guard before >= 0 || newValue != nil else { return }
            pages[page, default: Page()].slots[index] = newValue ?? -1
            let change = (newValue == nil ? 0 : 1) - (before >= 0 ? 1 : 0)
            pages[page]?.used += change
            count += change
            if pages[page]?.used == 0 { pages[page] = nil }
        }
    }
}
