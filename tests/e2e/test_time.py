"""What happens to the clock happens to whole daemons, all at once: daylight saving, time servers, a boot without a clock.

libfaketime moves the wall clock of each; its monotonic clock, and with it the sound, runs as ever.
"""

import array
import contextlib
import datetime
import glob
import itertools
import re
import sqlite3
import sys
import time
import unittest
import zoneinfo
from pathlib import Path

import recordings
import tap
from harness import Isr, scratch_folder, wait_for
from wav_file import WavFile

UTC = datetime.timezone.utc
SPLIT_SECONDS = 4
RATE = 8000
PERIOD = 200  # of 440 Hz, in samples
BEFORE_SECONDS = 5  # that a daemon starts before its transition
SOURCE = {"type": "test", "wave": "sine", "sample_rate": RATE, "channels": 1, "sync_seconds": 1}
SECTIONS = {
    "quick": {**SOURCE, "split_minutes": SPLIT_SECONDS / 60},
    "hourly": {**SOURCE, "split_minutes": 60},
}
# zone: (moment that it changes, whether a full hour begins there on the clock on the wall)
TRANSITIONS = {
    "Berlin, to summer": ("Europe/Berlin", datetime.datetime(2027, 3, 28, 1, tzinfo=UTC), True),
    "Berlin, to winter": ("Europe/Berlin", datetime.datetime(2026, 10, 25, 1, tzinfo=UTC), True),
    "New York, to summer": ("America/New_York", datetime.datetime(2027, 3, 14, 7, tzinfo=UTC), True),
    "New York, to winter": ("America/New_York", datetime.datetime(2026, 11, 1, 6, tzinfo=UTC), True),
    # By half an hour: 02:00 becomes 02:30, and 01:30.
    "Lord Howe, to summer": ("Australia/Lord_Howe", datetime.datetime(2026, 10, 3, 15, 30, tzinfo=UTC), False),
    "Lord Howe, to winter": ("Australia/Lord_Howe", datetime.datetime(2027, 4, 3, 15, tzinfo=UTC), False),
}
AFTERNOON = datetime.datetime(2026, 11, 21, 14, 20, 1, tzinfo=UTC)
# when it starts, and when it is set to
STEPS = {
    "an hour forward": (AFTERNOON, datetime.timedelta(hours=1)),
    "an hour back": (AFTERNOON, -datetime.timedelta(hours=1)),
    "booted in 1970": (datetime.datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC),
                       AFTERNOON - datetime.datetime(1970, 1, 1, tzinfo=UTC)),
}


def micros(moment):
    return round((moment - datetime.datetime(1970, 1, 1, tzinfo=UTC)) / datetime.timedelta(microseconds=1))


