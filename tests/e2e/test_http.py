"""The page's routes, asked by a plain HTTP client while a recording grows."""

import contextlib
import json
import os
import time
import unittest

import tap
from harness import Isr, scratch_folder, wait_for
from wav_file import WavFile

# Of every WAV file that isr makes.
WAV_HEADER_BYTES = 4096


class HttpTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        resources = contextlib.ExitStack()
        cls.addClassCleanup(resources.close)
        cls.isr = Isr(scratch_folder(resources), {"beeps": {"type": "test", "wave": "sine"}},
                      {"split_minutes": 0.05, "filename_pattern": "day/%H%M%S"})
        resources.callback(cls.isr.kill)
        cls.isr.wait_until_serving()
        wait_for("two finished files", lambda: len(cls.finished()) >= 2, alive=[cls.isr])
        cls.file = cls.finished()[0]
        cls.bytes = (cls.isr.recordings / cls.file["name"]).read_bytes()

    @classmethod
    def tearDownClass(cls):
        code = cls.isr.stop()
        if code != 0 or cls.isr.troubles():
            raise AssertionError(f"isr ended with {code}\n{cls.isr.log()}")

    @classmethod
    def finished(cls):
        return [file for file in cls.isr.get_json("/api/files") if not file["recording"]]

    def test_the_list_is_newest_first_and_begins_with_what_is_being_recorded(self):
        files = self.isr.get_json("/api/files")
        starts = [file["start"] for file in files]
        self.assertEqual(starts, sorted(starts, reverse=True))
        self.assertTrue(files[0]["recording"], files)
        self.assertEqual([file["recording"] for file in files[1:]], [False] * (len(files) - 1))

    def test_a_listed_file_says_what_it_is(self):
        self.assertEqual(self.file["source"], "beeps")
        self.assertEqual(self.file["ext"], "wav")
        self.assertEqual(self.file["size"], len(self.bytes))
        self.assertGreater(self.file["duration"], 0)
        self.assertTrue(self.file["name"].startswith("day/"))

    def test_the_status_is_the_same_as_in_the_file(self):
        told = self.isr.get_json("/api/status")
        written = json.loads((self.isr.recordings / "status.json").read_text())
        self.assertLessEqual(set(written), set(told))
        self.assertEqual(told["active"][0]["name"], "beeps")
        self.assertEqual(told["active"][0]["state"], "recording")
        self.assertAlmostEqual(written["time"], time.time(), delta=5)

    def test_the_sources_are_those_of_the_status(self):
        (source,) = self.isr.get_json("/api/sources")
        self.assertEqual((source["name"], source["state"]), ("beeps", "recording"))

    def test_a_request_need_not_say_what_the_config_says(self):
        config = self.isr.get_json("/api/config")
        self.assertEqual((config["margin"], config["min_gap"]), (12, 2))
        self.assertEqual(config["version"], self.isr.get_json("/api/status")["version"])
        self.assertEqual(self.isr.get("/api/config?x=1")[0], 400)

    def test_the_disk_says_what_is_free(self):
        storage = self.isr.get_json("/api/storage")
        disk = os.statvfs(self.isr.recordings)
        self.assertEqual(storage["total"], disk.f_blocks * disk.f_frsize)
        self.assertAlmostEqual(storage["free"], disk.f_bavail * disk.f_frsize, delta=2**30)
        # Nobody knows after some seconds.
        self.assertIsNone(storage["full_at"])

    def test_the_page_comes_with_a_strict_policy(self):
        status, headers, body = self.isr.get("/")
        self.assertEqual(status, 200)
        self.assertTrue(headers["Content-Type"].startswith("text/html"))
        self.assertIn("default-src", headers["Content-Security-Policy"])
        self.assertNotIn("unsafe", headers["Content-Security-Policy"])
        self.assertIn(b"<html", body)

    def test_a_whole_file_is_streamed_as_it_is_on_disk(self):
        status, headers, body = self.isr.get("/stream/" + self.file["name"])
        self.assertEqual(status, 200)
        self.assertEqual(headers["Content-Type"], "audio/wav")
        self.assertEqual(headers["Accept-Ranges"], "bytes")
        self.assertEqual(body, self.bytes)

    def test_ranges_are_answered_as_the_standard_says(self):
        size = len(self.bytes)
        for asked, first, last in (("0-99", 0, 99), ("100-", 100, size - 1), ("-50", size - 50, size - 1),
                                   (f"10-{size + 1000}", 10, size - 1), ("0-0", 0, 0)):
            with self.subTest(asked):
                status, headers, body = self.isr.get(
                    "/stream/" + self.file["name"], {"Range": "bytes=" + asked})
                self.assertEqual(status, 206)
                self.assertEqual(headers["Content-Range"], f"bytes {first}-{last}/{size}")
                self.assertEqual(body, self.bytes[first:last + 1])

    def test_a_range_behind_the_end_is_not_satisfiable(self):
        size = len(self.bytes)
        status, headers, _ = self.isr.get("/stream/" + self.file["name"], {"Range": f"bytes={size}-"})
        self.assertEqual(status, 416)
        self.assertEqual(headers["Content-Range"], f"bytes */{size}")

    def test_a_head_request_has_the_length_and_no_body(self):
        status, headers, body = self.isr.get("/stream/" + self.file["name"], method="HEAD")
        self.assertEqual((status, body), (200, b""))
        self.assertEqual(headers["Content-Length"], str(len(self.bytes)))

    def test_a_download_is_an_attachment_with_the_name_of_the_file(self):
        status, headers, body = self.isr.get("/download/" + self.file["name"])
        self.assertEqual((status, body), (200, self.bytes))
        self.assertRegex(headers["Content-Disposition"],
                         f'attachment; filename="?{self.file["name"].split("/")[-1]}"?')

    def test_a_growing_file_is_whole_as_far_as_it_goes_and_never_cached(self):
        def growing():
            newest = self.isr.get_json("/api/files")[0]["name"]
            on_disk = (self.isr.recordings / newest).stat().st_size
            return on_disk > 100_000 and (newest, on_disk)

        name, on_disk = wait_for("half a second of a file on the disk", growing, alive=[self.isr])
        status, headers, body = self.isr.get("/stream/" + name)
        self.assertEqual(status, 200)
        self.assertIn("no-store", headers["Cache-Control"])
        copy = self.isr.folder / "growing.wav"
        copy.write_bytes(body)
        self.assertGreaterEqual(WavFile(copy).frames * 4, on_disk - WAV_HEADER_BYTES)

    def test_a_growing_file_is_listed_as_long_as_it_is(self):
        def listed():
            newest = self.isr.get_json("/api/files")[0]
            return newest["recording"] and (newest["duration"] or 0) > 0.5

        wait_for("half a second of a file in the list", listed, alive=[self.isr])

    def test_nothing_outside_the_recordings_is_given_out(self):
        (self.isr.folder / "secret.wav").write_bytes(b"RIFF")
        link = self.isr.recordings / "link.wav"
        link.symlink_to(self.isr.folder / "secret.wav")
        self.addCleanup(link.unlink)
        for name in ("../secret.wav", "%2e%2e/secret.wav", "..%2fsecret.wav", "day/../../secret.wav",
                     "/etc/passwd", "%2fetc%2fpasswd", "link.wav", "", ".isr/catalogue.db", "none.wav"):
            for route in ("/stream/", "/download/"):
                with self.subTest(route + name):
                    status, headers, body = self.isr.get(route + name)
                    self.assertIn(status, (400, 403, 404))
                    self.assertEqual(headers["Content-Type"].split(";")[0], "application/json")
                    self.assertTrue(json.loads(body)["error"]["message"])

    def test_a_method_that_a_route_does_not_have_is_refused(self):
        self.assertEqual(self.isr.get("/api/files", method="POST")[0], 405)

    def test_an_unknown_route_is_not_found(self):
        self.assertEqual(self.isr.get("/api/nothing")[0], 404)

    def test_a_request_for_another_host_is_refused(self):
        # What a page elsewhere could do once its name points at this machine.
        self.assertIn(self.isr.get("/api/files", {"Host": "evil.example"})[0], (400, 403, 421))


if __name__ == "__main__":
    tap.main()
