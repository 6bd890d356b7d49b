"""What stands behind the bastion: plain TCP services and a real sshd, on loopback addresses that stand for servers."""

import os
import socket
import threading
from pathlib import Path

import ssh_parts
from ssh_parts import read_all

# Where the servers of each group are.
WEB = {"web-1": "127.0.0.11", "web-2": "127.0.0.12"}
JOBS = {"jobs-1": "127.0.0.21"}


def instances(group, **names):
    """The group as a configuration lists it; `names` gives some of them a Name tag, with _ for -."""
    tags = {key.replace("_", "-"): value for key, value in names.items()}
    return [{"id": one, "address": address} | ({"name": tags[one]} if one in tags else {})
            for one, address in group.items()]


def echo(connection):
    while data := connection.recv(262144):
        connection.sendall(data)


def answer_length(connection):
    """Answers when the client has said all: it needs a half-close to come through."""
    connection.sendall(b"%d bytes\n" % len(read_all(connection)))


def web_page(connection):
    connection.recv(65536)
    connection.sendall(b"HTTP/1.0 200 OK\r\nContent-Length: 7\r\n\r\ninside\n")


class Service:
    """A TCP service at one port of each server; `serve(connection)` runs in a thread for each client."""

    def __init__(self, serve, servers=None):
        self.serve, self.seen = serve, 0
        self.listening = same_port(list((servers or WEB | JOBS).values()))
        self.port = self.listening[0].getsockname()[1]
        for one in self.listening:
            threading.Thread(target=self._accept, args=(one,), daemon=True).start()

    def _accept(self, listening):
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            self.seen += 1
            threading.Thread(target=self._run, args=(connection,), daemon=True).start()

    def _run(self, connection):
        with connection:
            try:
                self.serve(connection)
            except OSError:
                pass

    def close(self):
        for one in self.listening:
            one.shutdown(socket.SHUT_RDWR)  # wakes accept(), which close() alone does not
            one.close()


def same_port(addresses, tries=20):
    """Listening sockets at one port of all these addresses."""
    for _ in range(tries):
        made = [socket.create_server((addresses[0], 0), backlog=512)]
        try:
            made += [socket.create_server((one, made[0].getsockname()[1]), backlog=512) for one in addresses[1:]]
            return made
        except OSError:
            for one in made:
                one.close()
    raise AssertionError(f"no port is free on all of {addresses}")


class Sshd:
    """OpenSSH's server as every server runs it. Whoever runs the story logs in, with the key `inside`."""

    def __init__(self, keys, servers=None):
        self.program = ssh_parts.need("sshd")
        self.keys, self.addresses = keys, list((servers or WEB | JOBS).values())
        if os.geteuid() == 0:
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
        for _ in range(5):  # a port that was free may be taken before sshd binds it
            if self._start():
                return
        raise AssertionError("\n".join(self.process.lines))

    def _start(self):
        free = same_port(self.addresses)
        self.port = free[0].getsockname()[1]
        for one in free:
            one.close()
        config = self.keys.path("sshd_config")
        config.write_text("".join(f"ListenAddress {one}\n" for one in self.addresses) +
                          f"Port {self.port}\nHostKey {self.keys.path('inside_host')}\nPidFile none\n"
                          f"AuthorizedKeysFile {self.keys.path('inside.pub')}\nStrictModes no\nUsePAM no\n"
                          "PermitRootLogin prohibit-password\nMaxStartups 200\nMaxSessions 50\n"
                          "Subsystem sftp internal-sftp\n", encoding="ascii")
        self.process = ssh_parts.Process([self.program, "-D", "-e", "-f", config])
        try:
            self.process.wait_line("Server listening on", times=len(self.addresses))
        except AssertionError:
            self.close()
            return False
        return True

    def close(self):
        self.process.process.terminate()
        self.process.process.wait()
        self.process.process.stdout.close()
