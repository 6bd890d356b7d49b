"""The SSH transport with OpenSSH's own client: what must work, and what must be refused."""

import getpass
import hashlib
import os
import subprocess
import threading
import time
from pathlib import Path

import ssh_parts
from ssh_parts import SshTest, read_all

MIB = 1 << 20


def digest(data):
    return hashlib.sha256(data).hexdigest()


def echo(connection):
    while data := connection.recv(262144):
        connection.sendall(data)


def answer_length(connection):
    connection.sendall(b"%d bytes\n" % len(read_all(connection)))


class Forwarding(SshTest):
    def test_stdio_forwarding_and_half_close_by_the_client(self):
        server, target = self.transport(), self.target(answer_length)
        done = self.ssh(self.jump_config(server), "-W", f"127.0.0.1:{target.port}", "jump", stdin=b"x" * 100_000)
        self.assertEqual((done.returncode, done.stdout), (0, b"100000 bytes\n"))
        server.wait_line(r"^closed 0 up 100000 down 13$")
        server.wait_line(r"^end peer_left$")

    def test_half_close_by_the_target(self):
        heard = []

        def serve(connection):
            connection.sendall(b"first")
            connection.shutdown(1)
            heard.append(read_all(connection))

        server, target = self.transport(), self.target(serve)
        local = self.folder / "half_close"
        self.background_ssh(self.jump_config(server), "-N", "-L", f"{local}:127.0.0.1:{target.port}", "jump")
        wire = self.connect(local)
        with wire:
            self.assertEqual(read_all(wire), b"first")  # its end has come through, ours is still open
            wire.sendall(b"late" * 1000)
            wire.shutdown(1)
            server.wait_line(r"^closed 0 up 4000 down 5$")
        self.eventually(lambda: heard == [b"late" * 1000])

    def test_fifty_mebibytes_both_ways_while_both_sides_rekey(self):
        server, target = self.transport(rekey_bytes=4 * MIB), self.target(echo)
        data = os.urandom(MIB) * 50
        done = self.ssh(self.jump_config(server, RekeyLimit="1M"), "-W", f"127.0.0.1:{target.port}", "jump",
                        stdin=data, timeout=120)
        self.assertEqual((done.returncode, len(done.stdout)), (0, len(data)), done.stderr)
        self.assertEqual(digest(done.stdout), digest(data))
        server.wait_line(rf"^closed 0 up {len(data)} down {len(data)}$")

    def test_each_cipher_carries_what_it_is_given(self):
        server, target = self.transport(), self.target(echo)
        data = os.urandom(2 * MIB)
        for cipher in ("chacha20-poly1305@openssh.com", "aes256-gcm@openssh.com", "aes128-gcm@openssh.com",
                       "aes256-ctr", "aes128-ctr"):
            with self.subTest(cipher):
                done = self.ssh(self.jump_config(server, Ciphers=cipher), "-W", f"127.0.0.1:{target.port}", "jump",
                                stdin=data)
                self.assertEqual((done.returncode, digest(done.stdout)), (0, digest(data)), done.stderr)
                server.wait_line(rf"^login \S+ {cipher} ")

    def test_eight_channels_of_one_connection_at_once(self):
        server, target = self.transport(), self.target(echo)
        config = self.jump_config(server, ControlPath=self.folder / "mux")
        self.background_ssh(config, "-M", "-N", "jump", stderr=subprocess.DEVNULL)
        server.wait_line("^login ")
        self.eventually((self.folder / "mux").exists)
        results = {}

        def run(number):
            data = os.urandom(MIB) * 4
            done = self.ssh(config, "-W", f"127.0.0.1:{target.port}", "jump", stdin=data, timeout=120)
            results[number] = done.returncode == 0 and digest(done.stdout) == digest(data)

        clients = [threading.Thread(target=run, args=(number,)) for number in range(8)]
        for one in clients:
            one.start()
        for one in clients:
            one.join(120)
        self.assertEqual(results, {number: True for number in range(8)})
        self.assertEqual((server.count("^login "), server.count("^open$")), (1, 8))

    def test_a_target_that_does_not_read_costs_no_more_than_its_windows(self):
        go_on, got = threading.Event(), []

        def serve(connection):
            go_on.wait(60)
            got.append(len(read_all(connection)))

        server, target = self.transport(), self.target(serve)
        self.addCleanup(go_on.set)
        config = self.jump_config(server)
        client = self.background_ssh(config, "-W", f"127.0.0.1:{target.port}", "jump", stdin=subprocess.PIPE,
                                     stdout=subprocess.DEVNULL)
        server.wait_line("^open$")
        before, data = server.memory(), b"\0" * (40 * MIB)
        sender = threading.Thread(target=lambda: (client.stdin.write(data), client.stdin.close()))
        sender.start()
        for _ in range(20):
            time.sleep(0.1)
            self.assertLess(server.memory() - before, 12 * MIB)
        go_on.set()
        sender.join(60)
        server.wait_line(rf"^closed 0 up {len(data)} ")
        self.eventually(lambda: got == [len(data)])

    def test_keepalives_are_answered(self):
        server, target = self.transport(), self.target(lambda connection: time.sleep(3.5))
        done = self.ssh(self.jump_config(server, ServerAliveInterval=1, ServerAliveCountMax=1),
                        "-W", f"127.0.0.1:{target.port}", "jump")
        self.assertEqual(done.returncode, 0, done.stderr)


