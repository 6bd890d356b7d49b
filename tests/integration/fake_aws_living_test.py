"""The living groups of the fake AWS, with real servers on loopback; metrics that scale them; and the fake as a program.

    PYTHONPATH=tests/support python3 tests/integration/fake_aws_living_test.py [Class[.test]]
"""

import http.client
import json
import signal
import socket
import subprocess
import sys
import time
import unittest
from collections import Counter

from fake_aws.client import Client
from fake_aws.server import FakeAws
from story import eventually

ASG, EC2 = "DescribeAutoScalingGroups", "DescribeInstances"


def refuses(address, port):
    try:
        socket.create_connection((address, port), timeout=5).close()
    except ConnectionRefusedError:
        return True
    return False


def served_by(address, port):
    connection = http.client.HTTPConnection(address, port, timeout=5)
    try:
        connection.request("GET", "/echo")
        return connection.getresponse().getheader("X-Served-By")
    finally:
        connection.close()


class Living(unittest.TestCase):
    def setUp(self):
        self.aws = FakeAws(tick=0.02)
        self.addCleanup(self.aws.stop)
        self.client = Client(self.aws)

    def group(self, desired=2, **settings):
        self.web = self.aws.living_group("web", desired, **settings)
        return self.web

    def settle(self, within=20):
        eventually(self.web.settled, within)

    def states(self):
        """{instance id: lifecycle state}, as the API shows it."""
        root = self.client.call("autoscaling", ASG, **{"AutoScalingGroupNames.member.1": "web"}).root
        return {one.findtext("InstanceId"): one.findtext("LifecycleState") for one in root.iter("member")
                if one.find("InstanceId") is not None}

    def waiting(self, state="Terminating:Wait"):
        return [one for one, found in self.states().items() if found == state]

    def ec2_states(self):
        root = self.client.call("ec2", EC2).root
        return {one.findtext("instanceId"): one.findtext("instanceState/name") for one in root.iter("item")
                if one.find("instanceId") is not None}

    def answer_hook(self, instance, action="CompleteLifecycleAction", hook="drain", **more):
        if action == "CompleteLifecycleAction":
            more = {"LifecycleActionResult": "CONTINUE"} | more
        return self.client.call("autoscaling", action, AutoScalingGroupName="web", LifecycleHookName=hook,
                                InstanceId=instance, **more)


