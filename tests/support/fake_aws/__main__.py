"""The fake AWS as a program: prints where it is, as JSON on one line, and serves until SIGTERM or SIGINT.

    python3 -m fake_aws [--port 0] [--imds-port 0] [--region eu-west-2] [--tick 0.05]
"""

import argparse
import json
import signal
import threading

from fake_aws.server import FakeAws


def main():
    words = argparse.ArgumentParser(prog="fake_aws")
    words.add_argument("--port", type=int, default=0)
    words.add_argument("--imds-port", type=int, default=0)
    words.add_argument("--region", default="eu-west-2")
    words.add_argument("--tick", type=float, default=0.05, help="seconds of a step in a living group")
    given = words.parse_args()
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    aws = FakeAws(given.region, given.port, given.imds_port, given.tick)
    print(json.dumps({"port": aws.port, "endpoint": aws.endpoint, "imds_endpoint": aws.imds.endpoint,
                      "imds_port": aws.imds.front.port, "region": aws.region, "access_key": aws.key.access_key,
                      "secret_key": aws.key.secret_key}), flush=True)
    ended.wait()
    aws.stop()


if __name__ == "__main__":
    main()
