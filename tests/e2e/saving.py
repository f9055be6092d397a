"""What must hold of isr save wherever the audio comes from: recordings, or memory."""

import array
import concurrent.futures
import contextlib
import json
import os
import subprocess
import threading
import time

import mp3
import pulse
import recordings
from disks import SmallDisk, skip_without_mounts
from harness import Isr, Program, TestCase, run_isr, scratch_folder, wait_for
from icecast import Icecast
from wav_file import WavFile

EX_USAGE = 64
EX_UNAVAILABLE = 69
EX_CANTCREAT = 73
SPLIT_SECONDS = 6
GENERAL = {"split_minutes": SPLIT_SECONDS / 60, "filename_pattern": "{source}/%H%M%S"}
PROMPT = 0.05  # seconds


def save(isr, *words):
    return run_isr("save", *words, isr.config, seconds=60)


def flac_to_pcm(path):
    done = subprocess.run(["flac", "--silent", "--decode", "--stdout", "--force-raw-format", "--endian=little",
                           "--sign=signed", path], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=True)
    return done.stdout


class Monitor:
    """Hears what the card's sink plays, as promptly as PulseAudio gives it out: the last frame's number."""

    def __init__(self, card):
        self.process = subprocess.Popen(
            ["parec", "--raw", f"--rate={pulse.RATE}", "--format=s16le", "--channels=2", "--latency-msec=5",
             "--device=card.monitor"], env=dict(os.environ, **card.env), stdout=subprocess.PIPE)
        self.last = 0
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        rest = b""
        while data := os.read(self.process.stdout.fileno(), 65536):
            rest += data
            whole = len(rest) // 4 * 4
            if whole:
                self.last = pulse.read_frames(rest[whole - 4:whole])[0]
            rest = rest[whole:]

    def kill(self):
        self.process.kill()
        self.reader.join()
        self.process.stdout.close()
        self.process.wait()


class Saves:
    """A sound card twice, an Icecast stream, and a generator, over boundaries every few seconds."""

    ANY = {}

    @classmethod
    def setUpClass(cls):
        resources = contextlib.ExitStack()
        cls.addClassCleanup(resources.close)
        cls.folder = scratch_folder(resources)
        cls.saves = cls.folder / "saves"
        cls.saves.mkdir()
        cls.card = pulse.SoundCard(cls.folder)
        resources.callback(cls.card.kill)
        player = cls.card.play_ramp(600)
        resources.callback(player.kill)
        cls.monitor = Monitor(cls.card)
        resources.callback(cls.monitor.kill)
        icecast = Icecast(cls.folder)
        icecast.start()
        resources.callback(icecast.kill)
        cls.sent = mp3.make_noise(cls.folder / "radio.mp3", 300, seed=1)
        resources.callback(icecast.feed("radio", cls.folder / "radio.mp3").kill)
        cls.sections = {**cls.sources(), "radio": {"type": "stream", "url": icecast.url("radio"), **cls.ANY},
                        "beeps": {"type": "test", **cls.ANY}, "replay": {"directory": cls.saves}}
        cls.isr = Isr(cls.folder, cls.sections, GENERAL, cls.card.env)
        resources.callback(cls.isr.kill)
        for source in ("wav", "flac", "radio", "beeps"):
            wait_for(f"enough of {source}", lambda source=source: cls.has_enough(source), 6 * SPLIT_SECONDS,
                     alive=[cls.isr, player])

    def save(self, *words):
        """What --json says of the saves."""
        result = save(self.isr, "--json", *words)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr + self.isr.log())
        return json.loads(result.stdout)

    def configure(self, **replay):
        self.isr.configure({**self.sections, "replay": {"directory": self.saves, **replay}}, GENERAL)
        result = run_isr("reload", self.isr.config)
        self.assertEqual((result.returncode, result.stdout), (0, "reloaded; no source changed\n"), result.stderr)

    def assert_is_ramp(self, pcm, seconds):
        numbers = pulse.read_frames(pcm)
        self.assertLessEqual(abs(len(numbers) - seconds * pulse.RATE), 1)
        first = numbers[0]
        self.assertEqual(numbers, array.array("I", range(first, first + len(numbers))), "not what was played")
        return numbers

    # ---- to the sample

    def test_the_last_seconds_are_what_was_played_up_to_the_command_across_a_seam(self):
        for source in ("wav", "flac"):
            with self.subTest(source):
                before, asked = self.monitor.last, time.time()
                (saved,) = self.save("--source", source, "--seconds", SPLIT_SECONDS + 1)
                answered = time.time()
                path = self.saves / saved["path"]
                self.assertEqual((saved["note"], saved["gaps"], saved["format"]), (None, [], "wav"))
                wav = WavFile(path)
                numbers = self.assert_is_ramp(wav.pcm, SPLIT_SECONDS + 1)
                late = (before - numbers[-1]) / pulse.RATE
                end = saved["start"] + saved["seconds"]
                print(f"# {source}: the end is {late * 1000:+.0f} ms before what was heard when the command was given, "
                      f"{(end - asked) * 1000:+.0f} ms after that by its clock", flush=True)
                self.assertLess(late, PROMPT, "the end")
                self.assertLess(end, answered + PROMPT)
                midnight = time.localtime(saved["start"])
                seconds = (midnight.tm_hour * 60 + midnight.tm_min) * 60 + midnight.tm_sec + saved["start"] % 1
                reference = int.from_bytes(wav.chunks[b"bext"][338:346], "little")
                self.assertLessEqual(abs(reference - seconds * pulse.RATE), 1)
                self.assertEqual(path.parent.name, time.strftime("%Y-%m-%d", midnight))
                self.assertTrue(path.name.startswith(time.strftime("%H-%M-%S_", midnight)), path.name)

    def test_as_flac_and_as_it_was_recorded_the_samples_are_the_same(self):
        for form in ("flac", "copy"):
            self.configure(format=form)
            for source in ("wav", "flac"):
                with self.subTest(form=form, source=source):
                    (saved,) = self.save("--source", source, "--seconds", SPLIT_SECONDS + 1.5)
                    path = self.saves / saved["path"]
                    self.assertEqual(path.suffix, ".wav" if (form, source) == ("copy", "wav") else ".flac")
                    if path.suffix == ".flac":
                        pcm = flac_to_pcm(path)
                    else:
                        pcm = WavFile(path).pcm
                    self.assert_is_ramp(pcm, SPLIT_SECONDS + 1.5)
        self.configure()

    def test_a_stream_stays_as_it_came_in_whole_frames(self):
        (saved,) = self.save("--source", "radio", "--seconds", SPLIT_SECONDS + 1)
        path = self.saves / saved["path"]
        self.assertEqual((path.suffix, saved["gaps"], saved["note"]), (".mp3", [], None))
        frames = mp3.audio_frames(path.read_bytes())
        self.assertEqual(mp3.breaks(frames, self.sent), [])
        self.assertLessEqual(abs(len(frames) - (SPLIT_SECONDS + 1) * 44100 / mp3.FRAME_SAMPLES), 2)
        recordings.probe(path)

    def test_post_is_waited_for_and_added(self):
        begin = time.monotonic()
        (saved,) = self.save("--source", "wav", "--seconds", 2, "--post", 1.5)
        self.assertGreaterEqual(time.monotonic() - begin, 1.5)
        self.assertEqual(saved["asked"], 3.5)
        self.assert_is_ramp(WavFile(self.saves / saved["path"]).pcm, 3.5)

    def test_all_sources_begin_at_the_same_instant(self):
        saves = self.save("--source", "all", "--seconds", 3)
        self.assertEqual([one["source"] for one in saves], ["wav", "flac", "radio", "beeps"])
        starts = {one["source"]: one["start"] for one in saves}
        for source, rate in (("flac", pulse.RATE), ("beeps", 44100)):
            self.assertLessEqual(abs(starts[source] - starts["wav"]), 1 / rate + 1e-6, starts)
        self.assertLessEqual(abs(starts["radio"] - starts["wav"]), mp3.FRAME_SAMPLES / 44100, starts)

    # ---- many

    def test_twenty_at_once_all_have_names_of_their_own_and_the_recording_goes_on(self):
        with concurrent.futures.ThreadPoolExecutor(20) as pool:
            done = list(pool.map(lambda _: self.save("--source", "wav", "--seconds", 2, "--label", "many"), range(20)))
        paths = {one["path"] for (one,) in done}
        self.assertEqual(len(paths), 20)
        for path in paths:
            self.assert_is_ramp(WavFile(self.saves / path).pcm, 2)
        self.assertEqual([row for row in self.isr.troubles() if "lost" in row], [])

