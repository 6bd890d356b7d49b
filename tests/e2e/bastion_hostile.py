"""Hostile clients against the whole bastion, with packets made by hand: strangers, and users who wish it harm."""

import contextlib
import os
import random
import socket
import time

import bastion_story
import story
from ssh_packets import (CHANNEL_CLOSE, CHANNEL_DATA, CHANNEL_EOF, CHANNEL_OPEN, CHANNEL_OPEN_FAILURE, CHANNEL_REQUEST,
                         CHANNEL_WINDOW_ADJUST, GLOBAL_REQUEST, IGNORE, KEX_ECDH_INIT, KEXINIT, MIB, REQUEST_FAILURE,
                         REQUEST_SUCCESS, USERAUTH_FAILURE, USERAUTH_PK_OK, USERAUTH_REQUEST, USERAUTH_SUCCESS,
                         PacketClient, kexinit, plain_packet, string)
from ssh_siege import BALANCER, INSIDER, STRANGER, SiegeStory

ED25519 = b"ssh-ed25519"


def userauth(user, algorithm, blob, signature=None):
    """A login with a public key, by hand."""
    fields = (USERAUTH_REQUEST, user, "ssh-connection", "publickey", signature is not None, algorithm, blob)
    return fields if signature is None else (*fields, signature)


