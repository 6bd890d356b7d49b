"""A client that sends the bytes it is given and shows the bytes it gets."""

import socket
import ssl
from dataclasses import dataclass


class Closed(Exception):
    """The peer ended the connection where an answer was due."""


@dataclass
class Response:
    version: str
    status: int
    fields: list
    body: bytes
    trailers: list

    def get(self, name, default=None):
        return next((value for key, value in self.fields if key.lower() == name.lower()), default)

    def all(self, name):
        return [value for key, value in self.fields if key.lower() == name.lower()]


class Wire:
    """One connection. `ca` makes it TLS, verified against that certificate for `server_name`."""

    def __init__(self, address, *, ca=None, server_name="localhost", timeout=20, context=None, source=None,
                 receive_buffer=None):
        self.socket = socket.socket(socket.AF_INET6 if ":" in address[0] else socket.AF_INET)
        if receive_buffer:  # before connect: the window scale is agreed upon there
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if source:
            self.socket.bind((source, 0))
        self.socket.connect(address)
        if ca or context:
            context = context or ssl.create_default_context(cafile=str(ca))
            self.socket = context.wrap_socket(self.socket, server_hostname=server_name)
        self.buffer = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def send(self, data):
        self.socket.sendall(data if isinstance(data, bytes) else data.encode("latin-1"))
        return self

    def finish(self):
        """Sends FIN and goes on reading."""
        self.socket.shutdown(socket.SHUT_WR)
        return self

    def reset(self):
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.socket.close()

    def close(self):
        self.socket.close()

    def more(self):
        """Reads some bytes into the buffer; false at the end of the connection."""
        try:
            data = self.socket.recv(262144)
        except (ConnectionResetError, ssl.SSLEOFError):
            data = b""
        self.buffer += data
        return bool(data)

    def take(self, length):
        while len(self.buffer) < length:
            if not self.more():
                raise Closed(f"ended after {len(self.buffer)} of {length} bytes")
        data, self.buffer = self.buffer[:length], self.buffer[length:]
        return data

    def line(self):
        while b"\r\n" not in self.buffer:
            if not self.more():
                raise Closed(f"ended inside a line: {self.buffer[:80]!r}")
        line, _, self.buffer = self.buffer.partition(b"\r\n")
        return line.decode("latin-1")

    def rest(self):
        """Everything up to the end of the connection."""
        while self.more():
            pass
        data, self.buffer = self.buffer, b""
        return data

    def closed(self, within=10):
        """True when the peer ends the connection without another byte."""
        self.socket.settimeout(within)
        try:
            return not self.buffer and not self.more()
        except TimeoutError:
            return False

    def fields(self):
        found = []
        while line := self.line():
            name, _, value = line.partition(":")
            found.append((name, value.strip(" \t")))
        return found

    def response(self, method="GET", *, interim=False):
        """The next response; 1xx are passed over unless `interim`."""
        while True:
            version, status, *_ = self.line().split(" ", 2)
            fields = self.fields()
            if interim or not 100 <= int(status) < 200 or int(status) == 101:
                break
        made = Response(version, int(status), fields, b"", [])
        if method == "HEAD" or made.status < 200 or made.status in (204, 304):
            return made
        if (made.get("Transfer-Encoding") or "").lower() == "chunked":
            made.body, made.trailers = self.chunks()
        elif made.get("Content-Length") is not None:
            made.body = self.take(int(made.get("Content-Length")))
        else:
            made.body = self.rest()
        return made

    def chunks(self):
        body = []
        while size := int(self.line().split(";")[0], 16):
            body.append(self.take(size))
            self.take(2)
        return b"".join(body), self.fields()

    def ask(self, target="/echo", method="GET", fields=(), body=None, version="HTTP/1.1"):
        """Sends a well-formed request and reads its response."""
        lines = [f"{method} {target} {version}", "Host: localhost", *(f"{name}: {value}" for name, value in fields)]
        if body is not None:
            lines.append(f"Content-Length: {len(body)}")
        self.send("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + (body or b""))
        return self.response(method)


def ask(address, target="/echo", method="GET", **kwargs):
    """One request on a connection of its own."""
    opened = {name: kwargs.pop(name) for name in ("ca", "server_name", "timeout", "context", "source")
              if name in kwargs}
    with Wire(address, **opened) as wire:
        return wire.ask(target, method, **kwargs)
