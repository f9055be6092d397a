"""isr save: what a source has just recorded becomes a file of its own, while it goes on recording."""

import json
import unittest

import pulse
import saving
import tap
from harness import Isr, run_isr
from saving import EX_UNAVAILABLE, EX_USAGE, save
from wav_file import WavFile


class SaveTest(saving.Saves, unittest.TestCase):
    @classmethod
    def sources(cls):
        card = {"type": "soundcard", "device": pulse.PCM, "sample_rate": pulse.RATE}
        return {"wav": card, "flac": {**card, "format": "flac"}}

    @classmethod
    def has_enough(cls, source):
        return len(list((cls.isr.recordings / source).glob("*.*"))) > 2

    def test_more_than_there_is_saves_what_there_is_and_says_so(self):
        result = save(self.isr, "--source", "wav", "--seconds", 86400)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("of 86400 s: no more was recorded", result.stderr)
        first = min((self.isr.recordings / "wav").glob("*.wav"))
        pcm = WavFile(self.saves / result.stdout.strip()).pcm
        self.assertEqual(pulse.read_frames(pcm[:4]), pulse.read_frames(WavFile(first).pcm[:4]))

    # ---- over HTTP, and what may go wrong

    def test_a_post_saves_as_well_and_says_what_is_wrong(self):
        def post(body):
            status, _, answer = self.isr.get("/api/replay", method="POST", body=json.dumps(body).encode())
            return status, json.loads(answer)

        status, answer = post({"source": "wav", "seconds": 1, "label": "posted"})
        self.assertEqual(status, 200, answer)
        self.assert_is_ramp(WavFile(self.saves / answer["saves"][0]["path"]).pcm, 1)
        for body, status, code in (({"source": "wvw"}, 404, "unknown-source"), ({}, 400, "bad-request"),
                                   ({"source": "wav", "seconds": 0}, 400, "bad-request"),
                                   ({"source": "wav", "second": 1}, 400, "bad-parameter"),
                                   ({"source": 5}, 400, "bad-parameter"), ([], 400, "bad-parameter")):
            self.assertEqual((post(body)[0], post(body)[1]["error"]["code"]), (status, code), body)
        status, _, _ = self.isr.get("/api/replay", {"Origin": "http://evil.example"}, "POST", b'{"source": "wav"}')
        self.assertEqual(status, 403)

    def test_names_come_from_the_template_and_stay_in_the_directory(self):
        self.configure(template="%(source)s/%(label|untitled)s-%(duration)d-%(device)s.%(ext)s")
        expected = {"": f"untitled-1-{pulse.PCM}", "../../a:b": f"_._.._a_b-1-{pulse.PCM}", "Käfer": f"Käfer-1-{pulse.PCM}"}
        for label, name in expected.items():
            paths = [self.save("--source", "wav", "--seconds", 1, "--label", label)[0]["path"] for _ in range(2)]
            self.assertEqual(paths, [f"{self.saves}/wav/{name}.wav", f"{self.saves}/wav/{name}-1.wav"])
        self.configure()

    def test_what_is_wrong_is_said_with_its_exit_code(self):
        for words, code, part in ((["--source", "beep"], EX_USAGE, "did you mean 'beeps'?"),
                                  ([], EX_USAGE, "which source?"),
                                  (["--source", "wav", "--seconds", "-1"], EX_USAGE, "'seconds' must be"),
                                  (["--source", "wav", "--post", "9999"], EX_USAGE, "'post' must be")):
            result = save(self.isr, *words)
            self.assertEqual((result.returncode, result.stdout), (code, ""), words)
            self.assertIn(part, result.stderr)


class TroubleTest(saving.Troubles):
    SOURCE = {}

    @staticmethod
    def seconds_of(status):
        return status.get("frames", 0) / 44100

    def test_nothing_recorded_yet(self):
        isr = self.start(Isr(self.folder, {"radio": {"type": "stream", "url": "http://127.0.0.1:1/"},
                                           "replay": {"directory": self.folder}}))
        isr.wait_for_state("radio", "waiting")
        result = save(isr)
        self.assertEqual((result.returncode, result.stdout), (EX_UNAVAILABLE, ""), result.stderr)
        self.assertIn("'radio' has recorded nothing", result.stderr)

    def test_a_paused_source_gives_what_it_had(self):
        (self.folder / "saves").mkdir()
        isr = self.start_isr(directory=self.folder / "saves")
        self.assertEqual(run_isr("pause", "beeps", isr.config).returncode, 0)
        result = save(isr, "--seconds", 60)
        self.assertEqual(result.returncode, 0, result.stderr)
        (recorded,) = isr.recordings.glob("*.wav")
        self.assertEqual(WavFile(self.folder / result.stdout.strip()).pcm, WavFile(recorded).pcm)


if __name__ == "__main__":
    tap.main()
