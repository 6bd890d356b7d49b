"""What every end-to-end story shares: a folder of its own, cleaning up, skipping, and how it ends for ctest.

A story is one Python program; GATEHOUSE_LB and GATEHOUSE_CTL name the programs under test. It exits 0 when every
test passed, 1 when one failed and 77 when every one was skipped, which ctest shows as skipped.
"""

import os
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

import certificate
import gatehouse
import origin

SKIPPED = 77


def project():
    return Path(__file__).resolve().parents[2]


def shared_data(folder):
    """The folder of test data, or SkipTest with a line that says where it was looked for."""
    root = Path(os.environ.get("GATEHOUSE_TEST_DATA") or project().parent / "shared" / "data")
    if not (root / folder).is_dir():
        raise unittest.SkipTest(f"no test data at {root / folder}; set GATEHOUSE_TEST_DATA")
    return root / folder


def need(tool):
    """The path of a program, or SkipTest."""
    found = shutil.which(tool)
    if not found:
        raise unittest.SkipTest(f"{tool} is not installed")
    return found


def seconds(name, default):
    """A duration that a longer run can raise through the environment."""
    return float(os.environ.get(name, default))


def client_context(site):
    """TLS as a client that trusts this certificate alone."""
    return ssl.create_default_context(cafile=site.certificate)


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as held:
        return held.getsockname()[1]


def eventually(check, within=10, every=0.05):
    """Calls `check` until it returns something true and returns that; fails with its last answer."""
    deadline = time.monotonic() + within
    while True:
        found = check()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within} s: {check.__name__} gave {found!r}")
        time.sleep(every)


class Story(unittest.TestCase):
    """Things made through a story end with its test, in reverse order; made in setUpClass with its class."""

    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.shared = _Household(cls.addClassCleanup)

    def setUp(self):
        self.household = _Household(self.addCleanup)

    @property
    def folder(self):
        return self.household.folder

    def origin(self, *args, **kwargs):
        return self.household.origin(*args, **kwargs)

    def door(self, *args, **kwargs):
        return self.household.door(*args, **kwargs)

    def run_tool(self, *command, timeout=60, **kwargs):
        """Runs a client to its end; output as text, and no patience for one that hangs."""
        kwargs.setdefault("text", True)
        words = [str(word) for word in command]
        return subprocess.run(words, capture_output=True, timeout=timeout, check=False, **kwargs)


class _Household:
    """Makes folders, origins and doors, and has each of them cleaned up."""

    def __init__(self, add_cleanup):
        self.add_cleanup = add_cleanup
        self.made_folder = None

    @property
    def folder(self):
        if self.made_folder is None:
            self.made_folder = Path(tempfile.mkdtemp(prefix="gatehouse-e2e."))
            self.add_cleanup(shutil.rmtree, self.made_folder, ignore_errors=True)
        return self.made_folder

    def origin(self, *args, **kwargs):
        made = origin.Origin(*args, **kwargs)
        self.add_cleanup(made.stop)
        return made

    def door(self, config, **kwargs):
        """Starts gatehouse-lb; at the end it must stop cleanly unless the story stopped it."""
        made = gatehouse.Gatehouse(config, self.folder, **kwargs)
        self.add_cleanup(made.close)
        made.start()
        return made

    def process(self, command):
        """Another program, ended with the story."""
        made = subprocess.Popen([str(word) for word in command], stdout=subprocess.DEVNULL)
        self.add_cleanup(made.wait)
        self.add_cleanup(made.kill)
        return made

    def certificate(self, *args, **kwargs):
        return certificate.self_signed(self.folder, *args, **kwargs)


def main():
    for name in ("GATEHOUSE_LB", "GATEHOUSE_CTL"):
        if not os.access(os.environ.get(name, ""), os.X_OK):
            print(f"skipped: {name} does not name a program", file=sys.stderr)
            sys.exit(SKIPPED)
    os.environ["no_proxy"] = "*"  # everything is on this machine
    tests = unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"])
    if len(sys.argv) > 1:
        tests = unittest.defaultTestLoader.loadTestsFromNames(sys.argv[1:], sys.modules["__main__"])
    result = unittest.TextTestRunner(verbosity=2).run(tests)
    for test, why in result.skipped:
        print(f"skipped: {test}: {why}", file=sys.stderr)
    if not result.wasSuccessful():
        sys.exit(1)
    whole_classes = [test for test, _ in result.skipped if not isinstance(test, unittest.TestCase)]
    nothing_ran = result.testsRun == 0 and whole_classes
    sys.exit(SKIPPED if nothing_ran or len(result.skipped) == result.testsRun > 0 else 0)
