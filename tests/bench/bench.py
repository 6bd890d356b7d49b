#!/usr/bin/python3
"""Compares gatehouse-lb with HAProxy and nginx: the same work through each in turn, round after round.

What counts is the proxy's CPU time per request. Every round gives one ratio to HAProxy in the same round; the table
shows the median of these ratios with their range. Rounds in which something else used the proxy's core are left
out as long as enough others remain.
"""

import argparse
import json
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import time
from datetime import date
from functools import partial
from pathlib import Path

import proxies
import work

DISTURBED = 0.08     # of the core's time, used by others
BOUND = 14 * 60      # seconds for everything


class Row:
    def __init__(self, name, title, load, *, unit="us", logging=False, rounds=None):
        self.name, self.title, self.load = name, title, load
        self.unit, self.logging, self.rounds = unit, logging, rounds


ROWS = [
    Row("plain-128", "HTTP 128 B", partial(work.requests, size="128")),
    Row("plain-1k", "HTTP 1 KiB", partial(work.requests, size="1k")),
    Row("plain-16k", "HTTP 16 KiB", partial(work.requests, size="16k")),
    Row("plain-1m", "HTTP 1 MiB", partial(work.requests, size="1m")),
    Row("tls-128", "HTTPS 128 B", partial(work.requests, size="128", tls=True)),
    Row("tls-16k", "HTTPS 16 KiB", partial(work.requests, size="16k", tls=True)),
    Row("tls-1m", "HTTPS 1 MiB", partial(work.requests, size="1m", tls=True)),
    Row("handshake-full", "TLS connection, full handshake", partial(work.handshakes, kind="full")),
    Row("handshake-resumed", "TLS connection, resumed", partial(work.handshakes, kind="resumed")),
    Row("connections-1000", "HTTP 128 B, 1,000 connections", partial(work.requests, size="128", connections=1000)),
    Row("logs-128", "HTTP 128 B, access logs on", partial(work.requests, size="128"), logging=True),
    Row("idle-plain", "idle connection", partial(work.idle, tls=False), unit="KiB", rounds=3),
    Row("idle-tls", "idle TLS connection", partial(work.idle, tls=True), unit="KiB", rounds=3),
]


def parse_options():
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--rounds", type=int, default=10)
    asked.add_argument("--only", action="append", choices=[row.name for row in ROWS], help="may be repeated")
    asked.add_argument("--quick", action="store_true", help="3 rounds of 1 s: a look, no verdict")
    asked.add_argument("--proxies", default="haproxy,nginx,gatehouse", help="default: %(default)s")
    asked.add_argument("--folder", type=Path, required=True, help="for results and everything the proxies need")
    options = asked.parse_args()
    options.folder = options.folder.resolve()
    options.seconds = 1 if options.quick else 2
    options.rounds = 3 if options.quick else options.rounds
    options.proxies = options.proxies.split(",")
    options.rows = [row for row in ROWS if not options.only or row.name in options.only]
    options.deadline = time.monotonic() + BOUND
    return options


def make_certificate(folder):
    made = folder / "site.crt", folder / "site.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                    "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
                    "-out", made[0], "-keyout", made[1]], check=True, capture_output=True)
    return made


class Field:
    """The running proxies: those that log nothing, those that log, and for memory fresh ones each time."""

    def __init__(self, options):
        self.options = options
        self.certificate = make_certificate(options.folder)
        self.backend = proxies.start_backend(options.folder)
        self.running = {}

    def start(self, name, logging):
        return proxies.STARTERS[name](self.options.folder, self.backend.port, self.certificate, logging)

    def proxy(self, name, row):
        if (name, row.logging) not in self.running:
            started = self.start(name, row.logging)
            self.running[name, row.logging] = started
            time.sleep(0.5)  # for the first health check
            work.wrk(f"http://127.0.0.1:{started.plain}/16k", 64, 1)
        return self.running[name, row.logging]

    def measure(self, name, row):
        if row.unit == "us":
            return row.load(self.proxy(name, row), self.options)
        fresh = self.start(name, row.logging)  # memory that earlier rows left behind would hide what is added
        try:
            time.sleep(0.5)
            return row.load(fresh, self.options)
        finally:
            fresh.stop()

    def stop(self):
        for one in [*self.running.values(), self.backend]:
            one.stop()


