#!/usr/bin/python3
"""One small private web server of the quickstart: says which server and zone answered.

Usage: server.py ADDRESS PORT NAME ZONE
GET any path answers with a line of text, /healthz with "ok"; POST answers with the length of what it got.
"""

import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Page(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "quickstart"
    sys_version = ""

    def answer(self, text):
        body = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Server", self.server.label)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def do_GET(self):
        if self.path == "/healthz":
            self.answer("ok\n")
            return
        client = self.headers.get("X-Forwarded-For", "-")
        scheme = self.headers.get("X-Forwarded-Proto", "-")
        self.answer(f"{self.server.label} answered {self.path} for {client} over {scheme}\n")

    do_HEAD = do_GET

    def do_POST(self):
        received = self.drop_body()
        if received is None:
            self.send_error(400)
            return
        self.answer(f"{self.server.label} received {received} bytes\n")

    do_PUT = do_POST

    def drop_body(self):
        """The number of body bytes read off the connection, None when the framing is broken."""
        try:
            if "chunked" in self.headers.get("Transfer-Encoding", ""):
                return self.drop_chunks()
            length = int(self.headers.get("Content-Length", 0))
        except ValueError:
            return None
        return self.drop(length)

    def drop_chunks(self):
        total = 0
        while size := int(self.rfile.readline().split(b";")[0], 16):
            total += self.drop(size)
            self.rfile.readline()
        while self.rfile.readline() not in (b"\r\n", b""):
            pass
        return total

    def drop(self, length):
        left = length
        while left > 0 and (piece := self.rfile.read(min(left, 65536))):
            left -= len(piece)
        return length - left

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


def main():
    address, port, name, zone = sys.argv[1:5]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    server = Server((address, int(port)), Page)
    server.label = f"{name} in {zone}"
    server.serve_forever()


if __name__ == "__main__":
    main()
