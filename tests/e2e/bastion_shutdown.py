"""Leaving: SIGTERM lets nobody in any more, and what is under way may end by itself until the deadline."""

import os
import signal
import socket
import threading
import time

import bastion_story
import story
from bastion_session import Session, need_paramiko
from bastion_story import BastionStory
from bastion_targets import Service, echo

MIB = 1 << 20


class Shutdown(BastionStory):
    def setUp(self):
        super().setUp()
        need_paramiko()
        self.echo = Service(echo)
        self.addCleanup(self.echo.close)

    def start(self, drain):
        self.gate = self.bastion(self.config([self.echo.port], limits={"drain": drain}))

    def session(self):
        made = Session(self.gate, self.keys)
        self.addCleanup(made.close)
        return made

    def terminate(self):
        self.gate.process.send_signal(signal.SIGTERM)
        story.eventually(lambda: self.gate.admin("GET", "/readyz")[0] == 503)

    def transfer(self, go_on, results):
        """Sends half of 8 MiB, waits for `go_on`, sends the rest and compares what comes back."""
        with self.session() as session:
            data, got = os.urandom(8 * MIB), []
            channel = session.open("web-1", self.echo.port)
            channel.settimeout(60)

            def send():
                channel.sendall(data[:4 * MIB])
                go_on.wait(60)
                channel.sendall(data[4 * MIB:])
                channel.shutdown_write()
            sender = threading.Thread(target=send)
            sender.start()
            while part := channel.recv(MIB):
                got.append(part)
            sender.join(60)
            results.append(b"".join(got) == data)

    def test_transfers_end_by_themselves(self):
        self.start("60s")
        go_on, results = threading.Event(), []
        transfers = [threading.Thread(target=self.transfer, args=(go_on, results)) for _ in range(4)]
        for one in transfers:
            one.start()
        story.eventually(lambda: self.gate.metric("bastion_channels") == 4)
        self.terminate()
        with self.assertRaises(Exception):  # whichever way it is told
            self.session()
        go_on.set()
        for one in transfers:
            one.join(60)
        self.assertEqual(self.gate.wait(30), 0)
        self.assertEqual(results, [True] * 4)

    def test_the_deadline_ends_the_rest(self):
        self.start("4s")
        stream = self.session().stream("web-1", self.echo.port)
        began = time.monotonic()
        self.terminate()
        self.assertTrue(stream.exchange())
        self.assertEqual(self.gate.wait(20), 0)
        self.assertGreater(time.monotonic() - began, 3)
        self.assertLess(time.monotonic() - began, 15)
        for event in ("channel_end", "session_end"):
            self.assert_audited(self.gate, event, reason="drain_deadline")

    def test_whoever_uses_no_jump_does_not_hold_it_up(self):
        self.start("60s")
        session = self.session()
        began = time.monotonic()
        self.assertEqual(self.gate.stop(within=30), 0)
        self.assertLess(time.monotonic() - began, 20)
        story.eventually(lambda: not session.alive)
        self.assert_audited(self.gate, "session_end", reason="draining")

    def test_a_second_sigterm_ends_it_at_once(self):
        self.start("60s")
        self.session().stream("web-1", self.echo.port)
        self.terminate()
        self.gate.process.send_signal(signal.SIGTERM)
        self.gate.wait(10)
        self.gate.process.returncode = 0  # how it ended is not this story's matter, only that it did


class Restart(BastionStory):
    def test_with_a_socket_of_systemd_who_comes_meanwhile_waits(self):
        """Only who is logging in at that very moment is refused."""
        need_paramiko()
        target = Service(echo)
        self.addCleanup(target.close)
        listening = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.addCleanup(listening.close)
        gate = self.bastion(self.config([target.port]), activation={"ssh": listening})
        self.assertEqual(gate.address(), listening.getsockname())
        done, failed, over = [], [], threading.Event()

        def come_and_go():
            while not over.is_set():
                try:
                    with Session(gate, self.keys) as session:
                        done.append(session.stream("web-1", target.port).exchange())
                except Exception as what:  # paramiko's are many
                    failed.append(repr(what))

        client = threading.Thread(target=come_and_go)
        client.start()
        for _ in range(3):
            before = len(done)
            story.eventually(lambda: len(done) > before + 3, within=20)
            self.assertEqual(gate.stop(within=30), 0)
            gate.start()
        over.set()
        client.join(30)
        self.assertLessEqual(len(failed), 2 * 3, failed)
        self.assertTrue(all(done))


if __name__ == "__main__":
    bastion_story.main()
