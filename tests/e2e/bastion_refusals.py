"""Whatever the bastion refuses, it refuses every time, and a record and a counter say why."""

import contextlib
import datetime
import os
import socket
import time
from dataclasses import dataclass

import bastion_story
import story
from bastion_session import Session, need_paramiko, paramiko
from bastion_story import BastionStory
from bastion_targets import JOBS, WEB, Service, echo, instances
from ssh_parts import read_all

NOT_TODAY = "{} 00:00-00:01".format((datetime.datetime.now(datetime.timezone.utc) +
                                     datetime.timedelta(days=3)).strftime("%a"))


@dataclass
class Login:
    reason: str
    key: str
    user: str = "alice"
    key_id: str = ""  # of the certificate that the record must name
    certificate: bool = False  # OpenSSH's client would not show it


LOGINS = (
    Login("key_not_authorized", "stranger"),
    Login("unknown_user", "stranger", user="eve"),
    Login("short_rsa_key", "short_rsa"),
    Login("source_not_allowed", "bob", user="from_elsewhere"),
    Login("key_expired", "bob", user="expired_key"),
    Login("revoked", "revoked_key", user="revoked_key"),
    Login("certificate_expired", "expired", key_id="expired@test"),
    Login("not_yet_valid", "too_early", key_id="too_early@test"),
    Login("principal_not_listed", "other_principal", key_id="other_principal@test"),
    Login("no_principals", "no_principal", key_id="no_principal@test"),
    Login("unknown_authority", "other_authority", key_id="other_authority@test"),
    Login("not_for_users", "for_hosts", key_id="for_hosts@test", certificate=True),
    Login("source_not_allowed", "cert_from_elsewhere", key_id="cert_from_elsewhere@test"),
    Login("unknown_critical_option", "unknown_option", key_id="unknown_option@test"),
    Login("revoked", "revoked_cert", key_id="revoked_cert@test"),
)


class Logins(BastionStory):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        keys = cls.keys
        keys.make("ca", "other_ca", "revoked_key")
        keys.make("short_rsa", kind="rsa", bits=2048)
        keys.certify("expired", ["alice"], valid="-1d:-1h")
        keys.certify("too_early", ["alice"], valid="+1h:+2h")
        keys.certify("other_principal", ["bob"])
        keys.certify("no_principal", [])
        keys.certify("other_authority", ["alice"], ca="other_ca")
        keys.certify("for_hosts", ["alice"], host=True)
        keys.certify("cert_from_elsewhere", ["alice"], options=["source-address=192.0.2.0/24"])
        keys.certify("unknown_option", ["alice"], options=["critical:window=blue"])
        keys.certify("revoked_cert", ["alice"], serial=7)
        keys.certify("good", ["alice"], serial=8)
        keys.revoke(keys.path("krl"), "revoked_cert", "revoked_key")
        bob = keys.public("bob")
        config = cls.config([22], user_ca={"keys": str(keys.path("ca.pub")), "krl": str(keys.path("krl"))})
        config["bastion"]["users"] += [
            {"name": "from_elsewhere", "authorized_keys": f'from="192.0.2.*" {bob}'},
            {"name": "expired_key", "authorized_keys": f'expiry-time="20200101" {bob}'},
            {"name": "revoked_key", "authorized_keys": keys.public("revoked_key")}]
        cls.gate = cls.start_bastion(cls.shared, config)

    def refused(self, case):
        return self.gate.metric("bastion_logins_total", result="refused", reason=case.reason)

    def test_each_key_that_is_no_good(self):
        for case in LOGINS:
            with self.subTest(case):
                before, told = self.refused(case), len(self.gate.audit())
                self.assert_kept_out(case)
                self.assert_counted(self.gate, "bastion_logins_total", before, result="refused", reason=case.reason)
                record = self.assert_audited(self.gate, "login_refused", since=told, reason=case.reason)[0]
                self.assertEqual((record["principal"], record.get("key_id", "")), (case.user, case.key_id))
                self.assertEqual(record["key"], self.keys.fingerprint(case.key))
                self.assertTrue(record["source"].startswith("127.0.0.1:"), record)

    def assert_kept_out(self, case):
        if case.certificate:
            need_paramiko()
            with self.assertRaises(paramiko.AuthenticationException):
                Session(self.gate, self.keys, case.user, case.key, certificate=True)
            return
        done = self.ssh(self.client(self.gate, case.user, case.key), "bastion", "whoami")
        self.assertEqual((done.returncode, done.stdout), (255, b""))
        self.assertIn(b"Permission denied (publickey)", done.stderr)

    def test_a_good_certificate_is_let_in(self):
        """Else the table above would prove nothing."""
        gate = self.gate
        done = self.ssh(self.client(gate, "alice", "good"), "bastion", "whoami")
        self.assertEqual(done.returncode, 0, done.stderr)
        record = gate.audit("login").pop()
        self.assertEqual((record["key_id"], record["ca"], record["serial"]),
                         ("good@test", self.keys.fingerprint("ca"), 8))

    def test_connections_that_never_log_in(self):
        gate = self.bastion(self.config([22], limits={"login_grace": "3s"}))
        for reason, sent in (("protocol_error", b"GET / HTTP/1.1\r\n\r\n"), ("login_timeout", b"SSH-2.0-me\r\n")):
            with self.subTest(reason), socket.create_connection(gate.address(), timeout=10) as wire:
                wire.sendall(sent)
                with contextlib.suppress(ConnectionResetError):
                    read_all(wire)
                self.assert_counted(gate, "bastion_logins_total", 0, result="abandoned", reason=reason)
                self.assert_audited(gate, "login_refused", reason=reason)
        socket.create_connection(gate.address(), timeout=10).close()
        self.assert_counted(gate, "bastion_logins_total", 0, result="abandoned", reason="peer_left")


