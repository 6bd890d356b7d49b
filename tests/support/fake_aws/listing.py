"""What EC2's Describe actions have in common: filters and pages."""

import fnmatch

from fake_aws import paging
from fake_aws.refusal import Refusal


def page(call, items, known):
    """Those that fit all filters, as far as they are on this page, and the token of the next. `known` has a function
    from an item to its value for each filter; items have an id and tags."""
    size = _page_size(call)
    for entry in call.entries("Filter"):
        fits = _filter(entry, known)
        items = [one for one in items if fits(one)]
    try:
        return paging.turn(call, items, size, lambda one: one.id, call.text("NextToken") or None)
    except ValueError:
        raise Refusal("InvalidNextToken", "The specified NextToken is not valid.") from None


def _page_size(call):
    text = call.text("MaxResults")
    if text is None:
        return 1_000_000
    if not text.isdecimal() or not 5 <= int(text) <= 1000:
        raise Refusal("InvalidParameterValue", f"Value ( {text} ) for parameter maxResults is invalid. "
                      "Expecting a value between 5 and 1000.")
    return int(text)


def _filter(entry, known):
    """A test of an item; values may hold * and ?."""
    name = entry.get("Name", "")
    values = [value for key, value in entry.items() if key.startswith("Value.")]
    if name == "tag-key":
        return lambda one: any(_fits(key, values) for key in one.tags)
    if name.startswith("tag:"):
        return lambda one: _fits(one.tags.get(name[4:]), values)
    if name in known:
        return lambda one: _fits(known[name](one), values)
    raise Refusal("InvalidParameterValue", f"The filter '{name}' is invalid")


def _fits(found, patterns):
    # Brackets mean themselves to EC2.
    return found is not None and any(fnmatch.fnmatchcase(found, one.replace("[", "[[]")) for one in patterns)
