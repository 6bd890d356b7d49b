"""A bastion under attack: somebody else jumps meanwhile, the daemon's memory is watched, and nobody gets in.

Each test says how long the other one's `ssh -W` took and how much memory the attack cost: for the record. Asserted is
no more than that each jump ends within PATIENCE and that memory grows by less than MOST_MEMORY.
"""

import contextlib
import signal
import statistics
import subprocess
import sys
import threading
import time

from bastion_story import BastionStory
from bastion_targets import echo
from ssh_packets import MIB, need_paramiko, paramiko
from ssh_parts import TEST_SECONDS, overdue

PATIENCE = 60  # seconds for one jump
MOST_MEMORY = 64 * MIB
STRANGER, INSIDER, BALANCER = "127.0.0.66", "127.0.0.67", "127.0.0.68"  # where attacks come from


def pour(connection):
    """Says more than anybody reads."""
    while True:
        connection.sendall(b"x" * 262144)


class Watch:
    """What goes on beside an attack: somebody jumps again and again, and the daemon's memory is looked at."""

    def __init__(self, gate, visit):
        self.gate, self.visit = gate, visit
        self.quiet = [visit() for _ in range(3)]
        self.rounds, self.failures = [], []
        self.memory_before = self.memory = gate.memory()
        self.over = threading.Event()
        self.threads = [threading.Thread(target=one, daemon=True) for one in (self._jump, self._look)]
        for one in self.threads:
            one.start()

    def _jump(self):
        while not self.over.is_set() and not self.failures:
            try:
                self.rounds.append(self.visit())
            except (AssertionError, subprocess.TimeoutExpired) as failed:
                self.failures.append(failed)

    def _look(self):
        while not self.over.wait(0.05):
            with contextlib.suppress(OSError, TypeError):  # it has ended, which others notice
                self.memory = max(self.memory, self.gate.memory())

    def end(self):
        self.over.set()
        for one in self.threads:
            one.join(PATIENCE + 10)

    @property
    def visits(self):
        return len(self.quiet) + len(self.rounds)

    @property
    def grown(self):
        return self.memory - self.memory_before

    def __str__(self):
        quiet, usual = statistics.median(self.quiet), statistics.median(self.rounds)
        return (f"{len(self.rounds)} jumps beside it: median {usual:.2f} s, worst {max(self.rounds):.2f} s, "
                f"{usual / quiet:.1f} times undisturbed; memory +{self.grown / MIB:.1f} MiB")


class SiegeStory(BastionStory):
    """Alice jumps to `echo`, and she alone may go to the vault. Mallory may go to `echo` and to `pour`."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        need_paramiko()
        cls.echo, cls.vault, cls.pour = (cls.service(serve) for serve in (echo, echo, pour))
        cls.keys.make("mallory")

    def setUp(self):
        super().setUp()
        # Interrupts whatever the test waits for, paramiko's endless writes among them; the cleanups still run.
        signal.signal(signal.SIGALRM, overdue)
        signal.alarm(TEST_SECONDS)
        self.addCleanup(signal.alarm, 0)

    def start(self, **changes):
        users = {"alice": (["alice"],), "mallory": (["mallory"],)}
        rules = [{"name": "alice", "users": ["alice"], "targets": ["web"], "ports": [self.echo.port, self.vault.port]},
                 {"name": "mallory", "users": ["mallory"], "targets": ["web"],
                  "ports": [self.echo.port, self.pour.port]}]
        self.gate = self.bastion(self.postern(users, rules, **changes))
        self.way = self.client(self.gate)
        return self.gate

    def visit(self):
        """Seconds of a jump of Alice's."""
        began = time.monotonic()
        done = self.ssh(self.way, "-W", f"web-1:{self.echo.port}", "bastion", stdin=b"here", timeout=PATIENCE)
        self.assertEqual((done.returncode, done.stdout), (0, b"here"), done.stderr)
        return time.monotonic() - began

    @contextlib.contextmanager
    def siege(self, insiders=0, jumps=0, cut=0, unheard=0):
        """What is done inside is an attack: `insiders` log in, open `jumps` channels and begin `cut` others, but for up to
        `unheard` that wait for their turn when their session is ended. It must get no further."""
        watch = Watch(self.gate, self.visit)
        try:
            yield
        finally:
            watch.end()
        self.assertEqual(watch.failures, [], self.gate.log()[-2000:])
        watch.rounds += [self.visit()] if not watch.rounds else []
        self.visit()
        print(f"\n    {self._testMethodName}: {watch}", file=sys.stderr, flush=True)
        self.assertLess(watch.grown, MOST_MEMORY)
        self.assertIsNone(self.gate.process.poll(), self.gate.log()[-2000:])
        self.assert_nobody_got_in(watch.visits + 1 + insiders, watch.visits + 1 + jumps, cut, unheard)

    def assert_nobody_got_in(self, logins, jumps, cut, unheard):
        self.assertEqual(self.vault.seen, 0)
        told = [one for one in self.gate.audit() if one["event"] in ("login", "channel")]
        self.assertEqual([one for one in told if one["source"].startswith((STRANGER, BALANCER))], [])
        self.assertEqual([one["event"] for one in told].count("login"), logins)
        most = jumps + cut
        self.assertIn([one["event"] for one in told].count("channel"), range(most - unheard, most + 1))
        self.assertEqual(self.gate.metric("bastion_logins_total", result="accepted"), logins)
        # One whose client went away while the target was connected to was begun, and not opened.
        self.assertLessEqual(self.gate.metric("bastion_channel_opens_total", result="opened"), jumps)

    def abandoned(self, reason, more_than=0):
        """Connections that ended so before they had logged in; the record and the counter agree that there are some."""
        found = self.assert_counted(self.gate, "bastion_logins_total", more_than, result="abandoned", reason=reason)
        return self.assert_audited(self.gate, "login_refused", times=int(found), reason=reason)

    def key(self, name):
        return paramiko.Ed25519Key.from_private_key_file(str(self.keys.path(name)))

    def blob(self, name):
        return self.key(name).asbytes()
