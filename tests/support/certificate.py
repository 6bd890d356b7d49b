"""Throw-away certificates, made by the openssl command."""

import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Certificate:
    certificate: Path
    private_key: Path

    def pair(self):
        """As a listener's `certificates` lists it."""
        return {"certificate": str(self.certificate), "private_key": str(self.private_key)}

    def serial(self):
        shown = _openssl("x509", "-in", self.certificate, "-noout", "-serial")
        return shown.strip().removeprefix("serial=")


def _openssl(*words):
    done = subprocess.run(["openssl", *map(str, words)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"openssl {words[0]}: {done.stderr}")
    return done.stdout


def self_signed(folder, name="site", names=("localhost", "127.0.0.1"), key="ec", days=30):
    """A certificate for host names and addresses; `key` is "ec" (P-256) or "rsa" (2048)."""
    made = Certificate(Path(folder) / f"{name}.crt", Path(folder) / f"{name}.key")
    kind = ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"] if key == "ec" else ["rsa:2048"]
    alternatives = ",".join(("IP:" if part[0].isdigit() else "DNS:") + part for part in names)
    _openssl("req", "-x509", "-newkey", *kind, "-nodes", "-days", days, "-subj", f"/CN={names[0]}",
             "-addext", f"subjectAltName={alternatives}",
             "-keyout", made.private_key, "-out", made.certificate)
    return made
