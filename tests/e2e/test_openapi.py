"""data/openapi.yaml tells the truth about a running isr, and all of it."""

import contextlib
import itertools
import os
import re
import signal
import subprocess
import threading
import time
import unittest
import urllib.parse
from pathlib import Path

import mp3
import openapi
import tap
from harness import Isr, scratch_folder, wait_for
from stream_server import StreamServer

SECONDS = 120
BYTES_PER_SECOND = 16000
META_INTERVAL = 4000  # bytes of audio between two titles
CONNECTION_PIECES = 12
TONE = ("anoisesrc=duration=30:amplitude=0.003:sample_rate=48000:seed=1[noise];"
        "sine=1000:duration=30:sample_rate=48000,volume='if(between(t,20,20.99),0.3,0)':eval=frame[tone];"
        "[noise][tone]amix=inputs=2:normalize=0")

OFFER = "\r\n".join((
    "v=0", "m=audio 9 UDP/TLS/RTP/SAVPF 111", "a=rtpmap:111 opus/48000/2", "a=ice-ufrag:abcd",
    "a=ice-pwd:abcdefghijklmnopqrstuvwx", "a=fingerprint:sha-256 " + ":".join(["AA"] * 32), "a=recvonly", "a=rtcp-mux", ""))

# What every route may refuse, whatever it is.
COMMON = "default"
HANGING = "504"  # has a test of its own
# Fields that need more than this test has.
SHOWN_ELSEWHERE = {
    f"analyze 200: .gaps[]{field}": "test_xrun.py" for field in ("", ".at", ".missing", ".cause")}


def quoted(name):
    return urllib.parse.quote(name, safe="")


