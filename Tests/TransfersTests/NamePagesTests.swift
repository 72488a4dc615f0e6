import Testing

@testable import Transfers

@Suite struct NamePagesTests {
    /// Of every length, kept and removed in any order, each comes back as it was put in.
    @Test func whatIsPutInComesOutWhateverIsRemovedMeanwhile() {
        var random = SystemRandomNumberGenerator()
        var pages = NamePages()
        var kept: [(name: NamePages.Name, bytes: [UInt8])] = []
        for round in 0..<4_000 {
            let length = [0, 1, 12, 255, 4_096, 16_384, 16_385, 70_000].randomElement(using: &random) ?? 0
            let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ round) }
            kept.append((pages.add(bytes), bytes))
            // As many go as come, now and then all.
            let goes = round % 500 == 499 ? kept.count : kept.count > 40 ? 2 : 0
            for _ in 0..<goes {
                let one = kept.remove(at: Int.random(in: kept.indices, using: &random))
                #expect(pages.bytes(of: one.name) == one.bytes)
                pages.remove(one.name)
            }
        }
        #expect(kept.allSatisfy { pages.bytes(of: $0.name) == $0.bytes })
    }
}
