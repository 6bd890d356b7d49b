"""Against moto, an AWS that is not of our making: it checks our signatures as botocore makes them, allows what a
policy allows, and reads and writes XML as botocore does.

Lifecycle hooks are told of in auto_scaling.py: moto's groups never wait for one.
"""

import itertools

import story
from gatehouse import house
from moto_server import Keys, Moto
from origin import Origin
from wire import ask

# All that gatehouse-lb asks for. IAM says cloudwatch where moto says monitoring.
ACTIONS = ("autoscaling:DescribeAutoScalingGroups", "autoscaling:DescribeLifecycleHooks",
           "autoscaling:SetInstanceHealth", "ec2:DescribeInstances", "monitoring:PutMetricData")
NUMBERS = itertools.count(1)
TROUBLE = "AWS does not answer"


class AgainstMoto(story.Story):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.aws = Moto()
        cls.addClassCleanup(cls.aws.stop)

    def setUp(self):
        super().setUp()
        number = next(NUMBERS)  # the tests share one account
        self.node, self.group = f"node-{number}", f"web-{number}"

    def opened(self, source, keys, *, port=None, aws=None, interval="300ms"):
        made = house([], group={"port": port or story.free_port(), "health_check": {
            "path": "/healthz", "interval": interval, "timeout": "250ms", "healthy_threshold": 2,
            "unhealthy_threshold": 2}})
        made["groups"] = {"web": source}
        made["aws"] = self.aws.settings(**(aws or {}))
        self.gate = self.door(made, environment=keys.environment(), wait_healthy=False)

    def serve(self, instances):
        """A server behind each of them; all on one port, which is returned."""
        self.origins, port = {}, 0
        for one in instances:
            self.origins[one.id] = Origin(one.id, one.address, port)
            self.addCleanup(self.origins[one.id].stop)
            port = self.origins[one.id].port
        return port

    def wait_listed(self, *groups, port):
        """Until the targets are the instances of these groups, as boto3 tells of them."""
        wanted = {(one.id, one.zone, f"{one.address}:{port}") for one in self.aws.instances(*groups)}

        def listed():
            return {(one["id"], one["zone"], one["address"]) for one in self.gate.targets()} == wanted
        story.eventually(listed, within=30)

    def wait_healthy(self, count):
        story.eventually(lambda: [one["state"] for one in self.gate.targets()] == ["healthy"] * count, within=30)

    def requests(self, **labels):
        return self.gate.metric("aws_requests_total", **labels)

    def lines(self, text):
        return [line for line in self.gate.log().splitlines() if text in line]

    def assert_all_verified(self):
        self.assertGreater(self.requests(service="autoscaling", result="success"), 0)
        self.assertGreater(self.requests(service="ec2", result="success"), 0)
        self.assertEqual(self.requests(), self.requests(result="success"))
        self.assertEqual(self.lines("AWS does"), [])

    def wait_for_trouble(self, result, action):
        """The line about it, which must be the only one however often it is asked again."""
        line = story.eventually(lambda: self.lines(TROUBLE), within=30)[0]
        many = self.requests(operation=action, result=result) + 5
        story.eventually(lambda: self.requests(operation=action, result=result) >= many, within=60)
        self.assertEqual(self.lines(TROUBLE), [line])
        return line

    def test_a_group_is_followed_over_zones(self):
        self.aws.group(self.group + "a", 2, "a")
        self.aws.group(self.group + "b", 2, "b")
        instances = self.aws.instances(self.group + "a", self.group + "b")
        port = self.serve(instances)
        self.opened({"asg": [self.group + "a", self.group + "b"]}, self.aws.user(self.node, ACTIONS), port=port)
        self.wait_listed(self.group + "a", self.group + "b", port=port)
        self.wait_healthy(4)
        self.assertEqual({one["zone"] for one in self.gate.targets()}, {"eu-west-2a", "eu-west-2b"})
        served = {ask(self.gate.address(), "/bytes/1").get("X-Served-By") for _ in range(20)}
        self.assertEqual(served, {one.id for one in instances})
        self.assert_all_verified()

    def test_groups_are_found_by_their_tags(self):
        # Without a space: moto hashes a form as it would have written it, with "+" for "%20".
        tags = {"app": self.group, "stage": "a&b/c~*+ü"}
        self.aws.group(self.group + "a", 2, "a", tags)
        self.aws.group(self.group + "b", 1, "b", tags)
        self.aws.group(self.group + "c", 3, "a", tags | {"stage": "test"})
        port = story.free_port()
        self.opened({"asg_tags": tags}, self.aws.user(self.node, ACTIONS), port=port)
        self.wait_listed(self.group + "a", self.group + "b", port=port)
        self.assert_all_verified()

    def test_more_groups_than_a_page_are_found(self):
        names = [f"{self.group}-{number}" for number in range(110)]
        for name in names:
            self.aws.group(name, 1, tags={"app": self.group})
        self.aws.ask("autoscaling", "set_desired_capacity", AutoScalingGroupName=names[0], DesiredCapacity=60)
        port = story.free_port()
        self.opened({"asg_tags": {"app": self.group}}, self.aws.user(self.node, ACTIONS), port=port, interval="30s",
                    aws={"poll_interval": "2s"})
        self.wait_listed(*names, port=port)
        self.assertEqual(len(self.gate.targets()), 169)
        self.assert_all_verified()

    def test_the_temporary_keys_of_a_role_will_do(self):
        self.aws.group(self.group, 2)
        port = story.free_port()
        self.opened({"asg": self.group}, self.aws.role(self.node, ACTIONS), port=port)
        self.wait_listed(self.group, port=port)
        self.assert_all_verified()

    def test_a_group_that_grows_and_shrinks_is_followed(self):
        self.aws.group(self.group, 1)
        port = story.free_port()
        self.opened({"asg": self.group}, self.aws.user(self.node, ACTIONS), port=port)
        for count in (3, 2):
            self.aws.ask("autoscaling", "set_desired_capacity", AutoScalingGroupName=self.group, DesiredCapacity=count)
            self.wait_listed(self.group, port=port)
            self.assertEqual(len(self.gate.targets()), count)
        self.assert_all_verified()

    def test_an_instance_that_fails_its_health_check_is_reported(self):
        self.aws.group(self.group, 3)
        instances = self.aws.instances(self.group)
        port = self.serve(instances)
        self.opened({"asg": self.group}, self.aws.user(self.node, ACTIONS), port=port,
                    aws={"set_instance_health": True})
        self.wait_healthy(3)
        victim = instances[0].id
        self.origins[victim].stop()

        def unhealthy():
            return [one.id for one in self.aws.instances(self.group) if one.health == "Unhealthy"]
        story.eventually(unhealthy, within=30)
        self.assertEqual(unhealthy(), [victim])
        story.eventually(lambda: self.requests(operation="SetInstanceHealth", result="success") == 1)
        self.assert_all_verified()

    def test_a_node_that_may_not_report_an_instance_names_the_action(self):
        self.aws.group(self.group, 2)
        instances = self.aws.instances(self.group)
        port = self.serve(instances)
        keys = self.aws.user(self.node, [one for one in ACTIONS if "SetInstanceHealth" not in one])
        self.opened({"asg": self.group}, keys, port=port, aws={"set_instance_health": True})
        self.wait_healthy(2)
        self.origins[instances[0].id].stop()
        line = story.eventually(lambda: self.lines("is not told"), within=30)[0]
        self.assertIn("IAM does not allow autoscaling:SetInstanceHealth,", line)
        self.assertIn(instances[0].id, line)

    def test_a_wrong_secret_is_said_clearly_and_once(self):
        self.aws.group(self.group, 1)
        keys = self.aws.user(self.node, ACTIONS)
        wrong = Keys(keys.access_key, "wrong" * 8)
        self.opened({"asg": self.group}, wrong)
        line = self.wait_for_trouble("authentication", "DescribeAutoScalingGroups")
        self.assertIn("does not accept the keys", line)
        self.assertIn("SignatureDoesNotMatch", line)
        self.assertNotIn(wrong.secret_key, self.gate.log())

    def test_an_unknown_key_is_said_clearly_and_once(self):
        self.aws.group(self.group, 1)
        self.opened({"asg": self.group}, Keys("AKIA" + "NOSUCHKEY1234567", "wrong" * 8))
        line = self.wait_for_trouble("authentication", "DescribeAutoScalingGroups")
        self.assertIn("does not accept the keys", line)
        self.assertIn("InvalidClientTokenId", line)

    def lacks(self, service, action):
        """A node whose policy has everything but this is followed as soon as it has that too."""
        self.aws.group(self.group, 2)
        name = f"{service}:{action}"
        keys = self.aws.user(self.node, [one for one in ACTIONS if one != name])
        port = story.free_port()
        self.opened({"asg": self.group}, keys, port=port)
        line = self.wait_for_trouble("permission", action)
        self.assertIn(f"IAM does not allow {name},", line)
        self.assertEqual(self.gate.targets(), [])
        self.aws.allow(self.node, ACTIONS)
        self.wait_listed(self.group, port=port)
        story.eventually(lambda: self.lines("AWS answers again"))
        self.assertEqual(len(self.lines(TROUBLE)), 1)

    def test_a_node_that_may_not_list_groups_names_the_action(self):
        self.lacks("autoscaling", "DescribeAutoScalingGroups")

    def test_a_node_that_may_not_look_at_instances_names_the_action(self):
        self.lacks("ec2", "DescribeInstances")

    def test_a_right_that_is_taken_away_takes_no_target_away(self):
        self.aws.group(self.group, 2)
        port = self.serve(self.aws.instances(self.group))
        self.opened({"asg": self.group}, self.aws.user(self.node, ACTIONS), port=port)
        self.wait_healthy(2)
        self.aws.allow(self.node, ["cloudwatch:PutMetricData"])
        self.wait_for_trouble("permission", "DescribeAutoScalingGroups")
        self.assertEqual([one["state"] for one in self.gate.targets()], ["healthy", "healthy"])
        self.assertEqual(ask(self.gate.address(), "/bytes/5").status, 200)


if __name__ == "__main__":
    story.main()
