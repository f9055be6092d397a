"""isr analyze: what stands out in any file."""

import json
import subprocess

import tap
import track
from harness import TestCase, run_isr

# Soft noise with a tone from 20 to 21 s and from 30 to 32 s.
SOUND = ("anoisesrc=duration=40:amplitude=0.003:sample_rate=48000:seed=1[noise];"
         "sine=1000:duration=40:sample_rate=48000,"
         "volume='if(between(t,20,20.99)+between(t,30,31.99),0.3,0)':eval=frame[tone];"
         "[noise][tone]amix=inputs=2:normalize=0,aformat=channel_layouts=stereo")
EVENTS = [(20, 21), (30, 32)]


class AnalyzeTest(TestCase):
    def make(self, name, *options):
        path = self.folder / name
        subprocess.run(["ffmpeg", "-nostdin", "-loglevel", "error", "-filter_complex", SOUND, *options, str(path)],
                       check=True)
        return path

    def analyze(self, *arguments):
        return run_isr("analyze", *arguments, cwd=self.folder, seconds=60)

    def test_the_same_moments_stand_out_in_every_format(self):
        files = [self.make(f"sound.{kind}") for kind in ("wav", "flac", "mp3", "ogg", "opus", "aac", "m4a")]
        result = self.analyze("--json", *files)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        answers = [json.loads(line) for line in result.stdout.splitlines()]
        self.assertEqual([answer["file"] for answer in answers], [str(file) for file in files])
        for answer in answers:
            self.assertAlmostEqual(answer["duration"], 40, delta=0.1, msg=answer)
            self.assertEqual(len(answer["sections"]), len(EVENTS), answer)
            for section, (start, end) in zip(answer["sections"], EVENTS):
                self.assertAlmostEqual(section["start"], start, delta=0.21, msg=answer)
                self.assertAlmostEqual(section["end"], end, delta=0.21, msg=answer)
                self.assertGreater(section["score"], 20, answer)

    def test_a_track_answers_the_next_time_until_it_is_refreshed_or_the_file_is_newer(self):
        file = self.make("sound.wav")
        self.assertEqual(self.analyze(file).returncode, 0)
        stored = track.of(self.folder, "sound.wav")
        self.assertEqual(len(track.windows(stored)), 400)
        first = stored.stat().st_ino
        self.assertIn("2 sections", self.analyze(file).stdout)
        self.assertIn("0 sections", self.analyze("--margin", 60, file).stdout)
        self.assertIn("1 sections", self.analyze("--min-gap", 15, file).stdout)
        self.assertEqual(stored.stat().st_ino, first)
        self.assertEqual(self.analyze("--refresh", file).returncode, 0)
        self.assertNotEqual(stored.stat().st_ino, first)

    def test_what_cannot_be_decoded_is_said_and_the_others_go_on(self):
        file = self.make("sound.flac")
        (self.folder / "text.wav").write_text("no audio")
        result = self.analyze("--json", "text.wav", "missing.wav", file)
        self.assertEqual(result.returncode, 65)
        self.assertEqual([json.loads(line)["file"] for line in result.stdout.splitlines()], [str(file)])
        lines = result.stderr.splitlines()
        self.assertEqual(len(lines), 2, result.stderr)
        self.assertIn("text.wav", lines[0])
        self.assertIn("missing.wav: cannot be opened", lines[1])
        self.assertEqual(self.analyze().returncode, 64)
        self.assertEqual(self.analyze("--margin", -1, file).returncode, 64)


if __name__ == "__main__":
    tap.main()
