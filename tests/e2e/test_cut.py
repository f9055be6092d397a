"""Cuts: any stretch of any recording as a file of its own, not encoded anew."""

import functools
import http.client
import itertools
import json
import math
import os
import random
import re
import signal
import struct
import subprocess
import unittest

import adts
import disks
import mp3
import ogg
import recordings
import tap
from codecs_sent import CODECS, check_ogg, decode_flac, encode
from harness import Isr, TestCase, run_isr, scratch_folder, wait_for
from stream_server import StreamServer
from wav_file import WavFile

EX_OK, EX_USAGE, EX_DATAERR, EX_NOINPUT, EX_CANTCREAT = 0, 64, 65, 66, 73
SECONDS = 16
FOREIGN = {  # rate, ffmpeg's options
    "a.wav": (48000, []),
    "mono.wav": (22050, ["-ac", "1", "-c:a", "pcm_s24le"]),
    "float.wav": (44100, ["-c:a", "pcm_f32le"]),
    "a.flac": (48000, ["-sample_fmt", "s16"]),
    "deep.flac": (44100, ["-sample_fmt", "s32", "-bits_per_raw_sample", "24"]),
    "a.mp3": (44100, ["-b:a", "128k"]),
    "vbr.mp3": (48000, ["-q:a", "2"]),
    "a.aac": (44100, ["-c:a", "aac", "-f", "adts"]),
    "a.ogg": (44100, ["-c:a", "libvorbis"]),
    "a.opus": (48000, ["-c:a", "libopus"]),
    "a.oga": (48000, ["-c:a", "flac", "-sample_fmt", "s16", "-f", "ogg"]),
}
STRETCHES = ((0, 1), (0, SECONDS), (3.14159, 7.5), (12.0001, 12.5001), (SECONDS - 1, SECONDS + 100))


@functools.lru_cache(maxsize=2)  # a file and its cut: many are made of one file
def samples_of(path):
    """As ffmpeg decodes them, 32 bits each; it must complain about nothing."""
    result = subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-i", path, "-f", "s32le", "-"],
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    if result.returncode != 0 or result.stderr:
        raise AssertionError(f"ffmpeg of {path}: {result.stderr.decode()}")
    return memoryview(result.stdout).cast("i")


def vorbis_samples_of(path):
    """As the codec's own library decodes them: of the end of a file of one page ffmpeg cuts off nothing."""
    result = subprocess.run(["oggdec", "--quiet", "--raw", "--output", "-", path], stdout=subprocess.PIPE, check=True)
    return memoryview(result.stdout).cast("h")


