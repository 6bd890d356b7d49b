"""Writes a few well-formed inputs for one fuzz target: seeds.py TARGET DIRECTORY EXAMPLES."""
import base64
import pathlib
import sys

OPENSSH = pathlib.Path(__file__).parent.parent / "unit/bastion/fixtures/openssh.txt"

SEEDS = {
    "request_head": [
        b"GET /path?query HTTP/1.1\r\nHost: example.com:80\r\nAccept: */*\r\n\r\n",
        b"POST http://[::1]:8080/ HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTrailer: T\r\n\r\n",
        b"PUT / HTTP/1.0\r\nContent-Length: 18446744073709551615\r\nExpect: 100-continue\r\n\r\n",
        b"\r\nOPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: upgrade, X-Hop\r\nUpgrade: websocket\r\nX-Hop: 1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 1.2.3.4\r\nX-Amzn-Trace-Id: Root=1-2-3\r\n folded\r\n\r\n",
    ],
    "response_head": [
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nServer: s\r\nDate: d\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n",
        b"HTTP/1.0 404 \r\nConnection: keep-alive\r\nSet-Cookie: a=b\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: T\r\n\r\n",
    ],
    "chunked_body": [
        b"\x03" + b"5\r\nhello\r\n0\r\n\r\n",
        b"\x07" + b"00A;name=\"va\\\"lue\" ; b\r\n0123456789\r\n000\r\nDigest: x\r\nHost: y\r\n\r\n",
        b"\x01" + b"FFFFFFFFFFFFFFFF\r\n",
    ],
    "proxy_header": [
        b"PROXY TCP4 192.0.2.1 192.0.2.2 1234 80\r\nGET",
        b"PROXY TCP6 2001:db8::1 ::1 1 2\r\n",
        b"PROXY UNKNOWN\r\n",
        b"\r\n\r\n\0\r\nQUIT\n\x21\x11\x00\x10\xc0\0\x02\x01\xc0\0\x02\x02\x04\xd2\0\x50\x04\0\x01x",
        b"\r\n\r\n\0\r\nQUIT\n\x20\x00\x00\x00",
    ],
    "aws_xml": [
        b"<DescribeAutoScalingGroupsResponse><DescribeAutoScalingGroupsResult><AutoScalingGroups><member>"
        b"<AutoScalingGroupName>a &amp; b</AutoScalingGroupName><DesiredCapacity>1</DesiredCapacity><Instances><member>"
        b"<InstanceId>i-1</InstanceId><AvailabilityZone>z</AvailabilityZone><LifecycleState>InService</LifecycleState>"
        b"<HealthStatus>Healthy</HealthStatus></member></Instances><Tags/></member></AutoScalingGroups>"
        b"<NextToken>t</NextToken></DescribeAutoScalingGroupsResult></DescribeAutoScalingGroupsResponse>",
        b"<DescribeLifecycleHooksResponse><DescribeLifecycleHooksResult><LifecycleHooks><member><LifecycleHookName>h"
        b"</LifecycleHookName><HeartbeatTimeout>30</HeartbeatTimeout></member></LifecycleHooks>"
        b"</DescribeLifecycleHooksResult></DescribeLifecycleHooksResponse>",
        b"<DescribeInstancesResponse><reservationSet><item><instancesSet><item><instanceId>i-1</instanceId>"
        b"<instanceState><name>running</name></instanceState><privateIpAddress>10.0.0.1</privateIpAddress><tagSet><item>"
        b"<key>Name</key><value>&#65;</value></item></tagSet></item></instancesSet></item></reservationSet>"
        b"</DescribeInstancesResponse>",
        b"<DescribeSpotInstanceRequestsResponse><spotInstanceRequestSet><item><instanceId>i-1</instanceId><status>"
        b"<code>marked-for-termination</code></status></item></spotInstanceRequestSet><nextToken>t</nextToken>"
        b"</DescribeSpotInstanceRequestsResponse>",
        b"<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>a</AccessKeyId>"
        b"<SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2026-01-02T03:04:05Z"
        b"</Expiration></Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>",
        b"<ErrorResponse><Error><Code>Throttling</Code><Message>m</Message></Error></ErrorResponse>",
        b"<Response><Errors><Error><Code>RequestLimitExceeded</Code><Message>m</Message></Error></Errors></Response>",
    ],
    "state_file": [
        b'{"version":1,"groups":[]}',
        b'{"version":1,"groups":[{"name":"web","source":"asg:web","as_of":1763700000,"members":[{"id":"i-1","address":'
        b'"10.0.0.1","zone":"a","name":"n","state":"in_service","port":80,"auto_scaling_group":"web","provider_state":'
        b'"InService","launched":1763700000},{"id":"i-2","address":"fd00::1","zone":"","name":"","state":"pending"}]}]}',
    ],
    "target_name": [b"i-0a", b"10.0.0.1", b"[2001:DB8:0::1]", b"::ffff:10.0.0.4", b"web.1", b"any.eu.web", b"web-one",
                    b"Web-One", b"any.web"],
    "imds_json": [
        b'{"Code":"Success","AccessKeyId":"a","SecretAccessKey":"s","Token":"t","Expiration":"2026-01-02T03:04:05Z"}',
        b'{"code":"InvalidIdInRequest","message":"m"}',
        b"2026-01-02T03:04:05.123+01:00",
    ],
}


def openssh_seeds(target):
    """What ssh-keygen made: keys and certificates, revocation lists, or lines of keys with options before them."""
    lines = [line.split() for line in OPENSSH.read_text().splitlines()]
    if target == "authorized_keys":
        keys = [f"{kind} {blob}\n".encode() for name, kind, blob, *_ in lines if name.startswith("user_")]
        options = [b'restrict,port-forwarding,permitopen="[2001:db8::1]:22",permitopen="web:*" ',
                   b'from="192.0.2.0/24,!192.0.2.9,10.*,2001:db8::/32",expiry-time="20300101120000Z" ',
                   b'cert-authority,principals="alice,ops",no-pty,command="a \\"b\\" c",environment="A=b" ',
                   b'# a comment\n\n\tverify-required,tunnel="0",permitlisten="8080",No-X11-Forwarding\t']
        return keys + [before + keys[0] for before in options]
    revocations = target == "ssh_krl"
    seeds = [base64.b64decode(blob) for _, kind, blob, *_ in lines if (kind == "krl") == revocations]
    if revocations:
        seeds.append("".join(f"{kind} {blob} a comment\n" for _, kind, blob, *_ in lines[:2]).encode())
    return seeds


def main(target, directory, examples):
    seeds = SEEDS.get(target)
    if target in ("ssh_certificate", "ssh_krl", "authorized_keys"):
        seeds = openssh_seeds(target)
    elif seeds is None:  # config
        seeds = [path.read_bytes() for path in sorted(pathlib.Path(examples).glob("*.yaml"))]
    for number, seed in enumerate(seeds):
        (pathlib.Path(directory) / str(number)).write_bytes(seed)


if __name__ == "__main__":
    main(*sys.argv[1:])
