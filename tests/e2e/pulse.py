"""A sound card made of software: an ALSA PCM whose samples say where they belong.

A private PulseAudio has a sink that plays into nothing, in real time. What the sink plays can be
captured from the ALSA PCM `PCM`, bit for bit: rates, formats and channels are the same all the way.
"""

import array
import sys

from harness import Program, wait_for

PCM = "testmic"
RATE = 48000

ASOUND = """
</usr/share/alsa/alsa.conf>
pcm.{pcm} {{
  type pulse
  device "card.monitor"
  hint {{ show on description "Test microphone" }}
}}
"""


class SoundCard:
    def __init__(self, folder):
        self.folder = folder / "pulse"
        self.folder.mkdir(mode=0o700)
        asound = self.folder / "asound.conf"
        asound.write_text(ASOUND.format(pcm=PCM))
        server = f"unix:{self.folder}/native"
        # For every program that shall see this card.
        self.env = {"PULSE_SERVER": server, "ALSA_CONFIG_PATH": str(asound),
                    "PULSE_COOKIE": str(self.folder / "cookie"), "XDG_RUNTIME_DIR": str(self.folder)}
        self.daemon = Program("pulseaudio", [
            "pulseaudio", "-n", "--exit-idle-time=-1", "--daemonize=no", "--use-pid-file=no",
            "--disable-shm=yes",
            "-L", f"module-native-protocol-unix socket={self.folder}/native auth-anonymous=1",
            "-L", f"module-null-sink sink_name=card rate={RATE} format=s16le channels=2 norewinds=1"],
            self.folder, self.env)
        wait_for("PulseAudio to listen", (self.folder / "native").exists, alive=[self.daemon])

    def play_ramp(self, seconds):
        """Plays frames numbered from 1; returns the player once it plays."""
        ramp = self.folder / "ramp.raw"
        with open(ramp, "wb") as file:
            write_frames(file, range(1, RATE * seconds))
        player = Program("pacat", [
            "pacat", "--playback", "--raw", f"--rate={RATE}", "--format=s16le", "--channels=2",
            "--latency-msec=2000", "--device=card", "--verbose", ramp], self.folder, self.env)
        wait_for("pacat to play", lambda: "Stream started" in player.log(), alive=[player])
        return player

    def kill(self):
        self.daemon.kill()


def write_frames(file, numbers):
    """A frame's number, as its 16 bits on the left and its 16 bits on the right."""
    frames = array.array("I", numbers)
    if sys.byteorder == "big":
        frames.byteswap()
    frames.tofile(file)


def read_frames(pcm):
    """The numbers of the frames in S16LE stereo audio."""
    frames = array.array("I")
    frames.frombytes(pcm)
    if sys.byteorder == "big":
        frames.byteswap()
    return frames
