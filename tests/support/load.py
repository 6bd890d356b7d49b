"""A closed loop of GET and POST over many TLS connections that checks every byte of every answer.

As a program, it runs until the duration is over or SIGTERM comes, and prints what happened as JSON. A story uses
the class Load, which runs the program: load and origins in one interpreter would wait for each other.
"""

import argparse
import asyncio
import json
import os
import random
import signal
import ssl
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

ANSWER_WITHIN = 20  # seconds; more than any timeout or retry a story configures


class Lost(Exception):
    pass


class Loop:
    def __init__(self, options):
        self.options = options
        self.context = ssl.create_default_context(cafile=options.ca) if options.ca else None
        self.ending = asyncio.Event()
        self.requests, self.reconnects, self.refused = Counter(), 0, 0
        self.failures, self.served_by, self.latencies = [], Counter(), []
        self.first_by, self.last_by = {}, {}  # server: time of the end of its first and of its last answer

    async def run(self):
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, self.ending.set)
        loop.call_later(self.options.seconds, self.ending.set)
        await asyncio.gather(*(self.client(number) for number in range(self.options.connections)))

    async def client(self, number):
        chance = random.Random(number)
        reader = writer = None
        while not self.ending.is_set():
            if writer is None:
                opened = await self.connect()
                if opened is None:
                    return
                reader, writer = opened
            kept = await self.exchange(chance, reader, writer)
            if not kept:
                writer.transport.abort()
                writer = None
                self.reconnects += 1
        if writer is not None:
            writer.close()

    async def connect(self):
        try:
            return await asyncio.wait_for(asyncio.open_connection(
                self.options.host, self.options.port, ssl=self.context,
                server_hostname="localhost" if self.context else None, limit=1 << 20), ANSWER_WITHIN)
        except (OSError, asyncio.TimeoutError) as error:
            self.refused += 1
            if not self.options.end_when_refused:
                self.fail("CONNECT", None, repr(error))
                await asyncio.sleep(0.05)
                return await self.connect() if not self.ending.is_set() else None
            return None

    async def exchange(self, chance, reader, writer):
        """One request, checked; false when the connection cannot take another."""
        post = chance.random() < self.options.posts
        body = chance.randbytes(chance.choice((1, 100, 5000, 40000))) if post else b""
        method = "POST" if post else "GET"
        path = "/echo" if post else "/bytes/1000"
        delay = self.delay(chance)
        if delay:
            path, method, body = f"/delay/{delay}", "GET", b""
        length = f"Content-Length: {len(body)}\r\n" if method == "POST" else ""
        started = time.time()
        try:
            async with asyncio.timeout(ANSWER_WITHIN):
                writer.write(f"{method} {path} HTTP/1.1\r\nHost: localhost\r\n{length}\r\n".encode() + body)
                await writer.drain()
                status, fields, answer = await self.read(reader)
        except (OSError, EOFError, asyncio.TimeoutError, asyncio.IncompleteReadError, ValueError) as error:
            self.fail(method, None, f"{type(error).__name__} {error}", started)
            return False
        self.requests[method] += 1
        self.latencies.append(time.time() - started)
        self.note(fields.get("x-served-by", "-"))
        expected = {"/echo": body, "/bytes/1000": EXPECTED_BYTES}.get(path, b"ok\n")
        if status != 200 or answer != expected:
            self.fail(method, status, "status" if status != 200 else "wrong body", started)
        return fields.get("connection", "").lower() != "close"

    def delay(self, chance):
        """Milliseconds that the next request is to take at the server."""
        if self.options.lingering and chance.random() < 0.02:
            return self.options.lingering
        return 100 if self.options.slow and chance.random() < 0.1 else 0

    def note(self, server):
        self.served_by[server] += 1
        self.last_by[server] = time.time()
        self.first_by.setdefault(server, self.last_by[server])

    @staticmethod
    async def read(reader):
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        status = int(head[0].split(" ")[1])
        fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:-2])}
        return status, fields, await reader.readexactly(int(fields["content-length"]))

    def fail(self, method, status, why, started=None):
        if len(self.failures) < 1000:
            self.failures.append({"method": method, "status": status, "why": why, "started": started,
                                  "ended": time.time()})

    def report(self):
        self.latencies.sort()
        count = len(self.latencies)
        quantile = lambda share: self.latencies[min(count - 1, int(count * share))] if count else None
        return {"requests": sum(self.requests.values()), "by_method": self.requests, "reconnects": self.reconnects,
                "refused": self.refused, "failures": self.failures, "served_by": self.served_by,
                "first_by": self.first_by, "last_by": self.last_by,
                "p50": quantile(0.5), "p99": quantile(0.99), "longest": quantile(1)}


EXPECTED_BYTES = (bytes(range(256)) * 4)[:1000]


class Load:
    """The program above, running. end() stops it and gives its report."""

    def __init__(self, address, *, ca=None, connections=64, seconds=60, posts=0.5, end_when_refused=False,
                 slow=False, lingering=0):
        command = [sys.executable, str(Path(__file__)), "--host", address[0], "--port", str(address[1]),
                   "--connections", str(connections), "--seconds", str(seconds), "--posts", str(posts)]
        command += ["--ca", str(ca)] if ca else []
        command += ["--end-when-refused"] if end_when_refused else []
        command += ["--slow"] if slow else []
        command += ["--lingering", str(lingering)] if lingering else []
        self.bound = seconds + 2 * ANSWER_WITHIN
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                        env=os.environ)

    def end(self):
        if self.process.poll() is None:
            self.process.terminate()
        return self.wait()

    def wait(self):
        try:
            out, error = self.process.communicate(timeout=self.bound)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.communicate()
            raise AssertionError("the load did not end") from None
        # -SIGTERM: end() came when it had told everything and was about to exit.
        if self.process.returncode not in (0, -signal.SIGTERM):
            raise AssertionError(f"the load failed:\n{error}")
        return json.loads(out)

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.communicate()


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--host", required=True)
    options.add_argument("--port", type=int, required=True)
    options.add_argument("--ca")
    options.add_argument("--connections", type=int, default=64)
    options.add_argument("--seconds", type=float, default=60)
    options.add_argument("--posts", type=float, default=0.5, help="share of requests that are POST")
    options.add_argument("--slow", action="store_true", help="a tenth of the requests take 100 ms")
    options.add_argument("--lingering", type=int, default=0, help="milliseconds that one request in fifty takes")
    options.add_argument("--end-when-refused", action="store_true", help="a refused connection ends its client")
    loop = Loop(options.parse_args())
    asyncio.run(loop.run())
    print(json.dumps(loop.report()))


if __name__ == "__main__":
    main()
