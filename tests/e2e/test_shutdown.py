"""How it ends: files are finished, and nothing is left that says it still runs."""

import signal
import time
import unittest

import recordings
import tap
from harness import Isr, TestCase, free_port, wait_for
from wav_file import WavFile


class ShutdownTest(TestCase):
    def start_isr(self, sections=None, general=None):
        isr = self.start(Isr(self.folder, sections or {"beeps": {"type": "test"}}, general))
        isr.wait_for_state(next(iter(sections or {"beeps": None})), "recording")
        return isr

    def wait_for_audio(self, isr, source="beeps"):
        def captured():
            status = isr.status()[source]
            return status["state"] == "recording" and status["frames"] > status["rate"]
        wait_for("a second of audio", captured, alive=[isr])

    def test_both_signals_finish_the_file_and_end_with_success(self):
        for how in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(how.name):
                isr = self.start_isr()
                self.wait_for_audio(isr)
                self.assertEqual(isr.stop(how), 0, isr.log())
                self.assertEqual(isr.troubles(), [])
                segment = recordings.of_source(isr.recordings, "beeps")[-1]
                self.assertEqual((segment.ended, segment.growing), ("stop", 0))
                self.assertEqual(WavFile(segment.path).frames, segment.frames)
                probed = recordings.probe(segment.path)
                self.assertAlmostEqual(float(probed["format"]["duration"]), segment.duration, places=3)

    def test_status_json_is_there_while_it_runs_and_gone_afterwards(self):
        isr = self.start_isr()
        self.assertTrue((isr.recordings / "status.json").exists())
        self.assertEqual(isr.stop(), 0, isr.log())
        self.assertFalse((isr.recordings / "status.json").exists())

    def test_it_ends_at_once_while_a_server_cannot_be_reached(self):
        isr = self.start(Isr(self.folder, {"radio": {
            "type": "stream", "format": "mp3", "url": f"http://127.0.0.1:{free_port()}/live"}}))
        isr.wait_for_state("radio", "waiting")
        self.assertEqual(isr.stop(seconds=3), 0, isr.log())

    def test_the_log_file_holds_what_stderr_showed(self):
        isr = self.start_isr()
        self.assertEqual(isr.stop(), 0, isr.log())
        shown = isr.log_path.read_text().splitlines()
        self.assertEqual((self.folder / "isr.log").read_text().splitlines(), shown)
        self.assertTrue(any("beeps" in line for line in shown), shown)

    def test_a_second_run_goes_on_beside_the_files_of_the_first(self):
        isr = self.start_isr()
        self.wait_for_audio(isr)
        self.assertEqual(isr.stop(), 0, isr.log())
        first = recordings.of_source(isr.recordings, "beeps")[0]
        content = first.path.read_bytes()
        isr = self.start_isr()
        self.wait_for_audio(isr)
        self.assertEqual(isr.stop(), 0, isr.log())
        segments = recordings.of_source(isr.recordings, "beeps")
        self.assertEqual([segment.began for segment in segments], ["start", "start"], segments)
        self.assertEqual(first.path.read_bytes(), content)

    def test_fifty_sources_are_finished_within_ten_seconds(self):
        names = [f"silence{number:02}" for number in range(50)]
        isr = self.start(Isr(self.folder, {name: {"type": "test", "wave": "silence"} for name in names}))
        wait_for("50 sources to record", lambda: [
            source["state"] for source in isr.status().values()] == ["recording"] * 50, alive=[isr])
        began = time.monotonic()
        self.assertEqual(isr.stop(), 0, isr.log())
        self.assertLess(time.monotonic() - began, 10)
        self.assertEqual(isr.troubles(), [])
        for name in names:
            (segment,) = recordings.of_source(isr.recordings, name)
            self.assertEqual((segment.ended, segment.growing), ("stop", 0))
            self.assertEqual(WavFile(segment.path).frames, segment.frames)


if __name__ == "__main__":
    tap.main()
