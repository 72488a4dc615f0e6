/// Names in several scripts, and such as clients stumble over.
let demoNames = [
    "日本語.txt", "中文文件.txt", "한국어.txt", "Ελληνικά.txt", "кириллица.txt", "العربية.txt", "עברית.txt",
    "हिन्दी.txt", "caf\u{E9} composed.txt", "cafe\u{301} decomposed.txt", "🚢 ship.txt", "👩‍🚀 joined.txt",
    "two words.txt", "three  blanks   inside.txt", "it's a \"quoted\" name.txt",
    "#hash & ampersand;semicolon.txt",
    "-begins with a dash.txt", "100% sure.txt", "star * and [brackets].txt", "back\\slash.txt", "~tilde",
    "a name that is much longer than any column of a pane, so that it has to be cut somewhere in the middle.txt",
]

let demoReadme = """
    The demo server of Portside
    ===========================

    It runs inside the program, on this machine only. What you upload here is gone when you quit.

    Things to try:

      many/            mark some with Insert, copy them with F5, watch the queue
      large.iso        512 MB: copy it, pause it, quit, and it goes on next time
      slow.bin         comes at 64 KB/s: time to look at the log, or to cancel
      busy-once.dat    is refused with 450 the first time: watch the queue try again
      names/           scripts, blanks, quotes, a name that is not UTF-8
      latest           a link
      empty/           nothing

    Change between passive and active while you are connected, then list a directory: the log shows
    PORT or EPRT where PASV or EPSV stood before, on the same connection.

    """
