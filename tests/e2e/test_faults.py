"""Everything that goes wrong between a server and isr, all of it at once: each source recovers by itself,
the ledger says what is missing and why, and nobody else's recording has a hole."""

import contextlib
import itertools
import unittest

import fault_proxy
import mp3
import recordings
import tap
from fault_proxy import (FaultProxy, cut, dribble, garbage, good, hang_up, lasting, mute, redirect, reset, stall,
                         status, with_type)
from harness import Isr, scratch_folder, wait_for
from icecast import Icecast

MOUNT = "live.mp3"
FRAME_SECONDS = mp3.FRAME_SAMPLES / 44100
BYTES_PER_SECOND = 16_000
BURST = 65536
# Odd, so that it ends within a frame: a burst of the past and a second and a half.
FIRST = BURST + 24_321
GARBAGE = 65536
# Longer than a burst reaches back: what was sent meanwhile cannot be had any more.
OUTAGE = 6.0
STALL_SECONDS = 1.5
AT_LEAST_AFTER = 2.0  # seconds of audio that each source records when its fault is over

GENERAL = {"split_minutes": 4 / 60, "retry_delay_seconds": 0.3, "retry_backoff": "no",
           "filename_pattern": "{source}/%H%M%S"}


def outage(step):
    return lasting(OUTAGE, step)


