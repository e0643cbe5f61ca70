"""How fast the server is, and how much memory it takes, on Linux.

Usage: speed.py path/to/headcount [users [seconds of a turn]]

Take a release build, and an idle machine for anything but the ratios. CPU is the server's
own, from /proc, per request on one kept connection. The hello-world is /healthz, which goes
through the same layers; the two take turns.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HEADCOUNT = sys.argv[1]
USERS = int(sys.argv[2]) if len(sys.argv) > 2 else 100_000
SECONDS = float(sys.argv[3]) if len(sys.argv) > 3 else 3
LISTENERS = 1_000
PAGE = 1_000


def headcount(db, *arguments):
    return json.loads(subprocess.check_output([HEADCOUNT, "--db", db, "--json", *arguments]))


def told(what, value, target=""):
    print(f"{what:<46}{value:<16}{target}", flush=True)


class Served:
    """A server, and what the system says of it."""

    def __init__(self, db):
        begun = time.monotonic()
        line = ["--db", db, "--json", "serve", "--listen", "127.0.0.1:0"]
        self.process = subprocess.Popen(
            [HEADCOUNT, *line, "--key-rate", "1000000"], stdout=subprocess.PIPE, text=True
        )
        address = json.loads(self.process.stdout.readline())["listening"]
        self.started_ms = (time.monotonic() - begun) * 1e3
        host, port = address.removeprefix("http://").rsplit(":", 1)
        self.address = host, int(port)

    def resident_mb(self):
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) * 1024 / 1e6

    def cpu(self):
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(") ", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def end(self):
        self.process.terminate()
        assert self.process.wait() == 0


class Connection:
    def __init__(self, served):
        self.socket = socket.create_connection(served.address)
        self.file = self.socket.makefile("rb")

    def get(self, path, key="", headers=""):
        """The body; None for one without an end."""
        bearer = f"Authorization: Bearer {key}\r\n" if key else ""
        request = f"GET {path} HTTP/1.1\r\nHost: x\r\n{bearer}{headers}\r\n"
        self.socket.sendall(request.encode())
        status = self.file.readline()
        assert b" 200" in status, (path, status)
        length = None
        while (line := self.file.readline()) != b"\r\n":
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        return self.file.read(length) if length is not None else None


def turn(served, paths, key):
    """CPU of the server per request, in microseconds."""
    connection, count = Connection(served), 0
    cpu, end = served.cpu(), time.monotonic() + SECONDS
    while time.monotonic() < end:
        connection.get(paths[count % len(paths)], key)
        count += 1
    return (served.cpu() - cpu) * 1e6 / count


def gets(served, key):
    paths = [f"/api/v1/users/user{at * 7919 % USERS:06}@example.com" for at in range(5000)]
    for _ in range(3):
        hello, get = turn(served, ["/healthz"], ""), turn(served, paths, key)
        told("CPU of hello-world, of get by email with key", f"{hello:.0f}, {get:.0f} µs")
        told("  their ratio", f"{hello / get:.2f}", "at least 0.65")


def walk(served, key):
    connection, seconds = Connection(served), []
    for start in range(1, USERS + 1, PAGE):
        begun = time.monotonic()
        connection.get(f"/scim/v2/Users?startIndex={start}&count={PAGE}", key)
        seconds.append(time.monotonic() - begun)
    quarter = max(len(seconds) // 4, 1)
    told("SCIM walk of all users", f"{sum(seconds):.2f} s")
    ratio = sum(seconds[-quarter:]) / sum(seconds[:quarter])
    told("  its last quarter against its first", f"{ratio:.2f}", "about 1: linear")


def listeners(served, key):
    before = served.resident_mb()
    all_of_them = [Connection(served) for _ in range(LISTENERS)]
    for listener in all_of_them:
        listener.get("/api/v1/changes", key, "Accept: text/event-stream\r\n")
    told(f"{LISTENERS} listeners", f"{served.resident_mb() - before:.1f} MB", "at most 30")


def main(folder):
    db = os.path.join(folder, "empty.redb")
    headcount(db, "license", "set", "enterprise")
    served = Served(db)
    Connection(served).get("/healthz")
    told("start, empty", f"{served.started_ms:.0f} ms", "at most 150")
    told("resident, empty", f"{served.resident_mb():.1f} MB", "at most 15")
    served.end()

    rows = (f"user{at:06}@example.com,Ann,Lee\n" for at in range(USERS))
    file = Path(folder, "users.csv")
    file.write_text("email,given_name,family_name\n" + "".join(rows))
    headcount(db, "import", str(file))
    key, scim = (
        headcount(db, "keys", "create", scope, "--provisioner", "speed", "--scope", scope)
        for scope in ("write", "scim")
    )
    key, scim = key["key"]["secret"], scim["key"]["secret"]
    served = Served(db)
    Connection(served).get("/healthz")
    told(f"start, {USERS} users", f"{served.started_ms:.0f} ms")
    gets(served, key)
    told(f"resident, {USERS} users, 5,000 read", f"{served.resident_mb():.1f} MB", "at most 40")
    walk(served, scim)
    listeners(served, key)
    served.end()


with tempfile.TemporaryDirectory() as folder:
    main(folder)
