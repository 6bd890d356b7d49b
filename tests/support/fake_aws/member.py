"""One server of a living group: a test origin in a process of its own.

    python3 -m fake_aws.member ADDRESS PORT NAME    prints the port, serves until its standard input ends

The end of standard input is the end of who started it, however that one ended, so none is left behind.
"""

import json
import os
import subprocess
import sys
from collections import deque
from pathlib import Path

import origin


class Member:
    """The process, seen by its group. Never waits for it to start."""

    def __init__(self, address, port, name):
        support = str(Path(__file__).resolve().parents[1])
        # Without site packages it starts in half the time.
        command = [sys.executable, "-S", "-m", "fake_aws.member", address, str(port), name]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0,
                                        env=os.environ | {"PYTHONPATH": support})
        os.set_blocking(self.process.stdout.fileno(), False)
        self.serves = False
        self.killed = False

    def started(self):
        """Whether it serves, or has done so. Raises when it never will."""
        if not self.serves and not self.killed:
            said = self.process.stdout.read()
            if said == b"":
                raise RuntimeError(f"{' '.join(self.process.args)} ended with {self.process.wait()}")
            self.serves = said is not None
        return self.serves or self.killed

    def strike(self):
        """SIGKILL, without waiting for what it does."""
        self.killed = True
        self.process.kill()

    def kill(self):
        """SIGKILL; behind it, connections to it have ended and new ones are refused."""
        self.strike()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()


def main():
    address, port, name = sys.argv[1:]
    made = origin.Origin(name, address, int(port))
    # Nobody can ask for them here, and under load they would fill the memory.
    made.requests, made.probes = deque(maxlen=1), deque(maxlen=1)
    print(json.dumps({"port": made.port}), flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
