"""Sound cards of 16, 24 and 32 bits into WAV and FLAC, over boundaries and a kill, to the bit."""

import contextlib
import subprocess
import time
import unittest

import pulse
import recordings
import tap
from harness import Isr, run_isr, scratch_folder, wait_for
from wav_file import WavFile

SPLIT_SECONDS = 4
BOUNDARIES = 3
SYNC_SECONDS = 1
HEADER_BYTES = 10_000  # and more than they are
WIDTHS = (16, 24, 32)
CARDS = {
    f"{form}{bits}": {"type": "soundcard", "device": pulse.pcm_of(bits), "sample_rate": pulse.RATE,
                      "bits": bits, "format": form}
    for bits in WIDTHS for form in ("wav", "flac") if (form, bits) != ("wav", 16)}
TONES = {
    "sine24": {"type": "test", "wave": "sine", "sample_rate": pulse.RATE, "bits": 24, "format": "flac"},
    "silence32": {"type": "test", "wave": "silence", "sample_rate": pulse.RATE, "bits": 32, "format": "wav"},
}
CONFIG = CARDS | TONES
GENERAL = {"split_minutes": SPLIT_SECONDS / 60, "filename_pattern": "{source}/%H%M%S", "sync_seconds": 1}


def flac(*arguments):
    return subprocess.run(["flac", "--silent", *map(str, arguments)], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)


