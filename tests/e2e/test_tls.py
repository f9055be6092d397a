"""https with a certificate of one's own, on the port of the page."""

import contextlib
import os
import socket
import ssl
import subprocess
import unittest
import urllib.parse
from pathlib import Path

import tap
from harness import run_isr, wait_for
from test_access import ADDRESS, PAGE, PASSWORD, AccessTest


class TlsTest(AccessTest):
    def make_certificate(self, name="certificate", key="key"):
        alternatives = ",".join(["DNS:localhost", "IP:127.0.0.1"] + ([f"IP:{ADDRESS}"] if ADDRESS else []))
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                        "-subj", "/CN=localhost", "-addext", f"subjectAltName={alternatives}",
                        "-keyout", self.folder / f"{key}.pem", "-out", self.folder / f"{name}.pem"],
                       check=True, stderr=subprocess.DEVNULL)

    def start_isr(self, password=None, host="127.0.0.1", **options):
        self.make_certificate()
        return super().start_isr({"tls_certificate": "certificate.pem", "tls_key": "key.pem"}, password, host, **options)

    def curl(self, path, *options):
        """(status, body) as curl has it that trusts our certificate alone."""
        result = subprocess.run(["curl", "-sS", "--max-time", "20", "--cacert", self.folder / "certificate.pem", "-o", "-",
                                 "-w", "\n%{http_code}", *options, f"https://{self.host}:{self.isr.port}{path}"],
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        self.assertEqual(result.returncode, 0, result.stderr)
        body, _, status = result.stdout.rpartition(b"\n")
        return int(status), body

    def encrypted(self):
        context = ssl.create_default_context(cafile=self.folder / "certificate.pem")
        return context.wrap_socket(socket.create_connection((self.host, self.isr.port), timeout=20), server_hostname=self.host)

    def test_pages_files_and_ranges_come_encrypted(self):
        isr = self.start_isr()
        big = isr.recordings / "big.wav"
        big.write_bytes(os.urandom(20_000_000))
        self.assertIn("https://localhost:", isr.log())
        self.assertEqual(self.curl("/api/status")[0], 200)
        self.assertEqual(self.curl("/stream/big.wav"), (200, big.read_bytes()))
        self.assertEqual(self.curl("/stream/big.wav", "-H", "Range: bytes=5-9"), (206, big.read_bytes()[5:10]))
        self.assertEqual(self.curl("/api/files/none.wav", "-X", "DELETE")[0], 404)
        self.assertEqual(isr.get("/api/status")[0], 200, "this machine needs no https")
        self.assert_quiet()

    def test_events_come_encrypted_for_as_long_as_they_like(self):
        self.start_isr()
        with self.encrypted() as client:
            client.sendall(b"GET /api/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
            received = b""
            while b"event:" not in received or b"beeps" not in received:
                piece = client.recv(4096)
                self.assertTrue(piece, received)
                received += piece
        self.assertTrue(received.startswith(b"HTTP/1.1 200"))
        self.assert_quiet()

    @unittest.skipIf(ADDRESS is None, "this machine has no address but loopback")
    def test_others_are_sent_to_https_before_they_show_a_password(self):
        isr = self.start_isr(PASSWORD, ADDRESS)
        status, headers, _ = self.ask("/?a=b", PAGE)
        self.assertEqual((status, headers["Location"]), (308, f"https://{ADDRESS}:{isr.port}/?a=b"))
        self.assertEqual(self.code(self.log_in(PASSWORD)), (403, "https"))
        self.assertEqual(self.curl("/api/status")[0], 401)
        self.assertEqual(self.curl("/api/status", "-u", f"isr:{PASSWORD}")[0], 200)
        with self.encrypted() as client:
            form = urllib.parse.urlencode({"password": PASSWORD}).encode()
            client.sendall(b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n%s" % (len(form), form))
            answer = client.recv(4096).decode()
        self.assertIn(" 303 ", answer)
        self.assertRegex(answer, r"Set-Cookie: __Host-isr-\d+=[0-9a-f]{64}; Path=/; Max-Age=\d+; HttpOnly; SameSite=Strict; Secure\r\n")
        self.assert_quiet()

    def test_clients_that_break_off_leave_nothing_behind(self):
        isr = self.start_isr()
        (isr.recordings / "big.wav").write_bytes(bytes(50_000_000))
        self.curl("/api/status")
        folder = Path(f"/proc/{isr.process.pid}/fd")
        def sockets():
            count = 0
            for entry in folder.iterdir():
                with contextlib.suppress(OSError):
                    count += os.readlink(entry).startswith("socket:")
            return count
        before = sockets()
        hello = bytes.fromhex("1603010200010001fc0303")
        for number in range(30):
            with socket.create_connection((self.host, isr.port)) as client:
                client.sendall(hello[:number % len(hello)])
            with self.encrypted() as client:
                client.sendall(b"GET /stream/big.wav HTTP/1.1\r\nHost: localhost\r\n\r\n")
                client.recv(1000)
        wait_for("all connections to be closed", lambda: sockets() <= before, 30, alive=[isr])
        self.assertEqual(self.curl("/api/status")[0], 200)
        self.assert_quiet()

    def test_handshakes_that_get_nowhere_hold_up_nobody_for_long(self):
        isr = self.start_isr()
        with contextlib.ExitStack() as resources:
            for _ in range(8):
                client = resources.enter_context(socket.create_connection((self.host, isr.port)))
                client.sendall(bytes.fromhex("1603010200010001fc0303"))
            self.assertEqual(isr.get("/api/status")[0], 200)
            self.assertEqual(self.curl("/api/status")[0], 200)
        self.assert_quiet()

    def test_a_reload_picks_up_a_renewed_certificate(self):
        isr = self.start_isr()
        address = (self.host, isr.port)
        first = ssl.get_server_certificate(address)
        self.assertEqual(first.strip(), (self.folder / "certificate.pem").read_text().strip())
        self.make_certificate()
        self.assertEqual(run_isr("reload", isr.config).returncode, 0)
        second = ssl.get_server_certificate(address)
        self.assertEqual(second.strip(), (self.folder / "certificate.pem").read_text().strip())
        self.assertNotEqual(first, second)
        self.make_certificate(key="another")
        result = run_isr("reload", "--socket", isr.recordings / ".isr" / "control.sock")
        self.assertEqual(result.returncode, 78)
        self.assertIn("is not the private key of the certificate", result.stderr)
        self.assertEqual(ssl.get_server_certificate(address), second)
        isr.configure({"beeps": {"type": "test"}})
        self.assertEqual(run_isr("reload", isr.config).returncode, 0)
        with self.assertRaises(ssl.SSLError):
            ssl.get_server_certificate(address)

    def test_files_that_are_no_certificate_are_problems_of_the_config(self):
        self.make_certificate()
        self.make_certificate("other", "other_key")
        (self.folder / "text.pem").write_text("no certificate")
        (self.folder / "both.pem").write_bytes((self.folder / "certificate.pem").read_bytes() + (self.folder / "key.pem").read_bytes())
        config = self.folder / "check.ini"
        for lines, expected in ((["tls_certificate = none.pem", "tls_key = key.pem"], ":2: tls_certificate: '"),
                                (["tls_certificate = certificate.pem", "tls_key = none.pem"], ":3: tls_key: '"),
                                (["tls_certificate = certificate.pem", "tls_key = other_key.pem"], ":3: tls_key: '"),
                                (["tls_certificate = certificate.pem"], ":2: tls_certificate: '"),
                                (["tls_certificate = text.pem", "tls_key = key.pem"], ":2: tls_certificate: '"),
                                (["tls_certificate = ."], "is a directory"),
                                (["tls_key = key.pem"], ":2: tls_key: stands beside tls_certificate"),
                                (["tls_certificate = both.pem"], None)):
            config.write_text("\n".join(["[web]", *lines, "[a]", "type = test", ""]))
            result = run_isr("check", config, cwd="/")
            self.assertEqual(result.returncode, 78 if expected else 0, (lines, result.stderr))
            self.assertIn(expected or "", result.stderr, lines)


if __name__ == "__main__":
    tap.main()
