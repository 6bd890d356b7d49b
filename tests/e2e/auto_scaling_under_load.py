"""A living Auto Scaling Group loses no request: 64 connections of load over TLS while it scales out and in, an instance
dies, a whole zone dies, and every instance is replaced. Hooks are completed when the last request has ended, and
what comes and goes is noticed within a poll.

GATEHOUSE_SCALING_PAUSE is the time between two changes, 1 s unless it is longer.
"""

import json
import time

import story
from auto_scaling_story import AutoScaling
from load import Load

PAUSE = story.seconds("GATEHOUSE_SCALING_PAUSE", 1)
HOOK = "gatehouse-drain"
IN_FLIGHT = 0.2  # seconds; what was sent so shortly after a death may have met it


class UnderLoad(AutoScaling):
    health_check = {"path": "/healthz", "interval": "500ms", "timeout": "400ms", "healthy_threshold": 2,
                    "unhealthy_threshold": 2}
    deregistration_delay = "3s"

    def put_under_load(self, group, **settings):
        """Opens the door, and puts 64 connections of load on it for as long as the test takes."""
        group.put_hook(HOOK, heartbeat=60)
        site = self.household.certificate("site")
        config = self.config(group, certificates=[site])
        config["aws"] |= {"lifecycle_hook": HOOK, "set_instance_health": {"max_share": "50%", "interval": "1s"}}
        self.opened_with(config, group)
        self.load = Load(self.gate.address("https"), ca=site.certificate, seconds=300 + 20 * PAUSE, **settings)
        self.addCleanup(self.load.close)
        time.sleep(PAUSE)

    def end_of_load(self):
        told = self.load.end()
        shown = {name: told[name] for name in ("requests", "by_method", "reconnects", "p50", "p99", "longest")}
        print(f"\n  {json.dumps(shown)}\n  servers: {len(told['served_by'])}, failures: {len(told['failures'])} "
              f"{told['failures'][:5]}", flush=True)
        self.assertGreater(told["requests"], 1000)
        return told

    def settle(self, group):
        """Until the change is over, at AWS and at the door, and for the pause behind it."""
        story.eventually(group.settled, within=60)
        self.wait_serving(group)
        time.sleep(PAUSE)

    def scale(self, group, count):
        group.set_desired(count)
        self.settle(group)


class Changes(UnderLoad):
    def test_they_lose_no_request(self):
        group = self.living(2)
        # Some requests last longer than the door would take to complete a hook that has nothing to wait for.
        self.put_under_load(group, slow=True, lingering=1500)
        self.deaths = []  # (just before, just after)

        self.scale(group, 6)
        victim = group.in_service()[0].id
        self.strike(lambda: group.kill(victim))
        self.settle_without(group, {victim})
        in_zone = {one.id for one in group.in_service() if one.zone.endswith("b")}
        self.strike(lambda: group.kill_zone("b"))
        self.settle_without(group, in_zone)
        group.restore_zone("b")
        self.scale(group, 2)
        before = {one.id for one in group.in_service()}
        group.rolling_replace()
        self.settle_without(group, before)
        told = self.end_of_load()

        lost = [one for one in told["failures"] if not self.was_sent_to_the_dying(one)]
        self.assertEqual(len(lost), 0, f"deaths: {self.deaths}, lost: {lost[:10]}")
        reported = {one.parameters["InstanceId"] for one in self.aws.seen("SetInstanceHealth")}
        self.assertLessEqual(in_zone | {victim}, reported)
        self.assert_hooks_waited(told)
        self.assertEqual(self.gate.stop(), 0)

    def settle_without(self, group, ids):
        story.eventually(lambda: not ids & {one.id for one in group.instances}, within=90)
        self.settle(group)

    def strike(self, kill):
        before = time.time()
        kill()
        self.deaths.append((before, time.time()))

    def was_sent_to_the_dying(self, one):
        """A POST that was on its way cannot be repeated."""
        return one["method"] == "POST" and one["status"] == 502 and any(
            one["started"] <= after + IN_FLIGHT and one["ended"] >= before for before, after in self.deaths)

    def assert_hooks_waited(self, told):
        """Each hook was completed once, and only after the last request of its instance had ended."""
        calls = self.aws.seen("CompleteLifecycleAction")
        completed = {one.parameters["InstanceId"]: one.time for one in calls if one.code is None}
        self.assertEqual(len(completed), len(calls))
        gone = set(told["served_by"]) - self.healthy() - {"-"}  # what the door answered itself
        self.assertLessEqual(gone, set(completed))
        for one in gone:
            self.assertLess(told["last_by"][one], completed[one])


class Noticing(UnderLoad):
    poll = 3.0
    slack = 2.0  # seconds, much less than a poll, for the first health check and for a busy machine

    def test_what_comes_and_goes_is_noticed_at_the_next_poll(self):
        group = self.living(2)
        self.put_under_load(group)
        old = group.in_service()
        self.scale(group, 4)
        new = [one for one in group.in_service() if one not in old]
        group.set_desired(2)
        leaving = story.eventually(lambda: [one for one in group.instances if one.lifecycle == "Terminating:Wait"])
        self.settle(group)
        told = self.end_of_load()

        self.assertEqual(told["failures"], [])
        self.assertEqual((len(new), len(leaving)), (2, 2))
        for one in new:
            self.assertLess(told["first_by"][one.id], self.next_poll(one.in_service_since) + self.slack)
        for one in leaving:
            self.assertLess(told["last_by"][one.id], self.next_poll(one.actions[HOOK].began) + self.slack)

    def next_poll(self, moment):
        """When AWS was asked next after this moment on the monotonic clock; the door had all of the time before."""
        since = moment + time.time() - time.monotonic()
        found = next(one.time for one in self.aws.seen("DescribeAutoScalingGroups") if one.time >= since)
        self.assertLess(found - since, 1.1 * self.poll + self.slack)
        return found


if __name__ == "__main__":
    story.main()
