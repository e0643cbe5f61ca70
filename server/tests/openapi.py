"""Checks that the OpenAPI document is valid, and sends requests that schemathesis generates from it: the
server answers as the document says.

Usage: openapi.py path/to/headcount

It needs the packages `schemathesis` and `openapi-spec-validator`; `./test` runs it in an environment
of its own, with their commands beside the interpreter.
"""

import json
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

from openapi_spec_validator import OpenAPIV31SpecValidator

HEADCOUNT = sys.argv[1]
EXAMPLES = 15
# One, because hypothesis parses source code, and threads of CPython 3.11 share the recursion depth of its
# parser, which then sometimes fails with "AST constructor recursion depth mismatch".
WORKERS = 1
# Valid requests may be refused because of the directory's contents; 400 and 422 stand for rules that schemas
# can't express, such as the members of a batch's operations.
CONFIG = """
[checks.positive_data_acceptance]
expected-statuses = [200, 201, 204, 400, 403, 404, 409, 410, 412, 422]
"""


def headcount(folder, *arguments):
    """Runs the command on the folder's directory and returns what it printed."""
    command = [HEADCOUNT, "--db", str(folder / "users.redb"), "--json", *arguments]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def validate(address):
    with urllib.request.urlopen(f"{address}/openapi.json") as answer:
        document = json.load(answer)
    assert document["openapi"].startswith("3.1."), document["openapi"]
    OpenAPIV31SpecValidator(document).validate()


def test(folder, address, key):
    config = folder / "schemathesis.toml"
    config.write_text(CONFIG)
    command = [Path(sys.executable).parent / "schemathesis", "--config-file", config]
    command += ["run", f"{address}/openapi.json", "--header", f"Authorization: Bearer {key}"]
    command += ["--max-examples", str(EXAMPLES), "--seed", "1", "--workers", str(WORKERS), "--no-color"]
    tested = subprocess.run(command, capture_output=True, text=True, cwd=folder)
    if tested.returncode != 0:
        print(tested.stdout, tested.stderr)
    assert tested.returncode == 0, "schemathesis"
    print("\n".join(tested.stdout.splitlines()[-12:]))


def main():
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        headcount(folder, "license", "set", "enterprise")
        headcount(folder, "users", "create", "ann@ex.co", "--admin")
        made = headcount(folder, "keys", "create", "tester", "--user", "ann@ex.co", "--scope", "admin")
        command = [HEADCOUNT, "--db", str(folder / "users.redb"), "--json"]
        command += ["serve", "--listen", "127.0.0.1:0", "--key-rate", "100000"]
        server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            address = json.loads(server.stdout.readline())["listening"]
            validate(address)
            test(folder, address, made["key"]["secret"])
        finally:
            server.terminate()
            assert server.wait(timeout=30) == 0, "an orderly end"


main()