class Requests:
    """By operation: [(path, header fields, body)], all that together provokes what is described."""

    def __init__(self, test):
        isr = self.isr = test.isr
        page = isr.get("/api/files?limit=1")[1]["Link"]
        after = urllib.parse.parse_qs(urllib.parse.urlsplit(page[1:page.index(">")]).query)["after"][0]
        growing = isr.status()["beeps"]["file"]
        day = isr.get_json("/api/days")[0]["day"]
        tag = isr.get("/stream/tone.wav", method="HEAD")[1]["ETag"]
        sdp = {"Content-Type": "application/sdp"}
        description = [openapi.json.dumps({"sdp": text, "type": "offer"}).encode() for text in (OFFER, "v=0")]
        played = [("tone.wav", {}), (f"{growing}?upto=20000", {}), ("tone.wav", {"Range": "bytes=0-9"}),
                  ("tone.wav", {"If-None-Match": tag}), ("none.wav", {}), ("tone.wav?upto=x", {}),
                  ("tone.wav", {"Range": "bytes=99999999-"})]
        self.by_operation = {
            "listFiles": [
                "/api/files", f"/api/files?limit=1&after={quoted(after)}", f"/api/files?q=A%20SONG&day={day}",
                "/api/files?from=2020-01-01&to=2040-01-01&source=beeps&q=ee&starred=0",
                "/api/files?from=yesterday"],
            "listDays": ["/api/days"],
            "analyze": [
                "/api/analyze?file=tone.wav&margin=12&min_gap=2&from=1&to=29&points=100", f"/api/analyze?file={growing}",
                f"/api/analyze?file={test.titled()}", "/api/analyze?file=none.wav", "/api/analyze?file=text.wav", "/api/analyze?file=tone.wav&from=2&to=1"],
            "highlights": [f"/api/highlights?day={day}&margin=12&min_gap=2", "/api/highlights?day=today"],
            "clip": ["/api/clip?file=tone.wav&start=1&end=2&pre=1", "/api/clip?file=tone.wav&start=2&end=1",
                     "/api/clip?file=none.wav&start=1&end=2", "/api/clip?file=text.wav&start=1&end=2"],
            "cut": ["/api/cut?file=tone.wav&start=1&end=2", "/api/cut?file=tone.wav&start=2&end=1", "/api/cut?file=none.wav&start=1&end=2",
                    f"/api/cut?file={growing}&start=900000&end=900001", "/api/cut?file=text.wav&start=1&end=2"],
            "listMarks": ["/api/marks?file=tone.wav", f"/api/marks?day={test.tone_day()}", "/api/marks?file=none.wav", "/api/marks"],
            "putMark": [("/api/marks/tone.wav?start=20&end=21", {}, b'{"starred": true, "label": "tone", "note": "loud"}'),
                        ("/api/marks/tone.wav?start=20&end=21", {}, b'{"version": 99}'),
                        ("/api/marks/none.wav?start=20&end=21", {}, b"{}"), "/api/marks/tone.wav?start=20&end=21"],
            "deleteMark": ["/api/marks/tone.wav?start=20&end=21", "/api/marks/none.wav?start=20&end=21", "/api/marks/tone.wav"],
            "putReviewed": ["/api/reviewed/tone.wav", "/api/reviewed/none.wav"],
            "deleteReviewed": ["/api/reviewed/tone.wav", "/api/reviewed/none.wav"],
            "saveReplay": [("/api/replay", {}, body) for body in (
                b'{"source": "radio", "seconds": 3600}', b'{"source": "all", "post": 0, "label": "partly"}', b"{}",
                b'{"source": "none"}', b'{"source": "beeps", "seconds": 1e-9}', b'{"source": "beeps", "label": "taken"}')],
            "listen": [("/whep/beeps?codec=opus&bitrate=64000&stereo=0", sdp, OFFER.encode()), ("/whep/none", sdp, OFFER.encode()),
                       ("/whep/beeps?codec=g722", sdp, OFFER.encode()), ("/whep/beeps", {}, b"v=0"),
                       ("/whep/beeps", sdp, b"v=0")],
            "stopListening": ["/whep/beeps/none"],
            "listenOptions": ["/whep/beeps"],
            "offer": [("/offer?source=beeps&codec=opus&bitrate=64000&stereo=0", {}, description[0]), ("/offer?source=none", {}, description[0]),
                      ("/offer?codec=g722", {}, description[0]), ("/offer", {}, description[1])],
            "listSaves": ["/api/replay"],
            "saved": [(f"/saved/{path}", headers) for path, headers in (
                ("tone.wav", {}), ("tone.wav", {"Range": "bytes=0-9"}), ("tone.wav", {"Range": "bytes=99999999-"}),
                ("tone.wav", {"If-None-Match": isr.get("/saved/tone.wav", method="HEAD")[1]["ETag"]}),
                ("none.wav", {}))],
            "getConfig": ["/api/config"],
            "getStorage": ["/api/storage"],
            "getStatus": ["/api/status"],
            "listSources": ["/api/sources"],
            "events": [("/api/events?levels=1&source=beeps&after=x", {"Last-Event-ID": "x"}), "/api/events?levels=11"],
            "stream": [(f"/stream/{path}", headers) for path, headers in played],
            "download": [(f"/download/{path}", headers) for path, headers in played],
            "getPage": ["/", "/app.css", "/icon.svg", "/none.html"],
            "deleteFile": [f"/api/files/{growing}", "/api/files/none.wav", "/api/files/to_delete.wav"],
        }

    def of(self, operation):
        if operation.id == "stopListening":  # one that nobody hears is soon over
            offer = ("/whep/beeps", {"Content-Type": "application/sdp"}, "POST", OFFER.encode())
            yield self.isr.get(*offer)[1]["Location"], {}, None
        for request in self.by_operation[operation.id]:
            path, headers, body = ((request, {}, None) if isinstance(request, str) else (*request, None))[:3]
            yield path, headers, body
        if not operation.path.startswith("/{"):
            path = self.by_operation[operation.id][0]
            path = path[0] if not isinstance(path, str) else path
            yield f"{path.partition('?')[0]}?no_such_parameter=1", {}, None


class OpenApiTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        resources = contextlib.ExitStack()
        cls.addClassCleanup(resources.close)
        folder = scratch_folder(resources)
        cls.document = openapi.Document()
        server = StreamServer()
        resources.callback(server.stop)
        mp3.make_noise(folder / "noise.mp3", SECONDS, seed=1)
        noise = (folder / "noise.mp3").read_bytes()
        audio = iter(noise[at:at + META_INTERVAL] for at in range(0, len(noise), META_INTERVAL))
        server.routes["/live.mp3"] = lambda request: cls.send_titled(audio, request)
        recordings = folder / "recordings"
        recordings.mkdir()
        subprocess.run(["ffmpeg", "-nostdin", "-loglevel", "error", "-filter_complex", TONE, recordings / "tone.wav"], check=True)
        (recordings / "to_hold.wav").write_bytes((recordings / "tone.wav").read_bytes())
        (recordings / "to_delete.wav").write_bytes((recordings / "tone.wav").read_bytes())
        (recordings / "text.wav").write_text("no audio")
        saves = folder / "saves"
        (saves / "partly").mkdir(parents=True)
        for path in ("taken", "partly/radio"):
            (saves / path).write_text("no folder")
        (saves / "tone.wav").write_bytes((recordings / "tone.wav").read_bytes())
        replay = {"directory": saves, "template": "%(label|x)s/%(source)s/%(counter)d.%(ext)s"}
        cls.isr = Isr(folder, {"replay": replay, "beeps": {"type": "test"},
                             "desk": {"type": "pulse", "record": "no", "replay_seconds": 5}, "radio": {"type": "stream", "url": server.url("/live.mp3")}},
                      {"retry_delay_seconds": 0.5, "split_minutes": 1440})
        resources.callback(cls.isr.kill)
        subprocess.run([Isr.EXECUTABLE, "analyze", recordings / "tone.wav"], check=True, stdout=subprocess.DEVNULL)
        cls.isr.wait_until_serving()
        wait_for("a second of beeps", lambda: cls.isr.status().get("beeps", {}).get("frames", 0) > 48000, alive=[cls.isr])
        wait_for("a title", lambda: cls.titled(), alive=[cls.isr])
        wait_for("a gap", lambda: cls.day()["gaps"], 30, alive=[cls.isr])
        wait_for("a section", lambda: cls.day()["sections"], alive=[cls.isr])
        cls.isr.get("/api/marks/tone.wav?start=1&end=2", method="PUT", body=b'{"label": "begin"}')
        cls.requests = Requests(cls)

    @classmethod
    def send_titled(cls, audio, request):
        """As fast as it plays, with a title. The connection ends after some seconds; the next one goes on later."""
        request.send_response(200)
        request.send_header("Content-Type", "audio/mpeg")
        request.send_header("icy-metaint", str(META_INTERVAL))
        request.end_headers()
        title = b"StreamTitle='A song';".ljust(32, b"\0")
        with contextlib.suppress(OSError):
            for piece in itertools.islice(audio, CONNECTION_PIECES):
                request.wfile.write(piece + bytes([len(title) // 16]) + title)
                time.sleep(META_INTERVAL / BYTES_PER_SECOND)

    @classmethod
    def day(cls):
        return cls.isr.get_json(f"/api/highlights?day={cls.isr.get_json('/api/days')[0]['day']}")

    @classmethod
    def titled(cls):
        """A recording of the radio that has a title."""
        names = [file["name"] for file in cls.isr.get_json("/api/files?source=radio")]
        return next((name for name in names if cls.isr.get_json(f"/api/analyze?file={name}")["titles"]), None)

    @classmethod
    def tone_day(cls):
        return next(file["date"][:10] for file in cls.isr.get_json("/api/files") if file["name"] == "tone.wav")

    def ask(self, operation, path, headers, sent=None):
        status, answered, body = self.isr.get(path, headers, operation.method, sent)
        media_type = answered.get("Content-Type", "").partition(";")[0]
        try:
            operation.check(status, media_type, body)
        except Exception as error:
            raise AssertionError(f"{operation.method} {path}: {error}") from error
        return status, body

    def test_what_is_described_is_what_is_routed(self):
        routed = subprocess.run([Path(os.environ["ISR_BUILD_DIR"]) / "tests" / "unit" / "list_routes"],
                                stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()
        described = [f"{one.method} {re.sub('{.*', '', one.path)}" for one in self.document.operations.values()]
        self.assertEqual(sorted(described), sorted(routed))

    def test_every_answer_is_as_described_and_everything_described_is_answered(self):
        self.assertEqual(set(self.requests.by_operation), set(self.document.operations))
        for operation in self.document.operations.values():
            statuses = set()
            used = set()
            for path, headers, body in self.requests.of(operation):
                status, _ = self.ask(operation, path, headers, body)
                statuses.add(str(status))
                if status < 400:
                    used |= set(urllib.parse.parse_qs(urllib.parse.urlsplit(path).query)) | set(headers)
            with self.subTest(operation.id):
                self.assertEqual(statuses, set(operation.responses) - {COMMON, HANGING})
                missing = {one["name"] for one in operation.parameters if one["in"] in ("query", "header")} - used
                self.assertEqual(missing, set(), "parameters that nothing used")
        unseen = set(self.document.described_fields()) - self.document.seen - set(SHOWN_ELSEWHERE)
        self.assertEqual(unseen, set(), "fields that no answer had")

    def test_the_parameters_are_those_that_a_refusal_names(self):
        for operation in self.document.operations.values():
            if operation.path.startswith("/{"):
                continue
            path = re.sub("{.*", "tone.wav", operation.path)
            status, _, body = self.isr.get(f"{path}?no_such_parameter=1", method=operation.method)
            self.assertEqual(status, 400, path)
            message = openapi.json.loads(body)["error"]["message"]
            listed = message.partition("; there are ")[2]
            self.assertEqual(set(filter(None, listed.split(", "))), set(operation.query), f"{path}: {message}")

    def test_numbers_are_taken_from_the_least_to_the_most_that_is_described(self):
        for operation in self.document.operations.values():
            first = next(path for path, _, _ in self.requests.of(operation))
            base, _, query = first.partition("?")
            given = dict(urllib.parse.parse_qsl(query))
            for name, schema in operation.query.items():
                for limit, step in (("minimum", -1), ("maximum", 1)):
                    if limit not in schema:
                        continue
                    ask = lambda value: self.isr.get(  # noqa: E731
                        f"{base}?{urllib.parse.urlencode({**given, name: value})}", method=operation.method)
                    status, _, body = ask(schema[limit] + step)
                    self.assertEqual(status, 400, f"{operation.id} {name}")
                    self.assertIn(f"'{name}' must be a number", openapi.json.loads(body)["error"]["message"])
                    status, _, body = ask(schema[limit])
                    complaint = openapi.json.loads(body)["error"]["message"] if status == 400 else ""
                    self.assertNotIn("must be a number", complaint, f"{operation.id} {name}={schema[limit]}")

    def test_head_is_answered_like_get(self):
        for operation in self.document.operations.values():
            if operation.method != "GET":
                continue
            path, headers, _ = next(iter(self.requests.of(operation)))
            status, answered, body = self.isr.get(path, headers, "HEAD")
            self.assertEqual((status, body), (200, b""), path)
            self.assertTrue(answered["Content-Type"], path)

    def test_another_method_is_refused_as_described(self):
        by_route = itertools.groupby(sorted(self.document.operations.values(), key=lambda one: one.path), key=lambda one: one.path)
        for path, operations in by_route:
            operations = list(operations)
            here = re.sub("{.*", "tone.wav", path)
            for method in {"GET", "PUT", "POST", "DELETE"} - {one.method for one in operations}:
                status, answered, body = self.isr.get(here, method=method)
                self.assertEqual(status, 405, f"{method} {here}")
                operations[0].check(status, answered["Content-Type"], body)

    def children(self, word):
        for task in Path(f"/proc/{self.isr.process.pid}/task").iterdir():
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                for child in (task / "children").read_text().split():
                    if word in Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0"):
                        yield int(child)

    def hold(self, word, done):
        """Stops every decoder as soon as it is there."""
        while not done.is_set():
            for child in self.children(word):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(child, signal.SIGSTOP)

    def test_a_decoder_that_hangs_is_said_to_do_so(self):
        requests = {"clip": (b"clip", "/api/clip?file=tone.wav&start=1&end=2"),
                    "cut": (b"print-cut", "/api/cut?file=tone.wav&start=1&end=2"),
                    "analyze": (b"measure", "/api/analyze?file=to_hold.wav")}
        self.assertEqual(set(requests), {one.id for one in self.document.operations.values() if HANGING in one.responses})
        for name, (word, path) in requests.items():
            done = threading.Event()
            holder = threading.Thread(target=self.hold, args=(word, done))
            holder.start()
            try:
                # One that was faster than we is not held: another one.
                status = wait_for(f"504 from {name}", lambda: self.ask(self.document.operations[name], path, {})[0] == 504,
                                  60, alive=[self.isr])
            finally:
                done.set()
                holder.join()
            self.assertTrue(status)


if __name__ == "__main__":
    tap.main()
