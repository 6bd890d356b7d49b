#!/usr/bin/python3
"""What it costs to follow a large account: 10,000 instances in 200 Auto Scaling Groups, all of them targets.

One gatehouse-lb with one worker, pinned to one core; load, backend and a made-up AWS on the other. Prints calls, CPU
time and memory of one look at AWS, and compares the latency of requests during looks, each with a change to publish,
with that while there are none, in two ways.

At half of what it can do: requests leave at a steady rate while there is a look every second, and those that were due
during a look are compared with those between looks of the same seconds. This is what a user notices of a look.

Saturated: a closed loop of four connections, in rounds with and without looks in turn, for looks at the default interval
and for looks that follow one another without pause. The core has no time to spare here, so whatever a look costs is
taken from requests: the ratio tells its CPU time as much as whether anything stalls.
"""

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import time
from pathlib import Path

import proxies
import work
import yaml

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

from fake_aws.front import Answer  # noqa: E402
from fake_aws.server import FakeAws  # noqa: E402

GROUPS, SIZE = 200, 50
HERE = Path(__file__).resolve().parent
RELEASE = HERE.parents[1] / "build/release/bin/gatehouse-lb"
CONNECTIONS = 4  # more would measure how load and backend share their core
BYTES_PER_MS = 16384
AFTERWARDS = 0.2  # seconds after AWS's last answer in which a look may still be read and published


class RecordedAws(FakeAws):
    """Makes each answer once and repeats it then, so that it takes next to nothing of the machine, as fast as a network
    brings it: at the loopback's speed the kernel copies megabytes in one go on the core of load and backend, and their
    delay would be measured. Its answers alternate between two states of one instance from look to look."""

    def __init__(self):
        self.answers, self.turn, self.changing = {}, 0, None
        self.looks = []  # begin and last answer, in seconds of CLOCK_MONOTONIC
        super().__init__()

    def respond(self, method, target, fields, body):
        if b"Action=DescribeAutoScalingGroups" in body and b"NextToken" not in body:
            first = self.answers.setdefault("first", body) == body
            self.turn ^= first
            if first:
                self.looks.append([time.monotonic(), 0])
        key = (self.turn, body)
        if key not in self.answers:
            self.changing.lifecycle = ("InService", "Terminating")[self.turn]
            answer = super().respond(method, target, fields, body)
            self.answers[key] = Answer(answer.status, answer.body, answer.content_type, answer.fields,
                                       pace=BYTES_PER_MS)
        if self.looks:
            self.looks[-1][1] = time.monotonic() + len(self.answers[key].body) / BYTES_PER_MS / 1000
        return self.answers[key]


def serve_aws():
    """As a program of its own: prints where it is and whose keys it takes, and for each line of its input the looks
    since the last; serves until that ends."""
    aws = RecordedAws()
    for number in range(GROUPS):
        group = aws.static_group(f"group-{number}", SIZE, network="127")
        if number == 1:
            aws.changing = group.instances[0]
    print(json.dumps({"endpoint": aws.endpoint, "imds": aws.imds.endpoint, "region": aws.region,
                      "access_key": aws.key.access_key, "secret_key": aws.key.secret_key}), flush=True)
    for _ in sys.stdin:
        made, aws.looks = aws.looks, []
        print(json.dumps(made), flush=True)
    aws.stop()


