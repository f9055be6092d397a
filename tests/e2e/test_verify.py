"""`isr verify`: what decodes, what does not, and how much of each day is there."""

import contextlib
import itertools
import os
import re
import signal
import subprocess
import unittest
from pathlib import Path

import mp3
import recordings
import tap
from harness import Isr, Program, run_isr, scratch_folder, wait_for

EX_OK = 0
EX_USAGE = 64
EX_DATAERR = 65

# Of somebody else.
SHOW = "show.mp3"
LONG = "long.flac"
SECTIONS = {"beeps": {"type": "test", "format": "flac"}, "hum": {"type": "test", "wave": "sine", "bits": 24}}
GENERAL = {"split_minutes": 2 / 60, "filename_pattern": "{source}/%H%M%S", "sync_seconds": 1}


class VerifyTest(unittest.TestCase):
    """Recordings with a stop and a crash between them; each test looks at them, or damages some of its own."""

    @classmethod
    def setUpClass(cls):
        resources = contextlib.ExitStack()
        cls.addClassCleanup(resources.close)
        cls.folder = scratch_folder(resources)
        for end in ("stop", "kill", "stop"):
            isr = Isr(cls.folder, SECTIONS, GENERAL)
            resources.callback(isr.kill)
            known = {path for path in isr.recordings.rglob("*.*") if path.suffix in (".wav", ".flac")}
            for source in SECTIONS:
                wait_for(f"two more files of {source}", lambda source=source: len(
                    [path for path in (isr.recordings / source).glob("*.*")
                     if path not in known and path.stat().st_size > 0]) >= 2, alive=[isr])
            wait_for("the repair", lambda isr=isr: "audio files;" in isr.log(), alive=[isr])
            if end == "stop":
                assert isr.stop() == 0, isr.log()
                if not known:
                    cls.make_foreign(isr.recordings)
            else:
                isr.kill()
        cls.config = isr.config
        cls.recordings = isr.recordings

    @staticmethod
    def make_foreign(folder):
        mp3.make_noise(folder / SHOW, 5, seed=1)
        subprocess.run(["ffmpeg", "-nostdin", "-loglevel", "error", "-f", "lavfi", "-i", "anullsrc=r=48000",
                        "-t", "1800", folder / LONG], check=True)

    def verify(self, *options, code=EX_OK):
        result = run_isr("verify", *options, self.config, seconds=60)
        self.assertEqual((result.returncode, result.stderr), (code, ""), result.stdout)
        return result.stdout

    def damage(self, name, change):
        """Changes a file for this test only."""
        path = self.recordings / name
        before = path.read_bytes() if path.exists() else None
        self.addCleanup(lambda: path.unlink() if before is None else path.write_bytes(before))
        path.write_bytes(change(before))

    def finished(self, source):
        """Those that a boundary ended, the longest first: one that began just before it may be of a frame."""
        return sorted((segment for segment in recordings.of_source(self.recordings, source)
                       if segment.ended == "boundary"), key=lambda segment: -segment.frames)

    def test_all_is_well_and_each_hole_has_its_cause(self):
        report = self.verify()
        count = sum(len(recordings.of_source(self.recordings, source)) for source in [*SECTIONS, ""])
        self.assertIn(f"{count} files decoded, 0 damaged, 0 not checked\n", report)
        for source in SECTIONS:
            days = re.findall(rf"^{source} +\S+ +([\d.]+) % +\S+  ([\d.]+) s\n((?:  .*\n)*)", report, re.M)
            self.assertTrue(days, report)
            causes = [cause for _, _, gaps in days for cause in re.findall(r" s  (\S+)$", gaps, re.M)]
            self.assertEqual(causes, ["stop", "crash"], report)
            segments = recordings.of_source(self.recordings, source)
            whole = (segments[-1].end_us - segments[0].start_us) / 1_000_000
            # A first file whose audio came late seems to overlap with the one behind it.
            missing = sum(max(following.start_us - this.end_us, 0)
                          for this, following in itertools.pairwise(segments)) / 1_000_000
            self.assertAlmostEqual(sum(float(day[1]) for day in days), missing, delta=0.05)
            if len(days) == 1:  # not over midnight
                self.assertAlmostEqual(float(days[0][0]), 100 * (1 - missing / whole), delta=1)

    def test_a_damaged_file_is_named_with_what_is_wrong(self):
        flac = self.finished("beeps")[0].name
        wav = self.finished("hum")[0].name
        self.damage(flac, lambda audio: audio[:len(audio) // 2] + b"\x55" * 64 + audio[len(audio) // 2 + 64:])
        self.damage(wav, lambda audio: audio[:len(audio) // 2])
        report = self.verify(code=EX_DATAERR)
        self.assertRegex(report, rf"(?m)^damaged: {re.escape(flac)}: \d+ bytes are no audio, or not as they were")
        self.assertRegex(report, rf"(?m)^damaged: {re.escape(wav)}: holds [\d.]+ s of the [\d.]+ s recorded$")
        self.assertRegex(report, r"(?m)^\d+ files decoded, 2 damaged, 0 not checked$")

    def test_a_file_that_is_gone_or_is_something_else_is_damaged(self):
        gone, other = (segment.name for segment in self.finished("beeps")[:2])
        self.damage(other, lambda audio: b"not audio at all\n" * 1000)
        path = self.recordings / gone
        path.rename(self.folder / "away")
        self.addCleanup(lambda: (self.folder / "away").rename(path))
        report = self.verify(code=EX_DATAERR)
        self.assertIn(f"damaged: {gone}: cannot be opened", report)
        self.assertIn(f"damaged: {other}: ", report)

    def test_only_the_time_asked_for_is_looked_at(self):
        segments = sorted(self.finished("beeps"), key=lambda segment: segment.start_us)
        self.damage(segments[0].name, lambda audio: b"")
        later = self.verify("--from", segments[1].start_us / 1_000_000)
        self.assertIn("0 damaged", later)
        self.assertNotIn(segments[0].name, later)
        earlier = self.verify("--to", segments[1].start_us / 1_000_000, code=EX_DATAERR)
        self.assertIn(segments[0].name, earlier)
        self.assertIn("1 damaged", earlier)
        result = run_isr("verify", "--from", "yesterday", self.config)
        self.assertEqual(result.returncode, EX_USAGE)

    def test_rubbish_in_a_foreign_mp3_is_found(self):
        self.damage(SHOW, lambda audio: audio[:40_000] + bytes(range(1, 200)) + audio[40_000:])
        self.assertRegex(self.verify(code=EX_DATAERR), r"(?m)^damaged: show\.mp3: \d+ bytes are no audio")

    def test_a_decoder_that_hangs_or_crashes_is_given_up_and_the_others_go_on(self):
        for how, reason in ((signal.SIGSTOP, "its decoder made no progress for 5 s"),
                            (signal.SIGSEGV, "its decoder crashed (Segmentation fault)")):
            verify = Program("verify", [Isr.EXECUTABLE, "verify", "--patience", "5", self.config], self.folder)
            self.addCleanup(verify.kill)
            os.kill(wait_for("the decoder of the long file", lambda: self.decoder_of(verify, LONG), alive=[verify]), how)
            self.assertEqual(verify.wait(30), EX_DATAERR, verify.log())
            self.assertIn(f"damaged: {LONG}: {reason}\n", verify.log())
            self.assertRegex(verify.log(), r"(?m)^\d+ files decoded, 1 damaged, 0 not checked$")

    def decoder_of(self, verify, name):
        """The process that decodes a file."""
        for children in Path(f"/proc/{verify.process.pid}/task").glob("*/children"):
            for child in children.read_text().split():
                with contextlib.suppress(OSError):
                    if Path(f"/proc/{child}/fd/3").resolve() == (self.recordings / name).resolve():
                        return int(child)
        return None


if __name__ == "__main__":
    tap.main()
