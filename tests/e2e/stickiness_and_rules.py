"""Where a request goes: rules with every kind of condition and action, weights, stickiness, forwarded headers."""

import json
import os
import re
from collections import Counter

import story
from gatehouse import house, listener
from wire import Wire, ask

RULES = [
    {"name": "host", "match": {"host": ["API.example.com", "*.wild.example"]}, "action": {"forward": "api"}},
    {"name": "path", "match": {"path": ["/docs/*", "/exact?"]}, "action": {"forward": "api"}},
    {"name": "method", "match": {"method": ["DELETE", "PATCH"]}, "action": {"forward": "api"}},
    {"name": "header", "match": {"header": {"X-Canary": ["1", "yes*"]}}, "action": {"forward": "api"}},
    {"name": "query", "match": {"query": {"debug": ["on"]}}, "action": {"forward": "api"}},
    {"name": "source", "match": {"source": ["127.0.0.77/32"]}, "action": {"forward": "api"}},
    {"name": "both", "match": {"path": ["/both"], "header": {"X-A": ["b"]}}, "action": {"forward": "api"}},
    {"name": "moved", "match": {"path": ["/old/*"]},
     "action": {"redirect": {"status": 308, "host": "new.example", "path": "/new/#{path}", "query": "#{query}&x=1"}}},
    {"name": "secure", "match": {"path": ["/secure"]},
     "action": {"redirect": {"status": 301, "protocol": "https", "port": 443}}},
    {"name": "ping", "match": {"path": ["/ping"]},
     "action": {"fixed_response": {"status": 203, "content_type": "text/plain", "body": "pong\n"}}},
    {"name": "split", "match": {"path": ["/split"]},
     "action": {"forward": {"targets": [{"group": "web", "weight": 3}, {"group": "api", "weight": 1}]}}},
    {"name": "none", "match": {"path": ["/weightless"]},
     "action": {"forward": {"targets": [{"group": "web", "weight": 0}, {"group": "api", "weight": 1}]}}},
    {"name": "stay", "match": {"path": ["/stay"]},
     "action": {"forward": {"targets": [{"group": "web", "weight": 1}, {"group": "api", "weight": 1}],
                            "stickiness": "1h"}}},
]


