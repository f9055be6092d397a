"""Every codec through a real Icecast, chained Ogg too, and a sound card beside them, over many boundaries in one
daemon: joined files are what was sent, and each file is whole by itself."""

import contextlib
import itertools
import subprocess
import threading
import time
import unittest

import adts
import mp3
import ogg
import pulse
import recordings
import tap
from codecs_sent import CODECS, check_ogg, decode_flac, encode
from harness import Isr, run_isr, scratch_folder, wait_for
from icecast import Icecast
from wav_file import WavFile

SPLIT_SECONDS = 3
BOUNDARIES = 4
CARD_SPLIT_SECONDS = 1
CARD_BOUNDARIES = 20
SONG_SECONDS = 4
SONGS = 8
GENERAL = {"split_minutes": SPLIT_SECONDS / 60, "filename_pattern": "{source}/%H%M%S"}

CHAINS = {"vorbischain": ("ogg", CODECS["vorbis"][2]), "opuschain": ("opus", CODECS["opus"][2])}
AAC_FRAME = 1024
VORBIS_BLOCK = 2048 / 44100


class Clockwork:
    """Listens to the sound card as isr does, but with another program: when was which frame there?"""

    def __init__(self, card):
        self.delay = None  # lowest (time - frame / rate)
        self.process = subprocess.Popen(
            ["parec", "--raw", f"--rate={pulse.RATE}", "--format=s16le", "--channels=2", "--latency-msec=5",
             "--device=card.monitor"], stdout=subprocess.PIPE, env={**dict(card.env), "PATH": "/usr/bin:/bin"})
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        left = b""
        while data := self.process.stdout.read1(4096):
            now = time.time()
            left += data
            whole = len(left) // 4 * 4
            if whole:
                last = pulse.first_number(left[whole - 4:whole])
                left = left[whole:]
                if last:
                    delay = now - (last + 1) / pulse.RATE
                    self.delay = delay if self.delay is None else min(self.delay, delay)

    def time_of(self, frame):
        return self.delay + frame / pulse.RATE

    def stop(self):
        self.process.kill()
        self.process.wait()


