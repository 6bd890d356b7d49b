"""Leaving: SIGTERM answers what was begun, and with socket activation a restart refuses nobody."""

import signal
import socket
import threading
import time

import story
import wire
from gatehouse import house
from load import Load


class Shutdown(story.Story):
    def test_sigterm_under_load_answers_every_started_request(self):
        site = self.household.certificate()
        servers = [self.origin(name) for name in "ab"]
        gate = self.door(house(servers, certificates=[site]))
        load = Load(gate.address("https"), ca=site.certificate, seconds=60, slow=True, end_when_refused=True)
        self.addCleanup(load.close)
        time.sleep(2)
        began = time.monotonic()
        self.assertEqual(gate.stop(within=30), 0)
        took = time.monotonic() - began
        told = load.wait()
        print(f"\n  stopped in {took:.1f} s; {told['requests']} requests, {told['refused']} refused", flush=True)
        self.assertEqual(told["failures"], [])
        self.assertGreater(told["requests"], 100)

    def test_a_long_request_is_waited_for(self):
        gate = self.door(house([self.origin()]))
        with wire.Wire(gate.address()) as client:
            client.send("GET /delay/3000 HTTP/1.1\r\nHost: x\r\n\r\n")
            time.sleep(0.5)
            gate.process.send_signal(signal.SIGTERM)
            story.eventually(lambda: gate.admin("GET", "/readyz")[0] == 503)
            answer = client.response()
            self.assertEqual((answer.status, answer.body), (200, b"ok\n"))
            self.assertEqual(answer.get("Connection"), "close")
        self.assertEqual(gate.wait(20), 0)

    def test_the_drain_ends_at_its_deadline(self):
        gate = self.door(house([self.origin()], timeouts={"drain": "1s"}))
        with wire.Wire(gate.address()) as client:
            client.send("GET /delay/30000 HTTP/1.1\r\nHost: x\r\n\r\n")
            time.sleep(0.5)
            began = time.monotonic()
            self.assertEqual(gate.stop(within=20), 0)
            self.assertLess(time.monotonic() - began, 10)

    def test_an_idle_connection_does_not_hold_it_up(self):
        gate = self.door(house([self.origin()]))
        with wire.Wire(gate.address()) as client:
            client.ask("/echo")
            began = time.monotonic()
            self.assertEqual(gate.stop(within=20), 0)
            self.assertLess(time.monotonic() - began, 10)
            self.assertTrue(client.closed())

    def test_a_second_sigterm_ends_it_at_once(self):
        gate = self.door(house([self.origin()]))
        with wire.Wire(gate.address()) as client:
            client.send("GET /delay/30000 HTTP/1.1\r\nHost: x\r\n\r\n")
            time.sleep(0.5)
            gate.process.send_signal(signal.SIGTERM)
            story.eventually(lambda: gate.admin("GET", "/readyz")[0] == 503)
            gate.process.send_signal(signal.SIGTERM)
            gate.wait(5)
        gate.process.returncode = 0  # how it ended is not this story's matter, only that it did


class SocketActivation(story.Story):
    def setUp(self):
        super().setUp()
        self.server = self.origin()
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.addCleanup(self.socket.close)
        self.failures, self.answered = [], 0
        self.over = threading.Event()

    def knock(self):
        """One connection after another, one request each."""
        while not self.over.is_set():
            try:
                answer = wire.ask(self.socket.getsockname(), "/bytes/100", fields=[("Connection", "close")])
                self.answered += 1
                if answer.status != 200:
                    self.failures.append(answer.status)
            except (OSError, wire.Closed) as error:
                self.failures.append(repr(error))

    def test_a_restart_refuses_no_connection(self):
        gate = self.door(house([self.server]), activation={"http": self.socket})
        self.assertEqual(gate.address(), self.socket.getsockname())
        clients = [threading.Thread(target=self.knock, daemon=True) for _ in range(8)]
        for one in clients:
            one.start()
        for _ in range(3):
            time.sleep(0.7)
            self.assertEqual(gate.stop(within=30), 0)
            gate.start()
        time.sleep(0.7)
        self.over.set()
        for one in clients:
            one.join(30)
        print(f"\n  {self.answered} connections over 3 restarts", flush=True)
        self.assertEqual(self.failures, [])
        self.assertGreater(self.answered, 100)


if __name__ == "__main__":
    story.main()
