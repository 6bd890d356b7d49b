"""A group that lives: keeps its desired capacity with real servers, balances them over zones, runs its hooks and
replaces what was called unhealthy. Each step() moves every instance one state further at most.

    Pending -> [Pending:Wait -> Pending:Proceed ->] InService
    InService -> Terminating -> [Terminating:Wait -> Terminating:Proceed ->] gone, its server killed;
    EC2 then shows it as shutting-down, as terminated, and no more
"""

import socket
import time
import uuid

from fake_aws.account import LAUNCHING, TERMINATING, Action, Group
from fake_aws.member import Member
from fake_aws.tracking import Tracking

CAPACITY = ("Pending", "Pending:Wait", "Pending:Proceed", "InService")


class LivingGroup(Group):
    """`port` is that of all its servers, None any free one; `zones` are letters or whole names; `tick` is how long a
    step takes. The steps that a dead instance stays visible in EC2 may be changed at any time."""

    def __init__(self, account, name, desired=2, *, tick=0.05, port=None, zones="ab", tags=None, minimum=0,
                 maximum=100, grace_period=0.0, spot=False):
        super().__init__(account, name, [account.zone(one) for one in zones], dict(tags or {}), desired, minimum,
                         maximum, grace_period, spot)
        self.tick = tick
        self.port = port or _free_port()
        self.shutting_down_steps = 4
        self.terminated_steps = 200
        self.servers = {}     # instance id -> Member
        self.retired = []     # [instance, steps since it left]
        self.down = set()     # zones
        self.replacing = []   # instances whose turn is yet to come
        self.turn = None      # the one that is being replaced
        self.policy = None

    # What a story does to it

    def set_desired(self, count):
        if not self.minimum <= count <= self.maximum:
            raise ValueError(f"{count} is not within {self.minimum} and {self.maximum}")
        with self.account.lock:
            self.desired = count

    def kill(self, instance_id):
        """Its server dies. Nobody tells the group."""
        with self.account.lock:
            self.servers[instance_id].kill()

    def kill_zone(self, zone):
        """All servers of the zone die at once, and no more are started there."""
        with self.account.lock:
            zone = self.account.zone(zone)
            self.down.add(zone)
            servers = [self.servers[one.id] for one in self.instances if one.zone == zone]
            for server in servers:
                server.strike()
            for server in servers:
                server.kill()

    def restore_zone(self, zone):
        with self.account.lock:
            self.down.discard(self.account.zone(zone))

    def rolling_replace(self):
        """An instance refresh that stays at full capacity: a new one is in service before an old one goes, and that
        one is gone before the next is started."""
        with self.account.lock:
            self.replacing = self.in_service()

    def track(self, **settings):
        """Target tracking; see tracking.Tracking. Without settings it ends."""
        with self.account.lock:
            self.policy = Tracking(**settings) if settings else None

    # What a story asks

    def in_service(self):
        with self.account.lock:
            return [one for one in self.instances if one.lifecycle == "InService"]

    def settled(self):
        """Whether as many as desired are in service, none is on its way in or out, and no replacement goes on."""
        with self.account.lock:
            states = [one.lifecycle for one in self.instances]
            return states == ["InService"] * self.desired and not self.replacing and self.turn is None

    # Life

    def step(self):
        now = time.monotonic()
        for instance in list(self.instances):
            _STEPS.get(instance.lifecycle, LivingGroup._rest)(self, instance, now)
        self._forget_the_dead()
        if self.policy:
            wanted = self.policy.decide(self.account.metrics, len(self.in_service()), self.desired, now)
            self.desired = min(max(wanted, self.minimum), self.maximum)
        self._keep_capacity(self._roll())

    def end(self):
        for server in self.servers.values():
            server.kill()
        self.servers.clear()

    def _pending(self, instance, now):
        if self.servers[instance.id].started():
            instance.state = "running"
            instance.lifecycle = "Pending:Wait" if self._hold(instance, LAUNCHING, now) else "Pending:Proceed"

    def _pending_wait(self, instance, now):
        result = self._result(instance, now)
        if result:
            instance.lifecycle = "Pending:Proceed" if result == "CONTINUE" else "Terminating"

    def _pending_proceed(self, instance, now):
        instance.lifecycle, instance.in_service_since = "InService", now

    def _in_service(self, instance, _):
        if instance.health == "Unhealthy":
            instance.lifecycle = "Terminating"

    def _terminating(self, instance, now):
        instance.lifecycle = "Terminating:Wait" if self._hold(instance, TERMINATING, now) else "Terminating:Proceed"

    def _terminating_wait(self, instance, now):
        if self._result(instance, now):  # it goes, whatever the result
            instance.lifecycle = "Terminating:Proceed"

    def _terminating_proceed(self, instance, _):
        self.servers.pop(instance.id).kill()
        self.instances.remove(instance)
        instance.lifecycle, instance.state = "Terminated", "shutting-down"
        self.retired.append([instance, 0])

    def _rest(self, instance, now):
        """Standby and whatever else a story has put it into."""

    def _hold(self, instance, transition, now):
        hooks = [one for one in self.hooks.values() if one.transition == transition]
        instance.actions = {one.name: Action(one, str(uuid.uuid4()), now, now + one.heartbeat) for one in hooks}
        return bool(hooks)

    def _result(self, instance, now):
        """What the hooks have decided: ABANDON as soon as one does, CONTINUE when all do, None until then."""
        for action in instance.actions.values():
            action.expire(now)
        results = [one.result for one in instance.actions.values()]
        if "ABANDON" in results:
            return "ABANDON"
        return None if None in results else "CONTINUE"

    def _forget_the_dead(self):
        for entry in self.retired:
            entry[1] += 1
            if entry[1] == self.shutting_down_steps:
                entry[0].end()
            elif entry[1] >= self.shutting_down_steps + self.terminated_steps:
                self.account.instances.pop(entry[0].id, None)
        self.retired = [one for one in self.retired if one[0].id in self.account.instances]

    def _roll(self):
        """The instances to have on top of the desired ones: one while another is to be replaced."""
        self.replacing = [one for one in self.replacing if one.lifecycle == "InService"]
        if self.turn is not None and self.turn not in self.instances:
            self.turn = None
        if not self.replacing or self.turn is not None:
            return 0
        if len(self.in_service()) > self.desired:
            self.turn = self.replacing.pop(0)
            self.turn.lifecycle = "Terminating"
            return 0
        return 1

    def _keep_capacity(self, surplus):
        counted = [one for one in self.instances if one.lifecycle in CAPACITY]
        for _ in range(self.desired + surplus - len(counted)):
            counted.append(self._launch(counted))
        for _ in range(len(counted) - self.desired - surplus):
            leaver = self._to_leave(counted)
            leaver.lifecycle, leaver.actions = "Terminating", {}
            counted.remove(leaver)

    def _launch(self, counted):
        """In the zone that has the fewest."""
        zones = [one for one in self.zones if one not in self.down] or self.zones
        zone = min(zones, key=lambda one: _in_zone(counted, one))
        instance = self.account.launch(self, zone, self.account.loopback_address(zone))
        self.servers[instance.id] = Member(instance.address, self.port, instance.id)
        if zone in self.down:
            self.servers[instance.id].kill()
        return instance

    def _to_leave(self, counted):
        """The oldest of the zone that has the most, but first one whose replacement was wanted anyway."""
        zone = max(self.zones, key=lambda one: _in_zone(counted, one))
        found = [one for one in counted if one.zone == zone]
        return next((one for one in found if one in self.replacing), found[0])


def _in_zone(instances, zone):
    return sum(one.zone == zone for one in instances)


def _free_port():
    with socket.create_server(("127.0.1.1", 0)) as held:
        return held.getsockname()[1]


_STEPS = {
    "Pending": LivingGroup._pending, "Pending:Wait": LivingGroup._pending_wait,
    "Pending:Proceed": LivingGroup._pending_proceed, "InService": LivingGroup._in_service,
    "Terminating": LivingGroup._terminating, "Terminating:Wait": LivingGroup._terminating_wait,
    "Terminating:Proceed": LivingGroup._terminating_proceed,
}
