#!/usr/bin/python3
"""What other users notice while somebody attacks gatehouse-bastion: quiet and attacked seconds in turn, round on round.

A user types into an open jump, whose target says each keystroke again, and logs in anew now and then. Every round gives
the ratio of attacked to quiet, of the median and of the 99th percentile; the table shows the median of these ratios and
their range. The bastion has one worker and one core; the other core is for the user and, whenever the user does not need
it, for the attacker. Something of no importance runs on both when they would be idle, in quiet seconds, too: to wake a
core takes longer than to bring a keystroke, and an attack would seem to make the bastion quicker.

Penalties are off: an attack from many addresses, and not one that is shut out after its first try.
"""

import argparse
import json
import os
import resource
import select
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from bastion_keys import Keys
from bench import machine
from jump_hosts import JumpHost
from proxies import LOAD_CORE, PROXY_CORE
from siege_attacks import ATTACKS
from work import busy

BOUND = 8 * 60  # seconds for everything
SERVERS = 1000  # of the group: what a listing costs
MIB = 1 << 20
HERE = Path(__file__).resolve().parent


def parse_options():
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--rounds", type=int, default=3)
    asked.add_argument("--only", action="append", choices=ATTACKS, metavar="NAME",
                       help=f"may be repeated; of {', '.join(ATTACKS)}")
    asked.add_argument("--quick", action="store_true", help="1 round: a look, no verdict")
    asked.add_argument("--seconds", type=float, default=2, help="of each quiet and each attacked time")
    asked.add_argument("--real-time", action="store_true",
                       help="bastion and user before all else, for a machine on which others work; needs root")
    asked.add_argument("--folder", type=Path, required=True, help="has `visitor`, takes the results")
    options = asked.parse_args()
    options.rounds = 1 if options.quick else options.rounds
    options.attacks = [name for name in ATTACKS if not options.only or name in options.only]
    options.folder = options.folder.resolve()
    options.deadline = time.monotonic() + BOUND
    return options


class Bastion(JumpHost):
    def __init__(self, folder, targets):
        ready = folder / "gatehouse.ready"
        ready.unlink(missing_ok=True)
        servers = [{"id": "i-bench", "address": "127.0.0.1"}]
        servers += [{"id": f"i-{number:017x}", "address": f"10.1.{number // 250}.{number % 250 + 1}"}
                    for number in range(1, SERVERS)]
        keys = Keys(folder)
        config = {
            "workers": 1,
            "bind": "127.0.0.1:0",
            "host_keys": str(keys.path("host")),
            "users": [{"name": name, "authorized_keys": [keys.public(name)]} for name in ("alice", "mallory")],
            "rules": [{"targets": ["bench"], "ports": [one.getsockname()[1] for one in targets.values()]}],
            "allow_loopback_targets": True,
            "penalties": {"enabled": False},
            "limits": {"idle": "0s"},
            "audit_log": {"path": str(folder / "audit.log")},
            "admin": {"bind": "127.0.0.1:0"},
        }
        text = json.dumps({"groups": {"bench": {"instances": servers}}, "bastion": config})  # JSON is YAML
        (folder / "gatehouse.yaml").write_text(text, encoding="utf-8")
        super().__init__([os.environ["GATEHOUSE_BASTION"], "--config", folder / "gatehouse.yaml", "--ready-file",
                          ready], folder, "gatehouse")
        self.wait_for(ready.exists)
        sockets = json.loads(ready.read_text(encoding="utf-8"))["listening"]
        self.port = next(int(one["address"].rpartition(":")[2]) for one in sockets if one["name"] != "admin")

    def forget_peak(self):
        Path(f"/proc/{self.process.pid}/clear_refs").write_text("5", encoding="ascii")

    def resident(self, which="VmRSS"):
        """Bytes; `VmHWM` is the most since forget_peak()."""
        lines = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(which))


