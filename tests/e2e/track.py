"""The levels in a track (`analyses/<name>.isr`), as src/level/track_codec.hpp describes it."""

import struct

HEADER = 65536
RECORD = 96
MISSING = -32768


def windows(path):
    """(rms, detection, peak) of each 100 ms in dBFS; None for one that is missing. None at all when there is no track yet."""
    try:
        data = path.read_bytes()[HEADER:]
    except FileNotFoundError:
        return []
    found = []
    for at in range(0, len(data) - RECORD + 1, RECORD):
        hole = not any(data[at:at + RECORD])
        values = [MISSING] * 30 if hole else struct.unpack_from("<30h", data, at)
        for window in range(10):
            levels = values[3 * window:3 * window + 3]
            found.append(None if levels[0] == MISSING else tuple(level / 100 for level in levels))
    while found and found[-1] is None:
        found.pop()
    return found


def of(recordings, name):
    return recordings / "analyses" / f"{name}.isr"
