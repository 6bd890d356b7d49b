"""`ssh bastion`: who people are, where they may go and why not, told by the bastion itself to whoever asks."""

import getpass
import json
import os
import re

import bastion_story
import story
from bastion_story import BastionStory
from bastion_targets import JOBS, WEB, Sshd, instances


class Console(BastionStory):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sshd = Sshd(cls.keys)
        cls.addClassCleanup(cls.sshd.close)
        cls.keys.make("ca")
        cls.keys.certify("certified", ["carol"], valid="-1m:+2h")
        config = cls.config([cls.sshd.port], admins=["alice"], user_ca={"keys": str(cls.keys.path("ca.pub"))})
        config["groups"]["web"] = {"instances": instances(WEB, web_1="frontend", web_2="\u202etxet")}
        config["bastion"]["users"].append({"name": "silent", "groups": ["ops"],
                                           "authorized_keys": f'command="true" {cls.keys.public("bob")}'})
        cls.gate = cls.start_bastion(cls.shared, config)

    def ask(self, command="", user="alice", key=None, code=0):
        done = self.ssh(self.client(self.gate, user, key), "bastion", *([command] if command else []))
        self.assertEqual((done.returncode, done.stderr), (code, b""))
        text = done.stdout.decode()
        self.assertTrue(all(line.isprintable() for line in text.splitlines()), text)  # fit for any terminal
        return text

    def test_who_one_is_and_what_one_may_reach(self):
        told = self.ask()
        for one in ("alice", "ops", self.keys.fingerprint("alice"), "127.0.0.1", "ops-everywhere", "web", "jobs"):
            self.assertIn(one, told)
        self.assertNotIn("developers-web", told)
        self.assertRegex(self.ask("whoami"), r"(?m)^user: alice\n(.*\n)*admin: yes\n")
        told = self.ask("whoami", "carol", "certified")
        self.assertIn(f"ca: {self.keys.fingerprint('ca')}", told)
        self.assertRegex(told, r"(?m)^ends: \d{4}-")
        self.assertIn("No rule lets you reach any server", self.ask("", "carol", "certified"))

    def test_servers_are_listed_to_those_who_may_reach_them(self):
        self.assertRegex(self.ask("ls"), r"(?m)^web-1 +frontend +127\.0\.0\.11 .*web\.1 ")
        self.assertIn("jobs-1", self.ask("ls"))
        told = self.ask("ls", "bob")
        self.assertIn("web-2", told)
        self.assertNotIn("jobs-1", told)
        self.assertNotIn("web-2", self.ask("ls frontend"))

    def test_why_and_why_not(self):
        port = self.sshd.port
        self.assertIn("allowed by rule ops-everywhere", self.ask(f"why frontend {port}"))
        self.assertIn("forbidden_port", self.ask("why frontend 23", code=1))
        # Whoever may not go there does not learn that it is there.
        self.assertEqual(self.ask(f"why jobs-1 {port}", "bob", code=1).replace("jobs-1", "X"),
                         self.ask(f"why nobody {port}", "bob", code=1).replace("nobody", "X"))
        self.ask("why", code=2)

    def test_a_refused_jump_is_explained_afterwards(self):
        self.assertEqual(self.ssh(self.client(self.gate, "bob"), "-W", "web-1:9", "bastion").returncode, 255)
        self.assertRegex(self.ask("", "bob"), r"web-1 port 9\b.*forbidden_port.*developers-web")

    def test_the_policy_is_tested_as_it_is_applied(self):
        admin = "%s:%d" % self.gate.address("admin")
        for user, name, port in (("alice", "frontend", self.sshd.port), ("bob", "jobs-1", self.sshd.port),
                                 ("bob", "web-1", 9), ("bob", "any.web", self.sshd.port)):
            with self.subTest(user=user, name=name, port=port):
                told = self.run_tool(os.environ["GATEHOUSE_CTL"], "policy", "test", "--user", user, "--to", name,
                                     "--port", port, "--admin", admin, "--json")
                done = self.ssh(self.client(self.gate, user), "-W", f"{name}:{port}", "bastion")
                self.assertEqual(told.returncode == 0, done.returncode == 0, told.stdout + told.stderr)
                if done.returncode:
                    self.assert_audited(self.gate, "channel_refused", principal=user, requested=name,
                                        reason=json.loads(told.stdout)["reason"])

    def test_the_configuration_it_writes_is_one_to_use(self):
        path = self.folder / "config"
        path.write_text(self.ask("config") + f"""
Host gatehouse
  IdentityFile {self.keys.path('alice')}
Host *
  User {getpass.getuser()}
  IdentityFile {self.keys.path('inside')}
  IdentitiesOnly yes
  IdentityAgent none
  BatchMode yes
  StrictHostKeyChecking accept-new
  UserKnownHostsFile {self.folder}/known_hosts
  LogLevel ERROR
""", encoding="ascii")
        for name, address in (("web-1", WEB["web-1"]), ("frontend", WEB["web-1"]), ("jobs-1", JOBS["jobs-1"])):
            done = self.ssh(path, name, "echo $SSH_CONNECTION")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(done.stdout.decode().split()[2], address)
        known = (self.folder / "known_hosts").read_text(encoding="ascii").splitlines()
        self.assertEqual(sorted({line.split()[0] for line in known if "127.0.0.1" not in line}),
                         ["jobs-1", "web-1"])

    def test_a_terminal_and_a_pipe(self):
        done = self.ssh(self.client(self.gate), "-tt", "bastion", "whoami")
        self.assertEqual(done.returncode, 0)
        self.assertTrue(done.stdout.startswith(b"user: alice\r\n"), done.stdout)
        done = self.run_tool("sh", "-c", f"ssh -F {self.client(self.gate)} bastion ls </dev/null | head -1")
        self.assertTrue(done.stdout.startswith("INSTANCE"), done)

    def test_a_key_with_a_command_of_its_own_gets_none_of_these(self):
        self.assertNotEqual(self.ssh(self.client(self.gate, "silent", "bob"), "bastion", "ls").returncode, 0)
        self.assert_audited(self.gate, "channel_refused", principal="silent", reason="session")
        done = self.ssh(self.client(self.gate, "silent", "bob"), "-J", "bastion", "-p", self.sshd.port,
                        f"{getpass.getuser()}@web-1", "echo in")
        self.assertEqual(done.stdout, b"in\n", done.stderr)  # but jumps, as with sshd

    def test_help_names_every_command(self):
        told = self.ask("help")
        for one in ("whoami", "ls", "why", "sessions", "kill", "config"):
            self.assertTrue(re.search(rf"(?m)^\s*{one}\b", told), one)
        self.assertIn("help", self.ask("rm -rf /", code=127))


if __name__ == "__main__":
    bastion_story.main()
