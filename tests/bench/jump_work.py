"""The loads of jump hosts: what goes through one in one round, and what it took.

`ssh -W` carries bytes between its standard input and output and a TCP target of ours. With an OpenSSH session inside,
as `ssh -J` has, the client would do twice the work of the jump host, and its limit would be measured.
"""

import socket
import statistics
import subprocess
import threading
import time
from dataclasses import dataclass

from jump_hosts import CURVE25519, USER, Client, Delay
from proxies import LOAD_CORE, PROXY_CORE
from work import busy

MIB = 1 << 20
PIECE = 256 * 1024
BANNER = b"SSH-2.0-bench\r\n"


@dataclass
class Sample:
    values: dict            # {what: amount}
    disturbance: float = 0  # share of the time that others used the jump host's core


class Target:
    """Where all jumps lead."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.listener.settimeout(1)
        self.port = self.listener.getsockname()[1]

    def accept(self, client):
        """The next connection, which `client` is about to cause."""
        deadline = time.monotonic() + 60
        while True:
            try:
                made, _ = self.listener.accept()
            except TimeoutError:
                if client.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"{client.args} brought no connection to the target") from None
                continue
            made.settimeout(60)
            return made

    def stop(self):
        self.listener.close()


class Meter:
    """CPU time of the jump host and the time of day, from here on."""

    def __init__(self, host):
        self.host, self.core, self.cpu, self.began = host, busy(PROXY_CORE), host.cpu(), time.monotonic()

    def read(self):
        """(seconds, CPU seconds, disturbance)"""
        elapsed = time.monotonic() - self.began
        spent = self.host.cpu() - self.cpu
        return elapsed, spent, max(0.0, busy(PROXY_CORE) - self.core - spent) / elapsed


def of_transfer(read, size):
    elapsed, spent, disturbance = read
    return Sample({"MiB/s": size / MIB / elapsed, "CPU s/GiB": spent * 1024 * MIB / size}, disturbance)


def drain(receive, size):
    into, got = bytearray(PIECE), 0
    while got < size:
        more = receive(into)
        if not more:
            raise RuntimeError(f"only {got} of {size} bytes arrived")
        got += more


def upload(host, target, options, *, cipher, size=None, port=None):
    size = size or options.size
    zeros = options.scratch / "zeros"
    with open(zeros, "wb") as file:
        file.truncate(size)  # a hole: reading it costs the client next to nothing
    with (open(zeros, "rb") as source,
          host.client("-c", cipher, *CURVE25519, "-W", f"127.0.0.1:{target.port}", port=port, stdin=source,
                      stdout=subprocess.DEVNULL) as client,
          target.accept(client) as arriving):
        meter = Meter(host)
        drain(arriving.recv_into, size)
        return of_transfer(meter.read(), size)


def download(host, target, options, *, cipher):
    size = options.size
    with (host.client("-c", cipher, *CURVE25519, "-W", f"127.0.0.1:{target.port}", stdin=subprocess.PIPE,
                      stdout=subprocess.PIPE, bufsize=0, pipesize=MIB) as client,
          target.accept(client) as leaving):
        meter = Meter(host)
        sender = threading.Thread(target=send, args=(leaving, size))
        sender.start()
        drain(client.stdout.readinto, size)
        read = meter.read()
        sender.join()
        leaving.close()
        return of_transfer(read, size)


def send(to, size):
    piece = bytes(PIECE)
    for _ in range(size // PIECE):
        to.sendall(piece)


def delayed_upload(host, target, options, *, cipher):
    """The jump host is far away: the window decides, not the CPU."""
    delay = Delay(options.folder / "delay", host.port, options.round_trip / 2)
    try:
        sample = upload(host, target, options, cipher=cipher, size=options.size // 8, port=delay.port)
        return Sample({"MiB/s": sample.values["MiB/s"]}, sample.disturbance)
    finally:
        delay.stop()


def delay_alone(target, options):
    """MiB/s of plain TCP through the relay: what it carries at most."""
    delay = Delay(options.folder / "delay", target.port, options.round_trip / 2)
    try:
        with (socket.create_connection(("127.0.0.1", delay.port), timeout=20) as leaving,
              target.accept(delay.process) as arriving):
            began = time.monotonic()
            sender = threading.Thread(target=send, args=(leaving, options.size))
            sender.start()
            drain(arriving.recv_into, options.size)
            sender.join()
            return options.size / MIB / (time.monotonic() - began)
    finally:
        delay.stop()


def connections(host, target, options, *, exchange):
    """`ssh -W` until the target's first line has come, and all that follows until the jump host is done with it."""
    times, alone = [], len(host.pids())
    meter = Meter(host)
    for _ in range(options.connections):
        began = time.monotonic()
        with host.client(*exchange, "-W", f"127.0.0.1:{target.port}", stdin=subprocess.DEVNULL,
                         stdout=subprocess.PIPE, bufsize=0) as client, target.accept(client) as greeting:
            greeting.sendall(BANNER)
            if client.stdout.readline() != BANNER:
                raise RuntimeError(f"{host.name} brought no banner")
            times.append((time.monotonic() - began) * 1000)
    deadline = time.monotonic() + 20
    while len(host.pids()) > alone:
        if time.monotonic() > deadline:
            raise RuntimeError(f"processes of {host.name} outlive their connections")
        time.sleep(0.01)
    _, spent, disturbance = meter.read()
    return Sample({"ms until the banner": statistics.median(times), "CPU ms": spent * 1000 / len(times)}, disturbance)


def idle_sessions(host, target, options, *, count, carried=0):
    """Memory that a session with one open jump adds, while nothing moves; `carried` bytes moved before, both ways."""
    with Sessions(host, target, options, 5, carried):  # the first ones load what all of them use
        base = settled(host)
        with Sessions(host, target, options, count, carried) as many:
            full = settled(host)
            many.check()
    return Sample({f"{what} KiB": (now - before) / count / 1024
                   for what, now, before in zip(("PSS", "RSS"), full, base)})


def settled(host):
    time.sleep(2)
    return host.memory()


class Sessions:
    """A process with many sessions, and the target's ends of their jumps."""

    def __init__(self, host, target, options, count, carried):
        self.ends = []
        self.process = Client(["taskset", "-c", LOAD_CORE, options.folder / "sessions", host.port, USER, host.key,
                               target.port, count, carried], stdin=subprocess.PIPE)
        try:
            for _ in range(count):
                end = target.accept(self.process)
                self.ends.append(end)
                drain(end.recv_into, carried)
                send(end, carried)
        except BaseException:
            self.stop()
            raise

    def check(self):
        for one in self.ends:
            try:
                one.setblocking(False)
                raise RuntimeError(f"an idle jump did not stay open: {one.recv(1)!r}")
            except BlockingIOError:
                pass

    def stop(self):
        for one in self.ends:
            one.close()
        self.process.kill()
        self.process.communicate()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
