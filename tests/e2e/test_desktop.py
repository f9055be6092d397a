"""What real sound servers play is recorded: all of it, or one application alone."""

import unittest

import pipewire
import pulse
import recordings
import tap
from harness import Isr, TestCase, run_isr, wait_for
from wav_file import WavFile

ALPHA, BETA, GAMMA = 1000, 3000, 5000  # Hz
PLAYED = -12.04  # dBFS, of each tone
EXACTLY = 0.02  # dB
SEPARATION = 60  # dB
MOMENT = pulse.RATE // 4  # frames; whole periods of all tones
MOMENTS = 4  # heard of each source
SKIPPED = 4  # moments: a file may begin with a piece of silence


class Recording(TestCase):
    def record(self, **sources):
        self.isr = self.start(Isr(self.folder, {
            name: {"type": self.type, "source": source} for name, source in sources.items()},
            {"filename_pattern": "{source}/%H%M%S"}, self.server.env))

    def play(self, application, hertz, **where):
        return self.start(self.server.play_tone(application, hertz, **where))

    def wait_until_waiting(self, source, what):
        self.isr.wait_for_state(source, "waiting")
        wait_for(f"{source} to wait for {what}",
                 lambda: self.isr.status()[source]["message"] == f"waiting for {what}", alive=[self.isr])

    def begin(self, source):
        """Waits until a new file of the source grows; its name."""
        def grows():
            status = self.isr.status().get(source, {})
            return status.get("state") == "recording" and status["file"]
        return wait_for(f"{source} to be recorded", grows, alive=[self.isr])

    def moments(self, name):
        """All that a growing file has by now."""
        audio = (self.isr.recordings / name).read_bytes()
        begin = audio.index(b"data") + 8 if b"data" in audio else 0  # it may have no header yet
        return [audio[at:at + 4 * MOMENT] for at in range(begin, len(audio) - 4 * MOMENT + 1, 4 * MOMENT)]

    def hear(self, name, tones, not_these=()):
        """Waits for moments of the growing file in which these tones are whole: on a busy machine a server plays a
        moment of silence now and then. In none of them one of the others may be heard."""
        heard = []

        def is_heard():
            for pcm in self.moments(name)[SKIPPED + len(heard):]:
                heard.append({hertz: round(pulse.level_of(hertz, pcm), 2) for hertz in (*tones, *not_these)})
            return len(whole()) >= MOMENTS

        def whole():
            return [levels for levels in heard if all(abs(levels[hertz] - PLAYED) < EXACTLY for hertz in tones)]

        try:
            wait_for(f"{tones} Hz in {name}", is_heard, 30, alive=[self.isr])
        except AssertionError as error:
            raise AssertionError(f"{error}\nheard: {heard}") from None
        for levels in whole():
            for hertz in not_these:
                self.assertLess(levels[hertz], PLAYED - SEPARATION, f"{hertz} Hz in {name}: {heard}")

    def stop(self, allowed=()):
        self.assertEqual(self.isr.stop(), 0, self.isr.log())
        self.assertEqual(self.isr.troubles(allowed), [], self.isr.log())


