"""Where the measurements happen: a directory in a tmpfs, a server that serves half of it, and the clients."""

import os
import shutil
import statistics
import subprocess
import tempfile
import time

SERVERS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../Tests/Servers/servers.sh")


class Place:
    def __init__(self, options):
        self.options = options
        self.portside = options.portside

    def __enter__(self):
        parent = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
        needed = 4 * self.options.size << 20
        free = shutil.disk_usage(parent or tempfile.gettempdir()).free
        if free < needed:
            raise SystemExit(f"bench: {needed >> 20} MiB are needed in {parent}, {free >> 20} are free; try --size")
        self.path = tempfile.mkdtemp(prefix="portside-bench-", dir=parent)
        os.chmod(self.path, 0o755)
        self.served = self.directory("served")
        self.local = self.home = None
        self.clear()
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": self.home,
            "LANG": "C.UTF-8",
            "TERM": "xterm-256color",
        }
        self.identifier = f"bench-{os.getpid()}"
        try:
            self._start_server()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.stop(self.identifier)
        shutil.rmtree(self.path, ignore_errors=True)

    def clear(self):
        """A home and a local directory in which no case has left anything, its queue above all."""
        for path in (self.local, self.home):
            if path:
                shutil.rmtree(path)
        self.local = self.directory("local")
        self.home = self.directory("home")

    def server(self, identifier, *options):
        """Starts one that serves the same directory; its values as `servers.sh env` has them."""
        output = subprocess.run(
            [SERVERS, "start", "vsftpd", "--id", identifier, "--root", self.served, "--owner", str(os.getpid()),
             *options],
            stdout=subprocess.PIPE, text=True, check=True,
        ).stdout
        return dict(line.split("=", 1) for line in output.splitlines())

    def stop(self, identifier):
        subprocess.run([SERVERS, "stop", identifier])

    def _start_server(self):
        # More ports than a test has: each small file takes one, and keeps it for a while.
        server = self.server(self.identifier, "--pasv", "20000-31999")
        self.host, self.port = server["FTP_HOST"], server["FTP_PORT"]
        self.account = f"{server['FTP_USER']},{server['FTP_PASS']}"
        self.url = f"ftp://{server['FTP_USER']}:{server['FTP_PASS']}@{self.host}:{self.port}"

    def directory(self, name):
        path = os.path.join(self.path, name)
        os.mkdir(path)
        return path

    def password_file(self):
        path = os.path.join(self.home, "password")
        with open(path, "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
            file.write(self.account.split(",")[1] + "\n")
        return path

    def adopt(self, name):
        """Gives what was put into the served directory to the server's account."""
        owner = os.stat(self.served)
        for folder, _, files in os.walk(os.path.join(self.served, name)):
            for path in [folder] + [os.path.join(folder, file) for file in files]:
                os.chown(path, owner.st_uid, owner.st_gid)
        if os.path.isfile(os.path.join(self.served, name)):
            os.chown(os.path.join(self.served, name), owner.st_uid, owner.st_gid)

    def lftp(self, command):
        settings = "set ftp:ssl-allow no; set net:max-retries 2; set cmd:fail-exit yes; set xfer:log no"
        return ["lftp", "--norc", "-c", f"{settings}; open -u {self.account} ftp://{self.host}:{self.port}; {command}"]

    def compare(self, *contenders):
        """Runs them in turns, and returns the median (wall, CPU) seconds of each.

        A contender is (command, prepare, check); prepare and check are not timed.
        """
        figures = [[] for _ in contenders]
        for turn in range(self.options.runs + 1):
            order = list(enumerate(contenders))
            for index, (command, prepare, check) in order if turn % 2 else reversed(order):
                prepare()
                figure = self.measure(command)
                check()
                if turn > 0:  # the first warms caches
                    figures[index].append(figure)
        return [tuple(map(statistics.median, zip(*runs))) for runs in figures]

    def measure(self, command, environment=None):
        """Wall and CPU seconds of one run."""
        with tempfile.TemporaryFile() as errors, open(os.devnull, "r+b") as null:
            begin = time.perf_counter()
            process = subprocess.Popen(command, stdin=null, stdout=null, stderr=errors,
                                       env=environment or self.environment)
            _, status, usage = os.wait4(process.pid, 0)
            wall = time.perf_counter() - begin
            process.returncode = os.waitstatus_to_exitcode(status)
            if process.returncode != 0:
                errors.seek(0)
                message = errors.read().decode(errors="replace").strip()
                raise RuntimeError(f"{os.path.basename(command[0])} exited with {process.returncode}: {message}")
        return wall, usage.ru_utime + usage.ru_stime
