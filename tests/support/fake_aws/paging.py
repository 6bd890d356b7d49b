"""Pages and their tokens. A token is opaque, fits no URL unencoded, and belongs to the query that got it."""

import base64
import hashlib
import json

# Real tokens hold any of the base64 alphabet: a client that does not encode them must fail here too.
_MARK = "VjG/+"


def turn(call, items, size, identity, token):
    """One page of `items` and the token of the next, None behind the last. Raises ValueError for a token that is not
    from this query. The place in the list is an item's identity, so what comes and goes before it moves nothing."""
    start = 0
    if token is not None:
        place = _opened(token)
        if place["query"] != _fingerprint(call):
            raise ValueError("a token of another query")
        start = next((number for number, item in enumerate(items) if identity(item) == place["item"]), place["number"])
    page = items[start:start + size]
    if start + size >= len(items):
        return page, None
    following = {"query": _fingerprint(call), "item": identity(items[start + size]), "number": start + size}
    return page, _MARK + base64.b64encode(json.dumps(following).encode() + b" ==").decode()


def _opened(token):
    if not token.startswith(_MARK):
        raise ValueError("no token of ours")
    return json.loads(base64.b64decode(token[len(_MARK):], validate=True)[:-3])


def _fingerprint(call):
    """What must stay the same from page to page: all but the token and the size of the page."""
    kept = {name: value for name, value in call.parameters.items()
            if name not in ("NextToken", "MaxRecords", "MaxResults")}
    return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()[:16]
