"""Killed at random moments again and again, while it records WAV, FLAC, MP3 and Opus: every file is whole.

ISR_KILLS (50) and ISR_SEED in the environment say how often and when.
"""

import base64
import concurrent.futures
import contextlib
import itertools
import os
import random
import time
import unittest

import mp3
import recordings
import sndfile
import tap
from harness import Isr, scratch_folder, wait_for
from icecast import Icecast
from test_codecs import CODECS, encode

KILLS = int(os.environ.get("ISR_KILLS", "50"))
SEED = int(os.environ.get("ISR_SEED", str(random.randrange(1_000_000))))
LANES = 4  # daemons at once, each killed its share of times
LIFE = (0.3, 3.0)  # seconds of recording before a kill
SYNC_SECONDS = 1
SPLIT_SECONDS = 2
LATEST_START_SECONDS = 2
GENERAL = {"split_minutes": SPLIT_SECONDS / 60, "sync_seconds": SYNC_SECONDS, "filename_pattern": "{source}/%H%M%S"}
SOURCES = ["wav", "flac", "mp3", "opus"]


class Run:
    """One life of the daemon."""

    def __init__(self, launched, began, killed, files):
        self.launched = launched  # wall time
        self.began = began  # wall time when all sources recorded
        self.killed = killed  # wall time
        self.files = files  # that this run made, by source


class Lane:
    """One folder of recordings, and the daemons that are killed over it."""

    def __init__(self, folder, sections, seed):
        self.folder = folder
        self.sections = sections
        self.moments = random.Random(seed)
        self.runs = []

    def start(self):
        launched = time.time()
        isr = Isr(self.folder, self.sections, GENERAL)

        def all_record():
            with contextlib.suppress(OSError):
                return all(source["state"] == "recording" for source in isr.get_json("/api/status")["active"])
            return False

        try:
            wait_for("all sources to record", all_record, alive=[isr])
        except BaseException:
            isr.kill()
            raise
        return isr, launched

    def files(self):
        return {source: {path.name for path in (self.folder / "recordings" / source).glob("*.*")
                         if path.stat().st_size > 0} for source in SOURCES}

    def run_and_kill(self):
        before = self.files()
        isr, launched = self.start()
        began = time.time()
        end = time.monotonic() + self.moments.uniform(*LIFE)
        wait_for("the moment to kill it", lambda: time.monotonic() >= end, alive=[isr])
        killed = time.time()
        isr.kill()
        after = self.files()
        self.runs.append(Run(launched, began, killed, {name: after[name] - before[name] for name in SOURCES}))

    def live(self, kills):
        for _ in range(kills):
            self.run_and_kill()
        isr, _ = self.start()
        try:
            wait_for("the catalogue to be in line with the files", lambda: "audio files;" in isr.log(), alive=[isr])
            self.exit_code = isr.stop()
            self.log = isr.log()
            self.troubles = isr.troubles(["by a crash", "when a crash came"])
        finally:
            isr.kill()
        self.segments = {name: recordings.of_source(isr.recordings, name) for name in SOURCES}
        return self


