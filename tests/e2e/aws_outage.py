"""AWS fails in every way there is, under load: no target is lost, no request fails, the log is not flooded, and the
door serves from disk when it is started meanwhile.

GATEHOUSE_OUTAGE_SECONDS makes each fault last longer than the 2 s that ctest allows it.
"""

import re
import time
from collections import Counter

import story
from auto_scaling_story import AutoScaling
from load import Load
from wire import ask

OUTAGE = story.seconds("GATEHOUSE_OUTAGE_SECONDS", 2)
RECOVERY = 40  # seconds; an answer that is 30 s late is waited for
GROUPS = 2     # that are followed at most, each of which counts a poll

ALL = ("throttle", "internal", "unavailable", "expired_token", "clock_skew", "reset", "truncated", "short", "empty",
       "no_instances", "lost_token", "cut_pages", "slow")
LASTING = {"slow": 30, "clock_skew": 900}  # seconds of each answer's delay, and of the clock's error
TAGS = {"app": "web"}


class Outage(AutoScaling):
    # AWS alone is to be in trouble here.
    health_check = AutoScaling.health_check | {"interval": "1s", "timeout": "900ms", "unhealthy_threshold": 3}

    def serve_through(self, group, kinds, harmless=(), perhaps=()):
        """Each kind of fault in turn. Those that are `harmless` keep nothing from being known, others `perhaps`."""
        load = Load(self.gate.address(), connections=8, seconds=len(kinds) * (OUTAGE + RECOVERY) + 30)
        self.addCleanup(load.close)
        for kind in kinds:
            with self.subTest(kind):
                self.suffer(group, kind, None if kind in perhaps else kind in harmless)
        told = load.end()
        self.assertEqual(told["failures"], [])
        self.assertEqual(set(told["served_by"]), self.members(group))

    def members(self, group):
        return self.others | {one.id for one in group.in_service()}

    def suffer(self, group, kind, harmless):
        said = len(self.gate.log().splitlines())
        began, successes = time.monotonic(), self.successes()
        self.aws.fault(kind, seconds=LASTING.get(kind, 0.0))
        try:
            while time.monotonic() < began + OUTAGE:
                self.assert_all_there(group)
                time.sleep(0.1)
            if harmless:
                self.assertGreater(self.successes(), successes)
            elif harmless is False:
                story.eventually(lambda: self.age() > OUTAGE / 2)
        finally:
            self.aws.clear_faults()
        self.wait_known_again()
        self.assert_all_there(group)
        self.assert_said_once(self.gate.log().splitlines()[said:])

    def wait_known_again(self):
        """Until what was asked after the fault was answered: twice, as one look may have begun before."""
        enough = self.successes() + 2 * GROUPS
        story.eventually(lambda: self.successes() >= enough and self.age() < 1, within=RECOVERY)

    def successes(self):
        return self.gate.metric("discovery_polls_total", provider="asg", result="success")

    def assert_said_once(self, lines):
        """An outage can begin in the middle of a look, so that its reason changes once."""
        said = Counter(re.sub(r"^time=\S+ | (reason|members|missing)=(\"[^\"]*\"|\S+)", "", one) for one in lines)
        self.assertLessEqual(max(said.values(), default=0), 2, "a line per poll:\n" + "\n".join(lines))

    def assert_all_there(self, group):
        states = {one["id"]: one["state"] for one in self.gate.targets()}
        self.assertEqual(states, dict.fromkeys(self.members(group), "healthy"))

    def test_no_fault_takes_a_target_of_a_named_group_away(self):
        # EC2 lists a thousand at once, so what lives is on its second page. Once they are described its lists hold those
        # only that end, and a page can be lost only when all are described again.
        self.aws.static_group("many", 1100)
        group = self.living(2)
        config = self.config(group)
        config["groups"]["many"] = {"asg": "many"}
        self.opened_with(config, group)
        self.assertTrue(self.on_a_later_page("DescribeInstances"))
        self.serve_through(group, ALL, harmless=("clock_skew", "cut_pages"), perhaps=("lost_token",))

    def test_no_fault_takes_a_target_of_a_group_with_these_tags_away(self):
        group = self.behind_a_page_of_groups()
        self.opened(group, {"asg_tags": TAGS})
        self.assertTrue(self.on_a_later_page("DescribeAutoScalingGroups"))
        self.serve_through(group, ("empty", "no_instances", "lost_token", "cut_pages"),
                           perhaps=("cut_pages",))

    def behind_a_page_of_groups(self):
        """Auto Scaling lists a hundred groups at once and only then looks at their tags: a group with these tags is on
        the first page, and the one that lives on the second."""
        made = self.aws.static_group("before", 1, tags=TAGS, network="127")
        for number in range(120):
            self.aws.static_group(f"other-{number}", 0)
        group = self.living(2, tags=TAGS)
        self.origin(made.instances[0].id, made.instances[0].address, group.port)
        self.others = {made.instances[0].id}
        return group

    def on_a_later_page(self, action):
        return any(one.parameters.get("NextToken") for one in self.aws.seen(action))

    def test_a_restart_during_an_outage_serves_from_disk(self):
        group = self.behind_a_page_of_groups()
        state = self.folder / "state"
        state.mkdir()
        self.opened_with(self.config(group, {"asg_tags": TAGS}) | {"state_dir": str(state)}, group)
        for number, kind in enumerate(("unavailable", "empty", "no_instances", "cut_pages"), 1):
            with self.subTest(kind):
                self.assertEqual(self.gate.stop(), 0)
                self.aws.fault(kind)
                self.gate.start()
                self.wait_serving(group)
                self.assertEqual(ask(self.gate.address(), "/bytes/5").status, 200)
                time.sleep(5 * self.poll)
                self.wait_serving(group, within=0)
                self.assertEqual(len(self.lines("serves from its last good inventory")), number)
                self.aws.clear_faults()
                self.wait_known_again()


if __name__ == "__main__":
    story.main()
