"""The time at AWS: this machine's, unless a story moves it."""

import time
from datetime import datetime, timezone


class Clock:
    """`skew` seconds are added to every reading: what AWS thinks the time is."""

    def __init__(self):
        self.skew = 0.0

    def now(self):
        return time.time() + self.skew


def stamp(seconds):
    """20240102T030405Z, as X-Amz-Date has it."""
    return _utc(seconds).strftime("%Y%m%dT%H%M%SZ")


def iso(seconds):
    """2024-01-02T03:04:05.000Z"""
    return _utc(seconds).strftime("%Y-%m-%dT%H:%M:%S.") + f"{int(seconds % 1 * 1000):03}Z"


def whole(seconds):
    """2024-01-02T03:04:05Z"""
    return _utc(seconds).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_stamp(text):
    """Seconds, or None where the text is no such time."""
    try:
        return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc).timestamp()
    except ValueError:
        return None


def parse_iso(text):
    """Seconds, or None; with or without a fraction, Z or an offset."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=timezone.utc)).timestamp()


def _utc(seconds):
    return datetime.fromtimestamp(seconds, timezone.utc)
