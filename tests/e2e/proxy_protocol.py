"""The PROXY protocol from trusted peers: the address it names is the one that counts, and no one else may name one."""

import json
import struct

import story
from gatehouse import house, listener
from wire import Wire

SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"


def v2(source="198.51.100.7", port=4711, command=0x21):
    packed = bytes(map(int, source.split("."))) + bytes((192, 0, 2, 1)) + struct.pack("!HH", port, 443)
    return SIGNATURE + bytes((command, 0x11)) + struct.pack("!H", len(packed)) + packed


V1 = b"PROXY TCP4 198.51.100.7 192.0.2.1 4711 443\r\n"
V1_IPV6 = b"PROXY TCP6 2001:db8::7 2001:db8::1 4711 443\r\n"


class ProxyProtocol(story.Story):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server, cls.site = cls.shared.origin("a"), cls.shared.certificate()
        cls.log_file = cls.shared.folder / "access.log"
        trusted = {"proxy_protocol": {"trusted": ["127.0.0.1/32"]}}
        rules = [{"name": "office", "match": {"source": ["198.51.100.0/24"]},
                  "action": {"fixed_response": {"status": 200, "body": "office"}}}]
        cls.gate = cls.shared.door(house([cls.server], listeners=[
            listener("http", **trusted), listener("https", certificates=[cls.site], **trusted),
            listener("ruled", rules=rules, **trusted)], access_log={"path": str(cls.log_file), "format": "json"}))

    def forwarded_for(self, header, name="http", path="/echo"):
        """What the target is told. TLS begins only behind the header."""
        with Wire(self.gate.address(name)) as wire:
            wire.send(header)
            if name == "https":
                wire.socket = story.client_context(self.site).wrap_socket(wire.socket, server_hostname="localhost")
            self.assertEqual(wire.ask(path).status, 200)
        return self.server.seen(path)[-1].get("X-Forwarded-For")

    def test_both_versions_name_the_client(self):
        self.assertEqual(self.forwarded_for(V1), "198.51.100.7")
        self.assertEqual(self.forwarded_for(V1_IPV6), "2001:db8::7")
        self.assertEqual(self.forwarded_for(v2()), "198.51.100.7")

    def test_it_comes_before_the_handshake(self):
        self.assertEqual(self.forwarded_for(V1, "https"), "198.51.100.7")
        self.assertEqual(self.forwarded_for(v2(), "https"), "198.51.100.7")

    def test_a_local_header_leaves_the_peer(self):
        self.assertEqual(self.forwarded_for(v2(command=0x20)), "127.0.0.1")
        self.assertEqual(self.forwarded_for(b"PROXY UNKNOWN\r\n"), "127.0.0.1")

    def test_it_may_arrive_byte_by_byte(self):
        for header in (V1, v2()):
            with Wire(self.gate.address()) as wire:
                for byte in header:
                    wire.send(bytes((byte,)))
                self.assertEqual(wire.ask("/echo").status, 200)

    def test_rules_and_the_access_log_use_the_named_client(self):
        with Wire(self.gate.address("ruled")) as wire:
            self.assertEqual(wire.send(V1).ask("/logged").body, b"office")
        line = story.eventually(lambda: [one for one in self.log_file.read_text().splitlines() if "/logged" in one])
        told = json.loads(line[0])
        self.assertEqual((told["client_ip"], told["client_port"]), ("198.51.100.7", 4711))

    def test_a_trusted_peer_must_send_one(self):
        before = self.gate.metric("lb_refused_total", reason="bad_proxy_header")
        with Wire(self.gate.address()) as wire:
            wire.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            self.assertEqual(wire.rest(), b"")
        self.assertEqual(self.gate.metric("lb_refused_total", reason="bad_proxy_header"), before + 1)

    def test_an_untrusted_peer_cannot_name_a_client(self):
        with Wire(self.gate.address(), source="127.0.0.2") as wire:
            wire.send(V1 + b"GET /untrusted HTTP/1.1\r\nHost: x\r\n\r\n")
            self.assertIn(wire.rest()[:12], (b"HTTP/1.1 400", b""))
        self.assertEqual(self.server.seen("/untrusted"), [])
        with Wire(self.gate.address(), source="127.0.0.2") as wire:
            self.assertEqual(wire.ask("/plain").status, 200)
        self.assertEqual(self.server.seen("/plain")[-1].get("X-Forwarded-For"), "127.0.0.2")


if __name__ == "__main__":
    story.main()
