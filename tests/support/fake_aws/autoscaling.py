"""Auto Scaling 2011-01-01: the actions, each from a Call to the tree of its result (None where it has none)."""

import math
import time

from fake_aws import clock, paging
from fake_aws.refusal import Refusal, invalid


def describe_groups(account, call):
    names = call.values("AutoScalingGroupNames.member")
    size = _page_size(call)
    if len(names) > max(50, size):
        raise invalid("The number of group names exceeds the number of records of a page")
    groups = [one for one in account.groups.values() if not names or one.name in names]
    try:
        page, token = paging.turn(call, groups, size, lambda one: one.name, call.text("NextToken"))
    except ValueError:
        raise Refusal("InvalidNextToken", f"The token '{call.text('NextToken')}' was invalid") from None
    # Filters apply to a page and not before it, so a page can be empty and yet have a token.
    wanted = [_tag_filter(one) for one in call.entries("Filters.member")]
    shown = [group for group in page if all(fits(group.tags) for fits in wanted)]
    with_instances = call.flag("IncludeInstances", True)
    return {"AutoScalingGroups": [_group(account, one, with_instances) for one in shown], "NextToken": token}


def _page_size(call):
    text = call.text("MaxRecords", "50")
    if not text.isdecimal() or not 1 <= int(text) <= 100:
        raise invalid(f"1 validation error detected: Value '{text}' at 'maxRecords' failed to satisfy constraint: "
                      "Member must have value between 1 and 100")
    return int(text)


def _tag_filter(entry):
    """A test of a group's tags."""
    name = entry.get("Name", "")
    values = [value for key, value in entry.items() if key.startswith("Values.member.")]
    if name == "tag-key":
        return lambda tags: any(value in tags for value in values)
    if name == "tag-value":
        return lambda tags: any(value in tags.values() for value in values)
    if name.startswith("tag:"):
        return lambda tags: tags.get(name[4:]) in values
    raise invalid(f"Filter type {name} is not correct. Allowed Filter types are: [tag-key tag-value tag:<key>]")


def _group(account, group, with_instances):
    template = {"LaunchTemplateId": "lt-1714b20aed0f960b9", "LaunchTemplateName": "web-lt", "Version": "$Latest"}
    arn = f"arn:aws:autoscaling:{account.region}:{account.number}:autoScalingGroup:" \
          f"70681de1-b2fd-4edc-9f59-d36d2261db56:autoScalingGroupName/{group.name}"
    return {
        "AutoScalingGroupName": group.name, "AutoScalingGroupARN": arn, "LaunchTemplate": template,
        "MinSize": group.minimum, "MaxSize": group.maximum, "DesiredCapacity": group.desired,
        "DefaultCooldown": 300, "AvailabilityZones": group.zones, "LoadBalancerNames": [], "TargetGroupARNs": [],
        "HealthCheckType": "EC2", "HealthCheckGracePeriod": math.ceil(group.grace_period),
        "Instances": [_instance(one, template) for one in group.instances] if with_instances else [],
        "CreatedTime": clock.iso(group.created), "SuspendedProcesses": [],
        "VPCZoneIdentifier": ",".join(f"subnet-{zone}" for zone in group.zones), "EnabledMetrics": [],
        "Tags": [{"ResourceId": group.name, "ResourceType": "auto-scaling-group", "Key": key, "Value": value,
                  "PropagateAtLaunch": True} for key, value in group.tags.items()],
        "TerminationPolicies": ["Default"], "NewInstancesProtectedFromScaleIn": False,
        "ServiceLinkedRoleARN": f"arn:aws:iam::{account.number}:role/aws-service-role/autoscaling.amazonaws.com/"
                                "AWSServiceRoleForAutoScaling",
        "CapacityRebalance": False,
    }


def _instance(instance, template):
    return {"InstanceId": instance.id, "InstanceType": instance.kind, "AvailabilityZone": instance.zone,
            "LifecycleState": instance.lifecycle, "HealthStatus": instance.health,
            "LaunchTemplate": template | {"Version": 1}, "ProtectedFromScaleIn": False}


def describe_hooks(account, call):
    group = account.group(call.need("AutoScalingGroupName"))
    names = call.values("LifecycleHookNames.member")
    return {"LifecycleHooks": [
        {"LifecycleHookName": one.name, "AutoScalingGroupName": group.name, "LifecycleTransition": one.transition,
         "HeartbeatTimeout": math.ceil(one.heartbeat), "GlobalTimeout": math.ceil(one.longest),
         "DefaultResult": one.default}
        for one in group.hooks.values() if not names or one.name in names]}


def complete_action(account, call):
    result = call.need("LifecycleActionResult")
    if result not in ("CONTINUE", "ABANDON"):
        raise invalid(f"Invalid lifecycle action result: {result}")
    _action(account, call).result = result
    return {}


def record_heartbeat(account, call):
    _action(account, call).beat(time.monotonic())
    return {}


def _action(account, call):
    group = account.group(call.need("AutoScalingGroupName"))
    hook, instance, token = call.need("LifecycleHookName"), call.text("InstanceId"), call.text("LifecycleActionToken")
    if not instance and not token:
        raise invalid("Either LifecycleActionToken or InstanceId must be specified")
    return group.active_action(hook, instance, token)


def set_health(account, call):
    instance_id, health = call.need("InstanceId"), call.need("HealthStatus")
    if health not in ("Healthy", "Unhealthy"):
        raise invalid(f"Valid instance health states are: [Healthy, Unhealthy], not {health}")
    for group in account.groups.values():
        instance = group.find(instance_id)
        if instance:
            if not (call.flag("ShouldRespectGracePeriod", True) and _in_grace(group, instance)):
                instance.health = health
            return None
    raise invalid(f"Instance Id not found - No managed instance found for instance ID {instance_id}")


def _in_grace(group, instance):
    """An instance that is not in service yet is always in its grace period."""
    since = instance.in_service_since
    return group.grace_period > 0 and (since is None or time.monotonic() < since + group.grace_period)


ACTIONS = {
    "DescribeAutoScalingGroups": describe_groups,
    "DescribeLifecycleHooks": describe_hooks,
    "CompleteLifecycleAction": complete_action,
    "RecordLifecycleActionHeartbeat": record_heartbeat,
    "SetInstanceHealth": set_health,
}
