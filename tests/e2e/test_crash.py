"""Killed at any moment: what was captured is there, valid, and the catalogue says what is missing."""

import contextlib
import random
import sqlite3
import struct
import subprocess
import time
import unittest

import mp3
import recordings
import tap
from harness import Isr, TestCase, wait_for
from icecast import Icecast

SYNC_SECONDS = 5
SPLIT_SECONDS = 6
KILLS = 4
GENERAL = {"split_minutes": SPLIT_SECONDS / 60, "filename_pattern": "%Y-%m-%d/{source}_%H%M%S"}
LATEST_START_SECONDS = 2

# Of a track.
RECORDS_OFFSET = 65536
RECORD_BYTES = 96
LEVEL_BYTES = 60


class CrashTest(TestCase):
    def start_isr(self, sections):
        """Running again, and how long the first source took until its first file was there."""
        (source,) = sections
        def names():
            with contextlib.suppress(sqlite3.OperationalError):  # not made yet
                return {segment.name for segment in recordings.of_source(self.folder / "recordings", source)
                        if segment.growing}
            return set()
        before = names()
        begin = time.monotonic()
        isr = self.start(Isr(self.folder, sections, GENERAL))
        wait_for("a new file in the catalogue", lambda: names() - before, alive=[isr])
        return isr, time.monotonic() - begin

    def start_and_kill_after(self, sections, seconds):
        """The time of the kill in microseconds, and how long it took to record."""
        isr, delay = self.start_isr(sections)
        deadline = time.monotonic() + seconds
        wait_for("the moment to kill it", lambda: time.monotonic() > deadline, alive=[isr])
        isr.kill()
        return time.time() * 1_000_000, delay

    def wait_for_repair(self, isr):
        wait_for("the catalogue to be in line with the files",
                 lambda: "audio files;" in isr.log(), alive=[isr])

    def catalogue(self, isr):
        return {table: sorted(tuple(row) for row in recordings.rows(isr.recordings, f"SELECT * FROM {table}"))
                for table in ("segment", "gap", "title")}

    def playing_time(self, path):
        """Seconds of audio that ffprobe finds in a file that it can read to its end."""
        result = subprocess.run(
            ["ffprobe", "-loglevel", "error", "-show_entries", "packet=duration_time", "-print_format", "csv=p=0",
             str(path)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            check=False)
        self.assertEqual((result.returncode, result.stderr), (0, ""), path)
        return sum(float(line.strip(",")) for line in result.stdout.split())

    def check_files(self, isr, source, precision):
        for segment in recordings.of_source(isr.recordings, source):
            if segment.growing:
                continue
            self.assertEqual(segment.path.stat().st_size, segment.bytes)
            # ffprobe wants to see a second frame.
            if segment.path.suffix != ".mp3" or segment.frames > mp3.FRAME_SAMPLES:
                self.assertAlmostEqual(self.playing_time(segment.path), segment.duration, delta=precision)

    def check_crash(self, isr, source, killed):
        """The last file before the kill was cut off there, and a gap leads to the next."""
        segments = recordings.of_source(isr.recordings, source)
        cut = [segment for segment in segments if segment.start_us < killed][-1]
        following = [segment for segment in segments if segment.start_us > killed][0]
        self.assertEqual((cut.ended, cut.growing), ("crash", 0), segments)
        lost = (killed - cut.end_us) / 1_000_000
        self.assertLessEqual(lost, SYNC_SECONDS + 1)
        self.assertGreater(lost, -0.5)
        gaps = [gap for gap in recordings.gaps(isr.recordings, source) if gap["end"] == following.start_us]
        self.assertEqual([gap["cause"] for gap in gaps], ["crash"])
        self.assertAlmostEqual(gaps[0]["start"], cut.end_us, delta=2)

    def check_index(self, isr, segment):
        """Each second that the track of a stream's file knows of leads to the begin of a frame in it."""
        track = (isr.recordings / "analyses" / f"{segment.name}.isr").read_bytes()
        audio = segment.path.read_bytes()
        records = range(RECORDS_OFFSET, len(track) - RECORD_BYTES + 1, RECORD_BYTES)
        places = {second: struct.unpack_from("<QQI", track, at + LEVEL_BYTES) for second, at in enumerate(records)}
        # Levels may be there of what was not yet safe on the disk.
        reached = {second: (place, frames) for second, (place, frames, flags) in places.items() if flags & 1}
        self.assertGreaterEqual(len(reached), segment.duration - SYNC_SECONDS - 1)
        for second, (place, frames) in reached.items():
            self.assertEqual(audio[place:place + 2], b"\xff\xfb", (segment, second))
            # In that second, at the end of what came in one piece from the server.
            before_the_place = mp3.audio_frames(audio[:place])
            self.assertEqual(len(before_the_place) * mp3.FRAME_SAMPLES, frames)
            self.assertLessEqual(frames / segment.rate, second + 1 + mp3.FRAME_SAMPLES / segment.rate)
            self.assertGreater(frames / segment.rate, second)

    def check_rebuild(self, isr, sections):
        """Without its database the catalogue is made again from files and tracks alone."""
        before = self.catalogue(isr)
        state = isr.recordings / ".isr"
        for file in state.glob("catalogue.db*"):
            file.unlink()
        later, _ = self.start_isr(sections)
        self.wait_for_repair(later)
        self.assertEqual(later.stop(), 0, later.log())
        after = self.catalogue(later)
        for table, rows in before.items():
            self.assertEqual([row for row in after[table] if row in rows], rows)
        # Nothing but what was recorded since.
        self.assertEqual([row for row in after["gap"] if row not in before["gap"]], [])

    def test_a_sound_card_recording_survives_kills_at_random_moments(self):
        sections = {"beeps": {"type": "test", "channels": 1}}
        moments = random.Random(20261121)
        kills = []
        for _ in range(KILLS):
            killed, delay = self.start_and_kill_after(sections, moments.uniform(0.2, 1.5 * SPLIT_SECONDS))
            self.assertLess(delay, LATEST_START_SECONDS)
            kills.append(killed)
        isr, delay = self.start_isr(sections)
        self.assertLess(delay, LATEST_START_SECONDS)
        self.wait_for_repair(isr)
        wait_for("the first file of this run in the catalogue",
                 lambda: recordings.of_source(isr.recordings, "beeps")[-1].start_us > kills[-1], alive=[isr])
        self.assertEqual(isr.stop(), 0, isr.log())
        segments = recordings.of_source(isr.recordings, "beeps")
        for killed in kills:
            # What was killed before anything reached the disk left nothing that could have been cut off.
            if any(segment.start_us < killed for segment in segments):
                self.check_crash(isr, "beeps", killed)
        self.check_files(isr, "beeps", 0.001)
        self.check_rebuild(isr, sections)

    def test_a_stream_survives_a_kill(self):
        mp3.make_noise(self.folder / "show.mp3", 60, seed=1)
        icecast = Icecast(self.folder)
        icecast.start()
        self.resources.callback(icecast.kill)
        self.start(icecast.feed("live.mp3", self.folder / "show.mp3"))
        sections = {"radio": {"type": "stream", "format": "mp3", "url": icecast.url("live.mp3")}}
        killed, _ = self.start_and_kill_after(sections, SPLIT_SECONDS + 3.5)
        isr, _ = self.start_isr(sections)
        self.wait_for_repair(isr)
        wait_for("a file of this run",
                 lambda: len(recordings.of_source(isr.recordings, "radio")) > 2, alive=[isr])
        self.assertEqual(isr.stop(), 0, isr.log())
        cut = [segment for segment in recordings.of_source(isr.recordings, "radio") if segment.ended == "crash"]
        self.assertEqual(len(cut), 1)
        # A server's burst reaches back before the connection, so that there may be no gap.
        self.assertLess(abs(killed - cut[0].end_us) / 1_000_000, 2 * SYNC_SECONDS + 1)
        self.check_files(isr, "radio", SYNC_SECONDS + 1)
        for segment in recordings.of_source(isr.recordings, "radio"):
            self.check_index(isr, segment)
        self.check_rebuild(isr, sections)

    def test_tracks_without_a_recording_go(self):
        analyses = self.folder / "recordings" / "analyses"
        analyses.mkdir(parents=True)
        for name in ("gone.wav.isr", "gone.wav.analysis.json"):
            (analyses / name).write_bytes(b"left over")
        isr, _ = self.start_isr({"beeps": {"type": "test"}})
        self.wait_for_repair(isr)
        self.assertEqual(isr.stop(), 0, isr.log())
        left = {path.name for path in analyses.rglob("*") if path.is_file()}
        self.assertEqual(left, {f"{segment.path.name}.isr"
                                for segment in recordings.of_source(isr.recordings, "beeps")})


if __name__ == "__main__":
    tap.main()
