"""A small AWS on loopback: Auto Scaling, EC2, CloudWatch, STS and the instance metadata service, with groups that
live. It checks signatures, pages, refuses and breaks as the real one does, and remembers every call.

    from fake_aws.server import FakeAws
    aws = FakeAws()                          # aws.endpoint, aws.imds.endpoint, aws.key
    web = aws.living_group("web", desired=4) # four servers on 127.0.1.x and 127.0.2.x, all on web.port
    web.put_hook("drain", heartbeat=30)
    aws.fault("throttle", action="DescribeInstances", times=3)
    aws.stop()

As a program: python3 -m fake_aws --port 0 (see __main__.py and control.py).
"""
