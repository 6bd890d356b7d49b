"""What stories of the bastion share: keys, people, servers behind it, and OpenSSH's client in front of it."""

import os
import socket
import subprocess
import sys
import time

import bastion
import bastion_targets
import story
from bastion_keys import Keys
from bastion_targets import JOBS, WEB, instances


class BastionStory(story.Story):
    """The class has keys: `host` of the bastion, `inside` and `inside_host` of the servers, `alice`, `bob` and
    `stranger` of people."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        story.need("ssh")
        story.need("ssh-keygen")
        cls.keys = Keys(cls.shared.folder)
        cls.keys.make("host", "inside", "inside_host", "alice", "bob", "stranger")

    @classmethod
    def service(cls, serve, servers=None):
        made = bastion_targets.Service(serve, servers)
        cls.addClassCleanup(made.close)
        return made

    @classmethod
    def config(cls, ports, **changes):
        """Alice of `ops` may go everywhere, Bob of `developers` to `web`."""
        return cls.postern({"alice": (["alice"], ["ops"]), "bob": (["bob"], ["developers"])},
                           [{"name": "ops-everywhere", "groups": ["ops"], "targets": ["web", "jobs"], "ports": ports},
                            {"name": "developers-web", "groups": ["developers"], "targets": ["web"], "ports": ports}],
                           **changes)

    @classmethod
    def postern(cls, users, rules, groups=None, **changes):
        return bastion.postern(cls.keys, users, rules,
                               groups or {"web": instances(WEB, web_1="frontend"), "jobs": instances(JOBS)}, **changes)

    def bastion(self, config, **more):
        """Starts gatehouse-bastion; at the end it must stop cleanly unless the story stopped it."""
        return self.start_bastion(self.household, config, **more)

    @staticmethod
    def start_bastion(household, config, **more):
        made = bastion.Bastion(config, household.folder, **more)
        household.add_cleanup(made.close)
        made.start()
        return made

    def client(self, gate, user="alice", key=None, *, everywhere=None, **options):
        """An ssh_config in which `bastion` is this one; `options` hold for it, `everywhere` for all hosts."""
        usual = {"UserKnownHostsFile": "/dev/null", "GlobalKnownHostsFile": "/dev/null", "StrictHostKeyChecking": "no",
                 "IdentitiesOnly": "yes", "BatchMode": "yes", "IdentityAgent": "none", "ConnectTimeout": 20,
                 "LogLevel": "ERROR"} | (everywhere or {})
        host, port = gate.address()
        way_in = {"HostName": host, "Port": port, "User": user, "IdentityFile": self.keys.path(key or user)} | options
        inside = {"IdentityFile": self.keys.path("inside")}
        path = self.folder / f"ssh_config.{time.monotonic_ns()}"
        path.write_text("".join(
            f"Host {pattern}\n" + "".join(f"  {name} {value}\n" for name, value in settings.items())
            for pattern, settings in (("bastion", way_in), ("* !bastion", inside), ("*", usual))), encoding="ascii")
        return path

    def ssh(self, config, *words, stdin=b"", timeout=60):
        """OpenSSH's client, run to its end; output as bytes."""
        command = ["ssh", "-F", *[str(word) for word in (config, *words)]]
        return subprocess.run(command, input=stdin, capture_output=True, timeout=timeout, check=False)

    def start_ssh(self, config, *words, **streams):
        """OpenSSH's client, ended with the test."""
        streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL} | streams
        made = subprocess.Popen(["ssh", "-F", *[str(word) for word in (config, *words)]], **streams)
        for stream in (made.stdin, made.stdout, made.stderr):
            if stream:
                self.addCleanup(stream.close)
        self.addCleanup(made.wait, 20)
        self.addCleanup(made.terminate)
        return made

    def connect(self, where):
        """A connection to what a client's -L will open: the path of a Unix socket, or a port."""
        def open_now():
            wire = socket.socket(socket.AF_INET if isinstance(where, int) else socket.AF_UNIX)
            wire.settimeout(20)
            if wire.connect_ex(("127.0.0.1", where) if isinstance(where, int) else str(where)) == 0:
                return wire
            wire.close()
            return None
        made = story.eventually(open_now, within=20)
        self.addCleanup(made.close)
        return made

    def assert_audited(self, gate, event, within=10, times=1, since=0, **fields):
        """The records of this event with these fields after the first `since` of all, once there are as many."""
        deadline = time.monotonic() + within
        while len(found := gate.audit(event, since, **fields)) < times:
            if time.monotonic() > deadline:
                told = "\n".join(str(one) for one in gate.audit()[-12:])
                self.fail(f"{len(found)} records of {event} {fields} and not {times}, but\n{told}")
            time.sleep(0.05)
        return found

    def assert_counted(self, gate, name, more_than, within=10, **labels):
        """The counter, once it is above `more_than`."""
        deadline = time.monotonic() + within
        while (found := gate.metric(name, **labels)) <= more_than:
            if time.monotonic() > deadline:
                told = {f"{metric}{sorted(has)}": value for (metric, has), value in gate.metrics().items()
                        if "bastion" in metric and value}
                self.fail(f"{name}{labels} is {found}, not above {more_than}: {told}")
            time.sleep(0.05)
        return found


def main():
    if not os.access(os.environ.get("GATEHOUSE_BASTION", ""), os.X_OK):
        print("skipped: GATEHOUSE_BASTION does not name a program", file=sys.stderr)
        sys.exit(story.SKIPPED)
    story.main()