class Jump(SshTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        sshd = ssh_parts.need("sshd")
        cls.make_key("target_host")
        if os.geteuid() == 0:
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
        for _ in range(5):  # a port that was free may be taken before sshd binds it
            if cls.start_sshd(sshd):
                return
        raise AssertionError("\n".join(cls.sshd.lines))

    @classmethod
    def start_sshd(cls, program):
        with ssh_parts.socket.create_server(("127.0.0.1", 0)) as free:
            cls.port = free.getsockname()[1]
        config = cls.folder / "sshd_config"
        config.write_text(f"Port {cls.port}\nListenAddress 127.0.0.1\nHostKey {cls.folder}/target_host\nPidFile none\n"
                          f"AuthorizedKeysFile {cls.folder}/user.pub\nStrictModes no\nUsePAM no\n"
                          "PermitRootLogin prohibit-password\n", encoding="ascii")
        cls.sshd = ssh_parts.Process([program, "-D", "-e", "-f", config])
        cls.addClassCleanup(cls.sshd.process.wait, 20)
        cls.addClassCleanup(cls.sshd.process.kill)
        try:
            cls.sshd.wait_line("Server listening on")
        except AssertionError:
            return False
        return True

    def hosts(self, server, **common):
        return self.config({"jump": {"User": "ada", "Port": server.port},
                            "inside": {"User": getpass.getuser(), "Port": self.port, "ProxyJump": "jump"}}, **common)

    def test_a_command_through_the_jump(self):
        server = self.transport()
        done = self.ssh(self.hosts(server), "inside", "echo $((6*7)); exit 3")
        self.assertEqual((done.returncode, done.stdout), (3, b"42\n"), done.stderr)

    def test_fifty_mebibytes_through_the_jump_both_ways(self):
        server = self.transport()
        data = os.urandom(MIB) * 50
        hosts = self.hosts(server, RekeyLimit="1M", KexAlgorithms="curve25519-sha256")
        done = self.ssh(hosts, "inside", "cat", stdin=data, timeout=120)
        self.assertEqual((done.returncode, digest(done.stdout)), (0, digest(data)), done.stderr)

    def test_remote_forwarding_belongs_to_the_target_not_to_the_jump(self):
        server, target = self.transport(), self.target(answer_length)
        done = self.ssh(self.hosts(server), "-o", f"RemoteForward=0 127.0.0.1:{target.port}", "inside",
                        "true")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(server.count("^refused"), 0)


class Refusals(SshTest):
    def test_a_wrong_key_and_a_wrong_user_are_refused_at_once(self):
        server = self.transport()
        for case in ({"IdentityFile": self.folder / "other"}, {"User": "eve"}):
            with self.subTest(case):
                config = self.config({"jump": {"User": "ada", "Port": server.port} | case})
                began = time.monotonic()
                done = self.ssh(config, "-W", "127.0.0.1:1", "jump")
                self.assertEqual(done.returncode, 255)
                self.assertIn(b"Permission denied (publickey)", done.stderr)
                self.assertLess(time.monotonic() - began, 10)
        self.assertEqual(server.count("^login "), 0)

    def test_the_right_key_behind_wrong_ones_is_found(self):
        server, target = self.transport(), self.target(answer_length)
        self.make_key("short", "rsa", 1024)
        config = self.jump_config(server, IdentityFile=self.folder / "short")
        done = self.ssh(config, "-i", self.folder / "other", "-i", self.folder / "user",
                        "-W", f"127.0.0.1:{target.port}", "jump", stdin=b"x")
        self.assertEqual((done.returncode, done.stdout), (0, b"1 bytes\n"), done.stderr)

    def test_a_key_that_libssh_would_not_verify_may_not_sign(self):
        self.make_key("known_but_short", "rsa", 1024)
        server = self.transport(user_key="known_but_short")
        config = self.jump_config(server, IdentityFile=self.folder / "known_but_short", RequiredRSASize=1024)
        done = self.ssh(config, "-W", "127.0.0.1:1", "jump")
        self.assertIn(b"Permission denied (publickey)", done.stderr)
        server.wait_line("^unfit ssh-rsa short_rsa_key$")
        self.assertEqual(server.count("^key "), 0)  # nobody was asked whose it is

    def test_targets_that_are_forbidden_or_closed(self):
        server = self.transport()
        for where in ("127.0.0.2:22", "localhost:22", "127.0.0.1:1"):
            done = self.ssh(self.jump_config(server), "-W", where, "jump")
            self.assertEqual(done.returncode, 255)
            self.assertIn(b"stdio forwarding failed", done.stderr)
        self.assertEqual(server.count("^forbidden"), 2)

    def test_commands_shells_and_subsystems(self):
        server = self.transport()
        for words in (["jump", "id"], ["jump"], ["-s", "jump", "sftp"], ["-A", "jump", "id"], ["-tt", "jump"]):
            self.assertEqual(self.ssh(self.jump_config(server), *words).returncode, 255)
        server.wait_line("^refused session$", times=5)

    def test_remote_forwarding(self):
        server = self.transport()
        done = self.ssh(self.jump_config(server, ExitOnForwardFailure="yes"), "-N", "-R", "0:127.0.0.1:1", "jump")
        self.assertEqual(done.returncode, 255)
        server.wait_line("^refused remote_forward$")
        done = self.ssh(self.jump_config(server, ExitOnForwardFailure="yes"), "-N", "-R",
                        f"{self.folder}/remote:127.0.0.1:1", "jump")
        self.assertEqual(done.returncode, 255)

    def test_tunnels_and_unix_sockets(self):
        server = self.transport()
        local = self.folder / "local"
        self.background_ssh(self.jump_config(server), "-N", "-L", f"{local}:/tmp/nowhere", "jump",
                            stderr=subprocess.DEVNULL)
        server.wait_line("^login ")
        with self.connect(local) as wire:
            self.assertEqual(wire.recv(1), b"")
        server.wait_line("^refused channel_kind$")


class Agreement(SshTest):
    def test_the_version_and_what_was_agreed(self):
        server, target = self.transport(), self.target(answer_length)
        done = self.ssh(self.jump_config(server, LogLevel="DEBUG1"), "-W", f"127.0.0.1:{target.port}", "jump")
        said = done.stderr.decode()
        self.assertIn("remote software version Gatehouse", said)
        self.assertIn("kex: algorithm: curve25519-sha256", said)
        self.assertIn("compression: none", said)
        server.wait_line(r"^login curve25519-sha256 \S+ SSH-2\.0-OpenSSH_")

    def test_nothing_weak_is_agreed(self):
        server = self.transport()
        for weak in ({"KexAlgorithms": "diffie-hellman-group14-sha256"}, {"Ciphers": "aes192-ctr"},
                     {"KexAlgorithms": "diffie-hellman-group-exchange-sha256"},
                     {"Ciphers": "aes128-ctr", "MACs": "hmac-sha2-256"}, {"HostKeyAlgorithms": "ssh-rsa"}):
            with self.subTest(weak):
                done = self.ssh(self.jump_config(server, LogLevel="INFO", **weak), "-W", "127.0.0.1:1", "jump")
                self.assertEqual(done.returncode, 255)
                self.assertRegex(done.stderr, b"no matching|Connection closed by")  # whoever notices first
        self.assertEqual(server.count("^key "), 0)

    def test_compression_is_not_agreed_even_when_asked_for(self):
        server, target = self.transport(), self.target(answer_length)
        done = self.ssh(self.jump_config(server, Compression="yes", LogLevel="DEBUG1"),
                        "-W", f"127.0.0.1:{target.port}", "jump")
        self.assertEqual(done.returncode, 0)
        self.assertNotIn(b"compression: zlib", done.stderr)

    def test_the_fips_profile(self):
        for name in ("fips_host", "fips_user"):
            self.make_key(name, "ecdsa", 256)
        server = self.transport(host_keys=("fips_host",), user_key="fips_user", fips="yes")
        target = self.target(answer_length)
        words = ("-W", f"127.0.0.1:{target.port}", "jump")
        done = self.ssh(self.jump_config(server, IdentityFile=self.folder / "fips_user"), *words, stdin=b"x")
        self.assertEqual((done.returncode, done.stdout), (0, b"1 bytes\n"), done.stderr)
        server.wait_line(r"^login ecdh-sha2-nistp256 aes\d+-gcm@openssh.com ")
        done = self.ssh(self.jump_config(server), *words)
        self.assertIn(b"Permission denied", done.stderr)

    def test_several_host_keys(self):
        self.make_key("rsa_host", "rsa", 2048)
        self.make_key("ecdsa_host", "ecdsa", 256)
        server, target = self.transport(host_keys=("host", "rsa_host", "ecdsa_host")), self.target(answer_length)
        for algorithm in ("ssh-ed25519", "rsa-sha2-512", "rsa-sha2-256", "ecdsa-sha2-nistp256"):
            done = self.ssh(self.jump_config(server, HostKeyAlgorithms=algorithm),
                            "-W", f"127.0.0.1:{target.port}", "jump")
            self.assertEqual((algorithm, done.returncode), (algorithm, 0))

    def test_user_keys_of_every_kind(self):
        target = self.target(answer_length)
        for kind, bits in (("rsa", 3072), ("ecdsa", 256), ("ecdsa", 384), ("ecdsa", 521)):
            name = f"{kind}{bits}"
            self.make_key(name, kind, bits)
            server = self.transport(user_key=name)
            done = self.ssh(self.jump_config(server, IdentityFile=self.folder / name),
                            "-W", f"127.0.0.1:{target.port}", "jump")
            self.assertEqual((name, done.returncode), (name, 0), done.stderr)

    def test_a_banner_reaches_the_user(self):
        server, target = self.transport(banner="closes at six"), self.target(answer_length)
        done = self.ssh(self.jump_config(server, LogLevel="INFO"), "-W", f"127.0.0.1:{target.port}", "jump")
        self.assertIn(b"closes at six", done.stderr)

    def test_a_command_where_the_handler_wants_one(self):
        server = self.transport(console="yes")
        done = self.ssh(self.jump_config(server), "jump", "sessions --all")
        self.assertEqual((done.returncode, done.stdout), (7, b"you said sessions --all\n"))
        done = self.ssh(self.jump_config(server), "-tt", "jump")
        self.assertEqual(done.returncode, 7)
        self.assertNotEqual(self.ssh(self.jump_config(server), "-s", "jump", "sftp").returncode, 0)
        server.wait_line("^refused subsystem$")


if __name__ == "__main__":
    ssh_parts.main()
