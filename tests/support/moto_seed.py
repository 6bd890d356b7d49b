"""moto's server, and boto3 to fill and question it: the half of moto_server.py that runs where these are.

Prints {"endpoint": URL}, then answers each line of its standard input,
{"service": ..., "action": ..., "parameters": {...}, "keys": [...]}, with {"answer": ...} or {"error": ...}.
Ends when its standard input does.
"""

import functools
import json
import logging
import sys

import boto3
import botocore.config
from moto.server import ThreadedMotoServer

REGION = "eu-west-2"
PATIENCE = botocore.config.Config(connect_timeout=20, read_timeout=20, retries={"max_attempts": 0})


def main():
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # it logs every request
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    endpoint = "http://{}:{}".format(*server.get_host_and_port())

    @functools.cache
    def client(service, access_key, secret_key):
        return boto3.client(service, endpoint_url=endpoint, region_name=REGION, aws_access_key_id=access_key,
                            aws_secret_access_key=secret_key, config=PATIENCE)

    say({"endpoint": endpoint})
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            call = getattr(client(asked["service"], *asked["keys"]), asked["action"])
            say({"answer": call(**asked["parameters"])})
        except Exception as error:  # whatever it is, the story must hear of it
            say({"error": f"{asked['service']} {asked['action']}: {error}"})


def say(what):
    print(json.dumps(what, default=str), flush=True)


if __name__ == "__main__":
    main()
