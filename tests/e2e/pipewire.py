"""A PipeWire server with WirePlumber and an output that plays into nothing, on a message bus of its own."""

import json
import os
import subprocess
import wave

from harness import Program, wait_for
from pulse import RATE, TONE_SECONDS, tone_of

SINK = "card"
NODE = ("{{ factory.name=support.null-audio-sink node.name={name} node.description={name} media.class=Audio/Sink "
        "object.linger=true audio.position=[FL FR] audio.rate=48000 }}")


class Server:
    def __init__(self, folder):
        self.folder = folder / "pipewire"
        self.folder.mkdir(mode=0o700)
        self.env = {"XDG_RUNTIME_DIR": str(self.folder), "XDG_STATE_HOME": str(self.folder),
                    "DBUS_SESSION_BUS_ADDRESS": f"unix:path={self.folder}/bus",
                    "PULSE_SERVER": f"unix:{self.folder}/no-pulse"}
        self.bus = Program("dbus", ["dbus-daemon", "--session", "--nofork", f"--address=unix:path={self.folder}/bus"],
                           self.folder, self.env)
        wait_for("the message bus", (self.folder / "bus").exists, alive=[self.bus])
        self.daemons = []
        self.start()

    def start(self):
        self.daemons = [Program("pipewire", ["pipewire"], self.folder, self.env)]
        wait_for("PipeWire to listen", lambda: self.ask("pw-cli", "info", "0").returncode == 0, alive=self.daemons)
        self.daemons.append(Program("wireplumber", ["wireplumber"], self.folder, self.env))
        self.add_output(SINK)

    def add_output(self, name):
        self.ask("pw-cli", "create-node", "adapter", NODE.format(name=name))
        wait_for(f"the output {name}", lambda: f'node.name = "{name}"' in self.ask("pw-cli", "ls", "Node").stdout,
                 alive=self.daemons)

    def ask(self, *command):
        return subprocess.run(command, env=dict(os.environ, **self.env), stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)

    def play_tone(self, application, hertz, sink=SINK):
        """An application that plays a tone for ever, at -12 dBFS; returns it once it plays."""
        return self.play(tone_of(hertz, TONE_SECONDS), application, f"{application}{hertz}", sink)

    def play(self, pcm, application, node, sink):
        path = self.folder / f"{node}.wav"
        with wave.open(str(path), "wb") as file:
            file.setparams((2, 2, RATE, 0, "NONE", ""))
            file.writeframes(pcm)
        player = Program(node, [
            "pw-cat", "--playback", f"--target={sink}", "--volume=1.0",
            "--properties", f"{{ application.name={application} node.name={node} }}", path], self.folder, self.env)
        wait_for(f"{node} to play", lambda: self.state_of(node) == "running", alive=[player])
        return player

    def state_of(self, name):
        """Of the node, None when there is none."""
        for thing in json.loads(self.ask("pw-dump").stdout or "[]"):
            if thing["type"] == "PipeWire:Interface:Node" and thing["info"]["props"].get("node.name") == name:
                return thing["info"]["state"]
        return None

    def kill(self):
        """The server, and whoever manages it."""
        for daemon in self.daemons:
            daemon.kill()

    def kill_all(self):
        self.kill()
        self.bus.kill()
