"""Many clients come, jump, misbehave and vanish while keys, rules and servers change: nothing leaks, nothing is lost.

GATEHOUSE_CHAOS_SECONDS makes it last longer than the 15 s that ctest allows it.
"""

import collections
import os
import random
import socket
import struct
import threading
import time

import yaml

import bastion_story
import story
from bastion_session import Session, need_paramiko
from bastion_story import BastionStory
from bastion_targets import WEB, Service, echo, instances

SECONDS = story.seconds("GATEHOUSE_CHAOS_SECONDS", 15)
CLIENTS = 8


class Chaos(BastionStory):
    def setUp(self):
        super().setUp()
        need_paramiko()
        self.echo = Service(echo)
        self.addCleanup(self.echo.close)
        self.members = self.folder / "members.yaml"
        self.write_members(WEB)
        self.keys.make("ca")
        self.keys.certify("certified", ["alice"])
        self.krl = self.folder / "krl"
        self.keys.revoke(self.krl)
        self.settings = self.config([self.echo.port], limits={"max_startups": "1000:1:1000"},
                                    user_ca={"keys": str(self.keys.path("ca.pub")), "krl": str(self.krl)})
        self.settings["groups"]["web"] = {"file": str(self.members)}
        self.gate = self.bastion(self.settings)
        self.over = threading.Event()
        self.exchanged, self.wrong = collections.Counter(), []

    def write_members(self, servers):
        new = self.folder / "members.new"
        new.write_text(yaml.safe_dump(instances(servers)), encoding="ascii")
        new.rename(self.members)

    # What clients do

    def behave(self, dice):
        """Jumps by Bob, whose rights nobody touches: these must all work."""
        with Session(self.gate, self.keys, "bob") as session:
            streams = [session.stream("web-1", self.echo.port) for _ in range(dice.randint(1, 4))]
            for _ in range(dice.randint(1, 5)):
                if not all(one.exchange(dice.randint(1, 100_000)) for one in streams):
                    self.wrong.append("Bob's bytes were lost")
            self.exchanged["bob"] += 1

    def suffer(self, dice):
        """Alice may lose her right at any moment."""
        way = dice.choice(({}, {"key": "certified", "certificate": True}))
        with Session(self.gate, self.keys, "alice", **way) as session:
            stream = session.stream(dice.choice(("web-2", "any.web")), self.echo.port)
            for _ in range(10):
                stream.exchange(10_000)
            self.exchanged["alice"] += 1

    def vanish(self, dice):
        with Session(self.gate, self.keys, "alice") as session:
            session.wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            session.open("web-2", self.echo.port).sendall(b"x" * dice.randint(1, 50_000))
            session.wire.close()

    def babble(self, dice):
        with socket.create_connection(self.gate.address(), timeout=5) as wire:
            wire.sendall(b"SSH-2.0-x\r\n" * dice.randint(0, 1) + dice.randbytes(dice.randint(0, 3000)))

    def ask(self, dice):
        with Session(self.gate, self.keys, "alice") as session:
            session.run(dice.choice(("", "ls", "sessions", "config", "why web-2", "nonsense")))

    def client(self, number):
        dice = random.Random(number)
        while not self.over.is_set():
            what = self.behave if number % 2 == 0 else dice.choice((self.suffer, self.vanish, self.babble, self.ask))
            try:
                what(dice)
            except Exception as failed:  # paramiko's are many
                if what == self.behave:
                    self.wrong.append(repr(failed))

    # What happens to them

    def change(self, dice):
        servers = {"web-1": WEB["web-1"]}
        what = dice.randint(0, 4)
        if what == 0:
            self.write_members(dice.choice((WEB, servers)))
        elif what == 1:
            self.keys.revoke(self.krl, *dice.choice(((), ("certified",))))
        elif what == 2:
            self.settings["bastion"]["users"][0]["authorized_keys"] = [
                self.keys.public(dice.choice(("alice", "stranger")))]
            self.gate.reload(self.settings)
        elif what == 3:
            self.settings["bastion"]["rules"][0]["ports"] = [dice.choice((self.echo.port, 9))]
            self.gate.reload(self.settings)
        else:
            for one in self.gate.sessions():
                if one["user"] == "alice" and dice.random() < 0.5:
                    self.gate.admin("DELETE", f"/api/v1/sessions/{one['id']}")

    def test_nothing_leaks_and_every_beginning_has_its_end(self):
        with Session(self.gate, self.keys, "bob") as first:  # what is made once is made
            first.stream("web-1", self.echo.port)
        story.eventually(lambda: not self.gate.sessions())
        descriptors = len(os.listdir(f"/proc/{self.gate.pid}/fd"))
        clients = [threading.Thread(target=self.client, args=(number,)) for number in range(CLIENTS)]
        for one in clients:
            one.start()
        dice, end = random.Random(4711), time.monotonic() + SECONDS
        while time.monotonic() < end:
            self.change(dice)
            time.sleep(0.2)
        self.over.set()
        for one in clients:
            one.join(60)
        self.assertFalse([one for one in clients if one.is_alive()])
        try:
            story.eventually(lambda: not self.gate.sessions(), within=40)
        except AssertionError:
            self.fail(f"still there: {self.gate.sessions()}")
        story.eventually(lambda: self.gate.metric("bastion_unauthenticated_connections") == 0, within=40)
        story.eventually(lambda: len(os.listdir(f"/proc/{self.gate.pid}/fd")) <= descriptors + 1)
        print(f"\n  {dict(self.exchanged)}, {self.gate.memory() >> 20} MiB", flush=True)
        self.assertEqual(self.wrong, [])
        self.assertGreater(self.exchanged["bob"], SECONDS)
        self.assert_paired("login", "session_end", lambda one: one["session"])
        self.assert_paired("channel", "channel_end",
                           lambda one: (one["session"], one["requested"], one["target"], one["rule"]))
        self.assertEqual(self.gate.metric("bastion_channels"), 0)

    def assert_paired(self, beginning, ending, name):
        """Each beginning has its end, and there is no other."""
        begun, ended = (collections.Counter(name(one) for one in self.gate.audit(event))
                        for event in (beginning, ending))
        self.assertGreater(len(begun), 5)
        self.assertEqual(begun, ended)


if __name__ == "__main__":
    bastion_story.main()
