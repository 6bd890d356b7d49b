"""Every SSH client reaches what the rules allow, by every name a server has, and gets each byte as it was sent."""

import asyncio
import getpass
import hashlib
import os
import threading
import unittest
import warnings

import bastion_story
import story
from bastion_session import Session, need_paramiko, paramiko
from bastion_story import BastionStory
from bastion_targets import JOBS, WEB, Sshd, answer_length, echo, web_page
from ssh_parts import read_all

try:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about ciphers that nobody asks for
        import asyncssh
except ImportError:
    asyncssh = None

MIB = 1 << 20
SIZE = (500 if os.environ.get("GATEHOUSE_BIG") else 16) * MIB
ME = getpass.getuser()


def digest(data):
    return hashlib.sha256(data).hexdigest()


class Clients(BastionStory):
    """One bastion for all tests, and an sshd on each server behind it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sshd = Sshd(cls.keys)
        cls.addClassCleanup(cls.sshd.close)
        cls.echo, cls.length, cls.page = (cls.service(serve) for serve in (echo, answer_length, web_page))
        ports = [one.port for one in (cls.sshd, cls.echo, cls.length, cls.page)]
        cls.gate = cls.start_bastion(cls.shared, cls.config(ports))

    def words(self, *more, **options):
        """How scp, sftp and rsync are told of the way."""
        return ["-F", self.client(self.gate, **options), "-J", "bastion", *more]


class Names(Clients):
    def where(self, typed):
        """The address of the server that a shell by this name is on."""
        done = self.ssh(self.client(self.gate), "-J", "bastion", "-p", self.sshd.port, f"{ME}@{typed}",
                        "echo $SSH_CONNECTION")
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.decode().split()[2]

    def test_each_name_leads_to_its_server(self):
        for typed, instance in (("web-1", "web-1"), ("frontend", "web-1"), ("127.0.0.12", "web-2"), ("web.1", "web-1"),
                                ("web.2", "web-2"), ("jobs.1", "jobs-1"), ("any.jobs", "jobs-1")):
            with self.subTest(typed):
                self.assertEqual(self.where(typed), (WEB | JOBS)[instance])
                record = self.assert_audited(self.gate, "channel", requested=typed)[-1]
                self.assertEqual((record["instance"], record["principal"], record["requested_port"]),
                                 (instance, "alice", self.sshd.port))
                self.assertEqual(record["target"], f"{(WEB | JOBS)[instance]}:{self.sshd.port}")

    def test_any_of_a_group_is_one_of_it(self):
        self.assertIn(self.where("any.web"), WEB.values())

    def test_the_record_of_a_jump_tells_what_the_targets_sshd_logs(self):
        done = self.ssh(self.client(self.gate), "-J", "bastion", "-p", self.sshd.port, f"{ME}@web-2",
                        "echo $SSH_CONNECTION")
        address, port = done.stdout.decode().split()[:2]
        end = self.assert_audited(self.gate, "channel_end", local=f"{address}:{port}")[0]
        self.assertEqual((end["instance"], end["group"], end["rule"]), ("web-2", "web", "ops-everywhere"))
        self.assertGreater(min(end["received_bytes"], end["sent_bytes"]), 1000)
        login = self.assert_audited(self.gate, "login", session=end["session"])[0]
        self.assertEqual((login["principal"], login["key"]), ("alice", self.keys.fingerprint("alice")))
        self.assert_audited(self.gate, "session_end", session=end["session"])


class Forwarding(Clients):
    def test_stdio(self):
        done = self.ssh(self.client(self.gate), "-W", f"web-1:{self.echo.port}", "bastion", stdin=b"x" * 100_000)
        self.assertEqual((done.returncode, done.stdout), (0, b"x" * 100_000), done.stderr)

    def test_a_local_port(self):
        local = self.folder / "local"
        self.start_ssh(self.client(self.gate), "-N", "-L", f"{local}:frontend:{self.echo.port}", "bastion")
        wire = self.connect(local)
        wire.sendall(b"there and back")
        wire.shutdown(1)
        self.assertEqual(read_all(wire), b"there and back")

    def test_socks(self):
        curl, port = story.need("curl"), story.free_port()
        self.start_ssh(self.client(self.gate), "-N", "-D", f"127.0.0.1:{port}", "bastion")
        self.connect(port).close()
        for name in ("web-1", "frontend", "any.web"):
            done = self.run_tool(curl, "-sS", "--max-time", 20, "--noproxy", "", "--socks5-hostname",
                                 f"127.0.0.1:{port}", f"http://{name}:{self.page.port}/")
            self.assertEqual((done.returncode, done.stdout), (0, "inside\n"), done.stderr)

    def test_the_client_ends_its_direction_first(self):
        done = self.ssh(self.client(self.gate), "-W", f"web-1:{self.length.port}", "bastion", stdin=b"x" * 100_000)
        self.assertEqual((done.returncode, done.stdout), (0, b"100000 bytes\n"), done.stderr)

    def test_the_target_ends_its_direction_first(self):
        heard, local = [], self.folder / "local"

        def serve(connection):
            connection.sendall(b"first")
            connection.shutdown(1)
            heard.append(read_all(connection))

        target = self.service(serve)
        gate = self.bastion(self.config([target.port]))
        self.start_ssh(self.client(gate), "-N", "-L", f"{local}:web-1:{target.port}", "bastion")
        wire = self.connect(local)
        self.assertEqual(read_all(wire), b"first")  # its end has come through, ours is still open
        wire.sendall(b"late" * 1000)
        wire.shutdown(1)
        story.eventually(lambda: heard == [b"late" * 1000])
        end = self.assert_audited(gate, "channel_end")[0]
        self.assertEqual((end["received_bytes"], end["sent_bytes"]), (4000, 5))

    def test_eight_jumps_over_one_connection_at_once(self):
        config = self.client(self.gate, ControlPath=self.folder / "mux")
        self.start_ssh(config, "-M", "-N", "bastion")
        story.eventually((self.folder / "mux").exists, within=20)
        before = len(self.gate.audit("login"))
        data = [os.urandom(2 * MIB) for _ in range(8)]
        got = [b""] * 8

        def run(number):
            name = ("web-1", "web-2", "jobs-1")[number % 3]
            done = self.ssh(config, "-W", f"{name}:{self.echo.port}", "bastion", stdin=data[number])
            got[number] = done.stdout

        clients = [threading.Thread(target=run, args=(number,)) for number in range(8)]
        for one in clients:
            one.start()
        for one in clients:
            one.join(90)
        self.assertEqual([digest(one) for one in got], [digest(one) for one in data])
        self.assertEqual(len(self.gate.audit("login")), before)

    def test_a_silent_client_that_asks_for_signs_of_life_stays(self):
        """Keepalives are answered: with none of them, ssh would give up after a second."""
        alive = {"ServerAliveInterval": 1, "ServerAliveCountMax": 1}
        done = self.ssh(self.client(self.gate, everywhere=alive), "-J", "bastion", "-p", self.sshd.port, f"{ME}@web-1",
                        "sleep 3; echo awake")
        self.assertEqual((done.returncode, done.stdout), (0, b"awake\n"), done.stderr)


class Files(Clients):
    def setUp(self):
        super().setUp()
        self.data = os.urandom(SIZE)
        self.here, self.there, self.back = (self.folder / name for name in ("here", "there", "back"))

    def assert_same(self, *copies):
        for one in copies:
            self.assertEqual(digest(one.read_bytes()), digest(self.data), one)

    def test_bytes_both_ways_at_once_while_both_ends_rekey(self):
        config = self.client(self.gate, everywhere={"RekeyLimit": "1M"})
        done = self.ssh(config, "-J", "bastion", "-p", self.sshd.port, f"{ME}@web-1", "cat", stdin=self.data,
                        timeout=280)
        self.assertEqual((done.returncode, digest(done.stdout)), (0, digest(self.data)), done.stderr)

    def test_scp(self):
        self.here.write_bytes(self.data)
        for protocol in ("-s", "-O"):  # over SFTP, and as it was before
            with self.subTest(protocol):
                inside = f"{ME}@web-1:{self.there}"
                for source, target in ((self.here, inside), (inside, self.back)):
                    done = self.run_tool("scp", protocol, "-q", *self.words("-P", self.sshd.port), source, target,
                                         timeout=280)
                    self.assertEqual(done.returncode, 0, done.stderr)
                self.assert_same(self.there, self.back)

    def test_sftp(self):
        self.here.write_bytes(self.data)
        done = self.run_tool(story.need("sftp"), "-q", *self.words("-P", self.sshd.port), "-b", "-", f"{ME}@web-2",
                             input=f"put {self.here} {self.there}\nget {self.there} {self.back}\n", timeout=280)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assert_same(self.there, self.back)

    def test_rsync(self):
        rsync, shell = story.need("rsync"), " ".join(str(word) for word in ["ssh", *self.words("-p", self.sshd.port)])
        self.here.mkdir()
        (self.here / "big").write_bytes(self.data)
        for number in range(50):
            (self.here / f"small {number}").write_text(str(number), encoding="ascii")
        inside = f"{ME}@web-1:{self.there}/"
        for source, target in ((f"{self.here}/", inside), (inside, self.back)):
            done = self.run_tool(rsync, "-a", "-e", shell, source, target, timeout=280)
            self.assertEqual(done.returncode, 0, done.stderr)
        self.assert_same(self.back / "big")
        self.assertEqual((self.back / "small 49").read_text(encoding="ascii"), "49")

    def test_git(self):
        git = story.need("git")
        shell = " ".join(str(word) for word in ["ssh", *self.words("-p", self.sshd.port)])
        environment = os.environ | {"GIT_SSH_COMMAND": shell, "GIT_CONFIG_GLOBAL": "/dev/null",
                                    "HOME": str(self.folder)}

        def run(*words, where=self.folder):
            done = self.run_tool(git, "-c", "user.name=a", "-c", "user.email=a@b", *words, env=environment, cwd=where)
            self.assertEqual(done.returncode, 0, done.stderr)

        run("init", "-q", "--bare", "-b", "main", self.there)
        run("clone", "-q", f"ssh://{ME}@web-1:{self.sshd.port}{self.there}", self.here)
        (self.here / "big").write_bytes(self.data[:4 * MIB])
        run("add", "big", where=self.here)
        run("commit", "-q", "-m", "first", where=self.here)
        run("push", "-q", "origin", "HEAD:main", where=self.here)
        run("clone", "-q", f"ssh://{ME}@frontend:{self.sshd.port}{self.there}", self.back)
        self.assertEqual((self.back / "big").read_bytes(), self.data[:4 * MIB])


class OtherClients(Clients):
    def test_paramiko(self):
        need_paramiko()
        with Session(self.gate, self.keys) as way_in:
            client = paramiko.SSHClient()
            client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
            self.addCleanup(client.close)
            client.connect("web-1", username=ME, sock=way_in.open("web-1", self.sshd.port), look_for_keys=False,
                           allow_agent=False, key_filename=str(self.keys.path("inside")), timeout=20)
            given, told, _ = client.exec_command("cat", timeout=30)
            data = os.urandom(2 * MIB)
            feeder = threading.Thread(target=lambda: (given.write(data), given.channel.shutdown_write()))
            feeder.start()
            self.assertEqual(digest(told.read()), digest(data))
            feeder.join(30)

    @unittest.skipUnless(asyncssh, "python3-asyncssh is not installed")
    def test_asyncssh(self):
        async def jump(data):
            usual = {"known_hosts": None, "config": None, "agent_path": None}
            host, port = self.gate.address()
            async with asyncssh.connect(host, port, username="alice", client_keys=[str(self.keys.path("alice"))],
                                        **usual) as way_in:
                async with asyncssh.connect("web-1", self.sshd.port, tunnel=way_in, username=ME, **usual,
                                            client_keys=[str(self.keys.path("inside"))]) as inside:
                    return (await inside.run("cat", input=data, encoding=None)).stdout

        data = os.urandom(2 * MIB)
        self.assertEqual(digest(asyncio.run(asyncio.wait_for(jump(data), 60))), digest(data))

    def test_dropbear(self):
        """Its -J is what OpenSSH calls ProxyCommand; the way over several hosts is written with commas."""
        client, convert = story.need("dbclient"), story.need("dropbearconvert")
        for name in ("alice", "inside"):
            done = self.run_tool(convert, "openssh", "dropbear", self.keys.path(name), self.folder / name)
            self.assertEqual(done.returncode, 0, done.stderr)
        way = (f"{client} -y -y -T -i {self.folder / 'alice'} -p {self.gate.address()[1]} "
               f"-B web-1:{self.sshd.port} alice@127.0.0.1")
        data = os.urandom(2 * MIB)

        done = self.run_tool(client, "-y", "-y", "-T", "-i", self.folder / "inside", "-J", way, f"{ME}@web-1", "cat",
                             input=data, text=False, env=os.environ | {"HOME": str(self.folder)})
        self.assertEqual((done.returncode, digest(done.stdout)), (0, digest(data)), done.stderr)

    def test_putty(self):
        plink, puttygen = story.need("plink"), story.need("puttygen")
        for name in ("alice", "inside"):
            done = self.run_tool(puttygen, self.keys.path(name), "-O", "private", "-o", self.folder / f"{name}.ppk")
            self.assertEqual(done.returncode, 0, done.stderr)
        host, port = self.gate.address()
        way = (f"{plink} -batch -ssh -i {self.folder / 'alice.ppk'} -hostkey {self.keys.fingerprint('host')} -P {port} "
               f"-nc %host:%port alice@{host}")
        data = os.urandom(2 * MIB)
        done = self.run_tool(plink, "-batch", "-ssh", "-T", "-i", self.folder / "inside.ppk", "-hostkey",
                             self.keys.fingerprint("inside_host"), "-proxycmd", way, "-P", self.sshd.port,
                             f"{ME}@web-1", "cat", input=data, text=False,
                             env=os.environ | {"HOME": str(self.folder)})
        self.assertEqual((done.returncode, digest(done.stdout)), (0, digest(data)), done.stderr)


if __name__ == "__main__":
    bastion_story.main()