class Aside:
    """A process on the load's core that is spoken to through its input and answers with lines."""

    def __init__(self, command, core=LOAD_CORE, **more):
        self.process = subprocess.Popen(["taskset", "-c", core, *map(str, command)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True, **more)

    def answer(self, within=30):
        ready, _, _ = select.select([self.process.stdout], [], [], within)
        line = self.process.stdout.readline() if ready else ""
        if not line:
            raise RuntimeError(f"no answer of {self.process.args}")
        return line

    def ask(self, line):
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()
        return json.loads(self.answer())

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()


class Field:
    """A bastion, a user and where both lead, for one attack."""

    def __init__(self, options):
        self.options, self.running = options, []
        self.targets = {kind: socket.create_server(("127.0.0.1", 0), backlog=512)
                        for kind in ("echo", "deaf", "pour", "sink")}
        self.bastion = Bastion(options.scratch, self.targets)
        echo = self.targets["echo"]
        self.visitor = self.start([options.folder / "visitor", echo.fileno(), self.bastion.port, "alice",
                                   options.scratch / "alice", echo.getsockname()[1]], echo)
        if options.real_time:
            for one in (self.bastion, self.visitor):
                real_time(one.process.pid)
        self.visitor.ask(0.6)  # has logged in from here, which later logins profit from as everybody's do

    def start(self, command, *passed):
        made = Aside(command, pass_fds=[one.fileno() for one in passed])
        self.running.append(made)
        return made

    def watch(self):
        """What the user saw, and the bastion's share of its core and that of others."""
        began, own, core = time.monotonic(), self.bastion.cpu(), busy(PROXY_CORE)
        seen = self.visitor.ask(self.options.seconds)
        elapsed = time.monotonic() - began
        own = self.bastion.cpu() - own
        return seen | {"bastion": own / elapsed, "core": (busy(PROXY_CORE) - core) / elapsed}

    def round(self, name):
        quiet = self.watch()
        self.bastion.forget_peak()
        before = self.bastion.resident()
        target = {kind: self.targets[kind] for kind in ("deaf", "pour", "sink")}
        attacker = self.start([sys.executable, HERE / "siege_attacks.py", name, "--port", self.bastion.port, "--key",
                               self.options.scratch / "mallory",
                               *(["--ordinary"] if self.options.real_time else []),
                               *(word for kind, one in target.items() for word in (f"--{kind}", one.fileno()))],
                              *target.values())
        try:
            attacker.answer()
            attacked = self.watch()
            attacker.process.stdin.close()
            done = json.loads(attacker.answer())
        finally:
            attacker.process.kill()
            attacker.process.wait()
        attacked["operations"] = done["operations"] / done["seconds"]
        attacked["grown"] = self.bastion.resident("VmHWM") - before
        time.sleep(0.3)  # sessions that the attacker left behind end
        return quiet, attacked

    def stop(self):
        for one in self.running:
            one.stop()
        self.bastion.stop()
        for one in self.targets.values():
            one.close()


def real_time(pid):
    for thread in os.listdir(f"/proc/{pid}/task"):
        os.sched_setscheduler(int(thread), os.SCHED_FIFO, os.sched_param(1))


def awake():
    """Keeps both cores from sleeping and stands in nobody's way."""
    return [Aside(["chrt", "--idle", "0", "sh", "-c", "while :; do :; done"], core) for core in (PROXY_CORE, LOAD_CORE)]


def run(options):
    """{attack: [(quiet, attacked) of each round]}"""
    found = {}
    for name in options.attacks:
        field = Field(options)
        try:
            for _ in range(options.rounds):
                if time.monotonic() > options.deadline:
                    print(f"stopped after {BOUND // 60} min, at {name}", file=sys.stderr)
                    return found
                found.setdefault(name, []).append(field.round(name))
        finally:
            field.stop()
        print(f"{name} done", file=sys.stderr, flush=True)
    return found


def percentile(times, share):
    return sorted(times)[min(len(times) - 1, int(len(times) * share))]


def compared(rounds, what, value):
    """Median of quiet and attacked, and of the rounds' ratios with their range."""
    pairs = [(value(quiet[what]), value(attacked[what])) for quiet, attacked in rounds
             if quiet[what] and attacked[what]]
    if not pairs:
        return None
    ratios = [attacked / quiet for quiet, attacked in pairs]
    return {"quiet": statistics.median(one[0] for one in pairs), "attacked": statistics.median(one[1] for one in pairs),
            "ratio": statistics.median(ratios), "lowest": min(ratios), "highest": max(ratios)}


def summary(found):
    lines = []
    for name, rounds in found.items():
        line = {"row": name, "title": ATTACKS[name][1], "rounds": len(rounds)}
        line["keystroke"] = compared(rounds, "keystrokes", statistics.median)
        line["keystroke p99"] = compared(rounds, "keystrokes", lambda times: percentile(times, 0.99))
        line["login"] = compared(rounds, "logins", statistics.median)
        line["worst"] = max(max(attacked["keystrokes"], default=0) for _, attacked in rounds)
        for what in ("operations", "bastion"):
            line[what] = statistics.median(attacked[what] for _, attacked in rounds)
        line["grown"] = max(attacked["grown"] for _, attacked in rounds)
        line["failures"] = sum(one["failures"] for pair in rounds for one in pair)
        lines.append(line)
    return lines


def cell(one):
    if one is None:
        return "-"
    return f"{one['attacked'] / 1000:.2f} ms, {one['ratio']:.2f} ({one['lowest']:.2f}-{one['highest']:.2f})"


def print_table(options, lines):
    print(f"\n{date.today()}, {machine()}")
    print(f"{options.rounds} rounds of {options.seconds:g} s quiet and as many attacked; time beside the attack, ratio "
          "to quiet: median (range)\n")
    cells = [["", "attack/s", "bastion's core", "keystroke, median", "keystroke, p99", "worst", "login, median",
              "memory", "failed"]]
    for line in lines:
        cells.append([line["title"], f"{line['operations']:,.0f}", f"{line['bastion'] * 100:.0f} %",
                      cell(line["keystroke"]), cell(line["keystroke p99"]), f"{line['worst'] / 1000:.1f} ms",
                      cell(line["login"]), f"+{line['grown'] / MIB:.1f} MiB", str(line["failures"])])
    widths = [max(map(len, column)) for column in zip(*cells)]
    for line in [cells[0], ["-" * width for width in widths], *cells[1:]]:
        print("| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths)) + " |")


def main():
    options = parse_options()
    for tool in ("ssh-keygen", "taskset", "chrt"):
        if not shutil.which(tool):
            sys.exit(f"bench: {tool} is not installed")
    if (os.cpu_count() or 1) < 2:
        sys.exit("bench: needs two cores, one for the bastion and one for its users")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("bench: ended"))  # stops what was started
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 1 << 20), hard))
    idlers = awake()
    try:
        with tempfile.TemporaryDirectory(prefix="gatehouse-bench.") as scratch:
            options.scratch = Path(scratch)
            Keys(options.scratch).make("host", "alice", "mallory")
            found = run(options)
    finally:
        for one in idlers:
            one.stop()
    lines = summary(found)
    print_table(options, lines)
    kept = {"date": str(date.today()), "machine": machine(), "rounds": options.rounds, "rows": lines}
    (options.folder / "siege.json").write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
