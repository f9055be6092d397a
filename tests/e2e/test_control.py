"""The commands that talk to the running daemon, and SIGHUP."""

import json
import signal
import socket
import unittest

import recordings
import tap
from harness import Isr, TestCase, run_isr, wait_for, write_config

EX_OK = 0
EX_USAGE = 64
EX_UNAVAILABLE = 69
EX_CONFIG = 78

TWO = {"beeps": {"type": "test"}, "hush": {"type": "test", "wave": "silence"}}


class ControlTest(TestCase):
    def start_isr(self, sections=None, general=None, folder=None):
        sections = sections or TWO
        isr = self.start(Isr(folder or self.folder, sections, general))
        for source in sections.keys() - {"web"}:
            isr.wait_for_state(source, "recording")
        return isr

    def command(self, isr, *words, code=EX_OK):
        result = run_isr(*words, isr.config)
        self.assertEqual(result.returncode, code, result.stdout + result.stderr + isr.log())
        return result

    def sources(self, isr):
        """By name, as the daemon has them now."""
        document = json.loads(self.command(isr, "status", "--json").stdout)
        return {source["name"]: source for source in document["active"]}

    def states(self, isr):
        return {name: source["state"] for name, source in self.sources(isr).items()}

    def wait_for_states(self, isr, **states):
        wait_for(f"the states {states}", lambda: self.states(isr) == states, alive=[isr])

    def rewrite(self, isr, sections, general=None):
        """Another config in the place of the one that is in force."""
        isr.configure(sections, general)

    def ends(self, isr, source):
        """(why it began, why it ended) of each of the source's files."""
        return [(segment.began, segment.ended)
                for segment in recordings.of_source(isr.recordings, source)]

    # ---- status

    def test_status_is_a_table_for_people_and_json_for_programs(self):
        isr = self.start_isr()
        table = self.command(isr, "status").stdout.splitlines()
        self.assertRegex(table[0], r"\Aisr \d+\.\d+\.\d+, \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\Z")
        self.assertEqual(table[2].split(), ["SOURCE", "STATE", "SINCE", "FILE", "LENGTH", "MESSAGE"])
        self.assertRegex(table[3], r"\Abeeps +recording +\S+ \S+ +\S+\.wav +0:00:\d\d\Z")
        self.assertRegex(table[4], r"\Ahush +recording ")
        self.assertEqual(self.sources(isr)["beeps"]["file"], table[3].split()[4])

    def test_status_finds_the_socket_by_its_path_too(self):
        isr = self.start_isr()
        path = isr.recordings / ".isr" / "control.sock"
        self.assertEqual(path.stat().st_mode & 0o777, 0o600)
        result = run_isr("status", "--socket", path, cwd=self.folder)
        self.assertEqual((result.returncode, result.stderr), (EX_OK, ""))
        self.assertIn("beeps", result.stdout)

    def test_without_a_daemon_every_command_says_what_to_do(self):
        config = write_config(self.folder / "isr.ini", {
            "general": {"output_directory": self.folder / "recordings"}, **TWO})
        for words in (["status"], ["pause", "beeps"], ["resume", "all"], ["reload"], ["quit"]):
            with self.subTest(words[0]):
                result = run_isr(*words, config)
                self.assertEqual((result.returncode, result.stdout), (EX_UNAVAILABLE, ""))
                self.assertIn("isr is not running", result.stderr)
                self.assertIn("control.sock", result.stderr)

    def test_after_a_crash_the_commands_say_so_and_a_new_daemon_listens(self):
        isr = self.start_isr()
        isr.kill()
        self.assertIn("not running", self.command(isr, "status", code=EX_UNAVAILABLE).stderr)
        # The dead one's, which says of the new one that it records already.
        (isr.recordings / "status.json").unlink()
        isr = self.start_isr()
        self.wait_for_states(isr, beeps="recording", hush="recording")

    # ---- pause and resume

    def test_a_paused_source_has_a_finished_file_and_the_others_go_on(self):
        isr = self.start_isr()
        before = self.sources(isr)
        self.assertEqual(self.command(isr, "pause", "beeps").stdout, "beeps: paused\n")
        self.assertEqual(self.states(isr), {"beeps": "paused", "hush": "recording"})
        self.assertEqual(self.sources(isr)["hush"]["file"], before["hush"]["file"])
        recordings.probe(isr.recordings / before["beeps"]["file"])

        # Again, and for all: nothing new.
        self.command(isr, "pause", "beeps")
        self.command(isr, "resume", "hush")
        self.assertEqual(self.states(isr), {"beeps": "paused", "hush": "recording"})

        self.assertEqual(self.command(isr, "resume", "all").stdout, "beeps: resumed\nhush: resumed\n")
        self.wait_for_states(isr, beeps="recording", hush="recording")
        self.assertEqual(isr.stop(), 0, isr.log())
        self.assertEqual(isr.troubles(), [])
        self.assertEqual(self.ends(isr, "beeps"), [("start", "stop"), ("start", "stop")])
        self.assertEqual(self.ends(isr, "hush"), [("start", "stop")])
        self.assertEqual([gap["cause"] for gap in recordings.gaps(isr.recordings, "beeps")], ["stop"])

    def test_a_pause_outlives_a_reload_but_not_a_restart(self):
        isr = self.start_isr()
        self.command(isr, "pause", "all")
        self.rewrite(isr, {**TWO, "beeps": {"type": "test", "sample_rate": 8000}})
        self.assertEqual(self.command(isr, "reload").stdout, "restarted: beeps\n")
        self.assertEqual(self.states(isr), {"beeps": "paused", "hush": "paused"})
        self.command(isr, "resume", "beeps")
        self.wait_for_states(isr, beeps="recording", hush="paused")
        wait_for("a file of that rate", lambda: self.sources(isr)["beeps"].get("rate") == 8000, alive=[isr])
        self.assertEqual(isr.stop(), 0, isr.log())
        isr = self.start_isr()
        self.wait_for_states(isr, beeps="recording", hush="recording")

    def test_an_unknown_source_changes_nothing_and_the_nearest_is_named(self):
        isr = self.start_isr()
        for command in ("pause", "resume"):
            result = self.command(isr, command, "hush", "beep", code=EX_USAGE)
            self.assertIn("did you mean 'beeps'?", result.stderr)
        self.assertIn("which source? all, or one of beeps, hush", self.command(isr, "pause", code=EX_USAGE).stderr)
        self.assertEqual(self.states(isr), {"beeps": "recording", "hush": "recording"})

    # ---- reload

    def test_reload_restarts_only_what_changed(self):
        isr = self.start_isr({**TWO, "gone": {"type": "test"}})
        before = self.sources(isr)
        self.rewrite(isr, {"new": {"type": "test"}, "hush": TWO["hush"],
                           "beeps": {"type": "test", "wave": "sine", "channels": 1}})
        self.assertEqual(self.command(isr, "reload").stdout,
                         "added: new\nrestarted: beeps\nremoved: gone\n")
        self.assertEqual(list(self.sources(isr)), ["new", "hush", "beeps"], "the order of the config")
        self.wait_for_states(isr, new="recording", hush="recording", beeps="recording")
        self.assertEqual(self.sources(isr)["hush"]["file"], before["hush"]["file"])
        self.assertEqual(self.command(isr, "reload").stdout, "reloaded; no source changed\n")
        self.assertEqual(isr.stop(), 0, isr.log())
        self.assertEqual(isr.troubles(), [])
        self.assertEqual(self.ends(isr, "gone"), [("start", "config")])
        self.assertEqual(self.ends(isr, "beeps"), [("start", "config"), ("config", "stop")])
        self.assertEqual(self.ends(isr, "hush"), [("start", "stop")])
        self.assertEqual(self.ends(isr, "new"), [("start", "stop")])
        for name in [before["gone"]["file"], before["beeps"]["file"]]:
            recordings.probe(isr.recordings / name)

    def test_a_wrong_config_changes_nothing_and_every_problem_is_told(self):
        isr = self.start_isr()
        before = self.sources(isr)
        isr.config.write_text("[general]\nsplit_minutes = never\n[beeps]\ntype = telepathy\n")
        socket_path = isr.recordings / ".isr" / "control.sock"
        result = run_isr("reload", "--socket", socket_path)
        self.assertEqual((result.returncode, result.stdout), (EX_CONFIG, ""))
        for line in (2, 4):
            self.assertIn(f"isr.ini:{line}:", result.stderr)
            self.assertTrue(any(f"isr.ini:{line}:" in row for row in isr.troubles()), isr.log())
        now = json.loads(run_isr("status", "--json", "--socket", socket_path).stdout)["active"]
        self.assertEqual([source["file"] for source in now],
                         [source["file"] for source in before.values()])

    def test_what_needs_a_restart_is_named_and_the_rest_is_done(self):
        isr = self.start_isr()
        self.rewrite(isr, {"beeps": TWO["beeps"]}, {"log_file": "", "log_level": "DEBUG"})
        self.assertEqual(self.command(isr, "reload").stdout,
                         "removed: hush\ntakes effect after a restart of isr: log_file\n")
        wait_for("log lines of the new level", lambda: " DEBUG " in isr.log(), alive=[isr])
        self.assertIn("log_file", self.command(isr, "reload").stdout, "still so")

    def test_sighup_is_a_reload(self):
        isr = self.start_isr()
        self.rewrite(isr, {"hush": TWO["hush"]})
        isr.process.send_signal(signal.SIGHUP)
        self.wait_for_states(isr, hush="recording")
        self.assertIn("removed: beeps", isr.log())
        isr.config.write_text("nonsense")
        isr.process.send_signal(signal.SIGHUP)
        wait_for("the problem in the log", lambda: "isr.ini:1:" in isr.log(), alive=[isr])
        self.assertEqual(isr.stop(), 0, isr.log())

    def test_reloads_one_upon_the_other_end_with_the_last_config(self):
        isr = self.start_isr()
        for rate in range(8000, 8010):
            self.rewrite(isr, {"beeps": {"type": "test", "sample_rate": rate}})
            isr.process.send_signal(signal.SIGHUP)
            self.rewrite(isr, {**TWO, "beeps": {"type": "test", "sample_rate": rate}})
            isr.process.send_signal(signal.SIGHUP)
        self.command(isr, "reload")
        self.wait_for_states(isr, beeps="recording", hush="recording")
        wait_for("a file of that rate", lambda: self.sources(isr)["beeps"].get("rate") == 8009, alive=[isr])
        self.assertEqual(isr.stop(), 0, isr.log())
        for source in TWO:
            for segment in recordings.of_source(isr.recordings, source):
                self.assertIn(segment.ended, ("config", "stop"), segment)
                recordings.probe(segment.path)

    # ---- quit, and only one

    def test_quit_comes_back_when_everything_is_finished(self):
        isr = self.start_isr()
        self.assertEqual(self.command(isr, "quit").stdout, "")
        # Nothing is left to wait for: the next one can have all of it.
        self.start_isr()
        self.assertEqual(isr.wait(1), 0, isr.log())
        self.assertEqual(isr.troubles(), [])
        self.assertEqual(self.ends(isr, "beeps")[0], ("start", "stop"))

    def test_a_second_daemon_is_refused_and_the_first_goes_on(self):
        isr = self.start_isr(sections={**TWO, "web": {"port": 0}})
        result = run_isr("run", isr.config, seconds=10)
        self.assertEqual(result.returncode, EX_UNAVAILABLE, result.stderr)
        self.assertIn(f"process {isr.process.pid}", result.stderr)
        self.assertIn("state_directory", result.stderr)
        self.assertEqual(self.states(isr), {"beeps": "recording", "hush": "recording"})
        self.assertEqual(isr.stop(), 0, isr.log())
        self.assertEqual(self.ends(isr, "beeps"), [("start", "stop")])

    def test_a_path_too_long_for_a_socket_is_a_warning_and_it_records(self):
        state = self.folder / ("s" * 100)
        isr = self.start_isr(general={"state_directory": state})
        self.assertIn(str(state), "\n".join(isr.troubles()))
        self.assertIn("state_directory", self.command(isr, "status", code=EX_UNAVAILABLE).stderr)
        self.assertEqual(isr.stop(), 0, isr.log())

    def test_strangers_at_the_socket_hold_up_nobody(self):
        isr = self.start_isr()
        path = str(isr.recordings / ".isr" / "control.sock")
        for _ in range(40):
            with socket.socket(socket.AF_UNIX) as stranger:
                stranger.connect(path)
                stranger.sendall(b"[" * 60000)
        with socket.socket(socket.AF_UNIX) as stranger:
            stranger.connect(path)
            stranger.settimeout(10)
            stranger.sendall(b"[" * 70000)
            self.assertIn(b"too-long", stranger.recv(4096))
        self.assertEqual(self.states(isr), {"beeps": "recording", "hush": "recording"})
        self.assertEqual(isr.stop(), 0, isr.log())


if __name__ == "__main__":
    tap.main()
