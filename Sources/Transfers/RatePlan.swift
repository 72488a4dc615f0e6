/// How fast everything together may be, at which time of day.
public struct RatePlan: Hashable, Sendable, Codable {
    /// Between two times of the day, by the user's clock; through midnight where it ends before it begins.
    public struct Window: Hashable, Sendable, Codable {
        /// Minutes since midnight, 0 to 1439.
        public var from: Int
        public var to: Int
        /// Nil: as fast as it goes.
        public var bytesPerSecond: Int64?

        public init(from: Int, to: Int, bytesPerSecond: Int64?) {
            self.from = from
            self.to = to
            self.bytesPerSecond = bytesPerSecond
        }

        func holds(at minute: Int) -> Bool {
            from <= to ? (from..<to).contains(minute) : minute >= from || minute < to
        }
    }

    /// Outside the windows; nil: as fast as it goes.
    public var bytesPerSecond: Int64?
    /// The first one that holds counts.
    public private(set) var windows: [Window] = []

    /// More would be a mistake.
    static let mostWindows = 48

    public init() {}

    public var isEmpty: Bool { bytesPerSecond == nil && windows.isEmpty }

    /// - Parameter minute: since midnight.
    public func rate(at minute: Int) -> Int64? {
        if let window = windows.first(where: { $0.holds(at: minute) }) { return window.bytesPerSecond }
        return bytesPerSecond
    }

    /// In the place of one with the same times, else before the others.
    mutating func add(_ window: Window) {
        windows.removeAll { $0.from == window.from && $0.to == window.to }
        windows.insert(window, at: 0)
        windows = Array(windows.prefix(Self.mostWindows))
    }

    mutating func removeWindows() {
        windows = []
    }
}
