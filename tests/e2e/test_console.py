"""The person at the machine: a button saves, and the desktop tells of what was saved."""

import contextlib
import os
import struct
import subprocess

import pulse
import tap
from desktop_session import DesktopSession
from harness import Isr, TestCase, run_isr, wait_for, write_config

# <linux/input-event-codes.h>
EV_SYN, EV_KEY = 0, 1
KEY_ENTER, KEY_RECORD = 28, 167
RELEASED, PRESSED, REPEATED = 0, 1, 2


def event(kind, code, value):
    """struct input_event of <linux/input.h>"""
    return struct.pack("@llHHi", 0, 0, kind, code, value)


PRESS = event(EV_KEY, KEY_RECORD, PRESSED) + event(EV_SYN, 0, 0)
RELEASE = event(EV_KEY, KEY_RECORD, RELEASED) + event(EV_SYN, 0, 0)


class ConsoleTest(TestCase):
    def setUp(self):
        super().setUp()
        self.samples = self.folder / "samples"
        self.samples.mkdir()

    def record(self, env=None, **sections):
        isr = self.start(Isr(self.folder, {
            "beeps": {"type": "test"}, "replay": {"directory": self.samples, "template": "%(counter)d.%(ext)s"},
            **sections}, env=env))
        isr.wait_until_serving()
        wait_for("audio", lambda: any(one["duration"] for one in isr.get_json("/api/files")), alive=[isr])
        return isr

    def saved(self):
        return sorted(path.name for path in self.samples.glob("*.wav"))

    def test_a_button_saves_each_time_it_is_pressed(self):
        device = self.folder / "button"
        os.mkfifo(device)  # gives what a device gives
        isr = self.record(button={"device": device})
        with open(device, "wb", buffering=0) as button:
            button.write(RELEASE + event(EV_KEY, KEY_ENTER, PRESSED) + event(EV_KEY, KEY_RECORD, REPEATED) + PRESS)
            wait_for("a file", lambda: self.saved() == ["1.wav"], alive=[isr])
            button.write(event(EV_KEY, KEY_RECORD, REPEATED) * 100 + RELEASE + PRESS)
            wait_for("another", lambda: self.saved() == ["1.wav", "2.wav"], alive=[isr])
        wait_for("it to be missed", lambda: "it was taken away" in isr.log(), alive=[isr])
        with open(device, "wb", buffering=0) as button:
            button.write(PRESS)
            wait_for("a third", lambda: self.saved() == ["1.wav", "2.wav", "3.wav"], alive=[isr])
        self.assertEqual(isr.stop(), 0, isr.log())
        self.assertEqual(isr.log().count("the button was pressed"), 3, isr.log())
        self.assertEqual(isr.troubles(allowed=["it was taken away"]), [])

    def test_a_button_may_be_plugged_in_later_and_its_key_be_another(self):
        device = self.folder / "button"
        isr = self.record(button={"device": device, "key": "KEY_ENTER", "source": "beeps"})
        os.mkfifo(device)
        with open(device, "wb", buffering=0) as button:
            button.write(PRESS + event(EV_KEY, KEY_ENTER, PRESSED))
            wait_for("a file", lambda: self.saved() == ["1.wav"], alive=[isr])
            self.assertEqual(isr.stop(), 0, isr.log())
        [trouble] = isr.troubles()
        self.assertIn(f"the button '{device}' cannot be read: No such file or directory", trouble)
        self.assertIn(f"the button '{device}' is there", isr.log())

    def test_what_is_no_key_or_no_source_is_said_at_once(self):
        config = write_config(self.folder / "isr.ini", {
            "beeps": {"type": "test"}, "button": {"device": "/dev/null", "key": "KEY_SAVE_ME", "source": "beep"}})
        checked = run_isr("check", config)
        self.assertEqual(checked.returncode, 78)
        self.assertIn("'KEY_SAVE_ME' is no key", checked.stderr)
        self.assertIn("no source 'beep'; did you mean 'beeps'?", checked.stderr)

    def test_the_desktop_shows_and_sounds_what_was_saved(self):
        card = pulse.SoundCard(self.folder)
        self.resources.callback(card.kill)
        session = DesktopSession(self.folder, card.env)
        self.resources.callback(session.kill)
        sound = self.folder / "sound.wav"
        subprocess.run(["sox", "-n", "-r", "48000", "-c", "2", "-b", "16", sound, "synth", "1", "sine", "1000", "vol", "0.25"],
                       check=True)
        heard = self.folder / "heard.raw"
        with contextlib.closing(open(heard, "wb")) as out:
            listener = subprocess.Popen(["parec", "--raw", "--rate=48000", "--format=s16le", "--channels=2",
                                         "--device=card.monitor"], env=dict(os.environ, **card.env), stdout=out)
        self.resources.callback(listener.wait)
        self.resources.callback(listener.kill)
        wait_for("the listener", lambda: heard.stat().st_size > 0)
        isr = self.record(session.env, notifications={"enabled": "yes", "sound": sound})
        done = run_isr("save", "--seconds", "1", "--label", "<b>owl", isr.config)
        self.assertEqual(done.returncode, 0, done.stderr)
        path = done.stdout.strip()
        [(summary, body)] = wait_for("the notification", session.notifications, alive=[isr])
        self.assertRegex(summary, r"^Saved \d\.\d s of beeps$")
        self.assertEqual(body, path)

        def loudest():
            audio = heard.read_bytes()
            moment = pulse.RATE  # bytes; a quarter of a second
            return max((pulse.level_of(1000, audio[at:at + moment])
                        for at in range(0, len(audio) - moment + 1, moment)), default=-999)
        wait_for("the sound", lambda: loudest() > -20, alive=[isr])
        self.samples.rename(self.folder / "gone")
        self.assertNotEqual(run_isr("save", isr.config).returncode, 0)
        summary, body = wait_for("another notification", lambda: session.notifications()[:-1], alive=[isr])[0]
        self.assertEqual(summary, "Nothing saved of beeps")
        self.assertIn(str(self.samples), body)
        self.assertEqual(isr.stop(), 0, isr.log())
        self.assertEqual(isr.troubles(allowed=["not saved"]), [])


if __name__ == "__main__":
    tap.main()
