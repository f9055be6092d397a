"""Stars, labels, notes and "reviewed": kept beside the recordings, found, and never lost."""

import concurrent.futures
import json
import shutil

import recordings
import tap
from harness import Isr, TestCase, wait_for


class MarksTest(TestCase):
    def begin(self, **general):
        isr = self.start(Isr(self.folder, {"beeps": {"type": "test"}}, {
            "split_minutes": 0.05, "filename_pattern": "%S/{source}", **general}))
        isr.wait_until_serving()
        wait_for("two finished files", lambda: len(self.finished(isr)) > 1, alive=[isr])
        return isr

    def finished(self, isr):
        return [file["name"] for file in isr.get_json("/api/files?source=beeps") if not file["recording"]]

    def put(self, isr, name, start, end, status=200, **change):
        return self.send(isr, f"{name}?start={start}&end={end}", json.dumps(change), status)

    def send(self, isr, where, body, status):
        answered, _, reply = isr.get(f"/api/marks/{where}", method="PUT", body=body.encode() if isinstance(body, str) else body)
        self.assertEqual(answered, status, reply)
        answer = json.loads(reply)
        return answer["error"]["message"] if status >= 400 else answer

    def marks(self, isr, name):
        return isr.get_json(f"/api/marks?file={name}")

    def listed(self, isr, name):
        return next(file for file in isr.get_json("/api/files") if file["name"] == name)

    def test_what_is_said_of_a_section_stays_whatever_margin_finds_it(self):
        isr = self.begin()
        name = self.finished(isr)[0]
        mark = self.put(isr, name, 0.5, 1.5, starred=True)
        self.assertEqual(mark, {"file": name, "start": 0.5, "end": 1.5, "starred": True, "label": "", "note": "", "version": 1})
        # A little longer or shorter it is the same; what is not named stays.
        self.assertEqual(self.put(isr, name, 0.4, 1.7, label="owl <b>", note="two\nlines")["version"], 2)
        self.assertEqual(self.marks(isr, name), [{**mark, "label": "owl <b>", "note": "two\nlines", "version": 2}])
        self.put(isr, name, 1.5, 2, label="another")
        self.assertEqual([each["label"] for each in self.marks(isr, name)], ["owl <b>", "another"])
        day = isr.get_json("/api/days")[0]["day"]
        self.assertIn(mark["start"], [each["start"] for each in isr.get_json(f"/api/marks?day={day}")])
        self.assertEqual([file["name"] for file in isr.get_json("/api/files?starred=1")], [name])
        for text in ("OWL", "two", "another"):
            self.assertEqual([file["name"] for file in isr.get_json(f"/api/files?q={text}")], [name], text)
        self.assertEqual(self.listed(isr, name)["stars"], 1)
        # Of what nothing is left, nothing stays.
        self.put(isr, name, 0.5, 1.5, starred=False, label="", note="")
        self.assertEqual([each["label"] for each in self.marks(isr, name)], ["another"])
        self.assertEqual(isr.get(f"/api/marks/{name}?start=1.5&end=2", method="DELETE")[0], 204)
        self.assertEqual(isr.get(f"/api/marks/{name}?start=1.5&end=2", method="DELETE")[0], 404)
        self.assertEqual(self.marks(isr, name), [])
        self.assertFalse((isr.recordings / "analyses" / f"{name}.marks.json").exists())
        self.assertEqual(isr.troubles(), [])

    def test_marks_outlive_a_lost_catalogue_and_move_with_the_recordings(self):
        isr = self.begin()
        name = self.finished(isr)[0]
        self.put(isr, name, 0, 1, starred=True, label="owl")
        self.assertEqual(isr.get(f"/api/reviewed/{name}", method="PUT")[0], 204)
        # Killed: what was answered is on the disk.
        isr.kill()
        shutil.rmtree(isr.recordings / ".isr")
        again = self.begin()
        wait_for("the marks to be read", lambda: self.listed(again, name)["reviewed"], alive=[again])
        self.assertEqual([(each["starred"], each["label"]) for each in self.marks(again, name)], [(True, "owl")])
        self.assertEqual(again.get(f"/api/reviewed/{name}", method="DELETE")[0], 204)
        self.assertFalse(self.listed(again, name)["reviewed"])

    def test_a_deleted_recording_takes_its_marks_along(self):
        isr = self.begin()
        name = self.finished(isr)[-1]
        self.put(isr, name, 0, 1, starred=True)
        self.assertEqual(isr.get(f"/api/reviewed/{name}", method="PUT")[0], 204)
        self.assertEqual(isr.get(f"/api/files/{name}", method="DELETE")[0], 204)
        self.assertFalse((isr.recordings / "analyses" / name).parent.exists())
        for table in ("mark", "reviewed"):
            self.assertEqual(recordings.rows(isr.recordings, f"SELECT * FROM {table} WHERE segment = ?", name), [])
        self.assertIn("no recording", self.put(isr, name, 0, 1, 404, starred=True))
        self.assertEqual(isr.get(f"/api/reviewed/{name}", method="PUT")[0], 404)

    def test_two_who_change_the_same_lose_nothing(self):
        isr = self.begin()
        name = self.finished(isr)[0]
        spans = [(number / 100, number / 100 + 0.005) for number in range(40)]
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda span: self.put(isr, name, *span, starred=True), spans))
        self.assertEqual(len(self.marks(isr, name)), len(spans))
        # Each knows what it saw; only one of them was the first to change it.
        version = self.marks(isr, name)[0]["version"]
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda number: isr.get(
                f"/api/marks/{name}?start=0&end=0.005", method="PUT",
                body=json.dumps({"note": f"by {number}", "version": version}).encode())[0], range(8)))
        self.assertEqual(sorted(answers), [200] + [409] * 7)
        self.assertEqual(self.marks(isr, name)[0]["version"], version + 1)
        self.assertIn("changed", self.put(isr, name, 2, 2.5, 409, label="x", version=3))
        self.assertEqual(isr.troubles(), [])

    def test_wrong_input_is_refused_with_a_sentence_and_changes_nothing(self):
        isr = self.begin()
        name = self.finished(isr)[0]
        where = f"{name}?start=0&end=1"
        for where, body, status, words in (
                (where, "", 400, "must be JSON"), (where, "[1]", 400, "must be an object"), (where, "{", 400, "must be JSON"),
                (where, "[" * 10000, 400, "JSON"), (where, b'{"label": "\xff"}', 400, "JSON"),
                (where, '{"starred": 1}', 400, "true or false"), (where, '{"label": null}', 400, "must be a string"),
                (where, '{"note": 3}', 400, "must be a string"), (where, '{"version": "1"}', 400, "whole number"),
                (where, '{"colour": "red"}', 400, "there are starred, label, note, version"),
                (where, json.dumps({"label": "x" * 201}), 400, "at most 200"), (where, json.dumps({"note": "ä" * 4001}), 400, "at most 4000"),
                (where, json.dumps({"label": "two\nlines"}), 400, "one line"), (where, json.dumps({"note": "x" * 70000}), 413, "bytes"),
                (f"{name}?start=1&end=1", "{}", 400, "greater than"), (f"{name}?start=-1&end=1", "{}", 400, "'start' must be"),
                (f"{name}?start=0&end=inf", "{}", 400, "'end' must be"), (f"{name}?start=0", "{}", 400, "'end' is needed"),
                (f"{name}?start=3000&end=3001", '{"starred": true}', 400, "ends at"),
                ("none.wav?start=0&end=1", '{"starred": true}', 404, "no recording"),
                ("..%2f..%2fisr.ini?start=0&end=1", '{"starred": true}', 404, "no recording"),
                (f"analyses/{name}.isr?start=0&end=1", '{"starred": true}', 404, "no recording")):
            self.assertIn(words, self.send(isr, where, body, status), body[:100])
        for query, words in (("", "'file' or 'day'"), ("file=x&day=2026-11-21", "one of them"), ("day=today", "a date like")):
            status, _, reply = isr.get(f"/api/marks?{query}")
            self.assertEqual(status, 400)
            self.assertIn(words, json.loads(reply)["error"]["message"])
        self.assertEqual(isr.get("/api/marks?file=none.wav")[0], 404)
        self.assertEqual(isr.get(f"/api/reviewed/{name}", {"Origin": "http://evil.example"}, method="PUT")[0], 403)
        self.assertEqual(self.marks(isr, name), [])
        longest = self.put(isr, name, 0, 1, label="ä" * 200, note="\U0001f989" * 4000)
        self.assertEqual((len(longest["label"]), len(longest["note"])), (200, 4000))
        self.assertEqual(self.marks(isr, name), [longest])
        self.assertEqual(isr.troubles(), [])

    def test_a_file_of_marks_that_cannot_be_read_is_left_as_it_is(self):
        isr = self.begin()
        name = self.finished(isr)[0]
        path = isr.recordings / "analyses" / f"{name}.marks.json"
        path.write_text('{"marks": [')
        self.assertEqual(isr.get(f"/api/reviewed/{name}", method="PUT")[0], 500)
        self.assertEqual(path.read_text(), '{"marks": [')
        self.assertEqual(isr.stop(), 0)
        again = self.begin()
        wait_for("the scan to say so", lambda: "are left alone" in again.log(), alive=[again])
        self.assertEqual(path.read_text(), '{"marks": [')


if __name__ == "__main__":
    tap.main()
