"""One drain for HTTP and SSH: where a file configures both daemons, gatehouse-lb completes the terminate hook, and asks the
bastion's admin endpoint before it does. The bastion is a script here."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import story
from auto_scaling_story import AutoScaling

HOOK = "gatehouse-drain"
HEARTBEAT = 15  # seconds; one goes out every five
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIZWl6/OOhKfvqiQhflu5LhtgkC0wPCcHlewnwrkrGDO ann"


class ScriptedBastion:
    """Answers /api/v1/sessions?instance=ID with one session while `sessions` is true, and with `status`."""

    def __init__(self):
        self.sessions, self.status = False, 200
        self.questions = []  # (instance, Authorization)
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def port(self):
        return self.server.server_address[1]

    def close(self):
        """Connections are refused from now on."""
        self.server.shutdown()
        self.server.server_close()

    def _handler(self):
        bastion = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                url = urlsplit(self.path)
                instance = parse_qs(url.query).get("instance", [""])[0]
                bastion.questions.append((instance, self.headers["Authorization"]))
                body = json.dumps({"sessions": bastion.list(instance)}).encode()
                self.send_response(bastion.status if url.path == "/api/v1/sessions" else 404)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        return Handler

    def list(self, instance):
        if not self.sessions:
            return []
        return [{"id": "s-1", "user": "ann", "source": "203.0.113.9:50123", "since": int(time.time()),
                 "channels": [{"number": 0, "instance": instance, "target": "10.0.0.1:22"}]}]


class HookShared(AutoScaling):
    def setUp(self):
        super().setUp()
        self.bastion = ScriptedBastion()
        self.addCleanup(self.bastion.close)

    def leaving(self, alone):
        """The instance that is about to go, with a door before it that has others beside it unless it is alone."""
        group = self.living(2)
        group.put_hook(HOOK, heartbeat=HEARTBEAT, default="CONTINUE")
        doors = self.aws.static_group("doors", 1 if alone else 2)
        self.aws.imds.set("instance-id", doors.instances[0].id)
        config = self.config(group)
        config["aws"]["lifecycle_hook"] = HOOK
        config["bastion"] = {"bind": "127.0.0.1:0", "host_keys": "/nowhere/host_key",
                             "users": [{"name": "ann", "authorized_keys": [KEY]}],
                             "admin": {"bind": f"127.0.0.1:{self.bastion.port}", "token": "secret"}}
        environment = self.environment() | {"AWS_EC2_METADATA_DISABLED": ""}
        self.gate = self.door(config, environment=environment, wait_healthy=False)
        self.wait_serving(group)
        group.set_desired(1)
        found = story.eventually(lambda: next((one for one in group.instances if one.lifecycle == "Terminating:Wait"),
                                              None))
        return group, found

    def completed(self):
        return self.aws.seen("CompleteLifecycleAction")

    def assert_held(self, instance, seconds=HEARTBEAT + 2):
        """For longer than the hook lasts by itself, unless a test has seen that already."""
        time.sleep(seconds)
        self.assertEqual(instance.lifecycle, "Terminating:Wait")
        self.assertEqual(self.completed(), [])

    def test_sessions_hold_an_instance_until_the_last_has_ended(self):
        self.bastion.sessions = True
        group, instance = self.leaving(alone=True)
        story.eventually(lambda: self.lines("sessions hold a terminating instance"), within=60)
        self.assert_held(instance)
        ended = time.time()
        self.bastion.sessions = False
        story.eventually(group.settled, within=60)
        done = self.completed()
        self.assertEqual([(one.parameters["InstanceId"], one.code) for one in done], [(instance.id, None)])
        self.assertGreaterEqual(done[0].time, ended)
        self.assertEqual(set(self.bastion.questions), {(instance.id, "Bearer secret")})
        self.assertEqual(len(self.lines("sessions hold a terminating instance")), 1)

    def test_where_no_bastion_listens_nothing_is_waited_for(self):
        self.bastion.close()
        group, instance = self.leaving(alone=True)
        story.eventually(group.settled, within=60)
        self.assertEqual([one.parameters["InstanceId"] for one in self.completed()], [instance.id])
        self.assertEqual(len(self.lines("no bastion runs on this node")), 1)

    def test_a_bastion_in_trouble_holds_an_instance_until_it_answers(self):
        self.bastion.status = 500
        group, instance = self.leaving(alone=True)
        story.eventually(lambda: self.lines("the bastion does not tell of its sessions"), within=60)
        self.assert_held(instance, 5)
        self.assertGreater(len(self.bastion.questions), 1)
        self.assertEqual(len(self.lines("the bastion does not tell of its sessions")), 1)
        self.bastion.status = 200
        story.eventually(group.settled, within=60)
        self.assertEqual([one.parameters["InstanceId"] for one in self.completed()], [instance.id])
        self.assertTrue(self.lines("the bastion tells of its sessions"))

    def test_one_of_several_nodes_lets_the_hook_run_out(self):
        """It cannot know of the others' sessions, which they hold by heartbeats of their own."""
        self.bastion.sessions = True
        group, instance = self.leaving(alone=False)
        story.eventually(lambda: self.lines("sessions hold a terminating instance"), within=60)
        self.assert_held(instance)
        self.bastion.sessions = False
        story.eventually(lambda: self.lines("nothing of this node holds a terminating instance"), within=60)
        story.eventually(group.settled, within=60)
        self.assertEqual(self.completed(), [])


if __name__ == "__main__":
    story.main()
