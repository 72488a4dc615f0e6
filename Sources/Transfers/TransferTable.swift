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
        fileprivate var remoteName: NamePages.Name
        fileprivate var localName: NamePages.Name
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

        fileprivate init(_ transfer: Transfer, common: Int32, names: inout NamePages) {
            id = transfer.id
            position = transfer.position
            storedSize = transfer.size ?? Self.unknown
            storedModified = transfer.modified ?? Self.unknown
            bytes = transfer.bytes
            remoteName = names.add(transfer.remoteName)
            // Once for both where they are equal, as they nearly always are.
            localName =
                transfer.localName == transfer.remoteName ? remoteName : names.add(transfer.localName)
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
        var sharedOptions: CopiedOnWrite<TransferOptions>
        var options: TransferOptions { _read { yield sharedOptions.value } }

        fileprivate init(of transfer: Transfer) {
            direction = transfer.direction
            kind = transfer.kind
            site = transfer.site
            remoteDirectory = transfer.remoteDirectory
            localDirectory = transfer.localDirectory
            depth = transfer.depth
            batch = transfer.batch
            sharedOptions = transfer.sharedOptions
        }
    }

    private var records: ContiguousArray<Record> = []
    private var names = NamePages()
    private var vacant: [Slot] = []
    private var slots = SlotIndex()
    /// All that wait for one server may fail for one reason.
    private var details: [Slot: SharedValues<TransferState>.Index] = [:]
    private var detailed = SharedValues<TransferState>()
    private(set) var skippedCount = 0
    /// Few have begun and not ended.
    private var parts: [Slot: Part] = [:]
    private var proofs: [Slot: HashProof] = [:]
    /// Of those that have failed and are tried again.
    private var furthestBytes: [Slot: Int64] = [:]
    private var commons = SharedValues<Common>()

    var count: Int { slots.count }

    func slot(of id: Transfer.ID) -> Slot? { slots[id] }

    /// Adds a transfer; nil when its identifier is taken.
    mutating func insert(_ transfer: Transfer) -> Slot? {
        guard slots[transfer.id] == nil else { return nil }
        let record = Record(transfer, common: commons.take(Common(of: transfer)), names: &names)
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
        let record = self[slot]
        commons.release(record.common)
        names.remove(record.remoteName)
        if record.localName != record.remoteName { names.remove(record.localName) }
        vacant.append(slot)
    }

    subscript(slot: Slot) -> Record {
        get { records[Int(slot)] }
        _modify { yield &records[Int(slot)] }
    }

    /// Read in place: it is much, and mostly one field of it is wanted.
    subscript(common slot: Slot) -> Common {
        _read { yield commons[self[slot].common] }
    }

    func state(of slot: Slot) -> TransferState {
        switch self[slot].plainState {
        case .waiting: .waiting
        case .running: .running
        case .paused: .paused
        case .done: .done
        case .detailed: details[slot].map { detailed[$0] } ?? .waiting
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
            details[slot] = detailed.take(state)
        }
    }

    private mutating func forgetDetails(of slot: Slot) {
        guard let index = details.removeValue(forKey: slot) else { return }
        if case .skipped = detailed[index] { skippedCount -= 1 }
        detailed.release(index)
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
        var common = self[common: slot]
        common.sharedOptions = CopiedOnWrite(options)
        let old = self[slot].common
        self[slot].common = commons.take(common)
        commons.release(old)
    }

    func transfer(_ slot: Slot) -> Transfer {
        let record = self[slot]
        let common = self[common: slot]
        let remoteName = names.bytes(of: record.remoteName)
        let localName =
            record.localName == record.remoteName ? remoteName : names.bytes(of: record.localName)
        return Transfer(
            id: record.id, direction: common.direction, kind: common.kind, site: common.site,
            remoteDirectory: common.remoteDirectory, remoteName: remoteName,
            localDirectory: common.localDirectory, localName: localName, size: record.size,
            modified: record.modified, sharing: common.sharedOptions, state: state(of: slot),
            bytes: record.bytes,
            attempts: record.attempts, position: record.position, depth: common.depth,
            part: parts[slot], proof: proofs[slot], batch: common.batch)
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