class FakedIsr:
    """A daemon whose wall clock is ours."""

    def __init__(self, resources, start, zone, taken=(), pattern="%Y%m%d_%H%M%S"):
        self.folder = scratch_folder(resources)
        self.offset_file = self.folder / "offset"
        self.set_clock(start)
        self.taken = [self.folder / "recordings" / source / name for source in SECTIONS for name in taken]
        for path in self.taken:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"of the first time round")
        (library,) = glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")
        self.isr = Isr(self.folder, SECTIONS, {"filename_pattern": "{source}/" + pattern}, {
            "TZ": zone, "LD_PRELOAD": library, "FAKETIME_TIMESTAMP_FILE": str(self.offset_file),
            "FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "NO_FAKE_STAT": "1"})
        resources.callback(self.isr.kill)

    def set_clock(self, moment):
        offset = moment.timestamp() - time.time()
        fresh = self.offset_file.with_suffix(".new")
        fresh.write_text(f"{offset:+.6f}\n")
        fresh.rename(self.offset_file)

    def segments(self, source):
        with contextlib.suppress(sqlite3.OperationalError):  # not made yet
            return [segment for segment in recordings.of_source(self.isr.recordings, source) if segment.rate]
        return []

    def recorded(self, source):
        """In the order in which it was recorded, which is not that of a clock that was set back."""
        log = self.isr.log()
        return sorted(self.segments(source), key=lambda segment: log.index(f"recording {segment.name} "))

    def finish(self):
        self.exit_code = self.isr.stop()


class TimeTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        resources = contextlib.ExitStack()
        cls.addClassCleanup(resources.close)
        before = datetime.timedelta(seconds=BEFORE_SECONDS)
        cls.zones = {}
        for name, (zone, moment, _) in TRANSITIONS.items():
            local = moment.astimezone(zoneinfo.ZoneInfo(zone))
            cls.zones[name] = FakedIsr(resources, moment - before, zone, taken=[local.strftime("%Y%m%d_%H%M%S.wav")])
        cls.steps = {}
        for name, (start, by) in STEPS.items():
            # What the hour before left there; in 1970 each boot makes the same names.
            there = start + by - datetime.timedelta(seconds=start.second % SPLIT_SECONDS)
            taken = [(there + datetime.timedelta(seconds=seconds)).strftime("%Y%m%d_%H%M%S.wav")
                     for seconds in range(0, 60)] if name == "an hour back" else []
            cls.steps[name] = FakedIsr(resources, start, "UTC", taken,
                                       "%Y%m%d" if name == "booted in 1970" else "%Y%m%d_%H%M%S")
        for name, daemon in cls.steps.items():
            wait_for(f"a boundary before the clock is set, {name}",
                     lambda daemon=daemon: len(daemon.segments("quick")) >= 2, alive=[daemon.isr])
            daemon.set_clock(datetime.datetime.fromtimestamp(cls.now_of(daemon), UTC) + STEPS[name][1])
        for name, daemon in cls.zones.items():
            end = micros(TRANSITIONS[name][1]) + SPLIT_SECONDS * 1_000_000
            wait_for(f"a boundary after the transition, {name}", lambda daemon=daemon, end=end: any(
                segment.start_us >= end for segment in daemon.segments("quick")), alive=[daemon.isr])
        for name, daemon in cls.steps.items():
            count = len(daemon.segments("quick"))
            wait_for(f"two boundaries after the clock was set, {name}",
                     lambda daemon=daemon, count=count: len(daemon.segments("quick")) >= count + 1, alive=[daemon.isr])
        for daemon in [*cls.zones.values(), *cls.steps.values()]:
            daemon.finish()

    @staticmethod
    def now_of(daemon):
        return time.time() + float(daemon.offset_file.read_text())

    def everyone(self):
        return [*self.zones.items(), *self.steps.items()]

    def test_all_end_well(self):
        for name, daemon in self.everyone():
            with self.subTest(name):
                self.assertEqual(daemon.exit_code, 0, daemon.isr.log())
                self.assertEqual(daemon.isr.troubles(allowed=["the clock was set by"]), [])

    def test_no_sample_is_lost_or_repeated(self):
        for (name, daemon), source in itertools.product(self.everyone(), SECTIONS):
            with self.subTest(name, source=source):
                segments = daemon.recorded(source)
                joined = array.array("h")
                joined.frombytes(b"".join(WavFile(segment.path).pcm for segment in segments))
                if sys.byteorder == "big":
                    joined.byteswap()
                self.assertGreater(len(joined), 2 * SPLIT_SECONDS * RATE)
                broken = [at for at in range(len(joined) - PERIOD) if abs(joined[at] - joined[at + PERIOD]) > 2]
                self.assertEqual(broken[:5], [], f"samples after which the tone does not go on, in {segments}")
                self.assertEqual(list(recordings.gaps(daemon.isr.recordings, source)), [])

    def test_nothing_is_overwritten(self):
        for name, daemon in self.everyone():
            for path in daemon.taken:
                self.assertEqual(path.read_bytes(), b"of the first time round", name)
        for name in ("Berlin, to winter", "New York, to winter", "an hour back"):
            daemon = self.zones.get(name) or self.steps[name]
            names = [segment.name for segment in daemon.segments("quick")]
            self.assertTrue(any(name.endswith("-1.wav") for name in names), names)
        names = [Path(segment.name).stem for segment in self.steps["booted in 1970"].recorded("quick")]
        self.assertEqual(names[:2], ["19700101", "19700101-1"])
        self.assertEqual(names[-1].partition("-")[0], AFTERNOON.strftime("%Y%m%d"))

    def test_each_boundary_is_on_the_clock_on_the_wall(self):
        for name, daemon in self.everyone():
            with self.subTest(name):
                boundaries = [segment for segment in daemon.recorded("quick") if segment.began == "boundary"]
                self.assertGreaterEqual(len(boundaries), 2)
                for segment in boundaries:
                    self.assertLess(segment.start_us % (SPLIT_SECONDS * 1_000_000), 1_000_000 / RATE + 1, segment)

    def test_a_file_is_named_after_the_clock_on_the_wall_at_its_start(self):
        for name, daemon in self.zones.items():
            zone = zoneinfo.ZoneInfo(TRANSITIONS[name][0])
            for segment in daemon.segments("quick"):
                with self.subTest(name, file=segment.name):
                    local = segment.local_start()
                    self.assertEqual(local.utcoffset(), local.astimezone(zone).utcoffset())
                    self.assertEqual(Path(segment.name).stem.partition("-")[0], local.strftime("%Y%m%d_%H%M%S"))

    def test_the_hour_begins_a_file_when_the_wall_shows_it_and_not_else(self):
        for name, (_, moment, is_full_hour) in TRANSITIONS.items():
            with self.subTest(name):
                segments = self.zones[name].recorded("hourly")
                self.assertEqual([segment.began for segment in segments], ["start"] + ["boundary"] * is_full_hour)
                if is_full_hour:
                    self.assertAlmostEqual(segments[1].start_us, micros(moment), delta=1_000_000 / RATE + 1)

    def test_a_clock_that_is_set_cuts_nothing_and_is_said(self):
        for name, (_, by) in STEPS.items():
            with self.subTest(name):
                daemon = self.steps[name]
                (said,) = re.findall(r"quick: the clock was set by (\S+) s;", daemon.isr.log())
                self.assertAlmostEqual(float(said), by.total_seconds(), delta=0.1)
                hourly = daemon.recorded("hourly")
                self.assertEqual([segment.began for segment in hourly], ["start"])
                quick = daemon.recorded("quick")
                self.assertEqual({segment.began for segment in quick[1:]}, {"boundary"})
                # From the last boundary before to the first one after it: at most as long as any file.
                for segment in quick:
                    self.assertLessEqual(segment.duration, SPLIT_SECONDS + 0.02, quick)


if __name__ == "__main__":
    tap.main()
