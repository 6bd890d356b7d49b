"""gatehouse-bastion as a story uses it: started on a free port, watched by its admin endpoint and its audit log."""

import fcntl
import json
import os
import subprocess
import time

from gatehouse import Gatehouse


def postern(keys, users, rules, groups, **bastion):
    """A configuration on free ports. `users` is {name: (names of keys, groups of people)}, `groups` is
    {group: instances, or a mapping that says where they come from}; `bastion` adds keys to its section."""
    section = {
        "workers": 2,
        "bind": "127.0.0.1:0",
        "host_keys": [str(keys.path("host"))],
        "users": [user(keys, name, *rest) for name, rest in users.items()],
        "rules": rules,
        "allow_loopback_targets": True,
        "penalties": {"enabled": False},  # all clients of a story have one address
        "audit_log": {"path": str(keys.folder / f"audit.{time.monotonic_ns()}.log")},
        "admin": {"bind": "127.0.0.1:0"},
    }
    section.update(bastion)
    return {"groups": {name: made if isinstance(made, dict) else {"instances": made} for name, made in groups.items()},
            "bastion": section}


def user(keys, name, key_names=(), groups=()):
    made = {"name": name, "groups": list(groups)} if groups else {"name": name}
    return made | ({"authorized_keys": [keys.public(one) for one in key_names]} if key_names else {})


class Bastion(Gatehouse):
    """One gatehouse-bastion process."""

    def __init__(self, config, folder, *, activation=None, environment=None):
        super().__init__(config, folder, activation=activation, environment=environment, wait_healthy=False)
        self.log_path = self.folder / f"gatehouse-bastion.{time.monotonic_ns()}.log"
        self.audit_path = config["bastion"]["audit_log"]["path"]

    def start(self):
        self.ready_path.unlink(missing_ok=True)
        command = [os.environ["GATEHOUSE_BASTION"], "--config", str(self.config_path), "--ready-file",
                   str(self.ready_path)]
        passed = [fcntl.fcntl(one.fileno(), fcntl.F_DUPFD, 100) for one in self.activation.values()]
        if passed:
            command = ["bash", "-c", self.activation_script(passed), "bash", *command]
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            pass_fds=passed, env=os.environ | self.environment)
        for one in passed:
            os.close(one)
        self.wait_ready()

    def address(self, name="ssh"):
        return super().address(name)

    def audit(self, event=None, since=0, **fields):
        """The records after the first `since` of this event that carry these fields, oldest first."""
        with open(self.audit_path, encoding="ascii") as file:
            records = [json.loads(line) for line in file if line.endswith("\n")]
        return [one for one in records[since:]
                if event in (None, one["event"]) and fields.items() <= one.items()]

    def sessions(self):
        return self.api("/api/v1/sessions")["sessions"]
