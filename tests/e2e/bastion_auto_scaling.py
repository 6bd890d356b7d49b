"""`ssh -J bastion i-0abc`: who Auto Scaling starts is reached at once, and who it ends keeps its guests to the end."""

import datetime

import bastion_story
import story
from bastion_session import Session, need_paramiko, paramiko
from bastion_story import BastionStory
from fake_aws.server import FakeAws

HOOK = "let-guests-finish"


class AutoScaling(BastionStory):
    def setUp(self):
        super().setUp()
        need_paramiko()
        self.aws = FakeAws()
        self.addCleanup(self.aws.stop)
        self.group = self.aws.living_group("web-asg", desired=2)
        story.eventually(self.group.settled, within=20)

    def start(self, **rule):
        config = self.postern(
            {"alice": (["alice"],)},
            [{"name": "web", "users": ["alice"], "targets": ["web"], "ports": [self.group.port]} | rule],
            {"web": {"asg": self.group.name}})
        config["aws"] = {"region": self.aws.region, "endpoint_url": self.aws.endpoint,
                         "imds_endpoint": self.aws.imds.endpoint, "poll_interval": "200ms"}
        config["state_dir"] = str(self.folder / "state")
        (self.folder / "state").mkdir(exist_ok=True)
        keys = {"AWS_ACCESS_KEY_ID": self.aws.key.access_key, "AWS_SECRET_ACCESS_KEY": self.aws.key.secret_key,
                "AWS_EC2_METADATA_DISABLED": "true"}
        self.settings = config
        self.gate = self.bastion(config, environment=keys)
        self.session = Session(self.gate, self.keys)
        self.addCleanup(self.session.close)

    def known(self):
        """{id: lifecycle} of who the bastion knows in the group."""
        return {one["id"]: one["lifecycle"] for group in self.gate.api("/api/v1/targets")["groups"]
                for one in group["members"]}

    def who(self, channel):
        """The server at the other end says who it is."""
        channel.settimeout(20)
        channel.sendall(b"GET /bytes/1 HTTP/1.1\r\nHost: a\r\n\r\n")
        told = b""
        while b"\r\n\r\n" not in told or not told.partition(b"\r\n\r\n")[2]:
            part = channel.recv(4096)
            if not part:
                return None
            told += part
        return next(line.split(b": ")[1].decode() for line in told.split(b"\r\n") if line.startswith(b"X-Served-By"))

    def jump(self, name):
        return self.session.open(name, self.group.port)

    def assert_refused(self, name, reason):
        with self.assertRaises(paramiko.ChannelException):
            self.jump(name)
        self.assert_audited(self.gate, "channel_refused", requested=name, reason=reason)

    def test_instances_are_reached_as_they_come_and_go(self):
        self.start()
        story.eventually(lambda: len(self.known()) == 2)
        for one in self.group.in_service():
            self.assertEqual(self.who(self.jump(one.id)), one.id)
            self.assertEqual(self.who(self.jump(one.address)), one.id)
        self.assertIn(self.who(self.jump("any.web")), {one.id for one in self.group.in_service()})
        before = {one.id for one in self.group.in_service()}
        self.group.set_desired(3)
        story.eventually(lambda: self.group.settled() and len(self.known()) == 3, within=20)
        new = next(one for one in self.group.in_service() if one.id not in before)
        self.assertEqual(self.who(self.jump(new.id)), new.id)
        self.group.set_desired(1)
        story.eventually(lambda: self.group.settled() and len(self.known()) == 1, within=30)
        gone = next(iter((before | {new.id}) - self.known().keys()))
        self.assert_refused(gone, "unknown_target")

    def test_who_is_on_an_instance_that_terminates_may_finish(self):
        self.group.put_hook(HOOK, heartbeat=60)
        self.start()
        story.eventually(lambda: len(self.known()) == 2)
        channels = {one.id: self.jump(one.id) for one in self.group.in_service()}
        self.group.set_desired(1)
        story.eventually(lambda: "terminating" in self.known().values(), within=20)
        leaving = next(name for name, state in self.known().items() if state == "terminating")
        self.assert_refused(leaving, "terminating")
        for name, channel in channels.items():
            self.assertEqual(self.who(channel), name)
        self.assertEqual(self.gate.audit("channel_end"), [])
        # But not for longer than the rules of today let anybody.
        soon = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=4)
        self.settings["bastion"]["rules"][0]["expires"] = soon.strftime("%Y-%m-%dT%H:%M:%SZ")
        self.gate.reload(self.settings)
        for name in channels:
            self.assert_audited(self.gate, "channel_end", instance=name, reason="right_ended: expired")

    def test_a_rule_may_reach_instances_that_terminate(self):
        self.group.put_hook(HOOK, heartbeat=60)
        self.start(terminating=True)
        story.eventually(lambda: len(self.known()) == 2)
        self.group.set_desired(1)
        story.eventually(lambda: "terminating" in self.known().values(), within=20)
        leaving = next(name for name, state in self.known().items() if state == "terminating")
        self.assertEqual(self.who(self.jump(leaving)), leaving)

    def test_a_restart_while_aws_is_away_serves_from_disk(self):
        self.start()
        story.eventually(lambda: len(self.known()) == 2)
        one = self.group.in_service()[0]
        channel = self.jump(one.id)
        self.aws.fault("unavailable")
        self.assertEqual(self.who(channel), one.id)
        self.assertEqual(self.who(self.jump(one.id)), one.id)
        self.session.close()
        self.assertEqual(self.gate.stop(), 0)
        self.start()
        self.assertEqual(self.who(self.jump(one.id)), one.id)


if __name__ == "__main__":
    bastion_story.main()
