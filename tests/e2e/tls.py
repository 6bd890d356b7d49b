"""TLS: which certificate, which versions, resumption, and exchanging certificates under open connections."""

import os
import re
import ssl
import time

import certificate
import story
from gatehouse import house, listener
from wire import Wire


class Tls(story.Story):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = cls.shared.folder
        cls.first = certificate.self_signed(folder, "first", ["first.example", "localhost"])
        cls.second = certificate.self_signed(folder, "second", ["second.example", "*.wild.example"])
        cls.rsa = certificate.self_signed(folder, "rsa", ["first.example", "localhost"], key="rsa")
        cls.server = cls.shared.origin("a")
        listeners = [listener("https", certificates=[cls.first, cls.second, cls.rsa]),
                     listener("https-modern", certificates=[cls.first])]
        listeners[1]["tls"]["policy"] = "modern"
        cls.gate = cls.shared.door(house([cls.server], listeners=listeners))

    def s_client(self, *words, name="https", server_name="first.example"):
        story.need("openssl")
        done = self.run_tool("openssl", "s_client", "-connect", "%s:%d" % self.gate.address(name),
                             "-servername", server_name, *words, input="")
        return done.stdout + done.stderr

    def subject(self, server_name, *words):
        found = re.search(r"subject=CN = (\S+)", self.s_client(*words, server_name=server_name))
        return found and found[1]

    def test_the_server_name_picks_the_certificate(self):
        self.assertEqual(self.subject("first.example"), "first.example")
        self.assertEqual(self.subject("SECOND.example"), "second.example")
        self.assertEqual(self.subject("a.wild.example"), "second.example")

    def test_an_unknown_name_gets_the_first(self):
        self.assertEqual(self.subject("unknown.example"), "first.example")
        self.assertEqual(self.subject("a.b.wild.example"), "first.example")

    def test_a_client_without_ecdsa_gets_rsa(self):
        for words in (("-sigalgs", "rsa_pss_rsae_sha256"), ("-tls1_2", "-cipher", "aRSA")):
            self.assertIn("Peer signature type: RSA", self.s_client(*words), words)
        self.assertIn("Peer signature type: ECDSA", self.s_client())

    def test_intermediate_takes_1_2_and_1_3_and_nothing_older(self):
        self.assertIn("TLSv1.3", self.s_client("-tls1_3"))
        self.assertIn("TLSv1.2", self.s_client("-tls1_2"))
        self.assertNotIn("BEGIN CERTIFICATE", self.s_client("-tls1_1", "-cipher", "ALL:@SECLEVEL=0"))

    def test_modern_takes_1_3_alone(self):
        self.assertIn("TLSv1.3", self.s_client(name="https-modern"))
        self.assertNotIn("BEGIN CERTIFICATE", self.s_client("-tls1_2", name="https-modern"))

    def test_no_weak_cipher_is_agreed_upon(self):
        for cipher in ("AES128-SHA", "ECDHE-RSA-AES128-SHA", "DES-CBC3-SHA", "NULL", "kRSA"):
            self.assertNotIn("BEGIN CERTIFICATE", self.s_client("-tls1_2", "-cipher", f"{cipher}:@SECLEVEL=0"), cipher)

    def test_alpn_agrees_on_http_1_1(self):
        self.assertIn("ALPN protocol: http/1.1", self.s_client("-alpn", "h2,http/1.1"))

    def test_renegotiation_and_compression_are_off(self):
        shown = self.s_client("-tls1_2")
        self.assertIn("Compression: NONE", shown)

    def test_sessions_are_resumed(self):
        for version in ("TLSv1_2", "TLSv1_3"):
            context = ssl.create_default_context(cafile=self.first.certificate)
            context.maximum_version = getattr(ssl.TLSVersion, version)
            with Wire(self.gate.address("https-modern" if version == "TLSv1_3" else "https"), context=context) as one:
                one.ask("/echo")
                session = one.socket.session
            raw = Wire(self.gate.address("https-modern" if version == "TLSv1_3" else "https"))
            self.addCleanup(raw.close)
            again = context.wrap_socket(raw.socket, server_hostname="localhost", session=session)
            self.assertTrue(again.session_reused, version)
            raw.socket = again
            self.assertEqual(raw.ask("/echo").status, 200)
        self.assertGreaterEqual(self.gate.metric("lb_tls_handshakes_total", resumed="true", result="ok"), 2)

    def test_a_connection_ends_with_close_notify(self):
        """Python raises when the end of the stream is not authenticated."""
        context = ssl.create_default_context(cafile=self.first.certificate)
        with Wire(self.gate.address("https"), context=context) as wire:
            wire.socket.suppress_ragged_eofs = False
            wire.ask("/echo", fields=[("Connection", "close")])
            self.assertEqual(wire.socket.recv(10), b"")

    def test_the_days_to_expiry_are_a_metric(self):
        left = self.gate.metric("lb_certificate_expiry_seconds", listener="https-modern")
        self.assertAlmostEqual(left / 86400, 30, delta=1.1)


class Exchange(story.Story):
    def test_new_files_are_served_and_open_connections_stay(self):
        site = self.household.certificate("site")
        gate = self.door(house([self.origin("a")], certificates=[site]))
        old, old_serial = site.certificate.read_text(), site.serial()
        kept_ca = self.folder / "old.crt"
        kept_ca.write_text(old, encoding="ascii")
        with Wire(gate.address("https"), ca=kept_ca) as kept:
            kept.ask("/echo")
            fresh = certificate.self_signed(self.folder, "fresh")
            os.replace(fresh.private_key, site.private_key)
            os.replace(fresh.certificate, site.certificate)
            self.assertNotEqual(site.serial(), old_serial)
            story.eventually(lambda: self.accepted(gate, site.certificate), within=15)
            self.assertEqual(kept.ask("/echo").status, 200, "the exchange dropped an open connection")

    def test_a_half_written_pair_keeps_the_old_one(self):
        site = self.household.certificate("site")
        gate = self.door(house([self.origin("a")], certificates=[site]))
        old = self.folder / "old.crt"
        old.write_text(site.certificate.read_text(), encoding="ascii")
        fresh = certificate.self_signed(self.folder, "fresh")
        os.replace(fresh.certificate, site.certificate)  # its key does not come
        time.sleep(3)
        self.assertTrue(self.accepted(gate, old))
        os.replace(fresh.private_key, site.private_key)
        story.eventually(lambda: self.accepted(gate, site.certificate), within=15)

    @staticmethod
    def accepted(gate, ca):
        try:
            with Wire(gate.address("https"), ca=ca) as wire:
                return wire.ask("/echo").status == 200
        except ssl.SSLCertVerificationError:
            return False


if __name__ == "__main__":
    story.main()
