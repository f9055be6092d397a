"""Levels of what is recorded, in the tracks, while it is recorded."""

import itertools
import os
import random
import shutil
import signal
import subprocess

import mp3
import recordings
import tap
import track
from harness import Isr, TestCase, wait_for
from stream_server import StreamServer

SECONDS = 8
# A second of tone in each two, of a loudness of its own, over soft noise.
SOUND = (f"anoisesrc=duration={SECONDS}:seed=1:sample_rate=48000:amplitude=0.003[noise];"
         f"sine=frequency=1000:sample_rate=48000:duration={SECONDS},"
         "volume='if(lt(mod(t,2),1),0,0.2+0.1*floor(t/2))':eval=frame[tone];"
         "[noise][tone]amix=inputs=2:normalize=0,aformat=channel_layouts=stereo")
KINDS = {
    "mp3": ["-codec:a", "libmp3lame", "-b:a", "128k", "-write_xing", "0", "-id3v2_version", "0", "-f", "mp3"],
    "aac": ["-codec:a", "aac", "-b:a", "128k", "-f", "adts"],
    "vorbis": ["-codec:a", "libvorbis", "-f", "ogg"],
    "opus": ["-codec:a", "libopus", "-b:a", "96k", "-f", "ogg"],
    "oggflac": ["-codec:a", "flac", "-f", "ogg"],
    "flac": ["-codec:a", "flac", "-f", "flac"],
}


