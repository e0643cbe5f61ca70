"""Two conformance testers of SCIM against the server.

Usage: scim.py path/to/headcount

It needs the packages `scim2-cli`, `scim2-tester` and `scim-sanity`; `./test` runs it in an
environment of its own, with their commands beside the interpreter.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

HEADCOUNT = sys.argv[1]
TOOLS = Path(sys.executable).parent


def headcount(folder, *arguments):
    """Runs the command on the folder's directory and returns what it printed."""
    command = [HEADCOUNT, "--db", str(folder / "users.redb"), "--json", *arguments]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def test(address, key):
    environment = {**os.environ, "SCIM_CLI_HEADERS": f"Authorization: Bearer {key}"}
    command = [TOOLS / "scim", "--url", f"{address}/scim/v2", "test"]
    tested = subprocess.run(command, env=environment, capture_output=True, text=True)
    print(tested.stdout[-6000:], tested.stderr[-2000:])
    assert tested.returncode == 0 and "SUCCESS" in tested.stdout, "scim2-tester"
    assert "ERROR" not in tested.stdout, "scim2-tester"

    command = [TOOLS / "scim-sanity", "probe", f"{address}/scim/v2"]
    command += ["--token", key, "--i-accept-side-effects"]
    subprocess.run(command, check=True)


def main():
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        headcount(folder, "license", "set", "enterprise")
        made = headcount(folder, "keys", "create", "tester", "--provisioner", "tester", "--scope", "scim")
        command = [HEADCOUNT, "--db", str(folder / "users.redb"), "--json"]
        command += ["serve", "--listen", "127.0.0.1:0"]
        server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            test(json.loads(server.stdout.readline())["listening"], made["key"]["secret"])
        finally:
            server.terminate()
            assert server.wait(timeout=30) == 0, "an orderly end"


main()
