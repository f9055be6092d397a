#!/usr/bin/env python3
"""What it costs to record streams: isr beside ffmpeg and streamripper, over the same time, from the same server.

    streams.py --builddir BUILD [--streams 20] [--seconds 60] [--split 600] [--analyse no]

One Icecast sends one MP3 of 128 kb/s to all; each program records every stream. Prints CPU seconds and
memory (PSS) of each program, as ratios too, and what isr's recording costs a disk. With levels isr also decodes, unless
told not to. It is measured what they cost for days: after the minute in which isr reads more often. Not a test: it
fails for no figure.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "e2e"))
arguments = argparse.ArgumentParser(description=__doc__)
arguments.add_argument("--builddir", type=Path, required=True)
arguments.add_argument("--streams", type=int, default=20)
arguments.add_argument("--seconds", type=int, default=60)
arguments.add_argument("--split", type=int, default=600, help="length of a file in seconds")
arguments.add_argument("--analyse", default="yes", choices=["yes", "no"], help="measure levels")
arguments = arguments.parse_args()
os.environ["ISR_BUILD_DIR"] = str(arguments.builddir.resolve())

import mp3  # noqa: E402
from harness import Isr, Program  # noqa: E402
from icecast import Icecast  # noqa: E402

WARM_UP = 65  # seconds
TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def pss_megabytes(pid):
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(re.search(r"^Pss:\s+(\d+) kB", rollup, re.MULTILINE)[1]) / 1024


def written_bytes(pid):
    return int(re.search(r"^write_bytes: (\d+)", Path(f"/proc/{pid}/io").read_text(), re.MULTILINE)[1])


def recorded_bytes(folder):
    return sum(file.stat().st_size for file in folder.rglob("*.mp3"))


def with_children(pid):
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *map(int, children)]


class Contender:
    def __init__(self, name, programs):
        self.name = name
        self.programs = programs

    @property
    def pids(self):
        return [pid for program in self.programs for pid in with_children(program.process.pid)]

    def cpu(self):
        return sum(map(cpu_seconds, self.pids))

    def pss(self):
        return sum(map(pss_megabytes, self.pids))


def start_ffmpeg(folder, url, number):
    return Program(f"ffmpeg{number}", [
        "ffmpeg", "-nostdin", "-loglevel", "error", "-i", url, "-c", "copy", "-f", "segment",
        "-segment_time", str(arguments.split), str(folder / f"ffmpeg{number}-%03d.mp3")], folder)


def start_streamripper(folder, url, number):
    return Program(f"streamripper{number}", [
        "streamripper", url, "-d", str(folder), "-a", f"rip{number}.mp3", "-A", "--quiet"], folder)


def syncs_per_minute(pid, seconds):
    """How often isr asks the disk to have everything, from the system calls themselves."""
    trace = subprocess.run(
        ["timeout", "-s", "INT", str(seconds), "strace", "-f", "-qq", "-e", "trace=fsync,fdatasync,syncfs", "-p", str(pid)],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False).stdout
    return len(re.findall(r"\b(?:fsync|fdatasync|syncfs)\(", trace)) * 60 / seconds


def measure(folder):
    mp3.make_noise(folder / "noise.mp3", arguments.seconds * 2 + WARM_UP + 60, seed=1)
    icecast = Icecast(folder, clients=3 * arguments.streams + 10)
    icecast.start()
    programs = [icecast.program, icecast.feed("live.mp3", folder / "noise.mp3")]
    try:
        url = icecast.url("live.mp3")
        numbers = range(arguments.streams)
        isr = Isr(folder, {f"s{number}": {"type": "stream", "url": url} for number in numbers},
                  {"split_minutes": arguments.split / 60, "filename_pattern": "{source}/%H%M%S",
                   "analyse": arguments.analyse})
        programs.append(isr)
        contenders = [Contender("isr", [isr])]
        for name, start in (("ffmpeg", start_ffmpeg), ("streamripper", start_streamripper)):
            if shutil.which(name) is None:
                print(f"{name} is not installed: left out")
                continue
            (folder / name).mkdir()
            rivals = [start(folder / name, url, number) for number in numbers]
            programs += rivals
            contenders.append(Contender(name, rivals))
        time.sleep(WARM_UP)
        report(isr, contenders)
    finally:
        for program in programs:
            program.kill()


def report(isr, contenders):
    cpu = {contender.name: contender.cpu() for contender in contenders}
    written, recorded = written_bytes(isr.process.pid), recorded_bytes(isr.recordings)
    time.sleep(arguments.seconds)
    cpu = {contender.name: contender.cpu() - cpu[contender.name] for contender in contenders}
    pss = {contender.name: contender.pss() for contender in contenders}
    written = written_bytes(isr.process.pid) - written
    recorded = recorded_bytes(isr.recordings) - recorded
    print(f"{arguments.streams} streams of 128 kb/s, {arguments.seconds} s, files of {arguments.split} s, "
          f"levels: {arguments.analyse}")
    print(f"{'':<14}{'CPU-s':>8}{'PSS MB':>9}{'isr/it CPU':>13}{'isr/it PSS':>12}")
    for contender in contenders:
        name = contender.name
        print(f"{name:<14}{cpu[name]:>8.2f}{pss[name]:>9.1f}{cpu['isr'] / cpu[name]:>13.2f}{pss['isr'] / pss[name]:>12.2f}")
    print(f"isr writes {written / recorded:.2f} bytes to the disk for each byte recorded")
    if shutil.which("strace") is not None:
        print(f"isr syncs {syncs_per_minute(isr.process.pid, 20):.0f} times a minute for all {arguments.streams} streams")


def main():
    folder = Path(tempfile.mkdtemp(prefix="isr-bench-", dir="/var/tmp"))  # a disk, not memory
    os.chmod(folder, 0o755)  # for Icecast, which is somebody else
    try:
        measure(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
