import Glibc

/// Whether this machine's processors have anything left to give: what is waited for then is not the line.
public struct ProcessorLoad: Sendable {
    /// What has passed since the machine, or the process, was started.
    public struct Reading: Sendable {
        /// Of all processors together, and how much of that nobody needed; in any unit.
        public var all: Int64
        public var idle: Int64
        /// Of this process, in nanoseconds, and by the monotonic clock.
        public var own: Int64
        public var moment: Int64
        public var processors: Int

        public init(all: Int64, idle: Int64, own: Int64, moment: Int64, processors: Int) {
            self.all = all
            self.idle = idle
            self.own = own
            self.moment = moment
            self.processors = processors
        }
    }

    private var last: Reading?
    /// As much of the time may be idle.
    private static let idlePart = 0.1
    /// As much of it is ours: else it is others that leave nothing, and a server may well wait for us.
    private static let ownPart = 0.25

    public init() {}

    /// What was before is not looked at.
    public mutating func begin(_ reading: Reading? = .now()) { last = reading }

    /// Whether since this was asked last, or begun, the processors were all busy, and with us for a good part. False the first
    /// time, and where the machine does not tell.
    public mutating func isFull(_ reading: Reading? = .now()) -> Bool {
        defer { last = reading }
        guard let last, let reading, reading.all > last.all, reading.moment > last.moment else {
            return false
        }
        let idle = Double(reading.idle - last.idle) / Double(reading.all - last.all)
        let capacity = Double(reading.moment - last.moment) * Double(max(1, reading.processors))
        return idle <= Self.idlePart && Double(reading.own - last.own) / capacity >= Self.ownPart
    }
}

extension ProcessorLoad.Reading {
    /// Nil where /proc/stat cannot be read (proc(5)).
    public static func now() -> ProcessorLoad.Reading? {
        let descriptor = open("/proc/stat", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var room = [UInt8](repeating: 0, count: 512)
        let count = read(descriptor, &room, room.count)
        // `cpu  user nice system idle iowait irq softirq steal …`
        guard count > 0, let line = room[..<count].split(separator: 0x0A).first else { return nil }
        let times = line.split(separator: 0x20).dropFirst().prefix(8).map {
            Int64(String(decoding: $0, as: UTF8.self)) ?? 0
        }
        guard times.count >= 5 else { return nil }
        var own = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &own)
        return ProcessorLoad.Reading(
            all: times.reduce(0, +), idle: times[3] + times[4],
            own: Int64(own.tv_sec) * 1_000_000_000 + Int64(own.tv_nsec), moment: monotonicNanoseconds(),
            processors: sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    }
}