class Scaling(Living):
    def test_it_scales_out_and_in_over_both_zones_and_drains_behind_a_hook(self):
        self.group(2).put_hook("drain", heartbeat=30)
        self.settle()
        first = self.web.in_service()
        self.assertEqual([one.zone for one in first], ["eu-west-2a", "eu-west-2b"])
        self.assertEqual([one.address.rpartition(".")[0] for one in first], ["127.0.1", "127.0.2"])
        self.web.set_desired(4)
        self.settle()
        self.assertEqual(Counter(one.zone[-1] for one in self.web.in_service()), {"a": 2, "b": 2})
        for one in self.web.in_service():
            self.assertEqual(served_by(one.address, self.web.port), one.id)

        self.web.set_desired(2)
        leaving = eventually(lambda: len(self.waiting()) == 2 and self.waiting())
        self.assertEqual(set(leaving), {one.id for one in first}, "the oldest of each zone")
        time.sleep(0.2)  # ten ticks: the hook holds them all the while
        self.assertEqual(len(self.states()), 4)
        for one in first:
            self.assertEqual(served_by(one.address, self.web.port), one.id)
            self.assertEqual(self.ec2_states()[one.id], "running")
            self.assertEqual(self.answer_hook(one.id).status, 200)
        self.settle()
        self.assertFalse(set(self.states()) & set(leaving))
        for one in first:
            self.assertTrue(refuses(one.address, self.web.port))
        self.assertEqual([one.parameters["InstanceId"] for one in self.aws.seen("CompleteLifecycleAction")],
                         [one.id for one in first])

    def test_ec2_shows_what_left_for_a_while(self):
        self.group(1)
        self.settle()
        gone = self.web.in_service()[0].id
        self.web.shutting_down_steps = self.web.terminated_steps = 20
        self.web.set_desired(0)
        seen = []
        eventually(lambda: gone not in note(seen, self.ec2_states(), gone), every=0.005)
        self.assertEqual(seen, ["running", "shutting-down", "terminated"])
        self.assertEqual(self.client.call("ec2", EC2, **{"InstanceId.1": gone}).code, "InvalidInstanceID.NotFound")

    def test_a_spot_request_ends_with_its_instance(self):
        self.group(1, spot=True)
        self.settle()
        self.web.shutting_down_steps = 1
        gone = self.web.in_service()[0]
        self.web.mark_spot(gone.id)
        self.web.set_desired(0)
        request = {"Filter.1.Name": "instance-id", "Filter.1.Value.1": gone.id}
        status = lambda: self.client.call("ec2", "DescribeSpotInstanceRequests", **request).text(".//status/code")
        self.assertEqual(status(), "marked-for-termination")
        eventually(lambda: status() == "instance-terminated-by-user")

    def test_what_is_unhealthy_is_replaced_but_a_death_alone_is_not_noticed(self):
        self.group(2)
        self.settle()
        victim = self.web.in_service()[0]
        self.web.kill(victim.id)
        self.assertTrue(refuses(victim.address, self.web.port))
        time.sleep(0.2)
        self.assertIn(victim, self.web.in_service())
        told = self.client.call("autoscaling", "SetInstanceHealth", InstanceId=victim.id, HealthStatus="Unhealthy")
        self.assertEqual(told.status, 200)
        eventually(lambda: victim.id not in self.states() and self.web.settled(), within=20)
        self.assertEqual(Counter(one.zone[-1] for one in self.web.in_service()), {"a": 1, "b": 1})

    def test_the_grace_period_is_respected_when_that_is_asked_for(self):
        self.group(1, grace_period=60)
        self.settle()
        young = self.web.in_service()[0]
        asks = {"InstanceId": young.id, "HealthStatus": "Unhealthy"}
        self.client.call("autoscaling", "SetInstanceHealth", **asks)
        self.assertEqual(young.health, "Healthy")
        self.client.call("autoscaling", "SetInstanceHealth", **asks, ShouldRespectGracePeriod="false")
        self.assertEqual(young.health, "Unhealthy")
        for wrong in ({"InstanceId": "i-0123456789abcdef0"}, {"HealthStatus": "Sick"}, {"InstanceId": ""}):
            refused = self.client.call("autoscaling", "SetInstanceHealth", **(asks | wrong))
            self.assertEqual((refused.status, refused.code), (400, "ValidationError"))

    def test_a_zone_goes_down_and_comes_back(self):
        self.group(4)
        self.settle()
        self.web.kill_zone("b")
        dead = [one for one in self.web.in_service() if one.zone == "eu-west-2b"]
        self.assertEqual(len(dead), 2)
        for one in dead:
            self.assertTrue(refuses(one.address, self.web.port))
            self.client.call("autoscaling", "SetInstanceHealth", InstanceId=one.id, HealthStatus="Unhealthy")
        eventually(lambda: self.web.settled() and not set(dead) & set(self.web.in_service()), within=20)
        self.assertEqual({one.zone for one in self.web.in_service()}, {"eu-west-2a"})
        self.web.restore_zone("b")
        self.web.set_desired(6)
        self.settle()
        self.assertEqual(Counter(one.zone[-1] for one in self.web.in_service()), {"a": 4, "b": 2})

    def test_a_rolling_replacement_never_falls_below_what_is_desired(self):
        self.group(3)
        self.settle()
        old = set(self.states())
        self.web.rolling_replace()
        fewest = [3]
        eventually(lambda: lowest(fewest, self.web) and self.web.settled(), within=30, every=0.005)
        self.assertEqual(fewest, [3])
        self.assertFalse(old & set(self.states()))


