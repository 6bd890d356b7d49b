#!/usr/bin/python3
"""Attacks a bastion with all that one core can send, until its input ends; then says how much that was.

A process of its own, which runs only when nobody else wants the core (SCHED_IDLE): the user who is timed beside it must
not wait for the attacker's core, but for the bastion's. Each attack is a generator of the number of operations that it
has done since it was asked last.
"""

import argparse
import json
import os
import select
import socket
import sys
import threading
import time
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_ssh_private_key
from ssh_packets import (CHANNEL_CLOSE, CHANNEL_DATA, CHANNEL_EOF, CHANNEL_OPEN, CHANNEL_OPEN_OK, CHANNEL_REQUEST,
                         CHANNEL_WINDOW_ADJUST, GLOBAL_REQUEST, GONE, IGNORE, KEX_ECDH_INIT, MIB, SERVICE_REQUEST,
                         USERAUTH_REQUEST, kexinit, plain_packet, string)
from swift_client import SwiftClient, connect, framed, payload

STRANGER, INSIDER = "127.0.0.66", "127.0.0.67"  # not where the user is who is timed
AT_ONCE = 32        # connections of strangers
SESSIONS = 4        # of an insider, who may have 50
PIECE = 32 * 1024   # of what is sent to one session before the next has its turn
FIRST_CHANNEL = 43  # libssh's number of the first one; the others follow
SESSION_WINDOW = 2 * MIB


class Target:
    """Mallory's own: `deaf` accepts and never reads, `pour` says more than anybody reads, `sink` takes all."""

    def __init__(self, kind, descriptor):
        self.kind, self.listening, self.kept = kind, socket.socket(fileno=descriptor), []
        self.port = self.listening.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            made, _ = self.listening.accept()
            if self.kind == "deaf":
                self.kept = [*self.kept[-64:], made]
            else:
                threading.Thread(target=self._run, args=(made,), daemon=True).start()

    def _run(self, made):
        piece = bytearray(256 * 1024)
        with made:
            try:
                while self.kind == "pour" or made.recv_into(piece):
                    if self.kind == "pour":
                        made.sendall(piece)
            except OSError:
                pass


class Field:
    """What there is to attack, and with what."""

    def __init__(self, options):
        self.address = ("127.0.0.1", options.port)
        self.targets = {kind: Target(kind, getattr(options, kind)) for kind in ("deaf", "pour", "sink")}
        private = load_ssh_private_key(Path(options.key).read_bytes(), None)
        point = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.key = private, string("ssh-ed25519") + string(point)

    def insider(self):
        return SwiftClient(self.address, INSIDER).exchange().login("mallory", self.key)


# Strangers

def greeted(field, what):
    """Connections that say `what`; those that were refused are missing."""
    made = []
    for _ in range(AT_ONCE):
        try:
            wire = connect(field.address, STRANGER)
            wire.sendall(what)
            made.append(wire)
        except GONE:
            pass
    return made


def silent_connections(field):
    held = set()
    poll = select.epoll()
    by_number = {}
    while True:
        done = 0
        while len(held) < 500:
            wire = connect(field.address, STRANGER)
            held.add(wire)
            by_number[wire.fileno()] = wire
            poll.register(wire, select.EPOLLRDHUP)
            done += 1
            if done % 100 == 0:
                yield 100
        yield done % 100
        for number, _ in poll.poll(0.05):
            wire = by_number.pop(number)
            held.remove(wire)
            wire.close()


def random_bytes(field):
    noise = os.urandom(4096)
    while True:
        for said in (noise, b"SSH-2.0-x\r\n" + noise, b"SSH-2.0-x\r\n" + plain_packet(noise[:300])):
            wires = greeted(field, said)
            for wire in wires:
                hear_end(wire)
            yield AT_ONCE


def hear_end(wire):
    try:
        wire.shutdown(socket.SHUT_WR)  # some noise is the beginning of a packet
        while wire.recv(65536):
            pass
    except OSError:
        pass
    wire.close()


def unfinished_exchanges(field):
    """The dearest answer for the least effort: the attacker's key is 32 bytes that it need not understand."""
    begun = b"SSH-2.0-x\r\n" + plain_packet(kexinit()) + plain_packet(bytes([KEX_ECDH_INIT]) + string(b"\x09" * 32))
    while True:
        done = 0
        for wire in greeted(field, begun):
            said = b""
            try:
                while b"ssh-ed25519\0\0\0\x20" not in said:  # in the reply, and in nothing before it
                    more = wire.recv(65536)
                    if not more:
                        break
                    said += more
                else:
                    done += 1
            except OSError:
                pass
            wire.close()
        yield done