@dataclass
class Jump:
    reason: str
    user: str
    name: str = "web-1"
    port: str = "echo"
    result: str = "refused"
    rule: str = ""  # that came closest
    told: str = ""  # reason in the record, where it says more


JUMPS = (
    Jump("unknown_target", "alice", name="nobody"),
    Jump("unknown_target", "alice", name="127.0.0.1"),
    Jump("unknown_target", "alice", name="localhost"),
    Jump("ambiguous", "alice", name="twin"),
    Jump("forbidden_target", "bob", name="jobs-1"),
    Jump("forbidden_target", "nobodys_friend"),
    Jump("forbidden_port", "bob", port="other", rule="bob"),
    Jump("forbidden_source", "source", rule="source"),
    Jump("not_yet", "not_yet", rule="not_yet"),
    Jump("expired", "expired", rule="expired"),
    Jump("outside_window", "window", rule="window"),
    Jump("permit_open", "permit_open"),
    Jump("permit_open", "no_forwarding"),
    Jump("connect_failed", "alice", port="closed", result="failed", told="connect_failed: Connection refused"),
    Jump("connect_timeout", "alice", port="full", result="failed"),
)


class Jumps(BastionStory):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        closed = story.free_port()
        cls.echo, cls.other = cls.service(echo), cls.service(echo)
        cls.ports = {"echo": cls.echo.port, "other": cls.other.port, "closed": closed, "full": cls.full_port()}
        everywhere = {"targets": ["web", "jobs"], "ports": list(cls.ports.values())}
        alone = {"targets": ["web"], "ports": [cls.echo.port]}
        names = [case.user for case in JUMPS if case.user not in ("permit_open", "no_forwarding")]
        alice = cls.keys.public("alice")
        config = cls.postern(
            {name: (["alice"],) for name in dict.fromkeys(names)},
            [{"name": "alice", "users": ["alice", "permit_open", "no_forwarding"]} | everywhere,
             {"name": "bob", "users": ["bob"]} | alone,
             {"name": "source", "users": ["source"], "source": ["127.0.0.9"]} | alone,
             {"name": "not_yet", "users": ["not_yet"], "not_before": "2100-01-01T00:00:00Z"} | alone,
             {"name": "expired", "users": ["expired"], "expires": "2020-01-01T00:00:00Z"} | alone,
             {"name": "window", "users": ["window"], "between": NOT_TODAY} | alone],
            {"web": instances(WEB, web_1="twin", web_2="twin"), "jobs": instances(JOBS)})
        config["bastion"]["users"] += [
            {"name": "permit_open", "authorized_keys": f'permitopen="web-2:{cls.echo.port}" {alice}'},
            {"name": "no_forwarding", "authorized_keys": f"restrict {alice}"}]
        cls.gate = cls.start_bastion(cls.shared, config)

    @classmethod
    def full_port(cls):
        """A listener with a full backlog drops SYNs, as an unreachable address does."""
        full = socket.create_server((WEB["web-1"], 0), backlog=0)
        cls.addClassCleanup(full.close)
        for _ in range(4):
            one = socket.socket()
            one.setblocking(False)
            one.connect_ex(full.getsockname())
            cls.addClassCleanup(one.close)
        time.sleep(0.2)
        return full.getsockname()[1]

    def jump(self, case):
        return self.ssh(self.client(self.gate, case.user, "alice"), "-W", f"{case.name}:{self.ports[case.port]}",
                        "bastion", stdin=b"x")

    def test_each_jump_that_no_rule_allows(self):
        for case in JUMPS:
            labels = {"result": case.result, "reason": case.reason}
            with self.subTest(case):
                before = self.gate.metric("bastion_channel_opens_total", **labels)
                told, seen = len(self.gate.audit()), self.echo.seen + self.other.seen
                done = self.jump(case)
                self.assertEqual((done.returncode, done.stdout), (255, b""))
                self.assertIn(b"stdio forwarding failed", done.stderr)
                self.assert_counted(self.gate, "bastion_channel_opens_total", before, **labels)
                record = self.assert_audited(
                    self.gate, "channel_refused" if case.result == "refused" else "channel_end", since=told,
                    reason=case.told or case.reason, principal=case.user, requested=case.name)[0]
                self.assertEqual(record["requested_port"], self.ports[case.port])
                if case.rule:
                    self.assertEqual(record["rule"], case.rule)
                self.assertEqual(self.echo.seen + self.other.seen, seen, "a target was connected to")

    def test_what_is_allowed_goes_through(self):
        """Else the table above would prove nothing."""
        for case in (Jump("", "alice"), Jump("", "alice", "jobs-1"), Jump("", "alice", "web-1", "other"),
                     Jump("", "bob", "web-2"), Jump("", "permit_open", "web-2")):
            with self.subTest(case):
                before = self.gate.metric("bastion_channel_opens_total", result="opened")
                done = self.jump(case)
                self.assertEqual((done.returncode, done.stdout), (0, b"x"), done.stderr)
                self.assert_counted(self.gate, "bastion_channel_opens_total", before, result="opened")

    def test_the_reason_is_told_to_who_asks_for_it(self):
        done = self.ssh(self.client(self.gate, "bob", "alice"), "bastion", f"why web-1 {self.other.port}")
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn(b"port", done.stdout)

    def test_loopback_is_out_of_reach_unless_it_is_allowed(self):
        config = self.config([self.echo.port], allow_loopback_targets=False)
        gate = self.bastion(config)
        done = self.ssh(self.client(gate), "-W", f"web-1:{self.echo.port}", "bastion")
        self.assertEqual(done.returncode, 255)
        self.assert_audited(gate, "channel_refused", reason="forbidden_address", requested="web-1")
        self.assert_counted(gate, "bastion_channel_opens_total", 0, result="refused", reason="forbidden_address")