class Rules(story.Story):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.web, cls.api = cls.shared.origin("web"), cls.shared.origin("api")
        config = house([cls.web], listeners=[listener("http", rules=RULES)])
        config["groups"]["api"] = {"instances": [{"id": "api", "address": "127.0.0.1", "port": cls.api.port}]}
        config["lb"]["target_groups"]["api"] = config["lb"]["target_groups"]["web"] | {"members": "api"}
        cls.gate = cls.shared.door(config)

    def ask(self, target="/x", host="localhost", method="GET", fields=(), **kwargs):
        with Wire(self.gate.address(), **kwargs) as wire:
            lines = "".join(f"{name}: {value}\r\n" for name, value in fields)
            wire.send(f"{method} {target} HTTP/1.1\r\nHost: {host}\r\n{lines}\r\n")
            return wire.response(method)

    def server(self, *args, **kwargs):
        return self.ask(*args, **kwargs).get("X-Served-By")

    def test_what_no_rule_matches_goes_to_the_default(self):
        self.assertEqual(self.server(), "web")

    def test_host_is_compared_without_case_and_port(self):
        self.assertEqual(self.server(host="api.EXAMPLE.com"), "api")
        self.assertEqual(self.server(host="api.example.com:8080"), "api")
        self.assertEqual(self.server(host="a.b.wild.example"), "api")
        self.assertEqual(self.server(host="wild.example"), "web")

    def test_an_absolute_target_names_the_host(self):
        self.assertEqual(self.server("http://api.example.com/x", host="other.example"), "api")

    def test_path_is_compared_with_case_and_without_query(self):
        self.assertEqual(self.server("/docs/a/b?c=/d"), "api")
        self.assertEqual(self.server("/exact1"), "api")
        self.assertEqual(self.server("/exact"), "web")
        self.assertEqual(self.server("/DOCS/a"), "web")

    def test_method_header_query_and_source(self):
        self.assertEqual(self.server(method="DELETE"), "api")
        self.assertEqual(self.server(fields=[("x-canary", "YES please")]), "api")
        self.assertEqual(self.server(fields=[("X-Canary", "2")]), "web")
        self.assertEqual(self.server("/x?a=1&Debug=ON"), "api")
        self.assertEqual(self.server("/x?debug=off"), "web")
        self.assertEqual(self.server(source="127.0.0.77"), "api")

    def test_all_conditions_must_hold(self):
        self.assertEqual(self.server("/both", fields=[("X-A", "b")]), "api")
        self.assertEqual(self.server("/both"), "web")

    def test_redirects_fill_in_the_parts_of_the_request(self):
        answer = self.ask("/old/page?q=2", host="site.example")
        port = self.gate.address()[1]
        self.assertEqual(answer.status, 308)
        self.assertEqual(answer.get("Location"), f"http://new.example:{port}/new/old/page?q=2&x=1")
        answer = self.ask("/secure?a", host="site.example:81")
        self.assertEqual((answer.status, answer.get("Location")), (301, "https://site.example/secure?a"))

    def test_a_redirect_cannot_be_made_to_split_the_response(self):
        answer = self.ask("/old/%0d%0aSet-Cookie:x", host="site.example")
        self.assertEqual(answer.status, 308)
        self.assertIsNone(answer.get("Set-Cookie"))

    def test_a_fixed_response_keeps_the_connection(self):
        with Wire(self.gate.address()) as wire:
            for method in ("GET", "HEAD", "POST"):
                answer = wire.ask("/ping", method, body=b"some body" if method == "POST" else None)
                self.assertEqual((answer.status, answer.get("Content-Type")), (203, "text/plain"))
                self.assertEqual(answer.body, b"" if method == "HEAD" else b"pong\n")

    def test_weights_split_the_requests(self):
        counted = Counter(self.server("/split") for _ in range(200))
        self.assertGreater(counted["web"], 110, counted)
        self.assertGreater(counted["api"], 15, counted)
        self.assertEqual({self.server("/weightless") for _ in range(20)}, {"api"})

    def test_a_client_stays_with_its_group(self):
        first = self.ask("/stay")
        cookie = next(value for value in first.all("Set-Cookie") if value.startswith("GHLBTG="))
        sent = [("Cookie", cookie.split(";")[0])]
        self.assertEqual({self.server("/stay", fields=sent) for _ in range(20)}, {first.get("X-Served-By")})

    def test_requests_say_where_they_came_from(self):
        with Wire(self.gate.address()) as wire:
            seen = json.loads(wire.ask("/seen", fields=[("X-Forwarded-For", "203.0.113.7")]).body)
        fields = {name.lower(): value for name, value in seen["fields"]}
        self.assertEqual(fields["x-forwarded-for"], "203.0.113.7, 127.0.0.1")
        self.assertEqual(fields["x-forwarded-proto"], "http")
        self.assertEqual(fields["x-forwarded-port"], str(self.gate.address()[1]))
        self.assertEqual(fields["host"], "localhost")
        self.assertRegex(fields["x-amzn-trace-id"], r"^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$")
        self.assertRegex(fields["traceparent"], r"^00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]$")

    def test_traces_are_continued(self):
        trace, root = "4bf92f3577b34da6a3ce929d0e0e4736", "1-67891233-abcdef012345678912345678"
        with Wire(self.gate.address()) as wire:
            seen = json.loads(wire.ask("/seen", fields=[("traceparent", f"00-{trace}-00f067aa0ba902b7-01"),
                                                        ("X-Amzn-Trace-Id", f"Root={root};CalledFrom=app")]).body)
        fields = {name.lower(): value for name, value in seen["fields"]}
        self.assertIn(trace, fields["traceparent"])
        self.assertRegex(fields["x-amzn-trace-id"], rf"^Self=1-[0-9a-f-]+;Root={root};CalledFrom=app$")

    def test_hop_by_hop_fields_stay_behind(self):
        with Wire(self.gate.address()) as wire:
            seen = json.loads(wire.ask("/seen", fields=[
                ("Connection", "X-Private, keep-alive"), ("X-Private", "1"), ("Keep-Alive", "timeout=5"),
                ("Proxy-Connection", "keep-alive"), ("TE", "gzip"), ("Upgrade", "h2c"), ("X-Public", "1")]).body)
        names = [name.lower() for name, _ in seen["fields"]]
        self.assertIn("x-public", names)
        for name in ("x-private", "keep-alive", "proxy-connection", "upgrade", "te"):
            self.assertNotIn(name, names)

    def test_explain_tells_what_would_happen(self):
        done = self.run_tool(os.environ["GATEHOUSE_CTL"], "explain", "request", "GET",
                             "http://api.example.com/x", "--admin", "%s:%d" % self.gate.address("admin"))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"rule\s+host")
        self.assertTrue(re.search(r"\bapi\b", done.stdout))


