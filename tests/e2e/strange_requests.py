"""Requests as no browser sends them: the same for the same seed."""

import random
from urllib.parse import quote

ROUTES = ["/", "/api/files", "/api/days", "/api/status", "/api/analyze", "/api/highlights", "/api/clip", "/api/cut",
          "/api/storage", "/api/config", "/api/sources", "/api/events", "/stream/", "/download/", "/app.js", "/whep/x"]
PARAMETERS = ["file", "day", "margin", "min_gap", "start", "end", "pre", "from", "to", "source", "q", "limit", "after",
              "upto", "label", "x"]
NUMBERS = ["0", "-0", "-1", "1", "1.5", "1e3", "1e999", "-1e999", "nan", "inf", "-inf", "0x10", "1_000", "+1", " 1", "1 ",
           "", ".", "1.", "1,5", "９", "2147483648", "4294967296", "9223372036854775807", "9223372036854775808",
           "18446744073709551616", "1" * 400, "0." + "0" * 300 + "1", "1795266000", "2026-11-21", "2026-02-30",
           "2026-11-21T25:00:00Z", "0000-00-00", "9999-12-31T23:59:59+23:59", "true", "null", "[]", "%00"]
PIECES = ["..", ".", "", "%2e%2e", "..%2f", "%2F", "%5c..", "%00", "%", "%4", "%zz", "%c0%ae", "%ff", "~", "*", "?", "#", ";",
          "&", "=", "@x", "@beeps", "analyses", ".isr", "catalogue.db", "status.json", "etc", "passwd", "proc", "self", "environ",
          "C:", "con", "a" * 300, "ä", "\u202e", "+", "%0d%0aX:%20y", "'", '"', "<script>", "${x}", "`id`", "|", "-"]
METHODS = ["GET"] * 12 + ["HEAD"] * 3 + ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "CONNECT", "get", "G", "GET\t",
                                         "PROPFIND", "X" * 500, ""]
HOSTS = ["localhost"] * 8 + ["127.0.0.1", "[::1]", "", "evil.example", "localhost:99999", "localhost, localhost", "[", "[::1",
                             "127.0.0.1:8080:1", "localhost/..", "ä", "%00", "x" * 300, "user@localhost"]
HEADERS = ["Range", "If-Range", "If-None-Match", "If-Modified-Since", "Last-Event-ID", "Content-Length", "Transfer-Encoding",
           "Connection", "Expect", "Upgrade", "Cookie", "Authorization", "Origin", "Content-Type", "Accept-Encoding", "X-Forwarded-For",
           "Forwarded", "X", "Host"]
VALUES = ["", "close", "keep-alive", "chunked", "gzip, chunked", "100-continue", "websocket", "*", "W/\"x\"", "\"", "Basic !!!",
          "Basic " + "A" * 2000, "Thu, 99 Foo 2026 99:99:99 GMT", "Thu, 01 Jan 1970 00:00:00 GMT", "null", "http://evil.example",
          "application/json", "a=b; c", "x" * 5000, "x" * 20000, "\x00", "\x7f", "a\r\n b", "for=127.0.0.1"]
JSON = ["", "{", "}", "[]", "null", "nan", "[" * 5000, "{\"a\":" * 1000, '{"seconds": 1e999}', '{"source": "\\ud800"}', "\"\\u0000\"",
        '{"a": 1, "a": 2}', "[1" + ",1" * 5000 + "]", "\xff\xfe", "x" * 70000]
CONDITIONS = ["If-Range", "If-None-Match", "If-Modified-Since", "Last-Event-ID"]
TAME = [value for value in VALUES if value.isprintable() and len(value) < 3000] + NUMBERS
SAFE = "/%?&=;:@+!$'()*,.~-"


class StrangeRequests:
    """One generator of them for each seed. `names`: recordings that there are."""

    def __init__(self, seed, names):
        self.random = random.Random(seed)
        self.names = names

    def next(self):
        choice = self.random.choice
        if self.random.random() < 0.6:
            return self.well_formed()
        kind = self.random.random()
        if kind < 0.03:
            return self.random.randbytes(self.random.randrange(1, 400))
        request = f"{choice(METHODS)} {self.target()} {choice(['HTTP/1.1'] * 20 + ['HTTP/1.0', 'HTTP/2.0', 'HTTP/9.9', 'HTTP', ''])}"
        lines = [request, f"Host: {choice(HOSTS)}"]
        for _ in range(choice([0, 0, 1, 1, 2, 4, 20])):
            name = choice(HEADERS)
            value = self.range() if name == "Range" else choice([*VALUES, choice(NUMBERS)])
            lines.append(choice([f"{name}: {value}"] * 10 + [f"{name}:{value}", f"{name} : {value}", name, f" {name}: {value}"]))
        body = choice(JSON) if self.random.random() < 0.2 else ""
        if body and self.random.random() < 0.7:
            lines.append(f"Content-Length: {len(body.encode())}")
        end = choice(["\r\n"] * 15 + ["\n", "\r"])
        data = (end.join(lines) + end + end + body).encode("utf-8", "replace")
        if kind < 0.08:  # cut off somewhere
            data = data[:self.random.randrange(len(data) + 1)]
        elif kind < 0.12:  # a bit of it is wrong
            data = bytearray(data)
            data[self.random.randrange(len(data))] ^= 1 << self.random.randrange(8)
        return bytes(data)

    def well_formed(self):
        """Good HTTP up to what is asked for."""
        choice = self.random.choice
        lines = [f"{choice(['GET'] * 9 + ['HEAD'])} {quote(self.target(), safe=SAFE) or '/'} HTTP/1.1", "Host: localhost"]
        for _ in range(choice([0, 1, 1, 2])):
            name = choice(["Range", "Range", "Range", *CONDITIONS])
            lines.append(f"{name}: {self.range() if name == 'Range' else choice(TAME)}")
        return ("\r\n".join(lines) + "\r\n\r\n").encode("ascii", "replace")

    def target(self):
        choice = self.random.choice
        kind = self.random.random()
        if kind < 0.35:
            path = choice(["/stream/", "/download/"]) + choice(self.names)
        elif kind < 0.7:
            path = choice(ROUTES)
        else:
            path = choice(["", *ROUTES]) + choice(["/", "//", "", "%2f"]).join(choice(PIECES) for _ in range(self.random.randrange(1, 7)))
        if self.random.random() < 0.5:
            pairs = [f"{choice(PARAMETERS)}={self.value()}" for _ in range(self.random.randrange(0, 5))]
            path += "?" + choice(["&", "&&", ";"]).join(pairs)
        return path

    def value(self):
        choice = self.random.choice
        return choice([choice(NUMBERS), choice(NUMBERS), choice(PIECES), choice(self.names)])

    def range(self):
        choice = self.random.choice
        one = lambda: choice([f"{choice(NUMBERS)}-{choice(NUMBERS)}", f"{self.random.randrange(300000)}-", f"-{choice(NUMBERS)}",
                              f"{self.random.randrange(1000)}-{self.random.randrange(2000)}", choice(NUMBERS)])
        return choice(["bytes=", "bytes=", "bytes=", "bytes", "Bytes = ", "lines=", "="]) + ",".join(
            one() for _ in range(choice([1, 1, 1, 1, 2, 200])))