class Desktop(Recording):
    """What holds for every server."""

    def test_an_application_is_recorded_alone_and_the_output_has_all(self):
        self.play("alpha", ALPHA)
        self.play("beta", BETA)
        self.record(all="system", alpha="app:ALPHA", beta="app:beta", monitor=self.output)
        files = {source: self.begin(source) for source in ("all", "alpha", "beta", "monitor")}
        self.hear(files["alpha"], [ALPHA], [BETA])
        self.hear(files["beta"], [BETA], [ALPHA])
        self.hear(files["all"], [ALPHA, BETA])
        self.hear(files["monitor"], [ALPHA, BETA])
        self.stop()

    def test_several_streams_of_an_application_are_one_recording(self):
        self.play("alpha", ALPHA)
        self.play("beta", BETA)
        self.record(alpha="app:alpha")
        name = self.begin("alpha")
        self.play("Alpha", GAMMA)
        self.hear(name, [ALPHA, GAMMA], [BETA])
        self.stop()

    def test_an_application_is_found_by_the_name_of_its_program(self):
        self.play("alpha", ALPHA)
        self.record(program=f"app:{self.program}")
        self.hear(self.begin("program"), [ALPHA])
        self.stop()

    def test_an_application_may_come_later_and_go_and_come_again(self):
        self.record(alpha="app:alpha")
        self.wait_until_waiting("alpha", "alpha")
        player = self.play("alpha", ALPHA)
        self.hear(self.begin("alpha"), [ALPHA], [BETA])
        player.kill()
        self.wait_until_waiting("alpha", "alpha")
        self.play("alpha", BETA)
        self.hear(self.begin("alpha"), [BETA], [ALPHA])
        self.stop()
        before, after = recordings.of_source(self.isr.recordings, "alpha")
        self.assertEqual((before.ended, after.began), ("reconnect", "reconnect"))
        (gap,) = recordings.gaps(self.isr.recordings, "alpha")
        self.assertAlmostEqual(gap["start"], before.end_us, delta=2)
        self.assertAlmostEqual(gap["end"], after.start_us, delta=2)

    def test_a_server_that_is_started_again_is_recorded_again(self):
        self.play("alpha", ALPHA)
        self.record(all="system", alpha="app:alpha")
        self.hear(self.begin("all"), [ALPHA])
        self.hear(self.begin("alpha"), [ALPHA])
        self.server.kill()
        self.wait_until_waiting("all", self.name)
        self.wait_until_waiting("alpha", self.name)
        self.server.start()
        self.wait_until_waiting("alpha", "alpha")
        self.play("alpha", BETA)
        self.hear(self.begin("all"), [BETA])
        self.hear(self.begin("alpha"), [BETA])
        self.stop()

    def test_what_can_be_recorded_is_listed(self):
        self.play("alpha", ALPHA)
        listed = run_isr("--list-devices", env=self.server.env).stdout.splitlines()
        names = [line.split()[0] for line in listed[listed.index(f"type = {self.type}"):] if line]
        for name in ("system", "input", self.output, "app:alpha"):
            self.assertIn(name, names)


class PulseTest(Desktop):
    type = "pulse"
    name = "PulseAudio"
    program = "PACAT"
    output = "card.monitor"

    def setUp(self):
        super().setUp()
        self.server = pulse.SoundCard(self.folder)
        self.resources.callback(lambda: self.server.kill())

    def test_what_is_played_is_recorded_to_the_bit(self):
        self.start(self.server.play_ramp(30))
        self.record(monitor=self.output, player=f"app:{self.program}")
        files = [self.begin("monitor"), self.begin("player")]
        for name in files:
            wait_for(f"some seconds of {name}", lambda name=name: len(self.moments(name)) > 12, 30, alive=[self.isr])
        self.stop()
        for name in files:
            frames = pulse.read_frames(WavFile(self.isr.recordings / name).pcm)
            self.assertEqual(frames.tolist(), list(range(frames[0], frames[0] + len(frames))), name)

    def test_the_system_is_the_default_output_of_the_time(self):
        self.server.pactl("load-module", "module-null-sink", "sink_name=other", "rate=48000", "format=s16le")
        self.play("alpha", ALPHA)
        self.play("beta", BETA, sink="other")
        self.server.pactl("set-default-sink", "card")
        self.record(all="system", alpha="app:alpha")
        self.hear(first := self.begin("all"), [ALPHA], [BETA])
        self.hear(alone := self.begin("alpha"), [ALPHA], [BETA])
        self.server.pactl("set-default-sink", "other")  # which moves alpha there as well
        wait_for("another file of all", lambda: self.begin("all") != first, alive=[self.isr])
        wait_for("another file of alpha", lambda: self.begin("alpha") != alone, alive=[self.isr])
        self.hear(self.begin("all"), [ALPHA, BETA])
        self.hear(self.begin("alpha"), [ALPHA], [BETA])
        self.stop()


class PipewireTest(Desktop):
    type = "pipewire"
    name = "PipeWire"
    program = "PW-CAT"
    output = pipewire.SINK

    def setUp(self):
        super().setUp()
        self.server = pipewire.Server(self.folder)
        self.resources.callback(self.server.kill_all)


class AnyServerTest(Recording):
    type = "desktop"

    def test_it_waits_for_any_server_and_takes_pulseaudio_where_it_runs(self):
        self.server = pulse.SoundCard(self.folder)
        self.resources.callback(lambda: self.server.kill())
        self.server.kill()
        self.record(all="system")
        self.wait_until_waiting("all", "PipeWire")
        self.server.start()
        self.play("alpha", ALPHA)
        self.hear(self.begin("all"), [ALPHA])
        self.stop()

    def test_it_takes_pipewire_where_no_pulseaudio_runs(self):
        self.server = pipewire.Server(self.folder)
        self.resources.callback(self.server.kill_all)
        self.play("alpha", ALPHA)
        self.record(all="system")
        self.hear(self.begin("all"), [ALPHA])
        self.stop()


del Desktop  # no tests by itself


if __name__ == "__main__":
    tap.main()
