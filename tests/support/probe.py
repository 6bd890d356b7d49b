"""Sends raw bytes that may be no request at all, and tells what came of it; judges what reached the target."""

import re
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)|(?<!\r)\n")
FRAMING = re.compile(rb"^[^:]*(?:transfer[^a-z:]*encoding|content[^a-z:]*length)[^:]*:", re.IGNORECASE)


@dataclass
class Outcome:
    statuses: list   # final ones, in order
    interim: list
    closed: bool     # by the proxy
    raw: bytes = b""

    @property
    def status(self):
        return self.statuses[0] if self.statuses else None

    def refused(self):
        """The proxy would have none of it: an error, or the end of the connection."""
        return all(status >= 400 for status in self.statuses) and (self.closed or bool(self.statuses))

    def matches(self, words):
        """Whether it is one of http11probe's outcomes: close, timeout, 400, 2xx, each perhaps with +open/+close."""
        return any(self.is_one(word) for word in words or ())

    def is_one(self, word):
        if word in ("close", "timeout"):
            return self.status is None and not self.interim and self.closed == (word == "close")
        code, _, connection = word.partition("+")
        if connection and self.closed != (connection == "close"):
            return False
        shown = [str(one) for one in ([self.status] if self.status else []) + self.interim[:1]]
        return any(re.fullmatch(code.replace("x", r"\d"), one) for one in shown)


def send(address, payload, *, wait=1.5, linger=0.3, finish=False, source=None):
    """Sends everything, reads until the proxy closes or has been quiet: `wait` for the first answer, `linger` after
    the last. `finish` sends FIN behind the payload."""
    with socket.create_connection(address, timeout=10, source_address=(source, 0) if source else None) as wire:
        try:
            wire.sendall(payload)
            if finish:
                wire.shutdown(socket.SHUT_WR)
        except (BrokenPipeError, ConnectionResetError):
            pass
        got, closed = b"", False
        while True:
            wire.settimeout(linger if complete(got) else wait)
            try:
                data = wire.recv(262144)
            except TimeoutError:
                break
            except OSError:
                data = b""
            if not data:
                closed = True
                break
            got += data
    statuses, interim, _ = parse(got)
    return Outcome(statuses, interim, closed, got)


def complete(got):
    statuses, _, rest = parse(got)
    return bool(statuses) and rest == b""


def parse(data):
    """(final statuses, interim statuses, what is left over)"""
    statuses, interim = [], []
    while data:
        head, end, rest = data.partition(b"\r\n\r\n")
        line = re.match(rb"HTTP/1\.[01] (\d{3})", head)
        if not line or not end:
            break
        status = int(line[1])
        length = re.search(rb"\r\ncontent-length: *(\d+)", head, re.IGNORECASE)
        chunked = re.search(rb"\r\ntransfer-encoding: *chunked", head, re.IGNORECASE)
        if status < 200:
            interim.append(status)
        elif chunked:
            statuses.append(status)
            end = rest.find(b"0\r\n\r\n")
            rest = rest[end + 5:] if end >= 0 else b""
        else:
            statuses.append(status)
            rest = rest[int(length[1]):] if length else b""
        data = rest
    return statuses, interim, data


def each(work, cases, at_once=16):
    """[(case, work(case))], several at a time: most of a case is waiting."""
    with ThreadPoolExecutor(at_once) as pool:
        return list(zip(cases, pool.map(work, cases)))


class Audit:
    """What no request that reaches a target may look like. Kept as a script of an origin: it sees every head."""

    def __init__(self):
        self.lock = threading.Lock()
        self.violations = []

    def look(self, request):
        head = request.head[:-4]
        lines = head.split(b"\r\n")
        framing = [line for line in lines[1:] if FRAMING.match(line)]
        if CONTROL.search(b"".join(lines)):  # HTAB alone may stand in a field
            self.note("a control byte", request)
        if len(framing) > 1:
            self.note("two framing fields", request)
        if framing and not re.fullmatch(rb"(?i:content-length): \d+|(?i:transfer-encoding): chunked", framing[0]):
            self.note("a disguised framing field", request)
        if any(line[:1] in b" \t" for line in lines):
            self.note("a folded line", request)
        if sum(line.lower().startswith(b"host:") for line in lines) != 1:
            self.note("not exactly one Host", request)
        return None

    def note(self, what, request):
        with self.lock:
            self.violations.append((what, request.head))
