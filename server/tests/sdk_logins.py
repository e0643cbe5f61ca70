"""The platform's own SDK, unmodified, logs in by password and by device through the server's relay.

Usage: sdk_logins.py path/to/headcount

It needs the package `wallaroo` (2026.1.3) and `openssl`; `./test` runs it in an environment of its
own.
"""

import contextlib
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

# Nothing is left beside the script.
sys.dont_write_bytecode = True

from provider import DEVICE_GRANT, FOLDER, REALM, Provider

HEADCOUNT = sys.argv[1]
PASSWORD = "correct horse & battery+staple"
TOKEN = "/auth/realms/master/protocol/openid-connect/token"


class Story:
    def __init__(self, folder):
        self.folder = folder
        self.db = str(folder / "users.redb")
        self.provider = Provider(folder)
        ann = self.headcount("users", "create", "ann@ex.co", "--username", "ann", "--admin")["user"]
        bob = self.headcount("users", "create", "bob@ex.co", "--username", "bob")["user"]
        self.provider.add("ann", PASSWORD, sub=ann["id"], email="ann@ex.co", email_verified=True)
        self.provider.add("bob", PASSWORD, sub=bob["id"], email="bob@ex.co", email_verified=True)
        self.key = self.headcount("keys", "create", "op", "--provisioner", "op", "--scope", "write")
        issuer = self.provider.url + REALM
        self.log = folder / "log"
        command = [HEADCOUNT, "--db", self.db, "--json", "serve", "--listen", "127.0.0.1:0"]
        command += ["--relay", self.provider.url + FOLDER, "--issuer", issuer]
        command += ["--audience", "headcount", "--token-scope", "write", "--log", "debug"]
        with open(self.log, "w") as log:
            self.server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
        self.address = json.loads(self.server.stdout.readline())["listening"]
        # The SDK keeps its tokens there.
        os.environ["HOME"] = os.environ["XDG_CACHE_HOME"] = str(folder / "home")
        os.environ["WALLAROO_URL"] = self.address

    def headcount(self, *arguments):
        command = [HEADCOUNT, "--db", self.db, "--json", *arguments]
        return json.loads(subprocess.check_output(command, text=True))

    def client(self, auth_type, user=None, password=PASSWORD):
        """A client that has nothing from an earlier login."""
        shutil.rmtree(self.folder / "home", ignore_errors=True)
        (self.folder / "home").mkdir()
        self.provider.posted.clear()
        os.environ["WALLAROO_SDK_AUTH_TYPE"] = auth_type
        if user:
            os.environ["WALLAROO_USER"], os.environ["WALLAROO_PASSWORD"] = user, password
        import wallaroo

        return wallaroo.Client()

    def set_active(self, user, is_active):
        verb = "activate" if is_active else "deactivate"
        request = urllib.request.Request(f"{self.address}/api/v1/users/{user}/{verb}", method="POST")
        request.add_header("Authorization", f"Bearer {self.key['key']['secret']}")
        urllib.request.urlopen(request).close()

    def ask_for_token(self):
        """The status and the headers of the response to a wrong password."""
        form = {"client_id": "sdk-client", "grant_type": "password", "username": "ann", "password": "x"}
        data = urllib.parse.urlencode(form).encode()
        try:
            urllib.request.urlopen(self.address + TOKEN, data)
        except urllib.error.HTTPError as refused:
            return refused.code, refused.headers
        raise AssertionError("a wrong password is accepted")


def refused(what):
    """The SDK's error for a forbidden call."""
    try:
        what()
    except Exception as error:
        return error
    raise AssertionError("it is allowed")


def emails(wl):
    return sorted(user.email() for user in wl.list_users())


def check_password(story):
    wl = story.client("user_password", "ann")
    assert emails(wl) == ["ann@ex.co", "bob@ex.co"]
    assert story.provider.grants() == ["password"], story.provider.grants()
    _, form = story.provider.posted[0]
    assert form["password"] == PASSWORD, "the form comes unchanged"
    # The actor is the user whose token it is.
    wl.deactivate_user("bob@ex.co")
    wl.activate_user("bob@ex.co")
    refused(lambda: story.client("user_password", "ann", "wrong").list_users())


def check_refresh(story):
    story.provider.lifetime = 5
    wl = story.client("user_password", "ann")
    emails(wl)
    emails(wl)
    grants = story.provider.grants()
    assert grants[0] == "password" and "refresh_token" in grants[1:], grants
    assert grants.count("password") == 1, grants
    # If the provider has ended the session, the client logs in again.
    story.provider.refresh_tokens.clear()
    assert emails(wl) == ["ann@ex.co", "bob@ex.co"]
    assert story.provider.grants().count("password") == 2, story.provider.grants()
    story.provider.lifetime = 300


def check_state(story):
    """The token of a user who is deactivated here is refused, whatever the provider says."""
    wl = story.client("user_password", "bob")
    emails(wl)
    story.set_active("bob", False)
    refused(lambda: emails(wl))
    story.set_active("bob", True)
    emails(wl)


def check_device(story):
    story.provider.device_user, story.provider.pending = "bob", 2
    told = io.StringIO()
    with contextlib.redirect_stdout(told):
        wl = story.client("sso")
        assert emails(wl) == ["ann@ex.co", "bob@ex.co"]
    assert "user_code=ABCD-EFGH" in told.getvalue(), told.getvalue()
    assert story.provider.grants() == [DEVICE_GRANT] * 3, story.provider.grants()
    assert wl.get_current_workspace().users()[0].email() == "bob@ex.co"


def check_limit(story):
    answers = (story.ask_for_token() for _ in range(300))
    status, headers = next(answer for answer in answers if answer[0] != 401)
    assert status == 429 and int(headers["Retry-After"]) > 0, (status, headers)


def check_secrets(story):
    """Neither the log nor the directory contains a password or a token."""
    log = story.log.read_bytes()
    files = b"".join(path.read_bytes() for path in story.folder.glob("users.redb*"))
    assert len(story.provider.secrets) > 10
    for secret in story.provider.secrets:
        for part in {secret, urllib.parse.quote(secret), urllib.parse.quote_plus(secret)}:
            assert part.encode() not in log, "a secret is logged"
            assert part.encode() not in files, "a secret is stored"


def main():
    with tempfile.TemporaryDirectory() as name:
        story = Story(Path(name))
        try:
            check_password(story)
            check_refresh(story)
            check_state(story)
            check_device(story)
            check_limit(story)
        finally:
            story.server.terminate()
        assert story.server.wait(timeout=30) == 0
        check_secrets(story)
    print("the SDK's logins work through the relay")


main()
