import Testing
import Transfers

@testable import Interface

/// Pictures of the screen. Blanks at the end of a line are left out.
@Test func drawsTheMainScreenAt120By36() {
    expect(
        sampleModel(120, 36),
        """
         1 archive.example.org                                   ↓ 4.2 MB/s ↑ 0  3 active · 41 waiting · 1 failed · 47 min left
        ┌─ 1 Local ~/mirror/debian-cd ──────────────────── name ↑ ─┐┌─ 2 Remote /debian-cd/12.5.0 ──────────────────── name ↑ ─┐
        │  Name                                  Size     Modified ││  Name                                  Size     Modified │
        │ ^..                                                      ││ ^..                                                      │
        │ /incoming                                   Nov 21 00:37 ││ /dists                                      Nov 20 02:00 │
        │ /mirror                                     Nov 18 21:04 ││ /doc                                         Aug 11 2025 │
        │ /日本語                                     Nov 02 11:20 ││ /pool                                       Nov 21 00:10 │
        │  debian-12.5.0-amd64-netinst.iso      ▶ 62% Nov 21 00:49 ││  debian-12.5.0-amd64-netinst.iso      629 M  Feb 10 2025 │
        │  index.html                          18.2 K Nov 20 17:31 ││* debian-12.5.0-arm64-netinst.iso      511 M  Feb 10 2025 │
        │* notes.txt                            2.1 K Nov 20 17:30 ││* debian-12.5.0-i386-netinst.iso       675 M  Feb 10 2025 │
        │* report-2026-q3-final.pdf             4.8 M Nov 19 09:12 ││* debian-12.5.0-source-DVD-1.iso       4.3 G  Feb 10 2025 │
        │  SHA256SUMS                             612 Nov 21 00:41 ││ @latest -> 12.5.0                            Feb 10 2025 │
        │* site.tar.zst                         1.2 G Nov 15 08:55 ││  ls-lR.gz                            14.7 M Nov 21 00:12 │
        │                                                          ││  README.html                          3.4 K Nov 20 02:01 │
        │                                                          ││  README.mirrors.txt                  86.2 K Nov 20 02:01 │
        │                                                          ││  SHA256SUMS                             612  Feb 10 2025 │
        │                                                          ││                                                          │
        │                                                          ││                                                          │
        └─ 3 of 9 selected · 1.2 GB · free 75.4 GB ────────────────┘└─ 3 of 12 selected · 5.5 GB · listed 00:49 by MLSD ───────┘
        ┌─ 3 Queue 3 active · 41 waiting · 128 done · 1 failed ──────────────────────────────────────────────── 4 connections ─┐
        │ ↓ debi…2.5.0-amd64-netinst.iso   629 MB ████████████▍·······  62%   2.9 MB/s 01:24 t1 12.5.0/ → ~/mirror/debian-cd   │
        │ ↓ debi…2.5.0-arm64-netinst.iso   511 MB █▌··················   8%   1.3 MB/s 05:58 t2 12.5.0/ → ~/mirror/debian-cd   │
        │ ↑ site.tar.zst                   1.2 GB connecting                                 t3 ~/mirror/debian-cd → /incoming │
        │ ! debi…12.5.0-i386-netinst.iso   675 MB waiting to retry · try 2 of 5 in 4 s · 450                                   │
        │ · debi…12.5.0-source-DVD-1.iso   4.3 GB next                                          12.5.0/ → ~/mirror/debian-cd   │
        └──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────┘
        ┌─ 4 Log all connections · follow ───────────────────────────────────────────────────── f filter  / search  e explain ─┐
        │ 00:49:12.094 a1 < 229 Entering Extended Passive Mode (|||51834|)                                               32 ms │
        │ 00:49:12.126 a1 = data: connected to 151.101.2.132:51834                                                       32 ms │
        │ 00:49:12.127 a1 > MLSD                                                                                               │
        │ 00:49:12.190 a1 < 226 Transfer complete                                                           13 entries · 63 ms │
        │ 00:49:15.401 t2 < 450 debian-12.5.0-i386-netinst.iso: Resource busy                                            30 ms │
        │ 00:49:15.402 t2 ! try 2 of 5 in 4 s — temporary refusal; e explains                                                  │
        └──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────┘
         ● archive.example.org:21 │ alice │ CLEAR │ passive (EPSV) auto │ UTF-8 │ ProFTPD 1.3.8 │ 31 ms
        1Help  2Connect  3View  4Edit  5Copy  6Rename  7MkDir  8Delete  9Menu  10Quit                         ^P Commands ? Keys
        """)
}

