"""Target tracking over a metric that was put, much as Application Auto Scaling does it, on a test's time scale."""

import math
import time


class Tracking:
    """Wants the metric at `value` per instance. Looks every `period` seconds at what came since, which counts when it
    has the name, the namespace and at least these dimensions; `statistic` is average or sum. Scales out at once, in
    only after `in_after` periods in a row below nine tenths of the value, never on no data."""

    def __init__(self, value, metric="RequestCountPerTarget", namespace="Gatehouse", dimensions=None,
                 statistic="average", period=1.0, in_after=3):
        self.value, self.metric, self.namespace = value, metric, namespace
        self.dimensions = set((dimensions or {}).items())
        self.statistic, self.period, self.in_after = statistic, period, in_after
        self.looked = time.monotonic()
        self.low = 0  # periods in a row

    def decide(self, metrics, in_service, desired, now):
        """The capacity to have."""
        if now < self.looked + self.period:
            return desired
        measured = self._measure(metrics)
        self.looked = now
        if measured is None:
            return desired
        wanted = math.ceil(in_service * measured / self.value)
        self.low = self.low + 1 if measured < 0.9 * self.value else 0
        if measured > self.value:
            return max(wanted, desired)
        if self.low >= self.in_after:
            self.low = 0
            return min(wanted, desired)
        return desired

    def _measure(self, metrics):
        total = count = 0
        for datum in reversed(metrics):
            if datum.received <= self.looked:
                break
            if (datum.namespace, datum.name) == (self.namespace, self.metric) \
                    and self.dimensions <= set(datum.dimensions.items()):
                total += datum.sum
                count += datum.count
        if not count:
            return None
        return total if self.statistic == "sum" else total / count
