"""What the stories about Auto Scaling share: a fake AWS, groups that live in it, and a door that follows them."""

import story
from fake_aws.server import FakeAws
from gatehouse import house


class AutoScaling(story.Story):
    poll = 0.2  # seconds between two looks at AWS
    health_check = {"path": "/healthz", "interval": "300ms", "timeout": "250ms", "healthy_threshold": 2,
                    "unhealthy_threshold": 2}
    deregistration_delay = "2s"
    others = frozenset()  # ids of targets from elsewhere than the group a story is about

    def setUp(self):
        super().setUp()
        self.aws = FakeAws()
        self.addCleanup(self.aws.stop)

    def environment(self, **more):
        return {"AWS_ACCESS_KEY_ID": self.aws.key.access_key, "AWS_SECRET_ACCESS_KEY": self.aws.key.secret_key,
                "AWS_EC2_METADATA_DISABLED": "true"} | more

    def config(self, group, source=None, certificates=None, **lb):
        """`source` replaces the group's name as what the door follows; `lb` adds keys to the lb section."""
        made = house([], certificates=certificates, group={
            "port": group.port, "deregistration_delay": self.deregistration_delay, "health_check": self.health_check},
            **lb)
        made["groups"] = {"web": source or {"asg": group.name}}
        made["aws"] = {"region": self.aws.region, "endpoint_url": self.aws.endpoint,
                       "imds_endpoint": self.aws.imds.endpoint, "poll_interval": f"{int(self.poll * 1000)}ms"}
        return made

    def living(self, desired=2, **settings):
        group = self.aws.living_group("web", desired=desired, **settings)
        story.eventually(group.settled, within=20)
        return group

    def opened(self, group, source=None, **lb):
        return self.opened_with(self.config(group, source, **lb), group)

    def opened_with(self, config, group):
        self.gate = self.door(config, environment=self.environment(), wait_healthy=False)
        self.wait_serving(group)
        return self.gate

    def wait_serving(self, group, within=30):
        """Until all the group's instances in service, as many as it wants, are healthy targets, and no more are."""
        def serving():
            ids = {one.id for one in group.in_service()}
            return ids | self.others == self.healthy() and len(ids) == group.desired
        story.eventually(serving, within)

    def healthy(self):
        return {one["id"] for one in self.gate.targets() if one["state"] == "healthy"}

    def age(self):
        return self.gate.metric("discovery_age_seconds", group="web")

    def lines(self, text):
        return [line for line in self.gate.log().splitlines() if text in line]
