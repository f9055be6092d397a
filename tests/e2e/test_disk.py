"""A disk that is full and a disk that stands still for twenty seconds, while another takes everything."""

import contextlib
import itertools
import subprocess
import time
import unittest

import mp3
import pulse
import recordings
import tap
from disks import SmallDisk, StandingDisk, skip_without_mounts
from harness import Isr, scratch_folder, wait_for
from icecast import Icecast
from test_codecs import decode_flac
from wav_file import WavFile

STANDS_STILL = 20
FULL = 12  # seconds; more than memory holds of a fat stream
SPLIT_SECONDS = 7
RATE = 192_000  # a stream fat enough to fill the memory that a coded one gets within seconds
FRAME_BYTES = 6
FULL_WORDS = ["cannot write (No space left on device)", "of audio lost (disk-full)"]
GENERAL = {"split_minutes": SPLIT_SECONDS / 60, "filename_pattern": "%H%M%S"}


def make_fat_noise(path, seconds):
    subprocess.run([
        "ffmpeg", "-nostdin", "-loglevel", "error",
        *(word for seed in (3, 4) for word in ("-f", "lavfi", "-i", (
            f"anoisesrc=duration={seconds}:color=white:seed={seed}:sample_rate={RATE}:amplitude=0.9"))),
        "-filter_complex", "amerge=inputs=2", "-c:a", "flac", "-compression_level", "0", "-sample_fmt", "s32",
        "-bits_per_raw_sample", "24", path], check=True)
    return path


class DiskTest(unittest.TestCase):
    """Sources on a disk that is undisturbed beside those on another."""

    @classmethod
    def prepare(cls):
        cls.resources = contextlib.ExitStack()
        cls.addClassCleanup(cls.resources.close)
        cls.folder = scratch_folder(cls.resources)
        skip_without_mounts(cls.folder)
        cls.icecast = Icecast(cls.folder)
        cls.icecast.start()
        cls.resources.callback(cls.icecast.kill)
        cls.sent = mp3.make_noise(cls.folder / "radio.mp3", 90, seed=1)
        card = pulse.SoundCard(cls.folder)
        cls.resources.callback(card.kill)
        cls.card_env = card.env
        cls.studios = [cls.icecast.feed("radio", cls.folder / "radio.mp3"), card.play_ramp(90)]
        for studio in cls.studios:
            cls.resources.callback(studio.kill)
        cls.radio = {"type": "stream", "url": cls.icecast.url("radio")}
        cls.mic = {"type": "soundcard", "device": pulse.PCM, "sample_rate": pulse.RATE}
        cls.sections = {
            "steady-radio": {**cls.radio, "output_directory": cls.folder / "recordings/radio"},
            "steady-mic": {**cls.mic, "output_directory": cls.folder / "recordings/mic"},
        }

    @classmethod
    def record(cls):
        isr = cls.isr = Isr(cls.folder, cls.sections, GENERAL, cls.card_env)
        cls.resources.callback(isr.kill)
        isr.wait_until_serving()
        cls.wait("all sources to have files", lambda: all(
            source.get("frames", 0) > source.get("rate", 0) for source in isr.get_json("/api/status")["active"]))

    @classmethod
    def wait(cls, what, condition, seconds=15):
        wait_for(what, condition, seconds, alive=[cls.isr, *cls.studios])

    @classmethod
    def go_on_for(cls, seconds):
        end = time.monotonic() + seconds
        cls.wait("time to pass", lambda: time.monotonic() > end, seconds + 5)

    @classmethod
    def stop(cls):
        cls.exit_code = cls.isr.stop()
        cls.files = {name: recordings.of_source(cls.isr.recordings, name) for name in cls.sections}
        cls.gaps = {name: recordings.gaps(cls.isr.recordings, name) for name in cls.sections}

    @classmethod
    def path(cls, segment):
        """A root of its own is called @<source> in the catalogue."""
        source, _, name = segment.name.rpartition("/")
        return cls.sections[source[1:]]["output_directory"] / name if source.startswith("@") else segment.path

    def assert_radio(self, name):
        frames = [frame for segment in self.files[name] for frame in mp3.audio_frames(self.path(segment).read_bytes())]
        self.assertEqual(mp3.breaks(frames, self.sent), [])

    def assert_mic(self, name):
        numbers = pulse.read_frames(b"".join(WavFile(self.path(segment)).pcm for segment in self.files[name]))
        broken = [index for index, (this, following) in enumerate(itertools.pairwise(numbers)) if following != this + 1]
        self.assertEqual(broken[:10], [])

    def assert_nothing_lost(self, kind):
        self.assert_radio(f"{kind}-radio")
        self.assert_mic(f"{kind}-mic")
        self.assertEqual([self.gaps[f"{kind}-radio"], self.gaps[f"{kind}-mic"]], [[], []])


