"""The terminate hook waits for SSH sessions: a bastion alone completes it by itself, and beside a load balancer that the
same file configures it leaves that to gatehouse-lb, which asks it."""

import time

import bastion_story
import gatehouse
import story
from bastion_session import Session, need_paramiko
from bastion_story import BastionStory
from fake_aws.server import FakeAws

HOOK = "gatehouse-drain"
HEARTBEAT = 15  # seconds; one goes out every five


class Hook(BastionStory):
    def setUp(self):
        super().setUp()
        need_paramiko()
        self.aws = FakeAws()
        self.addCleanup(self.aws.stop)
        self.group = self.aws.living_group("web-asg", desired=2)
        self.group.put_hook(HOOK, heartbeat=HEARTBEAT, default="CONTINUE")
        story.eventually(self.group.settled, within=20)
        doors = self.aws.static_group("doors", 1)  # with this node alone
        self.aws.imds.set("instance-id", doors.instances[0].id)
        self.environment = {"AWS_ACCESS_KEY_ID": self.aws.key.access_key,
                            "AWS_SECRET_ACCESS_KEY": self.aws.key.secret_key, "AWS_EC2_METADATA_DISABLED": ""}

    def file(self, **sections):
        config = self.postern(
            {"alice": (["alice"],)},
            [{"name": "web", "users": ["alice"], "targets": ["web"], "ports": [self.group.port]}],
            {"web": {"asg": self.group.name}}, admin={"bind": f"127.0.0.1:{story.free_port()}"})
        config["aws"] = {"region": self.aws.region, "endpoint_url": self.aws.endpoint, "lifecycle_hook": HOOK,
                         "imds_endpoint": self.aws.imds.endpoint, "poll_interval": "200ms"}
        return config | sections

    def guests(self, gate):
        """A session with a jump to each instance."""
        story.eventually(lambda: sum(len(one["members"]) for one in gate.api("/api/v1/targets")["groups"]) == 2)
        session = Session(gate, self.keys)
        self.addCleanup(session.close)
        # paramiko closes a channel that nobody names.
        self.jumps = [session.open(one.id, self.group.port) for one in self.group.in_service()]
        return session

    def completed(self):
        return [(one.parameters["InstanceId"], one.code) for one in self.aws.seen("CompleteLifecycleAction")]

    def see_the_guests_out(self, session, owner):
        """Ends the session when it has held one instance for longer than the hook lasts by itself."""
        self.group.set_desired(1)
        story.eventually(lambda: "sessions hold a terminating instance" in owner.log(), within=30)
        leaving = next(one for one in self.group.instances if one.lifecycle == "Terminating:Wait")
        time.sleep(HEARTBEAT + 2)
        self.assertEqual(leaving.lifecycle, "Terminating:Wait")
        self.assertEqual(self.completed(), [])
        session.close()
        story.eventually(self.group.settled, within=60)
        self.assertEqual(self.completed(), [(leaving.id, None)])
        self.assertIn("drained instance may go", owner.log())

    def test_a_bastion_alone_completes_the_hook_after_its_last_session(self):
        gate = self.bastion(self.file(), environment=self.environment)
        self.see_the_guests_out(self.guests(gate), gate)

    def test_beside_a_load_balancer_it_is_asked(self):
        lb = gatehouse.house([], group={"port": self.group.port, "deregistration_delay": "2s"})["lb"]
        config = self.file(lb=lb)
        gate = self.bastion(config, environment=self.environment)
        folder = self.folder / "lb"
        folder.mkdir()
        door = gatehouse.Gatehouse(config, folder, environment=self.environment, wait_healthy=False)
        self.addCleanup(door.close)
        door.start()
        self.see_the_guests_out(self.guests(gate), door)
        self.assertNotIn("terminating instance", gate.log())


if __name__ == "__main__":
    bastion_story.main()
