"""Files that somebody copied into the recordings: listed with their durations, measured when first wanted, once."""

import concurrent.futures
import os
import subprocess
import threading
import time

import tap
import track
from harness import Isr, TestCase, run_isr, wait_for

# Soft noise with a tone from 20 to 21 s and from 30 to 32 s.
SECONDS = 40
SOUND = (f"anoisesrc=duration={SECONDS}:amplitude=0.003:sample_rate=48000:seed=1[noise];"
         f"sine=1000:duration={SECONDS}:sample_rate=48000,"
         "volume='if(between(t,20,20.99)+between(t,30,31.99),0.3,0)':eval=frame[tone];"
         "[noise][tone]amix=inputs=2:normalize=0,aformat=channel_layouts=stereo")
EVENTS = [(20, 21), (30, 32)]
KINDS = ("wav", "flac", "mp3", "ogg", "opus", "m4a", "aac")


class ForeignTest(TestCase):
    def setUp(self):
        super().setUp()
        self.recordings = self.folder / "recordings"
        self.recordings.mkdir()

    def make(self, *names, sound=SOUND):
        first = self.folder / "sound.wav"
        subprocess.run(["ffmpeg", "-nostdin", "-loglevel", "error", "-y", "-filter_complex", sound, first], check=True)
        for name in names:
            path = self.recordings / name
            path.parent.mkdir(parents=True, exist_ok=True)
            subprocess.run(["ffmpeg", "-nostdin", "-loglevel", "error", "-y", "-i", first, path], check=True)

    def begin(self):
        isr = self.start(Isr(self.folder, {"nowhere": {"type": "stream", "url": "http://127.0.0.1:1/"}}))
        isr.wait_until_serving()
        return isr

    def listed(self, isr):
        return {file["name"]: file for file in isr.get_json("/api/files")}

    def wait_for_durations(self, isr, names):
        return wait_for("all durations", lambda: all(self.listed(isr).get(name, {}).get("duration") for name in names) and self.listed(isr),
                        60, alive=[isr])

    def test_every_kind_is_listed_with_its_duration_and_measured_when_it_is_wanted(self):
        names = [f"old/sound.{kind}" for kind in KINDS]
        self.make(*names)
        isr = self.begin()
        for name, file in self.wait_for_durations(isr, names).items():
            self.assertAlmostEqual(file["duration"], SECONDS, delta=0.1, msg=name)
            self.assertFalse(track.of(self.recordings, name).exists())
        day, = isr.get_json("/api/days")
        review = isr.get_json(f"/api/highlights?day={day['day']}")
        self.assertEqual({file["analysed"] for file in review["files"]}, {False})
        self.assertEqual(review["sections"], [])
        for name in names:
            answer = isr.get_json(f"/api/analyze?file={name}")
            self.assertTrue(answer["analysed"])
            self.assertAlmostEqual(answer["duration"], SECONDS, delta=0.1, msg=name)
            self.assertEqual(len(answer["sections"]), len(EVENTS), name)
            for section, (start, end) in zip(answer["sections"], EVENTS):
                self.assertAlmostEqual(section["start"], start, delta=0.21, msg=name)
                self.assertAlmostEqual(section["end"], end, delta=0.21, msg=name)
            self.assertEqual(isr.get(f"/api/clip?file={name}&start=20&end=21")[0], 200)
        review = isr.get_json(f"/api/highlights?day={day['day']}")
        self.assertEqual({file["analysed"] for file in review["files"]}, {True})
        self.assertEqual(len(review["sections"]), len(EVENTS) * len(names))
        for name, file in self.listed(isr).items():
            self.assertAlmostEqual(file["duration"], SECONDS, delta=0.1, msg=name)
        self.assertEqual(isr.stop(), 0, isr.log())
        self.assertEqual(isr.troubles(["nowhere"]), [])
        # Found out once: the next run knows from its first answer on.
        again = self.begin()
        self.assertTrue(all(file["duration"] for file in self.listed(again).values()))
        began = time.monotonic()
        self.assertEqual(len(again.get_json(f"/api/analyze?file={names[0]}")["sections"]), len(EVENTS))
        self.assertLess(time.monotonic() - began, 5)
        self.assertEqual(again.log().count("is measured"), 0)

    def test_a_reload_finds_what_has_come_and_gone_meanwhile(self):
        self.make("early.wav", "stays.wav")
        isr = self.begin()
        self.wait_for_durations(isr, ["early.wav"])
        self.make("late.flac")
        (self.recordings / "early.wav").unlink()
        self.assertEqual(run_isr("reload", isr.config).returncode, 0)
        wait_for("both to be noticed", lambda: set(self.listed(isr)) == {"stays.wav", "late.flac"}, alive=[isr])
        self.wait_for_durations(isr, ["late.flac"])

    def test_many_who_want_it_at_once_wait_for_the_same_decoder(self):
        self.make("sound.flac")
        isr = self.begin()
        wait_for("the file", lambda: "sound.flac" in self.listed(isr), alive=[isr])
        with concurrent.futures.ThreadPoolExecutor(20) as pool:
            answers = list(pool.map(lambda _: isr.get_json("/api/analyze?file=sound.flac"), range(20)))
        self.assertEqual([len(answer["sections"]) for answer in answers], [2] * 20)
        self.assertEqual(isr.log().count("sound.flac is measured"), 1)

    def test_another_file_of_the_same_name_is_measured_anew(self):
        self.make("sound.wav")
        isr = self.begin()
        self.wait_for_durations(isr, ["sound.wav"])
        self.assertEqual(len(isr.get_json("/api/analyze?file=sound.wav")["sections"]), 2)
        self.make("sound.wav", sound=SOUND.replace("between(t,30,31.99)", "0"))
        self.assertEqual(len(isr.get_json("/api/analyze?file=sound.wav")["sections"]), 1)

    def test_what_no_decoder_reads_is_said_and_disturbs_nobody(self):
        self.make("good.wav")
        (self.recordings / "text.wav").write_text("no audio")
        (self.recordings / "noise.mp3").write_bytes(os.urandom(100_000))
        isr = self.begin()
        self.wait_for_durations(isr, ["good.wav"])
        for name in ("text.wav", "noise.mp3"):
            for _ in range(2):
                status, _, body = isr.get(f"/api/analyze?file={name}")
                self.assertEqual(status, 422, body)
                self.assertIn(b"cannot be decoded", body)
            self.assertIsNone(self.listed(isr)[name]["duration"])
            self.assertFalse(track.of(self.recordings, name).exists())
        self.assertEqual(isr.get("/api/analyze?file=good.wav&margin=0")[0], 400)
        self.assertFalse(track.of(self.recordings, "good.wav").exists())
        # It comes into being: then there is something to read.
        self.make("text.wav")
        self.assertEqual(len(isr.get_json("/api/analyze?file=text.wav")["sections"]), 2)
        self.assertEqual(isr.stop(), 0, isr.log())
        self.assertEqual(isr.troubles(["nowhere"]), [])

    def test_neither_the_end_nor_other_requests_wait_for_long_files(self):
        subprocess.run(["ffmpeg", "-nostdin", "-loglevel", "error", "-f", "lavfi", "-i",
                        "anoisesrc=duration=3600:amplitude=0.003:sample_rate=96000", "-sample_fmt", "s16", "-compression_level", "0",
                        self.recordings / "0.flac"], check=True)
        for number in (1, 2):
            (self.recordings / f"{number}.flac").hardlink_to(self.recordings / "0.flac")
        isr = self.begin()
        self.wait_for_durations(isr, ["0.flac", "1.flac", "2.flac"])
        threads = [threading.Thread(target=self.ask_until_it_ends, args=(isr, f"/api/analyze?file={number}.flac")) for number in range(3)]
        for thread in threads:
            thread.start()
        self.assertEqual(isr.get("/api/clip?file=1.flac&start=1000&end=1001")[0], 200)
        self.assertEqual(len(isr.get_json("/api/files")), 3)
        began = time.monotonic()
        self.assertEqual(isr.stop(), 0, isr.log())
        self.assertLess(time.monotonic() - began, 5)
        for thread in threads:
            thread.join()
        self.assertEqual(isr.log().count("is measured"), 0)

    def ask_until_it_ends(self, isr, path):
        with self.assertRaises((OSError, AssertionError)):
            isr.get_json(path)


if __name__ == "__main__":
    tap.main()
