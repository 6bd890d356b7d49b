"""Targets behind TLS: verified unless told otherwise, and 502 for those that fail it."""

import ssl

import story
from gatehouse import house
from wire import Wire


class HttpsTargets(story.Story):
    def target(self, names=("localhost", "127.0.0.1")):
        self.site = self.household.certificate("target", names)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.site.certificate, self.site.private_key)
        return self.origin("a", tls=context)

    def start(self, server, healthy=True, **tls):
        settings = {"protocol": "https", "tls": tls,
                    "health_check": {"path": "/healthz", "interval": "500ms", "timeout": "450ms",
                                     "unhealthy_threshold": 2}}
        return self.door(house([server], group=settings), wait_healthy=healthy)

    def test_a_verified_target_serves_and_its_connection_is_kept(self):
        server = self.target()
        gate = self.start(server, ca=str(self.site.certificate))
        with Wire(gate.address()) as wire:
            self.assertEqual(wire.ask("/echo", "POST", body=b"x" * 300000).body, b"x" * 300000)
            for _ in range(5):
                self.assertEqual(wire.ask("/bytes/100000").status, 200)
        self.assertEqual(len({one.connection for one in server.requests}), 1)

    def test_an_unknown_issuer_is_502(self):
        gate = self.start(self.target(), healthy=False)
        story.eventually(lambda: gate.target("a")["state"] == "unhealthy")
        with Wire(gate.address()) as wire:
            self.assertEqual(wire.ask("/echo").status, 502)
        self.assertGreaterEqual(gate.metric("lb_refused_total", reason="target_tls_failed"), 1)

    def test_a_wrong_name_is_502(self):
        server = self.target(("other.example",))
        gate = self.start(server, healthy=False, ca=str(self.site.certificate))
        story.eventually(lambda: gate.target("a")["state"] == "unhealthy")
        with Wire(gate.address()) as wire:
            self.assertEqual(wire.ask("/echo").status, 502)
        self.assertEqual(server.requests, [])

    def test_the_name_to_verify_can_be_given(self):
        server = self.target(("other.example",))
        gate = self.start(server, ca=str(self.site.certificate), server_name="other.example")
        with Wire(gate.address()) as wire:
            self.assertEqual(wire.ask("/echo").status, 200)

    def test_verification_can_be_turned_off(self):
        gate = self.start(self.target(("other.example",)), verify=False)
        with Wire(gate.address()) as wire:
            self.assertEqual(wire.ask("/echo").status, 200)

    def test_a_target_without_tls_is_502_or_504(self):
        """It may answer the handshake with nonsense, or wait for the end of what it takes for a request."""
        server = self.origin("a")
        gate = self.start(server, healthy=False, verify=False)
        with Wire(gate.address()) as wire:
            self.assertIn(wire.ask("/echo").status, (502, 504))
        self.assertEqual(server.requests, [])


if __name__ == "__main__":
    story.main()
