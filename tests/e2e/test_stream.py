"""How a stream is found: playlists, redirects, logins; and what is said where there is none."""

import base64

import subprocess

import mp3
import recordings
import tap
from harness import Isr, TestCase, free_port, wait_for
from stream_server import StreamServer, send_in_real_time


def adts_payloads(data):
    """The AAC frames in ADTS (ISO/IEC 13818-7, 6.2) without their headers."""
    payloads = []
    at = 0
    while at < len(data):
        length = (data[at + 3] & 3) << 11 | data[at + 4] << 3 | data[at + 5] >> 5
        payloads.append(data[at + (7 if data[at + 1] & 1 else 9):at + length])
        at += length
    return payloads


LOGIN = ("me", "se:cret#1")


class StreamTest(TestCase):
    def setUp(self):
        super().setUp()
        mp3.make_noise(self.folder / "noise.mp3", 5, seed=1)
        self.audio = [((self.folder / "noise.mp3").read_bytes(), 5)]
        self.server = self.serve()

    def serve(self):
        server = StreamServer()
        self.resources.callback(server.stop)
        server.stream("/live.mp3", self.audio)
        return server

    def record(self, urls, **keys):
        """An isr with a source for each url. `keys`: more of every source."""
        return self.start(Isr(self.folder, {
            name: {"type": "stream", "url": url, **keys} for name, url in urls.items()},
            {"retry_delay_seconds": 0.2}))

    def wait_until_all_record(self, isr, names):
        wait_for(f"{', '.join(names)} to record", lambda: all(
            isr.status().get(name, {}).get("state") == "recording" for name in names), alive=[isr])

    def test_playlists_stand_for_the_first_stream_that_they_name(self):
        other = self.serve()
        urls = {}

        def playlist(name, path, content_type, body):
            self.server.text(path, content_type, body)
            urls[name] = self.server.url(path)

        playlist("m3u", "/a/list.m3u", "audio/x-mpegurl", "#EXTM3U\n#EXTINF:-1,Radio\n../live.mp3\n")
        playlist("bare", "/bare.m3u", "audio/x-mpegurl; charset=utf-8", "/live.mp3\r\n")
        playlist("pls", "/list.pls", "audio/x-scpls",
                 f"[playlist]\nNumberOfEntries=2\nFile2=http://127.0.0.1:1/\nFile1={other.url('/live.mp3')}\n")
        playlist("m3u8", "/list.m3u8", "application/vnd.apple.mpegurl", f"#EXTM3U\n{other.url('/live.mp3')}\n")
        playlist("untyped", "/listen", None, f"#EXTM3U\n\n{self.server.url('/live.mp3')}\n")
        playlist("nested", "/nested.m3u", "audio/x-mpegurl", "file:///etc/passwd\na/list.m3u\n")
        self.server.redirect("/moved.m3u", "/a/list.m3u")
        urls["moved"] = self.server.url("/moved.m3u")

        isr = self.record(urls)

        self.wait_until_all_record(isr, urls)
        self.assertEqual(isr.stop(), 0, isr.log())
        for name in urls:
            self.assertTrue(any(name in line and ".mp3" in line for line in isr.log().splitlines()), name)

    def test_a_stream_in_small_chunks_is_recorded_as_fast_as_it_comes(self):
        data, seconds = self.audio[0]

        class Chunks:
            """Writes each piece as a chunk (RFC 9112, 7.1)."""

            def __init__(self, file):
                self.file = file

            def write(self, piece):
                if piece:
                    self.file.write(b"%x\r\n%s\r\n" % (len(piece), piece))

        def answer(request):
            request.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: audio/mpeg\r\nTransfer-Encoding: chunked\r\n\r\n")
            send_in_real_time(Chunks(request.wfile), [(data, seconds)])

        self.server.routes["/chunks.mp3"] = answer
        isr = self.record({"whole": self.server.url("/live.mp3"), "chunks": self.server.url("/chunks.mp3")})

        def frames(name):
            return isr.status().get(name, {}).get("frames", 0)

        wait_for("eight seconds of a stream", lambda: frames("whole") > 8 * 44100, alive=[isr])
        self.assertGreater(frames("chunks"), 5 * 44100)
        self.assertEqual(isr.stop(), 0, isr.log())

    def test_a_login_goes_to_its_own_host_and_nowhere_else(self):
        other = self.serve()
        self.server.stream("/private.mp3", self.audio, login=LOGIN)
        other.stream("/private.mp3", self.audio, login=LOGIN)
        self.server.redirect("/away.mp3", other.url("/private.mp3"))
        isr = self.record({"private": self.server.url("/private.mp3"), "away": self.server.url("/away.mp3")},
                          username=LOGIN[0], password=LOGIN[1])

        isr.wait_for_state("private", "recording")
        wait_for("the other host to be asked", lambda: len(other.requests) > 1, alive=[isr])

        self.assertEqual(isr.stop(), 0, isr.log())
        self.assertEqual([headers for _, headers in other.requests if "Authorization" in headers], [])
        log = isr.log() + (self.folder / "isr.log").read_text()
        for secret in (LOGIN[1], base64.b64encode(":".join(LOGIN).encode()).decode()):
            self.assertNotIn(secret, log)

    def test_what_is_wrong_with_an_address_is_said_in_plain_words(self):
        self.server.stream("/private.mp3", self.audio, login=LOGIN)
        self.server.redirect("/round", "/round")
        self.server.text("/page", "text/html", "<!doctype html><title>Radio</title>")
        self.server.text("/empty.pls", "audio/x-scpls", "[playlist]\nNumberOfEntries=0\n")
        self.server.text("/self.m3u", "audio/x-mpegurl", "self.m3u\n")
        url = self.server.url
        closed = free_port()
        expected = {
            "refused": (f"http://127.0.0.1:{closed}/", f"nobody listens on port {closed} of '127.0.0.1'"),
            "unknown": ("http://radio.invalid/", "no address is known for 'radio.invalid'"),
            "missing": (url("/nothing.mp3"), "the server has no such stream (404)"),
            "private": (url("/private.mp3"), "the server wants a user name and a password (401)"),
            "round": (url("/round"), "the server sends us from one address to the next without an end"),
            "page": (url("/page"), "what comes is a web page, which cannot be recorded"),
            "empty": (url("/empty.pls"), "the playlist names no stream"),
            "self": (url("/self.m3u"), "a playlist names a playlist, and so on without an end"),
        }

        isr = self.record({name: address for name, (address, _) in expected.items()})

        def said():
            return {name: source["message"] for name, source in isr.status().items()
                    if source["state"] == "waiting"}

        heard = {}
        wait_for("every source to have failed", lambda: heard.update(said()) or len(heard) == len(expected),
                 alive=[isr])
        self.assertEqual(isr.stop(), 0, isr.log())
        for name, (_, sentence) in expected.items():
            self.assertIn(sentence.lower(), heard[name].lower(), name)

    def test_another_format_begins_a_file_and_nothing_is_lost(self):
        """The same stream with another rate, half way: the server sends both halves again and again."""
        def encode(name, rate, channels, *arguments):
            path = self.folder / name
            subprocess.run(
                ["ffmpeg", "-nostdin", "-loglevel", "error", "-f", "lavfi",
                 "-i", f"anoisesrc=duration=4:seed={rate}:sample_rate={rate}:amplitude=0.3", "-ac", str(channels),
                 *arguments, str(path)], check=True)
            return path

        halves = {
            "mp3": [encode(f"{rate}.mp3", rate, channels, "-b:a", "128k", "-write_xing", "0", "-id3v2_version", "0")
                    for rate, channels in ((44100, 2), (48000, 1))],
            "ogg": [encode(f"{rate}.ogg", rate, channels, "-c:a", "libvorbis", "-b:a", "128k")
                    for rate, channels in ((44100, 2), (48000, 1))],
            "flac": [encode(f"{rate}.flac", rate, 1, "-sample_fmt", "s16") for rate in (22050, 32000)],
        }
        for name, files in halves.items():
            self.server.stream(f"/{name}", [(file.read_bytes(), 4) for file in files])
        isr = self.record({name: self.server.url(f"/{name}") for name in halves})
        self.wait_until_all_record(isr, halves)
        isr.wait_until_serving()

        def whole(name):
            return [recording for recording in recordings.of_source(isr.recordings, name)
                    if recording.ended == "format-change"]

        wait_for("three whole files of each", lambda: all(len(whole(name)) > 2 for name in halves),
                 seconds=30, alive=[isr])
        self.assertEqual(isr.stop(), 0, isr.log())
        self.assertEqual(isr.troubles(), [])
        for name in halves:
            self.assertEqual(recordings.gaps(isr.recordings, name), [])
            files = whole(name)
            for this, following in zip(files, files[1:]):
                self.assertEqual(following.began, "format-change", following)
                self.assertNotEqual(this.rate, following.rate)
                # The server sends bytes evenly, which audio of a variable bit rate is not.
                self.assertLess(following.start_us - this.end_us, 400_000, f"{this} {following}")
                # When the first audio came, all of it may have come late: what follows is placed better.
                if this.began != "start":
                    self.assertGreater(following.start_us - this.end_us, -400_000, f"{this} {following}")
            for recording in files[1:]:
                self.assertAlmostEqual(recording.duration, 4, delta=0.06, msg=recording)
                stream, = recordings.probe(recording.path)["streams"]
                self.assertEqual(int(stream["sample_rate"]), recording.rate)

    def test_hls_audio_is_copied_from_any_kind_of_segment(self):
        sent = self.folder / "sent.aac"
        subprocess.run(
            ["ffmpeg", "-nostdin", "-loglevel", "error", "-f", "lavfi", "-i",
             "anoisesrc=duration=40:seed=1:amplitude=0.3", "-ac", "2", "-codec:a", "aac", "-b:a", "96k", str(sent)],
            check=True)
        kinds = {"mpegts": [], "fmp4": ["-bsf:a", "aac_adtstoasc", "-hls_segment_type", "fmp4"]}
        for kind, options in kinds.items():
            folder = self.folder / kind
            folder.mkdir()
            subprocess.run(
                ["ffmpeg", "-nostdin", "-loglevel", "error", "-i", str(sent), "-codec", "copy", "-f", "hls",
                 "-hls_time", "2", "-hls_list_size", "0", *options, str(folder / "all.m3u8")],
                check=True, cwd=folder)
            self.server.folder(f"/{kind}", folder)
            self.server.live_playlist(f"/{kind}/live.m3u8", folder / "all.m3u8", seconds=2)
        isr = self.start(Isr(self.folder, {kind: {"type": "stream", "url": self.server.url(f"/{kind}/live.m3u8")}
                                           for kind in kinds}, {"split_minutes": 0.05}))
        self.wait_until_all_record(isr, kinds)
        wait_for("three files of each", lambda: all(
            len(recordings.of_source(isr.recordings, kind)) > 3 for kind in kinds), seconds=30, alive=[isr])
        self.assertEqual(isr.stop(), 0, isr.log())
        self.assertEqual(isr.troubles(), [])
        all_sent = adts_payloads(sent.read_bytes())
        for kind in kinds:
            got = [payload for recording in recordings.of_source(isr.recordings, kind)
                   for payload in adts_payloads(recording.path.read_bytes())]
            begin = all_sent.index(got[0])
            self.assertGreater(len(got), 200, kind)
            self.assertEqual(got, all_sent[begin:begin + len(got)], kind)

    def test_wrong_password_is_said(self):
        self.server.stream("/private.mp3", self.audio, login=LOGIN)
        isr = self.record({"private": self.server.url("/private.mp3")}, username="me", password="wrong")
        wait_for("the refusal", lambda: "refuses this user name and password" in
                 isr.status().get("private", {}).get("message", ""), alive=[isr])
        self.assertEqual(isr.stop(), 0, isr.log())


if __name__ == "__main__":
    tap.main()
