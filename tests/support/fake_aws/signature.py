"""Signature Version 4, as the service that checks it computes it.

Source: AWS IAM User Guide, "Create a signed AWS API request".
"""

import hashlib
import hmac
import re
from dataclasses import dataclass
from urllib.parse import quote, unquote

ALGORITHM = "AWS4-HMAC-SHA256"
_AUTHORIZATION = re.compile(
    rf"{ALGORITHM} Credential=([^/,\s]+)/(\d{{8}})/([^/,\s]+)/([^/,\s]+)/aws4_request,\s*"
    r"SignedHeaders=([a-z0-9;._-]+),\s*Signature=([0-9a-f]{64})")


@dataclass
class Authorization:
    """What the Authorization header claims."""

    access_key: str
    date: str
    region: str
    service: str
    signed: list     # names of the signed header fields, lower case, in order
    signature: str

    @property
    def scope(self):
        return f"{self.date}/{self.region}/{self.service}/aws4_request"


def parse(header):
    """The claim, or None where the header does not follow the form."""
    found = _AUTHORIZATION.fullmatch(header.strip())
    if not found:
        return None
    access_key, date, region, service, signed, signature = found.groups()
    return Authorization(access_key, date, region, service, signed.split(";"), signature)


def canonical_request(method, target, fields, signed, body, *, normalize=True):
    """`fields` are (name, value) pairs as received; `target` is the request's path with its query."""
    path, _, query = target.partition("?")
    values = {name: [] for name in signed}
    for name, value in fields:
        if name.lower() in values:
            values[name.lower()].append(" ".join(value.split()))
    headers = "".join(f"{name}:{','.join(values[name])}\n" for name in signed)
    return "\n".join([method, _canonical_path(path, normalize), _canonical_query(query), headers, ";".join(signed),
                      hashlib.sha256(body).hexdigest()])


def _canonical_path(path, normalize):
    if normalize:
        path = _normalized(path)
    return quote(path or "/", safe="/-_.~")


def _normalized(path):
    """Without empty and dot segments; a slash at the end stays."""
    kept = []
    for segment in path.split("/"):
        if segment == "..":
            del kept[-1:]
        elif segment not in ("", "."):
            kept.append(segment)
    ends = path.rsplit("/", 1)[-1] in ("", ".", "..")
    return "/" + "/".join(kept) + ("/" if ends and kept else "")


def _canonical_query(query):
    pairs = []
    for word in query.split("&") if query else ():
        name, _, value = word.partition("=")
        pairs.append(tuple(quote(unquote(part), safe="-_.~") for part in (name, value)))
    return "&".join(f"{name}={value}" for name, value in sorted(pairs))


def string_to_sign(canonical, time, scope):
    return "\n".join([ALGORITHM, time, scope, hashlib.sha256(canonical.encode()).hexdigest()])


def sign(secret_key, scope, text):
    key = f"AWS4{secret_key}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.digest(key, text.encode(), "sha256").hex()


def authorize(credential, region, service, time, method, target, fields, body):
    """The Authorization header of a client that signs all `fields`; `time` is their X-Amz-Date."""
    signed = sorted({name.lower() for name, _ in fields})
    scope = f"{time[:8]}/{region}/{service}/aws4_request"
    canonical = canonical_request(method, target, fields, signed, body)
    signature = sign(credential.secret_key, scope, string_to_sign(canonical, time, scope))
    return f"{ALGORITHM} Credential={credential.access_key}/{scope}, SignedHeaders={';'.join(signed)}, " \
           f"Signature={signature}"
