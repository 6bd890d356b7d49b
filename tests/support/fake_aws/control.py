"""The fake AWS by HTTP, for stories that run it as a program of its own.

    GET  /_control    its groups and their instances, as JSON
    POST /_control    {"do": NAME, ...}: the method of that name, of the server, of the group that "group" names, or
                      of the metadata service with "of": "imds"; the rest are its arguments

    {"do": "living_group", "name": "web", "desired": 4}
    {"do": "put_hook", "group": "web", "name": "drain", "heartbeat": 30}
    {"do": "fault", "kind": "throttle", "action": "DescribeInstances", "times": 3}
    {"do": "interrupt", "of": "imds"}
    {"do": "mark_spot", "group": "web", "instance_id": "i-0123456789abcdef0"}
    {"do": "calls", "action": "CompleteLifecycleAction"}
"""

import json

from fake_aws.front import as_json
from fake_aws.keys import Credential
from fake_aws.refusal import Refusal

_OF_SERVER = {"fault", "clear_faults", "set_skew", "static_group", "living_group", "forget_calls"}
_OF_GROUP = {"set_desired", "kill", "kill_zone", "restore_zone", "rolling_replace", "track", "put_hook", "drop_hook",
             "set_state", "mark_spot"}
_OF_IMDS = {"set_mode", "set", "set_delay", "set_role", "forget_tokens", "interrupt", "recommend_rebalance"}


class Control:
    def __init__(self, aws):
        self.aws = aws

    def respond(self, method, body):
        if method == "GET":
            return as_json(self.state())
        try:
            wanted = json.loads(body)
            return as_json(self._do(wanted.pop("do"), wanted))
        except (AttributeError, KeyError, TypeError, ValueError, Refusal) as error:
            return as_json({"error": f"{type(error).__name__}: {error}"}, 400)

    def _do(self, name, arguments):
        if name in _OF_GROUP and "group" in arguments:
            getattr(self.aws.group(arguments.pop("group")), name)(**arguments)
        elif name in _OF_IMDS and arguments.pop("of", None) == "imds":
            getattr(self.aws.imds, name)(**arguments)
        elif name in _OF_SERVER:
            getattr(self.aws, name)(**arguments)
        elif name in ("deny", "allow"):
            getattr(self.aws, name)(*arguments["actions"])
        elif name == "add_key":
            self.aws.keys.add(Credential(**arguments))
        elif name == "revoke_key":
            self.aws.keys.revoke(**arguments)
        elif name == "add_web_identity":
            self.aws.web_identities.add(**arguments)
        elif name == "calls":
            return self._calls(arguments.get("action"))
        else:
            raise ValueError(f"cannot do {name!r} with {sorted(arguments)}")
        return self.state()

    def _calls(self, action):
        with self.aws.lock:
            return [{"action": one.action, "service": one.service, "time": one.time, "status": one.status,
                     "code": one.code, "access_key": one.access_key, "parameters": one.parameters}
                    for one in self.aws.calls if action in (None, one.action)]

    def state(self):
        with self.aws.lock:
            return {"groups": {group.name: self._group(group) for group in self.aws.account.groups.values()},
                    "problems": self.aws.problems}

    def _group(self, group):
        shown = {"desired": group.desired, "instances": [
            {"id": one.id, "zone": one.zone, "address": one.address, "lifecycle": one.lifecycle, "health": one.health,
             "state": one.state, "spot": one.spot and one.spot.code} for one in group.instances]}
        if hasattr(group, "settled"):
            shown |= {"port": group.port, "settled": group.settled()}
        return shown
