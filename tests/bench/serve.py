#!/usr/bin/env python3
"""What the page waits for: isr's answers over HTTP beside ffmpeg's and nginx's, in one run.

    serve.py --builddir BUILD [--minutes 60] [--recordings 100000] [--requests 10000]

- a clip of ten seconds near the end of a long FLAC: until its first byte comes, beside `ffmpeg -ss` on that file;
- the highlights of a day of four sources, from their tracks;
- the first page of a list of many recordings, and their days;
- a big file to four clients at once, beside nginx;
- how much memory many requests leave behind.

Prints milliseconds, each the median of its rounds, and ratios. Not a test: it fails for no figure.
"""

import argparse
import concurrent.futures
import datetime
import http.client
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "e2e"))
arguments = argparse.ArgumentParser(description=__doc__)
arguments.add_argument("--builddir", type=Path, required=True)
arguments.add_argument("--minutes", type=int, default=60, help="of FLAC")
arguments.add_argument("--recordings", type=int, default=100_000)
arguments.add_argument("--requests", type=int, default=10_000)
arguments = arguments.parse_args()
os.environ["ISR_BUILD_DIR"] = str(arguments.builddir.resolve())

from harness import Isr, Program, free_port, wait_for  # noqa: E402

ROUNDS = 9
CLIENTS = 4
MEGABYTE = 1024 * 1024
BIG = 1024 * MEGABYTE
DAY = datetime.datetime(2026, 3, 10, tzinfo=datetime.timezone.utc)


def milliseconds_of(work):
    start = time.monotonic()
    work()
    return (time.monotonic() - start) * 1000


def median_of(work):
    return statistics.median(milliseconds_of(work) for _ in range(ROUNDS))


def get(port, path, read=None):
    """All of an answer, or its first `read` bytes."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read(read)
        if answer.status != 200:
            raise AssertionError(f"GET {path}: {answer.status} {body!r}")
        return body
    finally:
        connection.close()


def make_flac(path):
    subprocess.run([
        "sox", "-q", "-n", "-r", "48000", "-c", "2", "-b", "16", path, "synth", str(60 * arguments.minutes), "pinknoise",
        "vol", "0.3"], check=True)


def bench_clip(isr, path):
    start = arguments.minutes * 50
    clip = f"/api/clip?file={path.name}&start={start}&end={start + 10}"
    ffmpeg = ["ffmpeg", "-nostdin", "-loglevel", "error", "-ss", str(start), "-t", "10", "-i", path, "-f", "wav", "-"]
    ours = median_of(lambda: get(isr.port, clip, read=1))
    whole = median_of(lambda: get(isr.port, clip))
    theirs = median_of(lambda: subprocess.run(ffmpeg, stdout=subprocess.DEVNULL, check=True))
    print(f"clip of 10 s in {path.stat().st_size / 1e6:.0f} MB of FLAC: first byte {ours:.1f} ms, all {whole:.1f} ms; "
          f"ffmpeg -ss {theirs:.1f} ms; first byte / ffmpeg {ours / theirs:.2f}")


def bench_lists(isr):
    for what, path in (("highlights of 24 h x 4 sources", f"/api/highlights?day={DAY:%Y-%m-%d}"),
                       ("first page", "/api/files?limit=500"),
                       ("days", "/api/days")):
        size = len(get(isr.port, path))
        print(f"{what}: {median_of(lambda path=path: get(isr.port, path)):.1f} ms, {size / 1000:.0f} kB")


def start_nginx(folder, root):
    port = free_port()
    (folder / "nginx.conf").write_text(f"""
daemon off; worker_processes 2; pid {folder}/nginx.pid; error_log stderr; user root;
events {{ }}
http {{ access_log off; sendfile on; server {{ listen 127.0.0.1:{port}; root {root}; }} }}
""")
    return Program("nginx", ["nginx", "-c", folder / "nginx.conf", "-p", folder], folder), port


def megabytes_per_second(url):
    """What several clients receive together."""
    command = ["curl", "--silent", "--fail", "--output", "/dev/null", url]
    with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
        elapsed = milliseconds_of(lambda: list(pool.map(
            lambda _: subprocess.run(command, check=True), range(CLIENTS))))
    return CLIENTS * BIG / MEGABYTE / elapsed * 1000


def bench_throughput(isr, folder):
    nginx, port = start_nginx(folder, isr.recordings)
    try:
        wait_for("nginx", lambda: (folder / "nginx.pid").exists(), alive=[nginx])
        rounds = [(megabytes_per_second(f"http://127.0.0.1:{isr.port}/stream/big.wav"),
                   megabytes_per_second(f"http://127.0.0.1:{port}/big.wav")) for _ in range(5)]
    finally:
        nginx.kill()
    ours, theirs = (statistics.median(column) for column in zip(*rounds))
    ratio = statistics.median(ours / theirs for ours, theirs in rounds)
    print(f"stream to {CLIENTS} clients: {ours:.0f} MB/s; nginx {theirs:.0f} MB/s; isr / nginx {ratio:.2f}")


def memory_kilobytes(pid):
    return int(re.search(r"^VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)[1])


def bench_memory(isr):
    paths = ["/", "/app.js", "/api/files?limit=100", "/api/days", "/api/status", "/api/storage", "/api/sources",
             f"/api/highlights?day={DAY:%Y-%m-%d}", "/api/files?q=nothing", "/api/config"]

    def ask(count):
        for number in range(count):
            get(isr.port, paths[number % len(paths)])

    ask(1000)
    before = memory_kilobytes(isr.process.pid)
    ask(arguments.requests)
    print(f"{arguments.requests} requests: {memory_kilobytes(isr.process.pid) - before} kB more than the {before} kB before")


def measure(folder):
    recordings = folder / "recordings"
    recordings.mkdir()
    subprocess.run([arguments.builddir / "tests" / "bench" / "archive", recordings, str(int(DAY.timestamp())),
                    str(arguments.recordings)], check=True)
    flac = recordings / "long.flac"
    make_flac(flac)
    with open(recordings / "big.wav", "wb") as big:
        subprocess.run(["head", "-c", str(BIG), "/dev/urandom"], stdout=big, check=True)
    isr = Isr(folder, {"studio": {"type": "test"}}, env={"TZ": "UTC"})
    try:
        isr.wait_until_serving()
        wait_for("the scan", lambda: b"long.flac" in get(isr.port, "/api/files?q=long"), 120, alive=[isr])
        print(f"{arguments.recordings} recordings and a day of four sources")
        bench_clip(isr, flac)
        bench_lists(isr)
        bench_throughput(isr, folder)
        bench_memory(isr)
    finally:
        isr.kill()


def main():
    folder = Path(tempfile.mkdtemp(prefix="isr-bench-", dir="/var/tmp"))  # a disk, not memory
    try:
        measure(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
