"""The access log: one line per request in either format, reopened by a reload, and honest about what went wrong."""

import json
import re
import shlex

import story
from gatehouse import house
from wire import Wire, ask


class AccessLog(story.Story):
    def start(self, layout="json", servers=None, **more):
        self.file = self.folder / "access.log"
        self.site = self.household.certificate()
        self.server = self.origin("a")
        self.config = house(servers if servers is not None else [self.server], certificates=[self.site],
                            access_log={"path": str(self.file), "format": layout}, **more)
        return self.door(self.config)

    def lines(self, count, file=None):
        found = story.eventually(lambda: (text := (file or self.file).read_text(encoding="utf-8")).count("\n") >= count
                                 and text)
        self.assertEqual(found.count("\n"), count)
        return found.splitlines()

    def test_a_json_line_tells_the_whole_request(self):
        gate = self.start()
        ask(gate.address("https"), "/bytes/10?a=b", "GET", ca=self.site.certificate,
            fields=[("User-Agent", 'quo"te\\'), ("Referer", "x")])
        told = json.loads(self.lines(1)[0])
        self.assertEqual((told["type"], told["client_ip"], told["request_verb"]), ("https", "127.0.0.1", "GET"))
        self.assertEqual((told["elb_status_code"], told["target_status_code"]), (200, 200))
        self.assertEqual((told["target_ip"], told["target_port"]), ("127.0.0.1", self.server.port))
        self.assertEqual(told["request_url"], f"https://localhost:{gate.address('https')[1]}/bytes/10?a=b")
        self.assertEqual(told["user_agent"], 'quo"te\\')
        self.assertEqual((told["ssl_protocol"], told["target_group"], told["target_id"]), ("TLSv1.3", "web", "a"))
        self.assertGreater(told["sent_bytes"], 10)
        self.assertRegex(told["trace_id"], "^Root=1-")
        self.assertRegex(told["time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z$")
        for name in ("request_processing_time", "target_processing_time", "response_processing_time"):
            self.assertLess(told[name], 5)

    def test_an_alb_line_has_albs_fields_in_albs_order(self):
        gate = self.start("alb")
        ask(gate.address(), "/bytes/10", fields=[("User-Agent", "probe 1.0")])
        line = self.lines(1)[0]
        fields = shlex.split(line)
        self.assertEqual(len(fields), 33, line)
        self.assertEqual(fields[0], "http")
        self.assertRegex(fields[3], r"^127\.0\.0\.1:\d+$")
        self.assertEqual(fields[4], f"127.0.0.1:{self.server.port}")
        self.assertEqual(fields[8:10], ["200", "200"])
        self.assertEqual(fields[12], f"GET http://localhost:{gate.address()[1]}/bytes/10 HTTP/1.1")
        self.assertEqual(fields[13], "probe 1.0")
        self.assertEqual(fields[22], "forward")

    def test_refusals_name_their_reason(self):
        gate = self.start()
        with Wire(gate.address()) as wire:
            wire.send("GET / HTTP/1.1\r\n\r\n").rest()
        told = json.loads(self.lines(1)[0])
        self.assertEqual((told["elb_status_code"], told["error_reason"]), (400, "bad_host"))
        self.assertNotIn("target_status_code", told)

    def test_a_client_that_leaves_is_460(self):
        gate = self.start()
        with Wire(gate.address()) as wire:
            wire.send("GET /delay/2000 HTTP/1.1\r\nHost: x\r\n\r\n")
            story.eventually(lambda: self.server.requests)
            wire.reset()
        told = json.loads(self.lines(1)[0])
        self.assertEqual((told["elb_status_code"], told["error_reason"]), (460, "client_closed"))

    def test_a_tunnel_is_logged_when_it_ends(self):
        gate = self.start()
        with Wire(gate.address()) as wire:
            wire.send("GET /upgrade HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n")
            self.assertEqual(wire.response().status, 101)
            wire.send(b"x" * 1000).take(1000)
        told = json.loads(self.lines(1)[0])
        self.assertEqual((told["type"], told["elb_status_code"]), ("ws", 101))
        self.assertGreater(told["received_bytes"], 1000)

    def test_every_request_of_a_burst_is_there(self):
        gate = self.start()
        with Wire(gate.address()) as wire:
            for number in range(2000):
                wire.ask(f"/bytes/1?{number}")
        found = [json.loads(line)["request_url"] for line in self.lines(2000)]
        self.assertEqual([int(re.search(r"\?(\d+)$", one)[1]) for one in found], list(range(2000)))
        self.assertEqual(gate.metric("lb_access_log_dropped_total"), 0)

    def test_a_reload_opens_a_rotated_file_again(self):
        gate = self.start()
        ask(gate.address(), "/one")
        self.lines(1)
        rotated = self.file.with_suffix(".1")
        self.file.rename(rotated)
        gate.reload()
        ask(gate.address(), "/two")
        self.assertIn("/two", self.lines(1)[0])
        self.lines(1, rotated)

    def test_it_can_go_to_stdout_and_be_off(self):
        gate = self.start()
        self.config["lb"]["access_log"] = "off"
        gate.reload(self.config)
        ask(gate.address(), "/unlogged")
        self.config["lb"]["access_log"] = {"path": "-", "format": "json"}
        gate.reload(self.config)
        ask(gate.address(), "/to-stdout")
        story.eventually(lambda: "/to-stdout" in gate.log())
        self.assertNotIn("/unlogged", self.file.read_text(encoding="utf-8"))

    def test_nothing_is_lost_at_the_end(self):
        gate = self.start()
        with Wire(gate.address()) as wire:
            for number in range(300):
                wire.ask(f"/bytes/1?{number}")
        self.assertEqual(gate.stop(), 0)
        self.lines(300)


if __name__ == "__main__":
    story.main()
