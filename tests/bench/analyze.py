#!/usr/bin/env python3
"""What it costs to analyse recordings: isr beside ffmpeg's astats and sox's stats, in turn, on the same files.

    analyze.py --builddir BUILD [--minutes 60] [--rounds 5] [--cores 2]

An hour of a place outdoors (two channels of shaped noise that swells, calls, and a hum now and then) as FLAC, WAV, MP3,
Ogg Opus and AAC. Prints seconds of wall time and of CPU, each the median of its rounds, and their ratios: isr's over
the other's, round by round. And how much sooner several files are done at once than one after the other. Not a test:
it fails for no figure.
"""

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

arguments = argparse.ArgumentParser(description=__doc__)
arguments.add_argument("--builddir", type=Path, required=True)
arguments.add_argument("--minutes", type=int, default=60)
arguments.add_argument("--rounds", type=int, default=5)
arguments.add_argument("--cores", type=int, default=os.cpu_count(), help="files that are analysed at once")
arguments = arguments.parse_args()

RATE = 48000
PART_MINUTES = 5
CODECS = {"flac": ["flac"], "wav": ["pcm_s16le"], "mp3": ["libmp3lame", "-b:a", "128k"],
          "opus": ["libopus", "-b:a", "96k"], "aac": ["aac", "-b:a", "128k"]}
SCENE = rf"""
anoisesrc=d={60 * PART_MINUTES}:c=brown:seed=1:r={RATE}:a=0.08[near_left];
anoisesrc=d={60 * PART_MINUTES}:c=pink:seed=2:r={RATE}:a=0.01[far_left];
anoisesrc=d={60 * PART_MINUTES}:c=brown:seed=3:r={RATE}:a=0.06[near_right];
anoisesrc=d={60 * PART_MINUTES}:c=pink:seed=4:r={RATE}:a=0.012[far_right];
aevalsrc='0.15*sin(2*PI*(2800*t+40*sin(31*t)))*lt(mod(t\,23)\,1.5)+0.1*sin(2*PI*440*t)*lt(mod(t\,61)\,3)'
:s={RATE}:d={60 * PART_MINUTES},asplit[calls_left][calls_right];
[near_left][far_left][calls_left]amix=3:normalize=0[left];
[near_right][far_right][calls_right]amix=3:normalize=0:weights=1 1 0.6[right];
[left][right]join=inputs=2:channel_layout=stereo,volume='0.7+0.3*sin(t/40)':eval=frame
"""


def ffmpeg(*words):
    subprocess.run(["ffmpeg", "-nostdin", "-loglevel", "error", "-y", *map(str, words)], check=True)


def make_files(folder):
    part = folder / "part.wav"
    ffmpeg("-filter_complex", SCENE.replace("\n", ""), "-c:a", "pcm_s16le", part)
    files = {}
    for name, codec in CODECS.items():
        files[name] = folder / f"hour.{name}"
        ffmpeg("-stream_loop", "-1", "-i", part, "-t", 60 * arguments.minutes, "-c:a", *codec, files[name])
    return files


def run(command):
    """Seconds of wall time and of CPU, of all its processes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL, check=True)
    wall = time.monotonic() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def isr(*files):
    return [arguments.builddir.resolve() / "isr", "analyze", "--refresh", *files]


def rivals(file):
    commands = {"ffmpeg": ["ffmpeg", "-nostdin", "-i", file, "-af", "astats", "-f", "null", "-"]}
    if file.suffix in (".flac", ".wav", ".mp3", ".opus"):
        commands["sox"] = ["sox", file, "-n", "stats"]
    return {name: command for name, command in commands.items() if shutil.which(name) is not None}


def compare(name, file):
    commands = {"isr": isr(file), **rivals(file)}
    times = {who: [] for who in commands}
    for _ in range(arguments.rounds):
        for who, command in commands.items():
            try:
                times[who].append(run(command))
            except subprocess.CalledProcessError:
                times[who] = []
    for who, taken in times.items():
        if not taken:
            print(f"{name:<6}{who:<8} cannot read it")
            continue
        wall, cpu = (statistics.median(column) for column in zip(*taken))
        ratios = [statistics.median(ours[i] / theirs[i] for ours, theirs in zip(times["isr"], taken)) for i in (0, 1)]
        print(f"{name:<6}{who:<8}{wall:>9.2f}{cpu:>9.2f}{ratios[0]:>15.2f}{ratios[1]:>15.2f}", flush=True)


def at_once(folder, file):
    """How many times as fast several files are than one after the other."""
    copies = [folder / f"copy{number}{file.suffix}" for number in range(arguments.cores)]
    for copy in copies:
        shutil.copyfile(file, copy)
    gains = []
    for _ in range(arguments.rounds):
        in_turn = sum(run(isr(copy))[0] for copy in copies)
        gains.append(in_turn / run(isr(*copies))[0])
    print(f"{len(copies)} files at once on {os.cpu_count()} cores: {statistics.median(gains):.2f} times as fast as one after "
          f"the other ({min(gains):.2f} to {max(gains):.2f})")


def main():
    folder = Path(tempfile.mkdtemp(prefix="isr-bench-", dir="/var/tmp"))  # a disk: it is over a gigabyte
    try:
        files = make_files(folder)
        size = files["flac"].stat().st_size / files["wav"].stat().st_size
        print(f"{arguments.minutes} minutes, {RATE} Hz, stereo; FLAC has {size:.2f} of its size. Medians of {arguments.rounds}; "
              f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
        print(f"{'':<14}{'wall s':>9}{'CPU s':>9}{'isr/it wall':>15}{'isr/it CPU':>15}")
        for name, file in files.items():
            compare(name, file)
        at_once(folder, files["flac"])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
