"""The metrics as Prometheus takes them: well-formed, complete by name, scraped by the real one."""

import json
import time
import urllib.parse
import urllib.request
from pathlib import Path

import story
from gatehouse import house
from load import Load
from wire import ask

SECONDS = story.seconds("GATEHOUSE_SCRAPE_SECONDS", 15)
GOLDEN = Path(__file__).with_name("metric_names.txt")


class Metrics(story.Story):
    def setUp(self):
        super().setUp()
        self.site = self.household.certificate()
        config = house([self.origin("a", zone="zone-a"), self.origin("b", zone="zone-b")], certificates=[self.site])
        members = config["groups"]["web"].pop("instances")
        (self.folder / "members.yaml").write_text(json.dumps(members), encoding="ascii")  # JSON is YAML
        config["groups"]["web"] = {"file": str(self.folder / "members.yaml")}
        # Nobody is there: requests to AWS are counted all the same.
        config["groups"]["nobody"] = {"asg": "nobody"}
        config["aws"] = {"region": "eu-west-2", "endpoint_url": f"http://127.0.0.1:{story.free_port()}"}
        config["lb"]["access_log"] = {"path": str(self.folder / "access.log")}
        self.gate = self.door(config, environment={"AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "secret-key"})
        story.eventually(lambda: self.gate.metric("aws_requests_total"))
        ask(self.gate.address("https"), "/bytes/10", ca=self.site.certificate)

    def exposition(self):
        status, text = self.gate.admin("GET", "/metrics")
        self.assertEqual(status, 200)
        return text

    def test_promtool_finds_nothing_to_say(self):
        done = self.run_tool(story.need("promtool"), "check", "metrics", input=self.exposition())
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))

    def test_every_name_is_in_the_golden_file(self):
        """A renamed metric breaks dashboards and alerts without a word; this is the word."""
        shown = "".join(sorted(line.removeprefix("# TYPE ") + "\n" for line in self.exposition().splitlines()
                               if line.startswith("# TYPE ")))
        self.assertEqual(shown, GOLDEN.read_text(encoding="ascii"))

    def test_no_label_holds_what_a_client_sent(self):
        ask(self.gate.address(), "/secret-path?secret-query", fields=[("User-Agent", "secret-agent")])
        ask(self.gate.address(), "/", "SECRETMETHOD")
        text = self.exposition()
        self.assertNotIn("secret", text.lower())
        self.assertNotIn("127.0.0.1", text)

    def test_requests_are_counted_by_who_answered(self):
        def count(code_class, origin):
            return self.gate.metric("lb_requests_total", code_class=code_class, origin=origin)

        before = count("2xx", "target")
        for _ in range(10):
            ask(self.gate.address(), "/bytes/1")
        story.eventually(lambda: count("2xx", "target") == before + 10)
        ask(self.gate.address(), "/status/503")
        story.eventually(lambda: count("5xx", "target") == 1)
        self.assertEqual(count("5xx", "lb"), 0)

    def test_prometheus_scrapes_it_under_load(self):
        port = self.start_prometheus()
        load = Load(self.gate.address("https"), ca=self.site.certificate, seconds=SECONDS)
        self.addCleanup(load.close)
        time.sleep(SECONDS)
        told = load.wait()
        self.assertEqual(told["failures"], [])
        window = f"[{int(SECONDS)}s]"
        self.assertEqual(self.query(port, f"min_over_time(up{window})"), 1)
        self.assertGreaterEqual(self.query(port, f"count_over_time(up{window})"), int(SECONDS) - 3)
        self.assertGreater(self.query(port, f"sum(increase(gatehouse_lb_requests_total{window}))"), 100)
        longest = self.query(port, f"max_over_time(scrape_duration_seconds{window})")
        print(f"\n  {told['requests']} requests; longest scrape {longest * 1000:.1f} ms", flush=True)
        self.assertLess(longest, 1)

    def start_prometheus(self):
        program = story.need("prometheus")
        settings = {"global": {"scrape_interval": "1s", "scrape_timeout": "1s"}, "scrape_configs": [
            {"job_name": "gatehouse", "static_configs": [{"targets": ["%s:%d" % self.gate.address("admin")]}]}]}
        file = self.folder / "prometheus.yaml"
        file.write_text(json.dumps(settings), encoding="ascii")  # JSON is YAML
        port = story.free_port()
        self.household.process([program, f"--config.file={file}", f"--storage.tsdb.path={self.folder}/tsdb",
                                f"--web.listen-address=127.0.0.1:{port}", "--log.level=error"])

        def up():
            try:
                return self.query(port, "up") == 1
            except OSError:
                return False
        story.eventually(up, within=30, every=0.3)
        return port

    @staticmethod
    def query(port, expression):
        question = urllib.parse.urlencode({"query": expression})
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/query?{question}", timeout=10) as answer:
            found = json.load(answer)["data"]["result"]
        return float(found[0]["value"][1]) if found else None


if __name__ == "__main__":
    story.main()
