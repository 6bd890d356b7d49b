"""One call as it arrived, its parameters as the Query protocol spells them."""

import gzip
import re
import zlib
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from fake_aws import signature
from fake_aws.refusal import Refusal, invalid

SERVICES = {"autoscaling": "2011-01-01", "ec2": "2016-11-15", "monitoring": "2010-08-01", "sts": "2011-06-15"}


@dataclass
class Call:
    """`status` and `code` tell how it was answered: None while it is not, code None when it succeeded."""

    method: str
    target: str
    fields: list
    raw_body: bytes
    time: float
    service: str = "autoscaling"
    action: str = ""
    parameters: dict = field(default_factory=dict)
    access_key: str = None
    status: int = None
    code: str = None

    def __post_init__(self):
        self.parameters = self._read_parameters()
        self.action = self.parameters.get("Action", "")
        self.service = self._which_service()

    def field(self, name):
        return next((value for key, value in self.fields if key.lower() == name.lower()), None)

    def _read_parameters(self):
        text = self.target.partition("?")[2]
        if self.method == "POST" and (self.field("Content-Type") or "").startswith("application/x-www-form-urlencoded"):
            text = self._body()
        return dict(parse_qsl(text, keep_blank_values=True, errors="replace"))

    def _body(self):
        body = self.raw_body
        if self.field("Content-Encoding") == "gzip":
            try:
                body = gzip.decompress(body)
            except (OSError, EOFError, zlib.error):
                return ""
        return body.decode("utf-8", "replace")

    def _which_service(self):
        """By the credential scope; by the version where nothing is signed."""
        claim = signature.parse(self.field("Authorization") or "")
        if claim and claim.service in SERVICES:
            return claim.service
        version = self.parameters.get("Version")
        return next((service for service, known in SERVICES.items() if known == version), "autoscaling")

    # Parameters

    def text(self, name, default=None):
        return self.parameters.get(name, default)

    def need(self, name):
        """The value; the answer to a call without it."""
        value = self.parameters.get(name)
        if value:
            return value
        if self.service in ("ec2", "monitoring"):
            raise Refusal("MissingParameter", f"The request must contain the parameter {name}")
        raise invalid(f"1 validation error detected: Value null at '{name[0].lower() + name[1:]}' failed to satisfy "
                      "constraint: Member must not be null")

    def flag(self, name, default):
        value = self.parameters.get(name)
        return default if value is None else value.lower() == "true"

    def values(self, name):
        """The strings of a list: NAME.1, NAME.2, ... (EC2) or NAME.member.1 given as "NAME.member"."""
        return [one[""] for one in self.entries(name) if "" in one]

    def entries(self, name):
        return entries(self.parameters, name)


def entries(parameters, name):
    """A list of structures, each a dict of what follows its number; a plain value is under the empty name."""
    form = re.compile(rf"{re.escape(name)}\.(\d+)(?:\.(.+))?")
    found = {}
    for key, value in parameters.items():
        match = form.fullmatch(key)
        if match:
            found.setdefault(int(match[1]), {})[match[2] or ""] = value
    return [found[number] for number in sorted(found)]