class CodecsTest(unittest.TestCase):
    """One run; each test looks at one promise about what it left."""

    @classmethod
    def setUpClass(cls):
        resources = contextlib.ExitStack()
        cls.addClassCleanup(resources.close)
        folder = scratch_folder(resources)
        icecast = Icecast(folder)
        icecast.start()
        resources.callback(icecast.kill)
        cls.encode_all(folder)
        card = pulse.SoundCard(folder)
        resources.callback(card.kill)
        players = [card.play_ramp(60)]
        for name, path in cls.sent.items():
            players.append(icecast.feed(name, path, CODECS[name][1]))
        for name, paths in cls.songs.items():
            players.append(icecast.play(name, paths))
        for player in players:
            resources.callback(player.kill)
        cls.clockwork = Clockwork(card)
        resources.callback(cls.clockwork.stop)
        cls.isr = Isr(folder, {
            "mic": {"type": "soundcard", "device": pulse.PCM, "sample_rate": pulse.RATE,
                    "split_minutes": CARD_SPLIT_SECONDS / 60},
            **{name: {"type": "stream", "url": icecast.url(name)} for name in [*CODECS, *CHAINS]}}, GENERAL, card.env)
        resources.callback(cls.isr.kill)
        wait_for("enough files", cls.has_enough, seconds=45, alive=[cls.isr, *players])
        cls.exit_code = cls.isr.stop()
        cls.files = {name: recordings.of_source(cls.isr.recordings, name) for name in [*CODECS, *CHAINS, "mic"]}

    @classmethod
    def encode_all(cls, folder):
        cls.sent = {name: encode(folder / f"{name}.{ending}", 45, seed, arguments)
                    for seed, (name, (ending, _, arguments)) in enumerate(CODECS.items())}
        cls.songs = {name: [encode(folder / f"{name}{number}.{ending}", SONG_SECONDS, 100 + number, arguments,
                                   f"Söng {number}") for number in range(SONGS)]
                     for name, (ending, arguments) in CHAINS.items()}

    @classmethod
    def has_enough(cls):
        counts = {path.name: len(list(path.iterdir())) for path in cls.isr.recordings.glob("*") if path.is_dir()}
        return counts.get("mic", 0) > CARD_BOUNDARIES + 1 and all(
            counts.get(name, 0) > BOUNDARIES for name in [*CODECS, *CHAINS])

    def test_verify_decodes_every_file_and_finds_nothing_missing_but_what_was(self):
        result = run_isr("verify", self.isr.config, seconds=60)
        count = sum(len(files) for files in self.files.values())
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        self.assertIn(f"{count} files decoded, 0 damaged, 0 not checked\n", result.stdout)
        for name in self.files:
            self.assertRegex(result.stdout, rf"(?m)^{name} +\S+ +100\.000 % ")

    def units(self, name, path):
        """The packets or frames of a file, as they were sent."""
        return adts.frames(path.read_bytes()) if name == "aac" else ogg.audio_packets(path.read_bytes())

    def joined_units(self, name):
        return [unit for segment in self.files[name] for unit in self.units(name, segment.path)]

    def test_it_ends_well_and_says_nothing_worth_a_warning(self):
        self.assertEqual(self.exit_code, 0, self.isr.log())
        self.assertEqual(self.isr.troubles(), [])

    def test_joined_files_hold_every_packet_once_and_in_order(self):
        for name in ("aac", "vorbis", "opus"):
            with self.subTest(name):
                units = self.joined_units(name)
                self.assertEqual(mp3.breaks(units, self.units(name, self.sent[name])), [])
                self.assertGreater(len(self.files[name]), BOUNDARIES)

    def test_joined_flac_files_hold_every_sample_once_and_in_order(self):
        for name in ("oggflac", "flac"):
            with self.subTest(name):
                joined = b"".join(decode_flac(segment.path) for segment in self.files[name])
                sent = decode_flac(self.sent[name])
                self.assertIn(joined[:64], sent)
                begin = sent.index(joined[:64])
                self.assertTrue(sent[begin:begin + len(joined)] == joined, "not what was sent from its first sample on")
                self.assertGreater(len(self.files[name]), BOUNDARIES)
                self.assertEqual(len(joined) // 4, sum(segment.frames for segment in self.files[name]))

    def test_a_chained_stream_goes_on_in_one_file_and_its_titles_are_noted(self):
        for name, paths in self.songs.items():
            with self.subTest(name):
                sent = [(unit, number) for number, path in enumerate(paths) for unit in self.units(name, path)]
                self.assertEqual(mp3.breaks(self.joined_units(name), [unit for unit, _ in sent]), [])
                song = dict(sent)
                self.assertGreater(len({song[unit] for unit in self.joined_units(name)}), 2)
                for segment in self.files[name]:
                    (stream,) = ogg.streams(segment.path.read_bytes())
                    self.assertTrue(stream.ended)
                    self.assert_titles(segment, [song[unit] for unit in stream.audio])
                self.assertEqual([segment.began for segment in self.files[name]],
                                 ["start"] + ["boundary"] * (len(self.files[name]) - 1))

    def assert_titles(self, segment, songs):
        """That each song of a file is noted where it begins; `songs`: of each packet."""
        titles = recordings.rows(
            self.isr.recordings, "SELECT * FROM title WHERE segment = ? ORDER BY time", segment.name)
        self.assertEqual([title["text"] for title in titles],
                         [f"Ärtist - Söng {number}" for number in sorted(set(songs))], segment)
        for title, number in zip(titles, sorted(set(songs))):
            share = songs.index(number) / len(songs)
            # Packets are not of one length: only about where.
            self.assertAlmostEqual((title["time"] - segment.start_us) / 1e6, share * segment.duration, delta=0.5)

    def test_each_file_begins_at_0_and_tells_its_own_duration(self):
        for name in [*CODECS, *CHAINS]:
            for segment in self.files[name]:
                with self.subTest(segment.name):
                    if name == "aac":  # which cannot: the catalogue does
                        self.assertEqual(len(self.units(name, segment.path)) * AAC_FRAME, segment.frames)
                        continue
                    answer = recordings.probe(segment.path)["format"]
                    self.assertAlmostEqual(float(answer.get("start_time", 0)), 0, delta=0.0001)
                    delta = VORBIS_BLOCK if "vorbis" in name else 0.001
                    self.assertAlmostEqual(float(answer["duration"]), segment.duration, delta=delta)

    def test_each_file_begins_at_its_boundary_and_all_are_as_long_as_the_time_between_them(self):
        for name in [*CODECS, *CHAINS]:
            between = self.files[name][1:-1]
            for segment in between:
                # The first frame at or after it.
                self.assertLess(segment.start_us % (SPLIT_SECONDS * 1_000_000), 100_000, repr(segment))
            # What the clock map learns meanwhile of when audio comes makes one file longer or shorter, not all.
            self.assertAlmostEqual(sum(segment.duration for segment in between), SPLIT_SECONDS * len(between), delta=0.8,
                                   msg=repr(between))

    def test_the_codecs_own_tools_find_nothing_wrong(self):
        for name, tool in {"vorbis": "ogginfo", "vorbischain": "ogginfo", "opus": "opusinfo", "opuschain": "opusinfo",
                           "oggflac": "ogginfo"}.items():
            for segment in self.files[name]:
                check_ogg(segment.path, tool)

    # ---- The sound card

    def test_the_joined_sound_card_files_hold_every_sample_over_twenty_boundaries(self):
        self.assertGreater(len(self.files["mic"]), CARD_BOUNDARIES)
        numbers = pulse.read_frames(b"".join(WavFile(segment.path).pcm for segment in self.files["mic"]))
        broken = [index for index, (this, following) in enumerate(itertools.pairwise(numbers))
                  if following != this + 1]
        self.assertEqual(broken[:10], [])
        self.assertEqual(recordings.gaps(self.isr.recordings, "mic"), [])

    def test_each_boundary_is_the_sample_where_the_clock_map_puts_it(self):
        for segment in self.files["mic"][1:]:
            self.assertLess(segment.start_us % (CARD_SPLIT_SECONDS * 1_000_000), 1_000_000 / pulse.RATE + 1, segment)

    def test_each_boundary_is_within_20_ms_of_the_system_clock(self):
        late = [self.clockwork.time_of(pulse.first_number(WavFile(segment.path).pcm)) - segment.start_us / 1e6
                for segment in self.files["mic"][1:]]
        self.assertLess(max(late), 0.02, late)
        self.assertGreater(min(late), -0.02, late)


if __name__ == "__main__":
    tap.main()
