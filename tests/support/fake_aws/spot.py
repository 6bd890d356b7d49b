"""EC2 2016-11-15: Spot Instance requests, and DescribeSpotInstanceRequests over them.

Source: EC2 User Guide, "State changes for a Spot request": an instance that is to be terminated for want of capacity
has the request `instance-terminated-no-capacity`, closed, at once, and yet runs for two minutes more.
"""

import time
from dataclasses import dataclass, field

from fake_aws import clock, listing
from fake_aws.refusal import Refusal

_STATUSES = {  # code: state of a one-time request, message
    "fulfilled": ("active", "Your Spot request is fulfilled."),
    "marked-for-termination": ("active", "Your Spot instance is marked for termination."),
    "marked-for-stop": ("active", "Your Spot instance is marked for stop."),
    "instance-stopped-by-price": ("disabled", "Your instance was stopped because the Spot price exceeded your price."),
    "instance-stopped-no-capacity": ("disabled", "Your instance was stopped due to capacity management."),
    "instance-terminated-by-price": ("closed", "Your instance was terminated because of the Spot price."),
    "instance-terminated-by-user": ("closed", "Spot Instance terminated due to user-initiated termination."),
    "instance-terminated-no-capacity": ("closed", "Your instance was terminated due to capacity management."),
}


@dataclass(eq=False)
class SpotRequest:
    """What an instance owes its being there to; the instance has it as `spot`."""

    id: str
    instance: object = field(repr=False)
    code: str = "fulfilled"
    updated: float = field(default_factory=time.time)
    tags: dict = field(default_factory=dict)

    @property
    def state(self):
        return _STATUSES[self.code][0]

    def mark(self, code):
        if code not in _STATUSES:
            raise ValueError(f"no status code {code!r}; there are {', '.join(sorted(_STATUSES))}")
        self.code, self.updated = code, time.time()

    def instance_ended(self):
        if self.state == "active":
            self.mark("instance-terminated-by-user")


_FILTERS = {
    "instance-id": lambda one: one.instance.id,
    "launched-availability-zone": lambda one: one.instance.zone,
    "spot-instance-request-id": lambda one: one.id,
    "state": lambda one: one.state,
    "status-code": lambda one: one.code,
}


def describe_requests(account, call):
    ids = call.values("SpotInstanceRequestId")
    found = [one.spot for one in account.instances.values() if one.spot]
    if ids:
        known = {one.id: one for one in found}
        missing = [one for one in ids if one not in known]
        if missing:
            raise Refusal("InvalidSpotInstanceRequestID.NotFound",
                          f"The spot instance request ID '{missing[0]}' does not exist")
        found = [known[one] for one in dict.fromkeys(ids)]
    page, token = listing.page(call, found, _FILTERS)
    return {"spotInstanceRequestSet": [_request(one) for one in page], "nextToken": token}


def _request(one):
    return {
        "spotInstanceRequestId": one.id, "spotPrice": "0.020800", "type": "one-time", "state": one.state,
        "status": {"code": one.code, "updateTime": clock.iso(one.updated), "message": _STATUSES[one.code][1]},
        "launchSpecification": {"imageId": "ami-03cf127a", "instanceType": one.instance.kind,
                                "monitoring": {"enabled": False}},
        "instanceId": one.instance.id, "createTime": clock.iso(one.instance.launched),
        "productDescription": "Linux/UNIX", "launchedAvailabilityZone": one.instance.zone,
        "instanceInterruptionBehavior": "terminate", "tagSet": [],
    }


ACTIONS = {"DescribeSpotInstanceRequests": describe_requests}
