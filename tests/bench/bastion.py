#!/usr/bin/python3
"""Compares gatehouse-bastion with OpenSSH's sshd as a jump host: the same work through each in turn, round after round.

Every round gives one ratio of gatehouse-bastion to sshd; the table shows the median of these ratios with their range.
The jump host has one core, client and target the other. Rounds in which something else used the jump host's core are
left out as long as enough others remain.
"""

import argparse
import json
import os
import resource
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date
from functools import partial
from pathlib import Path

import jump_hosts
import jump_work as work
from bench import machine, undisturbed

BOUND = 10 * 60  # seconds for everything
MANY = 2000      # sessions
ROOM = 8 << 30   # bytes that must be available for so many of sshd's processes
NAMES = ["sshd", "gatehouse"]

CIPHERS = {"chacha20": "chacha20-poly1305@openssh.com", "aes128": "aes128-gcm@openssh.com",
           "aes256": "aes256-gcm@openssh.com"}


class Row:
    def __init__(self, name, title, load, *, rounds=None, fresh=False):
        self.name, self.title, self.load, self.rounds = name, title, load, rounds
        self.fresh = fresh  # memory that earlier rows left behind would hide what is added


def transfers():
    for short, cipher in CIPHERS.items():
        title = cipher.partition("@")[0]
        yield Row(f"up-{short}", f"upload, {title}", partial(work.upload, cipher=cipher))
        yield Row(f"down-{short}", f"download, {title}", partial(work.download, cipher=cipher))


ROWS = [
    *transfers(),
    Row("far", "upload at 80 ms, aes128-gcm", partial(work.delayed_upload, cipher=CIPHERS["aes128"]), rounds=3),
    Row("connection", "connection, curve25519 with both", partial(work.connections, exchange=jump_hosts.CURVE25519)),
    Row("connection-default", "connection, the client's default", partial(work.connections, exchange=())),
    Row("idle", "idle session, of 200", partial(work.idle_sessions, count=200), rounds=2, fresh=True),
    Row("idle-used", "idle session after 4 MiB each way",
        partial(work.idle_sessions, count=100, carried=4 * work.MIB), rounds=2, fresh=True),
    Row("idle-many", f"idle session, of {MANY:,}", partial(work.idle_sessions, count=MANY), rounds=1, fresh=True),
]


def parse_options():
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--rounds", type=int, default=5)
    asked.add_argument("--only", action="append", choices=[row.name for row in ROWS], help="may be repeated")
    asked.add_argument("--quick", action="store_true", help="2 rounds of less: a look, no verdict")
    asked.add_argument("--folder", type=Path, required=True, help="has `delay` and `sessions`, takes the results")
    options = asked.parse_args()
    options.rounds = 2 if options.quick else options.rounds
    options.size = (128 if options.quick else 512) * work.MIB
    options.connections = 10 if options.quick else 20
    options.round_trip = 80  # ms
    options.rows = [row for row in ROWS if not options.only or row.name in options.only]
    if options.quick and not options.only:
        options.rows = [row for row in options.rows if row.name != "idle-many"]
    options.folder = options.folder.resolve()
    options.deadline = time.monotonic() + BOUND
    return options


class Field:
    """The jump hosts and where they lead."""

    def __init__(self, options):
        self.options, self.target, self.running = options, work.Target(), {}

    def start(self, name):
        return jump_hosts.STARTERS[name](self.options.scratch, self.target.port)

    def measure(self, name, row):
        if row.fresh:
            host = self.start(name)
            try:
                return row.load(host, self.target, self.options)
            finally:
                host.stop()
        if name not in self.running:
            self.running[name] = self.start(name)
            work.connections(self.running[name], self.target, self.options, exchange=jump_hosts.CURVE25519)
        return row.load(self.running[name], self.target, self.options)

    def stop(self):
        for one in [*self.running.values(), self.target]:
            one.stop()