@Test func drawsTheMainScreenAt80By24() {
    expect(
        sampleModel(80, 24),
        """
         1 archive.example.org                                   ↓ 4.2 MB/s 3+41 !1 47m
        ┌─ 1  ~/mirror/debian-cd ───── name ↑ ─┐┌─ 2  /debian-cd/12.5.0 ────── name ↑ ─┐
        │  Name                           Size ││  Name                           Size │
        │ ^..                                  ││ ^..                                  │
        │ /incoming                            ││ /dists                               │
        │ /mirror                              ││ /doc                                 │
        │ /日本語                              ││ /pool                                │
        │  debian-12.5.0…64-netinst.iso  ▶ 62% ││  debi…2.5.0-amd64-netinst.iso  629 M │
        │  index.html                   18.2 K ││* debi…2.5.0-arm64-netinst.iso  511 M │
        │* notes.txt                     2.1 K ││* debi…12.5.0-i386-netinst.iso  675 M │
        │* report-2026-q3-final.pdf      4.8 M ││* debi…12.5.0-source-DVD-1.iso  4.3 G │
        │  SHA256SUMS                      612 ││ @latest -> 12.5.0                    │
        │* site.tar.zst                  1.2 G ││  ls-lR.gz                     14.7 M │
        └─ 3 sel · 1.2 GB · free 75.4 GB ──────┘└─ 3 sel · 5.5 GB · 12 items ──────────┘
        ─ 3 Queue 3 active · 41 waiting · 128 done · 1 failed ──────────────────────────
         ↓ debi….5.0-amd64-netinst.iso  629 MB  █████████▉······  62%   2.9 MB/s  01:24
         ↓ debi….5.0-arm64-netinst.iso  511 MB  █▎··············   8%   1.3 MB/s  05:58
        ─ 4 Log all connections ────────────────────────────────────────────────────────
         00:49:12 a1 > MLSD
         00:49:12 a1 < 226 Transfer complete                         13 entries · 63 ms
         00:49:15 t2 < 450 debian-12.5.0-i386-netinst.iso: Resource busy          30 ms
         00:49:15 t2 ! try 2 of 5 in 4 s — temporary refusal; e explains
         ● archive.example.org │ CLEAR │ passive auto │ UTF-8 │ ProFTPD 1.3.8 │ 31 ms
        1Help  2Connect  3View  4Edit  5Copy  6Rename  7MkDir  8Del  9Menu  10Quit
        """)
}

@Test func showsOnePaneBelow80Columns() {
    expect(
        sampleModel(60, 20),
        """
         1 archive.example.org               ↓ 4.2 MB/s 3+41 !1 47m
        ┌─ 2 Remote /debian-cd/12.5.0 ──────────────────── name ↑ ─┐
        │  Name                                  Size     Modified │
        │ ^..                                                      │
        │ /dists                                      Nov 20 02:00 │
        │ /doc                                         Aug 11 2025 │
        │ /pool                                       Nov 21 00:10 │
        │  debian-12.5.0-amd64-netinst.iso      629 M  Feb 10 2025 │
        │* debian-12.5.0-arm64-netinst.iso      511 M  Feb 10 2025 │
        └─ 3 sel · 5.5 GB · 12 items ──────────────────────────────┘
        ─ 3 Queue 3 active · 41 waiting · 128 done · 1 failed ──────
         ↓ debi….0-amd64-netinst.iso  629 MB  62%   2.9 MB/s  01:24
         ↓ debi….0-arm64-netinst.iso  511 MB   8%   1.3 MB/s  05:58
        ─ 4 Log all connections ────────────────────────────────────
         00:49:12 a1 > MLSD
         00:49:12 a1 < 226 Transfer complete     13 entries · 63 ms
         00:49:15 t2 < 450 debian-12.5.0-i386-netinst.iso: R… 30 ms
         00:49:15 t2 ! try 2 of 5 in 4 s — temporary refusal; e ex…
         ● archive.example.org │ CLEAR │ passive auto │ 31 ms
        1Help 2Connect 3View 5Copy 6Rename 7MkDir 8Del 9Menu 10Quit
        """)
}

@Test func hidesQueueLogAndFunctionBarAt40By10() {
    expect(
        sampleModel(40, 10),
        """
         1 archive.ex…   ↓ 4.2 MB/s 3+41 !1 47m
        ┌─ 2  /debian-cd/12.5.0 ────── name ↑ ─┐
        │  Name                           Size │
        │ /dists                               │
        │ /doc                                 │
        │ /pool                                │
        │  debi…2.5.0-amd64-netinst.iso  629 M │
        │* debi…2.5.0-arm64-netinst.iso  511 M │
        └─ 3 sel · 5.5 GB · 12 items ──────────┘
         ● archive.exam… │ CLEAR │ passive auto
        """)
}

