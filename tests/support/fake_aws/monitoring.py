"""CloudWatch 2010-08-01: PutMetricData, kept for assertions and for the scaling policies."""

import math
import time
from dataclasses import dataclass

from fake_aws import clock
from fake_aws.call import entries
from fake_aws.refusal import Refusal

_UNITS = set("Seconds Microseconds Milliseconds Bytes Kilobytes Megabytes Gigabytes Terabytes Bits Kilobits Megabits "
             "Gigabits Terabits Percent Count Bytes/Second Kilobytes/Second Megabytes/Second Gigabytes/Second "
             "Terabytes/Second Bits/Second Kilobits/Second Megabits/Second Gigabits/Second Terabits/Second "
             "Count/Second None".split())
_LARGEST = 2.0 ** 360


@dataclass(frozen=True)
class Datum:
    """Values that were put at once: their count and sum, which is all that is asked of them here."""

    namespace: str
    name: str
    dimensions: dict
    count: float
    sum: float
    minimum: float
    maximum: float
    unit: str
    timestamp: float   # what the caller said, or when it came
    received: float    # monotonic


def put_metric_data(account, call):
    namespace = call.need("Namespace")
    if namespace.startswith("AWS/") or len(namespace) > 255:
        raise _wrong("Namespace", namespace)
    given = call.entries("MetricData.member")
    if not given:
        raise Refusal("MissingParameter", "The parameter MetricData is required.")
    if len(given) > 1000:
        raise _wrong("MetricData", f"{len(given)} entries")
    account.metrics.extend([_datum(namespace, one, call.time) for one in given])  # all of them or none


def _datum(namespace, one, now):
    name, unit = one.get("MetricName", ""), one.get("Unit", "None")
    if not 1 <= len(name) <= 255:
        raise _wrong("MetricName", name)
    if unit not in _UNITS:
        raise _wrong("Unit", unit)
    count, total, low, high = _statistics(one)
    return Datum(namespace, name, _dimensions(one), count, total, low, high, unit, _timestamp(one, now),
                 time.monotonic())


def _dimensions(one):
    found = {entry.get("Name", ""): entry.get("Value", "") for entry in entries(one, "Dimensions.member")}
    if len(found) > 30 or any(not name or not value for name, value in found.items()):
        raise _wrong("Dimensions", found)
    return found


def _timestamp(one, now):
    if "Timestamp" not in one:
        return now
    found = clock.parse_iso(one["Timestamp"])
    if found is None or not now - 14 * 86400 <= found <= now + 2 * 3600:
        raise _wrong("Timestamp", one["Timestamp"])
    return found


def _statistics(one):
    """count, sum, minimum, maximum, from whichever of the three forms was chosen."""
    if "Value" in one:
        value = _number(one, "Value")
        return 1.0, value, value, value
    if "StatisticValues.SampleCount" in one:
        return tuple(_number(one, f"StatisticValues.{part}") for part in ("SampleCount", "Sum", "Minimum", "Maximum"))
    values = [_number(entry, "") for entry in entries(one, "Values.member")]
    counts = [_number(entry, "") for entry in entries(one, "Counts.member")] or [1.0] * len(values)
    if not values or len(values) != len(counts) or len(values) > 150:
        raise Refusal("InvalidParameterCombination", "At least one of the parameters must be specified: Value, "
                      "StatisticValues, or Values with as many Counts.")
    return sum(counts), sum(map(lambda value, count: value * count, values, counts)), min(values), max(values)


def _number(one, name):
    try:
        value = float(one.get(name, ""))
    except ValueError:
        raise _wrong(name or "Values", one.get(name)) from None
    if not math.isfinite(value) or abs(value) > _LARGEST:
        raise _wrong(name or "Values", one[name])
    return value


def _wrong(name, value):
    return Refusal("InvalidParameterValue", f"The value {value} for parameter {name} is invalid.")


ACTIONS = {"PutMetricData": put_metric_data}
