"""Writes a few well-formed inputs for one fuzz target: seeds.py TARGET DIRECTORY EXAMPLES."""
import base64
import pathlib
import struct
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


def ssh_server_seeds():
    """Bytes from the first one on, then packets of a stranger and of a user, as ssh_server_fuzz.cpp reads them."""

    def text(*words):
        return b"".join(struct.pack(">I", len(word)) + word for word in words)

    def number(*values):
        return struct.pack(f">{len(values)}I", *values)

    def packet(payload):
        padding = 4 + -(len(payload) + 9) % 8
        return number(len(payload) + 1 + padding) + bytes([padding]) + payload + bytes(padding)

    def plan(bits, *writes):
        return bytes([bits]) + b"".join(struct.pack(">H", len(each)) + each for each in writes)

    aead, mac = b"aes256-gcm@openssh.com", b"hmac-sha2-256-etm@openssh.com"
    kexinit = (b"\x14" + bytes(16) + text(b"curve25519-sha256", b"ssh-ed25519", aead, aead, mac, mac, b"none", b"none",
                                          b"", b"") + bytes(5))
    version, share = b"SSH-2.0-OpenSSH_9.2\r\n", b"\x1e" + text(bytes(range(32)))
    service = b"\x05" + text(b"ssh-userauth")
    point = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
    key = text(b"ssh-ed25519", point)
    ask = b"\x32" + text(b"ada", b"ssh-connection")
    probe = ask + text(b"publickey") + b"\0" + text(b"ssh-ed25519", key)
    forged = ask + text(b"publickey") + b"\1" + text(b"ssh-ed25519", key, text(b"ssh-ed25519", bytes(64)))
    where = text(b"127.0.0.1") + number(22) + text(b"127.0.0.1") + number(1)
    jump = b"\x5a" + text(b"direct-tcpip") + number(0, 1 << 21, 1 << 15) + where
    later = (b"\x5a" + text(b"direct-tcpip") + number(1, 1 << 21, 1 << 15) + text(b"h") + number(1) + text(b"") +
             number(1))
    tiny = b"\x5a" + text(b"direct-tcpip") + number(2, 1 << 21, 10) + where
    shell = b"\x5a" + text(b"session") + number(3, 1 << 21, 1 << 15)
    channels = [text(b"x11") + number(4, 9, 1 << 15) + text(b"h") + number(1),
                text(b"tun@openssh.com") + number(5, 9, 9)]
    command = [b"\x62" + number(43) + text(kind) + b"\1" + rest for kind, rest in
               ((b"pty-req", text(b"xterm") + number(80, 24, 0, 0) + text(b"")), (b"env", text(b"A", b"b")),
                (b"exec", text(b"status")), (b"subsystem", text(b"sftp")))]
    data = b"\x5e" + number(43) + text(b"hello" * 20)
    ends = [b"\x60" + number(43), b"\x5d" + number(43, 9000), b"\x61" + number(43)]
    forward = b"\x50" + text(b"tcpip-forward") + b"\1" + text(b"") + number(0)
    return [
        plan(0, version + packet(kexinit) + packet(share) + packet(b"\x15")),
        plan(2, version, packet(kexinit), packet(share), packet(b"\x15"), packet(service), packet(probe)),
        plan(0, b"GET / HTTP/1.1\r\n\r\n"),
        plan(1, service, ask + text(b"none"), probe, forged, b"\x34", jump),
        plan(3, service, probe, forged, forged, ask + text(b"password") + b"\0" + text(b"x"), b"\x02" + text(b"no")),
        plan(7, jump, data, *ends),
        plan(7, later, tiny, jump, kexinit, data, b"\x5f" + number(44, 1) + text(b"err"), forward),
        plan(15, shell, *command, *(b"\x5a" + each for each in channels), *ends),
    ]


def main(target, directory, examples):
    seeds = SEEDS.get(target)
    if target in ("ssh_certificate", "ssh_krl", "authorized_keys"):
        seeds = openssh_seeds(target)
    elif target == "ssh_server":
        seeds = ssh_server_seeds()
    elif seeds is None:  # config
        seeds = [path.read_bytes() for path in sorted(pathlib.Path(examples).glob("*.yaml"))]
    for number, seed in enumerate(seeds):
        (pathlib.Path(directory) / str(number)).write_bytes(seed)


if __name__ == "__main__":
    main(*sys.argv[1:])
