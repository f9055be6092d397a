"""Recordings are deleted one by one, on purpose, and nothing else is."""

import json

import recordings
import tap
from harness import Isr, TestCase, wait_for


class DeleteTest(TestCase):
    def setUp(self):
        super().setUp()
        self.isr = self.start(Isr(self.folder, {"beeps": {"type": "test"}, "long": {"type": "test", "split_minutes": 60}}, {
            "split_minutes": 0.05, "filename_pattern": "%S/{source}"}))
        self.isr.wait_until_serving()
        wait_for("two finished files", lambda: len(self.listed("beeps")) > 2, alive=[self.isr])

    def listed(self, source):
        return [file["name"] for file in self.isr.get_json(f"/api/files?source={source}")]

    def delete(self, name, status, headers=None):
        answered, _, body = self.isr.get(f"/api/files/{name}", headers, method="DELETE")
        self.assertEqual(answered, status, body)
        return json.loads(body)["error"]["message"] if body else ""

    def test_a_recording_goes_with_its_track_its_row_and_its_folder(self):
        name = self.listed("beeps")[-2]  # alone in its folder
        track = self.isr.recordings / "analyses" / f"{name}.isr"
        self.assertTrue(track.exists())
        self.assertEqual(self.delete(name, 204), "")
        self.assertNotIn(name, self.listed("beeps"))
        self.assertFalse((self.isr.recordings / name).parent.exists())
        self.assertFalse(track.parent.exists())
        self.assertIn("no recording", self.delete(name, 404))
        # What is recorded goes on.
        count = len(self.listed("beeps"))
        wait_for("the next file", lambda: len(self.listed("beeps")) > count, alive=[self.isr])
        self.assertEqual(self.isr.stop(), 0, self.isr.log())
        self.assertEqual(self.isr.troubles(), [])
        self.assertEqual(recordings.gaps(self.isr.recordings, "beeps"), [])

    def test_what_must_stay_stays(self):
        growing, done = self.listed("long")[0], self.listed("beeps")[-1]
        (self.isr.recordings / "notes.txt").write_text("mine")
        outside = self.folder / "outside.wav"
        outside.write_bytes(b"mine")
        (self.isr.recordings / "link.wav").symlink_to(outside)
        self.assertIn("still being recorded", self.delete(growing, 409))
        for name in ("notes.txt", "link.wav", "../outside.wav", "%2e%2e/outside.wav", "..%2foutside.wav", ".isr/catalogue.db",
                     f"analyses/{done}.isr", "", "%00", "a" * 300 + ".wav", done + "/", done.split("/")[0]):
            answered, _, _ = self.isr.get(f"/api/files/{name}", method="DELETE")
            self.assertIn(answered, (404, 405), name)
        self.assertIn("another site", self.delete(done, 403, {"Origin": "http://evil.example"}))
        self.assertIn("no parameter", self.delete(done + "?force=1", 400))
        self.assertEqual(self.isr.get("/api/files/" + done)[0], 405)
        self.assertEqual(outside.read_bytes(), b"mine")
        self.assertTrue((self.isr.recordings / "link.wav").is_symlink())
        self.assertTrue((self.isr.recordings / "notes.txt").exists())
        self.assertTrue((self.isr.recordings / done).exists())
        self.assertTrue((self.isr.recordings / growing).exists())
        self.delete(done, 204, {"Origin": f"http://127.0.0.1:{self.isr.port}"})


if __name__ == "__main__":
    tap.main()
