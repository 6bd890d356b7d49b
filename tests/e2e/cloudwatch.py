"""What gatehouse-lb puts to CloudWatch, as moto keeps it and boto3 tells of it.

The first report comes a minute after the start. Everything here waits for that one.
"""

import datetime

import story
from gatehouse import house
from moto_server import Moto
from origin import Origin
from wire import ask

NAMESPACE = "Gatehouse"
FOLLOW = ("autoscaling:DescribeAutoScalingGroups", "ec2:DescribeInstances")
REPORT = "monitoring:PutMetricData"  # so says moto; IAM calls it cloudwatch:PutMetricData
PATIENCE = 150


class CloudWatch(story.Story):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.aws = Moto()
        cls.addClassCleanup(cls.aws.stop)
        cls.aws.group("web", 3)
        serving, port = cls.aws.instances("web")[:2], 0  # behind the third there is nothing
        for one in serving:
            port = cls.shared.origin(one.id, one.address, port).port
        cls.gate = cls.opened(port, cls.aws.user("reporter", [*FOLLOW, REPORT]))
        cls.silent = cls.opened(port, cls.aws.user("silent", FOLLOW))
        cls.asked = cls.ask_for_some()

    @classmethod
    def ask_for_some(cls):
        """Six requests on two healthy servers, beside one that is not."""
        def judged():
            return sorted(one["state"] for one in cls.gate.targets()) == ["healthy", "healthy", "unhealthy"]
        story.eventually(judged, within=30)
        return [ask(cls.gate.address(), path).status for path in ["/delay/300"] * 2 + ["/status/500"] * 4]

    @classmethod
    def opened(cls, port, keys):
        made = house([], group={"port": port, "health_check": {
            "path": "/healthz", "interval": "1s", "timeout": "900ms", "healthy_threshold": 2,
            "unhealthy_threshold": 2}})
        made["groups"] = {"web": {"asg": "web"}}
        made["aws"] = cls.aws.settings(metrics_namespace=NAMESPACE)
        return cls.shared.door(made, environment=keys.environment(), wait_healthy=False)

    def statistics(self, metric):
        """Of all that was put under that name for the target group, None when there is nothing."""
        now, hour = datetime.datetime.now(datetime.timezone.utc), datetime.timedelta(hours=1)
        points = self.aws.ask("cloudwatch", "get_metric_statistics", Namespace=NAMESPACE, MetricName=metric,
                              Dimensions=[{"Name": "TargetGroup", "Value": "web"}], Period=7200,
                              StartTime=(now - hour).isoformat(), EndTime=(now + hour).isoformat(),
                              Statistics=["Sum", "Maximum", "SampleCount"])["Datapoints"]
        self.assertLessEqual(len(points), 1)
        return points[0] if points else None

    def sum_of(self, metric):
        return self.statistics(metric)["Sum"]

    def test_the_first_report_tells_of_hosts_requests_and_times(self):
        self.assertEqual(self.asked, [200] * 2 + [500] * 4)
        story.eventually(lambda: self.statistics("HealthyHostCount"), within=PATIENCE, every=0.5)
        self.assertEqual(self.sum_of("HealthyHostCount"), 2)
        self.assertEqual(self.sum_of("UnHealthyHostCount"), 1)
        self.assertEqual(self.sum_of("RequestCountPerTarget"), 3)
        self.assertEqual(self.sum_of("HTTPCode_Target_5XX_Count"), 4)
        self.assertEqual(self.sum_of("HTTPCode_ELB_5XX_Count"), 0)
        times = self.statistics("TargetResponseTime")
        self.assertEqual((times["SampleCount"], times["Unit"]), (6, "Seconds"))
        self.assertGreaterEqual(times["Maximum"], 0.3)
        self.assertEqual(self.gate.metric("aws_requests_total"),
                         self.gate.metric("aws_requests_total", result="success"))

    def test_a_node_that_may_not_report_names_the_action(self):
        def lines():
            return [line for line in self.silent.log().splitlines() if "CloudWatch does not take the metrics" in line]
        line = story.eventually(lines, within=PATIENCE)[0]
        self.assertIn("IAM does not allow cloudwatch:PutMetricData,", line)


if __name__ == "__main__":
    story.main()
