"""Debian's Icecast on a loopback port, and ffmpeg as the studio that feeds it."""

import base64
import contextlib
import os
import signal
import urllib.error
import urllib.request

from harness import Program, free_port, wait_for

PASSWORD = "source-password"

CONFIG = """
<icecast>
  <hostname>localhost</hostname>
  <location>test</location>
  <admin>nobody@localhost</admin>
  <limits><clients>{clients}</clients><sources>10</sources><burst-size>65536</burst-size><queue-size>8388608</queue-size></limits>
  <authentication>
    <source-password>{password}</source-password>
    <admin-user>admin</admin-user><admin-password>{password}</admin-password>
  </authentication>
  <listen-socket><port>{port}</port><bind-address>127.0.0.1</bind-address></listen-socket>
  <fileserve>0</fileserve>
  <paths>
    <basedir>{folder}</basedir><logdir>{folder}</logdir>
    <webroot>{folder}</webroot><adminroot>{folder}</adminroot>
  </paths>
  <logging><accesslog>-</accesslog><errorlog>-</errorlog><loglevel>3</loglevel></logging>
  <security><chroot>0</chroot>{owner}</security>
</icecast>
"""
EZSTREAM = """
<ezstream>
  <servers><server>
    <hostname>127.0.0.1</hostname><port>{port}</port><password>{password}</password><tls>none</tls>
  </server></servers>
  <streams><stream><mountpoint>/{mount}</mountpoint><format>Ogg</format></stream></streams>
  <intakes><intake><type>playlist</type><filename>{playlist}</filename></intake></intakes>
  <metadata><no_updates>yes</no_updates></metadata>
</ezstream>
"""
# By ffmpeg's name of the format.
CONTENT_TYPE = {"mp3": "audio/mpeg", "adts": "audio/aac", "ogg": "application/ogg", "flac": "audio/flac"}
MUXER = {"mp3": ["-write_xing", "0", "-id3v2_version", "0"], "adts": [], "ogg": ["-page_duration", "200000"], "flac": []}
# Icecast refuses to run as root.
OWNER = "<changeowner><user>nobody</user><group>nogroup</group></changeowner>"


class Icecast:
    """A server that can be killed and started again on the same port."""

    def __init__(self, folder, clients=50):
        self.port = free_port()
        self.program = None
        self.folder = folder / "icecast"
        self.folder.mkdir()
        self.config = self.folder / "icecast.xml"
        self.config.write_text(CONFIG.format(
            password=PASSWORD, port=self.port, folder=self.folder, clients=clients, owner=OWNER if os.getuid() == 0 else ""))

    def url(self, mount):
        return f"http://127.0.0.1:{self.port}/{mount}"

    def start(self):
        """Icecast 2.4.4 crashes when a client comes before its statistics thread has run, which has all begin at 0: on a
        busy machine that thread may be late. Then nothing was served yet, and it is started anew."""
        for _ in range(20):
            self.program = Program("icecast", ["icecast2", "-c", self.config], self.folder)
            try:
                wait_for("Icecast to count", self.counts, alive=[self.program])
                return
            except AssertionError:
                if self.program.process.poll() != -signal.SIGSEGV:
                    raise
        raise AssertionError(f"Icecast crashed again and again\n{self.program.log()}")

    def counts(self):
        """Whether its statistics have begun: what was counted before that has done no harm."""
        login = base64.b64encode(f"admin:{PASSWORD}".encode()).decode()
        request = urllib.request.Request(self.url("admin/stats"), headers={"Authorization": f"Basic {login}"})
        with contextlib.suppress(OSError), urllib.request.urlopen(request, timeout=5) as answer:
            return b"<server_start>" in answer.read()
        return False

    def kill(self):
        self.program.kill()

    def answer(self, mount):
        """The HTTP status of a mount; None when nobody listens."""
        try:
            with urllib.request.urlopen(self.url(mount), timeout=5) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return None

    def feed(self, mount, file, form="mp3"):
        """Sends a file at its own speed; returns ffmpeg when the mount can be listened to."""
        source = f"icecast://source:{PASSWORD}@127.0.0.1:{self.port}/{mount}"
        ffmpeg = Program(f"ffmpeg-{mount}", [
            "ffmpeg", "-nostdin", "-loglevel", "error", "-re", "-i", file, "-map", "0:a", "-codec", "copy",
            *MUXER[form], "-f", form, "-content_type", CONTENT_TYPE[form], source], self.folder)
        wait_for(f"Icecast to serve /{mount}", lambda: self.answer(mount) == 200, alive=[self.program, ffmpeg])
        return ffmpeg

    def play(self, mount, files):
        """Sends Ogg files one after the other as ezstream does: each is a new logical stream."""
        playlist = self.folder / f"{mount}.m3u"
        playlist.write_text("".join(f"{file}\n" for file in files))
        config = self.folder / f"{mount}.xml"
        config.write_text(EZSTREAM.format(port=self.port, password=PASSWORD, mount=mount, playlist=playlist))
        config.chmod(0o600)
        ezstream = Program(f"ezstream-{mount}", ["ezstream", "-v", "-c", config], self.folder)
        wait_for(f"Icecast to serve /{mount}", lambda: self.answer(mount) == 200, alive=[self.program, ezstream])
        return ezstream
