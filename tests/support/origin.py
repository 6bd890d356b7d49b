"""A private web server for tests: answers by path, breaks the rules when a story asks it to, and remembers every
byte it received. Runs on a thread of its own, or as a program that a story can kill:

    origin.py ADDRESS PORT NAME      prints the port, then serves until it is ended
"""

import asyncio
import json
import socket
import sys
import threading
from dataclasses import dataclass, field

import pages


@dataclass
class Request:
    """One request as it arrived. `fields` holds (name, value) in order, as received."""

    method: str
    target: str
    version: str
    fields: list
    head: bytes
    body: bytes = b""
    connection: int = 0
    complete: bool = False  # the body was read to its end
    aborted: bool = False   # the connection ended before that
    trailers: list = field(default_factory=list)

    def get(self, name, default=None):
        return next((value for key, value in self.fields if key.lower() == name.lower()), default)

    def all(self, name):
        return [value for key, value in self.fields if key.lower() == name.lower()]


class Origin:
    """`script`, when set, takes over: script(request) returns raw bytes to send (None: answer by path), and
    ends the connection after them when it returns (bytes, "close") or resets it for (bytes, "reset")."""

    def __init__(self, name="a", address="127.0.0.1", port=0, *, zone=None, tls=None, record=False):
        self.name, self.address, self.port, self.zone = name, address, port, zone
        self.tls = tls
        self.record = record
        self.healthy = True
        self.script = None
        self.requests = []   # but health checks
        self.probes = []
        self.malformed = []  # what could not be read as a request
        self.received = {}   # connection number -> every byte of it, when recording
        self.opened = 0
        self.tasks = set()
        self.stopped = False
        self._start()

    def _start(self):
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, name=f"origin-{self.name}", daemon=True)
        self.thread.start()
        self.stopped = False
        self._run(self._listen())

    def _run(self, work):
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(30)

    async def _listen(self):
        self.server = await asyncio.start_server(self._serve, self.address, self.port, ssl=self.tls,
                                                 limit=1 << 20, backlog=1024, reuse_address=True)
        self.port = self.server.sockets[0].getsockname()[1]

    def stop(self):
        """Closes everything at once, as a killed server does."""
        if self.stopped:
            return
        self.stopped = True
        self._run(self._close())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)
        self.loop.close()

    def restart(self):
        """Listens again, on the same port."""
        self._start()

    async def _close(self):
        self.server.close()
        for task in list(self.tasks):
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    def close_connections(self):
        """Ends open connections but goes on listening."""
        async def close():
            for task in list(self.tasks):
                task.cancel()
        self._run(close())

    @property
    def connections(self):
        """Connections open now."""
        return len(self.tasks)

    def seen(self, path):
        return [one for one in list(self.requests) if one.target.split("?")[0] == path]

    async def _serve(self, reader, writer):
        task = asyncio.current_task()
        self.tasks.add(task)
        self.opened += 1
        number = self.opened
        writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.record:
            reader = Recorder(reader, self.received.setdefault(number, bytearray()))
        try:
            while await self._exchange(reader, writer, number):
                pass
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError):
            pass
        except asyncio.CancelledError:
            writer.transport.abort()
        finally:
            self.tasks.discard(task)
            writer.close()

    async def _exchange(self, reader, writer, number):
        """One request and its answer; false when the connection is over."""
        head = await reader.readuntil(b"\r\n\r\n")
        try:
            request = parse_head(head)
        except ValueError:
            self.malformed.append(head)
            raise
        request.connection = number
        if request.target == "/healthz":
            self.probes.append(request)
            return await pages.health(self, request, reader, writer)
        self.requests.append(request)
        if self.script is not None:
            scripted = self.script(request)
            if scripted is not None:
                return await play(scripted, writer)
        return await pages.answer(self, request, reader, writer)


async def play(scripted, writer):
    data, ending = scripted if isinstance(scripted, tuple) else (scripted, "keep")
    writer.write(data)
    await writer.drain()
    if ending == "reset":
        # Linger 0 makes close() send RST.
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        writer.transport.abort()
    elif ending == "hang":
        await asyncio.sleep(3600)
    return ending == "keep"


class Recorder:
    """A StreamReader that also keeps what was read."""

    def __init__(self, reader, kept):
        self.reader, self.kept = reader, kept

    async def readuntil(self, separator):
        try:
            data = await self.reader.readuntil(separator)
        except asyncio.IncompleteReadError as error:
            self.kept += error.partial
            raise
        self.kept += data
        return data

    async def readexactly(self, length):
        data = await self.reader.readexactly(length)
        self.kept += data
        return data

    async def read(self, length):
        data = await self.reader.read(length)
        self.kept += data
        return data

    def at_eof(self):
        return self.reader.at_eof()


def parse_head(head):
    lines = head[:-4].split(b"\r\n")
    method, target, version = lines[0].decode("latin-1").split(" ")
    if version not in ("HTTP/1.0", "HTTP/1.1"):
        raise ValueError(version)
    fields = []
    for line in lines[1:]:
        name, _, value = line.decode("latin-1").partition(":")
        fields.append((name, value.strip(" \t")))
    return Request(method, target, version, fields, head)


def main():
    address, port, name = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    made = Origin(name, address, port)
    print(json.dumps({"port": made.port}), flush=True)
    made.thread.join()


if __name__ == "__main__":
    main()
