"""Each limit and each timeout has its status and its counter, and none of them reaches a target."""

import socket
import time

import story
from gatehouse import house
from wire import Closed, Wire, ask


class Refusals(story.Story):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = cls.shared.origin("a")
        cls.site = cls.shared.certificate()
        cls.gate = cls.shared.door(house(
            [cls.server], certificates=[cls.site],
            timeouts={"client_header": "1s", "client_body": "1s", "client_idle": "1s", "target": "1s",
                      "tls_handshake": "1s", "connect": "500ms"}))

    def refused(self, reason):
        return self.gate.metric("lb_refused_total", reason=reason)

    def assert_refused(self, request, status, *reasons):
        """The request gets that status, its connection ends, the counter moves and no target hears of it."""
        before = {reason: self.refused(reason) for reason in reasons}
        heard = len(self.server.requests)
        with Wire(self.gate.address()) as wire:
            try:
                wire.send(request)
            except (BrokenPipeError, ConnectionResetError):
                pass  # refused before all of it was sent
            answer = wire.response()
            self.assertEqual(answer.status, status)
            self.assertTrue(wire.closed(), "the connection stays open")
        moved = [reason for reason in reasons if self.refused(reason) == before[reason] + 1]
        self.assertEqual(len(moved), 1, f"none of {reasons} counted one more")
        self.assertEqual(len(self.server.requests), heard, "a target got the request")

    def test_a_request_line_over_its_limit_is_414(self):
        self.assert_refused(f"GET /{'a' * 17000} HTTP/1.1\r\nHost: x\r\n\r\n", 414, "request_line_too_long")

    def test_a_field_over_its_limit_is_431(self):
        self.assert_refused(f"GET / HTTP/1.1\r\nHost: x\r\nA: {'a' * 17000}\r\n\r\n", 431, "field_too_long")

    def test_a_head_over_its_limit_is_431(self):
        fields = "".join(f"A{number}: {'a' * 15000}\r\n" for number in range(5))
        self.assert_refused(f"GET / HTTP/1.1\r\nHost: x\r\n{fields}\r\n", 431, "head_too_long")

    def test_too_many_fields_are_431(self):
        fields = "".join(f"A{number}: a\r\n" for number in range(101))
        self.assert_refused(f"GET / HTTP/1.1\r\nHost: x\r\n{fields}\r\n", 431, "too_many_fields")

    def test_a_later_version_is_505(self):
        self.assert_refused("GET / HTTP/2.0\r\nHost: x\r\n\r\n", 505, "bad_version")

    def test_an_unknown_transfer_coding_is_501(self):
        self.assert_refused("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n", 501,
                            "unknown_transfer_coding", "bad_transfer_encoding", "desync_severe")

    def test_trace_and_connect_are_405(self):
        self.assert_refused("TRACE / HTTP/1.1\r\nHost: x\r\n\r\n", 405, "method_not_allowed")
        self.assert_refused("CONNECT x:443 HTTP/1.1\r\nHost: x:443\r\n\r\n", 405, "method_not_allowed")

    def test_an_unknown_expectation_is_417(self):
        self.assert_refused("GET / HTTP/1.1\r\nHost: x\r\nExpect: tea\r\n\r\n", 417, "expectation_unknown")

    def test_what_is_no_request_is_400(self):
        for request, reason in (
                ("GET  / HTTP/1.1\r\nHost: x\r\n\r\n", ("bad_request_line", "bad_target", "desync_acceptable")),
                ("GET / HTTP/1.1\r\n\r\n", ("bad_host",)),
                ("GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", ("bad_host",)),
                ("GET / HTTP/1.1\r\nHost: x\r\nA : b\r\n\r\n", ("bad_field", "desync_ambiguous", "desync_severe")),
                ("GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n", ("bad_field", "bad_line_ending")),
                ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1x\r\n\r\n", ("bad_content_length", "desync_severe")),
                ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
                 ("bad_content_length", "desync_severe", "ambiguous_framing")),
                ("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, chunked\r\n\r\n",
                 ("bad_transfer_encoding", "desync_severe")),
                ("G@T / HTTP/1.1\r\nHost: x\r\n\r\n", ("bad_method", "bad_request_line", "desync_severe"))):
            with self.subTest(request=request):
                self.assert_refused(request, 400, *reason)

    def test_a_body_that_is_no_chunk_is_400(self):
        before = self.refused("bad_chunk")
        with Wire(self.gate.address()) as wire:
            wire.send("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")
            self.assertEqual(wire.response().status, 400)
            self.assertTrue(wire.closed())
        self.assertEqual(self.refused("bad_chunk"), before + 1)

    def test_a_head_that_does_not_end_is_408(self):
        before = self.refused("head_timeout")
        with Wire(self.gate.address()) as wire:
            began = time.monotonic()
            wire.send("GET / HTTP/1.1\r\nHost: x\r\nA: ")
            self.assertEqual(wire.response().status, 408)
            self.assertLess(time.monotonic() - began, 4)
            self.assertTrue(wire.closed())
        self.assertEqual(self.refused("head_timeout"), before + 1)

    def test_a_head_that_trickles_is_408(self):
        """Slowloris: a byte now and then does not buy more time."""
        with Wire(self.gate.address()) as wire:
            began = time.monotonic()
            wire.send("GET / HTTP/1.1\r\nHost: x\r\n")
            wire.socket.settimeout(0.2)
            while time.monotonic() - began < 6:
                try:
                    wire.send(b"A: b\r\n")
                    if not wire.more() or b"\r\n\r\n" in wire.buffer:
                        break
                except TimeoutError:
                    pass
                except (BrokenPipeError, ConnectionResetError):
                    break
            self.assertLess(time.monotonic() - began, 4)
            self.assertTrue(wire.buffer.startswith(b"HTTP/1.1 408"), wire.buffer)

    def test_a_hundred_trickling_clients_keep_nobody_out(self):
        held = [Wire(self.gate.address()).send("GET / HTTP/1.1\r\nHost: ") for _ in range(100)]
        with Wire(self.gate.address()) as wire:
            self.assertEqual(wire.ask("/bytes/3").status, 200)
        for one in held:
            one.close()

    def test_a_body_that_stops_is_408(self):
        before = self.refused("body_timeout")
        with Wire(self.gate.address()) as wire:
            wire.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc")
            self.assertEqual(wire.response().status, 408)
            self.assertTrue(wire.closed())
        self.assertEqual(self.refused("body_timeout"), before + 1)

    def test_an_idle_connection_is_closed_without_a_word(self):
        with Wire(self.gate.address()) as wire:
            wire.ask("/echo")
            began = time.monotonic()
            self.assertTrue(wire.closed())
            self.assertGreater(time.monotonic() - began, 0.5)

    def test_a_silent_target_is_504(self):
        before = self.refused("target_timeout")
        with Wire(self.gate.address()) as wire:
            self.assertEqual(wire.ask("/delay/5000").status, 504)
        self.assertEqual(self.refused("target_timeout"), before + 1)

    def test_a_short_answer_that_trickles_is_not_kept_from_the_client(self):
        with Wire(self.gate.address()) as wire:
            wire.send(b"GET /trickle/8/300 HTTP/1.1\r\nHost: a\r\n\r\n")
            self.assertTrue(wire.line().startswith("HTTP/1.1 200"))
            wire.fields()
            self.assertLess(len(wire.buffer), 8, "the head waited for the whole body")

    def test_a_target_that_trickles_is_not_timed_out(self):
        with Wire(self.gate.address()) as wire:
            self.assertEqual(wire.ask("/trickle/8/300").body, b"........")

    def test_a_handshake_that_does_not_come_is_cut(self):
        before = self.refused("tls_handshake_timeout")
        with Wire(self.gate.address("https")) as wire:
            self.assertTrue(wire.closed())
        story.eventually(lambda: self.refused("tls_handshake_timeout") == before + 1)

    def test_a_handshake_that_is_none_is_counted(self):
        before = self.refused("tls_handshake_failed")
        with Wire(self.gate.address("https")) as wire:
            wire.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n").rest()
        story.eventually(lambda: self.refused("tls_handshake_failed") == before + 1)


