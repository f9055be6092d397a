"""RIFF WAVE files as EBU Tech 3285 and RFC 2361 describe them, read without any library."""

import struct


class WavFile:
    """A PCM file. Raises ValueError for sizes that are not those of the file."""

    def __init__(self, path):
        data = path.read_bytes()
        riff, size, wave = struct.unpack_from("<4sI4s", data)
        if riff != b"RIFF" or wave != b"WAVE":
            raise ValueError(f"{path}: not a RIFF WAVE file")
        if size != len(data) - 8:
            raise ValueError(f"{path}: the header says {size + 8} bytes, the file has {len(data)}")
        self.chunks = {}
        at = 12
        while at < len(data):
            name, length = struct.unpack_from("<4sI", data, at)
            if at + 8 + length > len(data):
                raise ValueError(f"{path}: chunk {name} reaches behind the end of the file")
            self.chunks[name] = data[at + 8:at + 8 + length]
            at += 8 + length + length % 2
        tag, self.channels, self.rate, _, self.frame_bytes, self.bits = struct.unpack_from(
            "<HHIIHH", self.chunks[b"fmt "])
        if tag == 0xFFFE:  # WAVE_FORMAT_EXTENSIBLE: the tag is the sub-format's first word
            (tag,) = struct.unpack_from("<H", self.chunks[b"fmt "], 24)
        if tag != 1:
            raise ValueError(f"{path}: format tag {tag} is not PCM")
        self.pcm = self.chunks[b"data"]
        if len(self.pcm) % self.frame_bytes:
            raise ValueError(f"{path}: {len(self.pcm)} bytes are not whole frames of {self.frame_bytes}")
        self.frames = len(self.pcm) // self.frame_bytes
