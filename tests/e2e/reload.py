"""Reloads: listeners come and go, what did not change is not touched, and a bad file changes nothing."""

import signal
import time

import story
from gatehouse import house, listener
from wire import Wire, ask


class Reload(story.Story):
    def test_listeners_come_and_go_while_others_serve(self):
        config = house([self.origin("a")])
        gate = self.door(config)
        kept_address = gate.address()
        with Wire(kept_address) as kept:
            kept.ask("/echo")
            config["lb"]["listeners"].append(listener("extra"))
            gate.reload(config)
            self.assertEqual(gate.address(), kept_address, "an unchanged listener moved")
            extra = gate.address("extra")
            self.assertEqual(ask(extra).status, 200)
            self.assertEqual(kept.ask("/echo").status, 200)
            config["lb"]["listeners"].pop()
            gate.reload(config)
            with self.assertRaises(OSError):
                story.eventually(lambda: Wire(extra).close(), within=5)
            self.assertEqual(kept.ask("/echo").status, 200)

    def test_a_gone_listener_finishes_its_requests(self):
        config = house([self.origin("a")])
        config["lb"]["listeners"].append(listener("extra"))
        gate = self.door(config)
        with Wire(gate.address("extra")) as wire:
            wire.send("GET /delay/1500 HTTP/1.1\r\nHost: x\r\n\r\n")
            time.sleep(0.3)
            config["lb"]["listeners"].pop()
            gate.reload(config)
            answer = wire.response()
            self.assertEqual((answer.status, answer.get("Connection")), (200, "close"))

    def test_an_idle_connection_of_a_gone_listener_is_served_by_the_rules_it_knew(self):
        config = house([self.origin("a")])
        config["lb"]["listeners"].append(listener("extra"))
        gate = self.door(config)
        with Wire(gate.address("extra")) as wire:
            wire.ask("/echo")
            config["lb"]["listeners"].pop()
            # Groups in front of the one it forwards to, so that an index of the old plan means another group.
            config["groups"] = {"aa": {"instances": []}, "web": config["groups"]["web"]}
            groups = config["lb"]["target_groups"]
            config["lb"]["target_groups"] = {f"a{n}": {"members": "aa", "port": 1} for n in range(9)} | groups
            gate.reload(config)
            answer = wire.ask("/echo")
            self.assertEqual((answer.status, answer.get("Connection")), (200, "close"))

    def test_rules_change_for_open_connections(self):
        config = house([self.origin("a")])
        gate = self.door(config)
        with Wire(gate.address()) as wire:
            self.assertEqual(wire.ask("/echo").status, 200)
            config["lb"]["listeners"][0]["default"] = {"fixed_response": {"status": 404, "body": "gone"}}
            gate.reload(config)
            self.assertEqual(wire.ask("/echo").status, 404)

    def test_tunnels_survive(self):
        config = house([self.origin("a")])
        gate = self.door(config)
        with Wire(gate.address()) as wire:
            wire.send("GET /upgrade HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n")
            self.assertEqual(wire.response().status, 101)
            for _ in range(3):
                gate.reload(config)
                self.assertEqual(wire.send(b"still here").take(10), b"still here")

    def test_a_bad_file_changes_nothing(self):
        config = house([self.origin("a")])
        gate = self.door(config)
        for broken in ("lb: [", "lb: {}\n", "groups: { web: { instances: [127.0.0.1] } }\nlb: { nonsense: 1 }\n", ""):
            errors = gate.reload(broken, succeeds=False)
            self.assertTrue(errors)
            self.assertEqual(gate.metric("config_last_reload_successful"), 0)
            self.assertEqual(ask(gate.address()).status, 200)
        gate.reload(config)
        self.assertEqual(gate.metric("config_last_reload_successful"), 1)

    def test_an_address_that_cannot_be_bound_changes_nothing(self):
        config = house([self.origin("a")])
        gate = self.door(config)
        config["lb"]["listeners"][0]["default"] = {"fixed_response": {"status": 404}}
        config["lb"]["listeners"].append(listener("extra", bind="192.0.2.1:80"))
        gate.reload(config, succeeds=False)
        self.assertEqual(ask(gate.address()).status, 200)

    def test_a_signal_reloads(self):
        config = house([self.origin("a")])
        gate = self.door(config)
        config["lb"]["listeners"][0]["default"] = {"fixed_response": {"status": 404}}
        gate.write(config)
        gate.process.send_signal(signal.SIGHUP)
        story.eventually(lambda: ask(gate.address()).status == 404)
        gate.write("lb: [")
        gate.process.send_signal(signal.SIGHUP)
        story.eventually(lambda: gate.metric("config_last_reload_successful") == 0)
        self.assertIn(":1:", gate.log())
        self.assertEqual(ask(gate.address()).status, 404)

    def test_fifty_reloads_under_requests_leak_nothing(self):
        config = house([self.origin("a")])
        gate = self.door(config)
        with Wire(gate.address()) as wire:
            for number in range(50):
                config["lb"]["timeouts"] = {"client_idle": f"{30 + number % 2}s"}
                gate.reload(config)
                self.assertEqual(wire.ask("/echo").status, 200)
                if number == 10:
                    descriptors, memory = self.descriptors(gate), gate.memory()
        self.assertLessEqual(self.descriptors(gate), descriptors + 2)
        self.assertLess(gate.memory() - memory, 16 << 20)

    @staticmethod
    def descriptors(gate):
        return sum(value for (name, _), value in gate.metrics().items() if name == "process_open_fds")


if __name__ == "__main__":
    story.main()
