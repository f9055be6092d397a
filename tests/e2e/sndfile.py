"""libsndfile as a reader of what was recorded (sndfile.h)."""

import ctypes
import ctypes.util

SFM_READ = 0x10


class Info(ctypes.Structure):
    _fields_ = [("frames", ctypes.c_int64), ("rate", ctypes.c_int), ("channels", ctypes.c_int),
                ("format", ctypes.c_int), ("sections", ctypes.c_int), ("seekable", ctypes.c_int)]


library = ctypes.CDLL(ctypes.util.find_library("sndfile"))
library.sf_open.argtypes = [ctypes.c_char_p, ctypes.c_int, ctypes.POINTER(Info)]
library.sf_open.restype = ctypes.c_void_p
library.sf_readf_short.argtypes = [ctypes.c_void_p, ctypes.POINTER(ctypes.c_short), ctypes.c_int64]
library.sf_readf_short.restype = ctypes.c_int64
library.sf_strerror.argtypes = [ctypes.c_void_p]
library.sf_strerror.restype = ctypes.c_char_p
library.sf_close.argtypes = [ctypes.c_void_p]


def count_frames(path):
    """(as the file says, as can be read). Raises AssertionError for a file that it cannot open."""
    info = Info()
    file = library.sf_open(str(path).encode(), SFM_READ, ctypes.byref(info))
    if not file:
        raise AssertionError(f"libsndfile cannot open {path}: {library.sf_strerror(None).decode()}")
    try:
        room = (ctypes.c_short * (65536 * info.channels))()
        read = 0
        while (some := library.sf_readf_short(file, room, 65536)) > 0:
            read += some
        return info.frames, read
    finally:
        library.sf_close(file)
