"""A desktop without a screen: an X server, a message bus, and who shows notifications."""

import json
import os
import subprocess

from harness import Program, wait_for


class DesktopSession:
    def __init__(self, folder, env=None):
        self.folder = folder / "desktop"
        self.folder.mkdir(mode=0o700)
        bus = f"unix:path={self.folder}/bus"
        # For every program that shall be on this desktop.
        self.env = {**(env or {}), "DBUS_SESSION_BUS_ADDRESS": bus}
        self.programs = []
        self.start("bus", "dbus-daemon", "--session", "--nofork", f"--address={bus}")
        wait_for("the message bus", (self.folder / "bus").exists, alive=self.programs)
        display = self.start("display", "Xvfb", "-displayfd", "1", "-nolisten", "tcp")
        number = wait_for("the X server", lambda: display.log_path.read_text().strip(), alive=self.programs)
        self.env["DISPLAY"] = f":{number}"
        self.start("dunst", "dunst")
        wait_for("dunst", lambda: self.ask("dunstctl", "is-paused").returncode == 0, alive=self.programs)

    def start(self, name, *command):
        # Programs of others may say what they like.
        program = Program(name, command, self.folder, {**self.env, "G_DEBUG": ""})
        self.programs.append(program)
        return program

    def ask(self, *command):
        return subprocess.run(command, env=dict(os.environ, **self.env), stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)

    def notifications(self):
        """(summary, body) of each that is shown or was, the newest first."""
        self.ask("dunstctl", "close-all")  # only what is closed is history
        [history] = json.loads(self.ask("dunstctl", "history").stdout)["data"]
        return [(one["summary"]["data"], one["body"]["data"]) for one in history]

    def kill(self):
        for program in reversed(self.programs):
            program.kill()
