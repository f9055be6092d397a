"""isr --user: what a desktop plays, ready to be saved, with no more than a command."""

import json
import stat
from pathlib import Path

import pulse
import tap
from harness import Isr, Program, TestCase, run_isr, wait_for
from wav_file import WavFile

ALPHA, BETA = 1000, 3000  # Hz
PLAYED = -12.04  # dBFS
SEPARATION = 60  # dB
EX_USAGE = 64
EX_UNAVAILABLE = 69


class UserTest(TestCase):
    def setUp(self):
        super().setUp()
        self.home = self.folder / "home"
        self.home.mkdir()
        self.server = pulse.SoundCard(self.folder)
        self.resources.callback(self.server.kill)
        self.env = {**self.server.env, "HOME": str(self.home), "XDG_CONFIG_HOME": str(self.home / ".config"),
                    "XDG_DATA_HOME": str(self.home / ".local/share")}
        self.socket = Path(self.server.env["XDG_RUNTIME_DIR"]) / "isr.sock"

    def run_user(self):
        isr = self.start(Program("isr", [Isr.EXECUTABLE, "--user"], self.folder, self.env))
        wait_for("isr to listen", self.socket.exists, alive=[isr])
        return isr

    def ask(self, *words, code=0):
        result = run_isr("--user", *words, env=self.env, seconds=60)
        self.assertEqual(result.returncode, code, result.stdout + result.stderr)
        return result.stdout if code == 0 else result.stderr

    def source(self):
        (source,) = json.loads(self.ask("status", "--json"))["active"]
        return source

    def wait_until_full(self, isr, target):
        """The buffer, with what comes from that alone."""
        wait_for(f"{target} to be heard", lambda: (source := self.source())["target"] == target
                 and source["state"] == "recording", alive=[isr])

    def save(self, seconds):
        """What was played in so many seconds from now on."""
        path = self.ask("save", "--seconds", "0.01", "--post", str(seconds)).strip()
        return path, WavFile(Path(path)).pcm[-pulse.RATE * 4 * seconds:]

    def test_on_first_use_it_makes_its_config_and_saves_what_is_played(self):
        self.ask("status", code=EX_UNAVAILABLE)
        config = self.home / ".config/isr/config.ini"
        made = config.read_text()
        self.start(self.server.play_tone("alpha", ALPHA))
        self.start(self.server.play_tone("beta", BETA))
        isr = self.run_user()
        self.assertEqual(stat.S_IMODE(self.socket.stat().st_mode), 0o600)
        self.wait_until_full(isr, "system")
        source = self.source()
        self.assertEqual((source["name"], source["backend"], source["replay_seconds"], source["memory"]["capacity"]),
                         ("desktop", "pulse", 10, 10))
        path, pcm = self.save(2)
        self.assertTrue(path.startswith(f"{self.home}/samples/"), path)
        for hertz in (ALPHA, BETA):
            self.assertAlmostEqual(pulse.level_of(hertz, pcm), PLAYED, delta=0.5)

        listed = [line.split()[:3] for line in self.ask("sources").splitlines()]
        self.assertIn(["pulse", "system", "desktop"], listed)
        self.assertIn(["pulse", "app:alpha", "-"], listed)
        self.assertEqual(self.ask("set-source", "app:ALPHA"), "desktop: app:ALPHA\n")
        self.wait_until_full(isr, "app:ALPHA")
        pcm = self.save(2)[1]
        self.assertAlmostEqual(pulse.level_of(ALPHA, pcm), PLAYED, delta=0.5)
        self.assertLess(pulse.level_of(BETA, pcm), PLAYED - SEPARATION)
        self.assertIn(["pulse", "app:alpha", "desktop"], [line.split()[:3] for line in self.ask("sources").splitlines()])

        # What is recorded changes while a save waits for what is to come.
        wait_for("six seconds of it", lambda: self.source()["memory"]["seconds"] > 6, alive=[isr])
        save = self.start(Program("save", [Isr.EXECUTABLE, "--user", "save", "--seconds", "2", "--post", "3"],
                                  self.folder, self.env))
        wait_for("the save to wait", lambda: json.loads(self.ask("status", "--json"))["saves"]["under_way"], alive=[isr])
        self.ask("set-source", "app:beta")
        self.wait_until_full(isr, "app:beta")
        self.assertEqual(save.wait(20), 0, save.log())
        pcm = WavFile(Path(save.log_path.read_text().splitlines()[-1])).pcm
        self.assertGreater(len(pcm), 4 * pulse.RATE * 2 - 4)
        self.assertAlmostEqual(pulse.level_of(ALPHA, pcm[:4 * pulse.RATE * 2]), PLAYED, delta=0.5)
        self.assertLess(pulse.level_of(BETA, pcm[:4 * pulse.RATE * 2]), PLAYED - SEPARATION)
        self.ask("set-source", "app:ALPHA")
        self.wait_until_full(isr, "app:ALPHA")

        status = self.ask("status")
        for part in ("recording (pulse, app:ALPHA)", " of 10 s in memory", "saves: 3, failed: 0, under way: 0",
                     "last: " + str(self.home / "samples")):
            self.assertIn(part, status)
        self.assertEqual(self.ask("pause"), "desktop: paused\n")
        self.ask("resume")
        self.assertIn("did you mean 'desktop'?", self.ask("set-source", "desktob", "system", code=EX_USAGE))
        self.assertIn("set-source needs", self.ask("set-source", code=EX_USAGE))
        self.ask("reload")
        self.assertEqual(self.source()["target"], "system")
        self.assertEqual(config.read_text(), made)
        self.ask("quit")
        self.assertEqual(isr.wait(20), 0, isr.log())
        self.assertEqual([path.name for path in (self.home / ".local/share/isr/recordings").iterdir()], [".isr"])


if __name__ == "__main__":
    tap.main()
