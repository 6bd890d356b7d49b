"""What AWS refuses is said in one line that tells what to do, and takes no target away: temporary keys at their end.

moto knows no end of keys, so this is the fake AWS; moto.py has wrong keys and missing rights.
"""

import dataclasses
import time

import story
from fake_aws.server import FakeAws
from gatehouse import house
from wire import ask

OWNER = "arn:aws:sts::123456789012:assumed-role/gatehouse/node"
TROUBLE = "AWS does not answer"


class AwsRefusals(story.Story):
    def setUp(self):
        super().setUp()
        self.aws = FakeAws()
        self.addCleanup(self.aws.stop)
        self.group = self.aws.living_group("web", desired=2)
        story.eventually(self.group.settled, within=20)

    def opened(self, keys):
        made = house([], group={"port": self.group.port})
        made["groups"] = {"web": {"asg": "web"}}
        made["aws"] = {"region": self.aws.region, "endpoint_url": self.aws.endpoint, "poll_interval": "200ms"}
        self.gate = self.door(made, wait_healthy=False, environment={
            "AWS_ACCESS_KEY_ID": keys.access_key, "AWS_SECRET_ACCESS_KEY": keys.secret_key,
            "AWS_SESSION_TOKEN": keys.token, "AWS_EC2_METADATA_DISABLED": "true"})

    def serving(self):
        return [one["state"] for one in self.gate.targets()] == ["healthy"] * 2

    def lines(self, text):
        return [line for line in self.gate.log().splitlines() if text in line]

    def wait_for_trouble(self, action="DescribeAutoScalingGroups"):
        """The line about it, which must be the only one however often it is asked again."""
        line = story.eventually(lambda: self.lines(TROUBLE), within=30)[0]
        many = len(self.aws.seen(action)) + 10  # a poll asks twice at most, the second time with renewed keys
        story.eventually(lambda: len(self.aws.seen(action)) >= many, within=60)
        self.assertEqual(self.lines(TROUBLE), [line])
        return line

    def test_a_token_that_has_expired_is_said_clearly_and_once(self):
        keys = self.aws.keys.issue(OWNER, expires=time.time() - 60)
        self.opened(keys)
        line = self.wait_for_trouble()
        self.assertIn("the temporary keys that signed autoscaling:DescribeAutoScalingGroups have expired", line)
        self.assertIn("must be renewed", line)
        self.assertNotIn(keys.secret_key, self.gate.log())
        self.assertNotIn(keys.token, self.gate.log())

    def test_a_token_that_expires_takes_no_target_away(self):
        keys = self.aws.keys.issue(OWNER, expires=time.time() + 3600)
        self.opened(keys)
        story.eventually(self.serving, within=30)
        self.assertEqual(self.lines(TROUBLE), [])
        self.aws.keys.add(dataclasses.replace(keys, expires=time.time() - 1))
        self.assertIn("have expired", self.wait_for_trouble())
        self.assertTrue(self.serving(), self.gate.targets())
        self.assertEqual(ask(self.gate.address(), "/bytes/5").status, 200)
        self.aws.keys.add(keys)
        story.eventually(lambda: self.lines("AWS answers again"), within=30)
        self.assertEqual(len(self.lines(TROUBLE)), 1)

    def test_ec2_calls_an_expired_token_an_expired_request(self):
        keys = self.aws.keys.issue(OWNER, expires=time.time() + 3600)
        self.opened(keys)
        story.eventually(self.serving, within=30)
        self.aws.fault("expired_token", "DescribeInstances")
        line = self.wait_for_trouble("DescribeInstances")
        self.assertIn("ec2:DescribeInstances", line)
        self.assertIn("temporary keys", line)
        self.assertTrue(self.serving(), self.gate.targets())


if __name__ == "__main__":
    story.main()