class StandingDiskTest(DiskTest):
    """A disk stands still for twenty seconds."""

    @classmethod
    def setUpClass(cls):
        cls.prepare()
        disk = StandingDisk(cls.folder / "standing", cls.resources)
        for name in ("radio", "mic"):
            (disk.folder / name).mkdir()
            cls.sections[f"slow-{name}"] = {**getattr(cls, name), "output_directory": disk.folder / name}
        cls.resources.callback(disk.go_on_at_last)
        cls.slowest_answer = 0
        cls.record()
        disk.stop()
        try:
            cls.watch_it_stand()
        finally:
            disk.go_on()
        cls.go_on_for(SPLIT_SECONDS)
        cls.stop()

    @classmethod
    def watch_it_stand(cls):
        end = time.monotonic() + STANDS_STILL

        def stood():
            began = time.monotonic()
            cls.isr.get_json("/api/status")
            cls.slowest_answer = max(cls.slowest_answer, time.monotonic() - began)
            return time.monotonic() >= end

        cls.wait("the disk to have stood still", stood, STANDS_STILL + 5)

    def test_it_costs_nothing(self):
        self.assert_nothing_lost("slow")
        for name in ("slow-radio", "slow-mic"):
            self.assertGreater(sum(segment.duration for segment in self.files[name]), STANDS_STILL + SPLIT_SECONDS)
            self.assertEqual([segment.began for segment in self.files[name]],
                             ["start"] + ["boundary"] * (len(self.files[name]) - 1))

    def test_the_other_disk_does_not_notice(self):
        self.assert_nothing_lost("steady")

    def test_boundaries_stay_where_they_are(self):
        for name in ("steady-mic", "slow-mic"):
            for segment in self.files[name][1:]:
                self.assertLess(segment.start_us % 1_000_000, 1_000_000 / pulse.RATE + 1, segment)

    def test_http_answers_all_the_time(self):
        self.assertLess(self.slowest_answer, 1)

    def test_it_ends_well_and_says_nothing_worth_a_warning(self):
        self.assertEqual(self.exit_code, 0, self.isr.log())
        self.assertEqual(self.isr.troubles(), [])


class FullDiskTest(DiskTest):
    """A disk is full until there is room again."""

    @classmethod
    def setUpClass(cls):
        cls.prepare()
        disk = SmallDisk(cls.folder / "small", cls.resources, megabytes=64)
        cls.fat = make_fat_noise(cls.folder / "fat.flac", 45)
        cls.studios.append(cls.icecast.feed("fat", cls.fat, "flac"))
        cls.resources.callback(cls.studios[-1].kill)
        cls.sections["full"] = {"type": "stream", "url": cls.icecast.url("fat"), "output_directory": disk.folder}
        cls.record()
        disk.fill(leave=3_000_000)
        cls.wait("the trouble", lambda: "full: cannot write" in cls.isr.log())
        cls.go_on_for(FULL)
        disk.make_room()
        cls.wait("the end of the gap", lambda: "of audio lost (disk-full)" in cls.isr.log())
        cls.go_on_for(3)
        cls.stop()
        # The disk goes with the class.
        cls.full_pcm = [decode_flac(cls.path(segment)) for segment in cls.files["full"]]

    def test_a_full_disk_leaves_a_gap_of_its_true_length_and_whole_files(self):
        sent = decode_flac(self.fat)
        places = [sent.index(pcm[:60]) for pcm in self.full_pcm]
        for place, pcm in zip(places, self.full_pcm):
            self.assertTrue(sent[place:place + len(pcm)] == pcm, "not what was sent from its first sample on")
        holes = [(following - place - len(pcm)) // FRAME_BYTES
                 for place, pcm, following in zip(places, self.full_pcm, places[1:])]
        self.assertEqual([min(hole, 0) for hole in holes], [0] * len(holes), "nothing twice")
        lost = [(hole, this.ended, following.began) for hole, this, following in zip(
            holes, self.files["full"], self.files["full"][1:]) if hole or following.began != "boundary"]
        self.assertEqual([(this, following) for _, this, following in lost], [("disk-full", "disk-full")] * len(lost))
        self.assertEqual([gap["cause"] for gap in self.gaps["full"]], ["disk-full"] * len(lost))
        self.assertGreater(len(lost), 0)
        for (hole, _, _), gap in zip(lost, self.gaps["full"]):
            self.assertAlmostEqual((gap["end"] - gap["start"]) / 1e6, hole / RATE, delta=2e-6)

    def test_the_other_disk_does_not_notice(self):
        self.assert_nothing_lost("steady")

    def test_it_says_what_is_wrong_and_ends_well(self):
        self.assertEqual(self.exit_code, 0, self.isr.log())
        self.assertEqual(self.isr.troubles(allowed=FULL_WORDS), [])
        for word in FULL_WORDS:
            self.assertTrue(any(word in line and "full:" in line for line in self.isr.troubles()), word)


if __name__ == "__main__":
    tap.main()
