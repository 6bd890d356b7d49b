"""A moto server for stories: AWS as others understood it, which checks signatures and IAM actions.

moto and boto3 come from whichever interpreter has them and run there (moto_seed.py), as Debian has no package of moto.

    moto_server.py      prints that interpreter, exits 1 when there is none
"""

import functools
import json
import os
import select
import shutil
import subprocess
import sys
import unittest
import urllib.request
from pathlib import Path
from typing import NamedTuple

SUPPORT = Path(__file__).resolve().parent
VENV = SUPPORT.parents[1] / "build" / "venv"  # made by tests/run
ANSWER_SECONDS = 90


@functools.cache
def interpreter():
    """One that has moto and boto3, or None."""
    for one in (shutil.which("python3"), "/usr/bin/python3", VENV / "bin" / "python3"):
        if one and os.access(one, os.X_OK) and (found := _with_moto(one)):
            return found
    return None


def _with_moto(python):
    """Where that interpreter itself lies, None when it has no moto. `python` may be a script that starts it."""
    try:
        # In a folder without a moto.py.
        done = subprocess.run([python, "-c", "import sys, boto3, moto.server; print(sys.executable)"], cwd="/",
                              capture_output=True, text=True, timeout=60, check=False)
        return done.stdout.strip() if done.returncode == 0 else None
    except subprocess.TimeoutExpired:
        return None


class Keys(NamedTuple):
    access_key: str
    secret_key: str
    token: str = ""  # temporary ones have it

    def environment(self):
        """As gatehouse-lb finds them."""
        return {"AWS_ACCESS_KEY_ID": self.access_key, "AWS_SECRET_ACCESS_KEY": self.secret_key,
                "AWS_SESSION_TOKEN": self.token, "AWS_EC2_METADATA_DISABLED": "true"}


class Instance(NamedTuple):
    id: str
    zone: str
    address: str
    health: str


class Moto:
    """Raises SkipTest where there is no moto. Instances get addresses of the loopback, 127.77.0.0/18 in zone a and
    127.77.64.0/18 in zone b, where nobody listens until a story does."""

    region = "eu-west-2"

    def __init__(self):
        python = interpreter()
        if python is None:
            raise unittest.SkipTest("no python3 has moto and boto3; tests/run installs them, or pip install "
                                    "'moto[server]' boto3")
        self.process = subprocess.Popen([python, str(SUPPORT / "moto_seed.py")], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True, env=_environment())
        try:
            self.admin = Keys("nobody", "nothing")  # anything will do until moto looks at keys
            self.endpoint = self._answer()["endpoint"]
            self._furnish()
            self.admin = self.user("admin", ["*"])
            self._look_at_keys()
        except BaseException:
            self.stop()
            raise

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()

    def settings(self, **more):
        """The section `aws` of a configuration."""
        return {"region": self.region, "endpoint_url": self.endpoint, "poll_interval": "200ms"} | more

    def ask(self, service, action, **parameters):
        """What boto3 answers, dates as text. Raises what it raises, as RuntimeError."""
        asked = {"service": service, "action": action, "parameters": parameters, "keys": self.admin[:2]}
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        said = self._answer()
        if "error" in said:
            raise RuntimeError(said["error"])
        return said["answer"]

    # Who may do what

    def user(self, name, actions):
        """The keys of a new user who may do that and nothing else."""
        self.ask("iam", "create_user", UserName=name)
        self.allow(name, actions)
        made = self.ask("iam", "create_access_key", UserName=name)["AccessKey"]
        return Keys(made["AccessKeyId"], made["SecretAccessKey"])

    def allow(self, user, actions):
        """From now on the user may do these actions and no others."""
        self.ask("iam", "put_user_policy", UserName=user, PolicyName="all", PolicyDocument=_policy(actions))

    def role(self, name, actions):
        """The temporary keys of a new role that may do that and nothing else."""
        trust = json.dumps({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]})
        made = self.ask("iam", "create_role", RoleName=name, AssumeRolePolicyDocument=trust)["Role"]
        self.ask("iam", "put_role_policy", RoleName=name, PolicyName="all", PolicyDocument=_policy(actions))
        given = self.ask("sts", "assume_role", RoleArn=made["Arn"], RoleSessionName="node")["Credentials"]
        return Keys(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])

    # Groups

    def group(self, name, count, zone="a", tags=None):
        """A new Auto Scaling Group; its instances are in service at once."""
        marks = [{"Key": key, "Value": value, "ResourceId": name, "ResourceType": "auto-scaling-group",
                  "PropagateAtLaunch": False} for key, value in (tags or {}).items()]
        self.ask("autoscaling", "create_auto_scaling_group", AutoScalingGroupName=name, MinSize=0, MaxSize=100,
                 DesiredCapacity=count, VPCZoneIdentifier=self.subnets[zone], Tags=marks,
                 LaunchTemplate={"LaunchTemplateName": "web", "Version": "$Latest"})

    def instances(self, *groups):
        """Of these groups, as boto3 tells."""
        found = []
        for name in groups:
            listed = self.ask("autoscaling", "describe_auto_scaling_groups",
                              AutoScalingGroupNames=[name])["AutoScalingGroups"][0]["Instances"]
            ids = [one["InstanceId"] for one in listed]
            reservations = self.ask("ec2", "describe_instances", InstanceIds=ids)["Reservations"] if ids else []
            addresses = {one["InstanceId"]: one["PrivateIpAddress"] for each in reservations
                         for one in each["Instances"]}
            found += [Instance(one["InstanceId"], one["AvailabilityZone"], addresses[one["InstanceId"]],
                               one["HealthStatus"]) for one in listed]
        return found

    # How it is made

    def _furnish(self):
        network = self.ask("ec2", "create_vpc", CidrBlock="127.77.0.0/16")["Vpc"]["VpcId"]
        self.subnets = {}
        for zone, block in (("a", "127.77.0.0/18"), ("b", "127.77.64.0/18")):
            made = self.ask("ec2", "create_subnet", VpcId=network, CidrBlock=block, AvailabilityZone=self.region + zone)
            self.subnets[zone] = made["Subnet"]["SubnetId"]
        image = self.ask("ec2", "describe_images", Owners=["amazon"], MaxResults=5)["Images"][0]["ImageId"]
        self.ask("ec2", "create_launch_template", LaunchTemplateName="web",
                 LaunchTemplateData={"ImageId": image, "InstanceType": "t3.micro"})

    def _look_at_keys(self):
        # The body is how many more calls are free; as a form it would not be read.
        asked = urllib.request.Request(self.endpoint + "/moto-api/reset-auth", data=b"0",
                                       headers={"Content-Type": "application/octet-stream"})
        with urllib.request.urlopen(asked, timeout=ANSWER_SECONDS) as answer:
            answer.read()

    def _answer(self):
        # It writes one line for each it was asked, so none waits in the buffer.
        ready, _, _ = select.select([self.process.stdout], [], [], ANSWER_SECONDS)
        line = self.process.stdout.readline() if ready else ""
        if not line:
            raise RuntimeError(f"moto {'ended' if ready else 'does not answer'}")
        return json.loads(line)


def _policy(actions):
    """moto denies everything for a Resource other than *."""
    return json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": list(actions), "Resource": "*"}]})


def _environment():
    """Nothing of the caller's own AWS."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "MOTO_"))}
    return clean | {"AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null", "no_proxy": "*"}


if __name__ == "__main__":
    if interpreter() is None:
        sys.exit(1)
    print(interpreter())
