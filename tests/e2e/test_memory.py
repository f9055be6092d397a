"""Sources that are not recorded: the last seconds of them are in memory, and isr save keeps them from there."""

import concurrent.futures
import json
import socket
import unittest
from pathlib import Path

import pipewire
import pulse
import saving
import tap
from harness import Isr, TestCase, run_isr, wait_for
from saving import EX_USAGE, save
from wav_file import WavFile

KEPT = 9  # seconds
IN_MEMORY = {"record": "no", "replay_seconds": KEPT}


class MemoryTest(saving.Saves, unittest.TestCase):
    ANY = IN_MEMORY

    @classmethod
    def sources(cls):
        card = {"type": "pulse", "source": "card.monitor", "sample_rate": pulse.RATE, **IN_MEMORY}
        return {"wav": card, "flac": {**card, "replay_format": "flac"}}

    @classmethod
    def memory(cls, source):
        return cls.isr.status().get(source, {}).get("memory", {"seconds": 0})

    @classmethod
    def has_enough(cls, source):
        return cls.memory(source)["seconds"] >= KEPT

    def ask(self, **request):
        """Without a process of its own."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(self.isr.recordings / ".isr" / "control.sock"))
            connection.sendall(json.dumps(request).encode() + b"\n")
            with connection.makefile("rb") as lines:
                return json.loads(lines.readline())

    def test_nothing_is_written_but_what_is_saved(self):
        self.assertEqual([path for path in self.isr.recordings.rglob("*") if path.suffix in (".wav", ".flac", ".mp3")],
                         [])
        self.assertEqual(self.isr.get_json("/api/files"), [])

    def test_the_status_says_what_is_held_and_what_that_takes(self):
        self.assertEqual(self.memory("wav")["capacity"], KEPT)
        for source in ("wav", "radio"):
            status = self.memory(source)
            self.assertLess(status["seconds"], 4 * KEPT)
            self.assertLess(status["memory"], 1.05 * status["bytes"] + 8192, status)
        result = run_isr("status", self.isr.config)
        self.assertIn(" s in memory", result.stdout)

    def test_more_than_there_is_saves_what_there_is_and_says_so(self):
        result = save(self.isr, "--source", "wav", "--seconds", 86400)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("of 86400 s: no more was recorded", result.stderr)
        wav = WavFile(self.saves / result.stdout.strip())
        self.assertGreaterEqual(wav.frames, KEPT * pulse.RATE)
        self.assert_is_ramp(wav.pcm, wav.frames / pulse.RATE)

    def test_without_a_number_it_is_what_the_config_says(self):
        (saved,) = self.save("--source", "wav")
        self.assertEqual((saved["asked"], saved["note"]), (KEPT, None))
        self.assert_is_ramp(WavFile(self.saves / saved["path"]).pcm, KEPT)

    def test_all_that_is_held_and_as_much_to_come(self):
        (saved,) = self.save("--source", "wav", "--seconds", KEPT, "--post", 4)
        self.assertEqual(saved["note"], None)
        self.assert_is_ramp(WavFile(self.saves / saved["path"]).pcm, KEPT + 4)
        result = save(self.isr, "--source", "wav", "--post", KEPT + 1)
        self.assertEqual(result.returncode, EX_USAGE, result.stderr)
        self.assertIn("'wav' is in memory alone", result.stderr)

    def test_two_hundred_at_once_are_all_whole_and_have_names_of_their_own(self):
        def ask(number):
            return self.ask(command="save", source=("wav", "flac")[number % 2], seconds=1, label="crowd")

        with concurrent.futures.ThreadPoolExecutor(200) as pool:
            answers = list(pool.map(ask, range(200)))
        self.assertTrue(all(answer["ok"] for answer in answers), answers)
        paths = {answer["saves"][0]["path"] for answer in answers}
        self.assertEqual(len(paths), 200)
        for path in paths:
            self.assert_is_ramp(WavFile(self.saves / path).pcm, 1)
        self.assertEqual(self.isr.troubles(), [])

    def test_a_paused_source_gives_what_it_had(self):
        self.assertEqual(run_isr("pause", "beeps", self.isr.config).returncode, 0)
        (saved,) = self.save("--source", "beeps", "--seconds", 86400)
        self.assertGreaterEqual(saved["seconds"], KEPT)
        self.assertEqual(run_isr("resume", "beeps", self.isr.config).returncode, 0)
        wait_for("beeps to be heard again", lambda: self.isr.status()["beeps"]["state"] == "recording")
        held = self.memory("beeps")["seconds"]
        wait_for("more of it", lambda: self.memory("beeps")["seconds"] > held or held > KEPT, alive=[self.isr])
        (again,) = self.save("--source", "beeps", "--seconds", 86400)
        self.assertEqual([gap["cause"] for gap in again["gaps"]], ["stop"])


class TroubleTest(saving.Troubles):
    SOURCE = {"record": "no", "replay_seconds": 10}

    @staticmethod
    def seconds_of(status):
        return status.get("memory", {}).get("seconds", 0)


class PipewireTest(TestCase):
    def test_what_it_plays_is_saved_to_the_bit(self):
        server = pipewire.Server(self.folder)
        self.resources.callback(server.kill_all)
        ramp = pulse.frames_from(1, pulse.RATE * 100)
        self.start(server.play(ramp, "alpha", "alpha1", pipewire.SINK))
        (self.folder / "saves").mkdir()
        isr = self.start(Isr(self.folder, {"alpha": {"type": "pipewire", "source": "app:alpha", "record": "no",
                                                     "replay_seconds": 4},
                                           "replay": {"directory": self.folder / "saves"}}, env=server.env))
        wait_for("four seconds", lambda: isr.status().get("alpha", {}).get("memory", {}).get("seconds", 0) >= 4, 30,
                 alive=[isr])
        result = save(isr, "--post", 0.5)
        self.assertEqual(result.returncode, 0, result.stderr)
        frames = pulse.read_frames(WavFile(Path(result.stdout.strip())).pcm)
        self.assertLessEqual(abs(len(frames) - 4.5 * pulse.RATE), 1)
        # Where the player or the server comes too late, there is silence, or a piece is left out: no fault of ours.
        played = [frame for frame in frames if frame]
        self.assertEqual(played, sorted(set(played)))
        seams = [0, *(at for at in range(1, len(played)) if played[at] != played[at - 1] + 1), len(played)]
        self.assertGreater(max(end - begin for begin, end in zip(seams, seams[1:])), pulse.RATE)


if __name__ == "__main__":
    tap.main()
