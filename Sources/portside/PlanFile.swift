import Storage
import Transfers

/// A plan of a mirror as a file: what `mirror --save-plan` and the compare view write, and `mirror --plan` reads.
enum PlanFile {
    static func bytes(of plan: MirrorPlan) throws -> [UInt8] {
        Array((try JSON.encode(plan) + "\n").utf8)
    }

    /// Nil for what is no plan, or leads out of its directories.
    static func plan(_ text: String) -> MirrorPlan? {
        JSON.decode(MirrorPlan.self, text).flatMap { $0.isWellFormed ? $0 : nil }
    }
}
