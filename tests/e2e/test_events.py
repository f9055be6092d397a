"""Events: found while recording, and again from the levels that were stored."""

import itertools
import json
import subprocess

import recordings
import tap
import track
from harness import Isr, TestCase, run_isr, wait_for
from stream_server import StreamServer

# 3 s of tone over soft noise, then 1.5 s of noise alone.
PERIOD = 4.5
SECONDS = 18
SOUND = (f"anoisesrc=duration={SECONDS}:seed=1:sample_rate=48000:amplitude=0.003[noise];"
         f"sine=frequency=1000:sample_rate=48000:duration={SECONDS},"
         f"volume='if(lt(mod(t,{PERIOD}),1.5),0,0.1+0.05*floor(t/{PERIOD}))':eval=frame[tone];"
         "[noise][tone]amix=inputs=2:normalize=0,aformat=channel_layouts=stereo")
FILES = 6


class EventsTest(TestCase):
    def setUp(self):
        super().setUp()
        path = self.folder / "sound.mp3"
        subprocess.run(["ffmpeg", "-nostdin", "-loglevel", "error", "-filter_complex", SOUND, "-codec:a", "libmp3lame",
                        "-b:a", "128k", "-write_xing", "0", "-id3v2_version", "0", str(path)], check=True)
        self.server = StreamServer()
        self.resources.callback(self.server.stop)
        self.server.stream("/live", [(path.read_bytes(), SECONDS)])

    def live(self, isr, source):
        """(start, end, score) of what was found while recording; microseconds, dB."""
        return [(row["start"], row["end"], round(row["score"], 2)) for row in recordings.rows(
            isr.recordings, "SELECT * FROM event WHERE source = ? ORDER BY start", source)]

    def stored(self, isr, source, **parameters):
        """The same, from the tracks of all files of all days."""
        found = []
        for day in isr.get_json("/api/days"):
            query = "&".join(f"{name}={value}" for name, value in {"day": day["day"], **parameters}.items())
            for one in isr.get_json(f"/api/highlights?{query}")["sections"]:
                if one["source"] != source:
                    continue
                start = round(one["time"] * 1_000_000)
                found.append((start, start + round((one["end"] - one["start"]) * 1_000_000), one["score"]))
        return sorted(found)

    def test_what_was_found_live_is_what_the_tracks_give(self):
        sources = {"radio": {"type": "stream", "url": self.server.url("/live"), "min_gap": 0.5},
                   "room": {"type": "test", "wave": "soundscape", "margin": 9, "min_gap": 1, "detector": "adaptive"}}
        isr = self.start(Isr(self.folder, sources, {
            "split_minutes": 0.1, "filename_pattern": "{source}-%H%M%S", "log_level": "DEBUG"}))
        isr.wait_until_serving()
        wait_for("some files of each", lambda: all(
            len(recordings.of_source(isr.recordings, source)) > FILES for source in sources), 60)
        self.assertEqual(run_isr("pause", "all", isr.config).returncode, 0)
        for source, keys in sources.items():
            options = {"margin": keys.get("margin", 12), "min_gap": keys["min_gap"]}
            # What goes on when the recording ends is not known to have ended.
            wait_for(f"all events of {source}", lambda source=source, options=options: (
                len(self.live(isr, source)) >= len(self.stored(isr, source, **options)) - 1))
            live, stored = self.live(isr, source), self.stored(isr, source, **options)
            self.assertEqual([(start, score) for start, _, score in live],
                             [(start, score) for start, _, score in stored[:len(live)]])
            for (_, end, _), (_, other, _) in zip(live, stored):
                self.assertAlmostEqual(end, other, delta=10_000)  # hundredths of a second are given
            self.assertGreater(len(self.live(isr, source)), 2, source)
            self.assertIn(f"{source}: an event from ", isr.log())
        boundaries = [file.start_us for file in recordings.of_source(isr.recordings, "radio")[1:]]
        across = [event for event, boundary in itertools.product(self.live(isr, "radio"), boundaries)
                  if event[0] < boundary < event[1]]
        self.assertGreater(len(across), 0)
        self.check_analysis(isr)
        self.check_wrong_input(isr)
        self.check_tracks_made_later(isr)

    def check_tracks_made_later(self, isr):
        """From the audio alone: the same levels, but for a filter's and a decoder's first windows, and the same events."""
        files = [file for source in ("radio", "room") for file in recordings.of_source(isr.recordings, source)]
        for file in files:
            wait_for(f"all levels of {file.name}", lambda file=file: (
                len(self.windows(isr, file)) == -(-file.frames * 10 // file.rate)), 30)
        levels = {file.name: self.windows(isr, file) for file in files}
        before = {source: self.stored(isr, source, min_gap=1) for source in ("radio", "room")}
        result = run_isr("analyze", "--refresh", *(isr.recordings / file.name for file in files))
        self.assertEqual(result.returncode, 0, result.stderr)
        for file in files:
            again = self.windows(isr, file)
            self.assertEqual(len(again), len(levels[file.name]), file)
            if not file.name.startswith("room"):
                continue
            for one, other in zip(levels[file.name][3:], again[3:]):
                for level, later in zip(one, other):
                    self.assertAlmostEqual(level, later, delta=0.1, msg=file)
        for source, sections in before.items():
            later = self.stored(isr, source, min_gap=1)
            self.assertEqual(len(later), len(sections), source)
            for (start, end, score), (other_start, other_end, other_score) in zip(sections, later):
                self.assertAlmostEqual(start, other_start, delta=110_000, msg=source)
                self.assertAlmostEqual(end, other_end, delta=110_000, msg=source)
                self.assertAlmostEqual(score, other_score, delta=0.5, msg=source)

    def windows(self, isr, file):
        return track.windows(track.of(isr.recordings, file.name))

    def check_analysis(self, isr):
        """One recording by itself: as the day has it, but cut at its ends."""
        file = recordings.of_source(isr.recordings, "radio")[2]
        analysis = isr.get_json(f"/api/analyze?file={file.name}&min_gap=0.5")
        self.assertAlmostEqual(analysis["duration"], file.duration, places=3)
        self.assertFalse(analysis["growing"])
        self.assertTrue(analysis["analysed"])
        self.assertAlmostEqual(len(analysis["rms_display"]), file.duration * 10, delta=1)
        whole = [one for one in self.stored(isr, "radio", min_gap=0.5)
                 if one[0] < file.end_us - 60_000 and one[1] > file.start_us + 60_000]
        sections = [one for one in analysis["sections"] if one["end"] - one["start"] > 0.11]
        self.assertEqual(len(sections), len(whole))
        for section, (start, end, _) in zip(sections, whole):
            self.assertAlmostEqual(section["start"], max(0, start - file.start_us) / 1_000_000, delta=0.11)
            self.assertAlmostEqual(section["end"], min(end - file.start_us, file.duration * 1_000_000) / 1_000_000, delta=0.11)
        loud = [level for at, level in enumerate(analysis["rms_display"])
                if any(one["start"] + 0.2 < at / 10 < one["end"] - 0.3 for one in analysis["sections"])]
        self.assertGreater(min(loud), analysis["floor"] + 10)
        some = isr.get_json(f"/api/analyze?file={file.name}&from=1&to=3&points=5")
        self.assertEqual(len(some["rms_display"]), 5)
        self.assertEqual(some["rms_display"], [max(analysis["rms_display"][at:at + 4]) for at in range(10, 30, 4)])

    def check_wrong_input(self, isr):
        for path, (status, words) in {
                "/api/analyze": (400, "'file' is needed"),
                "/api/analyze?file=": (400, "'file' is needed"),
                "/api/analyze?file=none.mp3": (404, "no recording 'none.mp3'"),
                "/api/analyze?file=a&margin=much": (400, "'margin' must be a number from 1 to 60"),
                "/api/analyze?file=a&margin=nan": (400, "'margin' must be a number"),
                "/api/analyze?file=a&min_gap=-1": (400, "'min_gap' must be a number from 0"),
                "/api/analyze?file=a&points=0": (400, "'points' must be"),
                "/api/analyze?file=a&magrin=3": (400, "there is no parameter 'magrin'"),
                "/api/highlights": (400, "'day' is needed"),
                "/api/highlights?day=today": (400, "'day' must be a date like 2026-11-21"),
        }.items():
            answered, _, body = isr.get(path)
            self.assertEqual(answered, status, path)
            self.assertIn(words, json.loads(body)["error"]["message"])
        self.assertEqual(isr.get_json("/api/highlights?day=1999-01-01"), {
            "day": "1999-01-01", "margin": 12, "min_gap": 2, "files": [], "sections": [], "by_score": [], "gaps": []})


if __name__ == "__main__":
    tap.main()
