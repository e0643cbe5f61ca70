"""The product guide's session, through the platform's own SDK, unmodified.

Usage: sdk.py path/to/headcount

It needs the package `wallaroo` (2026.1.3); `./test` runs it in an environment of its own.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

HEADCOUNT = sys.argv[1]


def headcount(folder, *arguments):
    """Runs the command on the folder's directory and returns what it printed."""
    command = [HEADCOUNT, "--db", str(folder / "users.redb"), "--json", *arguments]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def serve(folder):
    """Starts a server and returns it with its address."""
    command = [HEADCOUNT, "--db", str(folder / "users.redb"), "--json"]
    command += ["serve", "--listen", "127.0.0.1:0"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    return server, json.loads(server.stdout.readline())["listening"]


def client(folder, address):
    os.environ["WALLAROO_URL"] = address
    os.environ["WALLAROO_SDK_AUTH_TYPE"] = "token"
    os.environ["WALLAROO_SDK_CREDENTIALS"] = str(folder / "ann.json")
    import wallaroo

    return wallaroo.Client()


def users(wl):
    """The guide's list: emails, and whether each user is active."""
    return {user.email(): user.enabled() for user in wl.list_users()}


def manage_users(wl):
    assert users(wl) == {"ann@ex.co": True, "steve@ex.co": True}
    steve = wl.get_user_by_email("steve@ex.co")
    assert (steve.email(), steve.username()) == ("steve@ex.co", "steve")
    assert wl.get_user_by_email("eve@ex.co") is None, "part of an address is nobody's"
    wl.deactivate_user("steve@ex.co")
    assert users(wl)["steve@ex.co"] is False
    wl.activate_user("steve@ex.co")
    assert users(wl)["steve@ex.co"] is True
    wl.invite_user("testuser@wallaroo.ai")
    wl.invite_user("john.hummel+signuptest@wallaroo.ai")
    john = wl.get_user_by_email("john.hummel+signuptest@wallaroo.ai")
    assert john.username() == "john.hummel+signuptest@wallaroo.ai"


def fill_the_house(wl):
    """The Community license has five seats: the sixth active user is refused."""
    wl.invite_user("fifth@ex.co")
    try:
        wl.invite_user("sixth@ex.co")
    except Exception as refused:
        assert "Limit" in type(refused).__name__, repr(refused)
    else:
        raise AssertionError("the sixth user was let in")
    wl.deactivate_user("fifth@ex.co")
    wl.invite_user("sixth@ex.co")
    assert wl.get_user_by_email("sixth@ex.co").enabled()
    assert users(wl)["fifth@ex.co"] is False


def manage_workspaces(wl):
    own = wl.get_current_workspace()
    assert own.name() and own.id() == wl.get_current_workspace().id()
    made = wl.create_workspace("fraud-models")
    assert made.name() == "fraud-models"
    names = {workspace.name() for workspace in wl.list_workspaces()}
    assert names == {own.name(), "fraud-models"}
    made.add_user("steve@ex.co")
    made.add_owner("testuser@wallaroo.ai")
    emails = {user.email() for user in made.users()}
    assert emails == {"ann@ex.co", "steve@ex.co", "testuser@wallaroo.ai"}, emails
    made.add_owner("steve@ex.co")
    made.remove_user("steve@ex.co")
    assert {user.email() for user in made.users()} == emails - {"steve@ex.co"}
    wl.set_current_workspace(made)
    assert wl.get_current_workspace().id() == made.id()
    assert not made.archived() and made.created_at() is not None


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        headcount(folder, "users", "create", "ann@ex.co", "--username", "admin", "--admin")
        headcount(folder, "users", "create", "steve@ex.co", "--username", "steve")
        headcount(
            folder, "keys", "create", "sdk", "--user", "ann@ex.co",
            "--scope", "write", "--credentials", str(folder / "ann.json"),
        )
        server, address = serve(folder)
        try:
            wl = client(folder, address)
            manage_users(wl)
            fill_the_house(wl)
            manage_workspaces(wl)
        finally:
            server.terminate()
        assert server.wait(timeout=30) == 0
        seats = headcount(folder, "license", "show")["seats"]
        assert (seats["active"], seats["inactive"]) == (5, 1), seats
    print("the SDK's session works")


main()
