"""The audit log: every jump from its beginning to its end, who did it and how it ended, whatever a client tries."""

import os
import socket
import struct
import time
from pathlib import Path

import bastion_story
import story
from bastion_session import Session, need_paramiko, paramiko
from bastion_story import BastionStory
from bastion_targets import WEB, echo
from ssh_parts import read_all

GOLDEN = Path(__file__).with_name("bastion_metric_names.txt")


def hang_up(connection):
    """Answers with a reset."""
    connection.recv(100)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def say_and_close(connection):
    connection.sendall(b"bye")


def hold(connection):
    """Hears the client to its end, and says nothing to that."""
    read_all(connection)
    time.sleep(5)


class Audited(BastionStory):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        need_paramiko()
        services = {name: cls.service(serve) for name, serve in
                    (("echo", echo), ("hang_up", hang_up), ("say_and_close", say_and_close), ("hold", hold))}
        cls.ports = {name: one.port for name, one in services.items()}

    def setUp(self):
        super().setUp()
        self.gate = self.bastion(self.config(list(self.ports.values())))

    def session(self):
        made = Session(self.gate, self.keys)
        self.addCleanup(made.close)
        return made


class Ends(Audited):
    def ended(self, port):
        """The end of the jump to that port."""
        return self.assert_audited(self.gate, "channel_end", requested_port=self.ports[port])[0]

    def test_by_the_target(self):
        session = self.session()
        channel = session.open("web-1", self.ports["say_and_close"])
        self.assertEqual(channel.recv(10) + channel.recv(10), b"bye")
        channel.close()
        self.assertEqual((self.ended("say_and_close")["reason"], self.ended("say_and_close")["sent_bytes"]),
                         ("closed", 3))
        channel = session.open("web-1", self.ports["hang_up"])
        channel.sendall(b"x")
        self.assertEqual(self.ended("hang_up")["reason"], "target_failed")

    def test_by_the_client(self):
        session = self.session()
        channel = session.open("web-1", self.ports["hold"])
        channel.sendall(b"x" * 5000)
        channel.close()
        self.assertEqual((self.ended("hold")["reason"], self.ended("hold")["received_bytes"]),
                         ("client_closed", 5000))
        session.close()
        self.assert_audited(self.gate, "session_end", reason="peer_left", received_bytes=5000)

    def test_by_a_client_that_vanishes(self):
        client = self.start_ssh(self.client(self.gate), "-N", "-L",
                                f"{self.folder}/local:web-1:{self.ports['echo']}", "bastion")
        wire = self.connect(self.folder / "local")
        wire.sendall(b"x" * 100)
        self.assertEqual(len(wire.recv(1000)), 100)
        client.kill()
        self.assert_audited(self.gate, "session_end", reason="peer_left")
        self.assertEqual((self.ended("echo")["received_bytes"], self.ended("echo")["sent_bytes"]), (100, 100))
        story.eventually(lambda: not self.gate.sessions())
        self.assertEqual(self.gate.metric("bastion_channels"), 0)

    def test_a_jump_has_one_beginning_and_one_end(self):
        session = self.session()
        for _ in range(20):
            session.stream("web-1", self.ports["echo"]).channel.close()
        session.close()
        self.assert_audited(self.gate, "session_end")
        events = [one["event"] for one in self.gate.audit()]
        self.assertEqual((events.count("channel"), events.count("channel_end")), (20, 20))
        self.assertEqual((events[0], events[-1]), ("login", "session_end"))
        self.assertEqual(len({one["session"] for one in self.gate.audit()}), 1)


