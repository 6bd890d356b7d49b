"""The SSH transport against clients that misbehave: paramiko where packets must be made by hand, raw sockets else."""

import os
import socket
import struct
import sys
import threading
import time
import unittest

import ssh_parts
from ssh_parts import SshTest, read_all

try:
    import paramiko
    from paramiko.message import Message
except ImportError:
    paramiko = None

IGNORE, SERVICE_REQUEST, USERAUTH_SUCCESS, GLOBAL_REQUEST = 2, 5, 52, 80
CHANNEL_OPEN, CHANNEL_OPEN_OK, CHANNEL_OPEN_FAILURE, CHANNEL_DATA, CHANNEL_EOF, CHANNEL_CLOSE = 90, 91, 92, 94, 96, 97
CHANNEL_REQUEST, CHANNEL_SUCCESS, CHANNEL_FAILURE = 98, 99, 100
MIB = 1 << 20


def message(kind, *fields):
    """Numbers as uint32, booleans and bytes as they are, text as a string."""
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


class Client:
    """A paramiko transport whose packets the test sends itself; what comes for channels is kept, not interpreted."""

    def __init__(self, port):
        self.wire = GatedSocket(socket.create_connection(("127.0.0.1", port), timeout=20))
        self.transport = paramiko.Transport(self.wire)
        self.received, self.changed = [], threading.Condition()
        table = dict(self.transport._handler_table)
        for kind in (81, 82, *range(CHANNEL_OPEN_OK, CHANNEL_FAILURE + 1)):
            table[kind] = lambda transport, packet, kind=kind: self._keep(kind, packet)
        self.transport._handler_table = table
        self.transport._channel_handler_table = {}
        self.transport.start_client(timeout=20)

    def _keep(self, kind, packet):
        with self.changed:
            self.received.append((kind, packet.get_remainder()))
            self.changed.notify_all()

    def login(self, key):
        self.transport.auth_publickey("ada", key)
        return self

    def send(self, kind, *fields):
        self.transport._send_message(message(kind, *fields))

    def open(self, number, target, *, window=2 * MIB, packet=32768, kind="direct-tcpip"):
        fields = ("127.0.0.1", target, "127.0.0.1", 1) if kind == "direct-tcpip" else ()
        self.send(CHANNEL_OPEN, kind, number, window, packet, *fields)

    def wait(self, *kinds, within=15):
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

    def close(self):
        self.wire.gate.set()
        self.transport.close()
        self.wire.close()


def still_serves(test, server):
    """Another client gets through at once: the worker is neither gone nor spinning."""
    target = test.target(lambda connection: connection.sendall(b"here"))
    done = test.ssh(test.jump_config(server), "-W", f"127.0.0.1:{target.port}", "jump", timeout=20)
    test.assertEqual((done.returncode, done.stdout), (0, b"here"), done.stderr)


@unittest.skipUnless(paramiko, "python3-paramiko is not installed")
class Guards(SshTest):
    def client(self, server):
        made = Client(server.port)
        self.addCleanup(made.close)
        return made

    def member(self, server):
        return self.client(server).login(self.key())

    def key(self, name="user"):
        return paramiko.Ed25519Key.from_private_key_file(str(self.folder / name))