class CardsTest(unittest.TestCase):
    """One run that is killed and one that is stopped; each test looks at one promise about what they left."""

    @classmethod
    def setUpClass(cls):
        resources = contextlib.ExitStack()
        cls.addClassCleanup(resources.close)
        folder = scratch_folder(resources)
        card = pulse.SoundCard(folder, WIDTHS)
        resources.callback(card.kill)
        players = [card.play_ramp(90, bits) for bits in WIDTHS]
        for player in players:
            resources.callback(player.kill)

        killed = Isr(folder, CONFIG, GENERAL, card.env)
        resources.callback(killed.kill)
        for source in CONFIG:
            wait_for(f"{BOUNDARIES} boundaries of {source}",
                     lambda source=source: len(cls.growing_and_done(folder, source)) > BOUNDARIES,
                     (BOUNDARIES + 3) * SPLIT_SECONDS, alive=[killed, *players])
        # Of the files that are growing then, some is on the disk already, and none is about to begin.
        wait_for("some audio of each file to be on the disk",
                 lambda: time.time() % SPLIT_SECONDS < SPLIT_SECONDS - 0.5
                 and all(cls.newest_size(folder, source) > HEADER_BYTES for source in CONFIG),
                 SYNC_SECONDS + 2 * SPLIT_SECONDS, alive=[killed, *players])
        killed.kill()
        cls.before = {source: {path.name for path in cls.growing_and_done(folder, source)} for source in CONFIG}

        cls.isr = Isr(folder, CONFIG, GENERAL, card.env)
        resources.callback(cls.isr.kill)
        for source in CONFIG:
            wait_for(f"a file of {source} after the kill",
                     lambda source=source: {path.name for path in cls.growing_and_done(folder, source)}
                     - cls.before[source], alive=[cls.isr, *players])
        wait_for("the repair", lambda: "audio files;" in cls.isr.log(), alive=[cls.isr])
        cls.exit_code = cls.isr.stop()
        cls.segments = {source: recordings.of_source(cls.isr.recordings, source) for source in CONFIG}

    @staticmethod
    def growing_and_done(folder, source):
        return [path for path in (folder / "recordings" / source).glob("*.*") if path.stat().st_size > 0]

    @classmethod
    def newest_size(cls, folder, source):
        return max((folder / "recordings" / source).glob("*.*")).stat().st_size

    def runs(self, source):
        """The source's files before and after the kill."""
        segments = self.segments[source]
        again = next(index for index, segment in enumerate(segments)
                     if index > 0 and segment.path.name not in self.before[source])
        return segments[:again], segments[again:]

    def pcm_of(self, segment, bits):
        if segment.path.suffix == ".wav":
            wav = WavFile(segment.path)
            self.assertEqual((wav.bits, wav.channels, wav.rate), (bits, 2, pulse.RATE), segment)
            return wav.pcm
        decoded = flac("--decode", "--stdout", "--force-raw-format", "--endian=little", "--sign=signed", segment.path)
        self.assertEqual(decoded.returncode, 0, decoded.stderr)
        return decoded.stdout

    def test_it_ends_well_and_says_nothing_worth_a_warning_but_the_crash(self):
        self.assertEqual(self.exit_code, 0, self.isr.log())
        # GStreamer 1.22 decodes no FLAC of 32 bits.
        self.assertEqual(self.isr.troubles(allowed=["left unfinished by a crash", "flac32/"]), [])

    def test_what_cannot_be_decoded_is_not_called_damaged(self):
        report = run_isr("verify", self.isr.config, seconds=60)
        self.assertNotIn("damaged: ", report.stdout)
        # GStreamer 1.22 decodes no FLAC of 32 bits.
        self.assertIn(report.returncode, (0, 69), report.stdout + report.stderr)
        for line in report.stdout.splitlines():
            if line.startswith("not checked: "):
                self.assertRegex(line, "flac32/.*: this GStreamer decodes no FLAC of 32 bits$")

    def test_joined_files_hold_every_sample_that_was_played_bit_for_bit(self):
        for source, settings in CARDS.items():
            bits = settings["bits"]
            for segments in self.runs(source):
                with self.subTest(source, files=len(segments)):
                    joined = b"".join(self.pcm_of(segment, bits) for segment in segments)
                    frame = bits // 4
                    first = pulse.first_number(joined, bits)
                    played = pulse.frames_from(first, len(joined) // frame, bits)
                    wrong = next((at for at in range(0, len(joined), frame)
                                  if joined[at:at + frame] != played[at:at + frame]), None)
                    self.assertIsNone(wrong, f"byte of the first frame, of number {first}, that was not played there")
                    self.assertEqual(len(joined), len(played))

    def test_the_generator_plays_its_wave_in_all_bits(self):
        for source, settings in TONES.items():
            width = settings["bits"] // 8
            pcm = b"".join(self.pcm_of(segment, settings["bits"]) for segment in self.runs(source)[0])
            samples = [int.from_bytes(pcm[at:at + width], "little", signed=True) / (1 << settings["bits"] - 1)
                       for at in range(0, min(len(pcm), 2 * pulse.RATE * width), width)]
            self.assertAlmostEqual(max(samples), 0.25 if source == "sine24" else 0, delta=0.001)
            self.assertAlmostEqual(min(samples), -0.25 if source == "sine24" else 0, delta=0.001)

    def test_every_flac_file_passes_the_test_of_the_reference_decoder(self):
        for source in CONFIG:
            for segment in self.segments[source]:
                if segment.path.suffix == ".flac":
                    tested = flac("--test", segment.path)
                    # A file that was repaired has no MD5: flac says so, and that it is no error.
                    said = b"" if segment.ended != "crash" else tested.stderr
                    self.assertEqual((tested.returncode, tested.stderr), (0, said), segment)

    def test_every_flac_file_says_its_own_length(self):
        for source in CONFIG:
            for segment in self.segments[source]:
                if segment.path.suffix == ".flac":
                    said = subprocess.run(["metaflac", "--show-total-samples", "--show-bps", segment.path],
                                          stdout=subprocess.PIPE, text=True, check=True).stdout.split()
                    self.assertEqual(said, [str(segment.frames), str(CONFIG[source]["bits"])], segment)

    def test_each_file_begins_at_time_0_for_a_player(self):
        for source in CONFIG:
            for segment in self.segments[source]:
                with self.subTest(segment.name):
                    answer = recordings.probe(segment.path)
                    self.assertEqual(float(answer["format"].get("start_time", 0)), 0)
                    self.assertAlmostEqual(float(answer["format"]["duration"]), segment.duration, delta=0.0001)

    def test_each_boundary_is_on_the_clock(self):
        for source in CONFIG:
            for segment in self.runs(source)[0][1:]:
                self.assertLess(segment.start_us % (SPLIT_SECONDS * 1_000_000), 1_000_000 / pulse.RATE + 1, segment)

    def test_the_kill_costs_seconds_and_the_ledger_says_which(self):
        for source in CONFIG:
            before, after = self.runs(source)
            self.assertEqual([segment.ended for segment in before], ["boundary"] * (len(before) - 1) + ["crash"])
            gaps = recordings.gaps(self.isr.recordings, source)
            self.assertEqual([gap["cause"] for gap in gaps], ["crash"], source)
            self.assertAlmostEqual(gaps[0]["start"], before[-1].end_us, delta=2)
            self.assertAlmostEqual(gaps[0]["end"], after[0].start_us, delta=2)
            self.assertLess(gaps[0]["end"] - gaps[0]["start"], (SYNC_SECONDS + 4) * 1_000_000)


if __name__ == "__main__":
    tap.main()
