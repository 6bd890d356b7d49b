"""What the account holds: groups, instances, hooks and the metrics that were put. Who changes it holds its lock."""

import random
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from ipaddress import IPv4Address

from fake_aws.refusal import Refusal, invalid
from fake_aws.spot import SpotRequest

LAUNCHING, TERMINATING = "autoscaling:EC2_INSTANCE_LAUNCHING", "autoscaling:EC2_INSTANCE_TERMINATING"
MAXIMUM_WAIT = 172800  # seconds that all heartbeats together can hold an instance


@dataclass
class Hook:
    name: str
    transition: str
    heartbeat: float = 3600.0  # seconds; AWS wants 30 to 7200
    default: str = "ABANDON"   # or CONTINUE: what happens when nobody answers in time

    @property
    def longest(self):
        return min(MAXIMUM_WAIT, 100 * self.heartbeat)


@dataclass
class Action:
    """A hook that holds one instance."""

    hook: Hook
    token: str
    began: float              # monotonic, as `deadline`
    deadline: float
    result: str = None        # CONTINUE or ABANDON, once somebody said so or time ran out
    heartbeats: int = 0

    def beat(self, now):
        self.heartbeats += 1
        self.deadline = now + self.hook.heartbeat

    def expire(self, now):
        if self.result is None and now >= min(self.deadline, self.began + self.hook.longest):
            self.result = self.hook.default


@dataclass(eq=False)
class Instance:
    id: str
    group: str                # the Auto Scaling group's name
    zone: str
    address: str
    reservation: str
    tags: dict
    launched: float           # seconds since the epoch
    lifecycle: str = "Pending"
    health: str = "Healthy"
    state: str = "pending"    # as EC2 names it
    kind: str = "t3.small"
    actions: dict = field(default_factory=dict)  # hook name -> Action, while one holds it
    in_service_since: float = None               # monotonic
    spot: SpotRequest = None                     # of one that may be interrupted

    def end(self):
        self.state = "terminated"
        if self.spot:
            self.spot.instance_ended()


@dataclass(eq=False)
class Group:
    """A group whose instances stay as they are made; living.py has the ones that change by themselves."""

    account: object
    name: str
    zones: list
    tags: dict = field(default_factory=dict)
    desired: int = 0
    minimum: int = 0
    maximum: int = 1000
    grace_period: float = 0.0  # seconds in which SetInstanceHealth is ignored, if it asks for that
    spot: bool = False         # whether its instances are spot instances
    hooks: dict = field(default_factory=dict)
    instances: list = field(default_factory=list)
    created: float = field(default_factory=time.time)

    def put_hook(self, name, transition="terminating", heartbeat=3600.0, default="ABANDON"):
        """`transition` is launching or terminating."""
        kinds = {"launching": LAUNCHING, "terminating": TERMINATING}
        with self.account.lock:
            self.hooks[name] = Hook(name, kinds[transition], heartbeat, default)

    def drop_hook(self, name):
        with self.account.lock:
            self.hooks.pop(name, None)

    def find(self, instance_id):
        """A member, or None."""
        return next((one for one in self.instances if one.id == instance_id), None)

    def step(self):
        """One tick of its life; this one has none."""

    def end(self):
        """Nothing to end either."""

    def set_state(self, instance_id, lifecycle=None, health=None):
        """Makes an instance look otherwise, without any of what would lead to that."""
        with self.account.lock:
            instance = self.find(instance_id)
            instance.lifecycle = lifecycle or instance.lifecycle
            instance.health = health or instance.health

    def mark_spot(self, instance_id, code="marked-for-termination"):
        """What EC2 says of a spot instance from now on; nothing follows from that. See spot.py for the codes."""
        with self.account.lock:
            self.find(instance_id).spot.mark(code)

    def active_action(self, hook_name, instance_id, token):
        """The Action that a CompleteLifecycleAction or a heartbeat speaks of."""
        if hook_name not in self.hooks:
            raise invalid(f"Lifecycle Hook: {hook_name} not found for AutoScalingGroup: {self.name}")
        for instance in self.instances:
            action = instance.actions.get(hook_name)
            if action and action.result is None and (instance.id == instance_id or action.token == token):
                return action
        told = f"instance ID {instance_id}" if instance_id else f"token {token}"
        raise invalid(f"No active Lifecycle Action found with {told}")


class Account:
    def __init__(self, region):
        self.region = region
        self.number = "123456789012"
        self.lock = threading.RLock()
        self.groups = {}
        self.instances = {}   # id -> Instance, those terminated a moment ago among them
        self.metrics = deque(maxlen=100_000)
        self.dice = random.Random()
        # The next made-up address of a network. Those on loopback lie far from what living groups use.
        self.made_up = {"10": IPv4Address("10.0.1.0"), "127": IPv4Address("127.64.0.1")}
        self.subnets = {}     # zone -> the last number that was given out there

    def identifier(self, kind):
        return f"{kind}-{self.dice.getrandbits(68):017x}"

    def group(self, name):
        found = self.groups.get(name)
        if found is None:
            raise invalid(f"AutoScalingGroup name not found - AutoScalingGroup '{name}' not found")
        return found

    def zone(self, letter):
        return letter if len(letter) > 1 else self.region + letter

    def add(self, group):
        if group.name in self.groups:
            raise Refusal("AlreadyExists", f"AutoScalingGroup by this name already exists - {group.name}")
        self.groups[group.name] = group
        return group

    def launch(self, group, zone, address, reservation=None):
        instance = Instance(self.identifier("i"), group.name, zone, address, reservation or self.identifier("r"),
                            {**group.tags, "aws:autoscaling:groupName": group.name}, time.time())
        if group.spot:
            instance.spot = SpotRequest(f"sir-{self.dice.getrandbits(32):08x}", instance)
        self.instances[instance.id] = instance
        group.instances.append(instance)
        return instance

    def loopback_address(self, zone):
        """A free address of that zone's subnet: 127.0.1.x for a, 127.0.2.x for b. One is used again only after all
        others were."""
        subnet = ord(zone[-1]) - ord("a") + 1
        taken = {one.address for one in self.instances.values() if one.state != "terminated"}
        for _ in range(254):
            number = self.subnets.get(zone, 0) % 254 + 1
            self.subnets[zone] = number
            if f"127.0.{subnet}.{number}" not in taken:
                return f"127.0.{subnet}.{number}"
        raise Refusal("InsufficientFreeAddressesInSubnet", f"There are not enough free addresses in {zone}")

    def static_group(self, name, count, tags=None, zones="ab", network="10", spot=False):
        """`count` made-up instances in service on addresses of 10.0.0.0/8 or 127.0.0.0/8, ten to a reservation."""
        if network not in self.made_up:
            raise ValueError(f"no network {network!r}; there are {', '.join(self.made_up)}")
        with self.lock:
            group = self.add(Group(self, name, [self.zone(one) for one in zones], tags or {}, count, maximum=count,
                                   spot=spot))
            for number in range(count):
                if number % 10 == 0:
                    reservation = self.identifier("r")
                address, self.made_up[network] = str(self.made_up[network]), self.made_up[network] + 1
                instance = self.launch(group, group.zones[number % len(group.zones)], address, reservation)
                instance.lifecycle, instance.state, instance.in_service_since = "InService", "running", 0.0
            return group
