"""Everyday clients through TLS: curl in its variants, http.client, websockets, and bytes on a socket."""

import asyncio
import http.client
import json
import ssl
import threading
import time
import unittest

import story
from gatehouse import house, listener
from wire import Wire


class EverydayClients(story.Story):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.site = cls.shared.certificate()
        cls.server = cls.shared.origin("a")
        cls.gate = cls.shared.door(house([cls.server], certificates=[cls.site]))

    def setUp(self):
        super().setUp()
        self.server.script = None

    def curl(self, path, *words, name="https", **kwargs):
        done = self.run_tool(story.need("curl"), "--silent", "--show-error", "--max-time", 30, "--cacert",
                             self.site.certificate, *words, self.gate.url(path, name), **kwargs)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def wire(self, name="https", **kwargs):
        return Wire(self.gate.address(name), ca=self.site.certificate if name == "https" else None, **kwargs)

    def test_curl_speaks_http_1_1(self):
        self.assertEqual(self.curl("/echo", "--data", "hello"), "hello")

    def test_curl_speaks_http_1_0(self):
        self.assertEqual(self.curl("/echo", "--http1.0", "--data", "hello"), "hello")

    def test_http_1_0_gets_no_chunks(self):
        shown = self.curl("/chunked/3", "--http1.0", "--include", "--raw")
        head, _, body = shown.partition("\n\n")
        self.assertNotIn("transfer-encoding", head.lower())
        self.assertEqual(body, "chunk 0\nchunk 1\nchunk 2\n")

    def test_head_has_a_length_and_no_body(self):
        shown = self.curl("/bytes/5000", "--head")
        self.assertIn("content-length: 5000", shown.lower())

    def test_curl_uploads_in_chunks(self):
        got = json.loads(self.curl("/sink", "-T", "-", input="x" * 200000))
        self.assertEqual(got["length"], 200000)
        upload = self.server.seen("/sink")[-1]
        self.assertEqual(upload.get("Transfer-Encoding"), "chunked")
        self.assertIsNone(upload.get("Content-Length"))

    def test_expect_100_continue_is_answered_at_once(self):
        began = time.monotonic()
        got = json.loads(self.curl("/sink", "--expect100-timeout", 10, "--header", "Expect: 100-continue",
                                   "--data-binary", "@-", input="y" * 100000))
        self.assertEqual(got["length"], 100000)
        self.assertLess(time.monotonic() - began, 5, "curl waited for its 100 (Continue) in vain")

    def test_a_refused_expectation_needs_no_body(self):
        with self.wire("http") as wire:
            wire.send("POST /early/413 HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 1000000\r\n\r\n")
            statuses = [wire.response("POST", interim=True).status]
            if statuses == [100]:  # ours, at once; the target's verdict follows when the body begins
                wire.send(b"x" * 1000)
                statuses.append(wire.response("POST", interim=True).status)
            self.assertEqual(statuses[-1], 413)

    def test_curl_keeps_its_connection(self):
        shown = self.curl("/echo", self.gate.url("/bytes/10", "https"), "--output", "/dev/null", "--output",
                          "/dev/null", "--write-out", "%{num_connects} ")
        self.assertEqual(shown.split(), ["1", "0"])

    def test_http_client_keeps_its_connection(self):
        context = ssl.create_default_context(cafile=self.site.certificate)
        connection = http.client.HTTPSConnection("localhost", self.gate.address("https")[1], context=context,
                                                 timeout=20)
        self.addCleanup(connection.close)
        for number in range(5):
            connection.request("POST", "/echo", body=f"request {number}")
            answer = connection.getresponse()
            self.assertEqual((answer.status, answer.read()), (200, f"request {number}".encode()))
        connection.request("GET", "/until-close/70000")
        self.assertEqual(len(connection.getresponse().read()), 70000)

    def test_wrk_finds_no_fault(self):
        done = self.run_tool(story.need("wrk"), "-t1", "-c16", "-d1s", self.gate.url("/bytes/1000", "https"))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"[1-9]\d* requests in")
        self.assertNotRegex(done.stdout, "Socket errors|Non-2xx")

    def test_pipelined_requests_are_answered_in_order(self):
        with self.wire() as wire:
            paths = ["/delay/200", "/bytes/3", "/status/404", "/chunked/2", "/bytes/9"]
            wire.send("".join(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n" for path in paths))
            answers = [wire.response() for _ in paths]
        self.assertEqual([one.status for one in answers], [200, 200, 404, 200, 200])
        self.assertEqual([len(one.body) for one in answers], [3, 3, 7, 16, 9])

    def test_pipelined_posts_keep_their_bodies_apart(self):
        with self.wire() as wire:
            bodies = [b"first", b"GET /bytes/1 HTTP/1.1\r\n\r\n", b"third"]
            wire.send(b"".join(b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s" % (len(one), one)
                               for one in bodies))
            self.assertEqual([wire.response("POST").body for _ in bodies], bodies)

    def test_a_request_may_arrive_byte_by_byte(self):
        with self.wire() as wire:
            for byte in b"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n":
                wire.send(bytes([byte]))
            self.assertEqual(wire.response("POST").body, b"abc")

    def test_no_body_follows_204_304_and_head(self):
        with self.wire() as wire:
            self.assertEqual(wire.ask("/status/204").status, 204)
            self.assertEqual(wire.ask("/status/304").status, 304)
            self.assertEqual(wire.ask("/bytes/100", "HEAD").get("Content-Length"), "100")
            self.assertEqual(wire.ask("/bytes/4").body, bytes(range(4)), "the connection lost its place")

    def test_interim_responses_are_passed_on(self):
        with self.wire() as wire:
            wire.send("GET /interim HTTP/1.1\r\nHost: x\r\n\r\n")
            hint = wire.response(interim=True)
            self.assertEqual((hint.status, hint.get("Link")), (103, "</style.css>; rel=preload"))
            self.assertEqual(wire.response().body, b"after hints\n")

    def test_http_1_0_gets_no_interim_response(self):
        with self.wire() as wire:
            wire.send("GET /interim HTTP/1.0\r\nHost: x\r\n\r\n")
            self.assertEqual(wire.response(interim=True).status, 200)

    def test_trailers_pass_both_ways(self):
        with self.wire() as wire:
            wire.send("POST /seen HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n"
                      "5\r\nhello\r\n0\r\nX-Sum: 42\r\n\r\n")
            self.assertIn('["x-sum", "42"]', wire.response("POST").body.decode().lower())
            passed = [(name.lower(), value) for name, value in wire.ask("/chunked/2").trailers]
            self.assertEqual(passed, [("x-sum", "2")])

    def test_a_close_delimited_answer_ends_with_the_connection(self):
        for version in ("HTTP/1.1", "HTTP/1.0"):
            with self.wire() as wire:
                answer = wire.ask("/until-close/300000", version=version)
                self.assertEqual(answer.body, (bytes(range(256)) * 1200)[:300000])

    def test_an_answer_cut_short_is_seen_to_be(self):
        self.server.script = lambda request: (b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\npart", "close")
        with self.wire("http") as wire:
            wire.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            self.assertEqual(wire.rest().partition(b"\r\n\r\n")[2], b"part")

    def test_a_client_may_close_its_half_after_the_request(self):
        with self.wire("http") as wire:
            wire.send("GET /delay/300 HTTP/1.1\r\nHost: x\r\n\r\n").finish()
            self.assertEqual(wire.response().body, b"ok\n")
            self.assertTrue(wire.closed())

    def test_an_early_answer_reaches_a_client_that_still_sends(self):
        with self.wire() as wire:
            wire.send("POST /early/413 HTTP/1.1\r\nHost: x\r\nContent-Length: 50000000\r\n\r\n")
            wire.send(b"x" * 10000)
            self.assertEqual(wire.response("POST").status, 413)

    def test_an_upgrade_becomes_a_tunnel(self):
        with self.wire() as wire:
            wire.send("GET /upgrade HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n")
            answer = wire.response()
            self.assertEqual((answer.status, answer.get("Upgrade")), (101, "echo"))
            for piece in (b"one", b"two\r\n\r\n", bytes(range(256)) * 1000):
                self.assertEqual(wire.send(piece).take(len(piece)), piece)

    def test_a_half_closed_tunnel_still_brings_the_rest(self):
        with self.wire("http") as wire:
            wire.send("GET /upgrade HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n")
            self.assertEqual(wire.response().status, 101)
            wire.send(b"last words").finish()
            self.assertEqual(wire.rest(), b"last words")

    def test_bytes_sent_right_behind_an_upgrade_are_not_lost(self):
        with self.wire() as wire:
            wire.send("GET /upgrade HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\nahead")
            self.assertEqual(wire.response().status, 101)
            self.assertEqual(wire.take(5), b"ahead")


class WebSockets(story.Story):
    def test_messages_pass_both_ways_through_tls(self):
        try:
            import websockets
        except ImportError:
            raise unittest.SkipTest("python3-websockets is not installed") from None
        address = self.serve_echo(websockets)
        site = self.household.certificate()
        gate = self.door(house([{"id": "ws", "address": address[0], "port": address[1]}], certificates=[site],
                               listeners=[listener("https", certificates=[site])],
                               group={"health_check": {"path": "/", "matcher": "200-499"}}))

        async def talk():
            context = ssl.create_default_context(cafile=site.certificate)
            async with websockets.connect(gate.url("/", "https").replace("https", "wss"), ssl=context,
                                          max_size=None) as socket:
                for message in ("hello", "x" * 1000000, b"\0\1\2"):
                    await socket.send(message)
                    self.assertEqual(await asyncio.wait_for(socket.recv(), 20), message)
                await asyncio.wait_for(await socket.ping(), 20)
        asyncio.run(talk())

    def serve_echo(self, websockets):
        loop, started = asyncio.new_event_loop(), threading.Event()
        found = []

        async def echo(socket, *_):
            async for message in socket:
                await socket.send(message)

        async def serve():
            server = await websockets.serve(echo, "127.0.0.1", 0, max_size=None)
            found.append(server.sockets[0].getsockname())
            started.set()
        loop.create_task(serve())
        thread = threading.Thread(target=loop.run_forever, daemon=True)
        thread.start()
        self.addCleanup(loop.call_soon_threadsafe, loop.stop)
        started.wait(10)
        return found[0]


if __name__ == "__main__":
    story.main()
