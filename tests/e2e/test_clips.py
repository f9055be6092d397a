"""Clips: any stretch of any recording, decoded, sample-exact."""

import http.client
import io
import json
import os
import signal
import subprocess
import wave

import recordings
import tap
from harness import Isr, TestCase, wait_for

SECONDS = 60
SOUND = f"anoisesrc=duration={SECONDS}:seed=7:sample_rate=%d:amplitude=0.3"
FILES = {  # rate, ffmpeg's options
    "a.wav": (48000, ["-ac", "2"]),
    "mono.wav": (22050, ["-ac", "1"]),
    "a.flac": (48000, ["-ac", "2", "-sample_fmt", "s16"]),
    "deep.flac": (44100, ["-ac", "2", "-sample_fmt", "s32", "-bits_per_raw_sample", "24"]),
    "a.mp3": (44100, ["-ac", "2", "-b:a", "128k"]),
    "a.aac": (44100, ["-ac", "2", "-codec:a", "aac", "-f", "adts"]),
    "a.ogg": (44100, ["-ac", "2", "-codec:a", "libvorbis"]),
    "a.opus": (48000, ["-ac", "2", "-codec:a", "libopus"]),
    "a.m4a": (44100, ["-ac", "2", "-codec:a", "aac"]),
}


class Clip:
    def __init__(self, body):
        # wave knows no WAVE_FORMAT_EXTENSIBLE: it is taken for plain PCM, which it is.
        at = body.index(b"fmt ") + 8
        if body[at:at + 2] == b"\xfe\xff":
            body = body[:at] + b"\x01\x00" + body[at + 2:]
        with wave.open(io.BytesIO(body)) as file:
            self.rate = file.getframerate()
            self.channels = file.getnchannels()
            self.bytes_per_frame = file.getsampwidth() * self.channels
            self.frames = file.getnframes()
            self.pcm = file.readframes(self.frames)

    def part(self, start, end):
        return self.pcm[round(start * self.rate) * self.bytes_per_frame:round(end * self.rate) * self.bytes_per_frame]


