"""Nothing is lost: 64 connections of load over TLS while a server is killed, another drained, one added, the
configuration reloaded five times (two of them broken) and the certificate exchanged.

GATEHOUSE_LOAD_SECONDS makes it longer than the 15 s that ctest allows it.
"""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import certificate
import story
import yaml
from gatehouse import house
from load import Load

SECONDS = story.seconds("GATEHOUSE_LOAD_SECONDS", 15)


class Server:
    """An origin in a process of its own, to be killed."""

    def __init__(self, name, address):
        self.name, self.address = name, address
        program = Path(__file__).parents[1] / "support" / "origin.py"
        self.process = subprocess.Popen([sys.executable, str(program), address, "0", name], stdout=subprocess.PIPE,
                                        text=True)
        self.port = json.loads(self.process.stdout.readline())["port"]

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process.stdout.close()

    def close(self):
        if self.process.poll() is None:
            self.kill()

    def listed(self):
        return {"id": self.name, "address": self.address, "port": self.port}


class Lossless(story.Story):
    def setUp(self):
        super().setUp()
        self.servers = {}
        for number, name in enumerate("abcde"):
            self.servers[name] = Server(name, f"127.0.{1 + number % 2}.{1 + number // 2}")
            self.addCleanup(self.servers[name].close)
        self.members = self.folder / "members.yaml"
        self.list_members("abcd")
        self.site = self.household.certificate("site")
        self.config = house([], certificates=[self.site], group={
            "deregistration_delay": "30s",
            "health_check": {"path": "/healthz", "interval": "500ms", "timeout": "400ms", "healthy_threshold": 2,
                             "unhealthy_threshold": 2}})
        self.config["groups"] = {"web": {"file": str(self.members)}}
        self.gate = self.door(self.config)

    def list_members(self, names):
        made = self.members.with_suffix(".new")
        made.write_text(yaml.safe_dump([self.servers[name].listed() for name in names]), encoding="utf-8")
        made.rename(self.members)

    def exchange_certificate(self, fresh):
        os.replace(fresh.private_key, self.site.private_key)
        os.replace(fresh.certificate, self.site.certificate)
        serial = self.site.serial()
        story.eventually(lambda: self.served_serial() == serial, within=15)

    def served_serial(self):
        shown = self.run_tool("openssl", "s_client", "-connect", "127.0.0.1:%d" % self.gate.address("https")[1],
                              "-servername", "localhost", input="")
        found = self.run_tool("openssl", "x509", "-noout", "-serial", input=shown.stdout)
        return found.stdout.strip().removeprefix("serial=")

    def test_changes_under_load_lose_no_request(self):
        trusted = self.folder / "trusted.pem"
        fresh = certificate.self_signed(self.folder, "fresh")
        # The load trusts both from the beginning.
        trusted.write_text(self.site.certificate.read_text() + fresh.certificate.read_text(), encoding="ascii")
        load = Load(self.gate.address("https"), ca=trusted, seconds=SECONDS + 5, slow=True)
        self.addCleanup(load.close)
        step = SECONDS / 10

        time.sleep(step)
        killed_at = time.time()
        self.servers["a"].kill()
        time.sleep(step)
        self.gate.api("/api/v1/targets/web/b/drain", "POST")
        time.sleep(step)
        self.list_members("abcde")
        for number in range(5):
            time.sleep(step)
            if number % 2:
                self.gate.reload("lb: { listeners: [ {", succeeds=False)
            else:
                self.config["lb"]["timeouts"] = {"client_idle": f"{50 + number}s"}
                self.gate.reload(self.config)
        self.exchange_certificate(fresh)
        time.sleep(2 * step)
        told = load.end()

        self.report(told)
        self.assertGreater(told["requests"], 100 * SECONDS)
        self.assertGreater(told["served_by"].get("e", 0), 0, "the added server got nothing")
        self.assertIn(self.gate.target("b")["state"], ("draining", "drained"))
        in_flight_to_killed = [one for one in told["failures"] if one["method"] == "POST" and one["status"] == 502
                               and one["started"] <= killed_at + 0.2]
        lost = [one for one in told["failures"] if one not in in_flight_to_killed]
        self.assertEqual(lost, [])
        self.assertLessEqual(len(in_flight_to_killed), 64)
        self.assertEqual(self.gate.stop(), 0)

    @staticmethod
    def report(told):
        shown = told | {"failures": len(told["failures"])}
        print(f"\n  {json.dumps(shown)}\n  failures: {told['failures'][:5]}", flush=True)


if __name__ == "__main__":
    story.main()
