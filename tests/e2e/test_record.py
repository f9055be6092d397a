"""A real Icecast stream and a real ALSA device, recorded at once over three boundaries; then the server dies."""

import contextlib
import itertools
import unittest

import mp3
import pulse
import recordings
import tap
from harness import Isr, scratch_folder, wait_for
from icecast import Icecast
from wav_file import WavFile

SPLIT_SECONDS = 15
BOUNDARIES = 3
PCM_FRAME_US = 1_000_000 / pulse.RATE
MP3_FRAME_US = 1_000_000 * mp3.FRAME_SAMPLES / 44100

CONFIG = {
    "radio": {"type": "stream", "format": "mp3"},
    "mic": {"type": "soundcard", "device": pulse.PCM, "sample_rate": pulse.RATE, "channels": 2,
            "format": "wav"},
}
GENERAL = {"split_minutes": SPLIT_SECONDS / 60, "retry_delay_seconds": 1, "retry_backoff": "no",
           "stall_seconds": 5, "filename_pattern": "%Y-%m-%d/{source}_%H%M%S"}


class RecordTest(unittest.TestCase):
    """One run; each test looks at one promise about what it left."""

    @classmethod
    def setUpClass(cls):
        resources = contextlib.ExitStack()
        cls.addClassCleanup(resources.close)
        folder = scratch_folder(resources)
        cls.before = mp3.make_noise(folder / "before.mp3", 120, seed=1)
        cls.after = mp3.make_noise(folder / "after.mp3", 60, seed=2)

        icecast = Icecast(folder)
        icecast.start()
        resources.callback(icecast.kill)
        studio = icecast.feed("live.mp3", folder / "before.mp3")
        resources.callback(studio.kill)
        card = pulse.SoundCard(folder)
        resources.callback(card.kill)
        player = card.play_ramp(120)
        resources.callback(player.kill)

        CONFIG["radio"]["url"] = icecast.url("live.mp3")
        isr = Isr(folder, CONFIG, GENERAL, card.env)
        resources.callback(isr.kill)
        for source in CONFIG:
            isr.wait_for_state(source, "recording")
        cls.wait_for_boundaries(isr, [player, studio, icecast.program])

        icecast.kill()
        wait_for("the loss of the server to be noticed",
                 lambda: isr.status()["radio"]["state"] != "recording", alive=[isr])
        icecast.start()
        second = icecast.feed("live.mp3", folder / "after.mp3")
        resources.callback(second.kill)
        isr.wait_for_state("radio", "recording")
        wait_for("some of the new file", lambda: cls.recorded_since_reconnect(isr) >= 2, alive=[isr, player])

        cls.exit_code = isr.stop()
        cls.isr = isr
        cls.radio = recordings.of_source(isr.recordings, "radio")
        cls.mic = recordings.of_source(isr.recordings, "mic")

    @staticmethod
    def wait_for_boundaries(isr, programs):
        """Until each source is in its fourth file and a little further."""
        first = {source: status["file"] for source, status in isr.status().items()}
        seen = {source: [name] for source, name in first.items()}

        def enough():
            for source, status in isr.status().items():
                if status["file"] not in ("", seen[source][-1]):
                    seen[source].append(status["file"])
            return all(len(names) > BOUNDARIES for names in seen.values())

        wait_for(f"{BOUNDARIES} boundaries", enough, seconds=(BOUNDARIES + 1) * SPLIT_SECONDS,
                 alive=[isr, *programs])

    @staticmethod
    def recorded_since_reconnect(isr):
        """Seconds of audio in the files that began with a reconnect."""
        return sum(segment.duration for segment in recordings.of_source(isr.recordings, "radio")
                   if segment.began == "reconnect")

    def test_sigterm_ends_it_with_success(self):
        self.assertEqual(self.exit_code, 0, self.isr.log())

    def test_nothing_but_the_loss_of_the_server_is_worth_a_warning(self):
        self.assertEqual(self.isr.troubles(allowed=["radio"]), [])

    def test_the_joined_stream_files_hold_every_frame_once_and_in_order(self):
        frames = self.joined_frames(self.before_the_loss())
        self.assertGreater(len(frames) * MP3_FRAME_US, (BOUNDARIES - 1) * SPLIT_SECONDS * 1_000_000)
        self.assert_run_of(frames, self.before)

    def test_a_lost_server_makes_one_new_file_that_goes_on_with_what_is_sent_then(self):
        later = [segment for segment in self.radio if segment not in self.before_the_loss()]
        self.assertEqual(later[0].began, "reconnect", self.radio)
        self.assertTrue(all(segment.began == "boundary" for segment in later[1:]), self.radio)
        self.assert_run_of(self.joined_frames(later), self.after)

    def test_the_loss_is_in_the_ledger_with_its_length(self):
        rows = recordings.gaps(self.isr.recordings, "radio")
        self.assertEqual([row["cause"] for row in rows], ["reconnect"])
        self.assertAlmostEqual(rows[0]["start"], self.before_the_loss()[-1].end_us, delta=MP3_FRAME_US)
        later = self.radio[len(self.before_the_loss())]
        self.assertAlmostEqual(rows[0]["end"], later.start_us, delta=MP3_FRAME_US)

    def test_the_joined_sound_card_files_hold_every_sample_once_while_the_server_dies(self):
        numbers = pulse.read_frames(b"".join(WavFile(segment.path).pcm for segment in self.mic))
        self.assertGreater(len(numbers), (BOUNDARIES - 1) * SPLIT_SECONDS * pulse.RATE)
        broken = [index for index, (this, following) in enumerate(itertools.pairwise(numbers))
                  if following != this + 1]
        self.assertEqual(broken[:10], [], "samples after which another than the next follows")
        self.assertEqual(list(recordings.gaps(self.isr.recordings, "mic")), [])
        self.assertEqual([segment.began for segment in self.mic[1:]], ["boundary"] * (len(self.mic) - 1))

    def test_a_pcm_file_begins_with_the_first_sample_at_or_after_the_boundary(self):
        self.assert_on_boundaries(self.mic[1:], PCM_FRAME_US)

    def test_a_stream_file_begins_with_the_first_frame_at_or_after_the_boundary(self):
        self.assert_on_boundaries(self.before_the_loss()[1:], MP3_FRAME_US)

    def test_a_pcm_file_between_boundaries_is_as_long_as_the_time_between_them(self):
        for segment in self.mic[1:-1]:
            # The clock of this sound card is the machine's; what is left is the time of its blocks.
            self.assertAlmostEqual(segment.duration, SPLIT_SECONDS, delta=0.02, msg=repr(segment))

    def test_files_of_a_source_lie_end_to_end(self):
        for segments, frame in ((self.mic, PCM_FRAME_US), (self.before_the_loss(), MP3_FRAME_US)):
            for this, following in itertools.pairwise(segments):
                hole = following.start_us - this.end_us
                self.assertLess(hole, 20_000 + frame, f"{this} {following}")
                # When the first audio came, all of it may have come late: what follows is placed better.
                if this.began == "boundary":
                    self.assertGreater(hole, -20_000 - frame, f"{this} {following}")

    def test_a_file_is_named_after_its_start(self):
        for source, segments in (("radio", self.radio), ("mic", self.mic)):
            for segment in segments:
                start = segment.local_start()
                self.assertEqual(segment.path.with_suffix("").relative_to(self.isr.recordings).as_posix(),
                                 start.strftime(f"%Y-%m-%d/{source}_%H%M%S"), segment)

    def test_the_catalogue_knows_the_true_length_of_each_file(self):
        for segment in self.mic:
            self.assertEqual(segment.frames, WavFile(segment.path).frames, segment)
        for segment in self.radio:
            frames = mp3.audio_frames(segment.path.read_bytes())
            self.assertEqual(segment.frames, len(frames) * mp3.FRAME_SAMPLES, segment)
        for segment in self.mic + self.radio:
            self.assertEqual(segment.bytes, segment.path.stat().st_size, segment)
            self.assertFalse(segment.growing, segment)

    def test_a_player_finds_the_same_length_in_each_file(self):
        for segment in self.mic + self.radio:
            with self.subTest(segment.name):
                answer = recordings.probe(segment.path)
                # xingmux counts the frame of its own header; ffprobe shows whole microseconds.
                error_us = 1 + (PCM_FRAME_US if segment in self.mic else MP3_FRAME_US)
                self.assertAlmostEqual(float(answer["format"]["duration"]), segment.duration,
                                       delta=error_us / 1_000_000)
                self.assertEqual(len(answer["streams"]), 1)

    def test_no_file_is_there_that_the_catalogue_does_not_know(self):
        files = {str(path.relative_to(self.isr.recordings)) for path in self.isr.recordings.rglob("*")
                 if path.suffix in (".wav", ".mp3")}
        self.assertEqual(files, {segment.name for segment in self.mic + self.radio})

    def before_the_loss(self):
        return list(itertools.takewhile(lambda segment: segment.began != "reconnect", self.radio))

    def joined_frames(self, segments):
        return [frame for segment in segments for frame in mp3.audio_frames(segment.path.read_bytes())]

    def assert_run_of(self, frames, sent):
        """That `frames` are some of the frames that were sent, all of them without a hole."""
        places = {frame: place for place, frame in enumerate(sent)}
        at = [places.get(frame) for frame in frames]
        broken = [index for index, (this, following) in enumerate(itertools.pairwise(at))
                  if this is None or following != this + 1]
        self.assertEqual([(index, at[index:index + 2]) for index in broken[:10]], [],
                         f"of {len(frames)} frames these are not followed by the next one sent")
        self.assertIsNotNone(at[-1])

    def assert_on_boundaries(self, segments, frame_us):
        self.assertGreaterEqual(len(segments), BOUNDARIES)
        for segment in segments:
            # The zone's offset is a multiple of 15 s: boundaries in UTC are those of local time.
            late = segment.start_us % (SPLIT_SECONDS * 1_000_000)
            self.assertLess(late, frame_us + 1, f"µs behind the boundary: {segment}")


if __name__ == "__main__":
    tap.main()
