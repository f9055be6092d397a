"""MPEG-1 layer III as this suite needs it: frames by their headers, and files of which no two frames are alike."""

import itertools
import subprocess

# ISO/IEC 11172-3, 2.4.2.3: kbit/s and Hz by index, layer III of MPEG-1.
BITRATES = [None, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, None]
RATES = [44100, 48000, 32000, None]
FRAME_SAMPLES = 1152


def frame_length(data, at):
    """Length in bytes of the frame whose header is at `at`; raises ValueError where there is none."""
    header = int.from_bytes(data[at:at + 4], "big")
    if header >> 17 != 0x7FFD:  # 11 bits of sync, MPEG-1, layer III
        raise ValueError(f"no frame header at byte {at} of {len(data)}: {data[at:at + 4].hex()}")
    bitrate = BITRATES[header >> 12 & 15]
    rate = RATES[header >> 10 & 3]
    if bitrate is None or rate is None:
        raise ValueError(f"reserved value in the header at byte {at}: {data[at:at + 4].hex()}")
    return FRAME_SAMPLES * bitrate * 125 // rate + (header >> 9 & 1)


def is_info_frame(frame):
    """Whether it is the Xing/Info frame that describes a file and holds no audio."""
    mono = frame[3] >> 6 == 3
    side_info = 4 + (17 if mono else 32)
    return frame[side_info:side_info + 4] in (b"Xing", b"Info")


def audio_frames(data):
    """All frames of a file but tags and the info frame. Raises ValueError for anything else in it."""
    at = 0
    if data[:3] == b"ID3":
        size = sum((byte & 0x7F) << shift for byte, shift in zip(data[6:10], (21, 14, 7, 0)))
        at = 10 + size
    end = len(data) - 128 if data[-128:-125] == b"TAG" else len(data)
    frames = []
    while at < end:
        length = frame_length(data, at)
        if at + length > end:
            raise ValueError(f"the last frame, at byte {at}, lacks {at + length - end} of {length} bytes")
        frames.append(data[at:at + length])
        at += length
    if frames and is_info_frame(frames[0]):
        del frames[0]
    return frames


def make_noise(path, seconds, seed):
    """Noise at a constant 128 kbit/s, 44.1 kHz stereo; returns its frames, all different."""
    subprocess.run([
        "ffmpeg", "-nostdin", "-loglevel", "error", "-f", "lavfi",
        "-i", f"anoisesrc=duration={seconds}:color=pink:seed={seed}:sample_rate=44100:amplitude=0.4",
        "-ac", "2", "-codec:a", "libmp3lame", "-b:a", "128k", "-write_xing", "0", "-id3v2_version", "0",
        str(path)], check=True)
    frames = audio_frames(path.read_bytes())
    if len(set(frames)) != len(frames):
        raise AssertionError("the noise repeats itself")
    return frames


def breaks(frames, sent):
    """Where `frames` are not one run of those that were sent: (index, place of the frame, place of the one behind)."""
    places = {frame: place for place, frame in enumerate(sent)}
    at = [places.get(frame, -1) for frame in frames]
    unknown = [(index, place, place) for index, place in enumerate(at) if place < 0]
    if unknown or not frames:
        return unknown or ["no frames"]
    return [(index, this, following) for index, (this, following) in enumerate(itertools.pairwise(at))
            if following != this + 1]
