"""The published collections of well-formed and hostile messages, sent through a listener with a recording target
behind it. Nothing that smuggles passes; the scores are printed beside those of haproxy and nginx.
"""

import base64
import json
import re
import zlib
from collections import Counter

import probe
import story
import wire
import yaml
from gatehouse import house, listener


def lines_of(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def payload(step):
    if "payload_zlib_b64" in step:
        return zlib.decompress(base64.b64decode(step["payload_zlib_b64"]))
    return base64.b64decode(step["payload_b64"])


class Conformance(story.Story):
    server = None  # until start(); a story that is skipped has none

    def setUp(self):
        super().setUp()
        self.audit = probe.Audit()

    def start(self, **lb):
        self.server = self.origin("a", record=True)
        self.server.script = self.audit.look
        self.gate = self.door(house([self.server], **lb))

    def send(self, data, **kwargs):
        return probe.send(self.gate.address(), data, **kwargs)

    def tearDown(self):
        if self.server is None:
            return
        self.assertEqual(self.audit.violations, [], "reached a target")
        self.assertEqual(self.server.malformed, [], "reached a target and was no request")


class Http11Probe(Conformance):
    def outcome(self, case):
        found = self.send(payload(case))
        # RFC 9112 6.1 recommends 501 for a transfer coding that is not understood.
        if found.status == 501 and "transfer" in (case["description"] + case["expected_text"]).lower():
            return "pass", found
        if case.get("expected_body") and found.status == 200 and case["expected_body"].encode() not in found.raw:
            return "fail", found
        if found.matches(case.get("pass_on")):
            return "pass", found
        return ("warn" if found.matches(case.get("warn_on")) else "fail"), found

    def test_single_requests_score_no_worse_than_haproxy_and_nginx(self):
        folder = story.shared_data("http11probe")
        reference = json.loads((folder / "reference-results.json").read_text())["results"]
        cases = [case for case in lines_of(folder / "cases.jsonl")
                 if case["kind"] == "single" and case.get("pass_on")]
        self.start()
        scores = {name: Counter(found[case["id"]]["verdict"] for case in cases) for name, found in reference.items()}
        scores["gatehouse"] = Counter()
        smuggled = []
        for case, (verdict, found) in probe.each(self.outcome, cases):
            scores["gatehouse"][verdict] += 1
            if verdict != "pass":
                print(f"  {verdict}: {case['id']}: {found.statuses} closed={found.closed}, expected "
                      f"{case['pass_on']} ({case['expected_text']})", flush=True)
            if case["category"] == "Smuggling" and case["scored"] and verdict == "fail":
                smuggled.append(case["id"])
        for name, score in sorted(scores.items()):
            print(f"  {name:10} {score['pass']:3} pass {score['warn']:3} warn {score['fail']:3} fail", flush=True)
        self.assertEqual(smuggled, [])
        for name in ("haproxy", "nginx"):
            self.assertGreaterEqual(scores["gatehouse"]["pass"], scores[name]["pass"], name)
            self.assertLessEqual(scores["gatehouse"]["fail"], scores[name]["fail"], name)

    def test_no_sequence_smuggles_a_request(self):
        folder = story.shared_data("http11probe")
        cases = [case for case in lines_of(folder / "cases.jsonl")
                 if case["kind"] == "sequence" and case["category"] == "Smuggling"]
        self.start()
        for case in cases:
            with self.subTest(case["id"]):
                self.walk(case)

    def walk(self, case):
        """Each step may have one answer at most, and none may come after a refusal."""
        answers = 0
        with wire.Wire(self.gate.address(), timeout=1.5) as client:
            for number, step in enumerate(case["steps"]):
                try:
                    client.send(payload(step))
                    answer = client.response("POST")
                    answers += 1
                except (wire.Closed, OSError):
                    break
                if answer.status >= 400:
                    self.assertTrue(client.closed(2), "open after a refusal")
                    break
                if number + 1 == len(case["steps"]):
                    self.assertEqual(client.buffer, b"")
        self.assertLessEqual(answers, len(case["steps"]))


class TransferEncodings(Conformance):
    def outcome(self, gadget):
        header = base64.b64decode(gadget["header_bytes_b64"])
        path = "/echo/" + gadget["id"].replace(" ", "_")
        return self.send(f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n".encode() + header +
                         b"\r\n\r\n0\r\n\r\nG", wait=3, linger=0.05)

    def test_no_disguise_passes(self):
        gadgets = lines_of(story.shared_data("te-obfuscations") / "gadgets.jsonl")
        self.start(timeouts={"client_header": "500ms", "client_body": "500ms"})
        score, counted = Counter(), Counter()
        for gadget, found in probe.each(self.outcome, gadgets):
            score["rejected" if found.refused() else "forwarded"] += 1
            if not found.refused():
                print(f"  forwarded: {gadget['id']} {gadget['header_escaped']}", flush=True)
            self.assertTrue(found.statuses or found.closed, f"{gadget['id']}: no answer")
        print(f"  gatehouse: {dict(score)} of {len(gadgets)}; of 284 of them haproxy rejected 246 with 7 violations, "
              "nginx 175 with 7", flush=True)
        for request in self.server.requests:
            counted[request.target] += 1
            self.assertTrue(request.target.startswith("/echo/"), request.head)
        self.assertEqual([path for path, count in counted.items() if count > 1], [], "seen twice")
        self.assertGreater(score["rejected"] * 284, 246 * len(gadgets))


class Llhttp(Conformance):
    # Has a whole good request in front of the bad one, which the count of the collection leaves out.
    FIRST_IS_GOOD = ("request/connection#5",)

    def cases(self, kind, expect):
        found = lines_of(story.shared_data("llhttp") / "cases.jsonl")
        return [case for case in found if case["type"].startswith(kind) and case["expect"] == expect]

    def test_requests_in_error_go_no_further(self):
        cases = self.cases("request", "error")
        self.start(timeouts={"client_header": "1s", "client_body": "1s"})
        passed = []
        for case in cases:
            before = len(self.server.requests)
            found = self.send(base64.b64decode(case["input_b64"]), wait=4)
            whole = [one for one in self.server.requests[before:] if one.complete]
            good = case["messages_complete"] + (case["id"] in self.FIRST_IS_GOOD)
            if len(whole) > good or [status for status in found.statuses if status < 400][good:]:
                passed.append((case["id"], found.statuses, [one.head for one in whole]))
        print(f"  {len(cases) - len(passed)} of {len(cases)} requests in error refused", flush=True)
        self.assertEqual(passed, [])

    def test_good_requests_do_no_harm(self):
        """A proxy may be stricter than a parser (no Host, unknown methods), but must answer or close."""
        cases = self.cases("request", "accept")
        self.start(timeouts={"client_header": "1s", "client_body": "1s"})
        tally = Counter()
        for case, found in probe.each(lambda one: self.send(base64.b64decode(one["input_b64"]), wait=4), cases):
            tally["refused" if found.refused() else "served"] += 1
            self.assertTrue(found.statuses or found.interim or found.closed, case["id"])
        print(f"  good requests: {dict(tally)}", flush=True)

    def test_responses_in_error_become_502(self):
        cases = self.cases("response", "error")
        self.start(timeouts={"target": "1s"})
        for case in cases:
            with self.subTest(case["id"]):
                raw = base64.b64decode(case["input_b64"])
                self.server.script = lambda request, raw=raw: (raw, "hang")
                with wire.Wire(self.gate.address(), timeout=10) as client:
                    client.send("GET /bad HTTP/1.1\r\nHost: x\r\n\r\n")
                    try:
                        status = client.response().status
                    except wire.Closed:
                        status = "cut off"
                if case["messages_complete"] == 0:
                    self.assertIn(status, (502, 504, "cut off"))
                used = self.server.seen("/bad")[-1].connection
                self.server.script = None
                with wire.Wire(self.gate.address()) as client:
                    self.assertEqual(client.ask("/next").status, 200)
                self.assertNotEqual(self.server.seen("/next")[-1].connection, used, "the connection was used again")
        self.audit.violations.clear()

    def test_good_responses_pass(self):
        cases = self.cases("response", "accept")
        self.start(timeouts={"target": "1s"})
        tally = Counter()
        for case in cases:
            raw = base64.b64decode(case["input_b64"])
            self.server.script = lambda request, raw=raw: (raw, "close")
            found = self.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", wait=4)
            tally["as sent" if found.status and found.status not in (502, 504) else "502"] += 1
        print(f"  good responses: {dict(tally)}", flush=True)


class DesyncGuardian(Conformance):
    def cases(self):
        for path in sorted(story.shared_data("http-desync-guardian").glob("*.yaml")):
            for number, case in enumerate(yaml.safe_load(path.read_text(encoding="utf-8"))):
                yield case | {"id": f"{path.stem}#{number}"}

    @staticmethod
    def request(case):
        fields = [(one["name"], str(one["value"])) for one in case.get("headers") or []]
        names = [name.lower() for name, _ in fields]
        if "host" not in names:
            fields.insert(0, ("Host", "localhost"))
        fields.append(("X-Case", case["id"]))
        head = f"{case['method']} {case['uri']} {case['version']}\r\n"
        head += "".join(f"{name}: {value}\r\n" for name, value in fields) + "\r\n"
        length = next((int(value) for name, value in fields
                       if name.lower() == "content-length" and re.fullmatch(r"\d{1,5}", value)), 0)
        coded = any("encoding" in name and "transfer" in name for name in names)
        # The collection's \xNN are bytes; what is beyond them (the long s that folds to an s) is UTF-8.
        raw = b"".join(one.encode("latin-1" if ord(one) < 256 else "utf-8") for one in head)
        return raw + (b"0\r\n\r\n" if coded else b"x" * length)

    def reached(self, case):
        return [one for one in self.server.requests if one.get("X-Case") == case["id"]]

    def test_severe_stop_here_ambiguous_close_and_compliant_pass(self):
        self.start(timeouts={"client_header": "1s", "client_body": "1s"})
        cases = list(self.cases())
        tally, wrong = Counter(), []
        outcomes = probe.each(lambda one: self.send(self.request(one), wait=4, linger=0.5), cases)
        for case, found in outcomes:
            tier, reached = case["expected"]["tier"], self.reached(case)
            tally[tier, "forwarded" if reached else "refused"] += 1
            if tier == "Severe" and (reached or not found.refused() or not found.closed):
                wrong.append((case["id"], tier, found.statuses, found.closed))
            if tier == "Ambiguous" and reached and not (found.closed and self.is_last(reached[0])):
                wrong.append((case["id"], tier, found.statuses, found.closed))
            if tier == "Compliant" and not reached and not self.stricter(case):
                wrong.append((case["id"], tier, found.statuses, found.closed))
        for (tier, what), count in sorted(tally.items()):
            print(f"  {tier:10} {what:9} {count}", flush=True)
        self.assertEqual(wrong, [])
        self.assertEqual(tally["Severe", "forwarded"], 0)

    @staticmethod
    def stricter(case):
        """Codings other than chunked, which RFC 9112 6.1 lets a server answer with 501, and targets that RFC 3986
        knows no name for, are more than we take."""
        codings = [str(one["value"]).strip() for one in case.get("headers") or []
                   if one["name"].lower() == "transfer-encoding"]
        target = str(case["uri"])
        return codings not in ([], ["chunked"]) or not re.fullmatch(r"[!$%&'()*+,\-./0-9:;=?@A-Z_a-z~]+", target)

    def is_last(self, request):
        """A later request on the same connection to the target shows that it was kept."""
        of_connection = [one for one in self.server.requests if one.connection == request.connection]
        return of_connection[-1] is request


class ProxyProtocol(Conformance):
    def start_trusting(self):
        self.start(listeners=[listener("http", proxy_protocol={"trusted": ["127.0.0.0/8"]}), listener("plain")])

    def vectors(self, kind):
        return [one for one in lines_of(story.shared_data("proxy-protocol") / "vectors.jsonl") if one["kind"] == kind]

    def test_valid_headers_name_the_client(self):
        vectors = self.vectors("valid")
        self.start_trusting()
        for vector in vectors:
            with self.subTest(vector["id"]), wire.Wire(self.gate.address()) as client:
                client.send(base64.b64decode(vector["b64"])[:vector["expect"]["header_len"]])
                self.assertEqual(client.ask(f"/echo/{vector['id']}").status, 200)
                seen = self.server.seen(f"/echo/{vector['id']}")[-1]
                self.assertEqual(seen.all("X-Forwarded-For"), [vector["expect"].get("src", "127.0.0.1")])

    def test_edge_cases_reach_no_target(self):
        vectors = self.vectors("edge")
        self.start_trusting()
        for vector in vectors:
            with self.subTest(vector["id"]):
                before = len(self.server.requests)
                found = self.send(base64.b64decode(vector["b64"]) + b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                if vector["expect_text"].startswith("accept:"):
                    self.assertEqual(found.status, 200)
                elif not vector["expect_text"].startswith("accept"):
                    self.assertTrue(found.closed, "left open")
                    self.assertEqual(len(self.server.requests), before)

    def test_a_listener_without_it_takes_the_header_for_a_bad_request(self):
        vectors = self.vectors("valid")
        self.start_trusting()
        for vector in vectors:
            with self.subTest(vector["id"]):
                header = base64.b64decode(vector["b64"])[:vector["expect"]["header_len"]]
                found = probe.send(self.gate.address("plain"), header + b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                self.assertTrue(found.refused() and found.closed, found)
        self.assertEqual(self.server.requests, [])


if __name__ == "__main__":
    story.main()
