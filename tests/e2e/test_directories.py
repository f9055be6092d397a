"""Sources with folders of their own, inside the general one and outside it, and tracks elsewhere."""

import os
import signal
import urllib.parse

import recordings
import tap
from harness import Isr, TestCase, run_isr, wait_for
from wav_file import WavFile

GENERAL = {"split_minutes": 2 / 60, "filename_pattern": "%H%M%S", "sync_seconds": 1}
MIDDLE_BYTES = 100_000  # half a second


class DirectoriesTest(TestCase):
    def setUp(self):
        super().setUp()
        self.outside = self.folder / "elsewhere" / "garden"
        self.sections = {
            "beeps": {"type": "test"},
            "shed": {"type": "test", "output_directory": self.folder / "recordings" / "shed"},
            "garden": {"type": "test", "wave": "sine", "output_directory": self.outside},
        }

    def start_isr(self):
        isr = self.start(Isr(self.folder, self.sections, GENERAL))
        for source in self.sections:
            isr.wait_for_state(source, "recording")
        return isr

    def wait_for_finished(self, isr, source, more_than=1):
        isr.wait_until_serving()
        return wait_for(f"finished files of {source}", lambda: (
            files := [file for file in isr.get_json(f"/api/files?source={source}") if not file["recording"]])
            and len(files) > more_than and files, alive=[isr])

    def kill(self, isr):
        """In the middle of a file: at a boundary two are open. It is held still to see that it is there."""
        def is_held_there():
            isr.process.send_signal(signal.SIGSTOP)
            os.waitid(os.P_PID, isr.process.pid, os.WSTOPPED)
            growing = [segment.name for segment in recordings.of_source(isr.recordings, "garden") if segment.growing]
            sizes = [(self.outside / name.removeprefix("@garden/")).stat().st_size for name in growing]
            if len(sizes) == 1 and sizes[0] > MIDDLE_BYTES:
                return True
            isr.process.send_signal(signal.SIGCONT)
            return False

        wait_for("the middle of a file", is_held_there, alive=[isr])
        isr.kill()

    def names(self, isr, source):
        return {segment.name for segment in recordings.of_source(isr.recordings, source)}

    def test_a_root_of_its_own_is_recorded_served_repaired_and_catalogued(self):
        isr = self.start_isr()
        files = self.wait_for_finished(isr, "garden")
        for source, prefix, folder in (("garden", "@garden/", self.outside), ("beeps", "", isr.recordings),
                                       ("shed", "shed/", isr.recordings / "shed")):
            growing = isr.status()[source]["file"]
            self.assertTrue(growing.startswith(prefix), growing)
            self.assertEqual(growing.count("/"), prefix.count("/"))
            self.assertTrue((folder / growing.removeprefix(prefix)).exists(), growing)
        oldest = files[-1]
        path = self.outside / oldest["name"].removeprefix("@garden/")
        self.assertEqual(oldest["size"], path.stat().st_size)
        for way in ("stream", "download"):
            status, _, body = isr.get(f"/{way}/{urllib.parse.quote(oldest['name'])}")
            self.assertEqual((status, body), (200, path.read_bytes()))
        for wrong in ("@garden/../../isr.ini", "@garden/%2e%2e/x.wav", "@other/" + path.name, path.name + "x"):
            self.assertEqual(isr.get(f"/stream/{wrong}")[0], 404, wrong)
        growing = next(file for file in isr.get_json("/api/files?source=garden") if file["recording"])
        self.assertGreater(growing["size"], 0)

        self.kill(isr)
        cut_off = max(self.outside.glob("*.wav"))
        before = self.names(isr, "garden")
        for file in (isr.recordings / ".isr").glob("catalogue.db*"):
            file.unlink()
        again = self.start_isr()
        wait_for("the repair", lambda: "audio files;" in again.log(), alive=[again])
        self.wait_for_finished(again, "garden", len(before))
        self.assertEqual(again.stop(), 0, again.log())
        after = recordings.of_source(again.recordings, "garden")
        self.assertLessEqual(before, {segment.name for segment in after})
        crashed = [segment for segment in after if segment.ended == "crash"]
        self.assertEqual([segment.name for segment in crashed], [f"@garden/{cut_off.name}"])
        self.assertEqual(WavFile(cut_off).frames, crashed[0].frames)
        self.assertEqual([gap["cause"] for gap in recordings.gaps(again.recordings, "garden")], ["crash"])
        self.assertTrue((self.outside / "analyses" / f"{cut_off.name}.isr").exists())
        self.assertEqual({path.name for path in (again.recordings / "analyses").iterdir() if path.is_file()},
                         {f"{segment.name}.isr" for segment in recordings.of_source(again.recordings, "beeps")})

    def test_a_reload_moves_a_source_and_brings_the_new_folder_into_the_catalogue(self):
        moved = self.folder / "moved"
        moved.mkdir()
        (moved / "old.wav").write_bytes(b"foreign")
        isr = self.start_isr()
        self.sections["garden"]["output_directory"] = moved
        isr.configure(self.sections, GENERAL)
        result = run_isr("reload", isr.config)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("restarted: garden", result.stdout)
        wait_for("the new folder's files in the catalogue",
                 lambda: "@garden/old.wav" in self.names(isr, ""), alive=[isr])
        wait_for("a file in the new folder", lambda: len(list(moved.glob("*.wav"))) > 1, alive=[isr])
        self.assertEqual(isr.stop(), 0, isr.log())
        # Whether the old folder was left or is only not there, nobody can tell.
        self.assertEqual(isr.troubles(allowed=["is its disk mounted?"]), [])

    def test_tracks_go_where_the_command_line_says(self):
        tracks = self.folder / "tracks"
        isr = self.start(Isr(self.folder, self.sections, GENERAL, options=["--analyses-dir", tracks]))
        for source in self.sections:
            isr.wait_for_state(source, "recording")
        wait_for("the tracks", lambda: len(list(tracks.rglob("*.isr"))) >= 3, alive=[isr])
        self.assertEqual(isr.stop(), 0, isr.log())
        names = {segment.name for source in self.sections
                 for segment in recordings.of_source(isr.recordings, source)}
        self.assertEqual({str(path.relative_to(tracks)) for path in tracks.rglob("*.isr")},
                         {f"{name}.isr" for name in names})
        self.assertFalse((isr.recordings / "analyses").exists())
        self.assertFalse((self.outside / "analyses").exists())

    def test_roots_in_roots_are_refused_with_their_line(self):
        self.sections["garden"]["output_directory"] = self.folder
        isr = self.start(Isr(self.folder, self.sections, GENERAL))
        self.assertEqual(isr.wait(10), 78)
        self.assertIn(f"output_directory: '{self.folder}' holds", isr.log())


if __name__ == "__main__":
    tap.main()
