"""A change of rights ends the sessions and jumps that lost theirs, at once, and no other."""

import datetime
import os
import signal
import socket
import threading
import time

import yaml

import bastion
import bastion_story
import story
from bastion_keys import Keys
from bastion_session import Session, need_paramiko, paramiko
from bastion_story import BastionStory
from bastion_targets import WEB, Service, echo, instances

EACH = int(os.environ.get("GATEHOUSE_SESSIONS", 100)) // 10  # sessions that lose their right, of each kind


def in_seconds(number):
    then = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=number)
    return then.strftime("%Y-%m-%dT%H:%M:%SZ")


class Pump:
    """Uses a stream without pause, in a thread, until it is stopped or what comes back is wrong."""

    def __init__(self, stream):
        self.stream, self.stopping, self.times, self.failed = stream, threading.Event(), 0, False
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self):
        while not self.stopping.is_set() and not self.failed:
            self.failed = not self.stream.exchange(8192)
            self.times += 1
            self.stopping.wait(0.02)

    def stop(self):
        """Whether all went well, and something went at all."""
        self.stopping.set()
        self.thread.join(20)
        return not self.failed and self.times > 0


class Live(BastionStory):
    def setUp(self):
        super().setUp()
        need_paramiko()
        self.echo = Service(echo)
        self.addCleanup(self.echo.close)

    def session(self, user="alice", key=None, **more):
        made = Session(self.gate, self.keys, user, key, **more)
        self.addCleanup(made.close)
        return made

    def stream(self, user="alice", key=None, name="web-1", **more):
        made = self.session(user, key, **more).stream(name, self.echo.port)
        self.assertTrue(made.exchange())
        return made

    def rule(self, name, **more):
        return {"name": name, "groups": [name], "targets": ["web"], "ports": [self.echo.port]} | more


class Rights(Live):
    def setUp(self):
        super().setUp()
        self.keys = Keys(self.folder)  # this test revokes some
        self.keys.make("host", "alice", "removed", "revoked", "ca")
        self.keys.certify("certified", ["certified"])
        self.krl, self.members = self.folder / "krl", self.folder / "members.yaml"
        self.keys.revoke(self.krl)
        self.write_members(WEB)
        self.settings = self.configured()
        self.gate = self.bastion(self.settings)

    def configured(self):
        users = {"alice": (["alice"], ["stays"]), "removed": (["removed"], ["stays"]),
                 "revoked": (["revoked"], ["stays"]), "certified": ([], ["stays"]),
                 "expires": (["alice"], ["expires"]), "forbidden": (["alice"], ["forbidden"])}
        return bastion.postern(
            self.keys, users, [self.rule("stays"), self.rule("expires"), self.rule("forbidden")],
            {"web": {"file": str(self.members)}}, limits={"sessions_per_user": 1000},
            user_ca={"keys": str(self.keys.path("ca.pub")), "krl": str(self.krl)})

    def write_members(self, servers):
        new = self.folder / "members.new"
        new.write_text(yaml.safe_dump(instances(servers)), encoding="ascii")
        new.rename(self.members)

    def ends(self, kind, event, reason, change):
        """After the change all streams of this kind end, each with its record, and no other does."""
        change()
        gone, kept = self.living.pop(kind), {one.session.local for one in self.living_streams()}
        try:
            story.eventually(lambda: not any(one.open for one in gone), within=15)
        except AssertionError:
            self.fail(f"{kind}: {sum(one.open for one in gone)} of {len(gone)} are still open")
        for one in gone:
            self.assert_audited(self.gate, event, source=one.session.local, reason=reason)
        self.assertEqual([one for one in self.living_streams() if not one.exchange()], [], f"{kind} took others along")
        others = [one for one in self.gate.audit() if one["event"] in ("channel_end", "session_end")
                  and one["source"] in kept]
        self.assertEqual(others, [])

    def living_streams(self):
        return [one for streams in self.living.values() for one in streams]

    def reload_without_the_user(self):
        self.settings["bastion"]["users"] = [one for one in self.settings["bastion"]["users"]
                                             if one["name"] != "removed"]
        self.gate.reload(self.settings)

    def test_whoever_loses_the_right_goes_and_nobody_else(self):
        began = time.monotonic()
        self.living = {
            "stays": [self.stream() for _ in range(4 * EACH)],
            "removed": [self.stream("removed") for _ in range(EACH)],
            "revoked": [self.stream("revoked") for _ in range(EACH)],
            "certified": [self.stream("certified", certificate=True) for _ in range(EACH)],
            "leaves": [self.stream(name="web-2") for _ in range(EACH)],
            "forbidden": [self.stream("forbidden", "alice") for _ in range(EACH)],
            "expires": [self.stream("expires", "alice") for _ in range(EACH)]}
        count = len(self.living_streams())
        self.assertEqual(len(self.gate.sessions()), count)
        self.assertEqual(self.gate.metric("bastion_sessions"), count)
        self.assertEqual(self.gate.metric("bastion_channels", group="web"), count)
        print(f"\n  {count} sessions after {time.monotonic() - began:.1f} s", flush=True)
        pumps = [Pump(one) for one in self.living["stays"][:3]]
        self.living["stays"] = self.living["stays"][3:]
        self.ends("removed", "session_end", "right_ended: key_not_authorized", self.reload_without_the_user)
        self.ends("revoked", "session_end", "right_ended: revoked",
                  lambda: self.keys.revoke(self.krl, "revoked"))
        self.ends("certified", "session_end", "right_ended: revoked",
                  lambda: self.keys.revoke(self.krl, "revoked", "certified"))
        self.ends("leaves", "channel_end", "target_gone",
                  lambda: self.write_members({"web-1": WEB["web-1"]}))
        self.settings["bastion"]["rules"].pop(2)
        self.ends("forbidden", "channel_end", "right_ended: forbidden_target",
                  lambda: self.gate.reload(self.settings))
        self.settings["bastion"]["rules"][1]["expires"] = in_seconds(3)
        self.ends("expires", "channel_end", "right_ended: expired", lambda: self.gate.reload(self.settings))
        self.assertTrue(all(one.stop() for one in pumps))
        self.assertEqual(self.gate.metric("bastion_session_ends_total", reason="right_ended"), 3 * EACH)


