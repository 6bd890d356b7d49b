"""gatehouse-lb as a story uses it: started on free ports, watched through its admin endpoint, stopped by its pid."""

import contextlib
import fcntl
import http.client
import json
import os
import re
import resource
import signal
import subprocess
import time
import unittest
from pathlib import Path

import yaml

# What the sanitizers print when they found something; such a run has failed whatever else it showed.
SANITIZER_REPORT = re.compile(r"(ERROR: \w+Sanitizer|WARNING: ThreadSanitizer|runtime error:|LeakSanitizer).*")


def house(members, *, listeners=None, certificates=None, group=None, **lb):
    """A configuration: one group `web` of `members`, one target group `web`, and listeners on free ports: `http`,
    and `https` where there are certificates. `group` adds keys to the target group, `lb` to the lb section."""
    settings = {
        "members": "web",
        "health_check": {"path": "/healthz", "interval": "1s", "timeout": "900ms", "healthy_threshold": 2,
                         "unhealthy_threshold": 2},
    }
    settings.update(group or {})
    if listeners is None:
        listeners = [listener("http")]
        if certificates:
            listeners.append(listener("https", certificates=certificates))
    section = {"workers": 2, "listeners": listeners, "target_groups": {"web": settings},
               "access_log": "off", "admin": {"bind": "127.0.0.1:0"}}
    section.update(lb)
    return {"groups": {"web": {"instances": [member(one) for one in members]}}, "lb": section}


def member(server):
    """One server as `instances` and group files list it; takes an origin or a ready mapping."""
    if isinstance(server, dict):
        return server
    made = {"id": server.name, "address": server.address, "port": server.port}
    return made | ({"zone": server.zone} if server.zone else {})


def listener(name, *, certificates=None, default=None, **more):
    made = {"name": name, "bind": "127.0.0.1:0", "protocol": "https" if certificates else "http",
            "default": default or {"forward": "web"}}
    if certificates:
        made["tls"] = {"certificates": [one.pair() for one in certificates]}
    return made | more