class Login(Guards):
    def test_success_claimed_by_the_client_opens_nothing(self):
        server, target = self.transport(), self.target(read_all)
        client = self.client(server)
        client.send(USERAUTH_SUCCESS)
        try:
            client.open(0, target.port)
        except (OSError, EOFError):
            pass  # it was thrown out already
        server.wait_line("^end protocol_error$")
        self.assertEqual((server.count("^open"), target.seen), (0, 0))
        still_serves(self, server)

    def test_a_channel_before_the_login_is_not_opened(self):
        for first in ((), (SERVICE_REQUEST, "ssh-userauth")):
            server, target = self.transport(), self.target(read_all)
            client = self.client(server)
            if first:
                client.send(*first)
            client.open(0, target.port)
            server.wait_line("^end ")
            self.assertEqual((server.count("^open"), target.seen), (0, 0))

    def test_another_service_is_refused(self):
        server = self.transport()
        self.client(server).send(SERVICE_REQUEST, "ssh-connection")
        server.wait_line("^end protocol_error$")

    def test_more_bytes_than_a_login_needs(self):
        server = self.transport()
        client = self.client(server)
        sent = 0
        try:
            while sent < 10 * MIB:
                client.send(IGNORE, b"x" * 8192)
                sent += 8192
        except (OSError, EOFError):
            pass
        server.wait_line("^end login_bytes$")
        still_serves(self, server)

    def test_bad_signatures_are_denied_counted_and_cut(self):
        server = self.transport(tries=4)
        client, key = self.client(server), self.key()
        good = key.sign_ssh_data
        key.sign_ssh_data = lambda *words: good(b"something else")
        with self.assertRaises(paramiko.BadAuthenticationType):
            client.transport.auth_none("ada")
        for _ in range(3):
            began = time.monotonic()
            with self.assertRaises(paramiko.AuthenticationException):
                client.transport.auth_publickey("ada", key)
            self.assertLess(time.monotonic() - began, 10)
        with self.assertRaises(paramiko.SSHException):
            client.transport.auth_publickey("ada", key)
        server.wait_line("^end too_many_tries$")
        self.assertEqual(server.count("^login "), 0)

    def test_a_good_signature_after_a_bad_one(self):
        server = self.transport()
        client, bad = self.client(server), self.key()
        good = bad.sign_ssh_data
        bad.sign_ssh_data = lambda *words: good(b"something else")
        with self.assertRaises(paramiko.BadAuthenticationType):
            client.transport.auth_none("ada")
        with self.assertRaises(paramiko.AuthenticationException):
            client.transport.auth_publickey("ada", bad)
        client.login(self.key())
        server.wait_line("^login ")

    def test_packets_that_mean_nothing_are_no_tries(self):
        """asyncssh sends one before each of its packets."""
        server = self.transport(tries=1)
        client = self.client(server)
        with self.assertRaises(paramiko.BadAuthenticationType):
            client.transport.auth_none("ada")
        for size in (0, 8, 1024):
            client.send(IGNORE, b"x" * size)
        client.login(self.key())
        server.wait_line("^login ")

    def test_a_bad_signature_as_the_first_word_ends_the_session(self):
        server, key = self.transport(), self.key()
        good = key.sign_ssh_data
        key.sign_ssh_data = lambda *words: good(b"something else")
        with self.assertRaises(paramiko.SSHException):
            self.client(server).transport.auth_publickey("ada", key)
        server.wait_line("^end bad_signature$")

    def test_refused_keys_are_counted(self):
        server, key = self.transport(tries=3), self.key("other")
        client = self.client(server)
        for _ in range(3):
            with self.assertRaises(paramiko.SSHException):
                client.transport.auth_publickey("ada", key)
        server.wait_line("^end too_many_tries$")

    def test_passwords_are_not_heard(self):
        server = self.transport()
        with self.assertRaises(paramiko.BadAuthenticationType):
            self.client(server).transport.auth_password("ada", "secret")

    def test_silence_ends_with_the_grace_time(self):
        server = self.transport(grace_ms=700)
        with socket.create_connection(("127.0.0.1", server.port), timeout=20) as wire:
            self.assertTrue(read_all(wire).startswith(b"SSH-2.0-Gatehouse"))
        server.wait_line("^end login_timeout$")
        client = self.client(server)  # the exchange alone is no login
        server.wait_line("^end login_timeout$", times=2)
        self.assertFalse(client.transport.is_authenticated())
        member = self.member(server)
        time.sleep(1)
        self.assertTrue(member.transport.is_active())

    def test_garbage(self):
        server = self.transport()
        for junk in (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"SSH-1.5-old\r\n", b"\0" * 70_000, os.urandom(5000),
                     b"SSH-2.0-x\r\n" + os.urandom(3000), b"SSH-2.0-x\r\n" + b"\xff" * 100,
                     b"SSH-2.0-x\r\n" + b"\0" * 100, b"SSH-2.0-" + b"x" * 1000):
            with socket.create_connection(("127.0.0.1", server.port), timeout=20) as wire:
                try:
                    wire.sendall(junk)
                    wire.shutdown(socket.SHUT_WR)
                    read_all(wire)
                except OSError:
                    pass
        server.wait_line("^end ", times=8)
        still_serves(self, server)