class CutChecks(TestCase):
    """How a cut is held against the file that it was made from."""

    def check(self, source, cut, start, end):
        kinds = {"mp3": self.check_mp3, "aac": self.check_adts, "opus": self.check_opus, "vorbis": self.check_vorbis}
        kinds.get(self.stream_of(source)["codec_name"], self.check_lossless)(source, cut, start, end)

    @staticmethod
    @functools.lru_cache(maxsize=None)
    def stream_of(path):
        told = subprocess.run(["ffprobe", "-v", "fatal", "-show_streams", "-of", "json", path], stdout=subprocess.PIPE, check=True).stdout
        return json.loads(told)["streams"][0]

    def rate_of(self, path):
        return int(self.stream_of(path)["sample_rate"])

    def check_lossless(self, source, cut, start, end):
        rate, channels = self.rate_of(source), self.stream_of(source)["channels"]
        is_ogg = source.suffix in (".oga", ".ogg")
        all_samples = samples_of(source)
        wanted = all_samples[round(start * rate) * channels:round(end * rate) * channels]
        self.assertTrue(samples_of(cut) == wanted, f"{cut}: not the samples of {source}")
        if source.suffix != ".wav":
            decode_flac(cut)
            self.check_frames_are_copied(source, cut)
        elif source.name != "float.wav":
            self.assertEqual(WavFile(cut).frames, len(wanted) // channels)
        if not is_ogg:  # of Ogg FLAC ffprobe guesses
            self.assertAlmostEqual(float(recordings.probe(cut)["format"]["duration"]), len(wanted) / channels / rate, delta=0.001)

    def check_frames_are_copied(self, source, cut):
        """All but those at both ends: without headers and CRC their bytes stand in the source."""
        if source.suffix in (".oga", ".ogg"):
            frames = ogg.audio_packets(cut.read_bytes())[2:-2]
            whole = b"".join(ogg.audio_packets(source.read_bytes()))
        else:
            table = subprocess.run(["flac", "--analyze", "--stdout", "--silent", cut], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                   text=True, check=True).stdout
            places = [(int(at), int(bits) // 8) for at, bits in re.findall(r"offset=(\d+)\tbits=(\d+)", table)]
            content = cut.read_bytes()
            frames = [content[at:at + length] for at, length in places[2:-2]]
            whole = source.read_bytes()
        for frame in frames:
            self.assertIn(frame[16:-2], whole, f"{cut}: a frame is not as it was")

    def check_mp3(self, source, cut, start, end):
        rate = self.rate_of(source)
        frames = mp3.audio_frames(source.read_bytes())
        self.assertEqual(mp3.audio_frames(cut.read_bytes()),
                         frames[math.floor(start * rate / 1152):math.ceil(end * rate / 1152)])
        samples_of(cut)
        count = min(math.ceil(end * rate / 1152), len(frames)) - math.floor(start * rate / 1152)
        self.assertAlmostEqual(float(recordings.probe(cut)["format"]["duration"]), count * 1152 / rate, delta=0.001)

    def check_adts(self, source, cut, start, end):
        rate = self.rate_of(source)
        self.assertEqual(adts.frames(cut.read_bytes()),
                         adts.frames(source.read_bytes())[math.floor(start * rate / 1024):math.ceil(end * rate / 1024)])
        samples_of(cut)

    def packets(self, source, cut):
        """Of the cut, which must be a run of those of the source."""
        (stream,) = ogg.streams(cut.read_bytes())
        self.assertTrue(stream.ended)
        all_packets = ogg.audio_packets(source.read_bytes())
        places = {packet: place for place, packet in enumerate(all_packets)}
        at = places.get(stream.audio[0], -1)
        self.assertTrue(at >= 0 and stream.audio == all_packets[at:at + len(stream.audio)], f"{cut}: not packets of {source}")
        return stream

    def check_opus(self, source, cut, start, end):
        self.packets(source, cut)
        check_ogg(cut, "opusinfo")
        all_samples, samples = samples_of(source), samples_of(cut)
        wanted = all_samples[round(start * 48000) * 2:round(end * 48000) * 2]
        self.assertEqual(len(samples), len(wanted))
        half = len(wanted) // 2
        worst = max(abs(a - b) for a, b in zip(samples[half:], wanted[half:]))
        self.assertLessEqual(worst, 2 ** 19, "more than a rounding in 16 bits")  # its decoder works in floats

    def check_vorbis(self, source, cut, start, end):
        self.packets(source, cut)
        check_ogg(cut, "ogginfo")
        rate, channels = self.rate_of(source), self.stream_of(source)["channels"]
        samples_of(cut)
        all_samples, samples = vorbis_samples_of(source), vorbis_samples_of(cut)
        # It may begin with as much as a long block before the start, and ends at the end.
        last = min(round(end * rate) * channels, len(all_samples))
        first = last - len(samples)
        early = round(start * rate) * channels - first
        self.assertTrue(0 <= early <= 2048 * channels, f"{cut} begins {early / channels} samples early")
        half = len(samples) // 2
        self.assertTrue(samples[half:] == all_samples[first + half:last], f"{cut}: not the samples of {source}")


class CutTest(CutChecks):
    def begin(self):
        """A running isr among whose recordings are files of every format."""
        return self.start(Isr(self.folder, {"beeps": {"type": "test"}}, {"filename_pattern": "{source}-%H%M%S"}))

    def make(self, name, rate, options, seconds=SECONDS):
        folder = self.folder / "recordings"
        folder.mkdir(exist_ok=True)
        channels = [] if "-ac" in options else ["-ac", "2"]
        subprocess.run(["ffmpeg", "-nostdin", "-loglevel", "error", "-f", "lavfi", "-i",
                        f"anoisesrc=duration={seconds}:color=pink:seed=7:sample_rate={rate}:amplitude=0.4", *channels, *options,
                        str(folder / name)], check=True)

    def test_a_cut_of_any_format_is_that_stretch(self):
        for name, (rate, options) in FOREIGN.items():
            self.make(name, rate, options)
        isr = self.begin()
        isr.wait_until_serving()
        for name, (start, end) in itertools.product(FOREIGN, STRETCHES):
            status, headers, body = isr.get(f"/api/cut?file={name}&start={start}&end={end}")
            self.assertEqual(status, 200, f"{name} {start} {end}: {body[:300]}")
            self.assertEqual(int(headers["Content-Length"]), len(body))
            disposition = re.fullmatch(r'attachment; filename="([^"]+)"', headers["Content-Disposition"])[1]
            cut = self.folder / disposition
            cut.write_bytes(body)
            self.check(isr.recordings / name, cut, start, end)
            said = run_isr("cut", isr.recordings / name, str(start), str(end), "-o", self.folder / f"own-{name}")
            self.assertEqual((said.returncode, said.stderr), (EX_OK, ""))
            own = self.folder / f"own-{name}"
            if own.suffix in (".ogg", ".opus", ".oga"):  # each has a serial number of its own
                self.assertEqual(ogg.audio_packets(own.read_bytes()), ogg.audio_packets(body))
            else:
                self.assertEqual(own.read_bytes(), body)
            own.unlink()
        status, headers, body = isr.get("/api/cut?file=a.flac&start=3661.5&end=1")
        self.assertEqual(status, 400)
        status, headers, body = isr.get("/api/cut?file=a.flac&start=1.5&end=2.25", method="HEAD")
        self.assertEqual((status, body), (200, b""))
        self.assertEqual(headers["Content-Disposition"], 'attachment; filename="a_00m01.500s-00m02.250s.flac"')
        self.assertEqual(headers["Content-Type"], "audio/flac")
        self.check_wrong_input(isr)
        self.assertEqual(isr.troubles(), [])

    def check_wrong_input(self, isr):
        self.make("a.m4a", 44100, ["-c:a", "aac"])
        (isr.recordings / "noise.mp3").write_bytes(random.Random(1).randbytes(100_000))
        (isr.recordings / "text.wav").write_bytes(b"no sound at all\n" * 1000)
        (isr.recordings / "empty.flac").write_bytes(b"")
        for query, status, words in (
                ("", 400, "'file' is needed"),
                ("file=a.wav&start=1", 400, "'end' is needed"),
                ("file=a.wav&start=2&end=1", 400, "'end' must be greater"),
                ("file=a.wav&start=1&end=1", 400, "'end' must be greater"),
                ("file=a.wav&start=-1&end=1", 400, "'start' must be a number from 0"),
                ("file=a.wav&start=1:00&end=2:00", 400, "'start' must be a number from 0"),
                ("file=a.wav&start=0&end=nan", 400, "'end' must be a number"),
                ("file=a.wav&start=0&end=1&pre=1", 400, "there is no parameter 'pre'"),
                ("file=a.wav&start=100&end=110", 422, f"lasts only {SECONDS}.000 s"),
                ("file=a.mp3&start=100&end=110", 422, f"lasts only {SECONDS}"),
                ("file=../isr.ini&start=0&end=1", 404, "no recording"),
                ("file=none.wav&start=0&end=1", 404, "no recording"),
                ("file=a.m4a&start=0&end=1", 422, "it is MP4 (M4A); only WAV, FLAC, MP3, AAC (ADTS) and Ogg"),
                ("file=noise.mp3&start=0&end=1", 422, "cannot be cut"),
                ("file=text.wav&start=0&end=1", 422, "cannot be cut"),
                ("file=empty.flac&start=0&end=1", 422, "cannot be cut")):
            answered, _, body = isr.get(f"/api/cut?{query}")
            self.assertEqual(answered, status, query + str(body[:300]))
            self.assertIn(words, json.loads(body)["error"]["message"])

    def test_a_damaged_file_is_cut_where_it_is_whole_or_refused(self):
        for name in ("a.wav", "a.flac", "a.mp3", "a.aac", "a.ogg", "a.opus", "a.oga"):
            rate, options = FOREIGN[name]
            self.make(name, rate, options, 5)
        isr = self.begin()
        isr.wait_until_serving()
        dice = random.Random(5)
        for name in sorted(path.name for path in isr.recordings.glob("a.*")):
            whole = (isr.recordings / name).read_bytes()
            for _ in range(12):
                damaged = bytearray(whole[:dice.randrange(1, len(whole))])
                for _ in range(dice.randrange(1, 40)):
                    at = dice.randrange(0, dice.choice((64, len(damaged))))
                    damaged[min(at, len(damaged) - 1)] = dice.randrange(256)
                (isr.recordings / f"damaged-{name}").write_bytes(damaged)
                status, headers, body = isr.get(f"/api/cut?file=damaged-{name}&start=0.5&end={dice.choice((1, 3, 9))}")
                self.assertIn(status, (200, 422), body[:300])
                self.assertEqual(int(headers["Content-Length"]), len(body))
        self.assertEqual(isr.troubles(), [])

    def slow_cut(self, isr):
        """A cut that is not read on, and its process."""
        client = http.client.HTTPConnection("127.0.0.1", isr.port, timeout=30)
        self.resources.callback(client.close)
        client.request("GET", "/api/cut?file=long.flac&start=1&end=1000")
        answer = client.getresponse()
        self.assertEqual(answer.status, 200)
        answer.read(1000)
        (process,) = isr.workers("print-cut")
        return answer, process

    def test_a_cut_that_nobody_reads_on_or_that_dies_is_gone_alone(self):
        self.make("long.flac", 96000, ["-sample_fmt", "s32", "-bits_per_raw_sample", "24"], 120)
        isr = self.begin()
        isr.wait_until_serving()
        before = sorted(isr.recordings.rglob("*.flac"))
        for number in (signal.SIGKILL, signal.SIGSTOP):
            answer, process = self.slow_cut(isr)
            os.kill(process, number)
            with self.assertRaises((http.client.IncompleteRead, ConnectionError)):
                answer.read()
            self.assertEqual(isr.get("/api/cut?file=long.flac&start=100&end=101")[0], 200)
            wait_for("no process to be left", lambda: not isr.workers("print-cut"), alive=[isr])
        answer, _ = self.slow_cut(isr)
        answer.close()
        wait_for("no process to be left", lambda: not isr.workers("print-cut"), alive=[isr])
        self.assertEqual(sorted(isr.recordings.rglob("*.flac")), before)
        self.assertEqual(recordings.gaps(isr.recordings, "beeps"), [])
        self.assertEqual(isr.troubles(allowed=["cannot read on in '/api/cut'"]), [])


class CutCommandTest(CutChecks):
    def setUp(self):
        super().setUp()
        subprocess.run(["ffmpeg", "-nostdin", "-loglevel", "error", "-f", "lavfi", "-i",
                        "anoisesrc=duration=90:color=pink:seed=7:sample_rate=8000", self.folder / "a.flac"], check=True)

    def cut(self, *words):
        return run_isr("cut", *words, cwd=self.folder)

    def test_times_are_seconds_or_of_a_clock(self):
        self.assertEqual(self.cut("a.flac", "0:01:05.5", "1:07").stdout, "./a_01m05.500s-01m07.000s.flac\n")
        self.check_lossless(self.folder / "a.flac", self.folder / "a_01m05.500s-01m07.000s.flac", 65.5, 67)
        (self.folder / "cuts").mkdir()
        self.assertEqual(self.cut("a.flac", "80", "1000", "-o", "cuts").stdout, "cuts/a_01m20.000s-01m30.000s.flac\n")

    def test_what_is_wrong_is_said_with_a_code_for_scripts(self):
        (self.folder / "there.flac").touch()
        (self.folder / "text.wav").write_text("no sound at all\n" * 1000)
        for words, code, sentence in (
                (["a.flac", "1"], EX_USAGE, "cut needs a file and two times"),
                (["a.flac", "1", "two"], EX_USAGE, "'two' is no time; right are 90, 1:30, 0:01:30.5"),
                (["a.flac", "1:60", "3:00"], EX_USAGE, "'1:60' is no time"),
                (["a.flac", "3", "2"], EX_USAGE, "the end must come after the start"),
                (["a.flac", "100", "101"], EX_DATAERR, "there is no audio at that time; it lasts 90.000 s"),
                (["text.wav", "1", "2"], EX_DATAERR, "text.wav: it is something unknown"),
                (["none.flac", "1", "2"], EX_NOINPUT, "cannot open 'none.flac': No such file"),
                (["cuts/../.", "1", "2"], EX_NOINPUT, ""),
                (["a.flac", "1", "2", "-o", "there.flac"], EX_CANTCREAT, "'there.flac' is there already"),
                (["a.flac", "1", "2", "-o", "none/a.flac"], EX_CANTCREAT, "cannot make 'none/a.flac'")):
            said = self.cut(*words)
            self.assertEqual((said.returncode, said.stdout), (code, ""), said.stderr)
            self.assertIn(sentence, said.stderr)
        self.assertEqual((self.folder / "there.flac").read_bytes(), b"")

    def test_a_full_disk_leaves_nothing_behind(self):
        disks.skip_without_mounts(self.folder)
        disk = disks.SmallDisk(self.folder / "small", self.resources, 1)
        disk.fill(100_000)
        said = self.cut("a.flac", "0", "90", "-o", disk.folder)
        self.assertEqual(said.returncode, EX_CANTCREAT)
        self.assertIn("No space left on device", said.stderr)
        self.assertEqual([path.name for path in disk.folder.iterdir()], ["ballast"])

    def test_memory_does_not_grow_with_the_length(self):
        def peak(start, end):
            out = self.folder / f"out-{start}-{end}.flac"
            process = subprocess.Popen([Isr.EXECUTABLE, "cut", self.folder / "long.flac", start, end, "-o", out], stdout=subprocess.DEVNULL)
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = status
            self.assertEqual(status, 0)
            return usage.ru_maxrss  # kB

        subprocess.run(["ffmpeg", "-nostdin", "-loglevel", "error", "-f", "lavfi", "-i",
                        "anoisesrc=duration=300:sample_rate=48000:amplitude=0.9", "-ac", "2", self.folder / "long.flac"], check=True)
        self.assertLessEqual(peak("0.01", "299.99"), peak("0.01", "2.99") + 2000)


class RecordedTest(CutChecks):
    """Recordings of isr's own, while they grow and afterwards."""

    def begin(self, folder):
        server = StreamServer()
        self.resources.callback(server.stop)
        sources = {"pcm": {"type": "test", "format": "wav"}, "card": {"type": "test", "format": "flac"}}
        sent = {name: (ending, content, arguments) for name, (ending, content, arguments) in CODECS.items()}
        sent["mpeg"] = ("mp3", "mpeg", ["-c:a", "libmp3lame", "-b:a", "128k", "-write_xing", "0", "-id3v2_version", "0"])
        for name, (ending, content, arguments) in sent.items():
            data = encode(folder / f"{name}.{ending}", 60, 7, arguments).read_bytes()
            server.stream("/" + name, [(data, 60)], content_type="audio/" + content)
            sources[name] = {"type": "stream", "url": server.url("/" + name)}
        return self.start(Isr(folder, sources, {"split_minutes": 60, "filename_pattern": "{source}"}))

    def test_a_recording_is_cut_while_it_grows_and_the_same_afterwards(self):
        isr = self.begin(self.folder)
        isr.wait_until_serving()

        def growing():
            return {file["source"]: file for file in isr.get_json("/api/files") if file["recording"]}

        wait_for("all to be long enough", lambda: len(growing()) == 8 and all(
            (file["duration"] or 0) > 14 for file in growing().values()), seconds=60, alive=[isr])
        stretches = ((0.25, 1.5), (8.7, 10.2))  # before the second its track knows places
        cuts = {}
        for source, file in growing().items():
            status, _, body = isr.get(f"/api/cut?file={file['name']}&start=3000&end=3001")
            self.assertEqual(status, 409, body)
            self.assertRegex(json.loads(body)["error"]["message"], r"is still being recorded, and holds \d\d")
            for start, end in stretches:
                status, _, body = isr.get(f"/api/cut?file={file['name']}&start={start}&end={end}")
                self.assertEqual(status, 200, body[:300])
                cuts[file["name"], start, end] = body
        self.assertEqual(isr.stop(), 0, isr.log())
        for (name, start, end), body in cuts.items():
            source = isr.recordings / name
            cut = self.folder / f"cut-{start}-{name}"
            cut.write_bytes(body)
            with self.subTest(name=name, start=start):
                self.check(source, cut, start, end)
                if source.suffix == ".wav":
                    self.check_time(source, cut, start)
        self.assertEqual(isr.troubles(), [])

    def check_time(self, source, cut, start):
        """EBU Tech 3285: TimeReference stands behind 338 bytes of texts."""
        (before,) = struct.unpack_from("<Q", WavFile(source).chunks[b"bext"], 338)
        bext = WavFile(cut).chunks[b"bext"]
        (after,) = struct.unpack_from("<Q", bext, 338)
        rate = WavFile(cut).rate
        day = 86400 * rate
        self.assertEqual(after, (before + round(start * rate)) % day)
        hours, minutes, seconds = map(int, bext[330:338].decode().split(":"))
        self.assertEqual(hours * 3600 + minutes * 60 + seconds, after // rate)


if __name__ == "__main__":
    tap.main()
