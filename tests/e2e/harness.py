"""Starts programs, waits for what they should do, and stops them."""

import contextlib
import fcntl
import itertools
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest
import urllib.error
import urllib.request
from pathlib import Path


def wait_for(what, condition, seconds=15, alive=()):
    """Polls until condition() is true and returns its value.

    Fails naming `what` at the deadline, or at once when one of the programs in `alive` has ended.
    """
    def fail(why):
        raise AssertionError("\n".join([why, *(program.log() for program in alive)]))

    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        for program in alive:
            if program.process.poll() is not None:
                fail(f"while waiting for {what}: {program.name} ended with {program.process.returncode}")
        if time.monotonic() > deadline:
            fail(f"waited {seconds} s in vain for {what}")
        time.sleep(0.05)  # how often we look, not how long we wait


# Below the ports that the kernel gives to outgoing connections: those come and go at any time.
PORTS = range(20000, 32000)
_kept_ports = []  # locks, held as long as this process lives


def free_port():
    """A port that nobody listens on, and that no other test program is given meanwhile."""
    folder = Path("/tmp/isr-test-ports")
    folder.mkdir(exist_ok=True)
    for port in random.sample(PORTS, len(PORTS)):
        lock = open(folder / str(port), "w", encoding="ascii")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(("127.0.0.1", port))
        except OSError:
            lock.close()
            continue
        _kept_ports.append(lock)
        return port
    return fail("no port is free")


class Program:
    """A child process whose output goes to a file."""

    def __init__(self, name, command, folder, env=None, stdin=subprocess.DEVNULL):
        self.name = name
        self.log_path = Path(folder) / f"{name}.output"
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(
                [str(word) for word in command], stdin=stdin, stdout=log, stderr=subprocess.STDOUT,
                env=dict(os.environ, **(env or {})), cwd=folder)

    def log(self):
        text = self.log_path.read_text(errors="replace")
        return f"--- output of {self.name}:\n{text}" if text else f"--- {self.name} printed nothing"

    def wait(self, seconds):
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"{self.name} did not end within {seconds} s\n{self.log()}") from None

    def stop(self, how=signal.SIGTERM, seconds=10):
        """Its exit code. A program that has ended by itself only gives its code."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        return self.wait(seconds)

    def kill(self):
        self.process.kill()
        self.process.wait()


class Isr(Program):
    """`isr run` with a config of our own, its recordings and its page."""

    EXECUTABLE = Path(os.environ["ISR_BUILD_DIR"]) / "isr"

    def __init__(self, folder, sections, general=None, env=None, options=()):
        self.folder = Path(folder)
        self.recordings = self.folder / "recordings"
        self.port = free_port()
        self.config = self.folder / "isr.ini"
        self.configure(sections, general)
        super().__init__("isr", [self.EXECUTABLE, "run", *options, self.config], self.folder, env)

    def configure(self, sections, general=None):
        """Writes the config; in force after a reload or a restart."""
        settings = {"output_directory": self.recordings, "log_file": self.folder / "isr.log",
                    **(general or {})}
        web = {"port": self.port, **sections.get("web", {})}
        write_config(self.config, {"general": settings, **sections, "web": web})

    def status(self):
        """status.json by source, empty while there is none."""
        try:
            active = json.loads((self.recordings / "status.json").read_text())["active"]
        except FileNotFoundError:
            return {}
        return {source["name"]: source for source in active}

    def wait_for_state(self, source, state, seconds=15):
        return wait_for(f"source '{source}' to be '{state}'",
                        lambda: self.status().get(source, {}).get("state") == state,
                        seconds, alive=[self])

    def get(self, path, headers=None, method="GET", body=None):
        """(status, headers, body) of a request, whatever the status is; of a stream of events, the first."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", data=body, headers=headers or {}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                if answer.headers["Content-Type"] == "text/event-stream" and method == "GET":
                    return answer.status, answer.headers, b"".join(itertools.takewhile(bytes.strip, answer))
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers, error.read()

    def get_json(self, path):
        status, _, body = self.get(path)
        if status != 200:
            raise AssertionError(f"GET {path}: {status}\n{body!r}\n{self.log()}")
        return json.loads(body)

    def is_serving(self):
        with contextlib.suppress(OSError):
            return self.get("/api/status")[0] == 200
        return False

    def wait_until_serving(self):
        wait_for("the page to be served", self.is_serving, alive=[self])

    def workers(self, word):
        """The ids of the processes that do that for it, "clip" say."""
        found = []
        # /proc/<pid>/task/*/children leaves some out while others end.
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                parent = (process / "stat").read_text().rpartition(")")[2].split()[1]
                if int(parent) == self.process.pid and word.encode() in (process / "cmdline").read_bytes().split(b"\0"):
                    found.append(int(process.name))
        return found

    def troubles(self, allowed=()):
        """The log's lines of WARNING and above that hold none of the allowed words."""
        return [line for line in self.log_path.read_text(errors="replace").splitlines()
                if any(word in line for word in ("WARNING", "ERROR", "CRITICAL", "GStreamer-"))
                and not any(word in line for word in allowed)]


def run_isr(*arguments, env=None, cwd=None, seconds=20):
    """A command that ends by itself."""
    return subprocess.run([str(Isr.EXECUTABLE), *map(str, arguments)], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=seconds,
                          env=dict(os.environ, **(env or {})), cwd=cwd, check=False)


def write_config(path, sections):
    lines = []
    for section, settings in sections.items():
        lines += [f"[{section}]"] + [f"{key} = {value}" for key, value in settings.items()] + [""]
    path.write_text("\n".join(lines))
    return path


class TestCase(unittest.TestCase):
    """A test case with a folder and children that are gone when it ends."""

    maxDiff = None

    def setUp(self):
        self.resources = contextlib.ExitStack()
        self.addCleanup(self.resources.close)
        self.folder = scratch_folder(self.resources)

    def start(self, program):
        self.resources.callback(program.kill)
        return program


def scratch_folder(resources):
    folder = Path(tempfile.mkdtemp(prefix="e2e-"))
    resources.callback(shutil.rmtree, folder, ignore_errors=True)
    return folder
