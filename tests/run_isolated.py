#!/usr/bin/env python3
"""Runs a test program cut off from the machine it runs on.

    run_isolated.py [--builddir DIR] [--live] PROGRAM [ARGUMENT...]

The program gets a temporary directory of its own and no HOME, the C locale, a private GStreamer
registry, and a plugin folder that holds just the plugins that isr uses: whatever else is installed
can neither change a result nor show up in a sanitizer's report. With --builddir, isr's own plugin
and its page are those of that build tree. --live: there are the plugins of isr-live as well. Critical messages of GLib and GStreamer end the program.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

# libgst<name>.so; what a machine does not have is left out.
PLUGINS = """
adaptivedemux2 alsa app audioconvert audiofx audiomixer audioparsers audioresample audiotestsrc coreelements faad flac
icydemux id3demux isomp4 lame mpegtsdemux mpg123 multifile ogg opus playback typefindfunctions vorbis volume wavenc
wavparse xingmux
""".split()

LIVE_PLUGINS = """
alaw dtls libav mulaw nice rtp rtpmanager srtp voaacenc webrtc
""".split()

# All that a test program may see of the caller's environment.
KEPT = ["PATH", "LD_LIBRARY_PATH", "CI", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS",
        "TSAN_OPTIONS", "GST_DEBUG", "MESON_TEST_ITERATION", "ISR_KILLS", "ISR_SEED"]


def make_plugin_folder(folder, names):
    system = subprocess.run(["pkg-config", "--variable=pluginsdir", "gstreamer-1.0"],
                            check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    folder.mkdir()
    for name in names:
        plugin = Path(system) / f"libgst{name}.so"
        if plugin.exists():
            (folder / plugin.name).symlink_to(plugin)


def environment(scratch, builddir, names):
    plugins = scratch / "plugins"
    make_plugin_folder(plugins, names)
    env = {name: os.environ[name] for name in KEPT if name in os.environ}
    env.update({
        "LC_ALL": "C.UTF-8",
        "G_DEBUG": "fatal-criticals",
        "GSETTINGS_BACKEND": "memory",
        "GIO_USE_VFS": "local",
        "GST_PLUGIN_SYSTEM_PATH_1_0": str(plugins),
        "GST_REGISTRY_1_0": str(scratch / "registry.bin"),
        # A helper process could not load a plugin that was built with a sanitizer.
        "GST_REGISTRY_FORK": "no",
    })
    for name in ("TMPDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR"):
        folder = scratch / name.lower()
        folder.mkdir(mode=0o700)
        env[name] = str(folder)
    if builddir is not None:
        env["GST_PLUGIN_PATH_1_0"] = str(builddir / "plugins")
        env["ISR_BUILD_DIR"] = str(builddir)
        env["ISR_WEB_DIR"] = str(Path(__file__).resolve().parents[1] / "web")
    return env


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--builddir", type=Path)
    parser.add_argument("--live", action="store_true")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    arguments = parser.parse_args()
    # What Meson sends at a time-out: clean up all the same.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    # Short: sockets below it have paths of at most 107 bytes.
    scratch = Path(tempfile.mkdtemp(prefix="isr-test-", dir="/tmp"))
    try:
        env = environment(scratch, arguments.builddir, PLUGINS + LIVE_PLUGINS * arguments.live)
        code = subprocess.run(arguments.command, env=env, check=False).returncode
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    # A signal's death as a shell shows it.
    return 128 - code if code < 0 else code


if __name__ == "__main__":
    sys.exit(main())