class ClipsTest(TestCase):
    def begin(self):
        """A running isr among whose recordings are files of every format."""
        isr = Isr(self.folder, {"beeps": {"type": "test"}}, {"filename_pattern": "{source}-%H%M%S"})
        return self.start(isr)

    def make(self, name, rate, options, seconds=SECONDS):
        folder = self.folder / "recordings"
        folder.mkdir(exist_ok=True)
        subprocess.run(["ffmpeg", "-nostdin", "-loglevel", "error", "-f", "lavfi", "-i", SOUND.replace(str(SECONDS), str(seconds)) % rate,
                        *options, str(folder / name)], check=True)

    def clip(self, isr, name, start, end, **more):
        query = "&".join(f"{key}={value}" for key, value in {"file": name, "start": start, "end": end, **more}.items())
        status, headers, body = isr.get(f"/api/clip?{query}")
        self.assertEqual(status, 200, body[:300])
        self.assertEqual(headers["Content-Type"], "audio/wav")
        return Clip(body)

    def test_a_clip_of_any_format_is_exactly_that_part(self):
        for name, (rate, options) in FILES.items():
            self.make(name, rate, options)
        isr = self.begin()
        isr.wait_until_serving()
        for name, (rate, options) in FILES.items():
            whole = self.clip(isr, name, 0, SECONDS)
            self.assertEqual(whole.rate, rate)
            self.assertEqual(whole.channels, int(options[options.index("-ac") + 1]))
            self.assertAlmostEqual(whole.frames, SECONDS * rate, delta=0.03 * rate, msg=name)
            for start, end in ((0, 0.5), (0.3, 1), (10, 20), (31.4159, 32.7182), (59, 59.9)):
                clip = self.clip(isr, name, start, end)
                self.assertEqual(clip.frames, round(end * rate) - round(start * rate), name)
                self.assert_alike(clip.pcm, whole.part(start, end), clip.bytes_per_frame // clip.channels, f"{name} {start}")
        self.assertEqual(self.clip(isr, "deep.flac", 1, 2).bytes_per_frame, 6)
        for name in ("a.wav", "a.flac"):
            expected = subprocess.run(["ffmpeg", "-nostdin", "-loglevel", "error", "-i", isr.recordings / name, "-f", "s16le", "-"],
                                      stdout=subprocess.PIPE, check=True).stdout
            self.assertEqual(self.clip(isr, name, 20, 30).pcm, expected[20 * 48000 * 4:30 * 48000 * 4])
        # What was asked for and is not there.
        self.assertEqual(self.clip(isr, "a.wav", 59, 70).frames, 48000)
        self.assertEqual(self.clip(isr, "a.wav", 10, 11, pre=2).pcm, self.clip(isr, "a.wav", 8, 11).pcm)
        self.assertEqual(self.clip(isr, "a.wav", 1, 2, pre=5).pcm, self.clip(isr, "a.wav", 0, 2).pcm)
        self.check_wrong_input(isr)
        self.assertEqual(isr.troubles(), [])

    def test_flac_of_32_bits_and_flac_with_a_hole_are_clipped_to_the_bit(self):
        self.make("deepest.wav", 48000, ["-ac", "2", "-codec:a", "pcm_s32le"])
        self.make("hole.flac", 48000, ["-ac", "2"])
        folder = self.folder / "recordings"
        subprocess.run(["flac", "--silent", "-o", folder / "deepest.flac", folder / "deepest.wav"], check=True)
        isr = self.begin()
        isr.wait_until_serving()
        deep = self.clip(isr, "deepest.flac", 20.5, 30)
        self.assertEqual(deep.bytes_per_frame, 8)
        self.assertEqual(deep.pcm, self.clip(isr, "deepest.wav", 20.5, 30).pcm)

        before = self.clip(isr, "hole.flac", 20, 40)
        path = folder / "hole.flac"
        with path.open("r+b") as file:
            file.seek(path.stat().st_size // 2)
            file.write(bytes(3000))
        after = self.clip(isr, "hole.flac", 20, 40)
        self.assertEqual(len(after.pcm), len(before.pcm))
        frames = [at for at in range(after.frames) if after.pcm[4 * at:4 * at + 4] != before.pcm[4 * at:4 * at + 4]]
        self.assertGreater(len(frames), 0)
        self.assertLess(frames[-1] - frames[0], 4 * 4608)  # FLAC frames; around the hole all is there
        self.assertEqual(set(after.pcm[4 * frames[0]:4 * frames[-1] + 4]), {0})

    def assert_alike(self, one, other, width, what):
        """To the bit, but for the rounding of lossy decoders."""
        if one == other:
            return
        self.assertEqual(len(one), len(other), what)
        self.assertEqual(width, 2, what)
        worst = max(abs(a - b) for a, b in zip(memoryview(one).cast("h"), memoryview(other).cast("h")))
        self.assertLessEqual(worst, 2, what)

    def check_wrong_input(self, isr):
        (isr.recordings / "noise.mp3").write_bytes(os.urandom(100_000))
        (isr.recordings / "text.wav").write_bytes(b"no sound at all\n" * 1000)
        (isr.recordings / "empty.flac").write_bytes(b"")
        for query, status, words in (
                ("", 400, "'file' is needed"),
                ("file=a.wav&start=1", 400, "'end' is needed"),
                ("file=a.wav&start=2&end=1", 400, "'end' must be greater"),
                ("file=a.wav&start=-1&end=1", 400, "'start' must be a number from 0"),
                ("file=a.wav&start=0&end=601", 400, "at most 600 s"),
                ("file=a.wav&start=0&end=inf", 400, "'end' must be a number"),
                ("file=a.wav&start=100&end=110", 422, "no audio at that time"),
                ("file=../isr.ini&start=0&end=1", 404, "no recording"),
                ("file=none.wav&start=0&end=1", 404, "no recording"),
                ("file=noise.mp3&start=0&end=1", 422, "cannot be decoded"),
                ("file=text.wav&start=0&end=1", 422, "cannot be decoded"),
                ("file=empty.flac&start=0&end=1", 422, "cannot be decoded")):
            answered, _, body = isr.get(f"/api/clip?{query}")
            self.assertEqual(answered, status, query + str(body[:300]))
            self.assertIn(words, json.loads(body)["error"]["message"])

    def test_a_growing_recording_is_clipped_as_far_as_it_goes(self):
        isr = self.begin()
        isr.wait_for_state("beeps", "recording")
        name = wait_for("some seconds", lambda: isr.status()["beeps"].get("file"), alive=[isr])
        wait_for("five seconds", lambda: isr.get("/api/clip?file=%s&start=3&end=4" % name)[0] == 200, alive=[isr])
        early = self.clip(isr, name, 1, 2)
        self.assertEqual(early.frames, early.rate)
        self.assertEqual(isr.stop(), 0, isr.log())
        with wave.open(str(isr.recordings / name)) as file:
            file.readframes(early.rate)
            self.assertEqual(file.readframes(early.rate), early.pcm)

    def slow_clip(self, isr):
        """A clip that is not read on, and its process."""
        client = http.client.HTTPConnection("127.0.0.1", isr.port, timeout=30)
        self.resources.callback(client.close)
        client.request("GET", "/api/clip?file=long.flac&start=0&end=600")
        answer = client.getresponse()
        self.assertEqual(answer.status, 200)
        answer.read(1000)
        (process,) = isr.workers("clip")
        return answer, process

    def test_a_decoder_that_dies_or_hangs_is_the_end_of_its_clip_alone(self):
        self.make("long.flac", 96000, ["-ac", "2", "-sample_fmt", "s32"], 600)
        isr = self.begin()
        isr.wait_until_serving()
        # A clip of all of it, in which nobody is interested, tells how long it is.
        wait_for("its duration", lambda: any(
            file["name"] == "long.flac" and file["duration"] for file in isr.get_json("/api/files"))
            and not isr.workers("clip"), alive=[isr])
        for number in (signal.SIGKILL, signal.SIGSTOP):
            answer, process = self.slow_clip(isr)
            os.kill(process, number)
            with self.assertRaises((http.client.IncompleteRead, ConnectionError)):
                answer.read()
            self.assertEqual(self.clip(isr, "long.flac", 300, 301).rate, 96000)
            wait_for("no process to be left", lambda: not isr.workers("clip"), alive=[isr])
        # One whose client leaves is gone at once.
        answer, _ = self.slow_clip(isr)
        answer.close()
        wait_for("no process to be left", lambda: not isr.workers("clip"), alive=[isr])
        self.assertEqual(recordings.gaps(isr.recordings, "beeps"), [])
        self.assertEqual(isr.troubles(allowed=["cannot read on in '/api/clip'"]), [])


if __name__ == "__main__":
    tap.main()
