import Interface
import Testing

@testable import Terminal

@Suite struct MouseReportTests {
    @Test(arguments: [
        ("0;1;1", false, MouseEvent(kind: .press, button: .left, column: 0, row: 0)),
        ("1;5;6", false, MouseEvent(kind: .press, button: .middle, column: 4, row: 5)),
        ("2;80;24", false, MouseEvent(kind: .press, button: .right, column: 79, row: 23)),
        ("0;1;1", true, MouseEvent(kind: .release, button: .left, column: 0, row: 0)),
        ("32;3;4", false, MouseEvent(kind: .drag, button: .left, column: 2, row: 3)),
        ("64;3;4", false, MouseEvent(kind: .wheelUp, button: .none, column: 2, row: 3)),
        ("65;3;4", false, MouseEvent(kind: .wheelDown, button: .none, column: 2, row: 3)),
        ("16;3;4", false, MouseEvent(kind: .press, button: .left, column: 2, row: 3)),
    ])
    func aReportIsAnEvent(report: String, isRelease: Bool, event: MouseEvent) {
        #expect(MouseReport.sgr(Array(report.utf8), isRelease: isRelease) == event)
    }

    @Test func theOldFormCannotSayWhichButtonWasLetGo() {
        #expect(
            MouseReport.x10([35, 33, 33]) == MouseEvent(kind: .release, button: .none, column: 0, row: 0))
        #expect(MouseReport.x10([31, 33, 33]) == nil)
    }

    @Test func theSecondPressWithinTheTimeIsDouble() {
        var clicks = Clicks()
        let press = MouseEvent(kind: .press, button: .left, column: 4, row: 5)
        let start = ContinuousClock.now
        #expect(!clicks.marking(press, at: start).isDouble)
        #expect(clicks.marking(press, at: start + .milliseconds(399)).isDouble)
        #expect(!clicks.marking(press, at: start + .milliseconds(500)).isDouble)  // the third is a first
        #expect(!clicks.marking(press, at: start + .milliseconds(901)).isDouble)  // too late
    }

    @Test func pressesAtTwoPlacesAreNotDouble() {
        var clicks = Clicks()
        let start = ContinuousClock.now
        _ = clicks.marking(MouseEvent(kind: .press, button: .left, column: 4, row: 5), at: start)
        let other = MouseEvent(kind: .press, button: .left, column: 4, row: 6)
        #expect(!clicks.marking(other, at: start).isDouble)
    }
}
