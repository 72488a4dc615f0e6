import Foundation
import TestSupport
import Testing

/// What `make fuzz` starts from and what once crashed: every parser reads all of it, and as much again with
/// bytes changed, the same ones each time.
struct FuzzCorpusTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Fuzz")

    private func inputs(_ folder: String, _ target: FuzzTarget) -> [[UInt8]] {
        let place = Self.folder.appendingPathComponent(folder).appendingPathComponent(target.rawValue)
        let files =
            (try? FileManager.default.contentsOfDirectory(at: place, includingPropertiesForKeys: nil)) ?? []
        return files.sorted { $0.path < $1.path }.compactMap { try? Data(contentsOf: $0) }.map { Array($0) }
    }

    @Test(arguments: FuzzTarget.allCases)
    func everyParserStandsWhatIsKept(_ target: FuzzTarget) {
        let seeds = inputs("Corpus", target)
        #expect(!seeds.isEmpty)
        for input in seeds + inputs("Crashes", target) { target.run(input) }
    }

    @Test(arguments: FuzzTarget.allCases)
    func everyParserStandsChangesInIt(_ target: FuzzTarget) {
        // A linear congruential generator (Knuth, MMIX): the same numbers in every run.
        var state: UInt64 = 42
        func next(below limit: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(max(1, limit)))
        }
        let odd: [UInt8] = [0, 9, 10, 13, 32, 34, 40, 45, 46, 47, 48, 57, 58, 59, 61, 93, 128, 255]
        for input in inputs("Corpus", target).map({ Array($0.prefix(600)) }) {
            for _ in 0..<30 {
                var changed = input
                for _ in 0...next(below: 4) {
                    guard !changed.isEmpty else { break }
                    let place = next(below: changed.count)
                    switch next(below: 4) {
                    case 0: changed[place] = odd[next(below: odd.count)]
                    case 1: changed.remove(at: place)
                    case 2: changed.insert(odd[next(below: odd.count)], at: place)
                    default: changed.removeSubrange(place..<min(changed.count, place + next(below: 20)))
                    }
                }
                target.run(changed)
            }
        }
    }
}