class Channels(Guards):
    def test_tiny_packets_are_refused_and_do_not_spin(self):
        server, target = self.transport(), self.target(lambda connection: connection.sendall(b"x" * 100_000))
        client = self.member(server)
        for number, size in enumerate((1, 9, 10, 11, 1023)):
            client.open(number, target.port, packet=size)
            client.wait(CHANNEL_CLOSE, CHANNEL_OPEN_FAILURE)
        server.wait_line("^refused tiny_packets$", times=5)
        self.assertEqual(server.count("^open$"), 0)
        client.open(8, target.port, packet=0)  # libssh drops this one without an answer
        client.open(9, target.port, packet=1024)
        client.opened()
        client.wait(CHANNEL_DATA)
        self.assertEqual(server.count("^open$"), 1)
        still_serves(self, server)

    def test_data_beyond_the_window_ends_the_session(self):
        over = threading.Event()
        self.addCleanup(over.set)
        server, target = self.transport(), self.target(lambda connection: over.wait(60))
        client = self.member(server)
        before = server.memory()
        client.open(0, target.port)
        number = client.opened()
        try:
            for _ in range(64 * MIB // 32768):
                client.send(CHANNEL_DATA, number, b"x" * 32768)
        except (OSError, EOFError):
            pass
        server.wait_line("^end window_overrun$")
        self.assertLess(server.memory() - before, 24 * MIB)
        still_serves(self, server)

    def test_data_after_the_close_is_dropped(self):
        server, target = self.transport(), self.target(read_all)
        client = self.member(server)
        for first in (CHANNEL_EOF, CHANNEL_CLOSE):
            client.open(0, target.port)
            number = client.opened()
            client.send(CHANNEL_DATA, number, b"x" * 1000)
            client.send(first, number)
            for _ in range(50):
                client.send(CHANNEL_DATA, number, b"y" * 10_000)
            client.send(CHANNEL_CLOSE, number)
            client.send(CHANNEL_DATA, number, b"z" * 10_000)
            client.wait(CHANNEL_CLOSE)
        still_serves(self, server)

    def test_a_channel_that_the_client_never_closes_stores_nothing(self):
        server, target = self.transport(), self.target(lambda connection: None)
        client = self.member(server)
        client.open(0, target.port)
        number = client.opened()
        client.wait(CHANNEL_EOF)
        client.send(CHANNEL_EOF, number)
        client.wait(CHANNEL_CLOSE)
        before = server.memory()
        for _ in range(32 * MIB // 32768):
            client.send(CHANNEL_DATA, number, b"x" * 32768)
        client.open(1, target.port)
        client.opened()
        self.assertLess(server.memory() - before, 8 * MIB)

    def test_the_number_of_channels_is_limited_until_the_client_closes_some(self):
        server, target = self.transport(channels=5), self.target(read_all)
        client = self.member(server)
        for number in range(8):
            client.open(number, target.port)
        numbers = [client.opened() for _ in range(5)]
        for _ in range(3):
            client.wait(CHANNEL_OPEN_FAILURE)
        server.wait_line("^refused channel_limit$", times=3)
        client.send(CHANNEL_CLOSE, numbers[0])
        client.wait(CHANNEL_CLOSE)
        client.open(9, target.port)
        client.opened()

    def test_a_port_above_65535_is_what_is_left_of_it_for_everybody(self):
        server, target = self.transport(), self.target(read_all)  # libssh cuts it before anyone sees it
        client = self.member(server)
        for number, more in enumerate((1 << 16, 1 << 31, (1 << 32) - (1 << 16))):
            client.open(number, target.port + more)
            client.opened()
        self.eventually(lambda: target.seen == 3)
        client.open(9, 1 << 16)
        client.wait(CHANNEL_OPEN_FAILURE)

    def test_channels_come_and_go(self):
        server, target = self.transport(), self.target(read_all)
        client = self.member(server)
        for number in range(2000):
            client.open(number, target.port)
            client.send(CHANNEL_CLOSE, client.opened())
            client.wait(CHANNEL_CLOSE)
            if number == 1000:
                before = server.memory()
        self.assertLess(server.memory() - before, 4 * MIB)

    def test_other_kinds_of_channels_are_refused(self):
        server = self.transport()
        client = self.member(server)
        for number, kind in enumerate(("x11", "auth-agent@openssh.com", "forwarded-tcpip", "tun@openssh.com",
                                       "direct-streamlocal@openssh.com", "", "session")):
            client.open(number, 1, kind=kind)
        for line in ("agent", "session"):
            server.wait_line(f"^refused {line}$")
        server.wait_line("^refused channel_kind$", times=3)
        self.assertTrue(client.transport.is_active())

    def test_a_client_that_asks_without_reading(self):
        server = self.transport()
        client = self.member(server)
        client.wire.gate.clear()
        before = server.memory()
        client.wire.wire.settimeout(15)
        try:
            for _ in range(400_000):
                client.send(GLOBAL_REQUEST, "nothing@example.org", True)
        except (OSError, EOFError):
            pass
        server.wait_line("^end unread_replies$", within=30)
        self.assertLess(server.memory() - before, 24 * MIB)
        client.wire.gate.set()
        still_serves(self, server)

    def test_the_connection_breaks_in_the_middle(self):
        server, target = self.transport(), self.target(lambda connection: connection.sendall(b"x" * (20 * MIB)))
        for _ in range(20):
            client = self.member(server)
            client.open(0, target.port)
            client.opened()
            client.wire.wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            client.close()
        server.wait_line("^end ", times=20)
        server.wait_line("^closed 3 ", times=20)
        still_serves(self, server)


if __name__ == "__main__":
    if paramiko is None:
        print("skipped: python3-paramiko is not installed", file=sys.stderr)
        sys.exit(ssh_parts.SKIPPED)
    import logging
    logging.getLogger("paramiko").setLevel(logging.CRITICAL)  # what it says of packets made by hand
    ssh_parts.main()
