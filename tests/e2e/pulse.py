"""A sound card made of software: an ALSA PCM whose samples say where they belong.

A private PulseAudio has a sink that plays into nothing, in real time. What the sink plays can be
captured from the ALSA PCM `PCM`, bit for bit: rates, formats and channels are the same all the way.
Cards of other widths than 16 bits are PCMs called `pcm_of(bits)`.
"""

import array
import math
import os
import subprocess
import sys

from harness import Program, wait_for

PCM = "testmic"
RATE = 48000

ASOUND = """
pcm.{pcm} {{
  type pulse
  device "{sink}.monitor"
  hint {{ show on description "Test microphone" }}
}}
"""


def pcm_of(bits):
    return PCM if bits == 16 else f"{PCM}{bits}"


def sink_of(bits):
    return "card" if bits == 16 else f"card{bits}"


class SoundCard:
    def __init__(self, folder, widths=(16,), rate=RATE):
        self.rate = rate
        self.folder = folder / "pulse"
        self.folder.mkdir(mode=0o700)
        asound = self.folder / "asound.conf"
        asound.write_text("</usr/share/alsa/alsa.conf>" + "".join(
            ASOUND.format(pcm=pcm_of(bits), sink=sink_of(bits)) for bits in widths))
        server = f"unix:{self.folder}/native"
        # For every program that shall see this card.
        self.env = {"PULSE_SERVER": server, "ALSA_CONFIG_PATH": str(asound),
                    "PULSE_COOKIE": str(self.folder / "cookie"), "XDG_RUNTIME_DIR": str(self.folder)}
        sinks = [word for bits in widths for word in (
            "-L", f"module-null-sink sink_name={sink_of(bits)} rate={rate} format=s{bits}le channels=2 norewinds=1")]
        self.command = [
            "pulseaudio", "-n", "--exit-idle-time=-1", "--daemonize=no", "--use-pid-file=no",
            "--disable-shm=yes",
            "-L", f"module-native-protocol-unix socket={self.folder}/native auth-anonymous=1",
            *sinks]
        self.daemon = None
        self.start()

    def start(self):
        self.daemon = Program("pulseaudio", self.command, self.folder, self.env)
        wait_for("PulseAudio to listen", lambda: self.pactl("info").returncode == 0, alive=[self.daemon])

    def pactl(self, *words):
        return subprocess.run(["pactl", *words], env=dict(os.environ, **self.env), stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)

    def play_ramp(self, seconds, bits=16):
        """Plays frames numbered from 1; returns the player once it plays."""
        ramp = self.folder / f"ramp{bits}.raw"
        ramp.write_bytes(frames_from(1, self.rate * seconds - 1, bits))
        player = Program(f"pacat{bits}", [
            "pacat", "--playback", "--raw", f"--rate={self.rate}", f"--format=s{bits}le", "--channels=2",
            "--latency-msec=2000", f"--device={sink_of(bits)}", "--verbose", ramp], self.folder, self.env)
        wait_for("pacat to play", lambda: "Stream started" in player.log(), alive=[player])
        return player

    def play_tone(self, application, hertz, sink=sink_of(16)):
        """An application that plays a tone for ever, at -12 dBFS; returns it once it plays."""
        tone = self.folder / f"{application}{hertz}.raw"
        tone.write_bytes(tone_of(hertz, TONE_SECONDS))
        player = Program(f"{application}{hertz}", [
            "pacat", "--playback", "--raw", f"--rate={RATE}", "--format=s16le", "--channels=2", "--latency-msec=200",
            f"--client-name={application}", f"--device={sink}", "--verbose", tone], self.folder, self.env)
        wait_for(f"{application} to play", lambda: "Stream started" in player.log(), alive=[player])
        return player

    def kill(self):
        self.daemon.kill()


TONE_SECONDS = 100  # longer than any test hears it


def tone_of(hertz, seconds):
    second = [round(0x7FFF / 4 * math.sin(2 * math.pi * hertz * at / RATE)) for at in range(RATE)]
    return native_bytes("h", [sample for sample in second for _ in range(2)]) * seconds


def level_of(hertz, pcm):
    """dBFS of a tone in S16LE stereo audio of whole seconds."""
    samples = array.array("h")
    samples.frombytes(pcm)
    left = samples[::2]
    turns = [2 * math.pi * (hertz * at % RATE) / RATE for at in range(len(left))]
    real = sum(sample * math.cos(turn) for sample, turn in zip(left, turns))
    imaginary = sum(sample * math.sin(turn) for sample, turn in zip(left, turns))
    return 20 * math.log10(max(2 * math.hypot(real, imaginary) / len(left) / 0x8000, 1e-9))


def frames_from(first, count, bits=16):
    """Stereo frames that hold their number: of 16 bits its low half on the left and its high half on
    the right; of more bits the number on the right, and noise made from it on the left."""
    numbers = range(first, first + count)
    if bits == 16:
        return native_bytes("I", numbers)
    samples = native_bytes("Q", ((number * NOISE & 0xFFFFFFFF) | number << 32 for number in numbers))
    if bits == 32:
        return samples
    # The low three of each four bytes.
    packed = bytearray(len(samples) // 4 * 3)
    for byte in range(3):
        packed[byte::3] = samples[byte::4]
    return bytes(packed)


def first_number(pcm, bits=16):
    """The number of the first frame in stereo audio."""
    return int.from_bytes(pcm[:4], "little") if bits == 16 else int.from_bytes(pcm[bits // 8:bits // 4], "little")


NOISE = 2654435761  # odd: each number gives another


def native_bytes(kind, numbers):
    values = array.array(kind, numbers)
    if sys.byteorder == "big":
        values.byteswap()
    return values.tobytes()


def read_frames(pcm):
    """The numbers of the frames in S16LE stereo audio."""
    frames = array.array("I")
    frames.frombytes(pcm)
    if sys.byteorder == "big":
        frames.byteswap()
    return frames