class Records(Audited):
    def test_what_a_client_types_forges_no_record(self):
        session = self.session()
        for name in ('x","event":"login","principal":"root', "a\nb", "\x1b[2Jcleared", "\u202etxet", "n" * 5000, ""):
            with self.assertRaises(paramiko.ChannelException):
                session.open(name, self.ports["echo"])
        session.run("\x1b]0;title\x07; \n{}")
        with open(self.gate.audit_path, encoding="ascii") as file:
            lines = file.read().splitlines()
        self.assertEqual(len(lines), 8)
        self.assertTrue(all(line.isprintable() for line in lines))
        self.assertEqual([one["event"] for one in self.gate.audit()],
                         ["login"] + 6 * ["channel_refused"] + ["command"])
        self.assertEqual(self.gate.audit()[5]["cut"], ["requested"])
        self.assertEqual(self.gate.audit()[1]["requested"], 'x","event":"login","principal":"root')

    def test_the_log_is_rotated_by_a_reload(self):
        path, kept = self.gate.audit_path, self.folder / "audit.1"
        stream = self.session().stream("web-1", self.ports["echo"])
        os.rename(path, kept)
        self.gate.reload()
        self.assertTrue(stream.exchange())
        stream.session.close()
        self.assert_audited(self.gate, "session_end")
        self.assertNotIn("session_end", kept.read_text(encoding="ascii"))

    def test_a_log_that_someone_deletes_is_made_anew(self):
        session = self.session()
        os.unlink(self.gate.audit_path)
        self.assertTrue(session.stream("web-1", self.ports["echo"]).exchange())
        self.assert_audited(self.gate, "channel", instance="web-1", target=f"{WEB['web-1']}:{self.ports['echo']}")

    def test_it_is_nobody_elses_to_read(self):
        self.assertEqual(os.stat(self.gate.audit_path).st_mode & 0o007, 0)


class Counters(Audited):
    def test_every_name_is_in_the_golden_file(self):
        """A renamed metric breaks dashboards and alerts without a word; this is the word."""
        with self.session() as session:
            session.stream("web-1", self.ports["echo"])
            session.run("tea")
        self.session().stream("web-1", self.ports["echo"])
        self.assert_audited(self.gate, "session_end")
        shown = "".join(sorted(line.removeprefix("# TYPE ") + "\n" for line in
                               self.gate.admin("GET", "/metrics")[1].splitlines() if line.startswith("# TYPE ")))
        self.assertEqual(shown, GOLDEN.read_text(encoding="ascii"))

    def test_sessions_channels_and_bytes(self):
        session = self.session()
        streams = [session.stream("web-1", self.ports["echo"]) for _ in range(3)]
        jobs = session.stream("jobs-1", self.ports["echo"])
        self.assertTrue(streams[0].exchange(100_000) and jobs.exchange(10_000))
        shown = [self.gate.metric("bastion_sessions")] + [self.gate.metric("bastion_channels", group=group)
                                                          for group in ("web", "jobs")]
        self.assertEqual(shown, [1, 3, 1])
        self.assertEqual(self.gate.metric("bastion_logins_total", result="accepted"), 1)
        self.assertEqual(self.gate.metric("bastion_channel_opens_total", result="opened"), 4)
        self.assertEqual(self.gate.metric("bastion_connect_seconds_count"), 4)
        for direction in ("received", "sent"):
            self.assert_counted(self.gate, "bastion_bytes_total", 109_999, direction=direction)
        session.close()
        story.eventually(lambda: self.gate.metric("bastion_sessions") + self.gate.metric("bastion_channels") == 0)
        self.assertEqual(self.gate.metric("bastion_bytes_total", direction="sent"), 110_000)
        self.assertEqual(self.gate.metric("bastion_session_ends_total", reason="peer_left"), 1)

    def test_no_label_holds_what_a_client_sent(self):
        with self.session() as session:
            session.run("secret-command")
            with self.assertRaises(paramiko.ChannelException):
                session.open("secret-name", 4711)
        with self.assertRaises(paramiko.SSHException):
            Session(self.gate, self.keys, "secret-user", "stranger")
        text = self.gate.admin("GET", "/metrics")[1]
        for one in ("secret", "4711", "127.0.0.1", "alice"):
            self.assertNotIn(one, text)

    def test_promtool_finds_nothing_to_say(self):
        self.session().stream("web-1", self.ports["echo"])
        done = self.run_tool(story.need("promtool"), "check", "metrics", input=self.gate.admin("GET", "/metrics")[1])
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))


if __name__ == "__main__":
    bastion_story.main()
