"""What ssh-audit says of the bastion: no complaint but those that are listed here, each with its reason."""

import re

import bastion_story
import story
from bastion_story import BastionStory

COMPLAINT = re.compile(r"\((?P<section>\w+)\) (?P<subject>\S+).*? -- \[(?P<level>\w+)\]")
MORE = re.compile(r"\s+`- \[(?P<level>\w+)\]")

EXPLAINED = {
    # Strict key exchange, the answer to Terrapin (CVE-2023-48795). ssh-audit 2.5 is older than it.
    ("kex-strict-s-v00@openssh.com", "warn"),
}
EXPLAINED_ECDSA = {  # the operator chose such a host key; the second is about signers without a random source
    ("ecdsa-sha2-nistp256", "fail"), ("ecdsa-sha2-nistp256", "warn"),
}
# "Weak elliptic curves": what it says of every NIST curve, and FIPS allows no other.
EXPLAINED_FIPS = EXPLAINED | EXPLAINED_ECDSA | {("ecdh-sha2-nistp256", "fail"), ("ecdh-sha2-nistp384", "fail")}


def complaints(report):
    """{(algorithm, fail or warn)}"""
    found, subject = set(), None
    for line in report.splitlines():
        said = COMPLAINT.match(line) or MORE.match(line)
        subject = said.groupdict().get("subject", subject) if said else None
        if said and said["level"] != "info":
            found.add((subject, said["level"]))
    return found


class SshAudit(BastionStory):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tool = story.need("ssh-audit")
        cls.keys.make("ecdsa_host", kind="ecdsa")
        cls.keys.make("rsa_host", kind="rsa")

    def report(self, *host_keys, **changes):
        gate = self.bastion(self.config([22], host_keys=[str(self.keys.path(one)) for one in host_keys], **changes))
        host, port = gate.address()
        done = self.run_tool(self.tool, "-n", "-p", port, host, timeout=120)
        self.assertIn("(gen) banner: SSH-2.0-Gatehouse", done.stdout, done.stderr)
        self.assertIn("(gen) compression: disabled", done.stdout)
        return done.stdout

    def assert_explained(self, report, explained):
        self.assertEqual(complaints(report) - explained, set(), report)

    def test_the_default_profile(self):
        report = self.report("host")
        self.assertIn("(key) ssh-ed25519 ", report)
        self.assert_explained(report, EXPLAINED)

    def test_the_default_profile_with_keys_of_every_kind(self):
        report = self.report("host", "ecdsa_host", "rsa_host")
        self.assertIn("(key) rsa-sha2-512 ", report)
        self.assertNotIn("(key) ssh-rsa ", report)
        self.assert_explained(report, EXPLAINED | EXPLAINED_ECDSA)

    def test_the_fips_profile(self):
        report = self.report("ecdsa_host", "rsa_host", profile="fips")
        self.assertNotIn("25519", report)
        self.assertNotIn("chacha20", report.partition("# algorithm recommendations")[0])
        self.assert_explained(report, EXPLAINED_FIPS)

    def test_a_complaint_is_seen(self):
        """Else the tests above would prove nothing."""
        told = ("(kex) diffie-hellman-group1-sha1 -- [fail] removed (in server)\n"
                "                                 `- [warn] using small 1024-bit modulus\n"
                "(key) rsa-sha2-512 (3072-bit)        -- [info] available since OpenSSH 7.2\n"
                "(key) rsa-sha2-256 (1024-bit)        -- [fail] using small 1024-bit modulus\n")
        self.assertEqual(complaints(told), {("diffie-hellman-group1-sha1", "fail"), ("rsa-sha2-256", "fail"),
                                            ("diffie-hellman-group1-sha1", "warn")})


if __name__ == "__main__":
    bastion_story.main()
