"""What is measured. Each case takes the place and adds rows to the report."""

import filecmp
import json
import os
import shutil
import statistics
import subprocess
import tempfile
import time

from screen import Screen, resident


def large_file(place, report):
    mebibytes = place.options.size
    source = os.path.join(place.served, "large")
    with open(source, "wb") as file:
        for _ in range(mebibytes):
            file.write(os.urandom(1 << 20))
    place.adopt("large")
    download = os.path.join(place.local, "large")
    upload = os.path.join(place.served, "uploaded")

    def removing(path):
        return lambda: os.path.exists(path) and os.remove(path)

    def same(path):
        def check():
            if os.path.getsize(path) != os.path.getsize(source):
                raise RuntimeError(f"{path} is not whole")
        return check

    def compare(direction, ours, peers, path, most):
        (wall, cpu), (peer_wall, peer_cpu) = place.compare(
            (ours, removing(path), same(path)), (peers, removing(path), same(path))
        )
        if not filecmp.cmp(source, path, shallow=False):
            raise RuntimeError(f"{path} differs")
        report.ratio(f"{mebibytes} MiB {direction}, CPU", cpu, peer_cpu, "curl", "s", most)
        report.ratio(f"{mebibytes} MiB {direction}, wall", wall, peer_wall, "curl", "s", 1)
        os.remove(path)

    compare(
        "down",
        [place.portside, "get", f"{place.url}/large", "-o", download],
        ["curl", "-q", "-s", "-S", f"{place.url}/large", "-o", download],
        download, 0.7,
    )
    local = os.path.join(place.local, "source")
    os.rename(source, local)
    source = local
    compare(
        "up",
        [place.portside, "put", local, f"{place.url}/uploaded"],
        ["curl", "-q", "-s", "-S", "-T", local, f"{place.url}/uploaded"],
        upload, 0.6,
    )
    os.remove(local)


def small_tree(place, count):
    """So many files of 1 KiB in 50 served directories; (path, function that checks a copy)."""
    served = os.path.join(place.served, "small")
    for index in range(count):
        folder = os.path.join(served, f"d{index % 50:02}")
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, f"f{index:05}"), "wb") as file:
            file.write(os.urandom(1024))
    place.adopt("small")

    def complete(path):
        def check():
            found = [os.path.join(d, f) for d, _, files in os.walk(path) for f in files]
            short = [file for file in found if os.path.getsize(file) != 1024]
            if len(found) != count or short:
                raise RuntimeError(f"{len(found)} of {count} files arrived, {len(short)} of them not whole")
        return check

    return served, complete


def emptied(place, path, owner_of=None):
    def prepare():
        shutil.rmtree(path, ignore_errors=True)
        os.mkdir(path)
        owner = os.stat(owner_of or place.local)
        os.chown(path, owner.st_uid, owner.st_gid)
    return prepare


def small_files(place, report):
    count = place.options.files
    served, complete = small_tree(place, count)
    local = os.path.join(place.local, "small")
    down = os.path.join(place.local, "down")
    up = os.path.join(place.served, "up")
    four = ["--connections", "4"]
    (wall, cpu), (peer_wall, peer_cpu) = place.compare(
        ([place.portside, "get", "-r", f"{place.url}/small", "-o", down, *four], emptied(place, down), complete(down)),
        (place.lftp(f"mirror -P4 small {down}"), emptied(place, down), complete(down)),
    )
    report.rate(f"{count} files down", count / wall, count / peer_wall, "lftp mirror -P4", "files/s", 1)
    report.note(f"{count} files down, CPU", cpu, peer_cpu, "lftp mirror -P4", "s")
    shutil.rmtree(down)
    shutil.copytree(served, local)
    empty = emptied(place, up, place.served)
    (wall, cpu), (peer_wall, peer_cpu) = place.compare(
        ([place.portside, "put", "-r", local, f"{place.url}/up/", *four], empty, complete(up)),
        (place.lftp(f"mirror -R -P4 {local} up"), empty, complete(up)),
    )
    report.rate(f"{count} files up", count / wall, count / peer_wall, "lftp mirror -P4", "files/s", 1)
    report.note(f"{count} files up, CPU", cpu, peer_cpu, "lftp mirror -P4", "s")
    for path in (served, local, up):
        shutil.rmtree(path)


def many_files(place, report):
    count = place.options.many
    served, complete = small_tree(place, count)
    down = os.path.join(place.local, "down")
    (wall, cpu), (peer_wall, peer_cpu) = place.compare(
        ([place.portside, "get", "-r", f"{place.url}/small", "-o", down, "--connections", "16"],
         emptied(place, down), complete(down)),
        (place.lftp(f"mirror -P16 small {down}"), emptied(place, down), complete(down)),
    )
    what = f"{count} files down, 16 connections"
    report.rate(what, count / wall, count / peer_wall, "lftp mirror -P16", "files/s", 1.5)
    report.note(f"{what}, CPU", cpu, peer_cpu, "lftp mirror -P16", "s")
    for path in (served, down):
        shutil.rmtree(path)