GROUPS = {"alice": "ops", "bob": "developers"}  # of people


class Changes(Live):
    def setUp(self):
        super().setUp()
        self.settings = self.config([self.echo.port], admins=["alice"])
        self.gate = self.bastion(self.settings)

    def test_a_key_that_is_taken_out_of_its_file_ends_what_began_with_it(self):
        file = self.folder / "bob.keys"
        file.write_text(self.keys.public("bob") + "\n" + self.keys.public("stranger") + "\n", encoding="ascii")
        self.settings["bastion"]["users"][1] = {"name": "bob", "authorized_keys_file": str(file),
                                                "groups": ["developers"]}
        self.gate.reload(self.settings)
        goes, stays = self.stream("bob"), self.stream("bob", "stranger")
        (self.folder / "new").write_text(self.keys.public("stranger") + "\n", encoding="ascii")
        (self.folder / "new").rename(file)
        story.eventually(lambda: not goes.open)
        self.assertTrue(stays.exchange())
        self.assert_audited(self.gate, "session_end", key=self.keys.fingerprint("bob"),
                            reason="right_ended: key_not_authorized")

    def key_file(self, user, *keys):
        """The user's own file, which appears at once."""
        file, new = self.folder / f"{user}.keys", self.folder / "new"
        new.write_text("".join(self.keys.public(one) + "\n" for one in keys), encoding="ascii")
        new.rename(file)
        return {"name": user, "authorized_keys_file": str(file), "groups": [GROUPS[user]]}

    def test_a_user_who_spoils_the_own_file_keeps_no_key_in_force(self):
        self.settings["bastion"]["users"] = [self.key_file("alice", "alice", "stranger"), self.key_file("bob", "bob")]
        self.gate.reload(self.settings)
        spoiler, goes, stays = self.stream("bob"), self.stream("alice", "stranger"), self.stream("alice")
        (self.folder / "bob.keys").unlink()
        (self.folder / "bob.keys").mkdir()
        story.eventually(lambda: not spoiler.open)
        self.key_file("alice", "alice")
        story.eventually(lambda: not goes.open)
        self.assertTrue(stays.exchange())
        self.assertTrue(self.stream("alice").exchange())

    def test_a_host_key_that_is_no_good_keeps_no_key_in_force(self):
        host = self.folder / "host_key"
        host.write_bytes(self.keys.path("host").read_bytes())
        host.chmod(0o600)
        self.settings["bastion"]["host_keys"] = [str(host)]
        self.settings["bastion"]["users"][0] = self.key_file("alice", "alice", "stranger")
        self.gate.reload(self.settings)
        goes, stays = self.stream("alice", "stranger"), self.stream("alice")
        host.write_text("no key\n", encoding="ascii")
        self.key_file("alice", "alice")
        story.eventually(lambda: not goes.open)
        self.assertTrue(stays.exchange())
        self.assertTrue(self.stream("alice").exchange())

    def test_how_long_a_revocation_list_cannot_be_read_is_shown(self):
        keys = Keys(self.folder)
        keys.make("ca", "revoked")
        krl = self.folder / "krl"
        keys.revoke(krl)
        self.settings["bastion"]["users"][0] = {"name": "alice", "authorized_keys": [keys.public("revoked")]}
        self.settings["bastion"]["user_ca"] = {"keys": str(keys.path("ca.pub")), "krl": str(krl)}
        self.gate.reload(self.settings)
        krl.write_bytes(b"no list\n")
        story.eventually(lambda: self.stale("user") > 0)
        self.assertEqual(self.stale("host"), 0)
        keys.revoke(krl, "revoked")
        story.eventually(lambda: self.stale("user") == 0)
        with self.assertRaises(paramiko.SSHException):
            Session(self.gate, keys, "alice", "revoked")
        krl.write_bytes(b"no list\n")
        story.eventually(lambda: self.stale("user") > 0)
        del self.settings["bastion"]["user_ca"]["krl"]
        self.gate.reload(self.settings)
        self.assertEqual(self.stale("user"), 0)

    def stale(self, keys):
        return self.gate.metric("bastion_stale_keys_seconds", keys=keys)

    def test_a_certificate_ends_its_session_when_it_ends_itself(self):
        self.keys.make("short_ca")
        self.keys.certify("short", ["alice"], ca="short_ca", valid="-1m:+10s")
        self.settings["bastion"]["user_ca"] = {"keys": str(self.keys.path("short_ca.pub"))}
        self.gate.reload(self.settings)
        goes, stays = self.stream("alice", "short", certificate=True), self.stream("bob")
        story.eventually(lambda: not goes.open, within=25)
        self.assert_audited(self.gate, "session_end", key_id="short@test", reason="right_ended: certificate_expired")
        self.assertTrue(stays.exchange())

    def test_a_reload_that_is_refused_changes_nothing(self):
        stays = self.stream("bob")
        broken = self.settings | {"bastion": self.settings["bastion"] | {"users": [], "rules": "nonsense"}}
        self.assertTrue(self.gate.reload(broken, succeeds=False))
        self.assertTrue(stays.exchange())
        self.assertTrue(self.stream("bob").exchange())

    def test_a_new_address_takes_the_place_of_the_old_one(self):
        stays, old = self.stream(), self.gate.address()
        self.settings["bastion"]["bind"] = f"127.0.0.2:{story.free_port()}"
        self.gate.reload(self.settings)
        self.assertEqual(self.gate.address()[0], "127.0.0.2")
        self.assertTrue(self.stream("bob").exchange())
        with self.assertRaises(OSError):
            socket.create_connection(old, timeout=5).close()
        self.assertTrue(stays.exchange())

    def test_sighup_reloads(self):
        goes, stays = self.stream("bob"), self.stream()
        self.settings["bastion"]["rules"].pop()
        self.gate.write(self.settings)
        self.gate.process.send_signal(signal.SIGHUP)
        story.eventually(lambda: not goes.open)
        self.assertTrue(stays.exchange())

    def test_a_new_host_key_is_shown_to_new_clients_only(self):
        stays = self.stream()
        self.keys.make("host2")
        self.settings["bastion"]["host_keys"] = [str(self.keys.path("host2"))]
        self.gate.reload(self.settings)
        self.assertTrue(stays.exchange())
        seen = self.session().transport.get_remote_server_key().get_base64()
        self.assertEqual(seen, self.keys.public("host2").split()[1])
        self.assertTrue(stays.exchange())

    def test_a_host_key_file_that_changes_is_read_without_a_reload(self):
        file = self.folder / "host_key"
        file.write_bytes(self.keys.path("host").read_bytes())
        file.chmod(0o600)
        self.settings["bastion"]["host_keys"] = [str(file)]
        self.gate.reload(self.settings)
        stays = self.stream()
        self.keys.make("host3")
        (self.folder / "new").write_bytes(self.keys.path("host3").read_bytes())
        (self.folder / "new").chmod(0o600)
        (self.folder / "new").rename(file)
        wanted = self.keys.public("host3").split()[1]
        story.eventually(lambda: self.session().transport.get_remote_server_key().get_base64() == wanted, every=0.5)
        self.assertTrue(stays.exchange())


