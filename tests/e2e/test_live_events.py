"""GET /api/events: what happens, told to many as it happens."""

import itertools
import math
import socket
import time

import mp3
import tap
import track
from event_stream import EventStream
from harness import Isr, TestCase, run_isr, wait_for
from icecast import Icecast
from stream_server import StreamServer

SECONDS = 20  # of the radio's programme
CLIENTS = 20


class LiveEventsTest(TestCase):
    def record(self, sources, general=None):
        isr = self.start(Isr(self.folder, sources, {
            "split_minutes": 60, "filename_pattern": "{source}-%H%M%S", **(general or {})}))
        isr.wait_until_serving()
        return isr

    def listen(self, isr, query="", last_id=None):
        stream = EventStream(isr, query, last_id)
        self.resources.callback(stream.close)
        return stream

    def stop(self, isr, allowed=()):
        self.assertEqual(isr.stop(), 0, isr.log())
        self.assertEqual(isr.troubles(allowed), [])

    def command(self, isr, *words):
        self.assertEqual(run_isr(*words, isr.config).returncode, 0)

    def radio(self, name="radio"):
        server = StreamServer()
        self.resources.callback(server.stop)
        path = self.folder / f"{name}.mp3"
        mp3.make_noise(path, SECONDS, seed=1)
        server.stream(f"/{name}", [(path.read_bytes(), SECONDS)])
        return {"type": "stream", "url": server.url(f"/{name}")}

    def test_levels_are_those_of_the_track_ten_times_a_second(self):
        isr = self.record({"tone": {"type": "test", "wave": "sine"}, "radio": self.radio()})
        sources = ("tone", "radio")
        often, seldom, none = (self.listen(isr, query) for query in ("?levels=10", "?levels=2&source=tone", ""))
        of = lambda stream, source: [one for one in stream.of("level") if one.data["source"] == source]  # noqa: E731
        for source in sources:
            often.wait("level", lambda data, source=source: data["source"] == source)
        begin, seen = time.monotonic(), {source: len(of(often, source)) for source in sources}
        wait_for("five seconds of levels", lambda: all(len(of(often, one)) > seen[one] + 50 for one in sources))
        passed = time.monotonic() - begin
        for source in sources:
            self.assertLessEqual(len(of(often, source)) - seen[source], 10 * passed + 3)
            positions = [event.data["position"] for event in of(often, source)]
            self.assertEqual(positions, sorted(set(positions)), source)
            # What was before somebody watched came in one piece.
            self.assertGreater(len(positions), 0.7 * 10 * (positions[-1] - positions[3]), source)
        self.assertAlmostEqual(time.time(), of(often, "tone")[-1].data["time"], delta=5)
        self.assertEqual({event.data["source"] for event in seldom.of("level")}, {"tone"})
        self.assertLess(len(seldom.of("level")), len(of(often, "tone")) / 3)
        self.assertEqual(none.of("level"), [])
        self.stop(isr)
        for source in sources:
            self.check_against_track(isr, of(often, source))
        # Windows of 0.1 s hold whole periods of the tone: all are alike.
        levels = {event.data["rms"] for event in of(often, "tone")[5:]}
        self.assertLess(max(levels) - min(levels), 0.1)

    def check_against_track(self, isr, events):
        windows = track.windows(track.of(isr.recordings, events[0].data["file"]))
        for before, event in itertools.pairwise(events):
            since = windows[round(before.data["position"] * 10):round(event.data["position"] * 10)]
            power = sum(10 ** (rms / 10) for rms, _, _ in since) / len(since)
            self.assertAlmostEqual(event.data["rms"], 10 * math.log10(power), delta=0.02)
            self.assertAlmostEqual(event.data["peak"], max(peak for _, _, peak in since), delta=0.02)

    def test_states_and_files(self):
        isr = self.record({"beeps": {"type": "test"}})
        stream = self.listen(isr)
        wait_for("a file that grows", lambda: [one for one in isr.get_json("/api/files") if one["duration"]], alive=[isr])
        self.command(isr, "pause", "beeps")
        paused = stream.wait("source", lambda data: data["state"] == "paused")
        self.assertEqual(paused.data, isr.get_json("/api/sources")[0])
        closed = stream.wait("file", lambda data: data["change"] == "closed").data["file"]
        (listed,) = isr.get_json("/api/files")
        self.assertEqual(closed, {name: listed[name] for name in closed})  # a list says what somebody thinks of it, too
        self.command(isr, "resume", "beeps")
        begun = stream.wait("file", lambda data: data["change"] == "begun" and data["file"]["name"] != closed["name"])
        self.assertTrue(begun.data["file"]["recording"])
        stream.wait("source", lambda data: data["state"] == "recording" and data["file"] == begun.data["file"]["name"])
        self.assertEqual(isr.get(f"/api/files/{closed['name']}", method="DELETE")[0], 204)
        self.assertEqual(stream.wait("file", lambda data: data["change"] == "removed").data["file"], closed)
        isr.configure({"chirps": {"type": "test"}}, {"filename_pattern": "{source}-%H%M%S", "split_minutes": 60})
        self.command(isr, "reload")
        stream.wait("source", lambda data: data["name"] == "chirps" and data["state"] == "recording")
        self.assertEqual(stream.wait("source-removed").data, {"name": "beeps"})
        isr.configure({"chirps": {"type": "test"}, "web": {"margin": 7}},
                      {"filename_pattern": "{source}-%H%M%S", "split_minutes": 60})
        self.command(isr, "reload")
        stream.wait("resync")
        self.assertEqual(isr.get_json("/api/config")["margin"], 7)
        self.stop(isr)

    def test_a_server_that_dies_and_comes_back(self):
        icecast = Icecast(self.folder)
        self.resources.callback(icecast.kill)
        mp3.make_noise(self.folder / "noise.mp3", 60, seed=2)
        icecast.start()
        self.start(icecast.feed("live", self.folder / "noise.mp3"))
        isr = self.record({"radio": {"type": "stream", "url": icecast.url("live"), "retry_delay_seconds": 0.5,
                                     "stall_seconds": 3}})
        stream = self.listen(isr, "?source=radio")
        isr.wait_for_state("radio", "recording")
        wait_for("a file", lambda: isr.get_json("/api/files"), alive=[isr])
        icecast.kill()
        waiting = stream.wait("source", lambda data: data["state"] == "waiting").data
        self.assertIn("trying again", waiting["message"])
        stream.wait("file", lambda data: data["change"] == "closed")
        icecast.start()
        self.start(icecast.feed("live", self.folder / "noise.mp3"))
        back = stream.wait("source", lambda data: data["state"] == "recording" and data["reconnects"] > 0 and data["file"],
                           seconds=40).data
        self.assertEqual(back["message"], "")
        gap = stream.wait("source", lambda data: data["last_gap"]).data["last_gap"]
        self.assertLess(gap["start"], gap["end"])
        self.stop(isr, ["trying again"])

    def test_who_comes_back_loses_nothing(self):
        isr = self.record({"beeps": {"type": "test"}}, {"split_minutes": 0.02})
        always = self.listen(isr, "?source=beeps")
        now_and_then = [self.listen(isr)]
        for number in range(10):
            before = now_and_then[-1]
            wait_for("some facts", lambda before=before: len(before.events) > 3, alive=[isr])
            before.close()
            always.wait("file", lambda data, since=len(always.events): len(always.events) > since + 3)
            resumed = {"last_id": before.last_id} if number % 2 else {"query": f"?after={before.last_id}"}
            now_and_then.append(self.listen(isr, **resumed))
            self.assertTrue(now_and_then[-1].events[0].data["resumed"])
        last = always.wait("file", lambda data: data["change"] == "closed" and data["file"]["duration"], 20)
        wait_for("the end", lambda: any(one.id == always.last_id for one in now_and_then[-1].events) or None, alive=[isr])
        got = [event.id for stream in now_and_then for event in stream.events if event.name in ("file", "source")]
        facts = [event.id for event in always.events if event.name in ("file", "source")]
        common = facts[facts.index(got[0]):] if got[0] in facts else facts
        until = got.index(last.id) if last.id in got else len(got)
        self.assertEqual(len(got), len(set(got)), "one came twice")
        self.assertEqual(got[:until], common[:until])
        self.assertGreater(len(got), 30)
        old_id = now_and_then[-1].last_id
        self.stop(isr)
        isr = self.record({"beeps": {"type": "test"}})
        stream = self.listen(isr, last_id=old_id)
        self.assertFalse(stream.events[0].data["resumed"])
        stream.wait("resync")
        self.stop(isr)

    def test_who_does_not_read_is_cut_off_and_hurts_nobody(self):
        sources = {f"s{number}": {"type": "test"} for number in range(8)}
        isr = self.record(sources, {"log_level": "DEBUG"})
        clients = [self.listen(isr, "?levels=10") for _ in range(CLIENTS)]
        with socket.socket() as slow:
            slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            slow.connect(("127.0.0.1", isr.port))
            slow.sendall(b"GET /api/events?levels=10 HTTP/1.1\r\nHost: localhost\r\n\r\n")
            wait_for("it to be cut off", lambda: "a connection ends: the client does not read" in isr.log(), 60, alive=[isr])
        self.command(isr, "pause", "s0")
        for client in clients:
            client.wait("source", lambda data: data["name"] == "s0" and data["state"] == "paused")
            self.assertFalse(client.is_over)
            levels = [event for event in client.of("level") if event.data["source"] == "s1"]
            gaps = [one.data["position"] - other.data["position"] for other, one in itertools.pairwise(levels)]
            self.assertLess(max(gaps), 3, "a client went without levels")
        facts = [[event.id for event in client.events if event.id][1:] for client in clients]
        shortest = min(map(len, facts))
        self.assertEqual(len({tuple(one[-shortest:]) for one in facts}), 1)
        self.stop(isr)


if __name__ == "__main__":
    tap.main()
