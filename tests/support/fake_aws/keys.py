"""The access keys that this AWS knows, and the check of a request against them."""

import hmac
import secrets
import threading
from dataclasses import dataclass

from fake_aws import clock, signature
from fake_aws.refusal import at_the_door

TOLERANCE = 300  # seconds that a caller's clock may differ


@dataclass(frozen=True)
class Credential:
    access_key: str
    secret_key: str
    token: str = None       # temporary ones have it
    expires: float = None   # seconds since the epoch; None never
    owner: str = "arn:aws:iam::123456789012:user/gatehouse"


class Keys:
    """`skew_code` is what a caller with a wrong clock is told; None gives each service's own code
    (SignatureDoesNotMatch, and AuthFailure from EC2), which tell nothing of clocks."""

    def __init__(self, region):
        self.region = region
        self.skew_code = "RequestTimeTooSkewed"
        self.known = {}
        self.lock = threading.Lock()

    def add(self, credential):
        with self.lock:
            self.known[credential.access_key] = credential
        return credential

    def issue(self, owner, expires):
        """A temporary credential, as STS and a role give it."""
        made = Credential("ASIA" + secrets.token_hex(8).upper(), secrets.token_urlsafe(30),
                          "IQoJb3JpZ2luX2VjE+/" + secrets.token_urlsafe(60) + "==", expires, owner)
        return self.add(made)

    def revoke(self, access_key):
        with self.lock:
            self.known.pop(access_key, None)

    def check(self, call, now):
        """Who calls. Raises the Refusal that AWS would answer with; checks in AWS's order, signature before expiry."""
        header = call.field("Authorization")
        if header is None:
            raise at_the_door(call.service, "no_signature")
        claim = signature.parse(header)
        if claim is None:
            raise at_the_door(call.service, "malformed", f"'{header.split(' ')[0]}' and what follows")
        date = call.field("X-Amz-Date") or ""
        if clock.parse_stamp(date) is None:
            raise at_the_door(call.service, "malformed",
                              "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.")
        self._check_scope(call, claim, date)
        with self.lock:
            found = self.known.get(claim.access_key)
        if found is None or found.token != call.field("X-Amz-Security-Token"):
            raise at_the_door(call.service, "unknown_key")
        self._check_date(call, date, now)
        self._check_signature(call, claim, date, found)
        if found.expires is not None and found.expires <= now:
            raise at_the_door(call.service, "expired")
        return found

    def _check_scope(self, call, claim, date):
        regions = (self.region, "us-east-1") if claim.service == "sts" else (self.region,)
        if claim.region not in regions:
            raise at_the_door(call.service, "bad_signature",
                              f"Credential should be scoped to a valid region, not '{claim.region}'.")
        if claim.date != date[:8]:
            raise at_the_door(call.service, "bad_signature",
                              f"Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date: "
                              f"'{claim.date}' != '{date[:8]}'.")

    def _check_date(self, call, date, now):
        off = clock.parse_stamp(date) - now
        if abs(off) <= TOLERANCE:
            return
        if off < 0:
            told = f"Signature expired: {date} is now earlier than {clock.stamp(now - TOLERANCE)} " \
                   f"({clock.stamp(now)} - 5 min.)"
        else:
            told = f"Signature not yet current: {date} is still later than {clock.stamp(now + TOLERANCE)} " \
                   f"({clock.stamp(now)} + 5 min.)"
        raise at_the_door(call.service, "skewed", told, code=self.skew_code)

    def _check_signature(self, call, claim, date, credential):
        must_be_signed = {"host"} | {name.lower() for name, _ in call.fields if name.lower().startswith("x-amz-")}
        if missing := sorted(must_be_signed - set(claim.signed)):
            raise at_the_door(call.service, "bad_signature",
                              f"'{missing[0]}' must be a 'SignedHeader' in the AWS Authorization.")
        canonical = signature.canonical_request(call.method, call.target, call.fields, claim.signed, call.raw_body)
        text = signature.string_to_sign(canonical, date, claim.scope)
        if not hmac.compare_digest(signature.sign(credential.secret_key, claim.scope, text), claim.signature):
            raise at_the_door(call.service, "bad_signature",
                              f"The Canonical String for this request should have been\n'{canonical}'\n\n"
                              f"The String-to-Sign should have been\n'{text}'\n")