class Ending(Live):
    def setUp(self):
        super().setUp()
        self.settings = self.config([self.echo.port], admins=["alice"])
        self.gate = self.bastion(self.settings)
        self.goes, self.stays = self.stream("bob"), self.stream("bob")
        self.id = next(one["id"] for one in self.gate.sessions() if one["source"] == self.goes.session.local)

    def ctl(self, *words):
        return self.run_tool(os.environ["GATEHOUSE_CTL"], *words, "--admin", "%s:%d" % self.gate.address("admin"))

    def assert_killed(self, reason):
        story.eventually(lambda: not self.goes.open)
        self.assert_audited(self.gate, "channel_end", session=self.id, reason=reason)
        self.assert_audited(self.gate, "session_end", session=self.id, reason=reason)
        self.assert_counted(self.gate, "bastion_session_ends_total", 0, reason="killed")
        self.assertTrue(self.stays.exchange())
        story.eventually(lambda: self.id not in [one["id"] for one in self.gate.sessions()])
        self.assertIn(self.stays.session.local, [one["source"] for one in self.gate.sessions()])

    def test_sessions_are_listed(self):
        shown = next(one for one in self.gate.sessions() if one["id"] == self.id)
        self.assertEqual((shown["user"], shown["key"]), ("bob", self.keys.fingerprint("bob")))
        channel = shown["channels"][0]
        self.assertEqual((channel["instance"], channel["group"], channel["rule"], channel["target"]),
                         ("web-1", "web", "developers-web", f"{WEB['web-1']}:{self.echo.port}"))
        self.assertTrue(channel["local"].startswith("127.0.0.1:"), channel)
        listed = self.ctl("sessions")
        self.assertEqual(listed.returncode, 0, listed.stderr)
        self.assertIn(self.id, listed.stdout)
        self.assertIn("web-1", listed.stdout)
        code, told = self.session("alice").run("sessions")
        self.assertEqual(code, 0)
        self.assertIn(self.id, told)

    def silent_port(self, address):
        """It answers no connection: the backlog is full."""
        full = socket.create_server((address, 0), backlog=0)
        self.addCleanup(full.close)
        for _ in range(4):
            one = socket.socket()
            self.addCleanup(one.close)
            one.setblocking(False)
            one.connect_ex(full.getsockname())
        return full.getsockname()[1]

    def test_a_jump_that_still_connects_when_its_session_ends_is_counted(self):
        port = self.silent_port(WEB["web-1"])
        self.settings["bastion"]["rules"][1]["ports"] = [self.echo.port, port]
        self.gate.reload(self.settings)
        client = self.start_ssh(self.client(self.gate, "bob"), "-W", f"web-1:{port}", "bastion")
        self.assert_audited(self.gate, "channel", requested_port=port)
        client.terminate()
        self.assert_audited(self.gate, "channel_end", requested_port=port, reason="peer_left")
        self.assert_counted(self.gate, "bastion_channel_opens_total", 0, result="failed", reason="stopped")

    def test_the_operator_ends_one(self):
        done = self.ctl("sessions", "kill", self.id)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assert_killed("killed by the operator")
        self.assertEqual(self.ctl("sessions", "kill", self.id).returncode, 1)

    def test_an_admin_ends_one(self):
        done = self.ssh(self.client(self.gate), "bastion", f"kill {self.id}")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assert_killed("killed by alice")
        self.assert_audited(self.gate, "command", principal="alice", requested=f"kill {self.id}")

    def test_nobody_else_ends_or_sees_one(self):
        self.gate.reload(self.config([self.echo.port], admins=["bob"]))
        alice = self.session("alice")
        code, told = alice.run("sessions")
        self.assertEqual((code, self.id in told), (0, False))
        code, _ = alice.run(f"kill {self.id}")
        self.assertEqual(code, 1)
        self.assertTrue(self.goes.exchange() and self.stays.exchange())


if __name__ == "__main__":
    bastion_story.main()
