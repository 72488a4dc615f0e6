import FTPProtocol
import Transfers

@testable import Interface

/// 2026-11-21 00:49:18 UTC.
let sampleNow: Int64 = 1_795_222_158 * 1_000_000_000

func size(_ columns: Int, _ rows: Int) -> Size { Size(columns: columns, rows: rows) }

func file(_ name: String, _ bytes: Int64?, _ date: CivilDate? = nil) -> ListingEntry {
    ListingEntry(name: Array(name.utf8), kind: .file, size: bytes, modified: date)
}

func folder(_ name: String, _ date: CivilDate? = nil) -> ListingEntry {
    ListingEntry(name: Array(name.utf8), kind: .directory, modified: date)
}

func date(_ month: UInt8, _ day: UInt8, _ hour: UInt8, _ minute: UInt8, year: Int = 2026) -> CivilDate {
    CivilDate(year: year, month: month, day: day, hour: hour, minute: minute, second: 0, isUTC: true)
}

let sampleSite: Site = {
    var site = Site(host: "archive.example.org", user: "alice")
    site.dataMode = .auto
    return site
}()

let sampleFacts = ConnectionState.ServerFacts(
    system: "ProFTPD 1.3.8", charset: "UTF-8", security: nil, home: RemotePath("/debian-cd/12.5.0"),
    latency: 31
)

/// A model with nothing in it yet, as at the start of the program.
func freshModel(_ columns: Int = 120, _ rows: Int = 36, glyphs: GlyphSet = .unicode) -> Model {
    Model(
        size: size(columns, rows), now: sampleNow, directory: LocalPath("/home/alice/mirror/debian-cd"),
        localHome: LocalPath("/home/alice"), glyphs: glyphs, version: "1.0", utcOffset: { _ in 0 })
}

/// Hands over what the engine would say to the request for a listing that is under way.
func answerListing(
    _ model: inout Model, _ side: EngineEvent.Side, _ entries: [ListingEntry], command: String = "",
    free: Int64? = nil
) {
    guard let pending = model[side].pending else { return }
    _ = update(&model, .engine(.entries(side, pending.ticket, entries)))
    let facts = EngineEvent.Listed(directory: pending.target.path, command: command, free: free)
    _ = update(&model, .engine(.listed(side, pending.ticket, facts)))
}

/// The screen of the pictures: two directories, five transfers, six lines of dialogue.
func sampleModel(_ columns: Int = 120, _ rows: Int = 36, glyphs: GlyphSet = .unicode) -> Model {
    var model = freshModel(columns, rows, glyphs: glyphs)
    _ = update(&model, .started)
    answerListing(&model, .local, localEntries, free: 80_960_000_000)
    _ = update(&model, .engine(.connection(.connecting(sampleSite))))
    _ = update(&model, .engine(.connection(.connected(sampleSite, sampleFacts))))
    answerListing(&model, .remote, remoteEntries, command: "MLSD")
    _ = update(&model, .engine(.dataMethodUsed(.epsv)))
    for line in sampleDialogue { _ = update(&model, .engine(.dialogue(line))) }
    _ = update(&model, .engine(.queue(sampleQueue)))
    for name in ["notes.txt", "report-2026-q3-final.pdf", "site.tar.zst"] {
        if let index = model.local.entries.index(ofName: Array(name.utf8)) {
            model.local.setMark(index, true)
        }
    }
    model.local.moveCursor(toName: Array("debian-12.5.0-amd64-netinst.iso".utf8))
    for name in ["arm64-netinst", "i386-netinst", "source-DVD-1"] {
        if let index = model.remote.entries.index(ofName: Array("debian-12.5.0-\(name).iso".utf8)) {
            model.remote.setMark(index, true)
        }
    }
    model.remote.moveCursor(toName: Array("debian-12.5.0-arm64-netinst.iso".utf8))
    return model
}

let localEntries = [
    folder("incoming", date(11, 21, 0, 37)), folder("mirror", date(11, 18, 21, 4)),
    folder("日本語", date(11, 2, 11, 20)),
    file("debian-12.5.0-amd64-netinst.iso", 408_944_640, date(11, 21, 0, 49)),
    file("index.html", 18_637, date(11, 20, 17, 31)), file("notes.txt", 2_150, date(11, 20, 17, 30)),
    file("report-2026-q3-final.pdf", 5_033_164, date(11, 19, 9, 12)),
    file("SHA256SUMS", 612, date(11, 21, 0, 41)),
    file("site.tar.zst", 1_288_490_189, date(11, 15, 8, 55)),
]

