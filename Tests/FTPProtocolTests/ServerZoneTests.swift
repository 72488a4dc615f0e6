import FTPProtocol
import Testing

struct ServerZoneTests {
    private func listed(_ hour: UInt8, _ minute: UInt8, second: UInt8? = nil, day: UInt8 = 20) -> CivilDate {
        CivilDate(year: 2026, month: 11, day: day, hour: hour, minute: minute, second: second)
    }

    /// 2026-11-20 17:31:42 UTC.
    private let utc =
        CivilDate(
            year: 2026, month: 11, day: 20, hour: 17, minute: 31, second: 42, isUTC: true
        ).secondsSince1970 ?? 0

    @Test(
        arguments: [
            (17, 31, 20, 0), (18, 31, 20, 3_600), (12, 31, 20, -18_000), (23, 1, 20, 19_800),
            (7, 31, 21, 50_400),
            (5, 31, 20, -43_200), (23, 16, 20, 20_700),
        ] as [(UInt8, UInt8, UInt8, Int64)])
    func theDifferenceOfAFilesTimesIsTheZone(_ hour: UInt8, _ minute: UInt8, _ day: UInt8, _ ahead: Int64) {
        #expect(ServerZone(listed: listed(hour, minute, day: day), utc: utc)?.ahead == ahead)
    }

    @Test(arguments: [(17, 30, 20), (18, 40, 20), (17, 31, 22), (17, 31, 18)] as [(UInt8, UInt8, UInt8)])
    func aDifferenceThatNoZoneHasIsNone(_ hour: UInt8, _ minute: UInt8, _ day: UInt8) {
        #expect(ServerZone(listed: listed(hour, minute, day: day), utc: utc) == nil)
    }

    @Test func whatHasNoTimeOfDayTellsNothingAndStaysAsItIs() {
        let day = CivilDate(year: 2026, month: 11, day: 20)
        #expect(ServerZone(listed: day, utc: utc) == nil)
        #expect(ServerZone(ahead: 3_600)?.utc(day) == day)
    }

    @Test func aTimeBecomesUTCToThePrecisionItHad() {
        let zone = ServerZone(ahead: 3_600)
        #expect(zone?.utc(listed(0, 31)).iso8601 == "2026-11-19T23:31Z")
        #expect(zone?.utc(listed(0, 31, second: 5)).iso8601 == "2026-11-19T23:31:05Z")
        let already = CivilDate(secondsSince1970: utc)
        #expect(zone?.utc(already) == already)
    }

    @Test(arguments: [Int64.min, .max]) func timesBeyondAllReasonAreRefused(_ seconds: Int64) {
        #expect(ServerZone(listed: listed(17, 31), utc: seconds) == nil)
    }
}