class Limits(story.Story):
    def held(self, gate, count):
        wires = [Wire(gate.address()) for _ in range(count)]
        for one in wires:
            self.addCleanup(one.close)
            one.ask("/bytes/1")
        return wires

    def assert_turned_away(self, gate, reason):
        with self.assertRaises((Closed, OSError)):
            ask(gate.address(), "/bytes/1")
        story.eventually(lambda: gate.metric("lb_refused_total", reason=reason))

    def test_more_connections_than_allowed_are_turned_away(self):
        gate = self.door(house([self.origin()], limits={"connections": 5}))
        wires = self.held(gate, 5)
        self.assert_turned_away(gate, "too_many_connections")
        wires[0].close()
        story.eventually(lambda: gate.metric("lb_connections") == 4)
        self.held(gate, 1)

    def test_one_source_may_not_have_them_all(self):
        gate = self.door(house([self.origin()], limits={"connections_per_source": 3}))
        self.held(gate, 3)
        self.assert_turned_away(gate, "too_many_connections_of_source")
        with Wire(gate.address(), source="127.0.0.9") as other:
            self.assertEqual(other.ask("/bytes/1").status, 200)

    def test_the_last_request_of_a_connection_says_so(self):
        gate = self.door(house([self.origin()], limits={"requests_per_connection": 3}))
        with Wire(gate.address()) as wire:
            said = [wire.ask("/bytes/1").get("Connection") for _ in range(3)]
            self.assertEqual(said, [None, None, "close"])
            self.assertTrue(wire.closed())


