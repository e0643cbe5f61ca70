"""The server on a failing disk: each door reports an unknown outcome and an I/O error with its own
status, and /readyz takes the server out of service after the first.

Usage: faults.py path/to/headcount

It needs Linux and `gcc`, for a library that makes fsync fail.
"""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

HEADCOUNT = sys.argv[1]
SHIM = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
static int synced(const char *name, int fd) {
    if (access(getenv("FAILING"), F_OK) == 0) { errno = EIO; return -1; }
    return ((int (*)(int))dlsym(RTLD_NEXT, name))(fd);
}
int fsync(int fd) { return synced("fsync", fd); }
int fdatasync(int fd) { return synced("fdatasync", fd); }
"""
# The file may grow by this many blocks of 512 bytes.
ROOM_BLOCKS = 4_000


def headcount(folder, *arguments):
    """Runs the command on the folder's directory and returns what it printed."""
    command = [HEADCOUNT, "--db", str(folder / "users.redb"), "--json", *arguments]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


class Server:
    """A server of the folder's directory."""

    def __init__(self, folder, keys, before="", **environment):
        self.keys = keys
        line = [HEADCOUNT, "--db", str(folder / "users.redb"), "--json", "serve", "--listen", "127.0.0.1:0"]
        command = ["sh", "-c", f'{before} exec "$@"', "sh", *line]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
        self.process = subprocess.Popen(command, env={**os.environ, **environment}, **pipes)
        self.address = json.loads(self.process.stdout.readline())["listening"]

    def status(self, method, path, scope="write", body=None):
        request = urllib.request.Request(self.address + path, method=method)
        request.add_header("Authorization", f"Bearer {self.keys[scope]}")
        request.data = None if body is None else json.dumps(body).encode()
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.status
        except urllib.error.HTTPError as refusal:
            return refusal.code

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=30)


def requests(user, number=0):
    """For each door: a request for a change, its scope, and the statuses of the two failures."""
    email = {"email": f"new{number}@ex.co", "userName": f"new{number}@ex.co", "attributes": {"x": "y" * 900}}
    rest = {name: email[name] for name in ["email", "attributes"]}
    return {
        "rest": (("POST", "/api/v1/users", "write", rest), 500, 503),
        "scim": (("POST", "/scim/v2/Users", "scim", {**email, "title": "y" * 900}), 500, 503),
        "platform": (("POST", "/v1/api/users/invite", "write", email), 500, 500),
        "identity": (
            ("PUT", f"/auth/admin/realms/master/users/{user}", "write", {"enabled": number % 2 == 1}),
            500,
            500,
        ),
    }


@contextlib.contextmanager
def story():
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        headcount(folder, "license", "set", "enterprise")
        user = headcount(folder, "users", "create", "ann@ex.co")["user"]["id"]
        keys = {
            scope: headcount(folder, "keys", "create", scope, "--provisioner", "test", "--scope", scope)["key"]["secret"]
            for scope in ["write", "scim"]
        }
        yield folder, user, keys


def unknown_outcomes(door):
    with story() as (folder, user, keys):
        shim, failing = folder / "shim.so", folder / "failing"
        (folder / "shim.c").write_text(SHIM)
        compile_shim = ["gcc", "-shared", "-fPIC", "-o", shim, folder / "shim.c", "-ldl"]
        subprocess.run(compile_shim, check=True)
        server = Server(folder, keys, LD_PRELOAD=str(shim), FAILING=str(failing))
        assert server.status("GET", "/readyz") == 200
        failing.touch()
        request, unknown, _ = requests(user)[door]
        assert server.status(*request) == unknown, door
        assert server.status("GET", "/readyz") == 503, door
        assert server.status("GET", "/healthz") == 200, door
        failing.unlink()
        server.stop()


def refused(server, user, door, first):
    """Sends requests through a door until one is refused, and returns its number."""
    for number in range(first, first + 100_000):
        if server.status(*requests(user, number)[door][0]) >= 300:
            return number
    raise AssertionError("there is always room")


def no_space():
    with story() as (folder, user, keys):
        size = max(file.stat().st_size for file in folder.iterdir())
        limit = size // 512 + ROOM_BLOCKS
        # The signal of the limit is ignored, so that writing fails instead.
        server = Server(folder, keys, before=f"trap '' XFSZ; ulimit -f {limit};")
        # REST's requests fill the disk, since those of some doors are small.
        last = refused(server, user, "rest", 0)
        for door, (_, _, expected) in requests(user).items():
            last = refused(server, user, door, last + 1)
            assert server.status(*requests(user, last)[door][0]) == expected, door
            assert server.status("GET", "/readyz") == 200, door
        server.stop()


for door in requests("x"):
    unknown_outcomes(door)
no_space()
print("each door tells failures of the disk")
