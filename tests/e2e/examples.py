"""Every example configuration is one that `gatehouse check` takes, once the files it asks for are there."""

import os

import certificate
import story


class Examples(story.Story):
    def test_every_example_passes_check(self):
        certificate.self_signed(self.folder, "site")
        self.ssh_files()
        environment = os.environ | {"GATEHOUSE_TLS_DIR": str(self.folder), "GATEHOUSE_SSH_DIR": str(self.folder),
                                    "GATEHOUSE_ADMIN_TOKEN": "0123456789abcdef"}
        files = sorted((story.project() / "conf" / "examples").glob("*.yaml"))
        self.assertTrue(files)
        for file in files:
            with self.subTest(file.name):
                done = self.run_tool(os.environ["GATEHOUSE_CTL"], "check", file, env=environment)
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_an_example_without_its_certificate_does_not(self):
        file = story.project() / "conf" / "examples" / "https.yaml"
        done = self.run_tool(os.environ["GATEHOUSE_CTL"], "check", file,
                             env=os.environ | {"GATEHOUSE_TLS_DIR": str(self.folder)})
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, r"https\.yaml:\d+:\d+: lb\.listeners\[\d\]\.tls\.certificates")

    def test_an_example_with_an_open_host_key_does_not(self):
        self.ssh_files()
        (self.folder / "ssh_host_ed25519_key").chmod(0o644)
        file = story.project() / "conf" / "examples" / "bastion.yaml"
        done = self.run_tool(os.environ["GATEHOUSE_CTL"], "check", file,
                             env=os.environ | {"GATEHOUSE_SSH_DIR": str(self.folder)})
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, r"bastion\.yaml:\d+:\d+: bastion\.host_keys\[0\]: .* is open to others")

    def ssh_files(self):
        """What the examples name under GATEHOUSE_SSH_DIR, as ssh-keygen makes it."""
        for name in ("ssh_host_ed25519_key", "user_ca", "alice"):
            self.keygen("-t", "ed25519", "-N", "", "-f", self.folder / name)
        self.keygen("-k", "-f", self.folder / "revoked.krl")

    def keygen(self, *words):
        done = self.run_tool("ssh-keygen", "-q", *words)
        self.assertEqual(done.returncode, 0, done.stderr)


if __name__ == "__main__":
    story.main()
