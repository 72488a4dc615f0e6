"""The program on a pseudo-terminal, watched from outside."""

import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time

# What a frame ends with: the end of a synchronised update, which terminals that do not know it ignore.
END_OF_FRAME = b"\x1b[?2026l"
PATIENCE = 10  # seconds


def resident(process):
    """Resident memory in MB (10^6 bytes)."""
    with open(f"/proc/{process}/status") as status:
        kibibytes = int(re.search(r"VmRSS:\s+(\d+)", status.read()).group(1))
    return kibibytes * 1024 / 1e6


class Screen:
    def __init__(self, command, environment, columns=120, lines=36):
        self.command, self.environment = command, environment
        self.size = struct.pack("HHHH", lines, columns, 0, 0)

    def __enter__(self):
        self.terminal, other = os.openpty()
        fcntl.ioctl(other, termios.TIOCSWINSZ, self.size)
        self.begin = time.perf_counter()
        self.process = subprocess.Popen(
            self.command, stdin=other, stdout=other, stderr=other, env=self.environment,
            start_new_session=True, preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        os.close(other)
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
        os.close(self.terminal)

    def first_frame(self):
        """Seconds from exec until the whole of the first frame has been read."""
        seen = b""
        while END_OF_FRAME not in seen:
            if not self._readable(PATIENCE):
                raise RuntimeError(f"no frame within {PATIENCE} s, only {seen[-200:]!r}")
            try:
                seen += os.read(self.terminal, 65536)
            except OSError:  # EIO: the program has ended
                raise RuntimeError(f"it ended without a frame: {seen[-300:].decode(errors='replace')!r}") from None
        return time.perf_counter() - self.begin

    def press(self, keys):
        """Seconds until a frame has come after these keys."""
        # What was drawn before is no answer to them.
        self.settle(quiet=0.1)
        begin = time.perf_counter()
        os.write(self.terminal, keys)
        seen = b""
        while END_OF_FRAME not in seen:
            if not self._readable(PATIENCE):
                raise RuntimeError(f"no frame within {PATIENCE} s of {keys!r}")
            seen += os.read(self.terminal, 65536)
        return time.perf_counter() - begin

    def settle(self, quiet=2):
        """Reads until nothing has come for `quiet` seconds."""
        deadline = time.monotonic() + 60
        while self._readable(quiet):
            os.read(self.terminal, 65536)
            if time.monotonic() > deadline:
                raise RuntimeError("it does not stop drawing")

    def watch(self, seconds):
        """System calls that any thread completes, and bytes that reach the terminal, in so many seconds."""
        with tempfile.NamedTemporaryFile("r", prefix="portside-strace-") as trace:
            tracer = subprocess.Popen(
                ["strace", "-f", "-q", "-o", trace.name, "-p", str(self.process.pid)],
                stderr=subprocess.PIPE, text=True,
            )
            written, deadline = 0, time.monotonic() + seconds
            while (left := deadline - time.monotonic()) > 0:
                if self._readable(left):
                    written += len(os.read(self.terminal, 65536))
            if tracer.poll() is not None:
                raise RuntimeError(f"strace: {tracer.stderr.read().strip()}")
            tracer.send_signal(signal.SIGINT)
            tracer.wait()
            # A thread that slept throughout has one line, without a result: "poll(... <detached ...>".
            calls = [line for line in trace if re.search(r"\) += ", line)]
        for line in calls[:20]:
            print(f"\n    {line.strip()}", end="", file=sys.stderr)
        return len(calls), written

    def resident(self):
        return resident(self.process.pid)

    def quit(self):
        """Asks it to go, as `kill` does."""
        self.process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + PATIENCE
        while self.process.poll() is None:
            if self._readable(0.02):
                try:
                    os.read(self.terminal, 65536)
                except OSError:
                    pass
            if time.monotonic() > deadline:
                raise RuntimeError(f"it did not end within {PATIENCE} s of SIGTERM")

    def _readable(self, seconds):
        return bool(select.select([self.terminal], [], [], seconds)[0])
