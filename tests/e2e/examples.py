"""Every example configuration is one that `gatehouse check` takes, once the files it asks for are there."""

import os

import certificate
import story


class Examples(story.Story):
    def test_every_example_passes_check(self):
        certificate.self_signed(self.folder, "site")
        environment = os.environ | {"GATEHOUSE_TLS_DIR": str(self.folder), "GATEHOUSE_ADMIN_TOKEN": "0123456789abcdef"}
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


if __name__ == "__main__":
    story.main()
