import Dispatch
import Transfers
import Transport

/// What the journal is told, and what other processes left in it.
extension TransferQueueCore {
    static func writer(
        of journal: any Journal, _ events: @escaping @Sendable (EngineEvent) -> Void
    ) -> Confined<JournalWriter> {
        Confined(JournalWriter(journal: journal) { events(.notice($0)) }, label: "portside.journal")
    }

    /// Time for all of what another process writes, in milliseconds; and, where nothing tells of it, how often it is
    /// looked for: as long as somebody may wait who typed.
    private static let arrivalPause = (told: 100, untold: 500)
    /// How often while others help: between two of their small files they wait that long.
    private static let reportInterval = 30

    /// Looks for what other processes left, now and whenever something is written where the journal is.
    mutating func watchJournal(_ journal: any Journal) {
        guard let itself, let directory = journal.directory else { return }
        watch = DirectoryWatch(directory, on: itself.dispatchQueue) { [weak itself] in
            itself?.onQueue { $0.journalChanged() }
        }
        lookForArrivals()
    }

    /// The rest of a long queue, while the first of it is at work.
    mutating func readFurther(_ journal: any Journal) {
        guard let itself, !isStopping else { return }
        self.journal.perform { writer in
            let piece = writer.next()
            itself.perform { core in
                core.takePiece(piece)
                if core.scheduler.isRestoring {
                    core.readFurther(journal)
                } else {
                    core.watchJournal(journal)
                }
            }
        }
    }

    mutating func takePiece(_ piece: JournalPiece?) {
        if let notice = piece?.notice { events(.notice(notice)) }
        handle(.restoredFurther(piece?.transfers ?? [], isLast: piece == nil))
    }

    /// Perhaps by ourselves: that costs one look in vain.
    private mutating func journalChanged() {
        if isLooking { mustLookAgain = true } else { look(after: Self.arrivalPause.told) }
    }

    private mutating func look(after milliseconds: Int) {
        isLooking = true
        itself?.perform(after: .milliseconds(milliseconds)) { $0.lookForArrivals() }
    }

    private mutating func lookForArrivals() {
        guard let itself, !isStopping else { return }
        isLooking = true
        mustLookAgain = false
        journal.perform { writer in
            guard writer.mayHaveArrivals else { return }
            let left = writer.left()
            let helpers = writer.helpers()
            itself.perform { core in
                core.take(left)
                if let helpers { core.take(helpers) }
                // Most of what is written there is our own.
                guard !left.isEmpty else { return core.hasLooked() }
                // Not before this is written: else it would be found again.
                let batch = core.takeUnsaved()
                core.journal.perform { writer in
                    writer.write(batch)
                    itself.perform { $0.hasLooked() }
                }
            }
        }
    }

    private mutating func hasLooked() {
        isLooking = false
        if !helpers.isEmpty {
            look(after: Self.reportInterval)
        } else if watch == nil {
            look(after: Self.arrivalPause.untold)
        } else if mustLookAgain {
            look(after: Self.arrivalPause.told)
        }
    }

    mutating func take(_ left: [LeftForWorker]) {
        for item in left where !isStopping {
            if case .report(let lease, let report) = item.request {
                unsaved.take(item.number)
                take(report, lease: lease)
                continue
            }
            for site in item.sites {
                learn(site)
                unsaved.remember(site)
            }
            freshDirectories = []
            let (orders, answer) = scheduler.take(item, now: wallClockNanoseconds() / 1_000_000_000)
            unsaved.answer(item.number, answer)
            carryOut(orders, after: nil)
        }
    }

    /// Many changes in one transaction: what happens within this time is written together. What is for helpers they wait
    /// for. A small file that is done and not written yet is known by its size and time after a crash.
    private static let flushDelay = (alone: 250, helped: 30)  // milliseconds

    mutating func scheduleFlush() {
        guard !isFlushScheduled, !unsaved.isEmpty, let itself else { return }
        isFlushScheduled = true
        let delay = helpers.isEmpty ? Self.flushDelay.alone : Self.flushDelay.helped
        itself.perform(after: .milliseconds(delay)) { core in
            core.isFlushScheduled = false
            let batch = core.takeUnsaved()
            core.journal.perform { $0.write(batch) }
        }
    }

    mutating func takeUnsaved() -> JournalBatch {
        defer { unsaved = JournalBatch() }
        return unsaved
    }

    /// - Returns: why not all of it is on the disk; nil when it is.
    @discardableResult
    mutating func flushAndWait() -> String? {
        let batch = takeUnsaved()
        return journal.wait { writer in
            writer.write(batch)
            return writer.problem
        }
    }

    /// Lets the scheduler find out how many connections pay.
    private mutating func measureThroughput() {
        let now = monotonicNanoseconds()
        for (id, worker) in busy {
            throughput.progressed(
                id, of: scheduler.site(of: id) ?? worker.siteID, to: worker.progress.bytes, now: now)
        }
        let found = throughput.take(now: now)
        guard !found.isEmpty else { return }
        let isFull = processors.isFull()
        for (site, measured) in found {
            // What is leased is at work, and its bytes are not counted here.
            guard !leasedSites.values.contains(site) else { continue }
            handle(.measured(site, rate: measured.rate, isBusy: measured.isBusy && isFull))
        }
    }

    /// At most this much is fetched again after a crash, in nanoseconds.
    private static let checkpointInterval: Int64 = 1_000_000_000

    /// Lets the journal know how far each transfer has come, and how much of that is safe on the disk, so that it can
    /// go on there after a crash.
    mutating func checkpoint() {
        measureThroughput()
        let now = monotonicNanoseconds()
        guard now - lastCheckpoint > Self.checkpointInterval else { return }
        lastCheckpoint = now
        // A window of the plan may begin or end.
        if scheduler.rates?.windows.isEmpty == false, configuration.minuteOfDay() != lastMinute {
            applyRates()
        }
        for (id, worker) in busy where worker.progress.bytes > 0 {
            handle(.progressed(id, bytes: worker.progress.bytes))
            guard let itself else { continue }
            worker.makeCheckpoint { part in itself.perform { $0.handle(.partKept(id, part)) } }
        }
    }
}
