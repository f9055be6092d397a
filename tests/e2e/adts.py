"""ADTS (ISO/IEC 14496-3, 1.A.2.2) as this suite needs it."""


def frames(data):
    """All frames of a file. Raises ValueError for anything else in it."""
    found = []
    at = 0
    while at < len(data):
        if data[at] != 0xFF or data[at + 1] & 0xF6 != 0xF0:
            raise ValueError(f"no frame at byte {at} of {len(data)}")
        length = int.from_bytes(data[at + 3:at + 6], "big") >> 5 & 0x1FFF
        if at + length > len(data):
            raise ValueError(f"the last frame, at byte {at}, is cut off")
        found.append(data[at:at + length])
        at += length
    return found
