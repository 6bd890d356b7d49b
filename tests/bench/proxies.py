"""The proxies that are compared, each as one process pinned to one core in front of the same backend.

Settings follow what an operator would choose for speed: HAProxy with one thread, idle connections to the backend
always shared; nginx with one worker and 512 kept connections; gatehouse-lb with one worker. All of them terminate
TLS with the same P-256 certificate, add X-Forwarded-For and log nothing, but for `logging`, where all log to a file.
"""

import json
import os
import signal
import socket
import subprocess
import time
from pathlib import Path

PROXY_CORE, LOAD_CORE = "0", "1"

# What gatehouse-lb prefers; the others would take the longer AES key, and the ratio would be one of ciphers.
SUITE = "TLS_AES_128_GCM_SHA256"


# A worker of nginx's own user could not read a checkout below /root.
NGINX_USER = "user root;" if os.geteuid() == 0 else ""


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as held:
        return held.getsockname()[1]


class Process:
    """A server in the foreground, pinned to a core."""

    def __init__(self, command, core, folder, name):
        self.name = name
        self.log = folder / f"{name}.log"
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(["taskset", "-c", core, *map(str, command)], stdout=log, stderr=log)

    def wait_for(self, ready, within=15):
        deadline = time.monotonic() + within
        while not ready():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError(f"{self.name} did not start:\n{self.log.read_text(errors='replace')[-3000:]}")
            time.sleep(0.05)

    def pids(self):
        """The process and its children: nginx works in one."""
        own = self.process.pid
        children = Path(f"/proc/{own}/task/{own}/children").read_text(encoding="ascii").split()
        return [own, *map(int, children)]

    def cpu(self):
        """Seconds on a core so far, user and system, of every thread."""
        total = 0
        for pid in self.pids():
            for thread in Path(f"/proc/{pid}/task").iterdir():
                try:
                    total += int((thread / "schedstat").read_text(encoding="ascii").split()[0])
                except FileNotFoundError:
                    pass  # a thread that ended meanwhile
        return total / 1e9

    def memory(self):
        """Proportional set size in bytes: shared pages count once over nginx's processes."""
        total = 0
        for pid in self.pids():
            for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1]) * 1024
        return total

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


def answers(port):
    def ready():
        try:
            socket.create_connection(("127.0.0.1", port), timeout=0.5).close()
            return True
        except OSError:
            return False
    return ready


def start_backend(folder, address="127.0.0.1"):
    """nginx on the load's core: the sizes under /128, /1k, /16k, /1m. Small ones come from memory: opening and corking a
    file costs the backend more than the proxies' whole work, and a proxy that waits for it sleeps and wakes at a price
    that hides its own."""
    files = folder / "files"
    files.mkdir(exist_ok=True)
    files.chmod(0o755)
    for name, size in (("16k", 16384), ("1m", 1 << 20)):
        (files / name).write_bytes(b"x" * size)
    port = free_port()
    text = f"""
{NGINX_USER} daemon off; worker_processes 1; pid {folder}/backend.pid; error_log stderr crit;
events {{ worker_connections 8192; }}
http {{
    access_log off; sendfile on; tcp_nopush on; tcp_nodelay on;
    keepalive_timeout 600s; keepalive_requests 100000000; open_file_cache max=16;
    default_type text/plain;
    server {{
        listen {address}:{port} backlog=4096; root {files};
        location = /128 {{ return 200 "{'x' * 128}"; }}
        location = /1k {{ return 200 "{'x' * 1024}"; }}
        location = /healthz {{ return 200 "ok"; }}
    }}
}}
"""
    (folder / "backend.conf").write_text(text, encoding="ascii")
    backend = Process(["nginx", "-c", folder / "backend.conf"], LOAD_CORE, folder, "backend")
    backend.wait_for(answers(port))
    backend.port = port
    return backend


