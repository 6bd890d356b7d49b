"""What goes wrong, for all actions or one, a number of times or until it is cleared.

    throttle       Throttling, from EC2 RequestLimitExceeded
    internal       500 with the service's own error
    unavailable    503 with an HTML page, as the front of the service sends it
    expired_token  ExpiredToken, whatever the token
    lost_token     a NextToken is no longer known
    slow           the answer comes `seconds` later
    clock_skew     this call meets a clock that is `seconds` ahead
    reset          the connection is reset instead of an answer
    truncated      XML that ends in its middle, in a well-formed response
    short          fewer bytes than Content-Length says, then the end of the connection
    empty          200, and every list of the answer empty
    no_instances   200, and every group of the answer empty
    cut_pages      200, and the answer has no NextToken though it is not the last page
"""

import threading
from dataclasses import dataclass

from fake_aws import refusal

KINDS = set("throttle internal unavailable expired_token lost_token slow clock_skew reset truncated short empty "
            "no_instances cut_pages".split())
PAGE = b"<html><body><b>Http/1.1 Service Unavailable</b></body> </html>"


@dataclass
class Fault:
    kind: str
    action: str = None      # None: every action
    times: int = None       # None: until cleared
    seconds: float = 0.0    # of slow and clock_skew


class Faults:
    """Any thread."""

    def __init__(self):
        self.active = []
        self.lock = threading.Lock()

    def add(self, kind, action=None, times=None, seconds=0.0):
        if kind not in KINDS:
            raise ValueError(f"no fault {kind!r}; there are {', '.join(sorted(KINDS))}")
        with self.lock:
            self.active.append(Fault(kind, action, times, seconds))

    def clear(self, kind=None, action=None):
        """All of them, or those of that kind or action."""
        with self.lock:
            self.active = [one for one in self.active
                           if (kind and one.kind != kind) or (action and one.action != action)]

    def take(self, action):
        """{kind: seconds} that befall one call; uses up what has a number of times."""
        with self.lock:
            met = [one for one in self.active if one.action in (None, action)]
            for one in met:
                if one.times is not None:
                    one.times -= 1
            self.active = [one for one in self.active if one.times is None or one.times > 0]
        return {one.kind: one.seconds for one in met}


def refuse(met, call):
    """Raises what a call meets before it is carried out."""
    if "throttle" in met:
        raise refusal.throttled(call.service)
    if "internal" in met:
        raise refusal.broken(call.service)
    if "expired_token" in met:
        raise refusal.at_the_door(call.service, "expired")
    if "lost_token" in met and call.text("NextToken"):
        raise refusal.Refusal("InvalidNextToken", f"The token '{call.text('NextToken')}' was invalid")


def thin(met, result):
    """The result with what is missing from it."""
    if result is None:
        return None
    if "empty" in met:
        result = {name: [] if isinstance(value, list) else value for name, value in result.items()}
    if "no_instances" in met:
        result = {name: [one | {"Instances": []} for one in value] if name == "AutoScalingGroups" else value
                  for name, value in result.items()}
    if "cut_pages" in met or "empty" in met:
        result = {name: value for name, value in result.items() if name.lower() != "nexttoken"}
    return result
