/// Which key does what where.
public struct Keymap: Sendable {
    public enum Context: Hashable, Sendable, CaseIterable { case panes, queue, log, everywhere }
}