class FaultsTest(unittest.TestCase):
    """One run of all faults; each test looks at one promise about what it left."""

    @classmethod
    def setUpClass(cls):
        cls.resources = contextlib.ExitStack()
        cls.addClassCleanup(cls.resources.close)
        cls.folder = scratch_folder(cls.resources)
        cls.sent = mp3.make_noise(cls.folder / "before.mp3", 90, seed=1)
        cls.sent_after_restart = mp3.make_noise(cls.folder / "after.mp3", 60, seed=2)
        icecast = cls.start_icecast("icecast")
        fragile = cls.start_icecast("fragile")
        for server in (icecast, fragile):
            cls.resources.callback(server.feed(MOUNT, cls.folder / "before.mp3").kill)
        cls.sections = cls.make_sections(icecast, fragile)

        isr = cls.isr = Isr(cls.folder, cls.sections, GENERAL)
        cls.resources.callback(isr.kill)
        cls.said = {name: set() for name in cls.sections}
        cls.wait(isr, "the source of the other server to record",
                 lambda: cls.recorded("restart", "start") > AT_LEAST_AFTER)
        fragile.kill()
        cls.wait(isr, "its loss to be noticed", lambda: cls.state("restart") == "waiting")
        fragile.start()
        cls.resources.callback(fragile.feed(MOUNT, cls.folder / "after.mp3").kill)
        cls.wait(isr, "every source to have recorded after its last fault", cls.all_are_over)
        cls.exit_code = isr.stop()
        cls.files = {name: recordings.of_source(isr.recordings, name) for name in cls.sections}
        cls.gaps = {name: recordings.gaps(isr.recordings, name) for name in cls.sections}

    @classmethod
    def start_icecast(cls, name):
        (cls.folder / name).mkdir()
        icecast = Icecast(cls.folder / name)
        icecast.start()
        cls.resources.callback(icecast.kill)
        return icecast

    @classmethod
    def make_sections(cls, icecast, fragile):
        cls.proxy = FaultProxy(icecast.port)
        cls.resources.callback(cls.proxy.stop)
        tls = FaultProxy(icecast.port, fault_proxy.make_certificate(cls.folder))
        cls.resources.callback(tls.stop)
        route = cls.proxy.route
        begin, ok = cut(MOUNT, FIRST), good(MOUNT)
        target = route("redirected", ok)
        urls = {
            "control": icecast.url(MOUNT),
            "restart": fragile.url(MOUNT),
            # The connection is lost, and what the server sends again reaches back to where it was.
            "cut": route("cut", begin, cut(MOUNT, BURST + 13_001), ok),
            "reset": route("reset", reset(MOUNT, FIRST), reset(MOUNT, BURST + 9_999), ok),
            "stall": route("stall", stall(MOUNT, FIRST), ok),
            "mute": route("mute", begin, mute, ok),
            "hangup": route("hangup", hang_up, begin, hang_up, ok),
            "cut-in-head": route("cut-in-head", cut(MOUNT, 100), cut(MOUNT, 3), ok),
            # The server is there, and has no stream for longer than it can send again.
            "none401": route("none401", begin, outage(status(
                "401 Unauthorized", 'WWW-Authenticate: Basic realm="radio"')), ok),
            "none404": route("none404", begin, outage(status("404 Not Found")), ok),
            "none503": route("none503", begin, outage(status("503 Service Unavailable")), ok),
            "loop": route("loop", begin, outage(redirect("/loop")), ok),
            # It is all there, though not as one would have it.
            "dribble": route("dribble", dribble(MOUNT, FIRST)),
            "garbage": route("garbage", garbage(MOUNT, FIRST, GARBAGE, seed=3)),
            "wrong-type": route("wrong-type", with_type(MOUNT, "text/html; charset=utf-8")),
            "ogg-type": route("ogg-type", with_type(MOUNT, "application/ogg")),
            "no-type": route("no-type", with_type(MOUNT, None)),
            "redirect": route("redirect", redirect(target)),
            "trusting": tls.route("trusting", ok),
            "careful": tls.route("careful", ok),
        }
        more = {"stall": {"stall_seconds": STALL_SECONDS}, "mute": {"stall_seconds": STALL_SECONDS},
                "trusting": {"tls_verify": "no"}}
        return {name: {"type": "stream", "url": url, **more.get(name, {})} for name, url in urls.items()}

    NEVER = ["careful"]  # record
    JOINED = {"cut": 2, "reset": 2, "stall": 1, "mute": 1}  # how often the connection was lost
    LOST = ["none401", "none404", "none503", "loop"]
    WHOLE = ["control", "dribble", "wrong-type", "ogg-type", "no-type", "redirect", "trusting"]

    @classmethod
    def wait(cls, isr, what, condition):
        """As wait_for, and keeps what every source says meanwhile."""
        def look():
            for name, source in isr.status().items():
                if source["message"]:
                    cls.said[name].add(source["message"])
            return condition()
        wait_for(what, look, seconds=40, alive=[isr])

    @classmethod
    def state(cls, name):
        return cls.isr.status().get(name, {}).get("state")

    @classmethod
    def recorded(cls, name, cause):
        """Seconds of audio since the last file that began for that cause."""
        status = cls.isr.status().get(name)
        if not status or status["state"] != "recording":
            return 0
        seconds = 0
        with contextlib.suppress(recordings.sqlite3.OperationalError):  # not made yet
            for segment in reversed(recordings.of_source(cls.isr.recordings, name)):
                is_growing = segment.name == status["file"]
                seconds += status["frames"] / status["rate"] if is_growing else segment.duration
                if segment.began == cause:
                    return seconds
        return 0

    @classmethod
    def all_are_over(cls):
        connections = {**cls.JOINED, **dict.fromkeys(cls.LOST, 1), "hangup": 3, "cut-in-head": 2}
        for name in cls.sections:
            if name in cls.NEVER or name == "control":
                continue
            if cls.proxy.count(name) <= connections.get(name, 0) and name not in ("restart", "trusting"):
                return False
            cause = "reconnect" if name in connections or name == "restart" else "start"
            seconds = AT_LEAST_AFTER + (BURST + GARBAGE) / BYTES_PER_SECOND * (name == "garbage")
            if cls.recorded(name, cause) < seconds:
                return False
        return True

    def frames(self, segments):
        return [frame for segment in segments for frame in mp3.audio_frames(segment.path.read_bytes())]

    def runs(self, name):
        """Its files, a list for each connection."""
        runs = []
        for segment in self.files[name]:
            if segment.began in ("start", "reconnect"):
                runs.append([])
            runs[-1].append(segment)
        return runs

    # ---- Nothing is lost that the server sent

    def test_the_undisturbed_source_has_no_hole_and_every_frame_once(self):
        self.assertEqual(mp3.breaks(self.frames(self.files["control"]), self.sent), [])
        self.assertGreater(len(self.files["control"]), 3)
        self.assertEqual(self.gaps["control"], [])
        self.assertEqual([segment.began for segment in self.files["control"]],
                         ["start"] + ["boundary"] * (len(self.files["control"]) - 1))

    def test_a_server_that_is_only_odd_is_recorded_as_if_it_were_not(self):
        for name in self.WHOLE:
            with self.subTest(name):
                self.assertEqual(mp3.breaks(self.frames(self.files[name]), self.sent), [])
                self.assertEqual(self.gaps[name], [])
                self.assertEqual(self.said[name], set())
                self.assertEqual(len(self.runs(name)), 1)

    def test_after_a_lost_connection_the_joined_files_are_what_was_sent(self):
        for name, losses in self.JOINED.items():
            with self.subTest(name):
                self.assertEqual(len(self.runs(name)), losses + 1, self.files[name])
                self.assertEqual(mp3.breaks(self.frames(self.files[name]), self.sent), [])
                self.assertEqual([(gap["cause"], gap["end"] - gap["start"]) for gap in self.gaps[name]],
                                 [("reconnect", 0)] * losses)

    def test_a_connection_without_a_whole_frame_leaves_no_file(self):
        for name in ("hangup", "cut-in-head"):
            with self.subTest(name):
                self.assertEqual(mp3.breaks(self.frames(self.files[name]), self.sent), [])
                self.assertTrue(all(segment.frames > 0 for segment in self.files[name]), self.files[name])

    def test_garbage_costs_no_more_than_the_frame_that_it_broke(self):
        broken = mp3.breaks(self.frames(self.files["garbage"]), self.sent)
        # It has its length still, and garbage for a tail.
        ((index, _, _),) = broken
        frames = self.frames(self.files["garbage"])
        self.assertEqual(mp3.breaks(frames[:index], self.sent) + mp3.breaks(frames[index + 1:], self.sent), [])
        self.assertEqual(self.sent.index(frames[index + 1]) - self.sent.index(frames[index - 1]), 2)
        self.assertEqual(len(self.runs("garbage")), 1)

    # ---- What is lost is written down

    def test_an_outage_is_in_the_ledger_with_its_length_and_cause(self):
        for name in self.LOST:
            with self.subTest(name):
                before, after = self.runs(name)
                ((_, last, first),) = mp3.breaks(self.frames(before) + self.frames(after), self.sent)
                (gap,) = self.gaps[name]
                self.assertEqual(gap["cause"], "reconnect")
                # The clock map learns a little while a file grows.
                self.assertAlmostEqual(gap["start"], before[-1].end_us, delta=20_000)
                self.assertEqual(gap["end"], after[0].start_us)
                missing = (first - last - 1) * FRAME_SECONDS
                self.assertGreater(missing, 0.5)
                # Icecast and ffmpeg hand on audio in pieces of some tenths of a second.
                self.assertAlmostEqual((gap["end"] - gap["start"]) / 1e6, missing, delta=0.5)

    def test_a_restarted_server_leaves_a_gap_and_then_its_new_stream(self):
        before, after = self.runs("restart")
        self.assertEqual(mp3.breaks(self.frames(before), self.sent), [])
        self.assertEqual(mp3.breaks(self.frames(after), self.sent_after_restart), [])
        (gap,) = self.gaps["restart"]
        self.assertEqual(gap["cause"], "reconnect")
        self.assertGreater(gap["end"], gap["start"])

    def test_what_is_wrong_is_said(self):
        for name, word in {"none401": "401", "none404": "404", "none503": "503", "loop": "without an end",
                           "stall": "no audio for 1.5 s", "mute": "no audio for 1.5 s",
                           "careful": "certificate"}.items():
            with self.subTest(name):
                lines = [line for line in self.isr.troubles() if f" {name}: " in line]
                self.assertTrue(any(word in line for line in lines), lines)
        for name in self.NEVER:
            self.assertTrue(any("certificate" in message for message in self.said[name]), self.said[name])

    # ---- Every file is whole

    def test_every_file_plays_and_is_as_long_as_the_catalogue_says(self):
        for segment in itertools.chain(*self.files.values()):
            frames = mp3.audio_frames(segment.path.read_bytes())
            self.assertEqual(len(frames) * mp3.FRAME_SAMPLES, segment.frames, segment)
            self.assertFalse(segment.growing, segment)

    def test_a_certificate_that_nobody_vouches_for_is_refused(self):
        self.assertEqual(self.files["careful"], [])
        self.assertTrue(any("not from a known authority" in line for line in self.isr.troubles(["trusting"])))

    def test_it_stays_and_ends_well(self):
        self.assertEqual(self.exit_code, 0, self.isr.log())
        self.assertEqual(self.isr.troubles(allowed=["trying again"]), [])


if __name__ == "__main__":
    tap.main()