class Stickiness(story.Story):
    def test_a_client_stays_with_its_target_until_it_is_gone(self):
        servers = {name: self.origin(name) for name in "abc"}
        gate = self.door(house(servers.values(), group={
            "stickiness": {"type": "lb_cookie", "duration": "1h"},
            "health_check": {"path": "/healthz", "interval": "300ms", "timeout": "250ms", "unhealthy_threshold": 1}}))
        first = ask(gate.address())
        cookie = next(value for value in first.all("Set-Cookie") if value.startswith("GHLB="))
        self.assertIn("HttpOnly", cookie)
        sent = [("Cookie", f"other=1; {cookie.split(';')[0]}")]
        home = first.get("X-Served-By")
        self.assertEqual({ask(gate.address(), fields=sent).get("X-Served-By") for _ in range(20)}, {home})
        servers[home].healthy = False
        story.eventually(lambda: gate.target(home)["state"] == "unhealthy")
        moved = ask(gate.address(), fields=sent)
        self.assertEqual(moved.status, 200)
        self.assertNotEqual(moved.get("X-Served-By"), home)
        self.assertTrue(any(value.startswith("GHLB=") for value in moved.all("Set-Cookie")))

    def test_a_forged_cookie_is_ignored(self):
        gate = self.door(house([self.origin("a")], group={"stickiness": {"type": "lb_cookie"}}))
        for value in ("x", "ffffffff0123456789abcdef", "a" * 5000, "%00"):
            self.assertEqual(ask(gate.address(), fields=[("Cookie", f"GHLB={value}")]).status, 200)


class HeaderPolicy(story.Story):
    def seen(self, **headers):
        self.server = self.origin("a")
        gate = self.door(house([self.server], headers=headers))
        answer = ask(gate.address(), "/seen", fields=[("X-Forwarded-For", "203.0.113.7")])
        return {name.lower(): value for name, value in json.loads(answer.body)["fields"]}

    def test_forwarded_fields_can_be_preserved(self):
        self.assertEqual(self.seen(forwarded_for="preserve")["x-forwarded-for"], "203.0.113.7")

    def test_forwarded_fields_can_be_removed(self):
        self.assertNotIn("x-forwarded-for", self.seen(forwarded_for="remove"))

    def test_the_target_may_see_its_own_host(self):
        self.assertEqual(self.seen(preserve_host=False)["host"], f"127.0.0.1:{self.server.port}")

    def test_the_server_field_can_be_removed(self):
        server = self.origin("a")
        server.script = lambda _: b"HTTP/1.1 200 OK\r\nServer: secret/1.0\r\nContent-Length: 0\r\n\r\n"
        self.assertEqual(ask(self.door(house([server])).address()).get("Server"), "secret/1.0")
        gate = self.door(house([server], headers={"server": "remove"}))
        self.assertIsNone(ask(gate.address()).get("Server"))


if __name__ == "__main__":
    story.main()
