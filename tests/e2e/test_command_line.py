"""What the commands say, and with which code they end."""

import re
import signal
import socket
import unittest

import mp3
import pulse
import recordings
import tap
from harness import Isr, Program, TestCase, run_isr, wait_for, write_config
from icecast import Icecast

EX_OK = 0
EX_UNAVAILABLE = 69
EX_CONFIG = 78

GOOD = {
    "general": {"output_directory": "recordings", "split_minutes": 15},
    "web": {"port": 8099},
    "beeps": {"type": "test", "wave": "sine"},
}
# line: text. Every one of these lines is wrong in another way.
BAD = """[general]
split_minutes = never
outptu_directory = x
[radio]
type = stream
[card]
type = soundcard
channels = many
[thing]
type = telepathy
"""


class CommandLineTest(TestCase):
    def test_version_is_one_line(self):
        result = run_isr("--version")
        self.assertEqual(result.returncode, EX_OK)
        self.assertRegex(result.stdout, r"\Aisr \d+\.\d+\.\d+\n\Z")

    def test_help_names_the_commands(self):
        result = run_isr("--help")
        self.assertEqual(result.returncode, EX_OK)
        for word in ("run", "check", "--list-devices", "--version"):
            self.assertIn(word, result.stdout)

    def test_an_unknown_command_is_refused_with_a_sentence(self):
        result = run_isr("recrod")
        self.assertNotEqual(result.returncode, EX_OK)
        self.assertIn("recrod", result.stderr)
        self.assertEqual(result.stdout, "")

    def test_check_prints_the_settings_in_effect_as_a_config(self):
        config = write_config(self.folder / "good.ini", GOOD)
        result = run_isr("check", config, cwd=self.folder)
        self.assertEqual((result.returncode, result.stderr), (EX_OK, ""))
        self.assertIn(f"output_directory = {self.folder}/recordings", result.stdout)
        self.assertRegex(result.stdout, r"(?m)^port = 8099$")

        again = self.folder / "again.ini"
        again.write_text(result.stdout)
        self.assertEqual(run_isr("check", again).stdout, result.stdout)

    def test_check_reports_every_problem_with_its_line(self):
        config = self.folder / "bad.ini"
        config.write_text(BAD)
        for command in ("check", "run"):
            with self.subTest(command):
                result = run_isr(command, config)
                self.assertEqual(result.returncode, EX_CONFIG, result.stderr)
                self.assertEqual(result.stdout, "")
                lines = {int(number) for number in re.findall(r"bad\.ini:(\d+)", result.stderr)}
                # radio lacks its url: said at its section.
                self.assertEqual(lines, {2, 3, 4, 8, 10}, result.stderr)
                self.assertIn("output_directory", result.stderr, "the nearest known key")

    def test_a_config_that_is_not_there_is_a_config_problem(self):
        result = run_isr("check", self.folder / "none.ini")
        self.assertEqual(result.returncode, EX_CONFIG)
        self.assertIn("none.ini", result.stderr)

    def test_a_password_is_never_shown(self):
        config = write_config(self.folder / "secret.ini", {**GOOD, "radio": {
            "type": "stream", "url": "http://user:hunter2@127.0.0.1:9/live", "format": "mp3"}})
        result = run_isr("check", config)
        self.assertNotIn("hunter2", result.stdout + result.stderr)

    def test_the_printed_pipeline_of_a_source_records_it_without_isr(self):
        mp3.make_noise(self.folder / "show.mp3", 60, seed=1)
        icecast = Icecast(self.folder)
        icecast.start()
        self.resources.callback(icecast.kill)
        self.start(icecast.feed("live.mp3", self.folder / "show.mp3"))
        config = write_config(self.folder / "isr.ini", {
            "general": {"split_minutes": 2 / 60, "log_file": ""},
            "two words": {"type": "test", "format": "flac", "bits": 24},
            "radio": {"type": "stream", "url": icecast.url("live.mp3?a=b&c='d'"), "format": "mp3",
                      "username": "me", "password": "hunter2"}})
        runs = {}
        for source, extension in (("two words", "flac"), ("radio", "mp3")):
            printed = run_isr("check", "--gst", source, config)
            self.assertEqual((printed.returncode, printed.stderr), (EX_OK, ""))
            self.assertNotIn("hunter2", printed.stdout)
            self.assertEqual(printed.stdout.count("\n"), 1)
            runs[source, extension] = self.start(Program(
                extension, ["bash", "-c", "exec env " + printed.stdout], self.folder))
        for (source, extension), run in runs.items():
            files = [self.folder / f"{source}{number:03}.{extension}" for number in range(3)]
            wait_for(f"three files of {source}", files[-1].exists, alive=[run])
            self.assertEqual(run.stop(signal.SIGINT), 0, run.log())
            self.assertIn("isr-file", run.log())
            # The first one ends at a boundary, which may come at once.
            self.assertGreater(float(recordings.probe(files[1])["format"]["duration"]), 1.5)

    def test_check_knows_no_pipeline_of_a_source_that_there_is_not(self):
        config = write_config(self.folder / "good.ini", GOOD)
        result = run_isr("check", "--gst", "beep", config)
        self.assertEqual((result.returncode, result.stdout), (64, ""))
        self.assertIn("there is no source 'beep'; there are beeps", result.stderr)

    def test_a_sound_card_is_listed_with_what_to_write_in_the_config(self):
        card = pulse.SoundCard(self.folder)
        self.resources.callback(card.kill)
        result = run_isr("--list-devices", env=card.env)
        self.assertEqual((result.returncode, result.stderr), (EX_OK, ""))
        self.assertIn(pulse.PCM, result.stdout)
        self.assertIn("Test microphone", result.stdout)

    def test_a_busy_port_ends_it_with_a_sentence_that_names_the_port(self):
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            port = other.getsockname()[1]
            isr = self.start(Isr(self.folder, {"beeps": {"type": "test"}, "web": {"port": port}}))
            self.assertEqual(isr.wait(10), EX_UNAVAILABLE, isr.log())
            self.assertIn(str(port), isr.log())


if __name__ == "__main__":
    tap.main()
