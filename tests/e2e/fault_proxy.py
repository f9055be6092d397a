"""A proxy between a server and isr that breaks each connection in its own way.

A path has steps: one for each connection that asks for it, the last one for all that follow. A step
is a function(listener); what it leaves open is closed when it returns.
"""

import contextlib
import random
import socket
import ssl
import struct
import subprocess
import threading
import time

CHUNK = 4096


class Listener:
    """One connection from isr, and the one to the server that it gets its stream from."""

    def __init__(self, connection, request, upstream):
        self.connection = connection
        self.request = request
        self.upstream = upstream
        self.server = None
        self.sent = 0  # bytes of the body
        self.is_stopping = lambda: False

    def connect(self, mount, with_metadata=True):
        """Asks the server for the mount; returns the head of its answer, without the empty line."""
        self.server = socket.create_connection(("127.0.0.1", self.upstream), timeout=30)
        lines = self.request.split(b"\r\n")
        lines[0] = f"GET /{mount} HTTP/1.0".encode()
        self.server.sendall(b"\r\n".join(
            line for line in lines if with_metadata or not line.lower().startswith(b"icy-metadata")))
        return read_head(self.server)

    def answer(self, head):
        self.connection.sendall(head + b"\r\n\r\n")

    def pass_on(self, size=None, piece=CHUNK):
        """So many bytes of the body (None: until one of the two hangs up), in pieces of at most `piece`."""
        end = None if size is None else self.sent + size
        while end is None or self.sent < end:
            data = self.server.recv(CHUNK if end is None else min(CHUNK, end - self.sent))
            if not data:
                return
            for at in range(0, len(data), piece):
                self.connection.sendall(data[at:at + piece])
            self.sent += len(data)

    def hold(self):
        """Neither a byte nor an end, until isr hangs up."""
        self.connection.settimeout(0.2)
        while not self.is_stopping():
            with contextlib.suppress(TimeoutError):
                if not self.connection.recv(CHUNK):
                    return

    def reset(self):
        """What follows is not an end but an error."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def close(self):
        for one in (self.connection, self.server):
            if one is not None:
                with contextlib.suppress(OSError):
                    one.close()


class FaultProxy:
    """Listens on a port of 127.0.0.1. `upstream`: the port of the server. `certificate`: of a TLS one."""

    def __init__(self, upstream, certificate=None):
        self.upstream = upstream
        self.tls = None
        if certificate is not None:
            self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.tls.load_cert_chain(certificate)
        self.steps = {}
        self.counts = {}  # connections by path
        self.lock = threading.Lock()
        self.stopping = False
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def route(self, path, *steps):
        self.steps[path] = steps
        return f"http{'s' if self.tls else ''}://127.0.0.1:{self.port}/{path}"

    def count(self, path):
        with self.lock:
            return self.counts.get(path, 0)

    def stop(self):
        self.stopping = True
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.socket.accept()
                threading.Thread(target=self.serve, args=[connection], daemon=True).start()

    def serve(self, connection):
        listener = None
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.tls is not None:
                connection = self.tls.wrap_socket(connection, server_side=True)
            request = read_head(connection) + b"\r\n\r\n"
            listener = Listener(connection, request, self.upstream)
            listener.is_stopping = lambda: self.stopping
            self.next_step(request.split()[1].decode().lstrip("/"))(listener)
        except OSError:
            pass  # one of the two has left
        finally:
            if listener is not None:
                listener.close()
            else:
                connection.close()

    def next_step(self, path):
        with self.lock:
            steps = self.steps[path]
            self.counts[path] = self.counts.get(path, 0) + 1
            if len(steps) > 1 and not getattr(steps[0], "goes_on", bool)():
                self.steps[path] = steps[1:]
            return steps[0]


def read_head(connection):
    head = b""
    while b"\r\n\r\n" not in head:
        byte = connection.recv(1)
        if not byte:
            raise ConnectionError("no head")
        head += byte
    return head[:-4]


# ---- Steps

def good(mount):
    def step(listener):
        listener.answer(listener.connect(mount))
        listener.pass_on()
    return step


def cut(mount, after):
    """Ends the stream behind so many bytes, wherever in a frame that is."""
    def step(listener):
        listener.answer(listener.connect(mount))
        listener.pass_on(after)
    return step


def reset(mount, after):
    def step(listener):
        listener.answer(listener.connect(mount))
        listener.pass_on(after)
        listener.reset()
    return step


def stall(mount, after):
    def step(listener):
        listener.answer(listener.connect(mount))
        listener.pass_on(after)
        listener.hold()
    return step


def mute(listener):
    """Takes the request and says nothing."""
    listener.hold()


def hang_up(_):
    """Takes the request and leaves."""


def dribble(mount, size):
    """The head and so many bytes, each by itself."""
    def step(listener):
        for byte in listener.connect(mount) + b"\r\n\r\n":
            listener.connection.sendall(bytes([byte]))
        listener.pass_on(size, piece=1)
        listener.pass_on()
    return step


def garbage(mount, after, size, seed):
    """Noise between two bytes of the stream."""
    def step(listener):
        listener.answer(listener.connect(mount, with_metadata=False))
        listener.pass_on(after)
        listener.connection.sendall(random.Random(seed).randbytes(size))
        listener.pass_on()
    return step


def with_type(mount, content_type):
    """None: none at all."""
    def step(listener):
        lines = [line for line in listener.connect(mount).split(b"\r\n")
                 if not line.lower().startswith(b"content-type")]
        if content_type is not None:
            lines.append(b"Content-Type: " + content_type.encode())
        listener.answer(b"\r\n".join(lines))
        listener.pass_on()
    return step


def status(line, *headers):
    def step(listener):
        listener.answer("\r\n".join([f"HTTP/1.1 {line}", "Content-Length: 0", "Connection: close",
                                     *headers]).encode())
    return step


def redirect(target):
    return status("302 Found", f"Location: {target}")


def lasting(seconds, step):
    """The same step for every connection within so many seconds of the first."""
    begin = []

    def repeated(listener):
        step(listener)

    def goes_on():
        begin.append(time.monotonic())
        return begin[-1] - begin[0] < seconds

    repeated.goes_on = goes_on
    return repeated


def make_certificate(folder):
    """Key and certificate of 127.0.0.1, signed by nobody but itself, in one file."""
    path = folder / "self-signed.pem"
    subprocess.run([
        "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
        "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", path, "-out", path],
        check=True, stderr=subprocess.DEVNULL)
    return path