class Strangers(SiegeStory):
    """Whoever has not logged in."""

    def packets(self, source=STRANGER):
        made = PacketClient(self.gate.address(), source)
        self.addCleanup(made.close)
        return made

    def wire(self, source=STRANGER):
        return socket.create_connection(self.gate.address(), timeout=10, source_address=(source, 0))

    def say(self, data, source=STRANGER):
        """Sends all, hears the answer to its end or hangs up."""
        with self.wire(source) as wire, contextlib.suppress(OSError):
            wire.sendall(data)
            wire.shutdown(socket.SHUT_WR)
            while wire.recv(65536):
                pass

    def test_20000_bad_signatures(self):
        self.start()
        forged = string(ED25519) + string(bytes(64))
        with self.siege():
            client = self.packets().hear_logins()
            client.send(USERAUTH_REQUEST, "alice", "ssh-connection", "none")
            sent = client.send_all(userauth("alice", ED25519, self.blob("alice"), forged) for _ in range(20_000))
            client.wait_end()
            self.assertLess(sent, 20_000)
            self.assertLessEqual(client.count(USERAUTH_FAILURE), 7)  # six tries, and the list of methods
            self.assertEqual(client.count(USERAUTH_SUCCESS, USERAUTH_PK_OK), 0)
        self.abandoned("too_many_tries")

    def test_keys_of_unknown_and_broken_types(self):
        self.start()
        good = self.blob("alice")
        offers = [(kind, good) for kind in ("", "ssh-dss", "ssh-ed25519@example.org", "x" * 30_000, "\0", "none")]
        offers += [(ED25519, blob) for blob in (b"", b"\0", good[:-1], good + b"x", b"\xff" * 51, good[:15],
                                                string(ED25519) + string(bytes(31)), b"\xff\xff\xff\xff" + good[4:])]
        offers += [("rsa-sha2-512", string(b"ssh-rsa") + string(e) + string(n))
                   for e, n in ((b"", b""), (b"\1", bytes(257)), (b"\xff" * 9000, b"\xff" * 9000), (b"\3", b"\0\x80"))]
        offers += [("ecdsa-sha2-nistp256", string("ecdsa-sha2-nistp256") + string("nistp256") + string(point))
                   for point in (b"", b"\0", b"\4" + b"\xff" * 64, b"\2" + bytes(32), bytes(65))]
        offers += [(kind, string(kind) + os.urandom(200))
                   for kind in ("ssh-ed25519-cert-v01@openssh.com", "rsa-sha2-512-cert-v01@openssh.com",
                                "sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256-cert-v01@openssh.com")]
        with self.siege():
            for kind, blob in offers:
                for signature in (None, string(kind) + string(b"x" * 64), b"\xff\xff\xff\xff"):
                    client = self.packets().hear_logins()
                    client.send_all(6 * [userauth("alice", kind, blob, signature)])
                    if signature or not blob.startswith(good):  # asked without a signature, it may be called welcome
                        client.wait_end()
                        self.assertEqual(client.count(USERAUTH_PK_OK), 0, (kind, blob[:80]))
                    self.assertEqual(client.count(USERAUTH_SUCCESS), 0, (kind, blob[:80]))
                    client.close()
        told = {one["reason"] for one in self.gate.audit("login_refused")}
        self.assertLessEqual({"bad_signature", "too_many_tries"}, told)

    def test_probes_of_thousands_of_keys(self):
        self.start(limits={"max_auth_tries": 100})
        before = self.gate.metric("bastion_logins_total", result="refused", reason="key_not_authorized")
        with self.siege():
            for _ in range(30):
                client = self.packets().hear_logins()
                client.send_all(userauth("alice", ED25519, string(ED25519) + string(os.urandom(32)))
                                for _ in range(200))
                client.wait_end()
                self.assertEqual(client.count(USERAUTH_PK_OK, USERAUTH_SUCCESS), 0)
                client.close()
        self.abandoned("too_many_tries", 29)
        self.assertEqual(self.gate.metric("bastion_logins_total", result="refused") - before,
                         len(self.gate.audit("login_refused")) - 30)

    def test_logins_that_only_a_server_may_confirm(self):
        """And channels, requests and data before any login."""
        self.start()
        target = ("web-1", self.vault.port, "127.0.0.1", 1)
        early = ((USERAUTH_SUCCESS,), (USERAUTH_FAILURE, "publickey", True), (USERAUTH_PK_OK, "ssh-ed25519", b"x"),
                 (CHANNEL_OPEN, "direct-tcpip", 0, 2 * MIB, 32768, *target), (CHANNEL_DATA, 0, b"x"),
                 (CHANNEL_REQUEST, 0, "exec", True, "whoami"), (GLOBAL_REQUEST, "tcpip-forward", True, "", 22),
                 (CHANNEL_OPEN, "session", 0, 2 * MIB, 32768))
        with self.siege():
            for service in (False, True):
                for packet in early:
                    client = self.packets()
                    if service:
                        client.hear_logins()
                    client.send_all([packet, (USERAUTH_SUCCESS,), early[3]])
                    client.wait_end()
                    client.close()
        self.abandoned("protocol_error")

    def test_packets_of_every_kind(self):
        self.start()
        with self.siege():
            for kind in range(256):
                client = self.packets()
                client.send_all([(kind, os.urandom(random.randrange(200))), (USERAUTH_SUCCESS,)])
                client.close()
        self.assertGreater(len(self.gate.audit("login_refused", reason="protocol_error")), 0)

    def test_random_bytes_and_garbage_packets(self):
        self.start()
        hello, chance = b"SSH-2.0-x\r\n", random.Random(7)
        offer = kexinit()
        with self.siege():
            for _ in range(150):
                self.say(chance.randbytes(chance.randrange(3000)))
                self.say(hello + chance.randbytes(chance.randrange(3000)))
                self.say(hello + plain_packet(chance.randbytes(chance.randrange(1, 500))))
                bent = bytearray(offer)
                for _ in range(chance.randrange(1, 9)):
                    bent[chance.randrange(1, len(bent))] = chance.randrange(256)
                self.say(hello + plain_packet(bytes(bent)) + plain_packet(bytes([KEX_ECDH_INIT]) + string(bytes(32))))
            for length in (0, 1, 5, 35_000, 262_144, 1 << 31, (1 << 32) - 1):
                self.say(hello + length.to_bytes(4, "big") + bytes(70_000))
        story.eventually(lambda: self.gate.metric("bastion_logins_total", result="abandoned") +
                         self.dropped("startups") == 607)  # each of them
        self.abandoned("protocol_error")

    def test_points_that_are_on_no_curve(self):
        self.start()
        points = {"curve25519-sha256": (b"", bytes(31), bytes(32), b"\1" + bytes(31), b"\xff" * 32, bytes(60_000)),
                  "ecdh-sha2-nistp256": (b"", b"\0", bytes(65), b"\4" + b"\xff" * 64, b"\2" + bytes(32), bytes(60_000))}
        with self.siege():
            for method, bad in points.items():
                for point in bad:
                    begun = plain_packet(kexinit(method)) + plain_packet(bytes([KEX_ECDH_INIT]) + string(point))
                    for _ in range(5):
                        self.say(b"SSH-2.0-x\r\n" + begun)

    def test_user_names_of_64_KiB(self):
        self.start()
        name = "alice" + "\0\n\x1b\"" + "x" * 60_000
        with self.siege():
            for user in (name, name * 2, "x" * 60_000, "alice\n", ""):
                client = self.packets().hear_logins()
                client.send_all(6 * [userauth(user, ED25519, self.blob("alice"))])
                client.wait_end()
                self.assertEqual(client.count(USERAUTH_SUCCESS), 0)
                client.close()
        self.abandoned("login_bytes")
        self.assertLess(os.path.getsize(self.gate.audit_path), MIB)

    def test_packets_that_mean_nothing_before_a_login(self):
        """And exchanges of keys again and again."""
        self.start()
        with self.siege():
            ask = (USERAUTH_REQUEST, "alice", "ssh-connection", "none")
            for packet in ((IGNORE, b"x" * 1000), (KEXINIT, b""), ask):
                client = self.packets().hear_logins()
                client.send(*ask)
                self.assertLess(client.send_all(20_000 * [packet]), 20_000)
                client.wait_end()
                client.close()
        told = self.gate.audit("login_refused")
        self.assertEqual(len({one["session"] for one in told}), 3, told)
        self.assertLessEqual({one["reason"] for one in told},
                             {"login_bytes", "too_many_tries", "protocol_error", "bad_signature"})

    def test_500_silent_connections(self):
        """Places are left for whom was here lately, whom `rate` does not hold for."""
        self.start(limits={"login_grace": "8s", "max_startups": "10:90:100"})
        with self.siege():
            held = [self.wire() for _ in range(500)]
            for one in held:
                self.addCleanup(one.close)
            story.eventually(lambda: self.dropped("startups") + self.strangers() >= 500)
            self.assertLess(self.strangers(), 100)
            time.sleep(2)  # Alice comes and goes, meanwhile
        self.assertGreater(self.dropped("startups"), 300)
        story.eventually(lambda: self.strangers() == 0, within=25)
        self.abandoned("login_timeout", 20)

    def test_clients_of_a_byte_a_second(self):
        self.start(limits={"login_grace": "4s", "max_startups": "200:100:200"})
        began = time.monotonic()
        with self.siege():
            held = [self.wire() for _ in range(100)]
            for said in b"SSH-2.0-slow\r\n":
                for one in held:
                    with contextlib.suppress(OSError):
                        one.send(bytes([said]))
                if self.gate.metric("bastion_logins_total", result="abandoned", reason="login_timeout") == 100:
                    break
                time.sleep(1)
            for one in held:
                one.close()
        self.assertEqual(len(self.abandoned("login_timeout", 99)), 100)
        self.assertLess(time.monotonic() - began, 60)

    def test_whoever_attacks_again_and_again_waits(self):
        self.start(penalties={"enabled": True})
        with self.siege():
            for _ in range(150):
                self.say(b"GET / HTTP/1.1\r\n\r\n")
        self.assertGreater(self.dropped("penalty"), 100)

    def test_headers_of_a_balancer_that_is_none(self):
        self.start(proxy_protocol={"trusted": [BALANCER]})
        v2 = b"\r\n\r\n\0\r\nQUIT\n"
        office = socket.inet_aton("203.0.113.7") + socket.inet_aton("127.0.0.1") + b"\x9c\x40\0\x16"
        headers = (b"PROXY TCP4 203.0.113.7 127.0.0.1 40000 22\r\n", v2 + b"\x21\x11\0\x0c" + office,
                   b"PROXY TCP4 203.0.113.7", v2 + b"\x21\x11\xff\xff" + os.urandom(65535), v2 + b"\x21\x11\0\0",
                   b"PROXY " * 20_000, b"PROXY UNKNOWN " + b"x" * 5000, v2[:5], b"\r\n\r\n\0\r\nQUOT\n" + bytes(50))
        with self.siege():
            for _ in range(20):
                for header in headers:
                    self.say(header + b"SSH-2.0-x\r\n")
                for header in headers[2:]:
                    self.say(header, BALANCER)
        self.abandoned("protocol_error")
        self.assertGreater(self.dropped("proxy_header"), 60)
        self.assertEqual([one for one in self.gate.audit() if "203.0.113.7" in str(one["source"])], [])

    def dropped(self, reason):
        return self.gate.metric("bastion_dropped_connections_total", reason=reason)

    def strangers(self):
        return self.gate.metric("bastion_unauthenticated_connections")


