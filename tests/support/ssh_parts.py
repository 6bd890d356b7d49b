"""What tests of the SSH side share: throw-away keys, the transport's test server, a real sshd, OpenSSH's client."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path

SKIPPED = 77
TEST_SECONDS = 150  # what one test may take in all; beside a large build, and under a sanitizer
SANITIZER_REPORT = re.compile(r"(ERROR: \w+Sanitizer|WARNING: ThreadSanitizer|runtime error:|LeakSanitizer).*")


def need(tool):
    """The path of a program, or SkipTest. sshd lies where users' PATH does not look."""
    found = shutil.which(tool, path=os.environ.get("PATH", "") + ":/usr/sbin")
    if not found:
        raise unittest.SkipTest(f"{tool} is not installed")
    return found


class Process:
    """A program whose output is kept line by line; ended with the test."""

    def __init__(self, command):
        self.lines, self.changed = [], threading.Condition()
        # AddressSanitizer keeps 256 MiB of freed memory by default, which a test would take for a leak.
        environment = {"ASAN_OPTIONS": "quarantine_size_mb=4"} | os.environ
        self.process = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, env=environment,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.process.stdout:
            with self.changed:
                self.lines.append(line.rstrip("\n"))
                self.changed.notify_all()
        with self.changed:
            self.changed.notify_all()

    def wait_line(self, pattern, within=15, times=1):
        """The match of the `times`th line like this; fails with all that was said instead."""
        deadline = time.monotonic() + within
        with self.changed:
            while True:
                found = [match for match in (re.search(pattern, line) for line in self.lines) if match]
                if len(found) >= times:
                    return found[times - 1]
                left = deadline - time.monotonic()
                if left <= 0 or self.process.poll() is not None:
                    raise AssertionError(f"no line like {pattern!r} ({times}) in:\n" + "\n".join(self.lines))
                self.changed.wait(min(left, 0.2))

    def count(self, pattern):
        with self.changed:
            return sum(bool(re.search(pattern, line)) for line in self.lines)

    def memory(self):
        """Resident bytes."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii").splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        raise AssertionError("it has ended")

    def close(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = self.process.wait()
        self.reader.join(5)
        self.process.stdout.close()
        report = "\n".join(self.lines)
        if code not in (0, -signal.SIGTERM) or SANITIZER_REPORT.search(report):
            raise AssertionError(f"{self.process.args[0]} ended with {code}:\n{report}")


class Target:
    """A TCP server on loopback; `serve(connection)` is called in a thread for each client."""

    def __init__(self, serve):
        self.serve = serve
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        self.seen = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                connection, _ = self.listening.accept()
            except OSError:
                return
            self.seen += 1
            threading.Thread(target=self._run, args=(connection,), daemon=True).start()

    def _run(self, connection):
        with connection:
            try:
                self.serve(connection)
            except OSError:
                pass

    def close(self):
        self.listening.close()


def read_all(connection):
    parts = []
    while part := connection.recv(262144):
        parts.append(part)
    return b"".join(parts)


def overdue(*_):
    raise TimeoutError(f"the test took more than {TEST_SECONDS} seconds")


class SshTest(unittest.TestCase):
    """A folder with keys: `host`, `user` (known to the server) and `other` (not)."""

    maxDiff = None

    def setUp(self):
        # Interrupts whatever the test waits for, paramiko's endless writes among them; the cleanups still run.
        signal.signal(signal.SIGALRM, overdue)
        signal.alarm(TEST_SECONDS)
        self.addCleanup(signal.alarm, 0)

    @classmethod
    def setUpClass(cls):
        need("ssh")
        need("ssh-keygen")
        cls.folder = Path(tempfile.mkdtemp(prefix="gatehouse-ssh."))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        for name in ("host", "user", "other"):
            cls.make_key(name)

    @classmethod
    def make_key(cls, name, kind="ed25519", bits=None):
        path = cls.folder / name
        size = ["-b", str(bits)] if bits else []
        subprocess.run(["ssh-keygen", "-q", "-t", kind, *size, "-N", "", "-C", name, "-f", path], check=True,
                       timeout=60)
        return path

    def transport(self, *, user_key="user", host_keys=("host",), **options):
        """Starts the test server; `options` are its own, with underscores."""
        command = [os.environ["SSH_TRANSPORT_SERVER"], "--user", "ada", "--key", self.folder / f"{user_key}.pub"]
        for key in host_keys:
            command += ["--host-key", self.folder / key]
        for name, value in options.items():
            command += [f"--{name.replace('_', '-')}", value]
        server = Process(command)
        self.addCleanup(server.close)
        server.port = int(server.wait_line(r"^port (\d+)")[1])
        return server

    def target(self, serve):
        made = Target(serve)
        self.addCleanup(made.close)
        return made

    def config(self, hosts, **common):
        """An ssh_config for {name: {option: value}}; `common` holds for all of them."""
        usual = {"HostName": "127.0.0.1", "UserKnownHostsFile": "/dev/null", "GlobalKnownHostsFile": "/dev/null",
                 "StrictHostKeyChecking": "no", "IdentitiesOnly": "yes", "BatchMode": "yes", "IdentityAgent": "none",
                 "IdentityFile": self.folder / "user", "ConnectTimeout": 20, "LogLevel": "ERROR"} | common
        text = ""
        for name, own in hosts.items():
            text += f"Host {name}\n" + "".join(f"  {key} {value}\n" for key, value in (usual | own).items())
        path = self.folder / f"config.{time.monotonic_ns()}"
        path.write_text(text, encoding="ascii")
        return path

    def jump_config(self, server, **common):
        return self.config({"jump": {"User": "ada", "Port": server.port}}, **common)

    def eventually(self, check, within=15):
        deadline = time.monotonic() + within
        while not check():
            self.assertLess(time.monotonic(), deadline, "not in time")
            time.sleep(0.02)

    def connect(self, path):
        """A connection to the Unix socket that a client's -L will open."""
        wire = socket.socket(socket.AF_UNIX)
        wire.settimeout(20)
        self.eventually(lambda: wire.connect_ex(str(path)) == 0)
        return wire

    def background_ssh(self, config, *words, **streams):
        """OpenSSH's client until the test ends. Killed: it loses a SIGTERM that comes between its look at what it
        caught and its poll(), and then runs on."""
        client = subprocess.Popen(["ssh", "-F", str(config), *[str(word) for word in words]], **streams)
        self.addCleanup(client.wait, 20)
        self.addCleanup(client.kill)
        return client

    def ssh(self, config, *words, stdin=b"", timeout=60):
        """OpenSSH's client, run to its end; output as bytes."""
        command = ["ssh", "-F", str(config), *[str(word) for word in words]]
        given = {"stdin": stdin} if hasattr(stdin, "fileno") else {"input": stdin}
        return subprocess.run(command, **given, capture_output=True, timeout=timeout, check=False)


def main():
    if not os.access(os.environ.get("SSH_TRANSPORT_SERVER", ""), os.X_OK):
        print("skipped: SSH_TRANSPORT_SERVER does not name a program", file=sys.stderr)
        sys.exit(SKIPPED)
    module = sys.modules["__main__"]
    if len(sys.argv) > 1:
        tests = unittest.defaultTestLoader.loadTestsFromNames(sys.argv[1:], module)
    else:
        tests = unittest.defaultTestLoader.loadTestsFromModule(module)
    result = unittest.TextTestRunner(verbosity=2).run(tests)
    for test, why in result.skipped:
        print(f"skipped: {test}: {why}", file=sys.stderr)
    if not result.wasSuccessful():
        sys.exit(1)
    sys.exit(SKIPPED if result.testsRun == len(result.skipped) else 0)
