"""Sources that are lost again and again: the program stays, and every file that it left is whole."""

import itertools

import mp3
import recordings
import tap
from harness import Isr, TestCase, wait_for
from icecast import Icecast

SOURCES = 8
LOSSES = 12


class ReconnectTest(TestCase):
    def test_many_losses_of_many_streams_leave_whole_files_and_a_running_program(self):
        mp3.make_noise(self.folder / "noise.mp3", 60, seed=1)
        icecast = Icecast(self.folder)
        self.resources.callback(icecast.kill)
        icecast.start()
        studio = self.start(icecast.feed("live.mp3", self.folder / "noise.mp3"))
        radio = {"type": "stream", "format": "mp3", "url": icecast.url("live.mp3")}
        isr = self.start(Isr(
            self.folder, {f"radio{number}": radio for number in range(SOURCES)},
            {"retry_delay_seconds": 0.1, "retry_backoff": "no", "split_minutes": 0.02}))

        for loss in range(LOSSES):
            self.wait_for_reconnects(isr, loss)
            studio.kill()
            if loss % 2:  # without the studio the server ends the streams; without the server they break
                icecast.kill()
                icecast.start()
            studio = self.start(icecast.feed("live.mp3", self.folder / "noise.mp3"))
        self.wait_for_reconnects(isr, LOSSES)

        self.assertEqual(isr.stop(), 0, isr.log())
        self.assertEqual(isr.troubles(allowed=["trying again"]), [])
        for number in range(SOURCES):
            segments = recordings.of_source(isr.recordings, f"radio{number}")
            for segment in segments:
                frames = mp3.audio_frames(segment.path.read_bytes())
                self.assertEqual(segment.frames, len(frames) * mp3.FRAME_SAMPLES, segment)
            for this, following in itertools.pairwise(segments):
                self.assertLessEqual(this.start_us, following.start_us, f"{this} {following}")

    def wait_for_reconnects(self, isr, count):
        """Until every source records, after at least so many losses."""
        def enough():
            sources = isr.get_json("/api/status")["active"]
            return all(source["state"] == "recording" and source["reconnects"] >= count
                       for source in sources)

        isr.wait_until_serving()
        wait_for(f"{SOURCES} sources to record after {count} losses", enough, alive=[isr])


if __name__ == "__main__":
    tap.main()