def journal(place, report):
    """The same files with the queue on the disk, and with one that ends with the program."""
    count = place.options.files
    served, complete = small_tree(place, count)
    down = os.path.join(place.local, "down")
    # On a disk, where a sync costs what it costs: not in the tmpfs that everything else is in.
    state = tempfile.mkdtemp(prefix="portside-bench-", dir=os.path.expanduser("~"))
    kept = dict(place.environment, XDG_STATE_HOME=state)
    password = place.password_file()
    arguments = ["-r", f"{place.url}/small", "-o", down]
    figures = {"kept": [], "forgotten": []}
    try:
        for turn in range(place.options.runs + 1):
            for name in ("kept", "forgotten") if turn % 2 else ("forgotten", "kept"):
                emptied(place, down)()
                if name == "kept":
                    place.measure([place.portside, "queue", "add", "get", *arguments], kept)
                    command = [place.portside, "queue", "run", "--connections", "4", "--password-file", password]
                    figure = place.measure(command, kept)
                    place.measure([place.portside, "queue", "remove", "--done"], kept)
                else:
                    figure = place.measure([place.portside, "get", *arguments, "--connections", "4"])
                complete(down)()
                if turn > 0:
                    figures[name].append(figure)
    finally:
        shutil.rmtree(state, ignore_errors=True)
    wall, cpu = map(statistics.median, zip(*figures["kept"]))
    base_wall, base_cpu = map(statistics.median, zip(*figures["forgotten"]))
    report.ratio(f"{count} files, journal on the disk, wall", wall, base_wall, "without a journal", "s", 1.1)
    report.note(f"{count} files, journal on the disk, CPU", cpu, base_cpu, "without a journal", "s")
    for path in (served, down):
        shutil.rmtree(path)


def segments(place, report):
    """A server that gives each connection 8 MB/s."""
    rate, mebibytes = 8_000_000, 128
    source = os.path.join(place.served, "segmented")
    with open(source, "wb") as file:
        for _ in range(mebibytes):
            file.write(os.urandom(1 << 20))
    place.adopt("segmented")
    identifier = f"{place.identifier}-slow"
    server = place.server(identifier, "--rate", str(rate))
    url = f"ftp://{server['FTP_USER']}:{server['FTP_PASS']}@{server['FTP_HOST']}:{server['FTP_PORT']}/segmented"
    path = os.path.join(place.local, "segmented")

    def prepare():
        if os.path.exists(path):
            os.remove(path)

    def check():
        if not filecmp.cmp(source, path, shallow=False):
            raise RuntimeError("the file differs")

    command = [place.portside, "get", url, "-o", path]
    try:
        (one, _), (four, _) = place.compare(
            (command, prepare, check), ([*command, "--segments", "4", "--connections", "4"], prepare, check)
        )
    finally:
        place.stop(identifier)
    what = f"{mebibytes} MiB at {rate // 1_000_000} MB/s a connection, 4 segments"
    report.rate(what, mebibytes / four, mebibytes / one, "one connection", "MiB/s", 3.5)
    os.remove(source)
    os.remove(path)


def large_directory(place):
    """A served directory of empty files, made once."""
    path = os.path.join(place.served, "listing")
    if not os.path.exists(path):
        os.mkdir(path)
        for index in range(place.options.entries):
            open(os.path.join(path, f"a file number {index:06}.txt"), "wb").close()
        place.adopt("listing")
    return path


def listing(place, report):
    large_directory(place)
    count = place.options.entries

    def nothing():
        pass

    def compare(ours, peers):
        return place.compare(
            ([place.portside, *ours, f"{place.url}/listing"], nothing, nothing), (place.lftp(peers), nothing, nothing)
        )

    (wall, cpu), (peer_wall, peer_cpu) = compare(["ls"], "cls -1 listing")
    report.ratio(f"{count} entries, names, wall", wall, peer_wall, "lftp cls -1", "s", 0.5)
    report.ratio(f"{count} entries, names, CPU", cpu, peer_cpu, "lftp cls -1", "s", 0.5)
    (wall, cpu), (peer_wall, peer_cpu) = compare(["ls", "-l"], "cls -l listing")
    report.ratio(f"{count} entries, long, wall", wall, peer_wall, "lftp cls -l", "s", 0.5)
    (wall, cpu), (peer_wall, peer_cpu) = compare(["ls", "-l"], "ls listing")
    report.note(f"{count} entries, long, wall", wall, peer_wall, "lftp ls, the raw text", "s")


def first_frame(place, report):
    for words in ([], ["demo"]):
        times = []
        for _ in range(max(place.options.runs, 5) + 1):
            with Screen([place.portside, *words], place.environment) as screen:
                times.append(screen.first_frame())
                screen.quit()
        name = " ".join(["portside", *words])
        report.limit(f"{name}, start to first frame", statistics.median(times[1:]) * 1000, "ms", 60)