def run(options):
    """{row name: {proxy: [Sample of each round]}}"""
    field = Field(options)
    samples = {row.name: {name: [] for name in options.proxies} for row in options.rows}
    try:
        for number in range(options.rounds):
            for row in options.rows:
                if number >= (row.rounds or options.rounds):
                    continue
                if time.monotonic() > options.deadline:
                    print(f"stopped after {BOUND // 60} min, in round {number + 1}", file=sys.stderr)
                    return samples
                # In turn, and another one first each time: whatever drifts drifts for all.
                first = number % len(options.proxies)
                for name in options.proxies[first:] + options.proxies[:first]:
                    samples[row.name][name].append(field.measure(name, row))
            print(f"round {number + 1} of {options.rounds} done", file=sys.stderr, flush=True)
    finally:
        field.stop()
    return samples


def undisturbed(by_proxy):
    """The rounds in which no proxy was disturbed, or all of them when fewer than half are left."""
    complete = min(map(len, by_proxy.values()))
    calm = [number for number in range(complete)
            if all(taken[number].disturbance < DISTURBED for taken in by_proxy.values())]
    return calm if len(calm) * 2 >= complete and calm else list(range(complete)), complete - len(calm)


def summary(options, samples):
    rows = []
    for row in options.rows:
        kept, disturbed = undisturbed(samples[row.name])
        if not kept:
            continue
        line = {"row": row.name, "title": row.title, "unit": row.unit, "rounds": len(kept), "disturbed": disturbed}
        for name, taken in samples[row.name].items():
            scale = 1024 if row.unit == "KiB" else 1
            line[name] = {"cost": statistics.median(taken[number].cost for number in kept) / scale,
                          "rate": statistics.median(taken[number].rate for number in kept)}
            if "haproxy" in samples[row.name]:
                base = samples[row.name]["haproxy"]
                ratios = [taken[number].cost / base[number].cost for number in kept if base[number].cost > 0]
                line[name] |= {"ratio": statistics.median(ratios), "lowest": min(ratios), "highest": max(ratios)}
        rows.append(line)
    return rows


def machine():
    model = next((line.partition(":")[2].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                  if line.startswith("model name")), platform.machine())
    return f"{os.cpu_count()} cores {model}, Linux {platform.release()}"


def version(*command):
    shown = subprocess.run(command, capture_output=True, text=True, check=False)
    words = (shown.stdout + shown.stderr).split("\n")[0].replace("version", "").replace("nginx/", "").split()
    return next((word for word in words if word[0].isdigit()), "?")


def print_table(options, rows):
    others = [name for name in options.proxies if name != "haproxy"]
    print(f"\n{date.today()}, {machine()}")
    print(f"HAProxy {version('haproxy', '-v')}, nginx {version('nginx', '-v')}; {options.rounds} rounds; "
          "CPU per request (KiB per idle connection), ratio to HAProxy: median (range); requests/s\n")
    head = ["", *options.proxies, *(f"{name} / haproxy" for name in others),
            *(f"{name} req/s" for name in options.proxies)]
    lines = []
    for row in rows:
        cells = [row["title"] + (f" [{row['disturbed']} disturbed]" if row["disturbed"] else "")]
        cells += [f"{row[name]['cost']:.1f} {row['unit']}" for name in options.proxies]
        for name in others:
            one = row[name]
            cells.append(f"{one['ratio']:.2f} ({one['lowest']:.2f}-{one['highest']:.2f})" if "ratio" in one else "-")
        cells += [f"{row[name]['rate']:,.0f}" if row["unit"] == "us" else "-" for name in options.proxies]
        lines.append(cells)
    widths = [max(len(line[column]) for line in [head, *lines]) for column in range(len(head))]
    for line in [head, ["-" * width for width in widths], *lines]:
        print("| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths)) + " |")


def main():
    options = parse_options()
    for tool in ("wrk", "taskset", *(name for name in options.proxies if name != "gatehouse")):
        if not shutil.which(tool):
            sys.exit(f"bench: {tool} is not installed")
    if (os.cpu_count() or 1) < 2:
        sys.exit("bench: needs two cores, one for the proxy and one for the load")
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 1 << 20), hard))
    options.folder.mkdir(parents=True, exist_ok=True)
    rows = summary(options, run(options))
    print_table(options, rows)
    kept = {"date": str(date.today()), "machine": machine(), "rounds": options.rounds, "rows": rows}
    (options.folder / "results.json").write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
