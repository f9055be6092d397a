"""A process that is held up for longer than its sound card waits: what is lost is in the ledger, with its length."""

import array
import itertools
import json
import signal
import time
import unittest

import openapi
import pulse
import recordings
import tap
from harness import Isr, TestCase, wait_for
from wav_file import WavFile

RATE = 96000
BITS = 32
# PulseAudio keeps 4 MiB for a reader, 5.5 s of this.
HELD_SECONDS = 7
SPLIT_SECONDS = 2


class XrunTest(TestCase):
    def pass_time(self, seconds, *programs):
        until = time.monotonic() + seconds
        wait_for(f"{seconds} s to pass", lambda: time.monotonic() > until, seconds + 5, alive=programs)

    def numbers(self, segment):
        """Of the frames in a file: what the right channel holds."""
        frames = array.array("I")
        frames.frombytes(WavFile(segment.path).pcm)
        return frames[1::2]

    def closed(self, isr):
        return [file for file in recordings.of_source(isr.recordings, "mic") if not file.growing]

    def lost(self, isr):
        """Seconds that are missing between the first frame of all closed files and the last."""
        numbers = list(itertools.chain.from_iterable(map(self.numbers, self.closed(isr))))
        return (numbers[-1] - numbers[0] + 1 - len(numbers)) / RATE if numbers else 0

    def gaps(self, isr):
        return sum(gap["end"] - gap["start"] for gap in recordings.gaps(isr.recordings, "mic")) / 1_000_000

    def check_gap_over_http(self, isr):
        answers = [isr.get("/api/analyze?file=" + file["name"]) for file in isr.get_json("/api/files")]
        status, headers, body = next(answer for answer in answers if json.loads(answer[2])["gaps"])
        openapi.Document().operations["analyze"].check(status, headers["Content-Type"], body)

    def test_audio_that_the_driver_lost_without_a_word_is_a_gap_of_its_length(self):
        card = pulse.SoundCard(self.folder, (BITS,), RATE)
        self.resources.callback(card.kill)
        player = self.start(card.play_ramp(50, BITS))
        isr = self.start(Isr(self.folder, {"mic": {
            "type": "soundcard", "device": pulse.pcm_of(BITS), "sample_rate": RATE, "bits": BITS}},
            {"split_minutes": SPLIT_SECONDS / 60}, card.env))
        isr.wait_for_state("mic", "recording")
        self.pass_time(4, isr, player)
        isr.process.send_signal(signal.SIGSTOP)
        self.pass_time(HELD_SECONDS, player)
        before = len(self.closed(isr))
        isr.process.send_signal(signal.SIGCONT)
        wait_for("what was held to be in files", lambda: len(self.closed(isr)) >= before + 5, alive=[isr, player])
        # What a burst of held audio overruns is reported at once, what the driver lost is found seconds later.
        wait_for("all that was lost in the ledger", lambda: self.gaps(isr) > self.lost(isr) - 0.02, 20, alive=[isr, player])
        files = len(recordings.of_source(isr.recordings, "mic"))
        wait_for("two boundaries after it",
                 lambda: len(recordings.of_source(isr.recordings, "mic")) >= files + 2, alive=[isr, player])
        self.check_gap_over_http(isr)
        self.assertEqual(isr.stop(), 0, isr.log())

        segments = recordings.of_source(isr.recordings, "mic")
        fitted = segments[before - 1]
        first = self.numbers(fitted)[0]
        lost = self.lost(isr)
        self.assertGreater(lost, 0.5, "nothing to be found")
        self.assertEqual({gap["cause"] for gap in recordings.gaps(isr.recordings, "mic")}, {"xrun"})
        self.assertAlmostEqual(self.gaps(isr), lost, delta=0.02)
        self.assertIn("s of audio lost (xrun)", isr.log())
        # What began after it was found has its true time again, by the number of its first frame.
        for segment in segments[-2:]:
            self.assertLess(segment.start_us % (SPLIT_SECONDS * 1_000_000), 1_000_000 / RATE + 1, segments)
            true = fitted.start_us + (self.numbers(segment)[0] - first) / RATE * 1_000_000
            self.assertAlmostEqual(segment.start_us, true, delta=20_000, msg=segments)


if __name__ == "__main__":
    tap.main()
