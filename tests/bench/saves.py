#!/usr/bin/env python3
"""How long a save from memory takes, and what the memory is: the last minute of 48 kHz stereo, 16 bits.

    saves.py --builddir BUILD [--seconds 60] [--rounds 25]

From the command, as the control socket gets it, to the answer that the file is safe; beside `cp` and `fsync` of the same
bytes. Waits for the minute first. Not a test: it fails for no figure.
"""

import argparse
import contextlib
import json
import os
import shutil
import socket
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "e2e"))
arguments = argparse.ArgumentParser(description=__doc__)
arguments.add_argument("--builddir", type=Path, required=True)
arguments.add_argument("--seconds", type=int, default=60)
arguments.add_argument("--rounds", type=int, default=25)
arguments.add_argument("--folder", type=Path, default=Path("/var/tmp"), help="on the disk that is to be measured")
arguments = arguments.parse_args()
os.environ["ISR_BUILD_DIR"] = str(arguments.builddir.resolve())

from harness import Isr, wait_for  # noqa: E402


def milliseconds_of(work):
    begin = time.monotonic()
    result = work()
    return (time.monotonic() - begin) * 1000, result


def copy(path, to):
    shutil.copyfile(path, to)
    file = os.open(to, os.O_RDONLY)
    os.fsync(file)
    os.close(file)


def main():
    with contextlib.ExitStack() as resources:
        folder = Path(resources.enter_context(tempfile.TemporaryDirectory(dir=arguments.folder)))
        isr = Isr(folder, {
            "desk": {"type": "test", "sample_rate": 48000, "record": "no", "replay_seconds": arguments.seconds},
            "replay": {"directory": folder}})
        resources.callback(isr.kill)
        memory = lambda: isr.status().get("desk", {}).get("memory", {"seconds": 0})  # noqa: E731
        wait_for("the buffer to be full", lambda: memory()["seconds"] >= arguments.seconds, arguments.seconds + 60, [isr])
        connection = resources.enter_context(socket.socket(socket.AF_UNIX))
        connection.connect(str(isr.recordings / ".isr" / "control.sock"))
        lines = resources.enter_context(connection.makefile("rwb"))

        def save():
            lines.write(b'{"command":"save"}\n')
            lines.flush()
            return folder / json.loads(lines.readline())["saves"][0]["path"]

        saves, copies = [], []
        for _ in range(arguments.rounds):
            took, path = milliseconds_of(save)
            saves.append(took)
            copies.append(milliseconds_of(lambda path=path: copy(path, folder / "copy"))[0])
            path.unlink()
            (folder / "copy").unlink()
        saved, copied = statistics.median(saves), statistics.median(copies)
        held = memory()
        print(f"save of {arguments.seconds} s, on the disk: {saved:.1f} ms (from {min(saves):.1f} to {max(saves):.1f}), "
              f"cp and fsync {copied:.1f} ms, ratio {saved / copied:.2f}")
        print(f"memory: {held['memory'] / 1e6:.2f} MB for {held['bytes'] / 1e6:.2f} MB of audio, "
              f"ratio {held['memory'] / held['bytes']:.4f}")


main()
