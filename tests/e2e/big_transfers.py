"""A gigabyte each way, and peers that do not read: bodies are streamed, never collected."""

import hashlib
import json
import threading
import time

import pages
import story
from gatehouse import house
from wire import Wire

LENGTH = int(story.seconds("GATEHOUSE_BIG_BYTES", 1 << 30))
ALLOWED_GROWTH = 16 << 20


class Peak:
    """The most memory a daemon used while this was open, above what it had before."""

    def __init__(self, gate):
        self.gate, self.before, self.most = gate, gate.memory(), 0
        self.over = threading.Event()

    def __enter__(self):
        self.thread = threading.Thread(target=self.watch, daemon=True)
        self.thread.start()
        return self

    def watch(self):
        while not self.over.wait(0.05):
            self.most = max(self.most, self.gate.memory())

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()

    @property
    def growth(self):
        return max(self.most, self.gate.memory()) - self.before


class BigTransfers(story.Story):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.site = cls.shared.certificate()
        cls.server = cls.shared.origin("a")
        cls.gate = cls.shared.door(house([cls.server], certificates=[cls.site]))
        for name in ("http", "https"):  # what every first connection allocates is no growth
            with cls.wire(name) as wire:
                wire.ask("/bytes/4000000")

    @classmethod
    def wire(cls, name, **kwargs):
        ca = cls.site.certificate if name == "https" else None
        return Wire(cls.gate.address(name), ca=ca, timeout=60, **kwargs)

    def assert_small(self, peak):
        print(f"  grew by {peak.growth / 2**20:.1f} MiB", flush=True)
        self.assertLess(peak.growth, ALLOWED_GROWTH)

    def download(self, name):
        digest, left = hashlib.sha256(), LENGTH
        with self.wire(name) as wire, Peak(self.gate) as peak:
            wire.send(f"GET /bytes/{LENGTH} HTTP/1.1\r\nHost: x\r\n\r\n")
            self.assertEqual(wire.line(), "HTTP/1.1 200 X")
            wire.fields()
            digest.update(wire.buffer)
            left -= len(wire.buffer)
            piece = bytearray(1 << 20)
            while left > 0 and (length := wire.socket.recv_into(piece)):
                digest.update(memoryview(piece)[:length])
                left -= length
        self.assertEqual(left, 0)
        expected = hashlib.sha256()
        for part in pages.stream_bytes(LENGTH):
            expected.update(part)
        self.assertEqual(digest.hexdigest(), expected.hexdigest())
        self.assert_small(peak)

    def upload(self, name, framing):
        expected = hashlib.sha256()
        with self.wire(name) as wire, Peak(self.gate) as peak:
            length = f"Content-Length: {LENGTH}" if framing == "length" else "Transfer-Encoding: chunked"
            wire.send(f"POST /sink HTTP/1.1\r\nHost: x\r\n{length}\r\n\r\n")
            for part in pages.stream_bytes(LENGTH):
                expected.update(part)
                wire.send(part if framing == "length" else b"%x\r\n%s\r\n" % (len(part), part))
            if framing == "chunks":
                wire.send(b"0\r\n\r\n")
            got = json.loads(wire.response("POST").body)
        self.assertEqual(got, {"length": LENGTH, "sha256": expected.hexdigest()})
        self.assert_small(peak)

    def test_a_gigabyte_down_through_tls(self):
        self.download("https")

    def test_a_gigabyte_up_through_tls(self):
        self.upload("https", "length")

    def test_a_gigabyte_up_in_chunks(self):
        self.upload("http", "chunks")

    def test_a_client_that_does_not_read_stops_the_target(self):
        """50 of them: what one may hold in memory is bounded by buffers, not by what the target can send."""
        length = 5_000_000
        with Peak(self.gate) as peak:
            held = [self.wire("https" if number % 2 else "http", receive_buffer=65536) for number in range(50)]
            for wire in held:
                wire.send(f"GET /bytes/{length} HTTP/1.1\r\nHost: x\r\n\r\n")
            time.sleep(3)
        self.assertLess(peak.growth, ALLOWED_GROWTH + 50 * 512 * 1024)
        for wire in held[:2]:
            self.assertEqual(len(wire.response().body), length)
        for wire in held:
            wire.close()

    def test_a_target_that_does_not_read_stops_the_client(self):
        length = 100_000_000
        with self.wire("http") as wire, Peak(self.gate) as peak:
            wire.send(f"POST /slow-sink/3000 HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n")
            for part in pages.stream_bytes(length):
                wire.send(part)
            self.assertEqual(json.loads(wire.response("POST").body)["length"], length)
        self.assert_small(peak)

    def test_truncated_upload_is_not_passed_off_as_whole(self):
        with self.wire("http") as wire:
            wire.send(b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n" + b"x" * 500000)
            story.eventually(lambda: self.server.seen("/echo"))
        story.eventually(lambda: self.server.seen("/echo")[-1].aborted)


if __name__ == "__main__":
    story.main()