def decoded_levels(path):
    """RMS of each 100 ms in dBFS, as ffmpeg decodes the file."""
    samples = memoryview(subprocess.run(
        ["ffmpeg", "-nostdin", "-loglevel", "error", "-i", str(path), "-f", "f32le", "-ac", "2", "-ar", "48000", "-"],
        stdout=subprocess.PIPE, check=True).stdout).cast("f")
    block = 4800 * 2
    result = subprocess.run(
        ["ffmpeg", "-nostdin", "-loglevel", "error", "-f", "f32le", "-ac", "2", "-ar", "48000", "-i", "-", "-af",
         "asetnsamples=4800:p=0,astats=metadata=1:reset=1,ametadata=print:key=lavfi.astats.Overall.RMS_level:file=-",
         "-f", "null", "-"], input=bytes(samples), stdout=subprocess.PIPE, check=True, text=False).stdout.decode()
    levels = [float(line.partition("=")[2]) for line in result.splitlines() if "RMS_level" in line]
    return levels[:len(samples) // block]


class LevelsTest(TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sounds = {kind: subprocess.run(
            ["ffmpeg", "-nostdin", "-loglevel", "error", "-filter_complex", SOUND, *options, "-"],
            stdout=subprocess.PIPE, check=True).stdout for kind, options in KINDS.items()}

    def setUp(self):
        super().setUp()
        self.server = StreamServer()
        self.resources.callback(self.server.stop)
        for kind, sound in self.sounds.items():
            self.server.stream(f"/{kind}", [(sound, SECONDS)])

    def record(self, kinds, split_seconds=3, **keys):
        isr = self.start(Isr(self.folder, {
            kind: {"type": "stream", "url": self.server.url(f"/{kind}"), **keys} for kind in kinds},
            {"split_minutes": split_seconds / 60, "filename_pattern": "{source}-%H%M%S"}))
        isr.wait_until_serving()
        return isr

    def whole(self, isr, source):
        """The recordings of a source that a boundary ended."""
        return [one for one in recordings.of_source(isr.recordings, source) if one.ended == "boundary"]

    def worker(self, isr):
        """The process that listens along."""
        return next(iter(isr.workers("listen")), None)

    def test_every_codec_has_the_levels_of_what_a_player_hears(self):
        isr = self.record(KINDS, split_seconds=6)
        wait_for("two whole files of each", lambda: all(len(self.whole(isr, kind)) > 1 for kind in KINDS),
                 seconds=40, alive=[isr])
        self.assertEqual(isr.stop(), 0, isr.log())
        self.assertEqual(isr.troubles(), [])
        for kind in KINDS:
            recording = self.whole(isr, kind)[1]
            levels = track.windows(track.of(isr.recordings, recording.name))
            self.assertNotIn(None, levels, kind)
            self.assertAlmostEqual(len(levels), recording.duration * 10, delta=1.5, msg=kind)
            self.check_heard(levels, recording)

    def check_heard(self, levels, recording):
        """They are those that a player hears in the file."""
        heard = decoded_levels(recording.path)
        # A window is right when the player's one beside it is alike: decoders begin up to 100 ms apart.
        wrong = [(at, level[0], heard[max(at - 1, 0):at + 2]) for at, level in enumerate(levels[2:len(heard) - 2], 2)
                 if min(abs(level[0] - other) for other in heard[at - 1:at + 2]) > 1.5
                 and not min(heard[at - 1:at + 2]) < level[0] < max(heard[at - 1:at + 2])]
        self.assertEqual(wrong, [], recording)

    def missing_levels(self, isr, recording):
        """How many windows of a recording have no level."""
        levels = track.windows(track.of(isr.recordings, recording.name))
        return -(-recording.frames * 10 // recording.rate) - len([level for level in levels if level])

    def levels_of_the_last(self, isr, source):
        return track.windows(track.of(isr.recordings, recordings.of_source(isr.recordings, source)[-1].name))

    def test_a_worker_that_dies_costs_no_audio_and_levels_only_until_the_file_is_closed(self):
        isr = self.record(["mp3", "opus"])
        wait_for("a whole file of each", lambda: self.whole(isr, "mp3") and self.whole(isr, "opus"), seconds=20, alive=[isr])
        for _ in range(2):
            worker = self.worker(isr)
            os.kill(worker, signal.SIGKILL)
            wait_for("another worker", lambda worker=worker: self.worker(isr) not in (None, worker), alive=[isr])
            heard = self.levels_of_the_last(isr, "opus")
            wait_for("levels", lambda heard=heard: self.levels_of_the_last(isr, "opus") not in ([], heard), alive=[isr])
        count = len(self.whole(isr, "mp3"))
        wait_for("another whole file", lambda: len(self.whole(isr, "mp3")) > count, seconds=20, alive=[isr])
        hurt = {source: [file.name for file in self.whole(isr, source)] for source in ("mp3", "opus")}
        for source, names in hurt.items():
            wait_for(f"all levels of {source}", lambda source=source, names=names: not any(
                self.missing_levels(isr, file) for file in self.whole(isr, source) if file.name in names),
                seconds=40, alive=[isr])
        self.assertEqual(isr.stop(), 0, isr.log())
        self.assertEqual(len(isr.troubles(allowed=["listens to streams"])), 0, isr.log())
        self.assertEqual(len([line for line in isr.troubles() if "listens to streams" in line]), 1)
        for source in ("mp3", "opus"):
            files = recordings.of_source(isr.recordings, source)
            self.assertEqual(recordings.gaps(isr.recordings, source), [])
            for this, following in itertools.pairwise(files):
                self.assertLess(following.start_us - this.end_us, 400_000, f"{this} {following}")

    def test_a_signal_to_all_processes_is_for_the_recorder_alone(self):
        """As a terminal and systemd send it, whatever the order."""
        def tell_all(number):
            for process in (self.worker(isr), isr.process.pid):
                os.kill(process, number)

        for how in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(how.name):
                isr = self.record(["mp3"])
                wait_for("a whole file", lambda: self.whole(isr, "mp3"), seconds=20, alive=[isr])
                worker = self.worker(isr)
                tell_all(signal.SIGHUP)
                wait_for("the reload", lambda: "reloaded" in isr.log(), alive=[isr])
                count = len(self.whole(isr, "mp3"))
                wait_for("another whole file", lambda: len(self.whole(isr, "mp3")) > count, seconds=20, alive=[isr])
                self.assertEqual(self.worker(isr), worker)
                tell_all(how)
                self.assertEqual(isr.wait(10), 0, isr.log())
                self.assertEqual(isr.troubles(), [])
                last = recordings.of_source(isr.recordings, "mp3")[-1]
                self.assertEqual((last.ended, self.missing_levels(isr, last)), ("stop", 0), last)

    def test_what_a_crash_left_without_levels_gets_them_at_the_next_start(self):
        sections = {"mp3": {"type": "stream", "url": self.server.url("/mp3")}, "card": {"type": "test", "wave": "sine"}}
        general = {"split_minutes": 60, "sync_seconds": 1, "filename_pattern": "{source}-%H%M%S"}
        isr = self.start(Isr(self.folder, sections, general))

        def windows_in_files():
            """By source, those that its file has and its track may have, in tenths of seconds."""
            return {path.stem.partition("-")[0]: (path.stat().st_size * 10 // bytes_per_second, track.windows(
                track.of(isr.recordings, path.name))) for ending, bytes_per_second in (("mp3", 16_000), ("wav", 96_000))
                for path in isr.recordings.glob(f"*.{ending}")}
        wait_for("levels of both", lambda: len(found := windows_in_files()) == 2 and all(
            len(levels) > 10 for _, levels in found.values()), alive=[isr])
        # It listens no more.
        os.kill(self.worker(isr), signal.SIGSTOP)
        heard = len(windows_in_files()["mp3"][1])
        wait_for("audio that nobody listened to", lambda: all(
            count > heard + 30 for count, _ in windows_in_files().values()), alive=[isr])
        isr.kill()
        # Of the card's levels, what the disk had.
        card = next(iter(isr.recordings.glob("*.wav"))).name
        os.truncate(track.of(isr.recordings, card), track.HEADER + track.RECORD)
        before = {name: levels for name, (_, levels) in windows_in_files().items()}

        isr = self.start(Isr(self.folder, sections, general))
        def cut_off(source):
            return next((one for one in recordings.of_source(isr.recordings, source) if one.ended == "crash"), None)
        for source in sections:
            recording = wait_for(f"the repair of {source}", lambda source=source: cut_off(source), alive=[isr])
            wait_for(f"all levels of {source}", lambda recording=recording: not self.missing_levels(isr, recording),
                     alive=[isr])
            levels = track.windows(track.of(isr.recordings, recording.name))
            self.assertEqual(len(levels), -(-recording.frames * 10 // recording.rate))
            self.assertGreater(len(levels), len(before[source]) + 10)
            self.assertEqual(levels[:len(before[source])], before[source])
            self.check_heard(levels, recording)
        self.assertEqual(isr.stop(), 0, isr.log())
        self.assertEqual(isr.troubles(allowed=["by a crash"]), [])

    def test_a_single_frame_that_a_crash_left_is_no_trouble(self):
        sections = {"mp3": {"type": "stream", "url": self.server.url("/mp3")}}
        general = {"split_minutes": 60, "sync_seconds": 1, "filename_pattern": "%H%M%S", "log_level": "debug"}
        isr = self.start(Isr(self.folder, sections, general))
        wait_for("frames of a file", lambda: any(
            path.stat().st_size > 4096 for path in isr.recordings.glob("*.mp3")), alive=[isr])
        isr.kill()
        left = next(iter(isr.recordings.glob("*.mp3")))
        audio = left.read_bytes()
        self.assertTrue(mp3.is_info_frame(audio))
        os.truncate(left, mp3.frame_length(audio, 0) + len(mp3.audio_frames(audio)[0]))
        os.truncate(track.of(isr.recordings, left.name), track.HEADER)

        isr = self.start(Isr(self.folder, sections, general))
        wait_for("the try to measure it", lambda: f"{left.name}: too short to be decoded" in isr.log(), alive=[isr])
        self.assertEqual(isr.stop(), 0, isr.log())
        self.assertEqual(isr.troubles(allowed=["by a crash"]), [])
        [recording] = [one for one in recordings.of_source(isr.recordings, "mp3") if one.name == left.name]
        self.assertEqual((recording.ended, recording.frames), ("crash", mp3.FRAME_SAMPLES))

    def test_what_a_stop_left_without_levels_gets_them_at_the_next_start(self):
        isr = self.record(["mp3"])
        wait_for("a whole file", lambda: self.whole(isr, "mp3"), seconds=20, alive=[isr])
        self.assertEqual(isr.stop(), 0, isr.log())
        left = self.whole(isr, "mp3")[0]
        os.truncate(track.of(isr.recordings, left.name), track.HEADER)
        self.assertGreater(self.missing_levels(isr, left), 0)
        isr = self.record(["mp3"])
        wait_for("its levels", lambda: not self.missing_levels(isr, left), alive=[isr])
        self.check_heard(track.windows(track.of(isr.recordings, left.name)), left)
        self.assertEqual(isr.stop(), 0, isr.log())

    def test_a_decoder_that_is_not_installed_is_named_once(self):
        plugins = self.folder / "plugins"
        shutil.copytree(os.environ["GST_PLUGIN_SYSTEM_PATH_1_0"], plugins, symlinks=True)
        (plugins / "libgstfaad.so").unlink()
        audio = self.sounds["aac"]
        parts = iter([audio[:len(audio) // 2], audio[len(audio) // 2:]])

        def breaks(request):
            request.send_response(200)
            request.end_headers()
            request.wfile.write(next(parts, b""))
        self.server.routes["/breaks"] = breaks
        isr = self.start(Isr(
            self.folder, {"radio": {"type": "stream", "url": self.server.url("/breaks")}},
            {"filename_pattern": "%H%M%S", "retry_delay_seconds": 0.1, "retry_backoff": "no", "log_level": "debug"},
            env={"GST_PLUGIN_SYSTEM_PATH_1_0": str(plugins), "GST_REGISTRY_1_0": str(self.folder / "registry.bin")}))
        why = "(no decoder for AAC is installed; the package gstreamer1.0-plugins-bad has one)"
        wait_for("two files that nobody could decode", lambda: isr.log().count(
            f" stays without some of its levels {why}") > 1, seconds=40, alive=[isr])
        self.assertEqual(isr.stop(), 0, isr.log())
        self.assertEqual(len(isr.troubles(allowed=["trying again"])), 2, isr.troubles())
        for says in (f"radio: no levels {why}; the recording goes on", f" stays without some of its levels {why}"):
            self.assertEqual(len([line for line in isr.troubles() if says in line]), 1, isr.troubles())

    def test_frames_full_of_noise_hurt_neither_their_recording_nor_another_source(self):
        noise = random.Random(1)
        frames = mp3.audio_frames(self.sounds["mp3"])
        hostile = [frame[:4] + noise.randbytes(len(frame) - 4) for frame in frames]
        self.server.stream("/hostile", [(b"".join(hostile), SECONDS)])
        isr = self.record(["hostile", "mp3"])
        wait_for("two whole files of each", lambda: all(
            len(self.whole(isr, kind)) > 1 for kind in ("hostile", "mp3")), seconds=30, alive=[isr])
        self.assertEqual(isr.stop(), 0, isr.log())
        self.assertEqual(isr.troubles(allowed=["no levels", "some of its levels"]), [])
        recorded = [frame for recording in recordings.of_source(isr.recordings, "hostile")
                    for frame in mp3.audio_frames(recording.path.read_bytes())]
        first = hostile.index(recorded[0])
        self.assertEqual(recorded, [hostile[(first + i) % len(hostile)] for i in range(len(recorded))])
        self.assertEqual(self.missing_levels(isr, self.whole(isr, "mp3")[1]), 0)

    def test_pcm_sources_have_every_level_of_every_file(self):
        isr = self.start(Isr(self.folder, {
            "wav": {"type": "test", "wave": "sine"}, "flac": {"type": "test", "wave": "sine", "format": "flac"}},
            {"split_minutes": 0.05, "filename_pattern": "{source}-%H%M%S"}))
        isr.wait_until_serving()
        wait_for("two whole files of each", lambda: all(len(self.whole(isr, kind)) > 1 for kind in ("wav", "flac")),
                 seconds=20, alive=[isr])
        self.assertEqual(isr.stop(), 0, isr.log())
        self.assertEqual(isr.troubles(), [])
        for kind in ("wav", "flac"):
            for recording in recordings.of_source(isr.recordings, kind):
                levels = track.windows(track.of(isr.recordings, recording.name))
                self.assertNotIn(None, levels, recording)
                self.assertEqual(len(levels), -(-recording.frames * 10 // recording.rate), recording)
                heard = decoded_levels(recording.path)
                for level, other in zip(levels[1:-1], heard[1:]):
                    self.assertAlmostEqual(level[0], other, delta=0.1, msg=recording)

    def test_analyse_no_starts_no_worker_and_writes_no_levels(self):
        isr = self.record(["mp3"], analyse="no")
        wait_for("a whole file", lambda: self.whole(isr, "mp3"), seconds=20, alive=[isr])
        self.assertIsNone(self.worker(isr))
        self.assertEqual(track.windows(track.of(isr.recordings, self.whole(isr, "mp3")[0].name)), [])
        self.assertEqual(isr.stop(), 0, isr.log())


if __name__ == "__main__":
    tap.main()
