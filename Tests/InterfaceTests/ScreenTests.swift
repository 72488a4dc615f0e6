import Testing
import Transfers

@testable import Interface

@Test func printsScreens() {
    for (columns, rows) in [(120, 36), (80, 24), (60, 20), (40, 10), (24, 6), (170, 40)] {
        print(view(sampleModel(columns, rows), size: size(columns, rows)).text.joined(separator: "\n"))
    }
    print(view(sampleModel(80, 24, glyphs: .ascii), size: size(80, 24)).text.joined(separator: "\n"))
    var model = freshModel(100, 30)
    _ = update(&model, .started)
    answerListing(&model, .local, localEntries, free: 80_960_000_000)
    print(view(model, size: size(100, 30)).text.joined(separator: "\n"))
}