def run(options):
    """{row name: {jump host: [Sample of each round]}}, MiB/s of the delaying relay alone"""
    field = Field(options)
    samples = {row.name: {name: [] for name in NAMES} for row in options.rows}
    alone = 0
    try:
        if "far" in samples:
            alone = work.delay_alone(field.target, options)
        for number in range(options.rounds):
            for row in options.rows:
                if number >= (row.rounds or options.rounds):
                    continue
                if time.monotonic() > options.deadline:
                    print(f"stopped after {BOUND // 60} min, in round {number + 1}", file=sys.stderr)
                    return samples, alone
                for name in NAMES if number % 2 == 0 else NAMES[::-1]:
                    samples[row.name][name].append(field.measure(name, row))
            print(f"round {number + 1} of {options.rounds} done", file=sys.stderr, flush=True)
    finally:
        field.stop()
    return samples, alone


def summary(options, samples):
    lines = []
    for row in options.rows:
        kept, disturbed = undisturbed(samples[row.name])
        if not kept:
            continue
        taken = {name: [samples[row.name][name][number].values for number in kept] for name in NAMES}
        for what in taken["sshd"][0]:
            ratios = [own[what] / base[what] for own, base in zip(taken["gatehouse"], taken["sshd"])]
            lines.append({"row": row.name, "title": row.title, "what": what, "rounds": len(kept),
                          "disturbed": disturbed}
                         | {name: statistics.median(one[what] for one in taken[name]) for name in NAMES}
                         | {"ratio": statistics.median(ratios), "lowest": min(ratios), "highest": max(ratios)})
    return lines


def print_table(options, lines, alone):
    print(f"\n{date.today()}, {machine()}")
    print(f"{openssh()}; at most {options.rounds} rounds of {options.size // work.MIB} MiB or "
          f"{options.connections} connections through ssh -W; ratio to sshd: median (range)")
    if alone:
        print(f"plain TCP through the relay that stands for {options.round_trip} ms: {alone:.0f} MiB/s")
    cells = [["", "", "sshd", "gatehouse", "gatehouse / sshd"]]
    for line in lines:
        cells.append([line["title"] + (f" [{line['disturbed']} disturbed]" if line["disturbed"] else ""), line["what"],
                      *(f"{line[name]:,.{0 if line[name] >= 100 else 2}f}" for name in NAMES),
                      f"{line['ratio']:.3f} ({line['lowest']:.3f}-{line['highest']:.3f})"])
    widths = [max(map(len, column)) for column in zip(*cells)]
    print()
    for line in [cells[0], ["-" * width for width in widths], *cells[1:]]:
        print("| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths)) + " |")


def openssh():
    return subprocess.run(["ssh", "-V"], capture_output=True, text=True, check=True).stderr.partition(",")[0]


def available():
    lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable"))


def main():
    options = parse_options()
    for tool in ("ssh", "ssh-keygen", "taskset", "/usr/sbin/sshd"):
        if not shutil.which(tool):
            sys.exit(f"bench: {tool} is not installed")
    if (os.cpu_count() or 1) < 2:
        sys.exit("bench: needs two cores, one for the jump host and one for client and target")
    if available() < ROOM and any(row.name == "idle-many" for row in options.rows):
        print(f"bench: too little memory for {MANY} processes of sshd; left out", file=sys.stderr)
        options.rows = [row for row in options.rows if row.name != "idle-many"]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("bench: ended"))  # stops the servers; sshd would stay otherwise
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 1 << 20), hard))
    with tempfile.TemporaryDirectory(prefix="gatehouse-bench.") as scratch:
        options.scratch = Path(scratch)
        jump_hosts.make_keys(options.scratch)
        samples, alone = run(options)
    lines = summary(options, samples)
    print_table(options, lines, alone)
    kept = {"date": str(date.today()), "machine": machine(), "rounds": options.rounds, "relay": alone, "rows": lines}
    (options.folder / "bastion.json").write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
