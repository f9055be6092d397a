"""Twenty thousand requests that make no sense, slow clients, silent ones, and ones that do not read: the daemon answers
each with an error that says so, and records on as if nothing had been."""

import collections
import concurrent.futures
import contextlib
import hashlib
import json
import os
import socket
import struct
import threading
import unittest

import recordings
import tap
from harness import Isr, run_isr, scratch_folder, wait_for
from strange_requests import StrangeRequests
from wav_file import WavFile

SEED = int(os.environ.get("ISR_SEED", "1"))
THREADS = 8
REQUESTS = 20_000
SILENT = 500
# What libsoup's parser and ours refuse, and what is busy; never 500.
REFUSALS = {400, 401, 403, 404, 405, 406, 409, 413, 415, 416, 417, 422, 431, 501, 503, 505}
SUCCESSES = {200, 204, 206, 304}
# Heads beyond libsoup's own limit end the connection without a word.
MAX_HEAD = 60_000


class RobustTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        resources = contextlib.ExitStack()
        cls.addClassCleanup(resources.close)
        cls.isr = Isr(scratch_folder(resources), {"beeps": {"type": "test"}}, {"split_minutes": 0.05, "filename_pattern": "day/%H%M%S"})
        resources.callback(cls.isr.kill)
        cls.isr.wait_until_serving()
        wait_for("three finished files", lambda: len(cls.finished()) >= 3, alive=[cls.isr])
        cls.before = {name: cls.digest(name) for name in cls.finished()}
        cls.isr.get("/")
        cls.descriptors = cls.count_descriptors()
        cls.statuses = []

        cls.answered_beside_silent_ones = cls.ask_beside_silent_clients()
        cls.faults = cls.ask_strange_things()

        wait_for("all connections to be closed", lambda: cls.count_descriptors() <= cls.descriptors + 3,
                 seconds=45, alive=[cls.isr])
        cls.after = {name: cls.digest(name) for name in cls.before}
        cls.exit_code = cls.isr.stop()

    @classmethod
    def finished(cls):
        return [file["name"] for file in cls.isr.get_json("/api/files") if not file["recording"]]

    @classmethod
    def digest(cls, name):
        return hashlib.sha256((cls.isr.recordings / name).read_bytes()).hexdigest()

    @classmethod
    def count_descriptors(cls):
        """Of files and sockets that are not the database's: it keeps some for later."""
        count = 0
        for entry in os.scandir(f"/proc/{cls.isr.process.pid}/fd"):
            with contextlib.suppress(OSError):
                count += ".isr/" not in os.readlink(entry.path)
        return count

    @classmethod
    def connect(cls):
        return socket.create_connection(("127.0.0.1", cls.isr.port), timeout=60)

    @classmethod
    def ask_beside_silent_clients(cls):
        """The status of a plain request while five hundred connections say nothing."""
        silent = [cls.connect() for _ in range(SILENT)]
        try:
            return ask(cls.connect(), b"GET /api/status HTTP/1.1\r\nHost: localhost\r\n\r\n")[0]
        finally:
            for one in silent:
                one.close()

    @classmethod
    def ask_strange_things(cls):
        """What was answered otherwise than it should be."""
        done = threading.Event()
        slow = [threading.Thread(target=cls.be_slow, args=(done,)) for _ in range(10)]
        deaf = [cls.connect() for _ in range(10)]
        for one in deaf:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            one.sendall(f"GET /stream/{next(iter(cls.before))} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        for thread in slow:
            thread.start()
        try:
            with concurrent.futures.ThreadPoolExecutor(THREADS) as pool:
                found = pool.map(cls.ask_strangely, range(SEED * 1000, SEED * 1000 + THREADS))
                return [fault for faults in found for fault in faults]
        finally:
            done.set()
            for one in deaf:
                one.close()
            for thread in slow:
                thread.join()

    @classmethod
    def be_slow(cls, done):
        """Sends a byte now and then; once cut off, begins again."""
        while not done.is_set():
            with contextlib.suppress(OSError), cls.connect() as one:
                for byte in b"GET /api/status HTTP/1.1\r\nHost: localhost\r\nX: ":
                    one.send(bytes([byte]))
                    if done.wait(0.2):  # slowness is what this client is for
                        break

    @classmethod
    def ask_strangely(cls, seed):
        requests = StrangeRequests(seed, [*cls.before, "none.wav", "day/none.wav"])
        faults = []
        for number in range(REQUESTS // THREADS):
            data = requests.next()
            try:
                answer = ask(cls.connect(), data, leave=number % 50 == 0)
                cls.statuses.append(answer[0])
                fault = judge(data, *answer)
            except OSError as error:
                fault = f"{error!r}"
            if fault:
                faults.append(f"seed {seed}, number {number}: {fault}\n  {data[:300]!r}")
        return faults

    def test_each_gets_the_answer_that_it_should(self):
        self.assertEqual(self.faults[:5], [], f"{len(self.faults)} in all")

    def test_they_are_of_every_kind(self):
        counts = collections.Counter(self.statuses)
        self.assertGreaterEqual(counts.total(), REQUESTS)
        self.assertLess(counts[None], REQUESTS / 4, "unanswered")
        for status in (200, 206, 400, 403, 404, 405, 413, 416, 431):
            self.assertGreater(counts[status], REQUESTS / 5000, counts)

    def test_silent_clients_do_not_keep_others_out(self):
        self.assertEqual(self.answered_beside_silent_ones, 200)

    def test_the_daemon_lives_and_says_nothing_worth_a_warning(self):
        self.assertEqual(self.exit_code, 0, self.isr.log())
        self.assertEqual(self.isr.troubles(), [])

    def test_the_recordings_are_unharmed(self):
        self.assertEqual(self.before, self.after)
        files = recordings.of_source(self.isr.recordings, "beeps")
        self.assertGreater(len(files), len(self.before))
        for file in files:
            WavFile(file.path)
        self.assertEqual([dict(gap) for gap in recordings.gaps(self.isr.recordings, "beeps")], [])
        result = run_isr("verify", self.isr.config, seconds=120)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)

    def test_nothing_else_was_made(self):
        for path in self.isr.recordings.rglob("*"):
            place = path.relative_to(self.isr.recordings).parts[0]
            self.assertIn(place, ("day", "analyses", ".isr", "status.json"), path)


def ask(connection, data, leave=False):
    """(status, headers, body) of the answer; status None where there is none. `leave`: without waiting for it."""
    with connection:
        try:
            connection.sendall(data)
            if leave:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                return None, {}, b""
            connection.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # refused before it was all sent; there may be an answer all the same
        answer = b""
        with contextlib.suppress(ConnectionResetError):
            while piece := connection.recv(262144):
                answer += piece
    head, _, body = answer.partition(b"\r\n\r\n")
    while head.startswith(b"HTTP/1.1 100 "):
        head, _, body = body.partition(b"\r\n\r\n")
    if not head:
        return None, {}, b""
    status, *fields = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value for name, value in (field.split(": ", 1) for field in fields)}
    return int(status.split()[1]), headers, body


def judge(data, status, headers, body):
    """What is wrong with the answer; None when it is as it should be."""
    if status is None:
        return None
    is_head = data.lstrip().startswith(b"HEAD")
    if status not in SUCCESSES | REFUSALS:
        return f"status {status}: {body[:200]!r}"
    if headers.get("connection") != "close" or "content-security-policy" not in headers:
        return f"headers {headers}"
    if headers.get("content-type") == "text/event-stream":
        return None  # it goes on until the client leaves, as all here do
    if not is_head and status not in (204, 304) and int(headers["content-length"]) != len(body):
        return f"{len(body)} bytes of {headers['content-length']}"
    if status in SUCCESSES or (is_head and not body):
        return None
    try:
        error = json.loads(body)["error"]
    except (ValueError, KeyError, TypeError):
        return f"status {status}, body {body[:200]!r}"
    return None if error["code"] and error["message"] else f"error {error}"


if __name__ == "__main__":
    tap.main()
