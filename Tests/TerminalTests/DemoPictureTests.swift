import TestSupport
import Testing

/// The whole screen of the demo as it is after the first listing, in both sizes it was designed for.
@Suite(.serialized) struct DemoPictureTests {
    @Test(arguments: [(120, 36, demoAt120x36), (80, 24, demoAt80x24)])
    func theDemoLooksLikeItsPicture(columns: Int, rows: Int, picture: String) throws {
        let play = try Play.demo(columns: columns, rows: rows)
        try play.terminal.waitUntil("this picture:\n\(picture)") { matches($0, picture) }
    }
}
