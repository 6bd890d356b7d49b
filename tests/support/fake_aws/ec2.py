"""EC2 2016-11-15: the actions, each from a Call to the tree of its result; spot.py has those on Spot requests."""

import re

from fake_aws import clock, listing, markup, spot
from fake_aws.refusal import Refusal

STATE_CODES = {"pending": 0, "running": 16, "shutting-down": 32, "terminated": 48, "stopping": 64, "stopped": 80}
_FILTERS = {
    "instance-id": lambda one: one.id,
    "instance-state-name": lambda one: one.state,
    "instance-state-code": lambda one: str(STATE_CODES[one.state]),
    "availability-zone": lambda one: one.zone,
    "private-ip-address": lambda one: None if one.state == "terminated" else one.address,
    "instance-type": lambda one: one.kind,
    "instance-lifecycle": lambda one: "spot" if one.spot else None,
    "spot-instance-request-id": lambda one: one.spot and one.spot.id,
    "reservation-id": lambda one: one.reservation,
}


def describe_instances(account, call):
    ids = call.values("InstanceId")
    if ids and call.text("MaxResults") is not None:
        raise Refusal("InvalidParameterCombination",
                      "The parameter instancesSet cannot be used with the parameter maxResults")
    found = _by_id(account, ids) if ids else list(account.instances.values())
    page, token = listing.page(call, found, _FILTERS)
    return {"reservationSet": _reservations(account, page), "nextToken": token}


def _by_id(account, ids):
    for one in ids:
        if not re.fullmatch(r"i-([0-9a-f]{8}|[0-9a-f]{17})", one):
            raise Refusal("InvalidInstanceID.Malformed", f'Invalid id: "{one}"')
    missing = [one for one in ids if one not in account.instances]
    if missing:
        told = f"ID '{missing[0]}' does" if len(missing) == 1 else f"IDs '{', '.join(missing)}' do"
        raise Refusal("InvalidInstanceID.NotFound", f"The instance {told} not exist")
    return [account.instances[one] for one in dict.fromkeys(ids)]


def _reservations(account, page):
    """Instances that were launched together stand together, as far as they are on this page."""
    together = {}
    for one in page:
        together.setdefault(one.reservation, []).append(one)
    return [{"reservationId": name, "ownerId": account.number, "groupSet": [],
             "instancesSet": [_rendered(account, one) for one in members]} for name, members in together.items()]


def _rendered(account, instance):
    """Ten thousand instances are asked for again and again, and few of them change."""
    key = (instance.state, tuple(instance.tags.items()))
    kept = getattr(instance, "rendered", None)
    if kept is None or kept[0] != key:
        kept = instance.rendered = key, markup.Ready(markup.text(_instance(account, instance), "item"))
    return kept[1]


def _instance(account, one):
    """Elements and their order as recorded from EC2's answers; network interfaces come before the instance's own
    address and repeat it. What is terminated has no address any more."""
    terminated = one.state == "terminated"
    address = None if terminated else one.address
    name = None if terminated else f"ip-{one.address.replace('.', '-')}.{account.region}.compute.internal"
    launched, subnet = clock.iso(one.launched), f"subnet-{one.zone}"
    return {
        "architecture": "x86_64",
        "blockDeviceMapping": [] if terminated else [{"deviceName": "/dev/xvda", "ebs": {
            "attachTime": launched, "deleteOnTermination": True, "status": "attached",
            "volumeId": one.id.replace("i-", "vol-")}}],
        "ebsOptimized": False, "hypervisor": "xen",
        "networkInterfaceSet": [] if terminated else [_interface(account, one, launched, name, subnet)],
        "rootDeviceName": "/dev/xvda", "rootDeviceType": "ebs", "groupSet": [], "sourceDestCheck": True,
        "stateReason": {"code": "Client.UserInitiatedShutdown", "message": "Client.UserInitiatedShutdown: User "
                        "initiated shutdown"} if terminated else {"code": "", "message": ""},
        "tagSet": [{"key": key, "value": value} for key, value in one.tags.items()],
        "instanceLifecycle": "spot" if one.spot else None, "spotInstanceRequestId": one.spot and one.spot.id,
        "virtualizationType": "hvm",
        "metadataOptions": {"state": "applied", "httpTokens": "required", "httpPutResponseHopLimit": 1,
                            "httpEndpoint": "enabled", "httpProtocolIpv6": "disabled",
                            "instanceMetadataTags": "disabled"},
        "instanceId": one.id, "imageId": "ami-03cf127a",
        "instanceState": {"code": STATE_CODES[one.state], "name": one.state},
        "privateDnsName": name or "", "dnsName": "", "reason": "", "amiLaunchIndex": 0, "productCodes": [],
        "instanceType": one.kind, "launchTime": launched,
        "placement": {"groupName": "", "tenancy": "default", "availabilityZone": one.zone},
        "monitoring": {"state": "disabled"}, "subnetId": None if terminated else subnet,
        "vpcId": None if terminated else "vpc-88fc370a5a712a7ad", "privateIpAddress": address,
    }


def _interface(account, one, launched, name, subnet):
    security_group = {"groupId": "sg-0562eabfa93d6a479", "groupName": "default"}
    return {
        "attachment": {"attachTime": launched, "attachmentId": one.id.replace("i-", "eni-attach-"),
                       "deleteOnTermination": True, "deviceIndex": 0, "status": "attached", "networkCardIndex": 0},
        "description": "Primary network interface", "groupSet": [security_group], "ipv6AddressesSet": [],
        "macAddress": "02:00:00:4c:26:c8", "networkInterfaceId": one.id.replace("i-", "eni-"),
        "ownerId": account.number, "privateDnsName": name, "privateIpAddress": one.address,
        "privateIpAddressesSet": [{"primary": True, "privateIpAddress": one.address}], "sourceDestCheck": True,
        "status": "in-use", "subnetId": subnet, "vpcId": "vpc-88fc370a5a712a7ad", "interfaceType": "interface",
    }


ACTIONS = {"DescribeInstances": describe_instances} | spot.ACTIONS
