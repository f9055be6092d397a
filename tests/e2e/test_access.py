"""Who may do what: this machine everything, others with the password of `isr passwd`, a proxy's clients as those."""

import base64
import contextlib
import http.client
import json
import os
import pty
import re
import select
import signal
import socket
import subprocess
import threading
import unittest
import urllib.parse
from pathlib import Path

import tap
from harness import Isr, Program, TestCase, free_port, run_isr, wait_for

PASSWORD = "größer als acht"
PAGE = {"Accept": "text/html,application/xhtml+xml", "User-Agent": "Mozilla/5.0"}
PROXIED = {"X-Forwarded-For": "198.51.100.7"}


def own_address():
    """An address of this machine that is not of loopback; None where there is no network."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.254", 9))  # sends nothing
            address = probe.getsockname()[0]
        except OSError:
            return None
    return None if address.startswith("127.") else address


ADDRESS = own_address()


def basic(password, user="isr"):
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


class AccessTest(TestCase):
    def start_isr(self, web=None, password=None, host="127.0.0.1", **options):
        isr = Isr(self.folder, {"beeps": {"type": "test"}, "web": web or {}}, **options)
        self.start(isr)
        def answers():
            with contextlib.suppress(OSError):
                return isr.get("/api/status")
        wait_for("the page to be served", answers, alive=[isr])
        if password:
            self.set_password(isr, password)
        self.isr = isr
        self.host = host
        return isr

    def set_password(self, isr, password):
        result = subprocess.run([Isr.EXECUTABLE, "passwd", isr.config], input=password + "\n", text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        self.assertEqual(result.returncode, 0, result.stderr)
        return result.stdout

    def ask(self, path, headers=None, method="GET", body=None):
        """(status, headers, body), redirects not followed."""
        connection = http.client.HTTPConnection(self.host, self.isr.port, timeout=20)
        with contextlib.closing(connection):
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()

    def code(self, answer):
        return answer[0], json.loads(answer[2])["error"]["code"]

    def log_in(self, password, headers=None, target="/login"):
        form = urllib.parse.urlencode({"username": "isr", "password": password})
        return self.ask(target, {"Content-Type": "application/x-www-form-urlencoded", **PAGE, **(headers or {})},
                        "POST", form)

    def cookie(self, answer):
        return {"Cookie": answer[1]["Set-Cookie"].partition(";")[0]}

    def assert_quiet(self, *secrets):
        self.assertEqual(self.isr.stop(), 0, self.isr.log())
        self.assertEqual(self.isr.troubles(), [])
        for secret in (PASSWORD, *secrets):
            self.assertNotIn(secret, self.isr.log())


@unittest.skipIf(ADDRESS is None, "this machine has no address but loopback")
class FromElsewhereTest(AccessTest):
    def start_isr(self, web=None, password=None, **options):
        return super().start_isr(web, password, ADDRESS, **options)

    def test_until_a_password_is_set_everybody_is_told_how_to_set_one(self):
        self.start_isr()
        status, headers, body = self.ask("/", PAGE)
        self.assertEqual((status, headers["Content-Type"]), (403, "text/html; charset=utf-8"))
        self.assertIn(b"sudo isr passwd", body)
        for path in ("/api/status", "/stream/x.wav", "/app.js", "/api/nothing"):
            answer = self.ask(path)
            self.assertEqual(self.code(answer), (403, "no-password"), path)
            self.assertIn("isr passwd", json.loads(answer[2])["error"]["message"])
        self.assertEqual(self.code(self.ask("/api/status", basic(""))), (403, "no-password"))
        self.assertEqual(self.log_in("")[0], 403)
        self.assertEqual(self.ask("/login.css")[0], 200)
        self.assert_quiet()

    def test_nobody_gets_anything_without_a_login(self):
        isr = self.start_isr(password=PASSWORD)
        name = isr.get_json("/api/files")[0]["name"]
        for path in ("/api/status", "/api/files", f"/stream/{name}", f"/download/{name}", "/app.js", "/index.html",
                     "/api/nothing", "/%2e%2e/x", "/login/x"):
            status, headers, body = self.ask(path)
            self.assertEqual((status, json.loads(body)["error"]["code"]), (401, "login"), path)
            self.assertEqual(headers["WWW-Authenticate"], 'Basic realm="isr", charset="UTF-8"')
            # A browser would open a window that asks for the password.
            self.assertFalse(self.ask(path, {"User-Agent": "Mozilla/5.0"})[1]["WWW-Authenticate"].startswith("Basic"))
        for method in ("DELETE", "POST", "PUT", "PATCH", "OPTIONS"):
            self.assertEqual(self.ask(f"/api/files/{name}", method=method)[0], 401, method)
        self.assertTrue((isr.recordings / name).exists())
        for path in ("/app.css", "/login.css", "/icon.svg"):
            self.assertEqual(self.ask(path)[0], 200, path)
        self.assert_quiet()

    def test_a_person_is_sent_to_the_login_and_comes_back(self):
        self.start_isr(password=PASSWORD)
        status, headers, _ = self.ask("/?a=b&c=%20", PAGE)
        self.assertEqual((status, headers["Location"]), (303, "/login?next=%2F%3Fa%3Db%26c%3D%2520"))
        page = self.ask(headers["Location"], PAGE)
        self.assertEqual(page[0], 200)
        self.assertIn(b'type="password"', page[2])
        self.assertEqual(page[1]["Cache-Control"], "no-store")
        back = self.log_in(PASSWORD, target=headers["Location"])
        self.assertEqual((back[0], back[1]["Location"]), (303, "/?a=b&c=%20"))
        self.assertRegex(back[1]["Set-Cookie"], r"\Aisr-\d+=[0-9a-f]{64}; Path=/; Max-Age=2592000; HttpOnly; SameSite=Strict\Z")
        cookie = self.cookie(back)
        self.assertEqual(self.ask("/", {**PAGE, **cookie})[0], 200)
        self.assertTrue(json.loads(self.ask("/api/config", cookie)[2])["login"])
        self.assertEqual(self.ask("/login", {**PAGE, **cookie})[1]["Location"], "/")
        self.assert_quiet(cookie["Cookie"].partition("=")[2])

    def test_nobody_is_sent_elsewhere_after_the_login(self):
        self.start_isr(password=PASSWORD)
        for target in ("//evil.example/", "https://evil.example/", "/\\evil.example", "/%0d%0aX: y", "/login", "javascript:0", ""):
            answer = self.log_in(PASSWORD, target="/login?next=" + urllib.parse.quote(target, safe="%"))
            self.assertEqual((answer[0], answer[1]["Location"]), (303, "/"), target)

    def test_a_session_ends_with_a_logout_and_with_another_password(self):
        isr = self.start_isr(password=PASSWORD)
        first, second = self.cookie(self.log_in(PASSWORD)), self.cookie(self.log_in(PASSWORD))
        self.assertEqual(self.ask("/logout", first)[0], 405)
        out = self.ask("/logout", first, "POST")
        self.assertEqual((out[0], out[1]["Location"]), (303, "/login"))
        self.assertIn("Max-Age=0", out[1]["Set-Cookie"])
        self.assertEqual(self.ask("/api/status", first)[0], 401)
        self.assertEqual(self.ask("/api/status", second)[0], 200)
        self.set_password(isr, "another password")
        self.assertEqual(self.ask("/api/status", second)[0], 401)
        self.assertEqual(self.log_in(PASSWORD)[0], 403)
        third = self.cookie(self.log_in("another password"))
        self.assertEqual(self.ask("/api/status", third)[0], 200)
        removed = run_isr("passwd", "--remove", isr.config)
        self.assertEqual(removed.returncode, 0, removed.stderr)
        self.assertEqual(self.code(self.ask("/api/status", third)), (403, "no-password"))
        self.assert_quiet("another password")

    def test_another_password_ends_what_is_being_followed(self):
        isr = self.start_isr(password=PASSWORD)
        session = self.cookie(self.log_in(PASSWORD))
        with socket.create_connection((ADDRESS, isr.port), timeout=20) as follower:
            follower.sendall(f"GET /api/events HTTP/1.1\r\nHost: {ADDRESS}\r\nCookie: {session['Cookie']}\r\n\r\n".encode())
            self.assertTrue(follower.recv(4096).startswith(b"HTTP/1.1 200"))
            self.set_password(isr, "another password")
            self.assertEqual(self.ask("/api/status", session)[0], 401)
            with contextlib.suppress(ConnectionResetError):
                while follower.recv(4096):
                    pass

    def test_cookies_that_are_none_let_nobody_in(self):
        isr = self.start_isr(password=PASSWORD)
        good = self.cookie(self.log_in(PASSWORD))["Cookie"]
        self.assertEqual(self.ask("/api/status", basic(PASSWORD))[0], 200)
        for cookie in (good + "0", good[:-1], good.partition("=")[0] + "=", "isr-1=" + good.partition("=")[2], "=;,;",
                       f"isr-{isr.port}={self.host} {PASSWORD}".encode()):
            self.assertEqual(self.ask("/api/status", {"Cookie": cookie})[0], 401, cookie)
        self.assertEqual(self.ask("/api/status", {"Cookie": f"other=1; {good}; last=2"})[0], 200)

    def test_scripts_send_the_password_with_each_request(self):
        self.start_isr(password=PASSWORD)
        self.assertEqual(self.ask("/api/status", basic(PASSWORD))[0], 200)
        self.assertEqual(self.ask("/api/status", basic(PASSWORD, "anybody"))[0], 200)
        self.assertEqual(self.ask("/", {**PAGE, **basic(PASSWORD)})[0], 200)
        for wrong in (basic(PASSWORD + "!"), basic(""), {"Authorization": "Basic ???"}, {"Authorization": "Bearer x"},
                      {"Authorization": "Basic"}, {"Authorization": "Basic " + base64.b64encode(b"no colon").decode()}):
            self.assertEqual(self.ask("/api/status", wrong)[0], 401, wrong)
        self.assert_quiet()

    def test_many_requests_at_once_with_the_right_password_are_all_answered(self):
        self.start_isr(password=PASSWORD)
        statuses = []
        threads = [threading.Thread(target=lambda: statuses.append(self.ask("/api/status", basic(PASSWORD))[0]))
                   for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(statuses, [200] * 20)

    def test_wrong_passwords_are_held_up(self):
        self.start_isr(password=PASSWORD)
        session = self.cookie(self.log_in(PASSWORD))
        statuses = [self.log_in(f"wrong {number}")[0] for number in range(5)]
        self.assertEqual(statuses, [403] * 5)
        status, headers, body = self.log_in("wrong again")
        self.assertEqual(status, 429)
        self.assertGreaterEqual(int(headers["Retry-After"]), 1)
        self.assertIn(b"Too many", body)
        held = self.ask("/api/status", basic(PASSWORD))
        self.assertEqual(self.code(held), (429, "too-many-tries"))
        self.assertGreaterEqual(int(held[1]["Retry-After"]), 1)
        self.assertEqual(self.ask("/api/status", session)[0], 200, "who is in already")
        self.assertEqual(self.isr.get("/api/status")[0], 200, "this machine")
        self.assertIn(f"a wrong password from {ADDRESS}", self.isr.log())
        self.assert_quiet()

    def test_a_foreign_page_cannot_use_a_session(self):
        isr = self.start_isr(password=PASSWORD)
        name = isr.get_json("/api/files")[0]["name"]
        session = self.cookie(self.log_in(PASSWORD))
        answer = self.ask(f"/api/files/{name}", {**session, "Origin": "http://evil.example"}, "DELETE")
        self.assertEqual(self.code(answer), (403, "foreign-origin"))
        answer = self.log_in(PASSWORD, {"Origin": "http://evil.example"})
        self.assertEqual(self.code(answer), (403, "foreign-origin"))
        origin = f"http://{ADDRESS}:{isr.port}"
        self.assertEqual(self.code(self.ask(f"/api/files/{name}", {**session, "Origin": origin}, "DELETE")), (409, "in-use"))

    def test_listen_keeps_others_away_and_a_reload_lets_them_in(self):
        isr = self.start_isr({"listen": "127.0.0.1"}, PASSWORD)
        with self.assertRaises(ConnectionRefusedError):
            self.ask("/")
        isr.configure({"beeps": {"type": "test"}, "web": {"listen": f"127.0.0.1, {ADDRESS}"}})
        self.assertEqual(run_isr("reload", isr.config).returncode, 0)
        self.assertEqual(self.ask("/api/status")[0], 401)
        port = free_port()
        isr.configure({"beeps": {"type": "test"}, "web": {"port": port}})
        self.assertEqual(run_isr("reload", isr.config).returncode, 0)
        with self.assertRaises(ConnectionRefusedError):
            self.ask("/")
        isr.port = port
        self.assertEqual(self.ask("/api/status")[0], 401)
        self.assertTrue(isr.is_serving())
        self.assertIn(f":{port}/", isr.log())
        self.assert_quiet()

    def test_a_reload_to_an_address_that_cannot_be_had_changes_nothing(self):
        isr = self.start_isr(password=PASSWORD)
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            isr.configure({"other": {"type": "test"}, "web": {"port": other.getsockname()[1]}})
            result = run_isr("reload", "--socket", isr.recordings / ".isr" / "control.sock")
        self.assertEqual(result.returncode, 78, result.stderr)
        self.assertIn("another program has this port", result.stderr)
        self.assertEqual(self.ask("/api/status")[0], 401)
        self.assertEqual(list(isr.status()), ["beeps"])


class ProxyTest(AccessTest):
    def test_loopback_may_do_everything_but_not_through_a_proxy(self):
        self.start_isr(password=PASSWORD)
        self.assertEqual(self.ask("/api/status")[0], 200)
        for header in ("Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", "x-real-ip"):
            self.assertEqual(self.code(self.ask("/api/status", {header: "127.0.0.1"})), (401, "login"), header)
        with socket.create_connection(("127.0.0.1", self.isr.port)) as old:
            old.sendall(b"GET /api/status HTTP/1.0\r\nHost: localhost\r\n\r\n")
            self.assertIn(b" 401 ", old.recv(100), "as nginx asks by default")
        self.assertEqual(self.ask("/api/status", {**PROXIED, **basic(PASSWORD)})[0], 200)

    def test_a_trusted_proxy_says_for_whom_it_asks(self):
        self.start_isr({"trusted_proxies": "127.0.0.1"}, PASSWORD)
        self.assertEqual(self.ask("/api/status")[0], 401, "no longer this machine")
        def guess(forwarded):
            return self.log_in("wrong", {"X-Forwarded-For": forwarded})[0]
        # The last one is what the proxy has seen; what stands before it anybody can write.
        self.assertEqual([guess(f"203.0.113.{number}, 198.51.100.1") for number in range(7)], [403] * 5 + [429] * 2)
        self.assertEqual(guess("198.51.100.1, 198.51.100.2"), 403)
        self.assertIn("a wrong password from 198.51.100.1", self.isr.log())
        secure = self.log_in(PASSWORD, {"X-Forwarded-For": "198.51.100.3", "X-Forwarded-Proto": "https"})
        self.assertRegex(secure[1]["Set-Cookie"], r"\A__Host-isr-\d+=[0-9a-f]{64}; .*; Secure\Z")

    @unittest.skipIf(ADDRESS is None, "this machine has no address but loopback")
    def test_behind_nginx_as_the_readme_says(self):
        isr = self.start_isr({"trusted_proxies": "127.0.0.1", "allowed_hosts": "isr.example"}, PASSWORD)
        port = free_port()
        readme = (Path(__file__).parents[2] / "README.md").read_text()
        recipe = re.search(r"^ +location / \{.*?^ +\}", readme, re.DOTALL | re.MULTILINE).group()
        (self.folder / "nginx.conf").write_text(f"""
            daemon off; worker_processes 1; pid {self.folder}/nginx.pid; error_log stderr;
            events {{ }}
            http {{
              access_log off; client_body_temp_path {self.folder}/1; proxy_temp_path {self.folder}/2;
              fastcgi_temp_path {self.folder}/3; uwsgi_temp_path {self.folder}/4; scgi_temp_path {self.folder}/5;
              server {{ listen {ADDRESS}:{port}; {recipe.replace('8080', str(isr.port))} }}
            }}""")
        nginx = self.start(Program("nginx", ["/usr/sbin/nginx", "-e", "stderr", "-c", self.folder / "nginx.conf"], self.folder))
        def listens():
            with contextlib.suppress(OSError), socket.create_connection((ADDRESS, port)):
                return True
        wait_for("nginx", listens, alive=[nginx])
        isr.port, self.host = port, ADDRESS
        name = {"Host": f"isr.example:{port}"}
        self.assertEqual(self.ask("/", {**PAGE, **name})[1]["Location"], "/login")
        session = self.cookie(self.log_in(PASSWORD, {**name, "Origin": f"http://isr.example:{port}"}))
        status, _, body = self.ask("/api/status", {**name, **session})
        self.assertEqual((status, json.loads(body)["active"][0]["name"]), (200, "beeps"))
        self.assertEqual(self.log_in("wrong", {**name, "X-Forwarded-For": "203.0.113.9"})[0], 403)
        self.assertIn(f"a wrong password from {ADDRESS}", isr.log(), "what nginx saw, not what was invented")
        def audio():
            newest = json.loads(self.ask("/api/files", {**name, **session})[2])[0]
            return newest["size"] > 0 and newest["name"]
        growing = wait_for("audio", audio, alive=[isr])
        self.assertEqual(self.ask(f"/stream/{growing}", {**name, **session, "Range": "bytes=0-3"})[2], b"RIFF")
        self.assertEqual(self.code(self.ask("/api/status", {"Host": "evil.example"})), (403, "foreign-host"))


class PasswdTest(TestCase):
    def passwd(self, *options, typed=None):
        """(exit code, output) of `isr passwd`, from a pipe."""
        result = subprocess.run([Isr.EXECUTABLE, "passwd", *options, self.path], input=typed or b"",
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        return result.returncode, result.stdout.decode()

    def setUp(self):
        super().setUp()
        self.state = self.folder / "state"
        self.path = self.folder / "isr.ini"
        self.path.write_text(f"[general]\noutput_directory = {self.folder}/r\nstate_directory = {self.state}\n[a]\ntype = test\n")
        self.file = self.state / "password"

    def test_a_password_comes_from_a_pipe_and_is_kept_as_a_hash_for_nobody_else(self):
        self.state.mkdir()
        code, text = self.passwd(typed=PASSWORD.encode() + b"\r\nmore\n")
        self.assertEqual(code, 0, text)
        self.assertEqual(self.file.stat().st_mode & 0o777, 0o600)
        first = self.file.read_text()
        self.assertTrue(first.startswith("$y$"), first)
        self.assertNotIn(PASSWORD, text)
        self.assertEqual(self.passwd(typed=PASSWORD.encode())[0], 0)
        self.assertNotEqual(self.file.read_text(), first, "another salt")

    def test_what_is_no_password_changes_nothing(self):
        self.state.mkdir()
        for typed, why in ((b"", "no password"), (b"\n", "shorter than 8"), (b"seven77\n", "shorter than 8"),
                           (b"x" * 300, "longer than 256"), (b"x" * 5000, "no end"), (b"caf\xe9 caf\xe9 caf\xe9\n", "UTF-8"),
                           (b"null\0null\n", "UTF-8")):
            code, text = self.passwd(typed=typed)
            self.assertIn(code, (64, 69), typed)
            self.assertIn(why, text)
        self.assertFalse(self.file.exists())
        self.assertEqual(self.passwd("--remove")[1], "There was no password.\n")

    def test_the_file_belongs_to_whom_the_directory_belongs(self):
        if os.geteuid() != 0:
            self.skipTest("only root gives files away")
        self.assertEqual(self.passwd(typed=b"long enough\n")[0], 69, "whose would the directory be?")
        self.state.mkdir()
        os.chown(self.state, 65534, 65534)
        victim = self.folder / "victim"
        victim.write_text("precious")
        (self.state / "password.tmp").symlink_to(victim)
        self.assertEqual(self.passwd(typed=b"long enough\n")[0], 0)
        self.assertEqual((self.file.stat().st_uid, self.file.stat().st_gid), (65534, 65534))
        self.assertEqual((victim.read_text(), victim.stat().st_uid), ("precious", 0))

    def type_at_terminal(self, *lines, interrupt=False):
        """(exit code, what the terminal shows) when these are typed."""
        self.state.mkdir(exist_ok=True)
        pid, terminal = pty.fork()
        if pid == 0:
            os.execv(Isr.EXECUTABLE, [str(Isr.EXECUTABLE), "passwd", str(self.path)])
        shown = b""
        for line in lines:
            while not shown.endswith(b": "):
                self.assertTrue(select.select([terminal], [], [], 10)[0], shown)
                shown += os.read(terminal, 1000)
            os.write(terminal, b"\x03" if interrupt else line.encode() + b"\n")
            shown += b"|"
        with contextlib.suppress(OSError):
            while select.select([terminal], [], [], 10)[0] and (piece := os.read(terminal, 1000)):
                shown += piece
        os.close(terminal)
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), shown.decode()

    def test_at_a_terminal_it_asks_twice_and_shows_nothing(self):
        code, shown = self.type_at_terminal(PASSWORD, PASSWORD)
        self.assertEqual(code, 0, shown)
        self.assertNotIn(PASSWORD, shown)
        self.assertTrue(self.file.exists())

    def test_two_different_passwords_at_a_terminal_change_nothing(self):
        code, shown = self.type_at_terminal(PASSWORD, PASSWORD + "x")
        self.assertEqual(code, 64, shown)
        self.assertIn("two different", shown)
        self.assertFalse(self.file.exists())

    def test_ctrl_c_at_a_terminal_changes_nothing(self):
        code, shown = self.type_at_terminal(PASSWORD, interrupt=True)
        self.assertEqual(code, -signal.SIGINT, shown)
        self.assertFalse(self.file.exists())


class DirectoryServer(Isr):
    """`isr run` without a config."""

    def __init__(self, folder, options):
        self.port = free_port()
        Program.__init__(self, "isr", [self.EXECUTABLE, "run", "--port", self.port, *options], folder)


class DirectoryTest(TestCase):
    def serve(self, *options):
        isr = self.start(DirectoryServer(self.folder, options))
        isr.wait_until_serving()
        return isr

    def setUp(self):
        super().setUp()
        self.audio = self.folder / "audio"
        self.audio.mkdir()
        subprocess.run(["ffmpeg", "-nostdin", "-loglevel", "error", "-f", "lavfi", "-i", "sine=duration=3", self.audio / "a.flac"], check=True)

    def test_a_directory_is_served_without_any_config(self):
        isr = self.serve("--dir", "audio", "--margin", "9", "--min-gap", "0.5", "--threshold", "-30")
        wait_for("the file to be listed", lambda: [file["name"] for file in isr.get_json("/api/files")] == ["a.flac"], alive=[isr])
        config = isr.get_json("/api/config")
        self.assertEqual((config["margin"], config["min_gap"]), (9, 0.5))
        self.assertEqual(isr.get("/stream/a.flac")[2], (self.audio / "a.flac").read_bytes())
        self.assertEqual(isr.get_json("/api/sources"), [])
        self.assertEqual(isr.get("/")[0], 200)
        self.assertEqual(len(isr.troubles()), 1, isr.log())
        self.assertIn("--threshold is ignored", isr.troubles()[0])
        self.assertEqual(isr.stop(), 0)
        self.assertFalse((self.folder / "recorder.log").exists())

    def test_the_directory_is_left_as_it_is_when_the_tracks_are_elsewhere(self):
        isr = self.serve("--dir", self.audio, "--analyses-dir", "tracks")
        wait_for("the file to be listed", lambda: isr.get_json("/api/files"), alive=[isr])
        self.assertEqual(isr.stop(), 0)
        self.assertEqual([entry.name for entry in self.audio.iterdir()], ["a.flac"])

    def test_its_password_is_that_of_the_directory(self):
        isr = self.serve("--dir", self.audio)
        result = subprocess.run([Isr.EXECUTABLE, "passwd", "--dir", self.audio], input=PASSWORD, text=True,
                                stdout=subprocess.DEVNULL, check=False)
        self.assertEqual(result.returncode, 0)
        self.assertEqual(isr.get("/api/status", PROXIED)[0], 401)
        self.assertEqual(isr.get("/api/status", {**PROXIED, **basic(PASSWORD)})[0], 200)

    def test_what_is_no_directory_or_port_is_said(self):
        self.assertEqual(run_isr("run", "--dir", self.folder / "none").returncode, 69)
        self.assertEqual(run_isr("run", "--dir", self.audio, "--port", "70000").returncode, 64)


if __name__ == "__main__":
    tap.main()