class Hooks(Living):
    def test_without_an_answer_the_hook_ends_after_its_heartbeat_and_a_heartbeat_extends_it(self):
        self.group(2).put_hook("drain", heartbeat=1.5)
        self.settle()
        self.web.set_desired(0)
        held, other = eventually(lambda: len(self.waiting()) == 2 and self.waiting())
        began = time.monotonic()
        eventually(lambda: self.answer_hook(held, "RecordLifecycleActionHeartbeat").status == 200
                   and other not in self.states())
        self.assertGreater(time.monotonic() - began, 1)
        self.assertEqual(self.waiting(), [held])
        eventually(lambda: not self.states(), within=5)
        late = self.answer_hook(other)
        self.assertEqual((late.code, late.text(".//Message")),
                         ("ValidationError", f"No active Lifecycle Action found with instance ID {other}"))

    def test_hooks_are_described(self):
        self.group(0).put_hook("drain", heartbeat=45, default="CONTINUE")
        self.web.put_hook("ready", "launching", heartbeat=60)
        shown = self.client.call("autoscaling", "DescribeLifecycleHooks", AutoScalingGroupName="web")
        self.assertEqual([[field.text for field in one] for one in shown.root.iter("member")], [
            ["drain", "web", "autoscaling:EC2_INSTANCE_TERMINATING", "45", "4500", "CONTINUE"],
            ["ready", "web", "autoscaling:EC2_INSTANCE_LAUNCHING", "60", "6000", "ABANDON"]])
        unknown = self.client.call("autoscaling", "DescribeLifecycleHooks", AutoScalingGroupName="api")
        self.assertEqual(unknown.code, "ValidationError")

    def test_a_launch_hook_holds_back_and_an_abandoned_instance_is_replaced(self):
        self.group(0).put_hook("ready", "launching", heartbeat=30)
        self.web.set_desired(1)
        first = eventually(lambda: self.waiting("Pending:Wait"))[0]
        self.assertEqual(self.answer_hook(first, hook="drain").code, "ValidationError")
        self.answer_hook(first, hook="ready", LifecycleActionResult="ABANDON")
        second = eventually(lambda: [one for one in self.waiting("Pending:Wait") if one != first])[0]
        self.answer_hook(second, hook="ready")
        self.settle()
        self.assertEqual(list(self.states()), [second])

    def test_all_hooks_must_be_answered_and_a_token_will_do(self):
        self.group(1).put_hook("drain", heartbeat=30)
        self.web.put_hook("logs", heartbeat=30)
        self.settle()
        self.web.set_desired(0)
        held = eventually(self.waiting)[0]
        self.answer_hook(held)
        time.sleep(0.2)
        self.assertEqual(self.waiting(), [held])
        token = self.web.find(held).actions["logs"].token
        asks = {"AutoScalingGroupName": "web", "LifecycleHookName": "logs", "LifecycleActionToken": token}
        self.client.call("autoscaling", "CompleteLifecycleAction", **asks, LifecycleActionResult="CONTINUE")
        eventually(lambda: not self.states())


