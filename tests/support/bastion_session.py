"""A client of the bastion that a story holds in its hands, many at once: paramiko's transport, packet by packet."""

import logging
import os
import socket
import unittest
import warnings

try:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about ciphers that nobody asks for
        import paramiko
except ImportError:
    paramiko = None

logging.getLogger("paramiko").setLevel(logging.CRITICAL)  # it logs what a test provokes, with tracebacks


def need_paramiko():
    if not paramiko:
        raise unittest.SkipTest("python3-paramiko is not installed")


class Session:
    """Logged in. `certificate` shows the one beside the key; `before` is sent ahead of everything, as a balancer's
    header is. Raises paramiko's exceptions, EOFError or OSError when the bastion does not want it."""

    def __init__(self, gate, keys, user="alice", key=None, *, certificate=False, before=b"", source=None):
        self.wire = socket.create_connection(gate.address(), timeout=20, source_address=source and (source, 0))
        self.local = "%s:%d" % self.wire.getsockname()[:2]
        self.wire.sendall(before)
        self.transport = paramiko.Transport(self.wire)
        self.transport.banner_timeout = self.transport.auth_timeout = 20
        try:
            self.transport.start_client(timeout=20)
            proof = paramiko.Ed25519Key.from_private_key_file(str(keys.path(key or user)))
            if certificate:
                proof.load_certificate(str(keys.path(f"{key or user}-cert.pub")))
            self.transport.auth_publickey(user, proof)
        except BaseException:
            self.close()
            raise

    def open(self, name, port):
        """A jump; raises paramiko.ChannelException when it is refused."""
        return self.transport.open_channel("direct-tcpip", (name, port), ("127.0.0.1", 1), timeout=20)

    def stream(self, name, port):
        return Stream(self, self.open(name, port))

    def run(self, command):
        """(exit status, output) of one of the bastion's own commands."""
        channel = self.transport.open_session(timeout=20)
        channel.settimeout(20)
        channel.exec_command(command)
        told = channel.makefile("rb").read()
        return channel.recv_exit_status(), told.decode()

    @property
    def alive(self):
        return self.transport.is_active()

    def close(self):
        self.transport.close()
        self.wire.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Stream:
    """A jump to an echo service that is used from time to time."""

    def __init__(self, session, channel):
        self.session, self.channel = session, channel
        channel.settimeout(20)

    def exchange(self, size=1024):
        """Whether what is sent comes back."""
        data = os.urandom(size)
        try:
            self.channel.sendall(data)
            got = b""
            while len(got) < size:
                part = self.channel.recv(size - len(got))
                if not part:
                    return False
                got += part
        except (OSError, EOFError, paramiko.SSHException):
            return False
        return got == data

    @property
    def open(self):
        return self.session.alive and not self.channel.closed and not self.channel.eof_received