class Troubles(TestCase):
    """What holds wherever the audio comes from."""

    SOURCE = None

    def start_isr(self, **replay):
        isr = self.start(Isr(self.folder, {"beeps": {"type": "test", **self.SOURCE}, "replay": replay}))
        wait_for("three seconds of beeps", lambda: self.seconds_of(isr.status().get("beeps", {})) > 3, alive=[isr])
        return isr

    def refused(self, isr, code, part):
        result = save(isr, "--seconds", 3)
        self.assertEqual((result.returncode, result.stdout), (code, ""), result.stderr)
        self.assertIn(part, result.stderr)
        self.assertEqual(isr.status()["beeps"]["state"], "recording")

    def test_a_directory_that_is_not_there_is_named(self):
        isr = self.start_isr(directory=self.folder / "none")
        self.refused(isr, EX_CANTCREAT, f"there is no directory '{self.folder}/none'")

    def test_a_full_and_a_read_only_disk_are_said_to_be_so_and_leave_nothing(self):
        skip_without_mounts(self.folder)
        disk = SmallDisk(self.folder / "small", self.resources, 4)
        isr = self.start_isr(directory=disk.folder)
        disk.fill(leave=100_000)
        self.refused(isr, EX_CANTCREAT, "No space left on device")
        self.assertEqual(list(disk.folder.iterdir()), [disk.ballast])
        subprocess.run(["mount", "-o", "remount,ro", disk.folder], check=True)
        self.refused(isr, EX_CANTCREAT, "Read-only file system")

    def test_a_kill_in_the_middle_of_a_save_leaves_no_file(self):
        saves = self.folder / "saves"
        saves.mkdir()
        isr = self.start_isr(directory=saves)

        def is_saving():
            with contextlib.suppress(OSError):
                return any(os.readlink(link).startswith(f"{saves}/#") for link in
                           (f"/proc/{isr.process.pid}/fd/{fd}" for fd in os.listdir(f"/proc/{isr.process.pid}/fd")))
            return False

        with contextlib.ExitStack() as asking:
            def caught():
                """In one of many saves, so long as it lasts."""
                waiting = Program("save", [Isr.EXECUTABLE, "save", "--seconds", "1", isr.config], self.folder)
                asking.callback(waiting.wait, 30)
                while waiting.process.poll() is None:
                    if is_saving():
                        isr.kill()
                        return True
                return False

            wait_for("a save to be caught in its middle", caught, 60)
        whole = [WavFile(path).frames for path in saves.rglob("*") if path.is_file()]
        self.assertTrue(all(abs(frames - 44100) <= 1 for frames in whole), whole)