let remoteEntries = [
    folder("dists", date(11, 20, 2, 0)), folder("doc", date(8, 11, 12, 0, year: 2025)),
    ListingEntry(
        name: Array("latest".utf8), kind: .link, modified: date(2, 10, 14, 2, year: 2025),
        target: Array("12.5.0".utf8)),
    folder("pool", date(11, 21, 0, 10)), file("README.html", 3_482, date(11, 20, 2, 1)),
    file("README.mirrors.txt", 88_269, date(11, 20, 2, 1)),
    file("debian-12.5.0-amd64-netinst.iso", 659_554_304, date(2, 10, 14, 2, year: 2025)),
    file("debian-12.5.0-arm64-netinst.iso", 535_822_336, date(2, 10, 14, 2, year: 2025)),
    file("debian-12.5.0-i386-netinst.iso", 707_788_800, date(2, 10, 14, 2, year: 2025)),
    file("debian-12.5.0-source-DVD-1.iso", 4_617_089_843, date(2, 10, 14, 2, year: 2025)),
    file("ls-lR.gz", 15_414_067, date(11, 21, 0, 12)),
    file("SHA256SUMS", 612, date(2, 10, 14, 2, year: 2025)),
]

func job(
    _ id: Transfer.ID, _ direction: Transfer.Direction, _ name: String, _ size: Int64?, remote: String,
    state: TransferState = .waiting
) -> Transfer {
    Transfer(
        id: id, direction: direction, site: sampleSite.id, remoteDirectory: RemotePath(remote),
        remoteName: Array(name.utf8), localDirectory: LocalPath("/home/alice/mirror/debian-cd"),
        localName: Array(name.utf8), size: size, state: state)
}

let sampleQueue: QueueSnapshot = {
    var snapshot = QueueSnapshot()
    snapshot.counts.running = 3
    snapshot.counts.waiting = 41
    snapshot.counts.done = 128
    snapshot.counts.failed = 1
    snapshot.downloadRate = 4_404_019
    snapshot.secondsLeft = 47 * 60
    let directory = "/debian-cd/12.5.0"
    var retry = job(
        4, .download, "debian-12.5.0-i386-netinst.iso", 707_788_800, remote: directory,
        state: .retrying(at: sampleNow / 1_000_000_000 + 4, reason: "450"))
    retry.attempts = 2
    snapshot.rows = [
        QueueSnapshot.Row(
            transfer: job(
                1, .download, "debian-12.5.0-amd64-netinst.iso", 659_554_304, remote: directory,
                state: .running),
            bytes: 408_944_640, rate: 3_040_870, secondsLeft: 84, connection: ConnectionName(.transfer, 1)),
        QueueSnapshot.Row(
            transfer: job(
                2, .download, "debian-12.5.0-arm64-netinst.iso", 535_822_336, remote: directory,
                state: .running),
            bytes: 42_900_000, rate: 1_363_149, secondsLeft: 358, connection: ConnectionName(.transfer, 2)),
        QueueSnapshot.Row(
            transfer: job(3, .upload, "site.tar.zst", 1_288_490_189, remote: "/incoming", state: .running),
            bytes: 0, connection: ConnectionName(.transfer, 3), activity: "connecting"),
        QueueSnapshot.Row(transfer: retry, bytes: 0),
        QueueSnapshot.Row(
            transfer: job(5, .download, "debian-12.5.0-source-DVD-1.iso", 4_617_089_843, remote: directory),
            bytes: 0),
    ]
    return snapshot
}()

func said(
    _ connection: ConnectionName, _ direction: DialogueLine.Direction, _ text: String, at milliseconds: Int64,
    took: Int64? = nil, remark: String? = nil
) -> DialogueLine {
    DialogueLine(
        connection: connection, direction: direction, bytes: Array(text.utf8),
        time: sampleNow - 18_000_000_000 + milliseconds * 1_000_000, duration: took.map { $0 * 1_000_000 },
        remark: remark)
}

let sampleDialogue: [DialogueLine] = {
    let (a1, t2) = (ConnectionName(.browsing, 1), ConnectionName(.transfer, 2))
    return [
        said(
            a1, .received(.enteringExtendedPassiveMode), "229 Entering Extended Passive Mode (|||51834|)",
            at: 12_094, took: 32),
        said(a1, .connection, "data: connected to 151.101.2.132:51834", at: 12_126, took: 32),
        said(a1, .sent, "MLSD", at: 12_127),
        said(
            a1, .received(.closingDataConnection), "226 Transfer complete", at: 12_190, took: 63,
            remark: "13 entries"),
        said(
            t2, .received(.fileBusy), "450 debian-12.5.0-i386-netinst.iso: Resource busy", at: 15_401,
            took: 30),
        said(t2, .warning, "try 2 of 5 in 4 s — temporary refusal; e explains", at: 15_402),
    ]
}()
