"""The instance metadata service, version 2, of the instance that the program under test runs on.

Source: EC2 User Guide, "Use the Instance Metadata Service to access instance metadata".
"""

import json
import secrets
import threading
import time

from fake_aws import clock
from fake_aws.front import Answer, Front

_META_DATA = "/latest/meta-data/"
_TTL = "X-aws-ec2-metadata-token-ttl-seconds"
_LONGEST_TTL = 21600
_PAGE = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" \
"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en" lang="en">
   <head>
      <title>{0}</title>
   </head>
   <body>
      <h1>{0}</h1>
   </body>
</html>
"""
_REASONS = {400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed"}


class Imds:
    """`delay` seconds pass before every answer. `role` None is an instance without a profile. Credentials live for
    `lifetime` seconds and are renewed when half of that is left, at most five minutes before the end."""

    def __init__(self, keys, aws_clock, region, stopping, port=0):
        self.keys, self.clock, self.stopping = keys, aws_clock, stopping
        self.delay = 0.0
        self.role = "gatehouse-lb"
        self.lifetime = 21600.0
        self.mode = "on"
        self.requests = []        # (method, path, status), oldest first
        self.tokens = {}          # token -> when it ends, monotonic
        self.credential = None
        self.lock = threading.Lock()
        self.values = {
            "instance-id": "i-0a0b0c0d0e0f01234", "instance-type": "t4g.micro", "local-ipv4": "10.0.0.10",
            "placement/availability-zone": f"{region}a", "placement/region": region,
            "autoscaling/target-lifecycle-state": "InService",
        }
        self.front = Front(self.respond, port)

    @property
    def endpoint(self):
        return self.front.endpoint

    def set_mode(self, mode):
        """on; off: nobody listens; disabled: 403, as for an instance whose endpoint was turned off; silent: takes
        requests and never answers, as beyond the hop limit."""
        if mode not in ("on", "off", "disabled", "silent"):
            raise ValueError(f"no mode {mode!r}")
        self.mode = mode
        if mode == "off":
            self.front.close()
        else:
            self.front.open()

    def set(self, path, value):
        """What is below /latest/meta-data/; None takes it away."""
        with self.lock:
            self.values[path] = value

    def set_delay(self, seconds):
        self.delay = seconds

    def set_role(self, role, lifetime=21600.0):
        """Another role, or another lifetime of its credentials from now on."""
        with self.lock:
            self.role, self.lifetime, self.credential = role, lifetime, None

    def forget_tokens(self):
        """As a restarted service has: every token is refused with 401."""
        with self.lock:
            self.tokens.clear()

    def interrupt(self, action="terminate", seconds=120.0):
        """A spot interruption notice, for that many seconds from now."""
        at = clock.whole(self.clock.now() + seconds)
        self.set("spot/instance-action", json.dumps({"action": action, "time": at}))
        self.set("spot/termination-time", at if action == "terminate" else None)

    def recommend_rebalance(self):
        self.set("events/recommendations/rebalance", json.dumps({"noticeTime": clock.whole(self.clock.now())}))

    # Requests

    def respond(self, method, target, fields, _):
        while self.mode == "silent" and not self.stopping.wait(0.05):
            pass
        self.stopping.wait(self.delay)
        path = target.split("?")[0]
        with self.lock:
            answer = self._answer(method, path, {name.lower(): value for name, value in fields})
            self.requests.append((method, path, answer.status))
        answer.date = self.clock.now()
        answer.fields["Server"] = "EC2ws"
        return answer

    def _answer(self, method, path, fields):
        if self.mode == "disabled":
            return _refused(403)
        if method == "PUT":
            return self._token(path, fields)
        if method != "GET":
            return _refused(405)
        if self.tokens.get(fields.get("x-aws-ec2-metadata-token"), 0) <= time.monotonic():
            return _refused(401)
        found = self._find(path)
        return _refused(404) if found is None else Answer(200, found.encode(), "text/plain")

    def _token(self, path, fields):
        if path != "/latest/api/token":
            return _refused(405)
        if "x-forwarded-for" in fields:
            return _refused(403)
        ttl = fields.get(_TTL.lower(), "")
        if not ttl.isdecimal() or not 1 <= int(ttl) <= _LONGEST_TTL:
            return _refused(400)
        token = secrets.token_urlsafe(40) + "=="
        self.tokens[token] = time.monotonic() + int(ttl)
        return Answer(200, token.encode(), "text/plain", {_TTL: ttl})

    def _find(self, path):
        if not path.startswith(_META_DATA):
            return None
        wanted = path[len(_META_DATA):].rstrip("/")
        if wanted == f"iam/security-credentials/{self.role}" and self.role:
            return self._credential()
        if self.values.get(wanted) is not None:
            return self.values[wanted]
        return self._index(wanted)

    def _index(self, folder):
        """What is in a folder, one name a line; None where there is no such folder."""
        paths = [path for path, value in self.values.items() if value is not None]
        paths += [f"iam/security-credentials/{self.role}"] if self.role else []
        start = f"{folder}/" if folder else ""
        names = {path[len(start):].partition("/")[:2] for path in paths if path.startswith(start)}
        return "\n".join(sorted("".join(name) for name in names)) or None

    def _credential(self):
        now = self.clock.now()
        spare = min(300.0, self.lifetime / 2)
        if self.credential is None or self.credential.expires - spare <= now:
            owner = f"arn:aws:sts::123456789012:assumed-role/{self.role}/{self.values.get('instance-id')}"
            self.credential = self.keys.issue(owner, now + self.lifetime)
        made = self.credential
        return json.dumps({"Code": "Success", "LastUpdated": clock.whole(made.expires - self.lifetime),
                           "Type": "AWS-HMAC", "AccessKeyId": made.access_key, "SecretAccessKey": made.secret_key,
                           "Token": made.token, "Expiration": clock.whole(made.expires)}, indent=2)


def _refused(status):
    return Answer(status, _PAGE.format(f"{status} - {_REASONS[status]}").encode(), "text/html")
