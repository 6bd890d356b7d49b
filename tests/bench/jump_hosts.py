"""The jump hosts that are compared, each pinned to one core: OpenSSH's sshd and gatehouse-bastion with one worker.

Both take the same user key, show an Ed25519 host key and log what they do to a file. sshd runs without PAM and lets the
user in who runs this, which is cheaper for it than what Debian sets up: for root it keeps one process per session, else
two.
"""

import getpass
import json
import os
import signal
import subprocess
from pathlib import Path

from proxies import LOAD_CORE, PROXY_CORE, Process, answers, free_port

USER = getpass.getuser()
CURVE25519 = ("-o", "KexAlgorithms=curve25519-sha256")
TICKS = os.sysconf("SC_CLK_TCK")


class JumpHost(Process):
    """A jump host and its processes: sshd has some for each session."""

    def __init__(self, command, folder, name):
        super().__init__(command, PROXY_CORE, folder, name)
        self.key, self.port = folder / "user", None

    def pids(self):
        found = [self.process.pid]
        for pid in found:  # grows meanwhile
            try:
                found += map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split())
            except (FileNotFoundError, ProcessLookupError):
                pass  # ended meanwhile
        return found

    def cpu(self):
        """Seconds on a core so far, with those of children that have ended."""
        total = 0.0
        for pid in self.pids():
            try:
                for thread in Path(f"/proc/{pid}/task").iterdir():
                    total += int((thread / "schedstat").read_text(encoding="ascii").split()[0]) / 1e9
                after_name = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
                total += (int(after_name[13]) + int(after_name[14])) / TICKS  # cutime, cstime
            except (FileNotFoundError, ProcessLookupError):
                pass
        return total

    def memory(self):
        """(PSS, RSS) of all processes in bytes."""
        sums = {"Pss": 0, "Rss": 0}
        for pid in self.pids():
            try:
                lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
            except (FileNotFoundError, ProcessLookupError):
                continue
            for line in lines:
                name, _, rest = line.partition(":")
                if name in sums:
                    sums[name] += int(rest.split()[0]) * 1024
        return sums["Pss"], sums["Rss"]

    def client(self, *options, port=None, **streams):
        """OpenSSH's client, on the other core, with nothing of its user's own configuration."""
        return Client(["taskset", "-c", LOAD_CORE, "ssh", "-F", "none", "-i", self.key, "-p", port or self.port,
                       "-o", "IdentitiesOnly=yes", "-o", "IdentityAgent=none", "-o", "BatchMode=yes",
                       "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR",
                       "-o", "ConnectTimeout=20", *options, f"{USER}@127.0.0.1"], **streams)


class Client(subprocess.Popen):
    """A process that does not outlive its block."""

    def __init__(self, command, **streams):
        super().__init__([*map(str, command)], **streams)

    def __exit__(self, *problem):
        try:
            if problem[0] is None:
                if self.stdin:
                    self.stdin.close()  # ssh -W goes on until both directions have ended
                self.wait(20)
        finally:
            self.kill()
            super().__exit__(*problem)


def make_keys(folder):
    for name in ("host", "user"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "bench", "-f", folder / name], check=True,
                       timeout=20)


def start_sshd(folder, _):
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # of privilege separation; systemd makes it otherwise
    port = free_port()
    (folder / "sshd.conf").write_text(f"""
ListenAddress 127.0.0.1:{port}
HostKey {folder}/host
AuthorizedKeysFile {folder}/user.pub
StrictModes no
UsePAM no
PasswordAuthentication no
PidFile none
MaxStartups 10000
""", encoding="utf-8")
    host = JumpHost(["/usr/sbin/sshd", "-D", "-e", "-f", folder / "sshd.conf"], folder, "sshd")
    host.wait_for(answers(port))
    host.port = port
    return host


def start_gatehouse(folder, target_port):
    ready = folder / "gatehouse.ready"
    ready.unlink(missing_ok=True)
    user_key = (folder / "user.pub").read_text(encoding="ascii").strip()
    (folder / "gatehouse.yaml").write_text(f"""
groups:
  bench: {{ instances: [ {{ id: i-bench, address: 127.0.0.1 }} ] }}
bastion:
  workers: 1
  bind: "127.0.0.1:0"
  host_keys: {folder}/host
  users: [ {{ name: {USER}, authorized_keys: ["{user_key}"] }} ]
  rules: [ {{ targets: [bench], ports: [{target_port}] }} ]
  allow_loopback_targets: true
  limits: {{ max_startups: "1000:30:10000", sessions_per_user: 10000, idle: 0s }}
  audit_log: {{ path: {folder}/audit.log }}
  admin: {{ bind: "127.0.0.1:0" }}
""", encoding="utf-8")
    host = JumpHost([os.environ["GATEHOUSE_BASTION"], "--config", folder / "gatehouse.yaml", "--ready-file", ready],
                    folder, "gatehouse")
    host.wait_for(ready.exists)
    sockets = json.loads(ready.read_text(encoding="utf-8"))["listening"]
    host.port = next(int(one["address"].rpartition(":")[2]) for one in sockets if one["name"] != "admin")
    return host


STARTERS = {"sshd": start_sshd, "gatehouse": start_gatehouse}


class Delay:
    """A relay in front of a port that brings everything late, in either direction."""

    def __init__(self, program, port, milliseconds):
        self.process = subprocess.Popen(["taskset", "-c", LOAD_CORE, program, str(port), str(milliseconds)],
                                        stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(10)