class Requests(BastionStory):
    """What is no jump. `ssh bastion` itself answers a few commands, and nothing runs there."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.echo = cls.service(echo)
        cls.gate = cls.start_bastion(cls.shared, cls.config([cls.echo.port], limits={"channels_per_session": 2}))

    @contextlib.contextmanager
    def refuses(self, kind, event="channel_refused", reason=None, audited=True):
        """What is done inside is refused; a counter and a record say so."""
        before, told = self.gate.metric("bastion_refused_requests_total", kind=kind), len(self.gate.audit())
        yield
        self.assert_counted(self.gate, "bastion_refused_requests_total", before, kind=kind)
        if audited:
            self.assert_audited(self.gate, event, since=told, reason=reason or kind)

    def test_commands_of_others(self):
        for command in ("id", "sh -c id", "scp -t /tmp", "whoami; id", "ls; touch " + str(self.folder / "made")):
            with self.subTest(command), self.refuses("exec", "command", "no_such_command"):
                done = self.ssh(self.client(self.gate), "bastion", command)
                self.assertEqual(done.returncode, 127)
                self.assertNotIn(b"uid=", done.stdout + done.stderr)
        self.assertFalse((self.folder / "made").exists())

    def test_a_terminal_is_no_shell(self):
        done = self.ssh(self.client(self.gate), "-tt", "bastion", stdin=f"id\ntouch {self.folder / 'made'}\n".encode())
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(b"alice", done.stdout)
        self.assertNotIn(b"uid=", done.stdout)
        self.assertFalse((self.folder / "made").exists())

    def test_remote_forwarding(self):
        config, remote = self.client(self.gate, ExitOnForwardFailure="yes"), self.folder / "remote"
        with self.refuses("remote_forward"):
            self.assertEqual(self.ssh(config, "-N", "-R", "0:127.0.0.1:1", "bastion").returncode, 255)
        # libssh refuses this one by itself and tells nobody.
        self.assertEqual(self.ssh(config, "-N", "-R", f"{remote}:127.0.0.1:1", "bastion").returncode, 255)
        self.assertFalse(remote.exists())

    def test_x11_and_environment(self):
        self.addCleanup(os.environ.pop, "DISPLAY", None)
        os.environ["DISPLAY"] = "127.0.0.1:99"
        with self.refuses("x11"):
            done = self.ssh(self.client(self.gate, LogLevel="INFO"), "-Y", "bastion", "whoami")
            self.assertIn(b"X11 forwarding request failed", done.stderr)
        with self.refuses("environment", audited=False):  # desktops send their language with everything
            self.ssh(self.client(self.gate, SetEnv="LD_PRELOAD=/tmp/x.so"), "bastion", "whoami")

    def test_files_of_the_bastion_itself(self):
        with self.refuses("subsystem"):
            done = self.run_tool(story.need("sftp"), "-F", self.client(self.gate), "-b", "-", "bastion", input="ls\n")
            self.assertEqual(done.returncode, 255)
        with self.refuses("subsystem"):
            self.assertNotEqual(self.ssh(self.client(self.gate), "-s", "bastion", "netconf").returncode, 0)

    def test_agent_forwarding_hands_no_agent_over(self):
        """OpenSSH's request for it has no answer; what shows is that nobody asks the agent anything."""
        asked = []
        agent = socket.socket(socket.AF_UNIX)
        self.addCleanup(agent.close)
        agent.bind(str(self.folder / "agent"))
        agent.listen()
        agent.settimeout(1)
        config = self.client(self.gate, ForwardAgent=self.folder / "agent")
        self.assertEqual(self.ssh(config, "bastion", "whoami").returncode, 0)
        try:
            asked.append(agent.accept())
        except TimeoutError:
            pass
        self.assertEqual(asked, [])

    def test_unix_sockets(self):
        local = self.folder / "local"
        self.start_ssh(self.client(self.gate), "-N", "-L", f"{local}:/tmp/nowhere", "bastion")
        with self.refuses("channel_kind"):
            self.assertEqual(self.connect(local).recv(1), b"")

    def test_channels_that_only_a_server_may_open_and_unknown_ones(self):
        need_paramiko()
        with Session(self.gate, self.keys) as session:
            for name, kind in (("x11", "x11"), ("auth-agent@openssh.com", "agent"),
                               ("forwarded-tcpip", "channel_kind"), ("tun@openssh.com", "channel_kind"),
                               ("direct-streamlocal@openssh.com", "channel_kind")):
                with self.subTest(name), self.refuses(kind), self.assertRaises(paramiko.ChannelException):
                    session.transport.open_channel(name, ("127.0.0.1", 1), ("127.0.0.1", 1), timeout=20)
            self.assertTrue(session.stream("web-1", self.echo.port).exchange())

    def test_more_channels_than_allowed_and_packets_too_small(self):
        need_paramiko()
        with Session(self.gate, self.keys) as session:
            streams = [session.stream("web-1", self.echo.port) for _ in range(2)]
            with self.refuses("channel_limit"), self.assertRaises(paramiko.ChannelException):
                session.open("web-1", self.echo.port)
            self.assertTrue(all(one.exchange() for one in streams))
        with Session(self.gate, self.keys) as session:
            session.transport._sanitize_packet_size = lambda _: 512
            with self.refuses("tiny_packets"):
                try:
                    session.open("web-1", self.echo.port)
                except paramiko.SSHException:
                    pass

    def test_whoever_asks_on_and_on_is_thrown_out(self):
        need_paramiko()
        with Session(self.gate, self.keys) as session:
            source = session.local
            with self.assertRaises((EOFError, OSError, paramiko.SSHException)):
                for _ in range(2000):
                    with self.assertRaises(paramiko.ChannelException):
                        session.open("nobody", 22)
        self.assert_audited(self.gate, "session_end", source=source, reason="too_many_refusals")
        self.assertLess(len(self.gate.audit("channel_refused", source=source)), 1100)


