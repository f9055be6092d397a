"""A client of /api/events, on a thread of its own; every event is held against data/openapi.yaml."""

import contextlib
import http.client
import json
import threading
import time
from typing import NamedTuple

import openapi
from harness import wait_for

DOCUMENT = openapi.Document()


class Event(NamedTuple):
    name: str
    data: dict
    id: str | None
    at: float  # time.monotonic() when it came


def schema_of(name):
    """"source-removed" is described as EventSourceRemoved."""
    return {"$ref": "#/components/schemas/Event" + "".join(map(str.capitalize, name.split("-")))}


class EventStream:
    def __init__(self, isr, query="", last_id=None):
        self.events = []
        self.trouble = None
        self.connection = http.client.HTTPConnection("127.0.0.1", isr.port, timeout=30)
        self.connection.request("GET", f"/api/events{query}", headers={"Last-Event-ID": last_id} if last_id else {})
        self.answer = self.connection.getresponse()
        if self.answer.status != 200:
            raise AssertionError(f"/api/events{query}: {self.answer.status} {self.answer.read()!r}")
        self.thread = threading.Thread(target=self.read)
        self.thread.start()
        self.wait("hello", seconds=5)

    def read(self):
        fields = {}
        # Closed under the reader: that is the end too.
        with contextlib.suppress(OSError, ValueError, AttributeError):
            for line in iter(self.answer.readline, b""):
                name, _, value = line.decode().rstrip("\n").partition(": ")
                if name:
                    fields[name] = value
                    continue
                if "event" in fields:
                    self.take(fields)
                fields = {}

    def take(self, fields):
        event = Event(fields["event"], json.loads(fields["data"]), fields.get("id"), time.monotonic())
        try:
            DOCUMENT.validate(event.data, schema_of(event.name))
        except Exception as error:  # of a thread: told when somebody waits
            self.trouble = f"{event}: {error}"
        self.events.append(event)

    def of(self, name):
        return [event for event in self.events if event.name == name]

    def wait(self, name, matches=lambda data: True, seconds=20):
        """The first event of that name whose data matches."""
        def found():
            if self.trouble:
                raise AssertionError(self.trouble)
            return next((event for event in self.of(name) if matches(event.data)), None)
        return wait_for(f"an event '{name}' among {[event.name for event in self.events]}", found, seconds)

    @property
    def last_id(self):
        return next(event.id for event in reversed(self.events) if event.id)

    @property
    def is_over(self):
        return not self.thread.is_alive()

    def close(self):
        with contextlib.suppress(OSError):
            self.connection.sock and self.connection.sock.shutdown(2)
        with contextlib.suppress(OSError):
            self.answer.fp and self.answer.fp.raw._sock.shutdown(2)  # the answer has taken the socket over
        self.thread.join()
        self.answer.close()
        self.connection.close()
