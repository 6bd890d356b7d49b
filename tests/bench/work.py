"""The loads: what is sent through a proxy in one round, and what it cost the proxy."""

import json
import re
import socket
import ssl
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from proxies import LOAD_CORE, PROXY_CORE

IDLE_CONNECTIONS = 2000


@dataclass
class Sample:
    cost: float             # CPU microseconds per request, or bytes per idle connection
    rate: float = 0.0       # requests per second
    disturbance: float = 0  # share of the round that others used the proxy's core


def busy(core):
    """Seconds that a core has spent in user and kernel mode."""
    for line in Path("/proc/stat").read_text(encoding="ascii").splitlines():
        if line.startswith(f"cpu{core} "):
            user, nice, system, *_ = map(int, line.split()[1:])
            return (user + nice + system) / 100
    raise RuntimeError("no such core in /proc/stat")


def measured(proxy, load):
    """Runs `load`, which gives the number of requests it completed, and charges them with the proxy's CPU time."""
    cpu, core, began = proxy.cpu(), busy(PROXY_CORE), time.monotonic()
    count = load()
    elapsed = time.monotonic() - began
    spent = proxy.cpu() - cpu
    others = max(0.0, busy(PROXY_CORE) - core - spent) / elapsed
    return Sample(spent * 1e6 / count, count / elapsed, others)


def on_load_core(*command):
    return subprocess.run(["taskset", "-c", LOAD_CORE, *map(str, command)], capture_output=True, text=True,
                          timeout=60, check=False)


def wrk(url, connections, seconds):
    done = on_load_core("wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", url)
    found = re.search(r"(\d+) requests in", done.stdout)
    if done.returncode or not found or int(found[1]) == 0:
        raise RuntimeError(f"wrk {url} failed:\n{done.stdout}{done.stderr}")
    trouble = re.search(r"(Socket errors:.*|Non-2xx.*)", done.stdout)
    if trouble:
        raise RuntimeError(f"wrk {url}: {trouble[1]}")
    return int(found[1])


def requests(proxy, options, *, size, tls=False, connections=64):
    port = proxy.tls if tls else proxy.plain
    url = f"{'https' if tls else 'http'}://127.0.0.1:{port}/{size}"
    return measured(proxy, lambda: wrk(url, connections, options.seconds))


def handshakes(proxy, options, *, kind):
    def load():
        done = on_load_core(options.folder / "handshakes", "127.0.0.1", proxy.tls, 1.5, kind, 4, "/128")
        if done.returncode:
            raise RuntimeError(f"handshakes {kind} with {proxy.name}: {done.stdout}{done.stderr}")
        return json.loads(done.stdout)["connections"]
    return measured(proxy, load)


def idle(proxy, _, *, tls):
    """Bytes per kept-alive connection that has had one answer and now waits."""
    port = proxy.tls if tls else proxy.plain
    held = [one_request(port, tls) for _ in range(10)]
    time.sleep(0.5)
    before = proxy.memory()
    try:
        for _ in range(IDLE_CONNECTIONS):
            held.append(one_request(port, tls))
        time.sleep(1)
        return Sample((proxy.memory() - before) / IDLE_CONNECTIONS)
    finally:
        for one in held:
            one.close()


def one_request(port, tls):
    made = socket.create_connection(("127.0.0.1", port), timeout=10)
    if tls:
        made = CLIENT.wrap_socket(made, server_hostname="localhost")
    made.sendall(b"GET /128 HTTP/1.1\r\nHost: localhost\r\n\r\n")
    got = b""
    while not got.endswith(b"x" * 128):
        piece = made.recv(4096)
        if not piece:
            raise RuntimeError(f"the proxy closed an idle connection: {got[:200]!r}")
        got += piece
    return made


CLIENT = ssl.create_default_context()
CLIENT.check_hostname = False
CLIENT.verify_mode = ssl.CERT_NONE