class Shortage(story.Story):
    def test_who_comes_while_no_descriptor_is_left_waits_and_the_operator_is_told(self):
        gate = self.door(house([self.origin()]))
        with gate.without_descriptors():
            wire = Wire(gate.address())
            self.addCleanup(wire.close)
            wire.send("GET /bytes/1 HTTP/1.1\r\nHost: x\r\n\r\n")
            story.eventually(lambda: "connections cannot be accepted" in gate.log())
        self.assertEqual(wire.response().status, 200)
        story.eventually(lambda: "connections are accepted again" in gate.log())
        self.assertEqual(gate.log().count("connections cannot be accepted"), 1)
        self.assertGreater(gate.metric("lb_refused_total", reason="accept_failed"), 0)


class NoTarget(story.Story):
    def status_and_reason(self, gate, reason):
        with Wire(gate.address()) as wire:
            answer = wire.ask("/bytes/1")
        story.eventually(lambda: gate.metric("lb_refused_total", reason=reason))
        return answer.status

    def test_an_empty_group_is_503(self):
        members = self.folder / "members.yaml"
        members.write_text("[]\n", encoding="ascii")
        config = house([])
        config["groups"]["web"] = {"file": str(members)}
        gate = self.door(config)
        self.assertEqual(self.status_and_reason(gate, "no_targets"), 503)

    def test_a_refused_connection_is_502(self):
        gone = self.origin()
        gate = self.door(house([gone]))
        gone.stop()
        self.assertEqual(self.status_and_reason(gate, "connect_failed"), 502)

    def test_an_unanswered_connection_is_504(self):
        """A listener with a full backlog drops SYNs, as an unreachable address does."""
        full = socket.create_server(("127.0.0.1", 0), backlog=0)
        self.addCleanup(full.close)
        fillers = []
        for _ in range(4):
            one = socket.socket()
            one.setblocking(False)
            one.connect_ex(full.getsockname())
            fillers.append(one)
            self.addCleanup(one.close)
        time.sleep(0.2)
        gate = self.door(house([{"id": "full", "address": "127.0.0.1", "port": full.getsockname()[1]}],
                               timeouts={"connect": "300ms"}), wait_healthy=False)
        self.assertEqual(self.status_and_reason(gate, "connect_timeout"), 504)


if __name__ == "__main__":
    story.main()
