"""The loop closes: what the door tells CloudWatch once a minute lets target tracking scale its own group, out under
load and in again without it, and no request is lost. Takes two of those minutes."""

import time

import story
from auto_scaling_story import AutoScaling
from load import Load

MINUTE = 60  # seconds between two reports
NAMESPACE = "Gatehouse"


class ScalingLoop(AutoScaling):
    health_check = AutoScaling.health_check | {"interval": "1s", "timeout": "900ms"}

    def test_a_group_follows_its_load(self):
        group = self.living(1, minimum=1, maximum=3)
        group.put_hook("gatehouse-drain", heartbeat=60)
        config = self.config(group)
        config["aws"] |= {"metrics_namespace": NAMESPACE, "lifecycle_hook": "gatehouse-drain"}
        self.opened_with(config, group)
        began = time.monotonic()
        load = Load(self.gate.address(), connections=8, seconds=2 * MINUTE, slow=True)
        self.addCleanup(load.close)
        time.sleep(10)
        rate = self.requests() / (time.monotonic() - began)
        # Eight seconds of this load for each: a minute of it wants all three even where it slows down to a half, and
        # what the second minute gets of it, until the new ones serve, does not.
        group.track(value=8 * rate, namespace=NAMESPACE, dimensions={"TargetGroup": "web"}, in_after=1)

        story.eventually(lambda: group.desired == 3, within=MINUTE)
        story.eventually(group.settled, within=20)
        self.wait_serving(group)
        time.sleep(1)  # for the new ones to get something
        told = load.end()
        self.assertEqual(told["failures"], [])
        self.assertEqual(len(told["served_by"]), 3, "the new instances got nothing")

        story.eventually(lambda: group.desired < 3, within=MINUTE + 10)
        story.eventually(group.settled, within=20)
        self.wait_serving(group)
        first, second = self.reported("RequestCountPerTarget")
        self.assertAlmostEqual(second.received - first.received, MINUTE, delta=10)
        # Each request was in one report, but those of the first second, when the door had nothing to count from yet.
        self.assertAlmostEqual(first.sum + 3 * second.sum, self.requests(), delta=self.requests() / 10)
        self.assertEqual([one.sum for one in self.reported("HealthyHostCount")], [1, 3])
        self.assertEqual([one.sum for one in self.reported("HTTPCode_ELB_5XX_Count")], [0, 0])

    def requests(self):
        return self.gate.metric("lb_requests_total", target_group="web")

    def reported(self, name):
        return [one for one in self.aws.account.metrics
                if (one.namespace, one.name, one.dimensions) == (NAMESPACE, name, {"TargetGroup": "web"})]


if __name__ == "__main__":
    story.main()