def idle(place, report):
    # The demo keeps its queue in memory; the program itself watches what others leave in the one on the disk.
    for words in ([], ["demo"]):
        name = " ".join(["portside", *words])
        with Screen([place.portside, *words], place.environment) as screen:
            screen.first_frame()
            # Dispatch lets a thread go that had nothing to do for five seconds: idle begins after that.
            screen.settle(quiet=8)
            report.limit(f"{name}, idle, resident", screen.resident(), "MB", 40)
            wakeups, written = screen.watch(seconds=10)
            report.limit(f"{name}, idle for 10 s, system calls", wakeups, "", 0)
            report.limit(f"{name}, idle for 10 s, bytes to the terminal", written, "", 0)
            screen.quit()


def long_queue(place, report):
    names = sorted(os.listdir(large_directory(place)))
    into = os.path.join(place.local, "queued")
    os.mkdir(into)
    begin = time.perf_counter()
    for start in range(0, len(names), 10_000):
        targets = [f"{place.url}/listing/{name.replace(' ', '%20')}" for name in names[start : start + 10_000]]
        place.measure([place.portside, "queue", "add", "get", *targets, "-o", into + "/"])
    added = time.perf_counter() - begin
    with Screen([place.portside], place.environment) as screen:
        first = screen.first_frame()
        screen.settle()
        report.limit(f"{len(names)} in the queue, resident", screen.resident(), "MB", 80)
        report.limit(f"{len(names)} in the queue, start to first frame", first * 1000, "ms", 60)
        screen.quit()
    print(f"({len(names) / added:.0f} files/s into the queue)", end=" ", flush=True)


def million_queue(place, report):
    count = place.options.rows
    # As many as are fetched while the memory is watched: more than the fastest machine does. Names of one file each,
    # since rows that look alike would make frames that are equal, and equal frames are not drawn.
    served = min(count, 50_000)
    folder = os.path.join(place.served, "many")
    os.mkdir(folder)
    source = os.path.join(folder, "file-0000000")
    with open(source, "wb") as file:
        file.write(b"x" * 1000)
    place.adopt("many")
    for index in range(1, served):
        os.link(source, os.path.join(folder, f"file-{index:07}"))
    into = os.path.join(place.local, "million")
    os.mkdir(into)
    password = place.password_file()
    # The queue's own document, once, is the pattern of a million rows.
    place.measure([place.portside, "queue", "add", "get", f"{place.url}/many/file-0000000", "-o", into + "/first"])
    export = subprocess.run(
        [place.portside, "queue", "export"], env=place.environment, stdout=subprocess.PIPE, check=True, text=True
    ).stdout.splitlines()
    pattern = json.loads(export[-1])
    document = os.path.join(place.local, "million.json")
    with open(document, "w") as file:
        file.write("\n".join(export[:-1]) + "\n")
        for index in range(count):
            pattern["transfer"]["localDirectory"] = f"{into}/d{index // 1000:04}"
            pattern["transfer"]["localName"] = f"file-{index:07}"
            pattern["transfer"]["remoteName"] = f"file-{index:07}"
            file.write(json.dumps(pattern) + "\n")
    wall, _ = place.measure([place.portside, "queue", "import", document])
    os.remove(document)
    print(f"({count / wall:.0f} rows/s imported)", end=" ", flush=True)

    begin = time.perf_counter()
    worker = subprocess.Popen(
        [place.portside, "queue", "run", "--password-file", password], env=place.environment,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )
    try:
        # The first directory of all is made for its first file.
        while not os.path.exists(f"{into}/first") and not os.path.exists(f"{into}/d0000"):
            if worker.poll() is not None or time.perf_counter() - begin > 60:
                raise RuntimeError("no transfer within 60 s")
            time.sleep(0.005)
        first = time.perf_counter() - begin
        report.limit(f"{count} queued files, start to first transfer", first * 1000, "ms", 1000)
        # The rest of the queue is read meanwhile: until nothing more is added.
        sizes = [resident(worker.pid)]
        while len(sizes) < 10 or (sizes[-1] > 1.01 * sizes[-10] and len(sizes) < 600):
            time.sleep(0.2)
            sizes.append(resident(worker.pid))
        report.limit(f"{count} queued files, at work, most resident", max(sizes), "MB", 300)
    finally:
        worker.kill()
        worker.wait()
    place.measure([place.portside, "queue", "pause"])
    with Screen([place.portside], place.environment) as screen:
        screen.first_frame()
        screen.settle()
        # Out of the address line, where 3 would be typed.
        screen.press(b"\t")
        screen.press(b"3")
        screen.press(b"G")
        screen.settle()
        pages = [screen.press(b"\x1b[5~") for _ in range(30)]
        report.limit(f"{count} queued files, a page on", statistics.median(pages) * 1000, "ms", 34)
        ends = [screen.press(key) for key in (b"g", b"G", b"g")]
        report.limit(f"{count} queued files, to the last row", max(ends) * 1000, "ms", 100)
        report.limit(f"{count} queued files, on the screen, resident", screen.resident(), "MB", 300)
        screen.quit()


ALL = {
    "large-file": large_file,
    "small-files": small_files,
    "many-files": many_files,
    "journal": journal,
    "segments": segments,
    "listing": listing,
    "first-frame": first_frame,
    "idle": idle,
    "long-queue": long_queue,
    "million-queue": million_queue,
}