def start_haproxy(folder, backend_port, certificate, logging):
    plain, tls = free_port(), free_port()
    bundle = folder / "bundle.pem"
    bundle.write_text(certificate[0].read_text() + certificate[1].read_text(), encoding="ascii")
    log_global = "log stdout format raw local0" if logging else ""
    log_front = "log global\n    option httplog" if logging else "no log"
    text = f"""
global
    nbthread 1
    maxconn 4000
    {log_global}
defaults
    mode http
    timeout connect 3s
    timeout client 600s
    timeout server 600s
    {log_front}
frontend front
    bind 127.0.0.1:{plain}
    bind 127.0.0.1:{tls} ssl crt {bundle} ssl-min-ver TLSv1.2 ciphersuites {SUITE}
    option forwardfor
    default_backend back
backend back
    http-reuse always
    server backend 127.0.0.1:{backend_port}
"""
    name = "haproxy-logging" if logging else "haproxy"
    (folder / f"{name}.cfg").write_text(text, encoding="ascii")
    proxy = Process(["haproxy", "-db", "-f", folder / f"{name}.cfg"], PROXY_CORE, folder, name)
    proxy.wait_for(answers(plain))
    proxy.plain, proxy.tls = plain, tls
    return proxy


def start_nginx(folder, backend_port, certificate, logging):
    plain, tls = free_port(), free_port()
    name = "nginx-logging" if logging else "nginx"
    access_log = f"{folder}/{name}.access.log" if logging else "off"
    text = f"""
{NGINX_USER} daemon off; worker_processes 1; pid {folder}/{name}.pid; error_log stderr crit;
events {{ worker_connections 10000; }}
http {{
    access_log {access_log}; keepalive_timeout 600s; keepalive_requests 100000000; tcp_nodelay on;
    client_body_temp_path {folder}/nginx-body; proxy_temp_path {folder}/nginx-proxy;
    fastcgi_temp_path {folder}/nginx-f; uwsgi_temp_path {folder}/nginx-u; scgi_temp_path {folder}/nginx-s;
    upstream back {{ server 127.0.0.1:{backend_port}; keepalive 512; keepalive_requests 100000000; }}
    server {{
        listen 127.0.0.1:{plain} backlog=4096;
        listen 127.0.0.1:{tls} ssl backlog=4096;
        ssl_certificate {certificate[0]}; ssl_certificate_key {certificate[1]}; ssl_protocols TLSv1.2 TLSv1.3;
        ssl_conf_command Ciphersuites {SUITE};
        location / {{
            proxy_pass http://back; proxy_http_version 1.1; proxy_set_header Connection "";
            proxy_set_header Host $host; proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
            proxy_max_temp_file_size 0;
        }}
    }}
}}
"""
    (folder / f"{name}.conf").write_text(text, encoding="ascii")
    proxy = Process(["nginx", "-c", folder / f"{name}.conf"], PROXY_CORE, folder, name)
    proxy.wait_for(answers(plain))
    proxy.plain, proxy.tls = plain, tls
    return proxy


def start_gatehouse(folder, backend_port, certificate, logging):
    name = "gatehouse-logging" if logging else "gatehouse"
    ready = folder / f"{name}.ready"
    ready.unlink(missing_ok=True)
    access_log = f"{{ path: {folder}/{name}.access.log, format: json }}" if logging else "off"
    text = f"""
groups:
  web: {{ instances: [127.0.0.1] }}
lb:
  workers: 1
  listeners:
    - {{ name: http, bind: "127.0.0.1:0", protocol: http, default: {{ forward: web }} }}
    - name: https
      bind: "127.0.0.1:0"
      protocol: https
      tls: {{ certificates: [ {{ certificate: {certificate[0]}, private_key: {certificate[1]} }} ] }}
      default: {{ forward: web }}
  target_groups:
    web:
      members: web
      port: {backend_port}
      health_check: {{ path: /healthz, interval: 10s, timeout: 5s }}
  timeouts: {{ client_idle: 600s }}
  limits: {{ requests_per_connection: 1000000 }}
  access_log: {access_log}
  admin: {{ bind: "127.0.0.1:0" }}
"""
    (folder / f"{name}.yaml").write_text(text, encoding="ascii")
    proxy = Process([os.environ["GATEHOUSE_LB"], "--config", folder / f"{name}.yaml", "--ready-file", ready],
                    PROXY_CORE, folder, name)
    proxy.wait_for(ready.exists)
    ports = {one["name"]: int(one["address"].rpartition(":")[2]) for one in json.loads(ready.read_text())["listening"]}
    proxy.plain, proxy.tls = ports["http"], ports["https"]
    return proxy


STARTERS = {"haproxy": start_haproxy, "nginx": start_nginx, "gatehouse": start_gatehouse}
