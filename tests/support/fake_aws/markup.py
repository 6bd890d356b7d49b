"""XML as the Query protocol writes it, from plain dicts and lists."""

from xml.sax.saxutils import escape

NAMESPACES = {
    "autoscaling": "http://autoscaling.amazonaws.com/doc/2011-01-01/",
    "ec2": "http://ec2.amazonaws.com/doc/2016-11-15/",
    "monitoring": "http://monitoring.amazonaws.com/doc/2010-08-01/",
    "sts": "https://sts.amazonaws.com/doc/2011-06-15/",
}


class Ready(str):
    """XML that was rendered before."""


def element(name, content, item="member"):
    """<name>content</name>. A dict gives child elements in its order, a list one `item` for each, None nothing at
    all, and what is empty closes itself."""
    if content is None:
        return ""
    inner = text(content, item)
    return f"<{name}>{inner}</{name}>" if inner else f"<{name}/>"


def text(content, item):
    if isinstance(content, Ready):
        return content
    if isinstance(content, dict):
        return "".join(element(name, child, item) for name, child in content.items())
    if isinstance(content, list):
        return "".join(element(item, child, item) for child in content)
    if isinstance(content, bool):
        return "true" if content else "false"
    return escape(str(content))


def items(name, contents):
    """A list whose elements have another name than the service's usual one."""
    return Ready("".join(element(name, content) for content in contents))


def document(name, content, *, item="member", namespace=None):
    attribute = f' xmlns="{namespace}"' if namespace else ""
    inner = text(content, item)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{name}{attribute}>{inner}</{name}>'.encode()


def answer(service, action, result, request_id):
    """The whole answer to an action. EC2 lists `item`s and has no wrapper; an action without a result has none."""
    if service == "ec2":
        return document(f"{action}Response", {**result, "requestId": request_id}, item="item",
                        namespace=NAMESPACES["ec2"])
    wrapper = {} if result is None else {f"{action}Result": result}
    return document(f"{action}Response", wrapper | {"ResponseMetadata": {"RequestId": request_id}},
                    namespace=NAMESPACES[service])
