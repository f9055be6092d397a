"""A small HTTP server for what Icecast does not do: playlists, logins, redirects, one file for ever."""

import base64
import http.server
import threading
import time


class StreamServer:
    """Answers by a table of handlers: path -> function(request)."""

    def __init__(self):
        self.routes = {}
        self.requests = []  # (path, headers), in order
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                outer.requests.append((self.path, dict(self.headers)))
                outer.routes.get(self.path, lambda request: request.send_error(404))(self)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def url(self, path):
        return f"http://127.0.0.1:{self.port}{path}"

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def text(self, path, content_type, body):
        def answer(request):
            data = body.encode()
            request.send_response(200)
            if content_type:
                request.send_header("Content-Type", content_type)
            request.send_header("Content-Length", str(len(data)))
            request.end_headers()
            request.wfile.write(data)
        self.routes[path] = answer

    def folder(self, path, folder):
        """The files of a folder as they are."""
        for file in folder.iterdir():
            def answer(request, file=file):
                data = file.read_bytes()
                request.send_response(200)
                request.send_header("Content-Length", str(len(data)))
                request.end_headers()
                request.wfile.write(data)
            self.routes[f"{path}/{file.name}"] = answer

    def live_playlist(self, path, playlist, seconds):
        """HLS: the playlist of a finished recording as if it were being made now, a segment of `seconds` at a time."""
        head, *segments = playlist.read_text().replace("#EXT-X-ENDLIST\n", "").split("#EXTINF")
        begin = time.monotonic()

        def answer(request):
            count = 2 + int((time.monotonic() - begin) / seconds)
            request.send_response(200)
            request.send_header("Content-Type", "application/vnd.apple.mpegurl")
            request.end_headers()
            request.wfile.write("#EXTINF".join([head, *segments[:count]]).encode())
        self.routes[path] = answer

    def redirect(self, path, target):
        def answer(request):
            request.send_response(302)
            request.send_header("Location", target)
            request.end_headers()
        self.routes[path] = answer

    def stream(self, path, parts, login=None, content_type="audio/mpeg"):
        """Sends parts, (bytes, seconds), again and again, each in its time. `login`: the (user, password) it wants."""
        wanted = login and "Basic " + base64.b64encode(":".join(login).encode()).decode()

        def answer(request):
            if login and request.headers.get("Authorization") != wanted:
                request.send_response(401)
                request.send_header("WWW-Authenticate", 'Basic realm="radio"')
                request.send_header("Content-Length", "0")
                request.end_headers()
                return
            request.send_response(200)
            request.send_header("Content-Type", content_type)
            request.end_headers()
            send_in_real_time(request.wfile, parts)
        self.routes[path] = answer


def send_in_real_time(file, parts):
    begin = time.monotonic()
    try:
        while True:
            for data, seconds in parts:
                sent = 0
                while sent < len(data):
                    due = min(int((time.monotonic() - begin) / seconds * len(data)), len(data))
                    file.write(data[sent:due])
                    sent = max(sent, due)
                    time.sleep(0.05)
                begin += seconds
    except OSError:
        pass  # the listener has left