class FailClosed(BastionStory):
    def setUp(self):
        super().setUp()
        self.echo = Service(echo)
        self.addCleanup(self.echo.close)

    def test_without_a_place_for_records_nobody_goes_anywhere(self):
        gate = self.bastion(self.config([self.echo.port], audit_log={"path": "/dev/full"}))
        done = self.ssh(self.client(gate), "-W", f"web-1:{self.echo.port}", "bastion", stdin=b"x")
        self.assertEqual((done.returncode, done.stdout, self.echo.seen), (255, b"", 0))

    def test_what_was_opened_goes_on_and_nothing_new_begins_until_records_can_be_written(self):
        need_paramiko()
        gate = self.bastion(self.config([self.echo.port]))
        path = gate.audit_path
        with Session(gate, self.keys) as session:
            stream = session.stream("web-1", self.echo.port)
            self.assertTrue(stream.exchange())
            os.rename(path, path + ".kept")
            os.symlink("/dev/full", path)
            gate.reload()
            self.assertTrue(self.refuses_to_open(session))
            self.assert_counted(gate, "bastion_channel_opens_total", 0, result="refused", reason="audit_failed")
            seen = self.echo.seen
            for _ in range(3):
                self.assertTrue(self.refuses_to_open(session))
            self.assertEqual(self.echo.seen, seen, "a target was connected to")
            self.assertTrue(stream.exchange())
            os.unlink(path)
            gate.reload()
            self.assertFalse(self.refuses_to_open(session))
            self.assert_audited(gate, "channel", requested="web-1")

    def refuses_to_open(self, session):
        try:
            session.open("web-1", self.echo.port).close()
            return False
        except paramiko.ChannelException:
            return True


if __name__ == "__main__":
    bastion_story.main()
