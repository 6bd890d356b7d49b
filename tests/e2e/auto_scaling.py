"""Targets follow Auto Scaling Groups: what scales out serves, what scales in is drained, what dies is replaced."""

import re
import time

import story
from auto_scaling_story import AutoScaling
from load import Load
from wire import Wire, ask


class Following(AutoScaling):
    def test_instances_in_service_are_targets_with_their_zones(self):
        group = self.living(4, tags={"app": "web"})
        self.opened(group)
        told = {one["id"]: one["zone"] for one in self.gate.targets()}
        self.assertEqual(told, {one.id: one.zone for one in group.in_service()})
        self.assertEqual(ask(self.gate.address(), "/bytes/5").status, 200)
        self.assertGreater(self.gate.metric("aws_requests_total", service="autoscaling", result="success"), 0)
        self.assertGreater(self.gate.metric("discovery_polls_total", provider="asg", result="success"), 0)

    def test_groups_are_found_by_their_tags(self):
        group = self.living(2, tags={"app": "web", "stage": "prod"})
        self.aws.static_group("other", 3, tags={"app": "web", "stage": "test"})
        self.opened(group, {"asg_tags": {"app": "web", "stage": "prod"}})
        self.assertEqual(len(self.gate.targets()), 2)

    def test_a_node_keeps_to_the_zone_that_its_metadata_names(self):
        group = self.living(4)
        config = self.config(group)
        config["lb"]["target_groups"]["web"]["cross_zone"] = False
        environment = self.environment() | {"AWS_EC2_METADATA_DISABLED": ""}
        self.gate = self.door(config, environment=environment, wait_healthy=False)
        self.wait_serving(group)
        story.eventually(lambda: self.lines("zone is known"))
        story.eventually(lambda: self.zones_serving(group) == {self.aws.region + "a"})
        for one in group.in_service():
            if one.zone.endswith("a"):
                group.kill(one.id)
        story.eventually(lambda: self.zones_serving(group) == {self.aws.region + "b"}, within=20)

    def zones_serving(self, group):
        """Of twenty requests in a row."""
        zones = {one.id: one.zone for one in group.instances}
        answers = [ask(self.gate.address(), "/bytes/1") for _ in range(20)]
        return {zones.get(answer.get("X-Served-By"), answer.status) for answer in answers}

    def test_scaling_out_and_in_loses_no_request(self):
        group = self.living(2)
        # The drain takes 2 s, and the hook holds the instance for 4.
        group.put_hook("hold", heartbeat=4, default="CONTINUE")
        self.opened(group)
        load = Load(self.gate.address(), connections=16, seconds=60, slow=True)
        self.addCleanup(load.close)
        for count in (4, 2):
            group.set_desired(count)
            story.eventually(group.settled, within=30)
            self.wait_serving(group)
        told = load.end()
        self.assertEqual(told["failures"], [])
        self.assertGreaterEqual(len(told["served_by"]), 3, "the new instances got nothing")

    def test_a_terminating_instance_gets_no_new_request_within_a_poll(self):
        group = self.living(2)
        group.put_hook("hold", heartbeat=60, default="CONTINUE")
        self.opened(group)
        group.set_desired(1)
        leaving = story.eventually(lambda: next((one for one in group.instances if one.lifecycle == "Terminating:Wait"),
                                                None))
        story.eventually(lambda: self.gate.target(leaving.id)["state"] in ("draining", "drained"), within=5)
        served = {ask(self.gate.address(), "/bytes/1").get("X-Served-By") for _ in range(10)}
        self.assertEqual(len(served), 1)

    def test_a_hook_is_completed_when_the_last_request_has_ended(self):
        group = self.living(2)
        group.put_hook("gatehouse-drain", heartbeat=30)
        config = self.config(group)
        config["aws"]["lifecycle_hook"] = "gatehouse-drain"
        self.opened_with(config, group)
        with Wire(self.gate.address()) as one, Wire(self.gate.address()) as other:
            for wire in (one, other):  # one on each instance
                wire.send("GET /delay/1500 HTTP/1.1\r\nHost: a\r\n\r\n")
            story.eventually(lambda: sum(target["in_flight"] for target in self.gate.targets()) == 2)
            group.set_desired(1)
            self.assertEqual([one.response().status, other.response().status], [200, 200])
            answered = time.time()
        story.eventually(group.settled, within=20)
        done = self.aws.seen("CompleteLifecycleAction")
        self.assertEqual([one.code for one in done], [None])
        self.assertGreaterEqual(done[0].time, answered)
        self.wait_serving(group)

    def test_a_hook_of_another_name_is_left_alone(self):
        group = self.living(2)
        group.put_hook("theirs", heartbeat=3, default="CONTINUE")
        config = self.config(group)
        config["aws"]["lifecycle_hook"] = "gatehouse-drain"
        self.opened_with(config, group)
        group.set_desired(1)
        story.eventually(group.settled, within=20)
        self.assertEqual(self.aws.seen("CompleteLifecycleAction"), [])
        self.assertEqual(len(self.lines("has no terminate hook of that name")), 1)

    def test_a_killed_instance_is_replaced(self):
        group = self.living(3)
        config = self.config(group)
        config["aws"]["set_instance_health"] = True
        self.opened_with(config, group)
        victim = group.in_service()[0].id
        group.kill(victim)
        story.eventually(lambda: group.settled() and victim not in {one.id for one in group.in_service()}, within=30)
        self.wait_serving(group)
        told = self.aws.seen("SetInstanceHealth")
        self.assertEqual({one.parameters["InstanceId"] for one in told}, {victim})
        self.assertEqual(told[0].parameters["ShouldRespectGracePeriod"], "true")

    def test_a_fleet_that_looks_dead_is_left_alone(self):
        group = self.living(2)
        config = self.config(group)
        config["aws"]["set_instance_health"] = {"max_share": "100%", "interval": "1s"}
        self.opened_with(config, group)
        for one in group.in_service():
            group.kill(one.id)
        story.eventually(lambda: self.lines("more than half of an Auto Scaling Group"), within=20)
        self.assertLessEqual(len(self.aws.seen("SetInstanceHealth")), 1)

    def test_what_is_wrong_with_keys_and_rights_is_said_once(self):
        group = self.living(1)
        self.aws.deny("DescribeAutoScalingGroups")
        self.gate = self.door(self.config(group), environment=self.environment(), wait_healthy=False)
        story.eventually(lambda: self.lines("AWS does not answer"), within=20)
        self.assertIn("autoscaling:DescribeAutoScalingGroups", self.lines("AWS does not answer")[0])
        time.sleep(5 * self.poll)
        self.assertEqual(len(self.lines("AWS does not answer")), 1)
        self.aws.allow()
        self.wait_serving(group)
        self.assertNotIn(self.aws.key.secret_key, self.gate.log())

    def test_a_wrong_secret_is_said_clearly(self):
        group = self.living(1)
        self.gate = self.door(self.config(group), environment=self.environment(AWS_SECRET_ACCESS_KEY="wrong" * 8),
                              wait_healthy=False)
        line = story.eventually(lambda: self.lines("AWS does not answer"), within=20)[0]
        self.assertRegex(line, re.compile("secret|signature|key", re.IGNORECASE))

    def test_the_instances_of_many_groups_come_in_few_calls(self):
        # In the first group a real one, so that there is something to wait for.
        group = self.living(1)
        config = self.config(group)
        for number in range(20):
            self.aws.static_group(f"static-{number}", 50)
            config["groups"][f"static-{number}"] = {"asg": f"static-{number}"}
        self.opened_with(config, group)
        story.eventually(lambda: self.gate.metric("discovery_instances", lifecycle="in_service") == 1001, within=20)
        self.aws.forget_calls()
        time.sleep(3 * self.poll)
        polls = len(self.aws.seen("DescribeAutoScalingGroups"))
        self.assertLessEqual(len(self.aws.seen("DescribeInstances")), 2 * polls + 2)


if __name__ == "__main__":
    story.main()