class Aws:
    def __init__(self):
        command = ["taskset", "-c", proxies.LOAD_CORE, sys.executable, __file__, "--serve-aws"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.told = json.loads(self.process.stdout.readline())

    def looks(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def environment(self):
        return {"AWS_ACCESS_KEY_ID": self.told["access_key"], "AWS_SECRET_ACCESS_KEY": self.told["secret_key"],
                "AWS_EC2_METADATA_DISABLED": "true"}

    def stop(self):
        self.process.stdin.close()
        self.process.wait(10)


class Gatehouse:
    def __init__(self, folder, aws, backend):
        self.folder, self.aws, self.backend, self.interval = folder, aws, backend, "5m"
        ready = folder / "discovery.ready"
        ready.unlink(missing_ok=True)
        os.environ.update(aws.environment())
        self.write(self.interval)
        command = [os.environ.get("GATEHOUSE_LB", RELEASE), "--config", self.path, "--ready-file", ready]
        self.process = proxies.Process(command, proxies.PROXY_CORE, folder, "discovery")
        self.process.wait_for(ready.exists)
        sockets = json.loads(ready.read_text(encoding="utf-8"))["listening"]
        self.ports = {one["name"]: int(one["address"].rpartition(":")[2]) for one in sockets}

    @property
    def path(self):
        return self.folder / "discovery.yaml"

    def write(self, interval):
        groups = [f"group-{number}" for number in range(GROUPS)]
        check = {"path": "/healthz", "interval": "60s", "timeout": "5s"}
        settings = {
            "groups": {name: {"asg": name} for name in groups},
            "aws": {"region": self.aws.told["region"], "endpoint_url": self.aws.told["endpoint"],
                    "imds_endpoint": self.aws.told["imds"], "poll_interval": interval},
            "lb": {"workers": 1, "access_log": "off", "admin": {"bind": "127.0.0.1:0"},
                   "listeners": [{"name": "http", "bind": "127.0.0.1:0", "protocol": "http",
                                  "default": {"forward": groups[0]}}],
                   "target_groups": {name: {"members": name, "port": self.backend.port, "health_check": check}
                                     for name in groups}}}
        self.path.write_text(yaml.safe_dump(settings), encoding="utf-8")

    def reload(self, interval):
        self.write(interval)
        self.ask("/api/v1/reload", "-X", "POST")

    def follow(self, interval):
        """Looks so often from now on; the first describes every instance and is waited for."""
        if interval == self.interval:
            return
        self.interval = interval
        self.reload(interval)
        enough = self.polls() + 0.99  # of a look of before nothing is told any more
        deadline = time.monotonic() + 60
        while self.polls() < enough:
            if time.monotonic() > deadline:
                raise RuntimeError("AWS is not looked at")
            time.sleep(0.2)

    def ask(self, path, *more):
        url = f"http://127.0.0.1:{self.ports['admin']}{path}"
        return subprocess.run(["curl", "-sS", "--fail-with-body", "-m", "60", *more, url], capture_output=True, text=True,
                              check=True).stdout

    def metric(self, name, text=""):
        found = re.findall(rf"^gatehouse_{name}{{([^}}]*)}} (\S+)$", self.ask("/metrics"), re.MULTILINE)
        return sum(float(value) for labels, value in found if text in labels)

    def polls(self):
        return self.metric("discovery_polls_total", 'result="success"') / GROUPS

    def peak(self):
        status = Path(f"/proc/{self.process.process.pid}/status").read_text(encoding="ascii")
        return {name: int(re.search(rf"{name}:\s+(\d+) kB", status)[1]) / 1024 for name in ("VmRSS", "VmHWM")}

    def wait(self, healthy):
        deadline = time.monotonic() + 120
        while self.metric("lb_targets", 'state="healthy"') < healthy:
            if time.monotonic() > deadline:
                raise RuntimeError("the targets do not become healthy")
            time.sleep(0.5)


def steady_latency(gatehouse, rate, seconds):
    """(When it was due, milliseconds until its answer) of each request, at so many per second."""
    program = gatehouse.folder / "steady"
    source = HERE / "steady.cpp"
    if not program.exists() or program.stat().st_mtime < source.stat().st_mtime:
        subprocess.run(["g++", "-std=c++20", "-O2", "-Wall", "-Wextra", source, "-o", program], check=True)
    done = work.on_load_core(program, "127.0.0.1", gatehouse.ports["http"], "/128", rate, seconds)
    if done.returncode:
        raise RuntimeError(f"the steady load failed:\n{done.stdout[-1000:]}{done.stderr}")
    return [tuple(map(float, line.split())) for line in done.stdout.splitlines()]


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def latency(gatehouse, seconds):
    """(p50, p99, requests per second) of a closed loop; milliseconds."""
    url = f"http://127.0.0.1:{gatehouse.ports['http']}/128"
    done = work.on_load_core("wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency", url)
    if done.returncode or re.search("Socket errors|Non-2xx", done.stdout):
        raise RuntimeError(f"wrk failed:\n{done.stdout}{done.stderr}")
    unit = {"us": 0.001, "ms": 1.0, "s": 1000.0}
    found = {share: float(value) * unit[name]
             for share, value, name in re.findall(r"(50|99)%\s+([\d.]+)(us|ms|s)", done.stdout)}
    return found["50"], found["99"], float(re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)[1])


def cost_of_looks(gatehouse, seconds):
    """CPU seconds and calls of one look, without load; what the rest takes in the same time is taken off."""
    gatehouse.follow("5m")
    before = gatehouse.process.cpu()
    time.sleep(seconds)
    rest = gatehouse.process.cpu() - before
    gatehouse.follow("1s")
    before, polls, calls = gatehouse.process.cpu(), gatehouse.polls(), gatehouse.metric("aws_requests_total")
    time.sleep(seconds)
    spent, polls = gatehouse.process.cpu() - before, gatehouse.polls() - polls
    calls = gatehouse.metric("aws_requests_total") - calls
    return {"looks": polls, "cpu_ms": (spent - rest) * 1000 / polls, "rest_ms_per_s": rest * 1000 / seconds,
            "calls": calls / polls}


def compare_steady(gatehouse, aws, options):
    gatehouse.follow("5m")
    rate = int(latency(gatehouse, 3)[2] / 2)
    gatehouse.follow("1s")
    ratios = []
    for number in range(options.rounds):
        aws.looks()
        answered = steady_latency(gatehouse, rate, options.seconds)
        looks = [(begin, end + AFTERWARDS) for begin, end in aws.looks()]
        during = [took for due, took in answered if any(begin <= due < end for begin, end in looks)]
        between = [took for due, took in answered if not any(begin <= due < end for begin, end in looks)]
        parts = [[percentile(part, share) for share in (0.5, 0.99, 0.999)] for part in (between, during)]
        ratios.append(parts[1][1] / parts[0][1])
        shown = ["/".join(f"{one:.3f}" for one in part) for part in parts]
        print(f"round {number + 1}: {rate} requests/s, p50/p99/p99.9 {shown[0]} ms between {len(looks)} looks, {shown[1]} ms "
              f"during them ({len(during)} of {len(answered)} requests)", flush=True)
    return ratios


def compare(gatehouse, interval, options):
    ratios = []
    for number in range(options.rounds):
        gatehouse.follow("5m")
        quiet = latency(gatehouse, options.seconds)
        gatehouse.follow(interval)
        before = gatehouse.polls()
        busy = latency(gatehouse, options.seconds)
        looks = gatehouse.polls() - before
        ratios.append(busy[1] / quiet[1])
        print(f"round {number + 1}: p99 {quiet[1]:.3f} ms quiet, {busy[1]:.3f} ms during {looks:.0f} looks; p50 "
              f"{quiet[0]:.3f} and {busy[0]:.3f} ms; {quiet[2]:.0f} and {busy[2]:.0f} requests/s", flush=True)
    return ratios


def main():
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--rounds", type=int, default=5)
    asked.add_argument("--seconds", type=int, default=10, help="of each load; default: %(default)s")
    asked.add_argument("--folder", type=Path, help="for everything the programs need")
    asked.add_argument("--serve-aws", action="store_true", help=argparse.SUPPRESS)
    options = asked.parse_args()
    if options.serve_aws:
        return serve_aws()
    options.folder = options.folder.resolve()
    options.folder.mkdir(parents=True, exist_ok=True)
    ends = []
    try:
        backend = proxies.start_backend(options.folder, "0.0.0.0")
        ends.append(backend)
        aws = Aws()
        ends.append(aws)
        gatehouse = Gatehouse(options.folder, aws, backend)
        ends.append(gatehouse.process)
        gatehouse.wait(GROUPS * SIZE - 1)
        cost = cost_of_looks(gatehouse, options.seconds)
        memory = gatehouse.peak()
        print(f"one look at {GROUPS * SIZE} instances in {GROUPS} groups: {cost['calls']:.1f} calls, "
              f"{cost['cpu_ms']:.0f} ms of CPU (over {cost['looks']:.0f} looks); everything else "
              f"{cost['rest_ms_per_s']:.1f} ms per second; memory {memory['VmRSS']:.0f} MiB, at most {memory['VmHWM']:.0f}")
        ratios = compare_steady(gatehouse, aws, options)
        print(f"p99 during looks to p99 between them, at half of capacity: {statistics.median(ratios):.2f} "
              f"({min(ratios):.2f} .. {max(ratios):.2f})", flush=True)
        for interval in ("5s", "100ms"):
            ratios = compare(gatehouse, interval, options)
            print(f"p99 with a look every {interval} to p99 without: {statistics.median(ratios):.2f} "
                  f"({min(ratios):.2f} .. {max(ratios):.2f})", flush=True)
    finally:
        for one in reversed(ends):
            one.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
