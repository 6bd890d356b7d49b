"""The gatehouse command against a running daemon: what an operator types and what exit code a script sees."""

import json
import os

import story
import yaml
from gatehouse import house
from wire import ask


class Ctl(story.Story):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.servers = [cls.shared.origin("a", zone="zone-a"), cls.shared.origin("b", zone="zone-b")]
        cls.config = house(cls.servers)
        cls.gate = cls.shared.door(cls.config)

    def ctl(self, *words, admin=True, code=0):
        where = ["--admin", "%s:%d" % self.gate.address("admin")] if admin else []
        done = self.run_tool(os.environ["GATEHOUSE_CTL"], *words, *where)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout if code == 0 else done.stdout + done.stderr

    def test_status_shows_state_and_listeners(self):
        shown = self.ctl("status")
        self.assertIn("running", shown)
        self.assertIn("%s:%d" % self.gate.address(), shown)
        told = json.loads(self.ctl("status", "--json"))
        self.assertEqual(told["workers"], 2)

    def test_targets_shows_every_target(self):
        shown = self.ctl("targets")
        for word in ("web", "zone-a", "zone-b", "healthy", f"127.0.0.1:{self.servers[0].port}"):
            self.assertIn(word, shown)
        told = json.loads(self.ctl("targets", "--json"))
        self.assertEqual([one["id"] for one in told["target_groups"][0]["targets"]], ["a", "b"])

    def test_drain_and_undrain(self):
        self.assertIn("draining", self.ctl("drain", "web/b"))
        self.assertIn("draining", self.ctl("targets"))
        self.assertEqual({ask(self.gate.address()).get("X-Served-By") for _ in range(10)}, {"a"})
        self.ctl("undrain", "b")
        story.eventually(lambda: self.gate.target("b")["state"] == "healthy")

    def test_an_unknown_target_is_a_problem(self):
        self.assertIn("nobody", self.ctl("drain", "nobody", code=1))
        self.ctl("drain", "web/nobody", code=1)

    def test_reload_tells_the_verdict(self):
        self.assertIn("reloaded", self.ctl("reload"))
        good = self.gate.config_path.read_text(encoding="utf-8")
        self.gate.write("lb:\n  listeners: 5\n  nonsense: 1\n")
        shown = self.ctl("reload", code=1)
        self.assertRegex(shown, r":3:3: lb\.nonsense: ")
        self.assertRegex(self.ctl("status", code=1), "failed")
        self.gate.write(good)
        self.ctl("reload")
        self.ctl("status")

    def test_explain_names_rule_and_target_group(self):
        shown = self.ctl("explain", "request", "GET", "http://localhost/x", "-H", "X-A: b")
        self.assertIn("default", shown)
        self.assertIn("web", shown)

    def test_a_daemon_that_is_not_there_is_69(self):
        self.ctl("status", "--admin", f"127.0.0.1:{story.free_port()}", admin=False, code=69)

    def test_wrong_usage_is_2(self):
        self.ctl("frobnicate", admin=False, code=2)
        self.ctl("drain", admin=False, code=2)
        self.ctl(admin=False, code=2)
        self.assertIn("drain", self.ctl("--help", admin=False))

    def test_check_says_line_and_column(self):
        bad = self.folder / "bad.yaml"
        bad.write_text("lb:\n  listenres: []\n", encoding="ascii")
        shown = self.ctl("check", bad, admin=False, code=1)
        self.assertRegex(shown, rf"{bad}:2:3: lb\.listenres: .*did you mean '?listeners")

    def test_a_token_guards_changes_but_not_looking(self):
        config = yaml.safe_load(yaml.safe_dump(self.config))
        config["lb"]["admin"]["token"] = "${file:token}"
        (self.folder / "token").write_text("correct-horse-battery-staple\n", encoding="ascii")
        gate = self.door(config)
        self.assertEqual(gate.admin("GET", "/metrics")[0], 200)
        self.assertEqual(gate.admin("POST", "/api/v1/reload")[0], 401)
        done = self.run_tool(os.environ["GATEHOUSE_CTL"], "reload", "--admin", "%s:%d" % gate.address("admin"),
                             "--config", gate.config_path)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_other_sites_cannot_change_anything(self):
        """A page in the operator's browser can send requests to loopback."""
        for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"},
                        {"Host": "evil.example"}):
            self.assertIn(self.gate.admin("POST", "/api/v1/reload", headers)[0], (400, 403, 421), headers)


class Start(story.Story):
    def test_a_bad_configuration_is_78(self):
        bad = self.folder / "bad.yaml"
        bad.write_text("lb: { workers: none }\n", encoding="ascii")
        done = self.run_tool(os.environ["GATEHOUSE_LB"], "--config", bad)
        self.assertEqual(done.returncode, 78)
        self.assertIn(f"{bad}:1:16: lb.workers: ", done.stderr)

    def test_a_taken_port_is_an_error_that_names_it(self):
        first = self.door(house([self.origin("a")]))
        config = house([self.origin("b")], admin={"bind": "%s:%d" % first.address("admin")})
        file = self.folder / "second.yaml"
        file.write_text(yaml.safe_dump(config), encoding="utf-8")
        done = self.run_tool(os.environ["GATEHOUSE_LB"], "--config", file)
        self.assertEqual(done.returncode, 1)
        self.assertIn("%s:%d" % first.address("admin"), done.stderr)

    def test_version_and_help(self):
        for program in ("GATEHOUSE_LB", "GATEHOUSE_CTL"):
            self.assertRegex(self.run_tool(os.environ[program], "--version").stdout, r"\d+\.\d+\.\d+")
            self.assertEqual(self.run_tool(os.environ[program], "--help").returncode, 0)
        self.assertEqual(self.run_tool(os.environ["GATEHOUSE_LB"], "--nonsense").returncode, 2)


if __name__ == "__main__":
    story.main()