@Test func saysWhatItNeedsWhenTheTerminalIsTooSmall() {
    expect(
        sampleModel(24, 6),
        """
        40×8 needed, this is
        24×6. Transfers go on: 3
        active, 4.2 MB/s. In the
        queue: 41 waiting, 1
        failed.

        """)
}

@Test func drawsTheMainScreenInASCII() {
    expect(
        sampleModel(80, 24, glyphs: .ascii),
        """
         1 archive.example.org                                   v 4.2 MB/s 3+41 !1 47m
        +- 1  ~/mirror/debian-cd ----- name ^ -++- 2  /debian-cd/12.5.0 ------ name ^ -+
        |  Name                           Size ||  Name                           Size |
        | ^..                                  || ^..                                  |
        | /incoming                            || /dists                               |
        | /mirror                              || /doc                                 |
        | /日本語                              || /pool                                |
        |  debian-12.5.0~64-netinst.iso  > 62% ||  debi~2.5.0-amd64-netinst.iso  629 M |
        |  index.html                   18.2 K ||* debi~2.5.0-arm64-netinst.iso  511 M |
        |* notes.txt                     2.1 K ||* debi~12.5.0-i386-netinst.iso  675 M |
        |* report-2026-q3-final.pdf      4.8 M ||* debi~12.5.0-source-DVD-1.iso  4.3 G |
        |  SHA256SUMS                      612 || @latest -> 12.5.0                    |
        |* site.tar.zst                  1.2 G ||  ls-lR.gz                     14.7 M |
        +- 3 sel . 1.2 GB . free 75.4 GB ------++- 3 sel . 5.5 GB . 12 items ----------+
        - 3 Queue 3 active . 41 waiting . 128 done . 1 failed --------------------------
         v debi~.5.0-amd64-netinst.iso  629 MB  ##########......  62%   2.9 MB/s  01:24
         v debi~.5.0-arm64-netinst.iso  511 MB  #-..............   8%   1.3 MB/s  05:58
        - 4 Log all connections --------------------------------------------------------
         00:49:12 a1 > MLSD
         00:49:12 a1 < 226 Transfer complete                         13 entries . 63 ms
         00:49:15 t2 < 450 debian-12.5.0-i386-netinst.iso: Resource busy          30 ms
         00:49:15 t2 ! try 2 of 5 in 4 s - temporary refusal; e explains
         * archive.example.org | CLEAR | passive auto | UTF-8 | ProFTPD 1.3.8 | 31 ms
        1Help  2Connect  3View  4Edit  5Copy  6Rename  7MkDir  8Del  9Menu  10Quit
        """)
}

@Test func offersWhatCanBeDoneWithoutAConnection() {
    var model = freshModel(100, 30)
    _ = update(&model, .started)
    answerListing(&model, .local, localEntries, free: 80_960_000_000)
    expect(
        model,
        """
         no connection                                                                         portside 1.0
        ┌─ 1 Local ~/mirror/debian-cd ────────── name ↑ ─┐┌─ 2 Remote ─────────────────────────────────────┐
        │  Name                        Size     Modified ││                                                │
        │ ^..                                            ││   Not connected                                │
        │ /incoming                         Nov 21 00:37 ││                                                │
        │ /mirror                           Nov 18 21:04 ││   Address                                      │
        │ /日本語                           Nov 02 11:20 ││           a host or a URL; Enter connects      │
        │  debian-12.5.…-netinst.iso  390 M Nov 21 00:49 ││                                                │
        │  index.html                18.2 K Nov 20 17:31 ││   or go down and press Enter                   │
        │  notes.txt                  2.1 K Nov 20 17:30 ││                                                │
        │  report-2026-q3-final.pdf   4.8 M Nov 19 09:12 ││   > Try the demo server                        │
        │  SHA256SUMS                   612 Nov 21 00:41 ││     runs inside portside; nothing leaves here  │
        │  site.tar.zst               1.2 G Nov 15 08:55 ││   > With user and password  F2                 │
        │                                                ││   > The keys in two minutes  F1                │
        │                                                ││                                                │
        │                                                ││                                                │
        │                                                ││                                                │
        │                                                ││                                                │
        └─ 9 items · free 75.4 GB ───────────────────────┘└─ Tab leaves the address; then 3 queue, 4 log ──┘
        ─ 3 Queue ──────────────────────────────────────────────────────────────────────────────────────────
           Nothing is waiting. Mark files and press F5; the queue keeps them, also after you quit.


        ─ 4 Log ────────────────────────────────────────────────────────────────────────────────────────────
           Every line you and the server say to each other appears here, as it is said.
           Passwords are masked. e on a line explains it.


         ○ not connected │ passive or active: auto
        1Help  2Connect  3View  4Edit  5Copy  6Rename  7MkDir  8Del  9Menu  10Quit
        """)
}