def of_connections(field, packets):
    """Whole exchanges of keys, and then what a login is not."""
    frames = [framed(one) for one in packets]
    while True:
        begun, said = [], []
        for _ in range(AT_ONCE // 2):
            try:
                begun.append(SwiftClient(field.address, STRANGER))
            except GONE:
                pass
        for one in begun:
            try:
                one.exchange()
                one.wire.sendall(one.sealed(frames))
                said.append(one)
            except GONE:
                pass
        for one in said:
            one.drain()
        for one in begun:
            one.close()
        yield len(said) * len(packets)


def logins(field, user, algorithm, blob, signature):
    offer = payload(USERAUTH_REQUEST, user, "ssh-connection", "publickey", True, algorithm, blob, signature)
    return of_connections(field, [payload(SERVICE_REQUEST, "ssh-userauth"), *6 * [offer]])


def bad_signatures(field):
    """For Mallory's own key: of one that is not allowed, the signature would not be looked at."""
    forged = string("ssh-ed25519") + string(os.urandom(64))
    return logins(field, "mallory", "ssh-ed25519", field.key[1], forged)


def unknown_keys(field):
    kind = "ssh-ed25519@example.org"
    return logins(field, "alice", kind, string(kind) + string(os.urandom(32)), string(kind) + string(bytes(64)))


def early_packets(field):
    """More than a stranger may send, in packets as small as can be."""
    return of_connections(field, 2000 * [payload(IGNORE, b"")])


# Insiders

class Session:
    """One that gets packets as fast as it takes them. `setup(client)` gives the packets, sent over and over again;
    what comes back is read and forgotten, or not read."""

    def __init__(self, field, setup, reads):
        self.client, self.reads = field.insider(), reads
        self.frames = [framed(one) for one in setup(self.client)]
        size = sum(len(body) for _, body in self.frames)
        self.frames *= max(1, PIECE // size)
        self.rest = b""
        self.client.wire.setblocking(False)

    def step(self):
        """How many packets went out; raises when it has ended."""
        wire, done = self.client.wire, 0
        if self.reads:
            self._forget(wire)
        if not self.rest:
            self.rest = memoryview(self.client.sealed(self.frames))
            done = len(self.frames)
        try:
            self.rest = self.rest[wire.send(self.rest):]
        except BlockingIOError:
            pass
        return done

    @staticmethod
    def _forget(wire):
        try:
            while True:
                got = wire.recv(MIB)
                if not got:
                    raise EOFError("the bastion has closed")
                if len(got) < 65536:
                    return
        except BlockingIOError:
            pass


def flood(field, setup, *, reads=True, sessions=SESSIONS, lasts=None):
    """`lasts` seconds of each session; without end unless the bastion ends it."""
    running = []
    while True:
        while len(running) < sessions:
            try:
                made = Session(field, setup, reads)
                made.until = time.monotonic() + lasts if lasts else None
                running.append(made)
            except GONE:
                yield 0
        done = 0
        for one in [*running]:
            try:
                done += one.step()
                ended = one.until and time.monotonic() > one.until
            except GONE:
                ended = True
            if ended:
                one.client.close()
                running.remove(one)
        if not done:
            select.select([one.client.wire for one in running] if reads else [],
                          [one.client.wire for one in running], [], 0.005)
        yield done


def to(field, kind):
    return "i-bench", field.targets[kind].port


def global_requests(field):
    return flood(field, lambda _: [payload(GLOBAL_REQUEST, "unknown@example.org", True)])


def forward_requests(field):
    return flood(field, lambda _: [payload(GLOBAL_REQUEST, "tcpip-forward", True, "0.0.0.0", 22)])


def open_request(number, host, port):
    return payload(CHANNEL_OPEN, "direct-tcpip", number, 2 * MIB, 32768, host, port, "127.0.0.1", 1)


def channel_requests(field):
    return flood(field, lambda _: [open_request(number, "i-unknown", 22) for number in range(32)])


def long_names(field):
    names = ("x" * 65_536, "\0" * 65_536, "web-1\n" * 10_000, "." * 65_536)
    return flood(field, lambda _: [open_request(0, name, 22) for name in names])


def late_data(field):
    def setup(client):
        number = client.open(0, *to(field, "sink"))
        client.send(payload(CHANNEL_EOF, number), payload(CHANNEL_CLOSE, number))
        client.wait(CHANNEL_CLOSE)
        return [payload(CHANNEL_DATA, number, b"y" * 64)]
    return flood(field, setup)


def window_overruns(field):
    def setup(client):
        number = client.open(0, *to(field, "deaf"))
        return [payload(CHANNEL_DATA, number, bytes(32_000))]
    return flood(field, setup)


def window_adjusts(field):
    def setup(client):
        number = client.open(0, *to(field, "deaf"), window=(1 << 32) - 1)
        return [payload(CHANNEL_WINDOW_ADJUST, number, (1 << 32) - 1)]
    return flood(field, setup)


def small_data(field):
    """A byte at a time, as no client does: each is written to the target by itself."""
    def setup(client):
        number = client.open(0, *to(field, "sink"))
        return [payload(CHANNEL_DATA, number, b"y")]
    return flood(field, setup)


def upload(field):
    """No attack."""
    def setup(client):
        number = client.open(0, *to(field, "sink"))
        return [payload(CHANNEL_DATA, number, bytes(32_000))]
    return flood(field, setup, sessions=1)


def unread_answers(field):
    """32 jumps of each session to a server that says more than is read; and requests, whose replies nobody reads."""
    def setup(client):
        for number in range(32):
            client.open(number, *to(field, "pour"))
        return [payload(GLOBAL_REQUEST, "unknown@example.org", True)]
    return flood(field, setup, reads=False, lasts=0.5)


def jumps(field):
    """Opened and closed at once, as many as the session may have at a time."""
    return rounds(field, 30, lambda number: open_request(number, *to(field, "deaf")), close)


def console(field):
    """`ssh bastion ls` over one connection; the bastion closes first."""
    return rounds(field, 8, lambda number: payload(CHANNEL_OPEN, "session", number, SESSION_WINDOW, 32768),
                  lambda number: payload(CHANNEL_REQUEST, number, "exec", True, "ls"), close)


def close(number):
    return payload(CHANNEL_CLOSE, number)


def rounds(field, size, opening, then, at_last=None):
    """Channels of a few sessions in turn: opens `size` of each, says `then` and, when they are closed, `at_last`."""
    running = []
    while True:
        while len(running) < SESSIONS:
            running.append([field.insider(), FIRST_CHANNEL])

        def each(act):
            for one in [*running]:
                try:
                    act(one[0], range(one[1], one[1] + size))
                except GONE:
                    running.remove(one)

        each(lambda client, numbers: client.send(*map(opening, range(size))))
        each(lambda client, numbers: client.wait(CHANNEL_OPEN_OK, size))
        each(lambda client, numbers: client.send(*map(then, numbers)))
        each(lambda client, numbers: client.wait(CHANNEL_CLOSE, size))
        if at_last:
            each(lambda client, numbers: client.send(*map(at_last, numbers)))
        for one in running:
            one[1] += size
        yield size * len(running)


def key_exchanges(field):
    running = []
    while True:
        while len(running) < SESSIONS:
            running.append(field.insider())
        done = 0
        for step in (SwiftClient.begin_exchange, SwiftClient.exchange):
            for one in [*running]:
                try:
                    step(one)
                    done += 1
                except GONE:
                    running.remove(one)
        yield done // 2


def elsewhere(field):
    """As much as a flood, but not to the bastion: what the measurement itself costs."""
    wire = socket.create_connection(("127.0.0.1", field.targets["sink"].port))
    piece = bytes(PIECE)
    while True:
        wire.sendall(piece)
        yield 1


ATTACKS = {
    "control": (elsewhere, "32 KiB writes to another process"),
    "upload": (upload, "no attack: an upload of 32 KB packets"),
    "silent": (silent_connections, "500 silent connections, anew when dropped"),
    "garbage": (random_bytes, "connections with random bytes"),
    "exchanges": (unfinished_exchanges, "exchanges of keys, unfinished"),
    "signatures": (bad_signatures, "bad signatures, 6 of each connection"),
    "keys": (unknown_keys, "keys of unknown types"),
    "early": (early_packets, "packets before a login"),
    "requests": (global_requests, "global requests"),
    "forwards": (forward_requests, "requests to listen, refused"),
    "channels": (channel_requests, "channels to nowhere, refused"),
    "names": (long_names, "channels to names of 64 KiB"),
    "jumps": (jumps, "jumps opened and closed"),
    "late": (late_data, "data after the close"),
    "overrun": (window_overruns, "data beyond the window"),
    "adjusts": (window_adjusts, "windows that grow"),
    "bytes": (small_data, "data of one byte"),
    "unread": (unread_answers, "answers that are never read"),
    "rekey": (key_exchanges, "keys exchanged again and again"),
    "console": (console, "commands: ls of 1,000 servers"),
}


def main():
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("attack", choices=ATTACKS)
    asked.add_argument("--port", type=int, required=True)
    asked.add_argument("--key", required=True)
    for kind in ("deaf", "pour", "sink"):
        asked.add_argument(f"--{kind}", type=int, required=True, help="descriptor that listens")
    asked.add_argument("--ordinary", action="store_true", help="beside others of its kind")
    options = asked.parse_args()
    if not options.ordinary:
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    steps = ATTACKS[options.attack][0](Field(options))
    over = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), over.set()), daemon=True).start()
    done, began, warm = 0, time.monotonic(), False
    deadline = began + 120
    while not over.is_set() and time.monotonic() < deadline:
        done += next(steps)
        if not warm and time.monotonic() > began + 0.5:
            done, began, warm = 0, time.monotonic(), True
            print("begun", flush=True)
    print(json.dumps({"operations": done, "seconds": time.monotonic() - began}), flush=True)
    os._exit(0)  # threads wait for connections


if __name__ == "__main__":
    main()