class Metrics(Living):
    def put(self, namespace="Gatehouse", **fields):
        data = {f"MetricData.member.1.{name.replace('_', '.')}": value for name, value in fields.items()}
        return self.client.call("monitoring", "PutMetricData", Namespace=namespace, **data)

    def test_each_form_of_a_value_is_kept(self):
        self.assertEqual(self.put(MetricName="a", Value="2.5", Unit="Count", Dimensions_member_1_Name="TargetGroup",
                                  Dimensions_member_1_Value="web").status, 200)
        self.put(MetricName="b", Values_member_1="1", Values_member_2="3", Counts_member_1="2", Counts_member_2="1")
        self.put(MetricName="c", StatisticValues_SampleCount="4", StatisticValues_Sum="10",
                 StatisticValues_Minimum="1", StatisticValues_Maximum="4")
        a, b, c = self.aws.account.metrics
        self.assertEqual((a.name, a.sum, a.unit, a.dimensions), ("a", 2.5, "Count", {"TargetGroup": "web"}))
        self.assertEqual([(one.count, one.sum, one.minimum, one.maximum) for one in (b, c)],
                         [(3, 5, 1, 3), (4, 10, 1, 4)])

    def test_what_cloudwatch_refuses_is_refused_whole(self):
        for code, wrong in (
                ("MissingParameter", {"namespace": "", "Value": "1"}),
                ("InvalidParameterValue", {"namespace": "AWS/EC2", "Value": "1"}),
                ("InvalidParameterValue", {"Value": "NaN"}), ("InvalidParameterValue", {"Value": "1e200"}),
                ("InvalidParameterValue", {"Value": "1", "Unit": "Requests"}),
                ("InvalidParameterValue", {"Value": "1", "Timestamp": "2001-01-01T00:00:00Z"}),
                ("InvalidParameterValue", {"Value": "1", "MetricName": ""}),
                ("InvalidParameterValue", {"Value": "1", "Dimensions_member_1_Name": "Zone"}),
                ("InvalidParameterCombination", {"Values_member_1": "1", "Counts_member_1": "1",
                                                 "Counts_member_2": "1"})):
            self.assertEqual(self.put(**({"MetricName": "a"} | wrong)).code, code, wrong)
        self.assertEqual(len(self.aws.account.metrics), 0)

    def test_a_group_follows_its_requests_per_target(self):
        self.group(2, minimum=1, maximum=4).track(value=100, period=0.1, in_after=2,
                                                  dimensions={"TargetGroup": "web"})
        self.settle()

        def report(requests, group="web"):
            self.put(MetricName="RequestCountPerTarget", Value=str(requests / max(1, len(self.web.in_service()))),
                     Dimensions_member_1_Name="TargetGroup", Dimensions_member_1_Value=group)
        eventually(lambda: report(350) or len(self.web.in_service()) == 4)
        for _ in range(4):  # periods with no data for this group
            report(1, group="api")
            time.sleep(0.11)
        self.assertEqual(self.web.desired, 4)
        eventually(lambda: report(90) or len(self.web.in_service()) == 1)


class AsAProgram(unittest.TestCase):
    def test_it_is_controlled_by_http_and_leaves_no_server_behind(self):
        program = subprocess.Popen([sys.executable, "-m", "fake_aws", "--port", "0", "--tick", "0.02"],
                                   stdout=subprocess.PIPE, text=True)
        self.addCleanup(program.stdout.close)
        self.addCleanup(program.wait)
        self.addCleanup(program.kill)
        told = json.loads(program.stdout.readline())
        self.assertEqual(told["endpoint"], f"http://127.0.0.1:{told['port']}")
        self.port = told["port"]
        self.control(do="living_group", name="web", desired=2)
        eventually(lambda: self.control()["groups"]["web"]["settled"])
        self.control(do="set_desired", group="web", count=3)
        eventually(lambda: self.control()["groups"]["web"]["settled"])
        web = self.control()["groups"]["web"]
        addresses = [(one["address"], web["port"]) for one in web["instances"]]
        self.assertEqual([refuses(*address) for address in addresses], [False] * 3)
        self.control(do="static_group", name="spot", count=1, spot=True)
        doomed = self.control()["groups"]["spot"]["instances"][0]
        self.assertEqual(doomed["spot"], "fulfilled")
        told = self.control(do="mark_spot", group="spot", instance_id=doomed["id"], code="marked-for-stop")
        self.assertEqual(told["groups"]["spot"]["instances"][0]["spot"], "marked-for-stop")
        self.control(do="fault", kind="throttle", times=1)
        self.control(do="set_mode", of="imds", mode="off")
        self.assertIn("ValueError", self.control(do="fault", kind="flood")["error"])
        self.assertIn("ValueError", self.control(do="stop")["error"])
        self.assertEqual(self.control(do="calls"), [])
        program.send_signal(signal.SIGKILL)
        eventually(lambda: all(refuses(*address) for address in addresses))

    def control(self, **what):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("POST" if what else "GET", "/_control", json.dumps(what))
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()


def note(seen, states, instance):
    """Adds the instance's state to those seen, if it is a new one; returns the states."""
    if instance in states and states[instance] not in seen[-1:]:
        seen.append(states[instance])
    return states


def lowest(fewest, group):
    """Keeps the lowest number in service that was ever seen."""
    fewest[0] = min(fewest[0], len(group.in_service()))
    return True


if __name__ == "__main__":
    unittest.main(verbosity=2)