@Test func asksBeforeDeletingWithCancelChosen() {
    var model = sampleModel(80, 24)
    _ = handle(.function(8), &model)
    expect(
        model,
        """
         1 archive.example.org                                   ↓ 4.2 MB/s 3+41 !1 47m
        ┌─ 1  ~/mirror/debian-cd ───── name ↑ ─┐┌─ 2  /debian-cd/12.5.0 ────── name ↑ ─┐
        │  Name                           Size ││  Name                           Size │
        │ ^..                                  ││ ^..                                  │
        │ /incoming                            ││ /dists                               │
        │ /mirror                              ││ /doc                                 │
        │ / ┌─ Delete? ────────────────────────────────────────────────────────────┐   │
        │  d│                                                                      │ M │
        │  i│ 3 files on the server, 5.5 GB:                                       │ M │
        │* n│   debian-12.5.0-arm64-netinst.iso                                    │ M │
        │* r│   debian-12.5.0-i386-netinst.iso                                     │ G │
        │  S│   debian-12.5.0-source-DVD-1.iso                                     │   │
        │* s│                                                                      │ M │
        └─ 3│ This cannot be undone.                                               │───┘
        ─ 3 │                                                                      │────
         ↓ d│                                                                      │:24
         ↓ d│                       Cancel    Delete 3 files                       │:58
        ─ 4 └──────────────────────────────────────────────────────────────────────┘────
         00:49:12 a1 > MLSD
         00:49:12 a1 < 226 Transfer complete                         13 entries · 63 ms
         00:49:15 t2 < 450 debian-12.5.0-i386-netinst.iso: Resource busy          30 ms
         00:49:15 t2 ! try 2 of 5 in 4 s — temporary refusal; e explains
         ● archive.example.org │ CLEAR │ passive auto │ UTF-8 │ ProFTPD 1.3.8 │ 31 ms
        1Help  2Connect  3View  4Edit  5Copy  6Rename  7MkDir  8Del  9Menu  10Quit
        """)
}

@Test func printsTheKeysFromTheTable() {
    var model = sampleModel(120, 36)
    _ = handle(.function(1), &model)
    expect(
        model,
        """
        ┌─ Keys — the panes ──────────────────────────────────────────────────────────────────── type to find a key or a word ─┐
        │                                                                                                                      │
        │ Move                                  Choose                                Act                                      │
        │ ↑ ↓  k j       cursor                 Ins Space  t     mark                 F3  v             view                   │
        │ PgUp PgDn      one page               Shift-↑ Shift-↓  mark a range         F4  e             edit                   │
        │ Enter  l       open                   Ctrl-A           mark all             F5  c             copy into the queue    │
        │ Bksp  h        parent folder          +                mark by pattern      F6 Shift-F6  m r  rename                 │
        │ Alt-← Alt-→    back, forward          -                unmark by pattern    F7  a             new folder             │
        │ ~              home                   *                invert marks         F8 Del            delete                 │
        │ Tab Shift-Tab  other pane             /                filter as you type   M                 permissions            │
        │ 1 2 3 4        the four panes         Ctrl-S           jump to a name       i                 all facts              │
        │ Home End  g G  top, bottom            .                hidden files         u                 undo                   │
        │                                       s                sort                 y                 copy path              │
        │                                                                             Y                 copy URL               │
        │                                                                                                                      │
        │ Connection                            Screen                                Program                                  │
        │ F2      connect                       z        zoom this pane               Ctrl-P  :  every command by name         │
        │ P       active, passive, auto         L        next layout                  F9         menu                          │
        │ Q       raw command                   < > { }  move the splitters           F1  ?      this page                     │
        │ D       diagnose                      Ctrl-U   swap the panes               N          past messages                 │
        │ Ctrl-R  list again                    =        compare folders              Ctrl-Z     suspend                       │
        │ Ctrl-G  stop what is running          w        compare view: write plan     F10  q     quit                          │
        │ X       disconnect                    Ctrl-L   draw again                                                            │
        │                                       Esc      one step back                                                         │
        │                                                                                                                      │
        │                                                                                                                      │
        │                                                                                                                      │
        │                                                                                                                      │
        │                                                                                                                      │
        │                                                                                                                      │
        │                                                                                                                      │
        │                                                                                                                      │
        │                                                                                                                      │
        │                                                                                                                      │
        │ Tab next: panes · queue · log   ↑↓ scroll   Esc close                                                                │
        └──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────┘
        """)
}

private func expect(_ model: Model, _ picture: String, _ location: SourceLocation = #_sourceLocation) {
    let drawn = view(model, size: model.size).text.map { line in
        String(line.reversed().drop { $0 == " " }.reversed())
    }
    #expect(drawn.joined(separator: "\n") == picture, sourceLocation: location)
}
