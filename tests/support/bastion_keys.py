"""Throw-away SSH keys, certificates and revocation lists, made by ssh-keygen in one folder."""

import os
import subprocess
from pathlib import Path


class Keys:
    def __init__(self, folder):
        self.folder = Path(folder)

    def path(self, name):
        return self.folder / name

    def make(self, *names, kind="ed25519", bits=None):
        for name in names:
            size = ["-b", bits] if bits else []
            self._keygen("-t", kind, *size, "-N", "", "-C", name, "-f", self.path(name))

    def public(self, name):
        """The line as authorized_keys holds it."""
        return self.path(f"{name}.pub").read_text(encoding="ascii").strip()

    def fingerprint(self, name):
        shown = subprocess.run(["ssh-keygen", "-l", "-f", self.path(f"{name}.pub")], check=True, capture_output=True,
                               text=True)
        return shown.stdout.split()[1]

    def certify(self, name, principals, *, ca="ca", valid="-1m:+1h", serial=1, options=(), host=False):
        """Makes the key and its certificate, which OpenSSH's client finds beside it."""
        self.make(name)
        more = [word for one in options for word in ("-O", one)] + (["-h"] if host else [])
        names = ["-n", ",".join(principals)] if principals else []
        self._keygen("-s", self.path(ca), "-I", f"{name}@test", "-z", serial, "-V", valid, *names, *more,
                     self.path(f"{name}.pub"))

    def revoke(self, file, *names):
        """Writes a revocation list of these keys and certificates, by renaming it into place."""
        revoked = []
        for name in names:
            certificate = self.path(f"{name}-cert.pub")
            revoked.append(certificate if certificate.exists() else self.path(f"{name}.pub"))
        new = f"{file}.new"
        self._keygen("-k", "-f", new, *revoked)
        os.replace(new, file)

    @staticmethod
    def _keygen(*words):
        subprocess.run(["ssh-keygen", "-q", *[str(word) for word in words]], check=True, stdin=subprocess.DEVNULL,
                       capture_output=True)
