"""Files that are being recorded, served as they are at that moment, in every format: whole, with their duration so far."""

import contextlib
import subprocess
import unittest

import adts
import mp3
import ogg
import recordings
import tap
from codecs_sent import CODECS, check_ogg, decode_flac, encode
from harness import Isr, scratch_folder, wait_for
from stream_server import StreamServer
from wav_file import WavFile

SECONDS = 120  # more than the test takes
MP3 = {"cbr": ["-b:a", "128k"], "vbr": ["-q:a", "2"]}
RATE = 48000
# Seconds of a file after which there is sound in it, and after which its track knows places that are on the disk.
FIRST = 5
SYNCED = 12


def duration(path):
    return float(recordings.probe(path)["format"]["duration"])


def decoded_seconds(path):
    """Of the sound that ffmpeg finds in it, complaining about nothing."""
    result = subprocess.run(
        ["ffmpeg", "-nostdin", "-loglevel", "error", "-i", path, "-f", "s16le", "-ac", "1", "-ar", str(RATE), "-"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    if result.returncode != 0 or result.stderr:
        raise AssertionError(f"ffmpeg of {path}: {result.stderr.decode()}")
    return len(result.stdout) / 2 / RATE


class GrowingTest(unittest.TestCase):
    """One run: what is served of each file early, later, and held still; each test looks at one promise about it."""

    @classmethod
    def setUpClass(cls):
        resources = contextlib.ExitStack()
        cls.addClassCleanup(resources.close)
        folder = scratch_folder(resources)
        server = StreamServer()
        resources.callback(server.stop)
        cls.sources = {"pcm": {"type": "test", "format": "wav"}, "card": {"type": "test", "format": "flac"}}
        for name, (ending, content, arguments) in CODECS.items():
            cls.add_stream(server, name, encode(folder / f"{name}.{ending}", SECONDS, 7, arguments), "audio/" + content)
        for name, arguments in MP3.items():
            cls.add_stream(server, name, encode(folder / f"{name}.mp3", SECONDS, 8, [
                "-c:a", "libmp3lame", *arguments, "-write_xing", "0", "-id3v2_version", "0"]), "audio/mpeg")
        cls.isr = Isr(folder, cls.sources, {"split_minutes": 60, "filename_pattern": "{source}"})
        resources.callback(cls.isr.kill)
        cls.isr.wait_until_serving()
        wait_for("all to grow", lambda: len(cls.files()) == len(cls.sources), alive=[cls.isr])
        cls.served = {name: [] for name in cls.sources}  # (copy, headers, ?upto=)
        cls.copy_all(FIRST)
        cls.copy_all(SYNCED)
        cls.copy_all(SYNCED + 8)
        cls.exit_code = cls.isr.stop()

    @classmethod
    def add_stream(cls, server, name, path, content_type):
        server.stream("/" + name, [(path.read_bytes(), SECONDS)], content_type=content_type)
        cls.sources[name] = {"type": "stream", "url": server.url("/" + name)}

    @classmethod
    def files(cls):
        return {file["source"]: file for file in cls.isr.get_json("/api/files") if file["recording"]}

    @classmethod
    def copy_all(cls, seconds):
        wait_for(f"{seconds} s of every file", lambda: all(
            (file["duration"] or 0) >= seconds for file in cls.files().values()), seconds=60, alive=[cls.isr])
        for name, file in cls.files().items():
            status, headers, body = cls.isr.get("/stream/" + file["name"])
            if status != 200:
                raise AssertionError(f"{file}: {status}")
            copy = cls.isr.folder / f"{name}-{seconds}.{file['ext']}"
            copy.write_bytes(body)
            cls.served[name].append((copy, headers, file))

    def for_each(self, check):
        for name, copies in self.served.items():
            for copy, headers, file in copies:
                with self.subTest(copy.name):
                    check(name, copy, headers, file)

    def test_it_ends_well_and_says_nothing_worth_a_warning(self):
        self.assertEqual(self.exit_code, 0, self.isr.log())
        self.assertEqual(self.isr.troubles(), [])

    def test_it_is_never_kept_and_has_no_tag(self):
        def check(_name, _copy, headers, _file):
            self.assertEqual(headers["Cache-Control"], "no-store")
            self.assertIsNone(headers["ETag"])
            self.assertIsNone(headers["Last-Modified"])
        self.for_each(check)

    def test_it_has_almost_all_that_was_there_and_grows(self):
        def check(name, copy, _headers, file):
            # A file of few frames may be no more than a page or a frame short of the list's size.
            self.assertGreaterEqual(copy.stat().st_size, file["size"] - 70000, name)
        self.for_each(check)
        for name, copies in self.served.items():
            sizes = [copy.stat().st_size for copy, _, _ in copies]
            self.assertEqual(sizes, sorted(set(sizes)), name)

    def test_it_tells_its_duration_so_far(self):
        def check(name, copy, _headers, file):
            sound = decoded_seconds(copy)
            if name != "aac":  # which cannot
                self.assertAlmostEqual(duration(copy), sound, delta=0.06)
            self.assertAlmostEqual(sound, file["duration"], delta=4)
        self.for_each(check)

    def test_it_ends_with_its_last_whole_frame(self):
        def check(name, copy, _headers, _file):
            data = copy.read_bytes()
            if name == "pcm":
                WavFile(copy)
            elif name in ("card", "flac", "oggflac"):
                decode_flac(copy)
            elif name == "aac":
                adts.frames(data)
            elif name in MP3:
                mp3.audio_frames(data)
            if copy.suffix in (".ogg", ".oga", ".opus"):
                check_ogg(copy, "opusinfo" if name == "opus" else "ogginfo")
        self.for_each(check)

    def test_an_mp3_file_counts_its_frames(self):
        def check(name, copy, _headers, _file):
            if name in MP3:
                data = copy.read_bytes()
                info = data[:mp3.frame_length(data, 0)]
                at = 4 + 32
                self.assertEqual(info[at:at + 4], b"Info" if name == "cbr" else b"Xing")
                numbers = [int.from_bytes(info[at + 8 + i:at + 12 + i], "big") for i in (0, 4)]
                self.assertEqual(numbers, [len(mp3.audio_frames(data)), len(data)])
                # Where the table says that half of the time is, there it is: within what a step of it is long.
                frames = mp3.audio_frames(data)
                half = len(info) + sum(map(len, frames[:len(frames) // 2]))
                self.assertAlmostEqual(info[at + 16 + 50] / 256, half / len(data), delta=0.02)
        self.for_each(check)

    def test_what_was_served_stays_what_is_recorded(self):
        def check(name, copy, _headers, file):
            finished = self.isr.recordings / file["name"]
            if name == "pcm":
                self.assertTrue(WavFile(finished).pcm.startswith(WavFile(copy).pcm))
            elif name in ("card", "flac", "oggflac"):
                self.assertTrue(decode_flac(finished).startswith(decode_flac(copy)))
            else:
                units = {"aac": adts.frames, "cbr": mp3.audio_frames, "vbr": mp3.audio_frames}.get(name, ogg.audio_packets)
                served = units(copy.read_bytes())
                self.assertEqual(units(finished.read_bytes())[:len(served)], served)
        self.for_each(check)


def without_table(data):
    """An MP3 file but for the table of contents in its info frame: that is the better, the more the track knows."""
    at = data[:1000].find(b"Xing")
    return data if at < 0 else data[:at + 16] + data[at + 116:]


class HeldStillTest(unittest.TestCase):
    """A player asks piece by piece, for a file of the size that it had at first."""

    def test_pieces_of_it_make_the_whole_while_it_grows(self):
        with contextlib.ExitStack() as resources:
            folder = scratch_folder(resources)
            server = StreamServer()
            resources.callback(server.stop)
            path = encode(folder / "sent.mp3", 60, 9, ["-c:a", "libmp3lame", "-q:a", "2", "-write_xing", "0"])
            server.stream("/radio", [(path.read_bytes(), 60)])
            isr = Isr(folder, {"radio": {"type": "stream", "url": server.url("/radio")},
                               "card": {"type": "test", "format": "flac"}, "pcm": {"type": "test", "format": "wav"}})
            resources.callback(isr.kill)
            isr.wait_until_serving()

            def growing():
                files = [file for file in isr.get_json("/api/files") if file["recording"] and file["size"] > 100_000]
                return len(files) == 3 and files

            for file in wait_for("100 kB of each file", growing, alive=[isr]):
                with self.subTest(file["source"]):
                    self.check(isr, f"/stream/{file['name']}?upto={file['size']}", file)
            self.assertEqual(isr.stop(), 0)
            self.assertEqual(isr.troubles(), [])

    def check(self, isr, path, file):
        status, headers, whole = isr.get(path)
        self.assertEqual(status, 200)
        self.assertLessEqual(len(whole), file["size"])
        wait_for("the file to grow", lambda: any(
            now["name"] == file["name"] and now["size"] > file["size"] + 50_000
            for now in isr.get_json("/api/files")), alive=[isr])
        self.assertEqual(isr.get(path, method="HEAD")[1]["Content-Length"], str(len(whole)))
        joined = b""
        while len(joined) < len(whole):
            last = min(len(joined) + 33_333, len(whole)) - 1
            status, headers, piece = isr.get(path, {"Range": f"bytes={len(joined)}-{last}"})
            self.assertEqual(status, 206)
            self.assertEqual(headers["Content-Range"], f"bytes {len(joined)}-{last}/{len(whole)}")
            joined += piece
        self.assertTrue(without_table(joined) == without_table(whole), "the pieces are not of one file")
        self.assertEqual(isr.get(path, {"Range": "bytes=-10"})[2], whole[-10:])
        status, headers, _ = isr.get(path, {"Range": f"bytes={len(whole)}-"})
        self.assertEqual((status, headers["Content-Range"]), (416, f"bytes */{len(whole)}"))
        status, headers, body = isr.get(path.replace("/stream/", "/download/"))
        self.assertEqual((status, without_table(body) == without_table(whole)), (200, True))
        self.assertIn("attachment", headers["Content-Disposition"])


if __name__ == "__main__":
    tap.main()