class Insiders(SiegeStory):
    """Whoever has a key, and the wish to do harm."""

    def mallory(self):
        made = PacketClient(self.gate.address(), INSIDER).login("mallory", self.key("mallory"))
        self.addCleanup(made.close)
        return made

    def ended(self, reason):
        self.assert_audited(self.gate, "session_end", reason=reason, principal="mallory")
        self.assert_counted(self.gate, "bastion_session_ends_total", 0, reason=reason)

    def refused(self, kind, times):
        """Refused so often, or until the client had to go."""
        self.assert_counted(self.gate, "bastion_refused_requests_total", times - 1, kind=kind)
        self.assert_audited(self.gate, "channel_refused", times=times, reason=kind)

    def test_windows_and_packets_of_no_size(self):
        self.start()
        with self.siege(insiders=1, jumps=3, cut=5):
            client = self.mallory()
            for number, size in enumerate((1, 9, 10, 11, 1023)):
                client.open(number, "web-1", self.pour.port, packet=size)
                client.opened()
                client.wait(CHANNEL_CLOSE)
            client.open(5, "web-1", self.pour.port, packet=0)  # has no answer
            for number, (window, packet) in enumerate(((0, 32768), (1, 32768), (MIB, (1 << 32) - 1)), 6):
                client.open(number, "web-1", self.pour.port, window=window, packet=packet)
                client.opened()
        self.refused("tiny_packets", 5)

    def test_more_data_than_the_window(self):
        """To a server that reads none of it."""
        self.start()
        with self.siege(insiders=1, jumps=1):
            client = self.mallory()
            client.open(0, "web-1", self.pour.port)
            number = client.opened()
            sent = client.send_all((CHANNEL_DATA, number, bytes(32768)) for _ in range(4096))
            self.assertLess(sent, 4096)
            client.wait_end()
        self.ended("window_overrun")

    def test_windows_that_grow_beyond_all_numbers(self):
        self.start()
        with self.siege(insiders=1, jumps=1):
            client = self.mallory()
            client.open(0, "web-1", self.pour.port, window=(1 << 32) - 1)
            number = client.opened()
            client.send_all(200 * [(CHANNEL_WINDOW_ADJUST, number, (1 << 32) - 1)])
            client.wait(CHANNEL_DATA)

    def test_data_after_the_close(self):
        self.start()
        with self.siege(insiders=1, jumps=40):
            client = self.mallory()
            for _ in range(40):
                client.open(0, "web-1", self.echo.port)
                number = client.opened()
                client.send_all([(CHANNEL_EOF, number), (CHANNEL_DATA, number, b"x" * 10_000), (CHANNEL_CLOSE, number),
                                 *30 * [(CHANNEL_DATA, number, b"y" * 10_000)], (CHANNEL_CLOSE, number),
                                 (CHANNEL_EOF, number), (CHANNEL_WINDOW_ADJUST, number, 1 << 20)])
                client.wait(CHANNEL_CLOSE)
            self.assertTrue(client.transport.is_active())

    def test_5000_channels_at_once(self):
        self.start()
        with self.siege(insiders=1, jumps=32, unheard=31):
            client = self.mallory()
            client.send_all((CHANNEL_OPEN, "direct-tcpip", number, 2 * MIB, 32768, "web-1", self.echo.port, "", 1)
                            for number in range(5000))
            client.wait_end()
        self.refused("channel_limit", 1000)
        self.ended("too_many_refusals")

    def test_5000_channels_to_what_is_not_theirs(self):
        self.start()
        with self.siege(insiders=1):
            client = self.mallory()
            client.send_all((CHANNEL_OPEN, "direct-tcpip", number, 2 * MIB, 32768, name, self.vault.port, "", 1)
                            for number in range(1250) for name in ("web-1", "web", "127.0.0.11", "localhost"))
            client.wait_end()
        self.refused("channel_limit", 100)  # while those before wait for their turn
        self.ended("too_many_refusals")

    def test_channels_that_come_and_go(self):
        self.start()
        with self.siege(insiders=1, jumps=1500):
            client = self.mallory()
            for number in range(1500):
                client.open(number, "web-1", self.echo.port)
                client.send(CHANNEL_CLOSE, client.opened())
                client.wait(CHANNEL_CLOSE)

    def test_20000_global_requests(self):
        self.start()
        with self.siege(insiders=2):
            client = self.mallory()
            for name in ("keepalive@openssh.com", "unknown@example.org"):
                self.assertEqual(client.send_all(10_000 * [(GLOBAL_REQUEST, name, True)]), 10_000)
            story.eventually(lambda: client.count(REQUEST_SUCCESS, REQUEST_FAILURE) == 20_000, within=30)
            other = self.mallory()
            other.send_all(20_000 * [(GLOBAL_REQUEST, "tcpip-forward", True, "0.0.0.0", 22)])
            other.wait_end()
        self.refused("remote_forward", 1000)
        self.ended("too_many_refusals")

    def test_requests_for_what_is_never_granted(self):
        self.start()
        asked = {"subsystem": (True, "sftp"), "env": (True, "LD_PRELOAD", "/x.so"),
                 "x11-req": (True, False, "x", "y", 0), "auth-agent-req@openssh.com": (True,),
                 "signal": (False, "KILL"), "x" * 1000: (True, b"y" * 1000)}
        with self.siege(insiders=2):
            client = self.mallory()
            client.send(CHANNEL_OPEN, "session", 0, 2 * MIB, 32768)
            number = client.opened()
            client.send(CHANNEL_REQUEST, 4_000_000_000, "exec", True, "ls")
            client.send_all((CHANNEL_REQUEST, number, kind, *more) for _ in range(600) for kind, more in asked.items())
            client.wait_end()
            client = self.mallory()
            client.send_all((CHANNEL_OPEN, kind, number, 2 * MIB, 32768)
                            for number in range(1000) for kind in ("auth-agent@openssh.com", "tun", "\0" * 999))
            client.wait_end()
        for kind in ("subsystem", "x11", "agent"):
            self.refused(kind, 300)
        self.ended("too_many_refusals")

    def test_host_names_of_64_KiB(self):
        self.start()
        with self.siege(insiders=1):
            client = self.mallory()
            names = ("x" * 65_536, "\0" * 65_536, "web-1\n" * 10_000, "\xff" * 30_000, "." * 65_536, "web-1." * 9000)
            for number, name in enumerate(20 * names):
                client.open(number, name, self.vault.port)
            for _ in 20 * names:
                client.wait(CHANNEL_OPEN_FAILURE)
        self.assert_audited(self.gate, "channel_refused", times=120, principal="mallory")
        self.assertLess(os.path.getsize(self.gate.audit_path), MIB)

    def test_clients_that_never_read(self):
        self.start()
        with self.siege(insiders=6, jumps=5 * 32):
            for _ in range(5):
                client = self.mallory()
                for number in range(32):
                    client.open(number, "web-1", self.pour.port)
                for number in range(32):
                    client.opened()
                client.wire.gate.clear()
            client = self.mallory()
            client.wire.gate.clear()
            client.wire.wire.settimeout(15)
            sent = client.send_all(400_000 * [(GLOBAL_REQUEST, "nothing@example.org", True)])
            self.assertLess(sent, 400_000)
            self.ended("unread_replies")

    def test_keys_exchanged_again_and_again(self):
        self.start()
        with self.siege(insiders=1):
            client = self.mallory()
            for _ in range(50):
                client.transport.renegotiate_keys()
            self.assertTrue(client.transport.is_active())

    def test_packets_of_every_kind(self):
        self.start()
        with self.siege(insiders=128):
            for kind in range(0, 256, 2):
                client = self.mallory()
                client.send_all([(kind, os.urandom(random.randrange(200))), (kind + 1, os.urandom(20)), (kind,)])
                client.close()


if __name__ == "__main__":
    bastion_story.main()
