"""The fake AWS itself: one endpoint for four services, its metadata service, its groups and its faults.

Every method may be called from any thread, while requests are served.
"""

import secrets
import threading
import traceback
from collections import deque

from fake_aws import autoscaling, control, ec2, faults, living, markup, monitoring, refusal, sts
from fake_aws.account import Account
from fake_aws.call import SERVICES, Call
from fake_aws.clock import Clock
from fake_aws.front import Answer, Front
from fake_aws.imds import Imds
from fake_aws.keys import Credential, Keys

ACTIONS = {"autoscaling": autoscaling.ACTIONS, "ec2": ec2.ACTIONS, "monitoring": monitoring.ACTIONS}
OF_STS = {"AssumeRoleWithWebIdentity", "GetCallerIdentity"}


class FakeAws:
    """`tick` is the pace of living groups in seconds: one step of an instance's life each."""

    def __init__(self, region="eu-west-2", port=0, imds_port=0, tick=0.05):
        self.region, self.tick = region, tick
        self.clock = Clock()
        self.account = Account(region)
        self.lock = self.account.lock
        self.keys = Keys(region)
        self.key = self.keys.add(Credential("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"))
        self.web_identities = sts.WebIdentities()
        self.longest_session = 43200.0  # seconds, whatever AssumeRoleWithWebIdentity asks for
        self.faults = faults.Faults()
        self.denied = set()             # actions
        self.calls = deque(maxlen=100_000)
        self.problems = []              # of living groups; stop() raises them
        self.stopping = threading.Event()
        self.control = control.Control(self)
        self.front = Front(self.respond, port)
        self.imds = Imds(self.keys, self.clock, region, self.stopping, imds_port)
        self.life = threading.Thread(target=self._live, daemon=True)
        self.life.start()

    @property
    def port(self):
        return self.front.port

    @property
    def endpoint(self):
        return self.front.endpoint

    def stop(self):
        """Ends all servers. Raises what went wrong inside, which no story should miss."""
        if self.stopping.is_set():
            return
        self.stopping.set()
        self.life.join(10)
        self.front.close()
        self.imds.front.close()
        with self.lock:
            for group in self.account.groups.values():
                group.end()
        if self.problems:
            raise AssertionError("in the fake AWS:\n" + "\n".join(self.problems))

    # Groups

    def living_group(self, name, desired=2, **settings):
        """See living.LivingGroup for the settings. Its servers start at once; see its settled()."""
        with self.lock:
            group = self.account.add(living.LivingGroup(self.account, name, desired, tick=self.tick, **settings))
            return group

    def static_group(self, name, count, tags=None, zones="ab", network="10", spot=False):
        """`count` made-up instances, all in service, behind which there is nothing. On network "127" one server that
        listens on 0.0.0.0 can be all of them."""
        return self.account.static_group(name, count, tags, zones, network, spot)

    def group(self, name):
        with self.lock:
            return self.account.groups[name]

    # What goes wrong

    def fault(self, kind, action=None, times=None, seconds=0.0):
        """See faults.py for the kinds."""
        self.faults.add(kind, action, times, seconds)

    def clear_faults(self, kind=None, action=None):
        self.faults.clear(kind, action)

    def set_skew(self, seconds):
        """Moves AWS's clock, Date fields and expiry times with it."""
        self.clock.skew = seconds

    def deny(self, *actions):
        self.denied |= set(actions)

    def allow(self, *actions):
        """All of them when none is named."""
        self.denied -= set(actions) or self.denied.copy()

    # What was asked

    def seen(self, action):
        """The calls of that action, oldest first."""
        with self.lock:
            return [one for one in self.calls if one.action == action]

    def forget_calls(self):
        with self.lock:
            self.calls.clear()

    # Requests

    def respond(self, method, target, fields, body):
        if target.split("?")[0] == "/_control":
            return self.control.respond(method, body)
        call = Call(method, target, fields, body, self.clock.now())
        with self.lock:
            self.calls.append(call)
        met = self.faults.take(call.action)
        self.stopping.wait(met.get("slow", 0))
        if "reset" in met:
            return Answer(0, reset=True)
        answer = self._answer(call, met)
        answer.date = self.clock.now() + met.get("clock_skew", 0)
        call.status = answer.status
        return answer

    def _answer(self, call, met):
        request_id = f"{secrets.token_hex(4)}-0000-4000-8000-{secrets.token_hex(6)}"
        fields = {"x-amzn-RequestId": request_id}
        if "unavailable" in met:
            call.code = "503"
            return Answer(503, faults.PAGE, "text/html", fields)
        try:
            result = faults.thin(met, self._carry_out(call, met))
        except refusal.Refusal as error:
            call.code = error.code
            return Answer(error.status, refusal.document(call.service, error, request_id), fields=fields)
        body = markup.answer(call.service, call.action, result, request_id)
        if "truncated" in met:
            body = body[:len(body) // 2]
        # EC2 does not know the length of what it starts to send.
        return Answer(200, body, fields=fields, chunked=call.service == "ec2", cut="short" in met)

    def _carry_out(self, call, met):
        faults.refuse(met, call)
        now = self.clock.now() + met.get("clock_skew", 0)
        if call.parameters.get("Version") != SERVICES[call.service] or not self._knows(call):
            raise refusal.Refusal("InvalidAction", f"Could not find operation {call.action} for version "
                                  f"{call.parameters.get('Version')}")
        if call.action == "AssumeRoleWithWebIdentity":
            self._permit(call, "*")
            return sts.assume_role_with_web_identity(self, call, now)
        credential = self.keys.check(call, now)
        call.access_key = credential.access_key
        if call.action == "GetCallerIdentity":
            return sts.who(self, call, credential)  # no policy can deny it
        self._permit(call, credential.owner)
        with self.lock:
            return ACTIONS[call.service][call.action](self.account, call)

    def _knows(self, call):
        return call.action in (OF_STS if call.service == "sts" else ACTIONS[call.service])

    def _permit(self, call, owner):
        if call.action in self.denied:
            prefix = "cloudwatch" if call.service == "monitoring" else call.service
            name = f"{prefix}:{call.action}"
            raise refusal.at_the_door(call.service, "denied", owner, name, name)

    def _live(self):
        while not self.stopping.wait(self.tick):
            try:
                with self.lock:
                    for group in self.account.groups.values():
                        group.step()
            except Exception:  # whatever it is, the story must hear of it
                self.problems.append(traceback.format_exc())
                return
