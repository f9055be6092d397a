"""What a run left behind: the files of a source and what the catalogue says about them."""

import datetime
import json
import sqlite3
import subprocess
from pathlib import Path

# Of ffprobe, where it is not called like the file's ending.
DEMUXER = {".opus": "ogg"}


class Recording:
    """One file and its row of the catalogue."""

    def __init__(self, recordings, row):
        self.path = recordings / row["name"]
        self.name = row["name"]
        self.start_us = row["start"]
        self.utc_offset = row["utc_offset"]
        self.rate = row["rate"]
        self.frames = row["frames"]
        self.bytes = row["bytes"]
        self.began = row["began"]
        self.ended = row["ended"]
        self.growing = row["growing"]

    @property
    def duration(self):
        return self.frames / self.rate

    @property
    def end_us(self):
        return self.start_us + self.frames * 1_000_000 / self.rate

    def local_start(self):
        zone = datetime.timezone(datetime.timedelta(seconds=self.utc_offset))
        epoch = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
        return (epoch + datetime.timedelta(microseconds=self.start_us)).astimezone(zone)

    def __repr__(self):
        return (f"<{self.name} from {self.start_us} for {self.frames} frames at {self.rate}/s, "
                f"{self.began}..{self.ended}>")


def rows(recordings, statement, *arguments):
    database = sqlite3.connect(f"file:{Path(recordings) / '.isr' / 'catalogue.db'}?mode=ro", uri=True)
    try:
        database.row_factory = sqlite3.Row
        return database.execute(statement, arguments).fetchall()
    finally:
        database.close()


def of_source(recordings, source):
    """The source's recordings, in the order of time."""
    return [Recording(recordings, row) for row in rows(
        recordings, "SELECT * FROM segment WHERE source = ? ORDER BY start", source)]


def gaps(recordings, source):
    return rows(recordings, "SELECT * FROM gap WHERE source = ? ORDER BY start", source)


def probe(path):
    """What ffprobe says after reading all of the file. Raises AssertionError for a file that it complains about."""
    result = subprocess.run(
        ["ffprobe", "-f", DEMUXER.get(path.suffix, path.suffix[1:]), "-loglevel", "warning", "-count_packets", "-show_format", "-show_streams",
         "-print_format", "json", str(path)],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    if result.returncode != 0 or result.stderr.strip():
        raise AssertionError(f"ffprobe of {path}: {result.stderr or result.returncode}")
    return json.loads(result.stdout)