class Gatehouse:
    """One gatehouse-lb process. `config` is a mapping or YAML text; `folder` takes its files."""

    def __init__(self, config, folder, *, activation=None, environment=None, wait_healthy=True):
        self.folder = Path(folder)
        self.config_path = self.folder / "gatehouse.yaml"
        self.log_path = self.folder / f"gatehouse-lb.{time.monotonic_ns()}.log"
        self.ready_path = self.folder / "ready.json"
        self.activation = activation or {}  # listener name -> listening socket, handed over as systemd does
        # AddressSanitizer keeps 256 MiB of freed memory by default, which a story would take for a leak.
        self.environment = {"ASAN_OPTIONS": "quarantine_size_mb=4"} | (environment or {})
        self.wait_healthy = wait_healthy
        self.process = None
        self.addresses = {}
        self.write(config)

    def write(self, config):
        text = config if isinstance(config, str) else yaml.safe_dump(config, sort_keys=False)
        self.config_path.write_text(text, encoding="utf-8")

    # Life

    def start(self):
        self.ready_path.unlink(missing_ok=True)
        command = [os.environ["GATEHOUSE_LB"], "--config", str(self.config_path), "--ready-file", str(self.ready_path)]
        passed = [fcntl.fcntl(one.fileno(), fcntl.F_DUPFD, 100) for one in self.activation.values()]
        if passed:
            command = ["bash", "-c", self.activation_script(passed), "bash", *command]
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, pass_fds=passed,
                                            env=os.environ | self.environment)
        for one in passed:
            os.close(one)
        self.wait_ready()
        if self.wait_healthy:
            self.wait_targets(lambda one: one["state"] == "healthy")

    def activation_script(self, passed):
        """Puts the sockets where sd_listen_fds(3) expects them and becomes the daemon, so that LISTEN_PID fits."""
        moves = "; ".join(f"exec {3 + number}<&{one} {one}<&-" for number, one in enumerate(passed))
        names = ":".join(self.activation)
        return f'{moves}; export LISTEN_PID=$$ LISTEN_FDS={len(passed)} LISTEN_FDNAMES={names}; exec "$@"'

    def wait_ready(self, within=30):
        deadline = time.monotonic() + within
        while not self.ready_path.exists():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"gatehouse-lb is not ready (exit {self.process.poll()}):\n{self.log()}")
            time.sleep(0.02)
        self.addresses = {}
        self._remember(json.loads(self.ready_path.read_text(encoding="utf-8"))["listening"])

    def _remember(self, sockets):
        for socket in sockets:
            host, _, port = socket["address"].rpartition(":")
            self.addresses[socket["name"]] = (host.strip("[]"), int(port))

    def address(self, name="http"):
        return self.addresses[name]

    def url(self, path="/", name="http"):
        host, port = self.address(name)
        scheme = "https" if name.startswith("https") else "http"
        return f"{scheme}://{'localhost' if scheme == 'https' else host}:{port}{path}"

    @property
    def pid(self):
        return self.process.pid

    def wait(self, within=90):
        """The exit code; a daemon that does not end is killed and fails the story."""
        try:
            return self.process.wait(within)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"gatehouse-lb did not stop within {within} s:\n{self.log()}") from None

    def stop(self, within=90):
        self.process.send_signal(signal.SIGTERM)
        return self.wait(within)

    def close(self):
        """Ends it if it still runs. What it did wrong must not pass unseen, whatever the story looked at."""
        code = 0
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                code = self.process.wait(10)
            except subprocess.TimeoutExpired:  # a story may have left requests hanging: end them
                self.process.send_signal(signal.SIGTERM)
                code = self.wait(20)
                code = 0 if code in (-signal.SIGTERM, 1) else code
        elif self.process:
            code = self.process.returncode
        found = SANITIZER_REPORT.search(self.log())
        if found or code not in (0, -signal.SIGKILL):
            raise AssertionError(f"gatehouse-lb ended with {code}:\n{self.log()}")

    def log(self):
        return self.log_path.read_text(encoding="utf-8", errors="replace") if self.log_path.exists() else ""

    # The admin endpoint

    def admin(self, method, path, headers=None):
        """(status, body text)"""
        connection = http.client.HTTPConnection(*self.address("admin"), timeout=30)
        try:
            connection.request(method, path, headers=headers or {})
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def api(self, path, method="GET"):
        status, body = self.admin(method, path)
        if status >= 300:
            raise AssertionError(f"{method} {path}: {status} {body}")
        return json.loads(body) if body.strip() else None

    def metrics(self):
        """{(name, labels as a frozenset of pairs): value}"""
        status, body = self.admin("GET", "/metrics")
        if status != 200:
            raise AssertionError(f"/metrics: {status}")
        found = {}
        for line in body.splitlines():
            sample = re.fullmatch(r'([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)(?: \d+)?', line)
            if sample:
                labels = frozenset(re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', sample[2] or ""))
                found[sample[1], labels] = float(sample[3])
        return found

    def metric(self, name, **labels):
        """The sum of all series of that name that carry these labels; 0 when there is none."""
        wanted = set(labels.items())
        return sum(value for (found, has), value in self.metrics().items()
                   if found == f"gatehouse_{name}" and wanted <= has)

    def targets(self):
        """Every target as the API shows it, with `target_group` filled in."""
        shown = self.api("/api/v1/targets")["target_groups"]
        return [{"target_group": group["name"]} | one for group in shown for one in group["targets"]]

    def target(self, name, target_group="web"):
        found = [one for one in self.targets() if one["id"] == name and one["target_group"] == target_group]
        return found[0] if found else None

    def wait_targets(self, wanted, within=20):
        """Until every target is as `wanted` says."""
        deadline = time.monotonic() + within
        while True:
            found = self.targets()
            if all(wanted(one) for one in found):
                return found
            if time.monotonic() > deadline:
                raise AssertionError(f"targets are {found}\n{self.log()}")
            time.sleep(0.05)

    # Changes

    def reload(self, config=None, *, succeeds=True):
        """Writes a new configuration if one is given and reloads; the errors when it is refused."""
        if config is not None:
            self.write(config)
        status, body = self.admin("POST", "/api/v1/reload")
        if (status == 200) != succeeds or status not in (200, 422):
            raise AssertionError(f"the reload ended with {status} {body}:\n{self.log()}")
        if succeeds:  # the ready file tells of the start alone
            self._remember(self.api("/api/v1/status")["listeners"])
        return json.loads(body).get("errors", [])

    @contextlib.contextmanager
    def without_descriptors(self):
        """It can open nothing meanwhile, so its admin endpoint is silent, too. Not for a build with UndefinedBehaviorSanitizer,
        which opens a pipe to look at an object and calls the object invalid when it cannot."""
        if "libubsan" in Path(f"/proc/{self.pid}/maps").read_text(encoding="utf-8"):
            raise unittest.SkipTest("the sanitizer needs descriptors itself")
        limits = resource.prlimit(self.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(self.pid, resource.RLIMIT_NOFILE, (3, limits[1]))
        try:
            yield
        finally:
            resource.prlimit(self.pid, resource.RLIMIT_NOFILE, limits)

    def memory(self, field="VmRSS"):
        """Bytes, from /proc/PID/status."""
        text = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
        return int(re.search(rf"{field}:\s+(\d+) kB", text)[1]) * 1024
