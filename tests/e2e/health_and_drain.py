"""Which target gets requests: health gates new ones, threshold by threshold; draining ends them gently."""

import threading
import time
from collections import Counter

import story
import yaml
from gatehouse import house, member
from wire import Wire, ask

FAST = {"path": "/healthz", "interval": "300ms", "timeout": "250ms", "healthy_threshold": 2,
        "unhealthy_threshold": 2}


class HealthAndDrain(story.Story):
    def house(self, servers, **group):
        return house(servers, group={"health_check": FAST} | group)

    def served(self, gate, count=40):
        """How often each server answers `count` requests."""
        with Wire(gate.address()) as wire:
            return Counter(wire.ask("/bytes/1").get("X-Served-By", "-") for _ in range(count))

    def in_state(self, gate, name, state):
        return story.eventually(lambda: (gate.target(name) or {}).get("state") == state, within=15)

    def test_an_unhealthy_target_gets_nothing_until_it_recovers(self):
        a, b = self.origin("a"), self.origin("b")
        gate = self.door(self.house([a, b]))
        self.assertEqual(set(self.served(gate)), {"a", "b"})
        b.healthy = False
        self.in_state(gate, "b", "unhealthy")
        self.assertEqual(set(self.served(gate)), {"a"})
        self.assertEqual(gate.metric("lb_targets", state="unhealthy"), 1)
        self.assertIn("Target.ResponseCodeMismatch", gate.target("b")["reason"])
        b.healthy = True
        self.in_state(gate, "b", "healthy")
        self.assertEqual(set(self.served(gate)), {"a", "b"})

    def test_a_new_target_waits_for_its_first_pass(self):
        members = self.folder / "members.yaml"
        a, b = self.origin("a"), self.origin("b")
        b.healthy = False
        members.write_text(yaml.safe_dump([member(a)]), encoding="utf-8")
        config = self.house([])
        config["groups"]["web"] = {"file": str(members)}
        gate = self.door(config)
        members.write_text(yaml.safe_dump([member(a), member(b)]), encoding="utf-8")
        story.eventually(lambda: gate.target("b"))
        self.assertEqual(set(self.served(gate)), {"a"})
        b.healthy = True
        self.in_state(gate, "b", "healthy")
        self.assertEqual(set(self.served(gate)), {"a", "b"})

    def test_a_broken_group_file_keeps_the_members(self):
        members = self.folder / "members.yaml"
        a, b = self.origin("a"), self.origin("b")
        members.write_text(yaml.safe_dump([member(a)]), encoding="utf-8")
        config = self.house([])
        config["groups"]["web"] = {"file": str(members)}
        gate = self.door(config)
        members.write_text("- { id: a, address: not-an-address }\n", encoding="utf-8")
        story.eventually(lambda: "not-an-address" in gate.log())
        self.assertEqual(set(self.served(gate)), {"a"})
        members.write_text(yaml.safe_dump([member(b)]), encoding="utf-8")
        self.in_state(gate, "b", "healthy")
        self.assertEqual(set(self.served(gate)), {"b"})

    def test_when_all_are_unhealthy_all_get_requests(self):
        servers = [self.origin("a"), self.origin("b")]
        gate = self.door(self.house(servers))
        for one in servers:
            one.healthy = False
        self.in_state(gate, "a", "unhealthy")
        self.in_state(gate, "b", "unhealthy")
        self.assertEqual(set(self.served(gate)), {"a", "b"})
        self.assertGreaterEqual(gate.metric("lb_fail_open_requests_total"), 40)

    def test_probes_look_like_probes(self):
        a = self.origin("a")
        self.door(self.house([a]))
        story.eventually(lambda: len(a.probes) >= 3)
        probe = a.probes[0]
        self.assertEqual(probe.method, "GET")
        self.assertIn("HealthChecker", probe.get("User-Agent"))
        self.assertEqual(probe.get("Host"), f"127.0.0.1:{a.port}")

    def test_one_checker_serves_all_workers(self):
        a = self.origin("a")
        self.door(self.house([a]))
        time.sleep(2)
        self.assertLess(len(a.probes), 12, "more probes than one every 300 ms")

    def test_a_failed_connect_speeds_up_the_check(self):
        a, b = self.origin("a"), self.origin("b")
        gate = self.door(house([a, b], group={"health_check": FAST | {"interval": "20s", "timeout": "2s",
                                                                       "unhealthy_threshold": 1}}))
        b.stop()
        self.served(gate, 20)
        story.eventually(lambda: gate.target("b")["state"] == "unhealthy", within=8)

    def test_a_drained_target_finishes_what_it_has(self):
        a, b = self.origin("a"), self.origin("b")
        gate = self.door(self.house([a, b], deregistration_delay="60s"))
        answers = []
        slow = [threading.Thread(target=lambda: answers.append(ask(gate.address(), "/delay/1500"))) for _ in range(6)]
        for one in slow:
            one.start()
        story.eventually(lambda: len(a.requests) + len(b.requests) == 6)
        gate.api("/api/v1/targets/web/b/drain", "POST")
        self.assertEqual(set(self.served(gate)), {"a"}, "a drained target got a new request")
        shown = gate.target("b")
        self.assertEqual(shown["state"], "draining")
        self.assertGreater(shown["drain_seconds_left"], 0)
        self.assertLessEqual(shown["drain_seconds_left"], 60)
        for one in slow:
            one.join(20)
        self.assertEqual([one.status for one in answers], [200] * 6)
        gate.api("/api/v1/targets/web/b/undrain", "POST")
        self.in_state(gate, "b", "healthy")
        self.assertEqual(set(self.served(gate)), {"a", "b"})

    def test_the_delay_ends_a_drain(self):
        a, b = self.origin("a"), self.origin("b")
        gate = self.door(self.house([a, b], deregistration_delay="1s"))
        answers = []
        with Wire(gate.address()) as one, Wire(gate.address()) as other:
            for wire in (one, other):
                wire.send("GET /delay/8000 HTTP/1.1\r\nHost: x\r\n\r\n")
            story.eventually(lambda: len(a.requests) + len(b.requests) == 2)
            gate.api("/api/v1/targets/web/a/drain", "POST")
            gate.api("/api/v1/targets/web/b/drain", "POST")
            began = time.monotonic()
            answers = [one.response().status, other.response().status]
        self.assertEqual(answers, [502, 502])
        self.assertLess(time.monotonic() - began, 5)
        self.assertEqual(gate.metric("lb_refused_total", reason="target_drain_expired"), 2)

    def test_a_removed_target_keeps_its_running_requests(self):
        members = self.folder / "members.yaml"
        a, b = self.origin("a"), self.origin("b")
        members.write_text(yaml.safe_dump([member(b)]), encoding="utf-8")
        config = self.house([], deregistration_delay="30s")
        config["groups"]["web"] = {"file": str(members)}
        gate = self.door(config)
        with Wire(gate.address()) as wire:
            wire.send("GET /delay/2000 HTTP/1.1\r\nHost: x\r\n\r\n")
            story.eventually(lambda: b.requests)
            members.write_text(yaml.safe_dump([member(a)]), encoding="utf-8")
            story.eventually(lambda: gate.target("a") and gate.target("a")["state"] == "healthy")
            self.assertEqual(set(self.served(gate)), {"a"})
            self.assertEqual(wire.response().get("Content-Length"), "3")

    def test_a_drain_and_health_survive_a_reload(self):
        a, b = self.origin("a"), self.origin("b")
        config = self.house([a, b])
        gate = self.door(config)
        gate.api("/api/v1/targets/web/b/drain", "POST")
        config["lb"]["timeouts"] = {"client_idle": "31s"}
        gate.reload(config)
        self.assertEqual(gate.target("a")["state"], "healthy", "a reload forgot what is known of a target")
        self.assertEqual(gate.target("b")["state"], "draining")
        self.assertEqual(set(self.served(gate)), {"a"})

    def test_least_outstanding_requests_avoids_the_busy_one(self):
        a, b = self.origin("a"), self.origin("b")
        gate = self.door(self.house([a, b], algorithm="least_outstanding_requests"))
        held = Wire(gate.address()).send("GET /delay/4000 HTTP/1.1\r\nHost: x\r\n\r\n")
        self.addCleanup(held.close)
        story.eventually(lambda: len(a.requests) + len(b.requests) == 1)
        busy, free = ("a", "b") if a.requests else ("b", "a")
        found = self.served(gate, 20)
        self.assertEqual(found[busy], 0, found)
        self.assertEqual(found[free], 20)

    def test_cross_zone_off_needs_no_other_zone(self):
        servers = [self.origin("a", zone="zone-a"), self.origin("b", zone="zone-b")]
        gate = self.door(self.house(servers, cross_zone=False))
        self.assertEqual(sum(self.served(gate).values()), 40)
        self.assertEqual(gate.metric("lb_targets", zone="zone-a", state="healthy"), 1)

    def test_cross_zone_off_keeps_to_the_own_zone_while_it_serves(self):
        a, b = self.origin("a", zone="zone-a"), self.origin("b", zone="zone-b")
        gate = self.door(house([a, b], group={"health_check": FAST, "cross_zone": False}, zone="zone-b"))
        self.assertEqual(self.served(gate), {"b": 40})
        b.stop()
        story.eventually(lambda: gate.target("b")["state"] == "unhealthy")
        self.assertEqual(self.served(gate), {"a": 40})


if __name__ == "__main__":
    story.main()
