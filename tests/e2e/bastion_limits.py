"""Limits of the bastion: who asks for too much, or fails to log in too often, is refused with a reason."""

import contextlib
import socket
import struct
import threading
import time

import bastion_story
import story
from bastion_session import Session, need_paramiko, paramiko
from bastion_story import BastionStory
from bastion_targets import echo
from ssh_parts import read_all

MIB = 1 << 20

# However a connection ends that is not heard.
REFUSED = (paramiko.SSHException, EOFError, OSError) if paramiko else ()


class Limited(BastionStory):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        need_paramiko()
        cls.echo = cls.service(echo)

    def start(self, **changes):
        self.gate = self.bastion(self.config([self.echo.port], **changes))

    def session(self, user="alice", key=None, **more):
        made = Session(self.gate, self.keys, user, key, **more)
        self.addCleanup(made.close)
        return made

    def strangers(self):
        return self.gate.metric("bastion_unauthenticated_connections")

    def dropped(self, reason):
        return self.gate.metric("bastion_dropped_connections_total", reason=reason)

    def penalty(self, source):
        found = [one for one in self.gate.api("/api/v1/penalties")["penalties"] if one["source"] == source]
        return found and found[0]["enforced"] and found[0]["seconds_left"] > 0

    def fail_until_waiting(self, source, **more):
        """Four times are enough, unless the machine is so slow that the first is forgiven by then."""
        for _ in range(20):
            with self.assertRaises(REFUSED):
                self.session(key="stranger", **more)
            if self.penalty(source):
                return
        self.fail("it may try for ever")

    def said(self, **more):
        """All that the bastion says to who only listens for a second."""
        with socket.create_connection(self.gate.address(), timeout=1, **more) as wire:
            told = b""
            try:
                while part := wire.recv(4096):
                    told += part
            except TimeoutError:
                pass
            return told


class Sessions(Limited):
    def test_idle_sessions_end_and_busy_ones_stay(self):
        self.start(limits={"idle": "10s"})
        idle, busy = (self.session().stream("web-1", self.echo.port) for _ in range(2))
        began = time.monotonic()
        while time.monotonic() - began < 13:
            self.assertTrue(busy.exchange())
            if time.monotonic() - began < 8:
                self.assertTrue(idle.open)
            time.sleep(0.5)
        story.eventually(lambda: not idle.open)
        for event in ("channel_end", "session_end"):
            self.assert_audited(self.gate, event, reason="idle")
        self.assertEqual(self.gate.metric("bastion_session_ends_total", reason="idle"), 1)

    def test_one_user_may_not_have_all_sessions(self):
        self.start(limits={"sessions_per_user": 2})
        held = [self.session() for _ in range(2)]
        with self.assertRaises(paramiko.SSHException):
            self.session()
        self.assert_audited(self.gate, "login_refused", principal="alice", reason="sessions_per_user")
        self.assert_counted(self.gate, "bastion_logins_total", 0, result="refused", reason="sessions_per_user")
        self.session("bob")
        held[0].close()
        story.eventually(self.lets_in)  # once it has noticed

    def lets_in(self):
        try:
            return self.session()
        except REFUSED:
            return False

    def test_whoever_has_too_many_is_no_stranger(self):
        """A tool that opens more than it may must not shut out its whole office."""
        self.start(limits={"sessions_per_user": 1}, penalties={"enabled": True})
        self.session()
        for _ in range(4):
            with self.assertRaises(paramiko.SSHException):
                self.session()
        self.assert_counted(self.gate, "bastion_logins_total", 3, result="abandoned", reason="peer_left")
        self.assertEqual(self.gate.api("/api/v1/penalties")["penalties"], [])
        self.session("bob")

    def test_a_lower_limit_leaves_alone_who_is_in(self):
        self.start()
        streams = [self.session().stream("web-1", self.echo.port) for _ in range(3)]
        self.gate.reload(self.config([self.echo.port], limits={"sessions_per_user": 1, "channels_per_session": 1}))
        self.assertTrue(all(one.exchange() for one in streams))
        with self.assertRaises(paramiko.SSHException):
            self.session()


