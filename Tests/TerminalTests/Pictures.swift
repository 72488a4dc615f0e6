/// What the screen of the demo must look like, after `masked(_:)`.
let demoAt120x36 = """
     1 demo server                                                                                           portside #.#.#
    ┌─ 1 Local ~/files ─────────────────────────────── name ↑ ─┐┌─ 2 Remote / ──────────────────────────────────── name ↑ ─┐
    │  Name                                  Size     Modified ││  Name                                  Size     Modified │
    │ ^..                                                      ││ /empty                                      Mmm dd hh:mm │
    │  Nothing here. F7 makes a folder.                        ││ /many                                       Mmm dd hh:mm │
    │                                                          ││ /names                                      Mmm dd hh:mm │
    │                                                          ││ /notes                                      Mmm dd hh:mm │
    │                                                          ││ /site                                       Mmm dd hh:mm │
    │                                                          ││  busy-once.dat                        200 K Mmm dd hh:mm │
    │                                                          ││  large.iso                            512 M Mmm dd hh:mm │
    │                                                          ││ @latest -> notes/today.txt                  Mmm dd hh:mm │
    │                                                          ││  README.txt                             767 Mmm dd hh:mm │
    │                                                          ││  slow.bin                             4.0 M Mmm dd hh:mm │
    │                                                          ││                                                          │
    │                                                          ││                                                          │
    │                                                          ││                                                          │
    │                                                          ││                                                          │
    │                                                          ││                                                          │
    └─ 0 items · free # B ─────────────────────────────────────┘└─ 10 items · listed hh:mm by MLSD ────────────────────────┘
    ┌─ 3 Queue ──────────────────────────────────────────────────────────────────────────────────────────── 4 connections ─┐
    │   Nothing is waiting. Mark files and press F5; they are not kept when you quit: the demo server ends too.            │
    │                                                                                                                      │
    │                                                                                                                      │
    │                                                                                                                      │
    │                                                                                                                      │
    └──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────┘
    ┌─ 4 Log all connections · follow ───────────────────────────────────────────────────── f filter  / search  e explain ─┐
    │ hh:mm:ss.mmm a1 < 200 Switching to Binary mode.                                                                 # ms │
    │ hh:mm:ss.mmm a1 > EPSV                                                                                               │
    │ hh:mm:ss.mmm a1 < 229 Entering Extended Passive Mode (|||#####|)                                                # ms │
    │ hh:mm:ss.mmm a1 > MLSD                                                                                               │
    │ hh:mm:ss.mmm a1 < 150 Here comes the directory listing.                                                         # ms │
    │ hh:mm:ss.mmm a1 < 226 Directory send OK.                                                           10 entries · # ms │
    └──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────┘
     ● 127.0.0.1:port │ demo │ CLEAR │ passive (EPSV) auto │ UTF-8 │ Portside │ # ms
    1Help  2Connect  3View  4Edit  5Copy  6Rename  7MkDir  8Delete  9Menu  10Quit                         ^P Commands ? Keys
    """

let demoAt80x24 = """
     1 demo server                                                   portside #.#.#
    ┌─ 1  ~/files ──────────────── name ↑ ─┐┌─ 2  / ────────────────────── name ↑ ─┐
    │  Name                           Size ││  Name                           Size │
    │ ^..                                  ││ /empty                               │
    │  Nothing here. F7 makes a folder.    ││ /many                                │
    │                                      ││ /names                               │
    │                                      ││ /notes                               │
    │                                      ││ /site                                │
    │                                      ││  busy-once.dat                 200 K │
    │                                      ││  large.iso                     512 M │
    │                                      ││ @latest -> notes/today.txt           │
    │                                      ││  README.txt                      767 │
    │                                      ││  slow.bin                      4.0 M │
    └─ 0 items · free # B ─────────────────┘└─ 10 items ───────────────────────────┘
    ─ 3 Queue ──────────────────────────────────────────────────────────────────────
       Nothing is waiting. Mark files and press F5; they are not kept when you
       quit: the demo server ends too.
    ─ 4 Log all connections ────────────────────────────────────────────────────────
     hh:mm:ss a1 < 229 Entering Extended Passive Mode (|||#####|)              # ms
     hh:mm:ss a1 > MLSD
     hh:mm:ss a1 < 150 Here comes the directory listing.                       # ms
     hh:mm:ss a1 < 226 Directory send OK.                         10 entries · # ms
     ● 127.0.0.1:port │ CLEAR │ passive auto │ UTF-8 │ Portside │ # ms
    1Help  2Connect  3View  4Edit  5Copy  6Rename  7MkDir  8Del  9Menu  10Quit
    """

/// Two entries of `many` copied, and the data mode changed.
let afterTheWalk = """
     1 demo server                                                   portside #.#.#
    ┌─ 1  ~/files ──────────────── name ↑ ─┐┌─ 2  /many ────────────────── name ↑ ─┐
    │  Name                           Size ││  Name                           Size │
    │ ^..                                  ││ ^..                                  │
    │  entry-001.txt                    25 ││  entry-001.txt                    25 │
    │  entry-002.txt                    25 ││  entry-002.txt                    25 │
    │                                      ││  entry-003.txt                    25 │
    │                                      ││  entry-004.txt                    25 │
    │                                      ││  entry-005.txt                    25 │
    │                                      ││  entry-006.txt                    25 │
    │                                      ││  entry-007.txt                    25 │
    │                                      ││  entry-008.txt                    25 │
    │                                      ││  entry-009.txt                    25 │
    └─ 2 items · free # B ─────────────────┘└─ 300 items ──────────────────────────┘
    ─ 3 Queue 2 done ───────────────────────────────────────────────────────────────
     + entry-002.txt                  25 B  done
     + entry-001.txt                  25 B  done
    ─ 4 Log all connections ────────────────────────────────────────────────────────
     hh:mm:ss a1 < 200 PORT command successful. Consider using PASV.           # ms
     hh:mm:ss a1 > MLSD
     hh:mm:ss a1 < 150 Here comes the directory listing.                       # ms
     hh:mm:ss a1 < 226 Directory send OK.                        300 entries · # ms
     ● 127.0.0.1:port │ CLEAR │ active (PORT) │ UTF-8 │ Portside │ # ms
    1Help  2Connect  3View  4Edit  5Copy  6Rename  7MkDir  8Del  9Menu  10Quit
    """
