"""How fast the server is, and how much memory it takes, on Linux.

Usage: python3 server/tests/speed.py [users [seconds of a turn]]

It builds everything first. Contenders take turns, so ratios are valid on a busy machine too; for
other figures, use an idle one. CPU is the server's own, per request on one persistent connection.
The hello-world is /healthz, which goes through the same layers. Load comes from one thread of
`server/examples/load.rs` on the same machine.

For latencies, the load runs on the last processor, and a separate server on another one. That
server is started there, because it has one thread for requests per available processor, and
threads that share a processor wait for each other for whole ticks of the scheduler. Latencies
count from the time at which a request was due. With two processors, none is left for other
programs, so a loop that only reads the clock is measured too: the system interrupts the server as
often. As root, everything is repeated with real-time priority, which no other program interrupts.
Creates use all processors, over REST and in the library.
"""

import contextlib
import json
import os
import resource
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

USERS = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
SECONDS = float(sys.argv[2]) if len(sys.argv) > 2 else 3
ROOT = Path(__file__).parents[2]
RELEASE = ROOT / "target/release"
HEADCOUNT = str(RELEASE / "headcount")
ROUNDS = 3
CONNECTIONS = 64
LIBRARY_THREADS = 16
LISTENERS = 1_000
IDLE = 9_900
PAGE = 1_000
PRIORITY = 10


def headcount(db, *arguments):
    return json.loads(subprocess.check_output([HEADCOUNT, "--db", db, "--json", *arguments]))


def pinned(processors, priority=0):
    """Returns what a child process runs first, to stay on these processors, with this priority."""

    def first():
        if processors:
            os.sched_setaffinity(0, processors)
        if priority:
            os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(priority))

    return first


def load(*arguments, processors=None, priority=0):
    line = [str(RELEASE / "examples/load"), *map(str, arguments)]
    return json.loads(subprocess.check_output(line, preexec_fn=pinned(processors, priority)))


def told(what, value, target=""):
    print(f"{what:<50}{value:<22}{target}", flush=True)


