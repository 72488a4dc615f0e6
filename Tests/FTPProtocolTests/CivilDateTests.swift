import FTPProtocol
import Testing

struct CivilDateTests {
    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00Z"), (-1, "1969-12-31T23:59:59Z"), (951_782_400, "2000-02-29T00:00:00Z"),
            (1_795_195_860, "2026-11-20T17:31:00Z"), (4_102_444_799, "2099-12-31T23:59:59Z"),
            (-2_208_988_800, "1900-01-01T00:00:00Z"), (-62_135_596_800, "0001-01-01T00:00:00Z"),
        ] as [(Int64, String)])
    func knowsTheCalendar(_ seconds: Int64, _ text: String) {
        let date = CivilDate(secondsSince1970: seconds)
        #expect(date.iso8601 == text)
        #expect(date.secondsSince1970 == seconds)
    }

    @Test func everyDayOfTwoCenturiesComesBack() {
        let wrong = stride(from: Int64(-27_000), to: 47_000, by: 1).first { day in
            let seconds = day * 86_400 + 86_399
            let date = CivilDate(secondsSince1970: seconds)
            return date.secondsSince1970 != seconds || CivilDate(timeVal: Array(date.timeVal.utf8)) != date
        }
        #expect(wrong == nil)
    }

    @Test(arguments: [Int64.min, .min + 1, .max])
    func hasADateForSecondsFarOutsideOfEveryCalendar(_ seconds: Int64) {
        #expect(CivilDate(secondsSince1970: seconds).isUTC)
    }

    @Test(arguments: [
        ("20261120173100", "2026-11-20T17:31:00Z"), ("20261120173100.250", "2026-11-20T17:31:00.250Z"),
        ("20240229235960", "2024-02-29T23:59:60Z"), ("20261120173100.", "2026-11-20T17:31:00Z"),
        ("20261120173100 UTC", "2026-11-20T17:31:00Z"),
    ])
    func readsATimeVal(_ text: String, _ date: String) {
        #expect(CivilDate(timeVal: Array(text.utf8))?.iso8601 == date)
    }

    @Test(arguments: [
        "", "2026", "2026112017310", "202611201731000", "20261320173100", "20260020173100", "20261100173100",
        "20261131173100", "20230229000000", "20261120240000", "20261120176000", "20261120173161",
        "x0261120173100",
    ])
    func readsNoDateFromWhatIsNone(_ text: String) {
        #expect(CivilDate(timeVal: Array(text.utf8)) == nil)
    }

    @Test(arguments: [
        (CivilDate(year: 2026, month: 11, day: 20), "2026-11-20"),
        (CivilDate(year: 2026, month: 1, day: 2, hour: 3, minute: 4), "2026-01-02T03:04"),
        (CivilDate(year: nil, month: 1, day: 2, hour: 3, minute: 4), "--01-02T03:04"),
        (
            CivilDate(year: 2026, month: 1, day: 2, hour: 3, minute: 4, second: 5, isUTC: true),
            "2026-01-02T03:04:05Z"
        ),
    ])
    func showsNoMoreThanIsKnown(_ date: CivilDate, _ text: String) {
        #expect(date.iso8601 == text)
    }

    @Test func hasNoSecondsWithoutAYear() {
        #expect(CivilDate(year: nil, month: 1, day: 2).secondsSince1970 == nil)
    }
}
