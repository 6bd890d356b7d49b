"""The fake AWS against AWS's own vectors and recorded answers; its faults, and its metadata service.

    PYTHONPATH=tests/support python3 tests/integration/fake_aws_test.py [Class[.test]]
"""

import http.client
import json
import re
import socket
import time
import unittest
import xml.etree.ElementTree as ElementTree

import story
from fake_aws import clock, signature
from fake_aws.call import Call
from fake_aws.client import Client
from fake_aws.keys import Credential, Keys
from fake_aws.refusal import Refusal
from fake_aws.server import FakeAws
from story import eventually

ASG, EC2, SPOT = "DescribeAutoScalingGroups", "DescribeInstances", "DescribeSpotInstanceRequests"


def json_lines(folder, name):
    text = (story.shared_data(folder) / name).read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def recorded(name):
    return ElementTree.parse(story.shared_data("aws-xml") / "moto-recorded" / f"{name}.xml").getroot()


class Fake(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.aws = FakeAws()
        self.addCleanup(self.aws.stop)
        self.client = Client(self.aws)

    def asg(self, action=ASG, **parameters):
        return self.client.call("autoscaling", action, **parameters)

    def ec2(self, action=EC2, **parameters):
        return self.client.call("ec2", action, **parameters)

    def assert_refused(self, reply, status, code):
        self.assertEqual((reply.status, reply.code), (status, code), reply.body)

    def group_names(self, reply):
        return reply.texts(".//AutoScalingGroups/member/AutoScalingGroupName")


class Signatures(unittest.TestCase):
    def test_every_vector_of_the_signing_test_suite(self):
        cases = json_lines("sigv4", "cases.jsonl")
        for case in cases:
            with self.subTest(case["id"]):
                head, _, body = case["header_signed_request"].partition("\n\n")
                first, *lines = head.split("\n")
                method, target = re.fullmatch(r"(\S+) (.*) HTTP/1\.1", first).groups()
                fields = [tuple(line.split(":", 1)) for line in lines]
                claim = signature.parse(dict(fields)["Authorization"])
                canonical = signature.canonical_request(method, target, fields, claim.signed, body.encode(),
                                                        normalize=case["context"]["normalize"])
                self.assertEqual(canonical, case["header_canonical_request"])
                text = signature.string_to_sign(canonical, "20150830T123600Z", claim.scope)
                self.assertEqual(text, case["header_string_to_sign"])
                secret = case["context"]["credentials"]["secret_access_key"]
                self.assertEqual(signature.sign(secret, claim.scope, text), case["header_signature"])
        self.assertGreater(len(cases), 20)

    def test_requests_that_botocore_signed_pass_and_do_not_when_touched(self):
        for case in json_lines("sigv4", "gatehouse-requests.jsonl"):
            with self.subTest(case["id"]):
                keys = Keys(case["region"])
                keys.add(Credential(case["access_key"], case["secret_key"], case["session_token"]))
                now = clock.parse_stamp(case["time"])
                fields = [*case["headers"].items(), ("X-Amz-Date", case["time"]),
                          ("Authorization", case["authorization"])]
                if case["session_token"]:
                    fields.append(("X-Amz-Security-Token", case["session_token"]))
                target = "/" + case["url"].split("/", 3)[3]
                call = Call(case["method"], target, fields, case["body"].encode(), now)
                self.assertEqual(call.service, case["service"])
                keys.check(call, now)
                if call.raw_body:
                    call.raw_body += b"&"
                else:
                    call.target += "&More=1"
                with self.assertRaises(Refusal):
                    keys.check(call, now)


class TheDoor(Fake):
    def test_what_is_signed_well_comes_in(self):
        self.assertEqual(self.asg().status, 200)
        self.assertEqual(self.ec2().status, 200)
        who = self.client.call("sts", "GetCallerIdentity")
        self.assertEqual(who.text(".//Account"), "123456789012")

    def test_each_service_refuses_in_its_own_words(self):
        expired = self.aws.keys.issue("arn:aws:iam::123456789012:user/late", time.time() - 1)
        stranger = Credential("AKIDNOBODY", "x")
        forger = Credential(self.aws.key.access_key, "wrong")
        for credential, asg, ec2 in (
                (stranger, (403, "InvalidClientTokenId"), (401, "AuthFailure")),
                (forger, (403, "SignatureDoesNotMatch"), (401, "AuthFailure")),
                (expired, (403, "ExpiredToken"), (400, "RequestExpired"))):
            client = Client(self.aws, credential)
            self.assert_refused(client.call("autoscaling", ASG), *asg)
            self.assert_refused(client.call("ec2", EC2), *ec2)
        self.client.signs = False
        self.assert_refused(self.asg(), 403, "MissingAuthenticationToken")
        self.assert_refused(self.ec2(), 400, "MissingParameter")

    def test_the_two_shapes_of_an_error(self):
        client = Client(self.aws, Credential("AKIDNOBODY", "x"))
        asg, ec2 = client.call("autoscaling", ASG).root, client.call("ec2", EC2).root
        self.assertEqual([one.tag for one in asg.iter()],
                         ["ErrorResponse", "Error", "Type", "Code", "Message", "RequestId"])
        self.assertEqual([one.tag for one in ec2.iter()],
                         ["Response", "Errors", "Error", "Code", "Message", "RequestID"])

    def test_what_is_sent_must_be_signed_and_for_here_and_now(self):
        self.client.extra = [("X-Amz-Extra", "1")]
        self.assert_refused(self.asg(), 403, "SignatureDoesNotMatch")
        self.assert_refused(Client(self.aws, region="eu-west-1").call("autoscaling", ASG), 403,
                            "SignatureDoesNotMatch")
        late = Client(self.aws, skew=-600)
        self.assert_refused(late.call("autoscaling", ASG), 403, "RequestTimeTooSkewed")
        self.assert_refused(late.call("ec2", EC2), 403, "RequestTimeTooSkewed")
        self.aws.keys.skew_code = None
        self.assert_refused(late.call("autoscaling", ASG), 403, "SignatureDoesNotMatch")
        self.assert_refused(late.call("ec2", EC2), 401, "AuthFailure")

    def test_its_clock_can_be_moved_and_a_client_can_follow(self):
        self.aws.set_skew(3600)
        refused = self.asg()
        self.assert_refused(refused, 403, "RequestTimeTooSkewed")
        told = time.mktime(time.strptime(refused.fields["date"], "%a, %d %b %Y %H:%M:%S %Z")) - time.timezone
        self.assertAlmostEqual(told, time.time() + 3600, delta=3)
        self.client.skew = told - time.time()
        self.assertEqual(self.asg().status, 200)

    def test_actions_are_denied_one_by_one(self):
        self.aws.deny(ASG, EC2)
        self.assert_refused(self.asg(), 403, "AccessDenied")
        self.assert_refused(self.ec2(), 403, "UnauthorizedOperation")
        self.aws.allow(EC2)
        self.assertEqual(self.ec2().status, 200)
        self.assert_refused(self.asg(), 403, "AccessDenied")

    def test_every_call_is_remembered_with_what_came_of_it(self):
        self.aws.deny(EC2)
        self.ec2(**{"InstanceId.1": "i-0123456789abcdef0"})
        self.asg("DescribeLifecycleHooks", AutoScalingGroupName="nobody")
        self.assert_refused(self.asg("TerminateEverything"), 400, "InvalidAction")
        denied, unknown, none = self.aws.calls
        self.assertEqual((denied.service, denied.action, denied.code), ("ec2", EC2, "UnauthorizedOperation"))
        self.assertEqual(denied.parameters["InstanceId.1"], "i-0123456789abcdef0")
        self.assertEqual((unknown.status, unknown.code), (400, "ValidationError"))
        self.assertEqual(none.code, "InvalidAction")
        self.assertAlmostEqual(denied.time, time.time(), delta=5)


class Answers(Fake):
    def paths(self, root, prefix=""):
        name = f"{prefix}/{root.tag.rpartition('}')[2]}"
        return {name}.union(*(self.paths(child, name) for child in root))

    def test_they_have_the_recorded_shapes(self):
        self.aws.static_group("web", 3, {"Role": "web", "team": "édge & <ops>"})
        shown = self.asg(**{"AutoScalingGroupNames.member.1": "web"})
        self.assertEqual(self.paths(shown.root), self.paths(recorded("asg-one-by-name")))
        self.assertIn("édge & <ops>", shown.texts(".//Tags/member/Value"))
        nothing = self.asg(**{"AutoScalingGroupNames.member.1": "nobody"})
        self.assertEqual(self.paths(nothing.root), self.paths(recorded("asg-unknown-name")))
        # The recorded instances have a public address and what the mock adds; elements of ours are all among theirs.
        self.assertLessEqual(self.paths(self.ec2().root), self.paths(recorded("ec2-instances-of-web-blue")))
        none = self.ec2(**{"Filter.1.Name": "tag:Role", "Filter.1.Value.1": "nothing"})
        self.assertEqual(self.paths(none.root), self.paths(recorded("ec2-filter-no-match")))
        unknown = self.ec2(**{"InstanceId.1": "i-0123456789abcdef0"})
        self.assertEqual(self.paths(unknown.root), self.paths(recorded("ec2-error-not-found")))
        self.assertEqual(unknown.text(".//Message"), recorded("ec2-error-not-found").findtext(".//{*}Message"))

    def pages(self, read, path, **parameters):
        """The number of items on each page, following the tokens; and all items."""
        sizes, found, token = [], [], {}
        while True:
            reply = read(**parameters, **token)
            self.assertEqual(reply.status, 200, reply.body)
            found += (page := reply.texts(path))
            sizes.append(len(page))
            following = reply.root.findtext(".//NextToken") or reply.root.findtext(".//nextToken")
            if not following:
                return sizes, found
            token = {"NextToken": following}

    def test_groups_come_in_pages(self):
        for number in range(101):
            self.aws.static_group(f"group/{number} ä", 0)
        names = ".//AutoScalingGroups/member/AutoScalingGroupName"
        sizes, found = self.pages(self.asg, names)
        self.assertEqual((sizes, found), ([50, 50, 1], list(self.aws.account.groups)))
        self.assertEqual(self.pages(self.asg, names, MaxRecords=100)[0], [100, 1])
        token = self.asg().text(".//NextToken")
        self.assertRegex(token, r"[+/].*=")
        self.assert_refused(self.asg(NextToken=token, IncludeInstances="false"), 400, "InvalidNextToken")
        for wrong in ("", "abc", token[:-9]):
            self.assert_refused(self.asg(NextToken=wrong), 400, "InvalidNextToken")
        for wrong in ("0", "101", "x"):
            self.assert_refused(self.asg(MaxRecords=wrong), 400, "ValidationError")

    def test_a_filter_can_leave_a_page_empty_and_yet_there_are_more(self):
        for number in range(60):
            self.aws.static_group(f"group-{number}", 1, {"app": "web"} if number > 55 else {})
        wanted = {"Filters.member.1.Name": "tag:app", "Filters.member.1.Values.member.1": "web"}
        sizes, found = self.pages(self.asg, ".//AutoScalingGroups/member/AutoScalingGroupName", **wanted)
        self.assertEqual((sizes, found[0]), ([0, 4], "group-56"))
        self.assert_refused(self.asg(**{"Filters.member.1.Name": "color"}), 400, "ValidationError")

    def test_instances_come_in_pages_by_id_and_by_filter(self):
        web, api = self.aws.static_group("web", 1001, {"app": "web"}), self.aws.static_group("api", 4)
        path = ".//instancesSet/item/instanceId"
        everyone = [one.id for one in web.instances + api.instances]
        self.assertEqual(self.pages(self.ec2, path), ([1005], everyone))
        self.assertEqual(self.pages(self.ec2, path, MaxResults=1000), ([1000, 5], everyone))
        ids = {f"InstanceId.{number + 1}": one.id for number, one in enumerate(api.instances)}
        self.assertEqual(self.ec2(**ids).texts(path), [one.id for one in api.instances])
        self.assertEqual(self.ec2(**ids).texts(".//instancesSet/item/privateIpAddress"),
                         [one.address for one in api.instances])
        by_group = {"Filter.1.Name": "tag:aws:autoscaling:groupName", "Filter.1.Value.1": "ap*",
                    "Filter.2.Name": "instance-state-name", "Filter.2.Value.1": "pending",
                    "Filter.2.Value.2": "running"}
        self.assertEqual(self.ec2(**by_group).texts(path), [one.id for one in api.instances])
        self.assert_refused(self.ec2(**ids, MaxResults=10), 400, "InvalidParameterCombination")
        self.assert_refused(self.ec2(MaxResults=4), 400, "InvalidParameterValue")
        self.assert_refused(self.ec2(**{"InstanceId.1": "web-1"}), 400, "InvalidInstanceID.Malformed")
        self.assert_refused(self.ec2(**{"Filter.1.Name": "color"}), 400, "InvalidParameterValue")
        self.assertEqual(self.ec2().fields["transfer-encoding"], "chunked")

    def test_made_up_instances_may_be_on_loopback_for_one_server_to_be_all_of_them(self):
        here = self.aws.static_group("here", 257, network="127").instances
        there = self.aws.static_group("there", 2).instances
        self.assertEqual([one.address for one in there], ["10.0.1.0", "10.0.1.1"])
        self.assertEqual([here[0].address, here[-1].address], ["127.64.0.1", "127.64.1.1"])
        with socket.create_server(("0.0.0.0", 0)) as server:
            for one in (here[0], here[128], here[-1]):
                socket.create_connection((one.address, server.getsockname()[1]), timeout=5).close()
        with self.assertRaises(ValueError):
            self.aws.static_group("elsewhere", 1, network="192")

    def test_ten_thousand_instances_in_two_hundred_groups(self):
        for number in range(200):
            self.aws.static_group(f"group-{number}", 50)
        began = time.monotonic()
        sizes, found = self.pages(self.asg, ".//Instances/member/InstanceId", MaxRecords=100)
        self.assertEqual((sizes, len(set(found))), ([5000, 5000], 10000))
        sizes, addresses = self.pages(self.ec2, ".//instancesSet/item/privateIpAddress", MaxResults=1000)
        self.assertEqual((sizes, len(set(addresses))), ([1000] * 10, 10000))
        print(f"  asked for 10000 instances and their addresses in {time.monotonic() - began:.1f} s", flush=True)


class SpotRequests(Fake):
    ids = ".//spotInstanceRequestSet/item/instanceId"

    def setUp(self):
        super().setUp()
        self.web = self.aws.static_group("web", 12, spot=True)
        self.aws.static_group("api", 3)

    def spot(self, **parameters):
        return self.ec2(SPOT, **parameters)

    def of(self, **wanted):
        """The instances whose requests fit these filters, whose values are lists."""
        parameters = {}
        for number, (name, values) in enumerate(wanted.items(), 1):
            parameters[f"Filter.{number}.Name"] = name.replace("_", "-")
            parameters |= {f"Filter.{number}.Value.{place}": one for place, one in enumerate(values, 1)}
        return self.spot(**parameters).texts(self.ids)

    def test_only_spot_instances_have_one_and_name_it(self):
        everyone = [one.id for one in self.web.instances]
        self.assertEqual(self.spot().texts(self.ids), everyone)
        shown = self.ec2()
        self.assertEqual(shown.texts(".//instancesSet/item/instanceLifecycle"), ["spot"] * 12)
        requests = shown.texts(".//instancesSet/item/spotInstanceRequestId")
        self.assertEqual(requests, self.spot().texts(".//spotInstanceRequestSet/item/spotInstanceRequestId"))
        one = self.spot(**{"SpotInstanceRequestId.1": requests[5]})
        self.assertEqual(one.texts(self.ids), [everyone[5]])
        self.assert_refused(self.spot(**{"SpotInstanceRequestId.1": "sir-00000000"}), 400,
                            "InvalidSpotInstanceRequestID.NotFound")
        by_lifecycle = self.ec2(**{"Filter.1.Name": "instance-lifecycle", "Filter.1.Value.1": "spot"})
        self.assertEqual(by_lifecycle.texts(".//instancesSet/item/instanceId"), everyone)

    def test_requests_are_found_by_what_is_said_of_them(self):
        stays, marked, stopped, ended = [one.id for one in self.web.instances[:4]]
        self.web.mark_spot(marked)
        self.web.mark_spot(stopped, "marked-for-stop")
        self.web.mark_spot(ended, "instance-terminated-no-capacity")
        self.assertEqual(self.of(status_code=["marked-for-termination", "marked-for-stop"]), [marked, stopped])
        self.assertEqual(self.of(status_code=["instance-terminated-*"], state=["closed"]), [ended])
        self.assertEqual(self.of(instance_id=[stays, marked], state=["active"]), [stays, marked])
        self.assertEqual(self.of(status_code=["marked-for-hibernation"]), [])
        item = self.spot(**{"Filter.1.Name": "instance-id", "Filter.1.Value.1": marked}).root.find(".//item")
        self.assertEqual((item.findtext("state"), item.findtext("status/code")), ("active", "marked-for-termination"))
        self.assertIn("marked", item.findtext("status/message"))
        self.assertAlmostEqual(clock.parse_iso(item.findtext("status/updateTime")), time.time(), delta=5)
        self.assert_refused(self.spot(**{"Filter.1.Name": "color"}), 400, "InvalidParameterValue")
        with self.assertRaises(ValueError):
            self.web.mark_spot(marked, "doomed")

    def test_requests_come_in_pages(self):
        first = self.spot(MaxResults=5)
        second = self.spot(MaxResults=5, NextToken=first.text("nextToken"))
        third = self.spot(MaxResults=5, NextToken=second.text("nextToken"))
        self.assertEqual([len(one.texts(self.ids)) for one in (first, second, third)], [5, 5, 2])
        self.assertIsNone(third.text("nextToken"))
        self.assert_refused(self.spot(MaxResults=4), 400, "InvalidParameterValue")
        self.assert_refused(self.spot(MaxResults=5, NextToken="x"), 400, "InvalidNextToken")
        self.aws.deny(SPOT)
        self.assert_refused(self.spot(), 403, "UnauthorizedOperation")


class Faults(Fake):
    def setUp(self):
        super().setUp()
        self.aws.static_group("web", 6)

    def test_throttling_hits_one_action_a_number_of_times(self):
        self.aws.fault("throttle", action=EC2, times=2)
        for _ in range(2):
            self.assertEqual(self.asg().status, 200)
            self.assert_refused(self.ec2(), 503, "RequestLimitExceeded")
        self.assertEqual(self.ec2().status, 200)
        self.aws.fault("throttle")
        self.assert_refused(self.asg(), 400, "Throttling")
        self.aws.clear_faults()
        self.assertEqual(self.asg().status, 200)

    def test_the_service_breaks(self):
        self.aws.fault("internal")
        self.assert_refused(self.asg(), 500, "InternalFailure")
        self.assert_refused(self.ec2(), 500, "InternalError")
        self.aws.clear_faults("internal")
        self.aws.fault("unavailable")
        reply = self.asg()
        self.assertEqual((reply.status, reply.fields["content-type"]), (503, "text/html"))
        self.assertTrue(reply.body.startswith(b"<html>"))

    def test_answers_arrive_late_broken_or_not_at_all(self):
        self.aws.fault("slow", seconds=0.5)
        began = time.monotonic()
        self.assertEqual(self.asg().status, 200)
        self.assertGreaterEqual(time.monotonic() - began, 0.5)
        self.aws.clear_faults()
        self.aws.fault("truncated", times=2)
        for read in (self.asg, self.ec2):
            with self.assertRaises(ElementTree.ParseError):
                read().root
        self.aws.fault("short", times=2)
        for read in (self.asg, self.ec2):
            with self.assertRaises(http.client.IncompleteRead):
                read()
        self.aws.fault("reset", times=1)
        with self.assertRaises(ConnectionResetError) as reset:
            self.asg()
        self.assertNotIsInstance(reset.exception, http.client.RemoteDisconnected)  # a mere close
        self.assertEqual(self.asg().status, 200)

    def test_answers_lack_what_should_be_in_them(self):
        self.aws.fault("empty", times=2)
        self.assertEqual(self.group_names(self.asg()), [])
        self.assertEqual(self.ec2().texts(".//instanceId"), [])
        self.aws.fault("no_instances", times=1)
        reply = self.asg()
        self.assertEqual((self.group_names(reply), reply.texts(".//InstanceId")), (["web"], []))
        self.aws.fault("cut_pages", times=1)
        self.assertEqual(len(cut := self.ec2(MaxResults=5).texts(".//instanceId")), 5, cut)
        self.assertIsNone(self.aws.faults.active or None)
        self.assertIsNotNone(self.ec2(MaxResults=5).text("nextToken"))

    def test_tokens_and_clocks_fail(self):
        token = self.ec2(MaxResults=5).text("nextToken")
        self.aws.fault("lost_token", times=1)
        self.assert_refused(self.ec2(MaxResults=5, NextToken=token), 400, "InvalidNextToken")
        self.assertEqual(len(self.ec2(MaxResults=5, NextToken=token).texts(".//instanceId")), 1)
        self.aws.fault("expired_token", times=2)
        self.assert_refused(self.asg(), 403, "ExpiredToken")
        self.assert_refused(self.ec2(), 400, "RequestExpired")
        self.aws.fault("clock_skew", action=EC2, seconds=-1000)
        self.assert_refused(self.ec2(), 403, "RequestTimeTooSkewed")
        self.assertEqual(self.asg().status, 200)
        with self.assertRaises(ValueError):
            self.aws.fault("earthquake")


class Identities(Fake):
    def metadata(self, path, method="GET", **fields):
        connection = http.client.HTTPConnection("127.0.0.1", self.aws.imds.front.port, timeout=2)
        try:
            connection.request(method, path, headers={name.replace("_", "-"): value for name, value in fields.items()})
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def token(self, ttl="60"):
        return self.metadata("/latest/api/token", "PUT", X_aws_ec2_metadata_token_ttl_seconds=ttl)

    def read(self, path, token=None):
        return self.metadata(f"/latest/meta-data/{path}", X_aws_ec2_metadata_token=token or self.token()[1])

    def test_metadata_needs_a_token(self):
        refused = self.metadata("/latest/meta-data/instance-id")
        self.assertEqual(refused[0], 401)
        golden = story.shared_data("imds") / "golden" / "401_response.golden"
        self.assertEqual(refused[1].split(), golden.read_text(encoding="utf-8").split())
        for ttl in ("", "0", "21601", "x"):
            self.assertEqual(self.token(ttl)[0], 400)
        forwarded = {"X_aws_ec2_metadata_token_ttl_seconds": "60", "X_Forwarded_For": "10.0.0.1"}
        self.assertEqual(self.metadata("/latest/api/token", "PUT", **forwarded)[0], 403)
        token = self.token()[1]
        self.assertEqual(self.read("placement/region", token), (200, "eu-west-2"))
        self.aws.imds.forget_tokens()
        self.assertEqual(self.read("placement/region", token)[0], 401)

    def test_metadata_can_be_set_and_listed(self):
        self.assertEqual(self.read("placement/availability-zone"), (200, "eu-west-2a"))
        self.assertEqual(self.read("placement/"), (200, "availability-zone\nregion"))
        self.assertEqual(self.read("spot/instance-action")[0], 404)
        self.aws.imds.interrupt(seconds=60)
        notice = json.loads(self.read("spot/instance-action")[1])
        self.assertAlmostEqual(clock.parse_iso(notice["time"]), time.time() + 60, delta=3)
        self.assertEqual(self.read("autoscaling/target-lifecycle-state"), (200, "InService"))
        self.aws.imds.set("autoscaling/target-lifecycle-state", "Terminated")
        self.assertEqual(self.read("autoscaling/target-lifecycle-state"), (200, "Terminated"))

    def role_credential(self):
        role = self.read("iam/security-credentials/")[1]
        found = json.loads(self.read(f"iam/security-credentials/{role}")[1])
        return Credential(found["AccessKeyId"], found["SecretAccessKey"], found["Token"],
                          clock.parse_iso(found["Expiration"]))

    def test_credentials_of_the_role_are_good_until_they_expire_and_are_renewed_before(self):
        self.aws.imds.set_role("edge", lifetime=2.0)
        first = self.role_credential()
        self.assertEqual(Client(self.aws, first).call("autoscaling", ASG).status, 200)
        self.assertEqual(Client(self.aws, Credential(first.access_key, first.secret_key)).call(
            "autoscaling", ASG).code, "InvalidClientTokenId")
        self.assertEqual(self.role_credential(), first)
        eventually(lambda: self.role_credential() != first, within=3)
        self.assertEqual(Client(self.aws, first).call("autoscaling", ASG).status, 200)
        eventually(lambda: Client(self.aws, first).call("autoscaling", ASG).code == "ExpiredToken", within=3)
        self.aws.imds.set_role(None)
        self.assertEqual(self.read("iam/security-credentials/")[0], 404)

    def test_metadata_may_be_off_or_slow(self):
        self.aws.imds.set_mode("disabled")
        self.assertEqual(self.token()[0], 403)
        self.aws.imds.set_mode("off")
        with self.assertRaises(ConnectionRefusedError):
            self.token()
        self.aws.imds.set_mode("silent")
        with self.assertRaises(TimeoutError):
            self.token()
        self.aws.imds.set_mode("on")
        self.aws.imds.set_delay(0.3)
        began = time.monotonic()
        self.assertEqual(self.token()[0], 200)
        self.assertGreaterEqual(time.monotonic() - began, 0.3)

    def test_a_web_identity_gets_credentials(self):
        self.aws.web_identities.add("good-one")
        self.aws.web_identities.add("yesterday", time.time() - 1)
        asks = {"RoleArn": "arn:aws:iam::123456789012:role/path/edge", "RoleSessionName": "one"}
        self.client.signs = False
        for token, code in (("stranger", "InvalidIdentityToken"), ("yesterday", "ExpiredTokenException"),
                            ("abc", "ValidationError")):
            reply = self.client.call("sts", "AssumeRoleWithWebIdentity", **asks, WebIdentityToken=token)
            self.assert_refused(reply, 400, code)
        self.aws.longest_session = 1.0
        reply = self.client.call("sts", "AssumeRoleWithWebIdentity", **asks, WebIdentityToken="good-one")
        made = Credential(*(reply.text(f".//Credentials/{name}")
                            for name in ("AccessKeyId", "SecretAccessKey", "SessionToken")))
        who = Client(self.aws, made).call("sts", "GetCallerIdentity")
        self.assertEqual(who.text(".//Arn"), "arn:aws:sts::123456789012:assumed-role/edge/one")
        eventually(lambda: Client(self.aws, made).call("sts", "GetCallerIdentity").code == "ExpiredToken", within=3)


if __name__ == "__main__":
    unittest.main(verbosity=2)