class Served:
    """A server, and the system's figures about it."""

    def __init__(self, db, processors=None, priority=0):
        begun = time.monotonic()
        line = ["--db", db, "--json", "serve", "--listen", "127.0.0.1:0"]
        self.process = subprocess.Popen(
            [HEADCOUNT, *line, "--key-rate", "1000000"],
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=pinned(processors, priority),
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
        """CPU seconds so far, of all its threads."""
        # clock_getcpuclockid(3), which Python lacks: CPUCLOCK_SCHED of the process.
        return time.clock_gettime(~self.process.pid << 3 | 2)

    def waits(self):
        """How often a thread was preempted."""
        count = 0
        for status in Path(f"/proc/{self.process.pid}/task").glob("*/status"):
            with contextlib.suppress(OSError):  # The thread has ended.
                count += int(status.read_text().rsplit("nonvoluntary_ctxt_switches:", 1)[1])
        return count

    def end(self):
        self.process.terminate()
        assert self.process.wait() == 0


class Connection:
    def __init__(self, served):
        self.socket = socket.create_connection(served.address)
        self.file = self.socket.makefile("rb")

    def get(self, path, key="", headers=""):
        """Returns the body; None for an endless one."""
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
    ratios = []
    for _ in range(ROUNDS):
        hello, get = turn(served, ["/healthz"], ""), turn(served, paths, key)
        told("CPU of hello-world, of get by email with key", f"{hello:.0f}, {get:.0f} µs")
        ratios.append(hello / get)
    told("  their ratio, median", f"{statistics.median(ratios):.2f}", "at least 0.65")


def address_of(served):
    return "%s:%d" % served.address


def stops(processors, priority):
    """Measures how long the system interrupts programs that only read the clock, one on each processor."""
    line = [str(RELEASE / "examples/load"), "spin", str(SECONDS)]
    running = [
        subprocess.Popen(line, stdout=subprocess.PIPE, preexec_fn=pinned({at}, priority))
        for at in processors
    ]
    found = [json.loads(one.communicate()[0]) for one in running]
    count = ", ".join(str(one["stops"]) for one in found)
    longest = max(one["longest_ms"] for one in found)
    told("stops of a loop on each processor, longest", f"{count}, {longest:.1f} ms")


def latencies(db, key):
    told("LATENCIES", "", "with the normal scheduler")
    latency(db, key, 0)
    if os.geteuid() == 0:
        told("LATENCIES", "", "with real-time priority")
        latency(db, key, PRIORITY)


def latency(db, key, priority):
    """Measures at 70 % of the maximum rate of one processor of the server, with the same connections."""
    last = max(os.sched_getaffinity(0))
    first = min(os.sched_getaffinity(0))
    # A loop at this priority that never waits would be throttled by the system.
    stops({first, last}, 0)
    served = Served(db, {first}, priority)
    for connections in (CONNECTIONS // 4, CONNECTIONS):
        for what in ("hello", "user"):
            target = (what, address_of(served), key, USERS, connections, SECONDS)
            found = []
            for _ in range(ROUNDS):
                cpu = served.cpu()
                most = load("closed", *target, processors={last}, priority=priority)["rate"]
                busy = (served.cpu() - cpu) / SECONDS
                waits = served.waits()
                at_70 = load(
                    "open", *target, 0.7 * most, processors={last}, priority=priority
                )
                times = (at_70[name] for name in ("p99_ms", "p50_ms", "late_p99_ms"))
                found.append((*times, most, busy, served.waits() - waits))
            p99, p50, late, most, busy, waits = map(statistics.median, zip(*found))
            name = {"hello": "hello-worlds", "user": "gets by email"}[what]
            told(f"{name} a second, {connections} connections, at most", f"{most:.0f}")
            told("  of its processor", f"{busy:.0%}", "near 100 %: else the load is the limit")
            told("  p50, p99 at 70 %", f"{p50:.2f}, {p99:.2f} ms", "p99 at most 3 ms")
            told("  p99 of the load's own delays", f"{late:.2f} ms")
            told("  preemptions of the server", f"{waits:.0f}")
    served.end()


def creates(served, key, folder):
    """Durable creates over REST and by the library, each in a file of its own."""
    other = os.path.join(folder, "library.redb")
    headcount(other, "license", "set", "enterprise")
    ratios = []
    for _ in range(ROUNDS):
        library = load("library", other, LIBRARY_THREADS, SECONDS)["rate"]
        rest = load("create", address_of(served), key, CONNECTIONS, SECONDS)["rate"]
        told(f"creates a second, REST and library", f"{rest:.0f}, {library:.0f}")
        ratios.append(rest / library)
    told("  their ratio, median", f"{statistics.median(ratios):.2f}", "at least 0.5")


def idle(served):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    count = min(IDLE, hard - 500)
    before = served.resident_mb()
    held = [socket.create_connection(served.address) for _ in range(count)]
    Connection(served).get("/healthz")
    per_one = (served.resident_mb() - before) * 1e3 / count
    told(f"{count} idle connections", f"{per_one:.1f} KB each")
    for connection in held:
        connection.close()


def walk(served, key):
    """CPU of each quarter of all users. Only the first walk fills the server's caches."""
    connection = Connection(served)
    for which in ("first", "second"):
        begun, ms = time.monotonic(), [0] * 4
        for start in range(1, USERS + 1, PAGE):
            cpu = served.cpu()
            connection.get(f"/scim/v2/Users?startIndex={start}&count={PAGE}", key)
            ms[(start - 1) * 4 // USERS] += (served.cpu() - cpu) * 1e3
        told(f"{which} SCIM walk of all users", f"{time.monotonic() - begun:.2f} s")
        told("  CPU of its quarters", ", ".join(f"{quarter:.0f}" for quarter in ms) + " ms")
        told("  its last quarter against its first", f"{ms[3] / ms[0]:.2f}", "about 1: linear")


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
    creates(served, key, folder)
    idle(served)
    served.end()
    latencies(db, key)


BUILD = "cargo build --release -p headcount-cli -p headcount-server --bin headcount --example load"
subprocess.run(BUILD.split(), cwd=ROOT, check=True)
# In the target folder: /tmp may be in memory, where nothing is durable.
with tempfile.TemporaryDirectory(dir=ROOT / "target") as folder:
    main(folder)
