"""A driver that hangs when it is opened: nobody else waits for it."""

import os
import time

import recordings
import tap
from harness import Isr, TestCase, wait_for

START_DEADLINE = 15  # seconds that a device gets to open
STOP_DEADLINE = 10
ALSA_CONFIG = """
</usr/share/alsa/alsa.conf>
pcm.hangs {{ type file slave.pcm null file /dev/null infile "{fifo}" format raw }}
"""


class HangTest(TestCase):
    def test_a_driver_that_hangs_delays_neither_the_page_nor_another_source_nor_the_end(self):
        fifo = self.folder / "nobody-writes"
        os.mkfifo(fifo)  # who opens it to read waits for a writer, for ever
        config = self.folder / "asound.conf"
        config.write_text(ALSA_CONFIG.format(fifo=fifo))
        isr = self.start(Isr(self.folder, {
            "good": {"type": "test", "wave": "sine"}, "hanging": {"type": "soundcard", "device": "hangs"}},
            {"split_minutes": 0.05, "filename_pattern": "{source}-%H%M%S"}, {"ALSA_CONFIG_PATH": str(config)}))
        isr.wait_until_serving()
        slowest = 0
        deadline = time.monotonic() + START_DEADLINE + 5

        def given_up():
            nonlocal slowest
            began = time.monotonic()
            sources = {source["name"]: source for source in isr.get_json("/api/status")["active"]}
            slowest = max(slowest, time.monotonic() - began)
            return "the driver does not answer" in sources["hanging"]["message"]

        wait_for("the hanging driver to be left behind", given_up, deadline - time.monotonic(), alive=[isr])
        self.assertLess(slowest, 1)
        began = time.monotonic()
        code = isr.stop()
        self.assertLess(time.monotonic() - began, STOP_DEADLINE)
        self.assertEqual(code, 0, isr.log())
        files = recordings.of_source(isr.recordings, "good")
        self.assertGreater(sum(file.duration for file in files), START_DEADLINE - 1)
        self.assertEqual([file.ended for file in files], ["boundary"] * (len(files) - 1) + ["stop"])
        self.assertEqual(recordings.gaps(isr.recordings, "good"), [])
        for file in files:
            recordings.probe(file.path)

    def test_the_end_does_not_wait_for_a_driver_that_is_still_hanging(self):
        fifo = self.folder / "nobody-writes"
        os.mkfifo(fifo)
        config = self.folder / "asound.conf"
        config.write_text(ALSA_CONFIG.format(fifo=fifo))
        isr = self.start(Isr(self.folder, {
            "good": {"type": "test", "wave": "sine"}, "hanging": {"type": "soundcard", "device": "hangs"}},
            env={"ALSA_CONFIG_PATH": str(config)}))
        isr.wait_for_state("good", "recording")
        began = time.monotonic()
        isr.stop(seconds=STOP_DEADLINE)
        self.assertLess(time.monotonic() - began, STOP_DEADLINE)
        file, = recordings.of_source(isr.recordings, "good")
        self.assertEqual(file.ended, "stop")
        recordings.probe(file.path)


if __name__ == "__main__":
    tap.main()