class Memory(Limited):
    SESSIONS, CHANNELS, EACH = 5, 4, 12 * MIB  # of which the kernel takes some

    def setUp(self):
        super().setUp()
        self.go_on, self.taken = threading.Event(), []
        self.addCleanup(self.go_on.set)

        def stall(connection):
            self.go_on.wait(60)
            self.taken.append(len(read_all(connection)))

        self.stalled = self.service(stall)
        for one in self.stalled.listening:  # its clients take that over: the kernel holds little
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)

    def pour(self, session):
        channels = [session.open("web-1", self.stalled.port) for _ in range(self.CHANNELS)]
        left = dict.fromkeys(channels, self.EACH)
        piece = b"x" * 65536
        for one in channels:
            one.settimeout(0.05)
        with contextlib.suppress(*REFUSED):  # the test is over
            while left:
                for one in list(left):
                    with contextlib.suppress(TimeoutError):
                        left[one] -= one.send(piece[:left[one]])
                    if not left[one]:
                        one.shutdown_write()
                        del left[one]

    def settled(self, wanted):
        """What the bastion holds when it holds `wanted` and, for a second, no more."""
        held = [-1]

        def same_again():
            held.append(self.gate.metric("bastion_buffered_bytes"))
            time.sleep(1)
            return held[-1] >= wanted and held[-1] == held[-2]

        story.eventually(same_again, within=60)
        return held[-1]

    def test_servers_that_do_not_read_cost_no_more_than_the_limit(self):
        self.gate = self.bastion(self.config([self.echo.port, self.stalled.port], limits={"buffers": "16MiB"}))
        for _ in range(self.SESSIONS):
            threading.Thread(target=self.pour, args=(self.session(),), daemon=True).start()
        # The windows alone would let in 40 MiB.
        self.assertLess(self.settled(8 * MIB), 18 * MIB)
        self.assertTrue(self.session("bob").stream("web-1", self.echo.port).exchange(MIB))
        self.go_on.set()
        everything = [self.EACH] * (self.SESSIONS * self.CHANNELS)
        story.eventually(lambda: self.taken == everything, within=60)


class Strangers(Limited):
    def fail_to_log_in(self):
        with self.assertRaises(paramiko.SSHException):
            self.session("alice", "stranger")

    def test_too_many_that_are_not_logged_in(self):
        self.start(limits={"max_startups": "2:100:2"})
        held = [socket.create_connection(self.gate.address(), timeout=10) for _ in range(2)]
        for one in held:
            self.addCleanup(one.close)
        story.eventually(lambda: self.strangers() == 2)
        self.assertIn(b"try again", self.said())
        self.assertEqual(self.dropped("startups"), 1)
        held[0].close()
        story.eventually(lambda: self.strangers() == 1)
        self.session()

    def test_whoever_fails_again_and_again_waits(self):
        self.start(penalties={"enabled": True})
        self.fail_until_waiting("127.0.0.1")
        self.assertIn(b"try again in", self.said())
        with self.assertRaises(REFUSED):
            self.session()  # with the right key, too
        self.assertGreaterEqual(self.dropped("penalty"), 2)
        self.session(source="127.0.0.9")  # others do not wait
        self.gate.api("/api/v1/penalties/127.0.0.1", method="DELETE")
        self.session()

    def test_a_mistake_or_two_cost_nothing(self):
        self.start(penalties={"enabled": True})
        self.fail_to_log_in()
        self.fail_to_log_in()
        self.session()

    def test_networks_that_never_wait(self):
        self.start(penalties={"enabled": True, "exempt": ["127.0.0.0/29"]})
        for _ in range(5):
            self.fail_to_log_in()
        self.session()
        self.assertEqual(self.dropped("penalty"), 0)

    def test_too_many_keys_on_one_connection(self):
        self.start(limits={"max_auth_tries": 3})
        with socket.create_connection(self.gate.address(), timeout=10) as wire:
            transport = paramiko.Transport(wire)
            self.addCleanup(transport.close)
            transport.start_client(timeout=20)
            stranger = paramiko.Ed25519Key.from_private_key_file(str(self.keys.path("stranger")))
            for _ in range(3):
                with self.assertRaises(paramiko.SSHException):
                    transport.auth_publickey("alice", stranger)
            story.eventually(lambda: not transport.is_active())
        self.assert_counted(self.gate, "bastion_logins_total", 0, result="abandoned", reason="too_many_tries")
        self.assert_audited(self.gate, "login_refused", reason="too_many_tries", principal="alice")


class Shortage(Limited):
    def test_who_comes_while_no_descriptor_is_left_waits_and_the_operator_is_told(self):
        self.start()
        with self.gate.without_descriptors():
            wire = socket.create_connection(self.gate.address(), timeout=20)
            self.addCleanup(wire.close)
            story.eventually(lambda: "connections cannot be accepted" in self.gate.log())
        self.assertEqual(wire.recv(4), b"SSH-")
        story.eventually(lambda: "connections are accepted again" in self.gate.log())
        self.assertEqual(self.gate.log().count("connections cannot be accepted"), 1)
        self.assertGreater(self.dropped("accept_failed"), 0)


def header_v2(source, port, *, family=0x11, command=0x21, target="127.0.0.1"):
    kind = socket.AF_INET if family == 0x11 else socket.AF_INET6
    addresses = socket.inet_pton(kind, source) + socket.inet_pton(kind, target) + struct.pack("!HH", port, 22)
    return b"\r\n\r\n\0\r\nQUIT\n" + struct.pack("!BBH", command, family, len(addresses)) + addresses


