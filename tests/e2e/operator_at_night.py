"""What the operator who is paged asks and does: send a sick zone away, find out why a target gets nothing, ask AWS."""

import json
import os
import time

import story
from auto_scaling_story import AutoScaling
from wire import Wire, ask

HOOK = "gatehouse-drain"


class OperatorAtNight(AutoScaling):
    def ctl(self, *words, code=0):
        done = self.run_tool(os.environ["GATEHOUSE_CTL"], *words, "--admin", "%s:%d" % self.gate.address("admin"))
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout if code == 0 else done.stdout + done.stderr

    def zones_serving(self, group):
        """Of twenty requests in a row."""
        zones = {one.id: one.zone for one in group.instances}
        answers = [ask(self.gate.address(), "/bytes/1") for _ in range(20)]
        return {zones.get(answer.get("X-Served-By"), answer.status) for answer in answers}

    def test_a_zone_is_sent_away_and_taken_back(self):
        group = self.living(4)
        self.opened(group)
        sick, well = self.aws.region + "a", self.aws.region + "b"
        with Wire(self.gate.address()) as one:
            one.send("GET /delay/1000 HTTP/1.1\r\nHost: a\r\n\r\n")
            self.assertIn(f"{sick} is away, 1h left", self.ctl("zone", "away", sick, "--for", "1h"))
            story.eventually(lambda: self.zones_serving(group) == {well})
            self.assertEqual(one.response().status, 200)  # what runs goes on
        self.assertIn("(away)", self.ctl("targets"))
        self.gate.reload()
        self.assertEqual(self.zones_serving(group), {well})
        self.assertIn("no other zone has a healthy target", self.ctl("zone", "away", well, code=1))
        self.ctl("zone", "back", sick)
        story.eventually(lambda: self.zones_serving(group) == {sick, well})
        self.ctl("zone", "back", sick, code=1)

    def test_a_zone_that_is_away_serves_when_no_other_can_and_comes_back_by_itself(self):
        group = self.living(2)
        self.opened(group)
        sick, well = self.aws.region + "a", self.aws.region + "b"
        self.ctl("zone", "away", sick, "--for", "8s")
        away = time.monotonic()
        story.eventually(lambda: self.zones_serving(group) == {well})
        group.kill(next(one.id for one in group.in_service() if one.zone == well))
        story.eventually(lambda: self.zones_serving(group) == {sick})
        story.eventually(lambda: self.lines("its time away is over"), within=20)
        self.assertGreater(time.monotonic() - away, 7)

    def test_explain_target_tells_why_it_gets_nothing(self):
        group = self.living(3)
        group.put_hook(HOOK, heartbeat=60)
        self.opened(group)
        leaving, dead, well = group.in_service()
        group.kill(dead.id)
        group.set_state(leaving.id, "Standby")
        story.eventually(lambda: self.gate.target(dead.id)["state"] == "unhealthy")
        story.eventually(lambda: "standby (Standby): no new requests" in self.ctl("explain", "target", leaving.id))
        self.assertRegex(self.ctl("explain", "target", dead.address), r"fails its health checks \(.*\): no new requests")
        self.assertIn("web: gets requests", self.ctl("explain", "target", well.id))
        self.assertIn("nobody knows", self.ctl("explain", "target", "i-0123", code=1))

    def test_targets_show_lifecycle_and_the_age_of_the_answer(self):
        group = self.living(2)
        group.put_hook(HOOK, heartbeat=60, default="CONTINUE")
        self.opened(group)
        self.assertRegex(self.ctl("targets"), r"web: Auto Scaling answered \ds ago")
        group.set_desired(1)
        story.eventually(lambda: "Terminating:Wait" in self.ctl("targets"))
        self.aws.fault("unavailable")
        story.eventually(lambda: json.loads(self.ctl("targets", "--json"))["target_groups"][0]["age_seconds"] >= 2)

    def test_discover_shows_what_aws_says_and_what_it_does_not_allow(self):
        group = self.living(2)
        group.put_hook(HOOK, heartbeat=60)
        config = self.config(group)
        config["aws"]["lifecycle_hook"] = HOOK
        self.opened_with(config, group)
        shown = self.ctl("discover")
        for one in group.in_service():
            self.assertRegex(shown, rf"{one.id} +{one.zone} +InService +Healthy +running +{one.address}")
        self.assertRegex(shown, rf"web +{HOOK} +1m")
        self.assertRegex(shown, "credentials +environment")
        for action in ("autoscaling:DescribeAutoScalingGroups", "ec2:DescribeInstances",
                       "autoscaling:DescribeLifecycleHooks"):
            with self.subTest(action):
                self.aws.deny(action.partition(":")[2])
                self.assertIn(f"IAM does not allow {action}", self.ctl("discover", code=1))
                self.aws.allow()

    def test_discover_needs_a_group_that_follows_auto_scaling(self):
        group = self.living(1)
        config = self.config(group, {"instances": [{"id": "a", "address": "127.0.0.1", "port": 1}]})
        self.gate = self.door(config, wait_healthy=False)
        self.assertIn("no group follows an Auto Scaling Group", self.ctl("discover", code=1))


class SpotAndHooks(AutoScaling):
    def test_a_spot_instance_that_is_taken_back_gets_no_new_request(self):
        group = self.living(3, spot=True)
        self.opened(group)
        for code in ("marked-for-termination", "instance-terminated-no-capacity"):
            with self.subTest(code):
                marked = next(one for one in group.in_service() if one.spot.code == "fulfilled")
                group.mark_spot(marked.id, code)
                story.eventually(lambda: self.gate.target(marked.id)["state"] in ("draining", "drained"))
                self.assertEqual(self.gate.target(marked.id)["provider_state"], f"InService, {code}")
                served = {ask(self.gate.address(), "/bytes/1").get("X-Served-By") for _ in range(10)}
                self.assertNotIn(marked.id, served)

    def test_without_the_right_to_see_interruptions_everything_else_works(self):
        group = self.living(2, spot=True)
        self.aws.deny("DescribeSpotInstanceRequests")
        self.opened(group)
        self.assertEqual(len(self.lines("ec2:DescribeSpotInstanceRequests")), 1)
        time.sleep(5 * self.poll)
        self.assertEqual(len(self.aws.seen("DescribeSpotInstanceRequests")), 1)
        self.assertLess(self.age(), 2)

    def test_the_only_node_of_its_group_completes_a_hook_at_once(self):
        """Else it would wait for the delay, which is longer than the test."""
        group = self.living(2)
        group.put_hook(HOOK, heartbeat=60)
        doors = self.aws.static_group("doors", 1)
        self.aws.imds.set("instance-id", doors.instances[0].id)
        config = self.config(group)
        config["aws"]["lifecycle_hook"] = HOOK
        config["lb"]["target_groups"]["web"]["deregistration_delay"] = "300s"
        environment = self.environment() | {"AWS_EC2_METADATA_DISABLED": ""}
        self.gate = self.door(config, environment=environment, wait_healthy=False)
        self.wait_serving(group)
        group.set_desired(1)
        story.eventually(group.settled, within=40)
        self.assertEqual(len(self.lines("drained instance may go")), 1)


if __name__ == "__main__":
    story.main()
