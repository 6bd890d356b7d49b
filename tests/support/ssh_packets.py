"""A client of SSH whose packets a test makes by hand: paramiko exchanges the keys and encrypts, no more."""

import logging
import os
import socket
import struct
import threading
import time
import unittest
import warnings

try:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about ciphers that nobody asks for
        import paramiko
        from paramiko.message import Message
except ImportError:
    paramiko = None

logging.getLogger("paramiko").setLevel(logging.CRITICAL)  # it logs what a test provokes, with tracebacks

IGNORE, SERVICE_REQUEST, SERVICE_ACCEPT, KEXINIT, KEX_ECDH_INIT = 2, 5, 6, 20, 30
USERAUTH_REQUEST, USERAUTH_FAILURE, USERAUTH_SUCCESS, USERAUTH_PK_OK = 50, 51, 52, 60
GLOBAL_REQUEST, REQUEST_SUCCESS, REQUEST_FAILURE = 80, 81, 82
CHANNEL_OPEN, CHANNEL_OPEN_OK, CHANNEL_OPEN_FAILURE, CHANNEL_WINDOW_ADJUST, CHANNEL_DATA = 90, 91, 92, 93, 94
CHANNEL_EOF, CHANNEL_CLOSE, CHANNEL_REQUEST, CHANNEL_FAILURE = 96, 97, 98, 100
MIB = 1 << 20
GONE = (OSError, EOFError)  # what a send raises when the other side has closed


def need_paramiko():
    if not paramiko:
        raise unittest.SkipTest("python3-paramiko is not installed")


def string(value):
    data = value if isinstance(value, bytes) else value.encode()
    return struct.pack(">I", len(data)) + data


def message(kind, *fields):
    """Numbers as uint32, booleans as they are, text and bytes as strings."""
    made = Message()
    made.add_byte(bytes([kind]))
    for field in fields:
        if isinstance(field, bool):
            made.add_boolean(field)
        elif isinstance(field, int):
            made.add_int(field)
        else:
            made.add_string(field)
    return made


def plain_packet(payload):
    """A packet as it goes before the keys are exchanged."""
    padding = 8 - (len(payload) + 5) % 8
    padding += 8 if padding < 4 else 0
    return struct.pack(">IB", len(payload) + padding + 1, padding) + payload + bytes(padding)


def kexinit(method="curve25519-sha256"):
    """The payload of a client that knows one algorithm of each kind."""
    ciphers, macs = "aes256-gcm@openssh.com", "hmac-sha2-256-etm@openssh.com"
    names = (method, "ssh-ed25519", ciphers, ciphers, macs, macs, "none", "none", "", "")
    return bytes([KEXINIT]) + os.urandom(16) + b"".join(map(string, names)) + bytes(5)


class GatedSocket:
    """A socket that stops reading when its gate is shut."""

    def __init__(self, wire):
        self.wire, self.gate = wire, threading.Event()
        self.gate.set()

    def recv(self, size):
        self.gate.wait()
        return self.wire.recv(size)

    def __getattr__(self, name):
        return getattr(self.wire, name)


class PacketClient:
    """Has exchanged keys. What comes for channels is kept, not interpreted; after `hear_logins`, answers to logins
    too."""

    def __init__(self, address, source=None):
        self.wire = GatedSocket(socket.create_connection(address, timeout=20, source_address=source and (source, 0)))
        self.received, self.changed = [], threading.Condition()
        self.transport = paramiko.Transport(self.wire)
        self.transport.banner_timeout = self.transport.auth_timeout = 20
        self._keep_kinds(REQUEST_SUCCESS, REQUEST_FAILURE, *range(CHANNEL_OPEN_OK, CHANNEL_FAILURE + 1))
        self.transport._channel_handler_table = {}
        try:
            self.transport.start_client(timeout=20)
        except BaseException:
            self.close()
            raise

    def login(self, user, key):
        self.transport.auth_publickey(user, key)
        return self

    def hear_logins(self):
        """Ready to send logins by hand."""
        self._keep_kinds(SERVICE_ACCEPT, USERAUTH_FAILURE, USERAUTH_SUCCESS, USERAUTH_PK_OK)
        self.send(SERVICE_REQUEST, "ssh-userauth")
        return self

    def _keep_kinds(self, *kinds):
        self.transport._handler_table = self.transport._handler_table | {
            kind: lambda transport, packet, kind=kind: self._keep(kind, packet) for kind in kinds}

    def _keep(self, kind, packet):
        with self.changed:
            self.received.append((kind, packet.get_remainder()))
            self.changed.notify_all()

    def count(self, *kinds):
        with self.changed:
            return sum(kind in kinds for kind, _ in self.received)

    def send(self, kind, *fields):
        self.transport._send_message(message(kind, *fields))

    def send_all(self, packets):
        """How many went out before the other side had enough."""
        sent = 0
        try:
            for fields in packets:
                if not self.transport.is_active():
                    break
                self.send(*fields)
                sent += 1
        except GONE:
            pass
        return sent

    def open(self, number, host, port, *, window=2 * MIB, packet=32768):
        self.send(CHANNEL_OPEN, "direct-tcpip", number, window, packet, host, port, "127.0.0.1", 1)

    def wait(self, *kinds, within=20):
        """The first kept packet of these kinds, taken out: (kind, body)."""
        deadline = time.monotonic() + within
        with self.changed:
            while True:
                for packet in self.received:
                    if packet[0] in kinds:
                        self.received.remove(packet)
                        return packet
                if time.monotonic() > deadline:
                    raise AssertionError(f"no packet of {kinds}, but {[kind for kind, _ in self.received]}")
                self.changed.wait(0.1)

    def opened(self):
        """The server's number of the channel that is confirmed next."""
        _, body = self.wait(CHANNEL_OPEN_OK)
        return struct.unpack(">I", body[4:8])[0]

    def wait_end(self, within=20):
        """Until the other side has closed."""
        deadline = time.monotonic() + within
        while self.transport.is_active():
            if time.monotonic() > deadline:
                raise AssertionError(f"still open after {within} s")
            time.sleep(0.02)

    def close(self):
        self.wire.gate.set()
        self.transport.close()
        self.wire.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
