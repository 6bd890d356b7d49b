"""HTTP before the services: reads requests, writes answers, breaks connections where that is asked for."""

import json
import socket
import struct
import sys
import threading
import time
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Answer:
    status: int
    body: bytes = b""
    content_type: str = "text/xml"
    fields: dict = field(default_factory=dict)
    date: float = None       # of the Date field; None is now
    chunked: bool = False
    cut: bool = False        # promise all of the body, send half and close
    reset: bool = False      # no answer at all
    pace: int = 0            # bytes of the body per millisecond; 0: all at once


def as_json(value, status=200):
    return Answer(status, json.dumps(value).encode() + b"\n", "application/json")


class Front:
    """A server on 127.0.0.1 whose requests `respond(method, target, fields, body)` answers, each on a thread of its
    connection. It can close and listen on the same port again."""

    def __init__(self, respond, port=0):
        self.respond, self.port = respond, port
        self.listener = None
        self.open()

    @property
    def endpoint(self):
        return f"http://127.0.0.1:{self.port}"

    def open(self):
        if self.listener:
            return
        self.listener = _Listener(("127.0.0.1", self.port), _Connection)
        self.listener.respond = self.respond
        self.port = self.listener.server_address[1]
        threading.Thread(target=self.listener.serve_forever, args=(0.05,), daemon=True).start()

    def close(self):
        """Nobody listens any more, and open connections end."""
        if self.listener:
            self.listener.shutdown()
            self.listener.server_close()
            self.listener.end_connections()
            self.listener = None


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, *args):
        self.connections = set()
        super().__init__(*args)

    def get_request(self):
        connection, peer = super().get_request()
        self.connections.add(connection)
        return connection, peer

    def shutdown_request(self, request):
        self.connections.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request, client_address):
        """A client that leaves is none of our errors; all others are shown by the base class."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)

    def end_connections(self):
        for connection in list(self.connections):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


class _Connection(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 120

    def log_message(self, *_):
        pass

    def serve(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        target = self.path.encode("latin-1").decode("utf-8", "replace")
        self.write(self.server.respond(self.command, target, list(self.headers.items()), body))

    do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = serve

    def write(self, answer):
        if answer.reset:
            self.reset()
        self.close_connection |= answer.cut
        lines = [f"HTTP/1.1 {answer.status} {self.responses.get(answer.status, ('', ''))[0]}",
                 f"Date: {formatdate(answer.date, usegmt=True)}", f"Content-Type: {answer.content_type}"]
        lines += [f"{name}: {value}" for name, value in answer.fields.items()]
        lines += ["Connection: close"] if self.close_connection else []
        chunked = answer.chunked and not answer.cut
        lines.append("Transfer-Encoding: chunked" if chunked else f"Content-Length: {len(answer.body)}")
        body = answer.body[:len(answer.body) // 2] if answer.cut else answer.body
        body = b"" if self.command == "HEAD" else in_chunks(body) if chunked else body
        head = "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"
        size = answer.pace or len(body)
        self.wfile.write(head + body[:size])
        for start in range(size, len(body), size or 1):
            time.sleep(0.001)
            self.wfile.write(body[start:start + size])

    def reset(self):
        """Linger 0 makes close() send RST; the files hold the socket open until they are closed too."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.rfile.close()
        self.wfile.close()
        self.connection.close()
        raise ConnectionResetError("as was asked for")


def in_chunks(body, size=8192):
    pieces = [body[start:start + size] for start in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