class BehindABalancer(Limited):
    """The office is 203.0.113.0/24; the balancer is 127.0.0.1."""

    def setUp(self):
        super().setUp()
        self.settings = self.postern(
            {"alice": (["alice"],)},
            [{"name": "office", "users": ["alice"], "targets": ["web"], "ports": [self.echo.port],
              "source": ["203.0.113.0/24", "2001:db8:1::/48"]}],
            proxy_protocol={"trusted": ["127.0.0.1"]}, penalties={"enabled": True})
        self.gate = self.bastion(self.settings)

    def test_the_header_says_who_the_client_is(self):
        for header, source in ((b"PROXY TCP4 203.0.113.7 127.0.0.1 50123 22\r\n", "203.0.113.7:50123"),
                               (b"PROXY TCP6 2001:db8:1::7 ::1 50124 22\r\n", "[2001:db8:1::7]:50124"),
                               (header_v2("203.0.113.8", 50125), "203.0.113.8:50125"),
                               (header_v2("2001:db8:1::8", 50126, family=0x21, target="::1"), "[2001:db8:1::8]:50126")):
            with self.subTest(source):
                session = self.session(before=header)
                self.assertTrue(session.stream("web-1", self.echo.port).exchange())
                self.assert_audited(self.gate, "login", source=source)
                self.assert_audited(self.gate, "channel", source=source)
                self.assertEqual([one["source"] for one in self.gate.sessions()], [source])
                session.close()
                story.eventually(lambda: not self.gate.sessions())

    def test_rules_hold_for_that_address(self):
        for header in (b"PROXY TCP4 198.51.100.9 203.0.113.1 50123 22\r\n", header_v2("198.51.100.9", 50123)):
            session = self.session(before=header)
            with self.assertRaises(paramiko.ChannelException):
                session.open("web-1", self.echo.port)
        self.assert_audited(self.gate, "channel_refused", source="198.51.100.9:50123", reason="forbidden_source",
                            rule="office", times=2)

    def test_who_fails_to_log_in_waits_and_not_the_balancer(self):
        bad, good = (b"PROXY TCP4 %s 127.0.0.1 50123 22\r\n" % one for one in (b"203.0.113.66", b"203.0.113.7"))
        self.fail_until_waiting("203.0.113.66", before=bad)
        self.assertEqual([one["source"] for one in self.gate.api("/api/v1/penalties")["penalties"]], ["203.0.113.66"])
        with self.assertRaises(REFUSED):
            self.session(before=bad)
        self.session(before=good)

    def test_what_the_balancer_says_for_itself_is_from_itself(self):
        """Its health checks: LOCAL in version 2, UNKNOWN in version 1."""
        for header in (header_v2("203.0.113.8", 1, command=0x20), b"PROXY UNKNOWN\r\n"):
            self.assert_audited(self.gate, "login", source=self.session(before=header).local)

    def test_nobody_else_is_believed(self):
        with self.assertRaises(REFUSED):
            self.session(before=b"PROXY TCP4 203.0.113.7 127.0.0.1 50123 22\r\n", source="127.0.0.9")
        session = self.session(source="127.0.0.9")  # is heard as who it is
        with self.assertRaises(paramiko.ChannelException):
            session.open("web-1", self.echo.port)
        self.assertEqual(self.gate.audit(source="203.0.113.7:50123"), [])

    def test_connections_without_a_header_are_bounded_as_those_without_a_login(self):
        self.settings["bastion"]["limits"] = {"max_startups": "2:100:2"}
        self.gate.reload(self.settings)
        silent = []

        def crowded():
            silent.append(socket.create_connection(self.gate.address(), timeout=10))
            self.addCleanup(silent[-1].close)
            return self.dropped("startups")

        story.eventually(crowded)
        self.assertGreater(self.strangers(), 0)
        self.assertLessEqual(self.strangers(), 4)  # two of them for who logged in lately, as any of these may have
        for one in silent:
            one.close()
        story.eventually(lambda: self.strangers() == 0)
        self.session(before=b"PROXY TCP4 203.0.113.7 127.0.0.1 50123 22\r\n")

    def test_the_balancer_must_say_it(self):
        with self.assertRaises(REFUSED):
            self.session()
        story.eventually(lambda: self.dropped("proxy_header") == 1)
        with socket.create_connection(self.gate.address(), timeout=10) as wire:  # and soon
            wire.sendall(b"PROXY TCP4 203.0")
            self.assertEqual(wire.recv(100), b"")
        story.eventually(lambda: self.dropped("proxy_header") == 2)


if __name__ == "__main__":
    bastion_story.main()
