"""What the streams of this suite are made of, and how it is decoded again."""

import subprocess

# What ffmpeg is told, how it is sent, and how far the end of a file may be from its last sample: a Vorbis
# file's first packet gives no sound.
CODECS = {
    "aac": ("aac", "adts", ["-c:a", "aac", "-b:a", "128k"]),
    "vorbis": ("ogg", "ogg", ["-c:a", "libvorbis", "-q:a", "4"]),
    "opus": ("opus", "ogg", ["-c:a", "libopus", "-b:a", "96k"]),
    "oggflac": ("oga", "ogg", ["-c:a", "flac", "-sample_fmt", "s16"]),
    "flac": ("flac", "flac", ["-c:a", "flac", "-sample_fmt", "s16"]),
}


def encode(path, seconds, seed, arguments, title=None):
    tags = ["-metadata", f"TITLE={title}", "-metadata", "ARTIST=Ärtist"] if title else []
    subprocess.run([
        "ffmpeg", "-nostdin", "-loglevel", "error", "-f", "lavfi",
        "-i", f"anoisesrc=duration={seconds}:color=pink:seed={seed}:sample_rate=48000:amplitude=0.4",
        "-ac", "2", *arguments, *tags, path], check=True)
    return path


def decode_flac(path):
    """Its samples, after flac itself has found nothing wrong. Without decoding a stream nobody knows its MD5."""
    decoded = subprocess.run(
        ["flac", "--decode", "--stdout", "--silent", "--force-raw-format", "--endian=little", "--sign=signed",
         *(["--ogg"] if path.suffix in (".oga", ".ogg") else []), path],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    if decoded.returncode != 0 or any(b"MD5" not in line for line in decoded.stderr.splitlines() if line.strip()):
        raise AssertionError(f"flac of {path}: {decoded.stderr.decode()}")
    return decoded.stdout


def check_ogg(path, tool):
    """Raises AssertionError when the codec's own tool, ogginfo or opusinfo, finds anything wrong."""
    said = subprocess.run([tool, path], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, check=False).stdout
    # A file that goes on with another's packets has nothing to skip; opusinfo would have it otherwise.
    wrong = [line for line in said.splitlines() if "preskip" not in line
             and any(word in line for word in ("WARNING", "ERROR"))]
    if wrong or "stream 1 ended" not in said:
        raise AssertionError(f"{tool} of {path}: {said}")
