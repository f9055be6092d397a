"""Listening live over WebRTC, with an implementation of it that is not ours."""

import contextlib
import json
import re
import signal
import subprocess
import threading
from pathlib import Path

import tap
from harness import Isr, TestCase, scratch_folder, wait_for
from stream_server import StreamServer

SINE = {"type": "test", "wave": "sine"}
SINE_RMS = -15.05  # dBFS of a sine with an amplitude of 0.25
# Left and right told apart, and what they measure.
STEREO = "sine=440:duration={0}:sample_rate=48000[l];sine=1000:duration={0}:sample_rate=48000,volume=-12dB[r];[l][r]join=inputs=2"
STEREO_HERTZ = (440, 1000)
STEREO_RMS = (-21.1, -33.1)
STREAMS = {"mp3": ("audio/mpeg", ["-c:a", "libmp3lame", "-b:a", "128k"]),
           "opus": ("application/ogg", ["-c:a", "libopus", "-b:a", "96k", "-f", "ogg"])}
STREAM_SECONDS = 90
MOST = 5  # listeners
CLIENT = Path(__file__).with_name("whep_client.py")


class Client:
    """whep_client.py, and what it has said."""

    def __init__(self, isr, path, *options):
        self.process = subprocess.Popen(
            ["/usr/bin/python3", CLIENT, f"http://127.0.0.1:{isr.port}{path}", *options],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.heard = []
        self.answer = None
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for line in self.process.stdout:
            said = json.loads(line)
            if "sdp" in said:
                self.answer = said
            else:
                self.heard.append(said)

    def wait_for_answer(self):
        wait_for("an answer", lambda: self.answer or self.process.poll() is not None, 60)
        return self.answer

    def wait_for_tone(self, hertz=(440, 440), rms=(SINE_RMS, SINE_RMS)):
        def is_tone(piece):
            return all(abs(one - wanted) < 20 for one, wanted in zip(piece["hertz"], hertz)) and \
                all(abs(one - wanted) < 1 for one, wanted in zip(piece["rms"], rms))
        self.wait_for_answer()
        return wait_for("the tone", lambda: next(filter(is_tone, self.heard[:]), None), 60)

    def leave(self):
        self.process.stdin.close()
        self.process.wait(20)

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.reader.join()
        for pipe in (self.process.stdin, self.process.stdout):
            pipe.close()


class Whep(TestCase):
    @classmethod
    def setUpClass(cls):
        resources = contextlib.ExitStack()
        cls.addClassCleanup(resources.close)
        folder = scratch_folder(resources)
        server = StreamServer()
        resources.callback(server.stop)
        sources = {"tone": SINE, "the garden (pond)": SINE}
        for name, (content_type, arguments) in STREAMS.items():
            path = folder / name
            subprocess.run(["ffmpeg", "-nostdin", "-loglevel", "error", "-filter_complex", STEREO.format(STREAM_SECONDS),
                            *arguments, *(["-f", "mp3"] if name == "mp3" else []), path], check=True)
            server.stream(f"/{name}", [(path.read_bytes(), STREAM_SECONDS)], content_type=content_type)
            sources[name] = {"type": "stream", "url": server.url(f"/{name}")}
        sources["live"] = {"max_listeners": MOST, "opus_cbr": "yes", "opus_max_average_bitrate": 128000}
        cls.isr = Isr(folder, sources)
        resources.callback(cls.isr.kill)
        cls.isr.wait_for_state("tone", "recording")
        cls.isr.wait_until_serving()

    def listen(self, path="/whep/tone", *options):
        client = Client(self.isr, path, *options)
        self.addCleanup(self.drop, client)
        return client

    def drop(self, client):
        client.kill()
        if client.answer and client.answer["location"]:
            self.isr.get(client.answer["location"], method="DELETE")

    def live(self):
        """The process id of isr-live."""
        [found] = self.isr.workers("isr-live")
        return found

    def threads(self):
        return len(list(Path(f"/proc/{self.live()}/task").iterdir()))

    def post(self, body, path="/whep/tone", kind="application/sdp"):
        return self.isr.get(path, {"Content-Type": kind}, "POST", body)

    def test_a_listener_hears_the_source_as_loud_as_it_is(self):
        client = self.listen()
        self.assertEqual(client.wait_for_answer()["status"], 201)
        self.assertRegex(client.answer["location"], r"^/whep/tone/[0-9a-f]{24}$")
        self.assertIn("a=sendonly", client.answer["sdp"])
        self.assertIn("maxaveragebitrate=96000", client.answer["sdp"])
        self.assertIn("b=AS:112", client.answer["sdp"])
        self.assertEqual(len(client.wait_for_tone()["rms"]), 2)

    def test_a_source_with_an_odd_name_and_the_json_form(self):
        client = self.listen("/offer?source=the%20garden%20(pond)", "--json")
        self.assertEqual(client.wait_for_answer()["status"], 200)
        self.assertTrue(client.answer["location"].startswith("/whep/the%20garden%20%28pond%29/"))
        client.wait_for_tone()

    def test_a_stream_is_decoded_for_who_listens_left_and_right(self):
        for name in STREAMS:
            with self.subTest(name):
                self.isr.wait_for_state(name, "recording")
                client = self.listen(f"/whep/{name}")
                heard = client.wait_for_tone(STEREO_HERTZ, STEREO_RMS)
                self.assertEqual(len(heard["rms"]), 2)
                client.leave()

    def test_what_is_wished_for_is_sent_within_the_limits(self):
        client = self.listen("/whep/tone?bitrate=32000&stereo=0")
        client.wait_for_tone()
        for told in ("maxaveragebitrate=32000", "cbr=1", "sprop-stereo=0", "b=AS:48"):
            self.assertIn(told, client.answer["sdp"])
        client.leave()
        for wish in ("bitrate=128001", "bitrate=x", "stereo=yes", "codec=mp3"):
            status, _, text = self.post(b"v=0", f"/whep/tone?{wish}")
            self.assertEqual((status, json.loads(text)["error"]["code"]), (400, "bad-wish"), wish)

    def test_more_than_may_listen_are_asked_to_come_again(self):
        clients = [self.listen() for _ in range(MOST + 1)]
        answers = sorted(client.wait_for_answer()["status"] for client in clients)
        self.assertEqual(answers[-2:], [201, 503])
        for client in clients:
            client.leave()

    def test_who_leaves_is_gone_at_once_and_leaves_nothing_behind(self):
        first = self.listen()
        first.wait_for_tone()
        first.leave()
        wait_for("the listener's threads to end", lambda: self.threads() < 8, 60)
        before = self.threads()
        clients = [self.listen() for _ in range(3)]
        for client in clients:
            client.wait_for_tone()
        self.assertGreater(self.threads(), before + 3)
        status, _, _ = self.isr.get(clients[0].answer["location"], method="DELETE")
        self.assertEqual(status, 204)
        self.assertEqual(self.isr.get(clients[0].answer["location"], method="DELETE")[0], 404)
        clients[1].leave()
        clients[2].process.send_signal(signal.SIGKILL)
        wait_for("the listeners' threads to end", lambda: self.threads() <= before, 90)

    def test_a_crash_of_isr_live_hurts_no_recording(self):
        client = self.listen()
        client.wait_for_tone()
        before = self.isr.status()["tone"]
        subprocess.run(["kill", "-9", str(self.live())], check=True)
        again = self.listen()
        self.assertEqual(again.wait_for_answer()["status"], 201)
        again.wait_for_tone()
        after = self.isr.status()["tone"]
        self.assertEqual((after["file"], after["last_gap"], after["reconnects"]),
                         (before["file"], None, before["reconnects"]))
        self.assertEqual(self.isr.troubles(["isr-live has died; it is started again"]), [])

    def test_what_is_no_offer_is_refused_with_a_reason(self):
        for body, path, kind, status, code in [
                (b"v=0", "/whep/tone", "text/plain", 415, "content-type"),
                (b"v=0", "/whep/nobody", "application/sdp", 404, "unknown-source"),
                (b"", "/whep/tone", "application/sdp", 400, "bad-offer"),
                (b"v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\n", "/whep/tone", "application/sdp", 406, "no-codec"),
                (b"v=0", "/whep/tone?colour=red", "application/sdp", 400, "bad-parameter"),
                (b"v=0", "/offer", "application/json", 400, "bad-parameter"),
                (b'{"sdp": 5, "type": "offer"}', "/offer", "application/json", 400, "bad-parameter")]:
            with self.subTest(body=body, path=path, kind=kind):
                answer, _, text = self.post(body, path, kind)
                self.assertEqual((answer, json.loads(text)["error"]["code"]), (status, code), text)
        self.assertEqual(self.isr.get("/whep/tone/x", method="PATCH", body=b"")[0], 405)
        status, headers, _ = self.isr.get("/whep/tone", method="OPTIONS")
        self.assertEqual((status, headers["Accept-Post"]), (204, "application/sdp"))

    def test_the_sources_are_recorded_while_all_this_happens(self):
        self.assertEqual([line for line in self.isr.troubles() if not re.search("isr-live has died", line)], [])


if __name__ == "__main__":
    tap.main()
