"""A client of SSH that is quick to send: one encryption per packet and one write per many of them. paramiko, which the
stories attack with, takes some hundred microseconds for a packet and ten milliseconds for a connection: next to a
bastion that attacks nobody.

Speaks curve25519-sha256 and aes256-gcm@openssh.com, and believes any host key.
"""

import hashlib
import socket
import struct

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from ssh_packets import (CHANNEL_OPEN, CHANNEL_OPEN_OK, GONE, KEX_ECDH_INIT, MIB, SERVICE_REQUEST, USERAUTH_REQUEST,
                         USERAUTH_SUCCESS, kexinit, message, plain_packet, string)

VERSION = b"SSH-2.0-swift"
KEX_ECDH_REPLY, NEWKEYS = 31, 21
TAG = 16
RESET = struct.pack("ii", 1, 0)  # SO_LINGER: no TIME_WAIT, or the ports would be used up


def connect(address, source):
    wire = socket.socket()
    wire.settimeout(20)
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    wire.bind((source, 0))
    wire.connect(address)
    return wire


def payload(kind, *fields):
    return message(kind, *fields).asbytes()


def framed(packet):
    """(length, what is encrypted) of a payload: made once, sent often."""
    padding = 16 - (len(packet) + 1) % 16
    padding += 16 if padding < 4 else 0
    body = bytes([padding]) + packet + bytes(padding)
    return struct.pack(">I", len(body)), body


class Direction:
    """The key and the counter of one."""

    def __init__(self, key, nonce):
        self.cipher, self.fixed, self.counter = AESGCM(key), nonce[:4], int.from_bytes(nonce[4:12], "big")

    def nonce(self):
        self.counter = (self.counter + 1) % (1 << 64)
        return self.fixed + ((self.counter - 1) % (1 << 64)).to_bytes(8, "big")


class SwiftClient:
    def __init__(self, address, source):
        """Connects and says all that needs no answer. `exchange` does the rest."""
        self.wire = connect(address, source)
        self.heard, self.out, self.coming, self.session_id, self.server = b"", None, None, None, None
        self.begin_exchange(VERSION + b"\r\n")

    def begin_exchange(self, before=b""):
        self.offer, self.secret = kexinit(), X25519PrivateKey.generate()
        self.point = self.secret.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        packets = self.offer, bytes([KEX_ECDH_INIT]) + string(self.point)
        self.wire.sendall(before + (self.sealed(map(framed, packets)) if self.out else
                                    b"".join(map(plain_packet, packets))))

    def exchange(self):
        if self.server is None:
            self.server = self._line()
        theirs = self.wait(self.offer[0])
        reply = self.wait(KEX_ECDH_REPLY)
        host_key, rest = unstring(reply[1:])
        point, _ = unstring(rest)
        shared = int.from_bytes(self.secret.exchange(X25519PublicKey.from_public_bytes(point)), "big")
        number = string(shared.to_bytes(shared.bit_length() // 8 + 1, "big"))
        hashed = hashlib.sha256(b"".join(map(string, (VERSION, self.server, self.offer, theirs, host_key, self.point,
                                                      point))) + number).digest()
        self.session_id = self.session_id or hashed
        iv_out, iv_in, key_out, key_in = (hashlib.sha256(number + hashed + letter + self.session_id).digest()
                                          for letter in (b"A", b"B", b"C", b"D"))
        self.wait(NEWKEYS)
        done = bytes([NEWKEYS])
        self.wire.sendall(self.sealed([framed(done)]) if self.out else plain_packet(done))
        self.out, self.coming = Direction(key_out, iv_out), Direction(key_in, iv_in)
        return self

    def login(self, user, key):
        """`key` as cryptography and its wire format."""
        private, blob = key
        asked = payload(USERAUTH_REQUEST, user, "ssh-connection", "publickey", True, "ssh-ed25519", blob)
        proof = string("ssh-ed25519") + string(private.sign(string(self.session_id) + asked))
        self.send(payload(SERVICE_REQUEST, "ssh-userauth"), asked + string(proof))
        self.wait(USERAUTH_SUCCESS)
        return self

    def open(self, number, host, port, window=2 * MIB):
        """The server's number of the channel."""
        self.send(payload(CHANNEL_OPEN, "direct-tcpip", number, window, 32768, host, port, "127.0.0.1", 1))
        return struct.unpack(">I", self.wait(CHANNEL_OPEN_OK)[5:9])[0]

    def sealed(self, packets):
        """Bytes of all these, of which each is `framed`."""
        encrypt, nonce = self.out.cipher.encrypt, self.out.nonce
        return b"".join([length + encrypt(nonce(), body, length) for length, body in packets])

    def send(self, *payloads):
        self.wire.sendall(self.sealed(map(framed, payloads)))

    def wait(self, kind, times=1):
        """The last of so many packets of this kind; others are forgotten."""
        while times:
            packet = self.receive()
            times -= packet[0] == kind
        return packet

    def receive(self):
        length = struct.unpack(">I", self._take(4))[0]
        if not self.coming:
            body = self._take(length)
        else:
            body = self.coming.cipher.decrypt(self.coming.nonce(), self._take(length + TAG), struct.pack(">I", length))
        return body[1:len(body) - body[0]]

    def _line(self):
        while b"\n" not in self.heard:
            self._hear()
        line, _, self.heard = self.heard.partition(b"\n")
        return line.rstrip(b"\r")

    def _take(self, size):
        while len(self.heard) < size:
            self._hear()
        taken, self.heard = self.heard[:size], self.heard[size:]
        return taken

    def _hear(self):
        more = self.wire.recv(65536)
        if not more:
            raise EOFError("the other side has closed")
        self.heard += more

    def drain(self):
        """Hears all to the end, of which nothing matters."""
        try:
            while self.wire.recv(65536):
                pass
        except GONE:
            pass

    def close(self):
        self.wire.close()


def unstring(data):
    size = struct.unpack(">I", data[:4])[0]
    return data[4:4 + size], data[4 + size:]
