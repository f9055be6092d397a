"""Ogg as this suite needs it (RFC 3533): the packets of each logical stream."""

import struct

# How many packets of a stream are headers, by how the first begins.
HEADERS = [(b"\x01vorbis", lambda first: 3), (b"OpusHead", lambda first: 2),
           (b"\x7fFLAC", lambda first: 1 + int.from_bytes(first[7:9], "big"))]


class Stream:
    """One logical stream, its headers apart. Raises ValueError for pages that are not in order."""

    def __init__(self, serial):
        self.serial = serial
        self.pages = 0
        self.granule = 0
        self.ended = False
        self.packets = []
        self.partial = b""

    def add_page(self, flags, granule, sequence, lacing, body):
        if sequence != self.pages:
            raise ValueError(f"page {sequence} of stream {self.serial} where {self.pages} should be")
        if bool(flags & 1) != bool(self.partial):
            raise ValueError(f"page {sequence} of stream {self.serial} goes on with a packet or does not")
        self.pages += 1
        self.ended = bool(flags & 4)
        if granule >= 0:
            self.granule = granule
        at = 0
        for length in lacing:
            self.partial += body[at:at + length]
            at += length
            if length < 255:
                self.packets.append(self.partial)
                self.partial = b""

    @property
    def audio(self):
        for begin, count in HEADERS:
            if self.packets[0].startswith(begin):
                return self.packets[count(self.packets[0]):]
        raise ValueError(f"unknown codec: {self.packets[0][:8]}")


def streams(data):
    """All logical streams of a file, in the order in which they begin."""
    found = []
    at = 0
    while at < len(data):
        capture, version, flags, granule, serial, sequence, _, segments = struct.unpack_from("<4sBBqIIIB", data, at)
        if capture != b"OggS" or version != 0:
            raise ValueError(f"no page at byte {at}")
        lacing = data[at + 27:at + 27 + segments]
        body = data[at + 27 + segments:at + 27 + segments + sum(lacing)]
        if flags & 2:
            found.append(Stream(serial))
        if not found or found[-1].serial != serial:
            raise ValueError(f"a page of another stream at byte {at}")
        found[-1].add_page(flags, granule, sequence, lacing, body)
        at += 27 + segments + len(body)
    return found


def audio_packets(data):
    """Of all logical streams, one after the other."""
    return [packet for stream in streams(data) for packet in stream.audio]
