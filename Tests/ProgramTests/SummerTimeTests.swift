import Glibc
import TestSupport
import Testing

/// Times are UTC on the way and seconds since 1970 on the disk: no zone and no summer time comes near them.
struct SummerTimeTests {
    /// In the hour that comes twice when summer time ends in Berlin, in the hour that is left out, and in either half
    /// of a year.
    @Test(arguments: [1_761_440_400, 1_761_444_000, 1_743_296_400, 1_736_942_400, 1_752_580_800])
    func aTimeIsTheSameMomentOnBothSides(_ moment: Int) throws {
        let bench = try Bench()
        let times = [timespec(tv_sec: moment, tv_nsec: 0), timespec(tv_sec: moment, tv_nsec: 0)]
        #expect(utimensat(AT_FDCWD, bench.served.path(of: "a.txt"), times, 0) == 0)
        for zone in ["Europe/Berlin", "America/St_Johns", "UTC"] {
            let directory = try TemporaryDirectory()
            let run = try Command(
                ["get", bench.target("a.txt"), "-o", directory.path(of: "a.txt")], home: bench.home.path,
                through: ["/usr/bin/env", "TZ=\(zone)"]
            ).finish()
            #expect(run.status == 0, "\(run.complaint)")
            var status = stat()
            #expect(
                stat(directory.path(of: "a.txt"), &status) == 0 && status.st_mtim.tv_sec == moment, "\(zone)")
            // A mirror in another zone has nothing to do.
            let mirror = try Command(
                ["mirror", "--dry-run", "--include", "a.txt", bench.target(), directory.path],
                home: bench.home.path, through: ["/usr/bin/env", "TZ=\(zone)"]
            ).finish()
            #expect(
                !mirror.text.contains("a.txt") && mirror.complaint.contains(" 1 equal"),
                "\(mirror.text)\(mirror.complaint)")
        }
    }
}
