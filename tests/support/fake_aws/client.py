"""The smallest client of the fake AWS: signs, posts, parses. For its self test; the program under test has its own."""

import http.client
import time
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import quote, urlencode

from fake_aws import clock, signature
from fake_aws.call import SERVICES


@dataclass
class Reply:
    status: int
    fields: dict
    body: bytes

    @cached_property
    def root(self):
        """The document, its namespaces left out."""
        found = ElementTree.fromstring(self.body)
        for element in found.iter():
            element.tag = element.tag.rpartition("}")[2]
        return found

    def texts(self, path):
        return [element.text or "" for element in self.root.findall(path)]

    def text(self, path):
        return self.root.findtext(path)

    @property
    def code(self):
        """The error's, None for a success."""
        return self.root.findtext(".//Error/Code")


class Client:
    """`skew` seconds are added to its clock; `scope` replaces region or service in what it signs."""

    def __init__(self, aws, credential=None, skew=0.0, **scope):
        self.port, self.credential, self.skew = aws.port, credential or aws.key, skew
        self.scope = {"region": aws.region} | scope
        self.extra = []      # fields that go along unsigned
        self.signs = True

    def call(self, service, action, **parameters):
        body = urlencode({"Action": action, "Version": SERVICES[service], **parameters}, quote_via=quote).encode()
        return self.post(service, body)

    def post(self, service, body):
        fields = [("Host", f"127.0.0.1:{self.port}"),
                  ("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")]
        if self.signs:
            fields = self._signed(service, fields, body)
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("POST", "/", body, dict(fields + self.extra))
            answer = connection.getresponse()
            return Reply(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def _signed(self, service, fields, body):
        date = clock.stamp(time.time() + self.skew)
        fields = [*fields, ("X-Amz-Date", date)]
        if self.credential.token:
            fields.append(("X-Amz-Security-Token", self.credential.token))
        scope = {"service": service} | self.scope
        return [*fields, ("Authorization", signature.authorize(self.credential, scope["region"], scope["service"], date,
                                                               "POST", "/", fields, body))]
