"""What is repeated on another target, and what must not be: nothing a target may have acted on is sent twice."""

import threading

import story
from gatehouse import house
from wire import Closed, Wire, ask

# Long intervals: health must not take the broken target away before the retry is needed.
PATIENT = {"path": "/healthz", "interval": "60s", "timeout": "5s", "unhealthy_threshold": 10}


class Retries(story.Story):
    def start(self, servers, **group):
        self.servers = servers
        return self.door(house(servers, workers=1, group={"health_check": PATIENT} | group))

    def retried(self, reason):
        return self.gate.metric("lb_retries_total", reason=reason)

    def test_a_refused_connection_moves_to_another_target(self):
        a, b = self.origin("a"), self.origin("b")
        self.gate = self.start([a, b], retries={"attempts": 2, "budget": "100%"})
        b.stop()
        for method, body in (("GET", None), ("POST", b"x" * 5000), ("PATCH", b"y")):
            for _ in range(4):
                answer = ask(self.gate.address(), "/echo", method, body=body)
                self.assertEqual((answer.status, answer.body), (200, body or b""))
        self.assertGreater(self.retried("connect_failed"), 0)

    def test_a_zone_that_dies_at_once_loses_no_request_that_no_one_has_seen(self):
        servers = [self.origin(name) for name in "abcdef"]
        self.gate = self.start(servers, retries={"attempts": 1, "budget": "100%"})
        for _ in range(60):  # what the budget is a share of
            ask(self.gate.address(), "/bytes/1")
        for server in servers[:5]:
            server.stop()
        for number in range(40):
            answer = ask(self.gate.address(), "/echo", "POST", body=b"x") if number % 2 else ask(self.gate.address())
            self.assertEqual(answer.status, 200)
        # The dead are passed over until their next check, which may come meanwhile; else two of three would be met.
        self.assertLess(self.retried("connect_failed"), 20)

    def test_a_kept_connection_that_closes_is_no_loss_for_get(self):
        self.gate = self.start([self.origin("a")])
        server = self.servers[0]
        with Wire(self.gate.address()) as wire:
            wire.ask("/echo")
            kept = server.requests[0].connection
            # Closes instead of answering, as a server does whose patience with the connection just ended.
            server.script = lambda request: (b"", "close") if request.connection == kept else None
            answer = wire.ask("/bytes/5")
        self.assertEqual(answer.status, 200)
        self.assertEqual(self.retried("connection_closed"), 1)

    def test_a_kept_connection_that_closes_sends_get_to_another_zone(self):
        servers = [self.origin(name, zone=zone) for name, zone in (("a", "x"), ("b", "x"), ("c", "y"))]
        self.gate = self.start(servers, retries={"attempts": 1, "budget": "100%"})
        for _ in range(6):
            ask(self.gate.address(), "/bytes/1")  # so that connections are kept
        for server in servers[:2]:
            server.script = lambda _: (b"", "close")
        self.assertEqual([ask(self.gate.address(), "/bytes/1").status for _ in range(12)], [200] * 12)

    def test_a_post_that_was_sent_is_not_repeated(self):
        self.gate = self.start([self.origin("a"), self.origin("b")])
        for server in self.servers:
            server.script = lambda request: (b"", "close") if request.method == "POST" else None
        with Wire(self.gate.address()) as wire:
            for _ in range(2):
                wire.ask("/bytes/1")  # so that connections are kept
            self.assertEqual(wire.ask("/order", "POST", body=b"one book").status, 502)
        self.assertEqual(sum(len(server.seen("/order")) for server in self.servers), 1, "the order was sent twice")

    def test_targets_that_all_close_are_502_within_the_attempts(self):
        self.gate = self.start([self.origin("a"), self.origin("b")], retries={"attempts": 1, "budget": "100%"})
        for server in self.servers:
            server.script = lambda _: (b"", "close")
        self.assertEqual(ask(self.gate.address(), "/get").status, 502)
        self.assertEqual(ask(self.gate.address(), "/post", "POST", body=b"x").status, 502)
        self.assertEqual(sum(len(server.seen("/get")) for server in self.servers), 2)
        self.assertEqual(sum(len(server.seen("/post")) for server in self.servers), 1)

    def test_a_server_that_dies_inside_a_short_answer_loses_no_get_and_no_order_twice(self):
        self.gate = self.start([self.origin("a"), self.origin("b")], retries={"attempts": 1, "budget": "100%"})
        broken, whole = self.servers
        broken.script = lambda _: (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel", "close")
        for _ in range(2):  # each of the two is asked first once
            answer = ask(self.gate.address(), "/bytes/5")
            self.assertEqual((answer.status, answer.body), (200, bytes(range(5))))
        statuses = sorted(ask(self.gate.address(), "/order", "POST", body=b"one book").status for _ in range(2))
        self.assertEqual(statuses, [200, 502])
        self.assertEqual([len(server.seen("/order")) for server in self.servers], [1, 1])

    def test_a_get_inside_whose_answer_a_server_dies_is_repeated_past_one_that_refuses(self):
        servers = [self.origin(name) for name in "abc"]
        self.gate = self.start(servers, retries={"attempts": 1, "budget": "100%"})

        def die(_):
            servers[0].script = None
            servers[1].stop()  # who comes next in turn
            return b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n", "close"

        servers[0].script = die
        servers[1].script = lambda _: (b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", "close")
        self.assertEqual([ask(self.gate.address(), "/bytes/1").status for _ in range(3)], [200] * 3)
        self.assertGreater(self.retried("connect_failed"), 0)

    def test_a_response_that_the_client_has_seen_is_not_repeated(self):
        self.gate = self.start([self.origin("a"), self.origin("b")])
        for server in self.servers:
            server.script = lambda _: (b"HTTP/1.1 200 OK\r\nContent-Length: 20000\r\n\r\nhel", "close")
        with self.assertRaises(Closed):
            ask(self.gate.address(), "/begun")
        self.assertEqual(sum(len(server.seen("/begun")) for server in self.servers), 1)

    def test_a_response_in_disorder_is_502(self):
        self.gate = self.start([self.origin("a")])
        for raw in (b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx",
                    b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                    b"HTTP/1.1 200 OK\r\nA: b\0c\r\nContent-Length: 0\r\n\r\n"):
            self.servers[0].script = lambda _, raw=raw: (raw, "close")
            self.assertEqual(ask(self.gate.address()).status, 502, raw)

    def test_attempts_zero_turns_it_off(self):
        a, b = self.origin("a"), self.origin("b")
        self.gate = self.start([a, b], retries={"attempts": 0, "budget": "20%"})
        b.stop()
        statuses = [ask(self.gate.address(), "/bytes/1").status for _ in range(4)]
        self.assertIn(502, statuses)
        self.assertEqual(self.gate.metric("lb_retries_total"), 0)

    def test_the_budget_ends_a_storm(self):
        servers = [self.origin(name) for name in "abc"]
        self.gate = self.start(servers, retries={"attempts": 5, "budget": "10%"})
        for server in servers:
            server.stop()
        clients = [threading.Thread(target=self.many, args=(40,)) for _ in range(4)]
        for one in clients:
            one.start()
        for one in clients:
            one.join(60)
        self.assertLess(self.gate.metric("lb_retries_total"), 60, "160 failing requests were repeated without bound")

    def many(self, count):
        for _ in range(count):
            ask(self.gate.address(), "/bytes/1")


if __name__ == "__main__":
    story.main()
