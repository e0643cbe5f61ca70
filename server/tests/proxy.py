"""The server behind nginx, with the configuration that docs/server.md shows.

Usage: proxy.py path/to/headcount

It needs the commands `nginx` and `openssl`, and runs as any user.
"""

import contextlib
import http.client
import json
import os
import re
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HEADCOUNT = sys.argv[1]
DOCS = Path(__file__).parents[2] / "docs/server.md"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
OURS = {**FORM, "Sec-Fetch-Site": "same-origin"}
HOST = "users.ex.co"
# The size of a batch that the server accepts, and nginx by default does not.
BATCH_BYTES = 8_000_000


def headcount(folder, *arguments):
    """Runs the command on the folder's directory and returns what it printed."""
    command = [HEADCOUNT, "--db", str(folder / "users.redb"), "--json", *arguments]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def certificate(folder):
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2"
    names = ["-subj", f"/CN={HOST}", "-addext", f"subjectAltName=DNS:{HOST}"]
    files = ["-keyout", folder / "key.pem", "-out", folder / "cert.pem"]
    subprocess.run([*command.split(), *names, *files], check=True, capture_output=True)


def configuration(folder, upstream, port):
    """The documented configuration, with the addresses and files of this test."""
    shown = re.search(r"```nginx\n(.*?)```", DOCS.read_text(), re.DOTALL)[1]
    for documented, own in [
        ("127.0.0.1:8080", upstream),
        ("listen 443 ssl", f"listen 127.0.0.1:{port} ssl"),
        ("/etc/ssl/users.ex.co.pem", str(folder / "cert.pem")),
        ("/etc/ssl/users.ex.co.key", str(folder / "key.pem")),
    ]:
        assert documented in shown, documented
        shown = shown.replace(documented, own)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    paths = "\n".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    # Otherwise nginx's workers drop root's rights, and can't use its folder.
    user = "user root; " if os.getuid() == 0 else ""
    head = f"{user}daemon off; pid {folder}/nginx.pid; error_log stderr; events {{}}"
    file = folder / "nginx.conf"
    file.write_text(f"{head}\nhttp {{ access_log off; {paths}\n{shown}\n}}\n")
    return file


class Client:
    """A client that knows the proxy's name and certificate."""

    def __init__(self, folder, port):
        self.context = ssl.create_default_context(cafile=str(folder / "cert.pem"))
        self.port = port

    def connect(self):
        connection = http.client.HTTPSConnection(HOST, self.port, context=self.context, timeout=30)
        # The name is only in the certificate, not in DNS.
        connection._create_connection = lambda _, *more: socket.create_connection(
            ("127.0.0.1", self.port), *more
        )
        return connection

    def send(self, method, path, body=None, headers={}):
        connection = self.connect()
        connection.request(method, path, body, {"Host": HOST, **headers})
        answer = connection.getresponse()
        return answer, answer.read().decode()


def check_page(client, key):
    answer, _ = client.send("GET", "/admin")
    assert (answer.status, answer.headers["Location"]) == (303, "/admin/login")
    cross = {**FORM, "Sec-Fetch-Site": "cross-site"}
    answer, _ = client.send("POST", "/admin/login", f"key={key}", cross)
    assert answer.status == 403, "a form of another site"
    for origin, status in [(f"https://{HOST}", 303), (f"http://{HOST}", 403), ("https://evil", 403)]:
        answer, _ = client.send("POST", "/admin/login", f"key={key}", {**FORM, "Origin": origin})
        assert answer.status == status, origin
    answer, _ = client.send("POST", "/admin/login", f"key={key}", OURS)
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-headcount=") and cookie.endswith("; Secure"), cookie
    answer, text = client.send("GET", "/admin", headers={"Cookie": cookie.split(";")[0]})
    assert answer.status == 200 and "ann@ex.co" in text


def check_scim(client, key):
    bearer = {"Authorization": f"Bearer {key}"}
    user = json.dumps({"userName": "bob@ex.co", "emails": [{"value": "bob@ex.co"}]})
    answer, text = client.send("POST", "/scim/v2/Users", user, bearer)
    place = answer.headers["Location"]
    assert (answer.status, place) == (201, json.loads(text)["meta"]["location"])
    assert place.startswith(f"https://{HOST}/scim/v2/Users/"), place


def check_batch(client, key):
    bearer = {"Authorization": f"Bearer {key}"}
    note = "x" * 1_000
    update = {"op": "update_user", "user": "ann@ex.co", "attributes": {"note": note}}
    count = BATCH_BYTES // len(json.dumps(update))
    body = json.dumps({"operations": [update] * count})
    answer, text = client.send("POST", "/api/v1/batch", body, bearer)
    assert answer.status == 200, (answer.status, text[:300])


def check_events(client, key):
    """Events arrive when changes happen, not when a buffer is full."""
    listening = client.connect()
    bearer = {"Host": HOST, "Authorization": f"Bearer {key}"}
    listening.request("GET", "/api/v1/changes", headers={**bearer, "Accept": "text/event-stream"})
    events = listening.getresponse()
    assert events.status == 200
    for number in range(3):
        begun = time.monotonic()
        body = json.dumps({"email": f"c{number}@ex.co"})
        answer, _ = client.send("POST", "/api/v1/users", body, bearer)
        assert answer.status == 201
        while not (line := events.readline()).startswith(b"data: "):
            assert line, "the events have ended"
        assert b"user_created" in line, line
        assert time.monotonic() - begun < 5
    listening.close()


@contextlib.contextmanager
def running(*command):
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.terminate()
        assert process.wait(timeout=30) == 0, "an orderly end"


def wait_for(port):
    for _ in range(100):
        with contextlib.suppress(OSError):
            return socket.create_connection(("127.0.0.1", port)).close()
        time.sleep(0.1)
    raise TimeoutError("nginx does not listen")


def main(folder):
    headcount(folder, "license", "set", "enterprise")
    headcount(folder, "users", "create", "ann@ex.co")
    holder = ("--provisioner", "test", "--scope")
    keys = {
        scope: headcount(folder, "keys", "create", scope, *holder, scope)["key"]["secret"]
        for scope in ("write", "scim")
    }
    certificate(folder)
    serve = (HEADCOUNT, "--db", str(folder / "users.redb"), "--json", "serve")
    with running(*serve, "--listen", "127.0.0.1:0") as server:
        upstream = json.loads(server.stdout.readline())["listening"].removeprefix("http://")
        port = free_port()
        file = configuration(folder, upstream, port)
        with running("nginx", "-p", folder, "-c", file):
            wait_for(port)
            client = Client(folder, port)
            check_page(client, keys["write"])
            check_scim(client, keys["scim"])
            check_batch(client, keys["write"])
            check_events(client, keys["write"])
    print("nginx passes on the page, SCIM, a batch and events")


with tempfile.TemporaryDirectory() as folder:
    main(Path(folder))