class KillsTest(unittest.TestCase):
    """All the kills; each test looks at one promise about what they left."""

    @classmethod
    def setUpClass(cls):
        print(f"# {KILLS} kills, ISR_SEED={SEED}", flush=True)
        resources = contextlib.ExitStack()
        cls.addClassCleanup(resources.close)
        folder = scratch_folder(resources)
        icecast = Icecast(folder)
        icecast.start()
        resources.callback(icecast.kill)
        seconds = KILLS // LANES * 4 + 60
        mp3.make_noise(folder / "mp3.mp3", seconds, seed=1)
        for name in ("flac", "opus"):
            ending, _, arguments = CODECS[name]
            encode(folder / f"{name}.{ending}", seconds, 2, arguments)
        for name in ("mp3", "flac", "opus"):
            studio = icecast.feed(name, folder / f"{name}.{name}", {"opus": "ogg"}.get(name, name))
            resources.callback(studio.kill)
        sections = {"wav": {"type": "test", "wave": "soundscape"},
                    **{name: {"type": "stream", "url": icecast.url(name)} for name in SOURCES[1:]}}
        lanes = []
        for number in range(LANES):
            (folder / str(number)).mkdir()
            lanes.append(Lane(folder / str(number), sections, SEED + number))
        with concurrent.futures.ThreadPoolExecutor(LANES) as pool:
            cls.lanes = list(pool.map(Lane.live, lanes, [-(-KILLS // LANES)] * LANES))

    def each_segment(self, *sources):
        for lane in self.lanes:
            for name in sources or SOURCES:
                yield from lane.segments[name]

    def segments_of(self, lane, run, name):
        """What is left of the files of a run, those without audio were removed."""
        return [segment for segment in lane.segments[name] if segment.path.name in run.files[name]]

    def test_after_each_kill_it_records_again_within_two_seconds(self):
        late = [min(segment.start_us for segment in segments) / 1e6 - run.launched
                for lane, name in itertools.product(self.lanes, SOURCES) for run in lane.runs
                if (segments := self.segments_of(lane, run, name))]
        self.assertLess(max(late), LATEST_START_SECONDS)
        self.assertGreater(len(late), KILLS * len(SOURCES) // 2)
        print(f"# its first audio is of {max(late):.2f} s after the start, at the latest")

    def test_the_last_run_ends_well_and_nothing_was_wrong_but_the_kills(self):
        for lane in self.lanes:
            self.assertEqual((lane.exit_code, lane.troubles), (0, []), lane.log)

    def test_every_file_opens_and_is_as_long_as_the_catalogue_says(self):
        count = 0
        for segment in self.each_segment("wav", "flac", "opus"):
            found = sndfile.count_frames(segment.path)
            if found != (segment.frames, segment.frames):  # no other run makes the same: all of it is told
                self.fail(f"{found} frames in {segment}: {base64.b64encode(segment.path.read_bytes()[-100_000:]).decode()}")
            count += 1
        for segment in self.each_segment("mp3"):
            frames = mp3.audio_frames(segment.path.read_bytes())
            self.assertEqual(len(frames) * mp3.FRAME_SAMPLES, segment.frames, segment)
            count += 1
            # ffprobe wants to see a second frame.
            if segment.ended == "crash" and len(frames) > 1:
                duration = float(recordings.probe(segment.path)["format"]["duration"])
                self.assertAlmostEqual(duration, segment.duration, delta=0.03, msg=segment)
        self.assertGreater(count, KILLS * len(SOURCES) // 2)
        print(f"# {count} files")

    def test_a_kill_costs_no_more_than_what_was_not_synced(self):
        worst = dict.fromkeys(SOURCES, 0)
        for lane, name in itertools.product(self.lanes, SOURCES):
            for run in lane.runs:
                end = max([run.began, *(segment.end_us / 1e6 for segment in self.segments_of(lane, run, name))])
                worst[name] = max(worst[name], run.killed - end)
        print("# at most", ", ".join(f"{seconds:.2f} s of {name}" for name, seconds in worst.items()))
        self.assertLess(max(worst.values()), SYNC_SECONDS + 1)

    def test_no_audio_file_is_there_that_the_catalogue_does_not_know(self):
        for lane, name in itertools.product(self.lanes, SOURCES):
            self.assertEqual(lane.files()[name], {segment.path.name for segment in lane.segments[name]})
            self.assertEqual([segment for segment in lane.segments[name] if segment.growing or not segment.ended], [])

    def test_between_the_lives_the_ledger_has_a_gap_with_its_cause(self):
        for lane in self.lanes:
            gaps = {gap["end"]: gap for gap in recordings.gaps(lane.folder / "recordings", "wav")}
            for this, following in itertools.pairwise(lane.segments["wav"]):
                if following.began == "boundary":
                    # The kill may have come before the file behind the boundary was closed.
                    self.assertIn(this.ended, ("boundary", "crash"), following)
                    hole = following.start_us - this.end_us
                    self.assertLess(hole, 200_000, f"{this} {following}")
                    # When the first audio came, all of it may have come late: what follows is placed better.
                    if this.began == "boundary":
                        self.assertGreater(hole, -200_000, f"{this} {following}")
                    continue
                self.assertEqual(this.ended, "crash", following)
                if following.start_us <= this.end_us:
                    # Placed too late, as above, by more than the next life took to begin.
                    self.assertNotEqual(this.began, "boundary", f"{this} {following}")
                    self.assertLess(this.end_us - following.start_us, 200_000, f"{this} {following}")
                    continue
                self.assertEqual(gaps[following.start_us]["cause"], "crash", following)
                self.assertAlmostEqual(gaps[following.start_us]["start"], this.end_us, delta=2)


if __name__ == "__main__":
    tap.main()
