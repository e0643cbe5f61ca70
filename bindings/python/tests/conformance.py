"""The conformance script against this binding: ``python tests/conformance.py [FOLDER]``.

``tests/conformance/README.md`` of the repository has the format. ``test_conformance.py``
runs this for all scripts, and for those that have an error planted in them.
"""

from __future__ import annotations

import datetime
import json
import os
import shutil
import sys
import tempfile
import threading
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import headcount
from headcount import Batch, Directory, HeadcountError, User

SCRIPTS = Path(__file__).parents[3] / "tests" / "conformance"
USER = "id email username given_name family_name active admin attributes created_at updated_at version"
NUMBERS = "limit active requested expected found resume_after latest op_index"
ARGUMENTS = {  # Of calls whose arguments are passed by place.
    "create_user": ["email"],
    "create_workspace": ["name"],
    "user_by_email": ["email"],
    "user_by_username": ["username"],
    "user_by_id": ["id"],
    "rename_workspace": ["workspace", "name"],
    "set_license": ["license"],
}


def shown(value: Any) -> Any:
    """A value of the binding as the script has it."""
    if isinstance(value, User):
        return {name: shown(getattr(value, name)) for name in USER.split()}
    if isinstance(value, HeadcountError):
        numbers = {name: getattr(value, name) for name in NUMBERS.split() if hasattr(value, name)}
        return {"kind": value.kind, **numbers}
    if isinstance(value, headcount.Page):
        return {"users": shown(value.users), "next": value.next}
    if isinstance(value, headcount.Outcome):
        subject: Any = {"user": value.user, "workspace": value.workspace}
        subject = {k: v for k, v in subject.items() if v is not None} or "license"
        return {"subject": subject, "changed": value.changed, "version": value.version}
    if isinstance(value, headcount.Applied):
        return {"sequence": value.sequence, "replayed": value.replayed, "outcomes": shown(value.outcomes)}
    if isinstance(value, datetime.datetime):
        text = value.strftime("%Y-%m-%dT%H:%M:%S.%f").rstrip("0").rstrip(".")
        return text + "Z"
    if isinstance(value, dict):
        return {key: shown(item) for key, item in value.items()}
    if hasattr(value, "__dataclass_fields__"):
        return shown(asdict(value))
    if isinstance(value, (list, tuple)):
        return [shown(item) for item in value]
    return value


def matches(wanted: Any, found: Any, names: dict[str, Any]) -> bool:
    if isinstance(wanted, str) and wanted.startswith("$"):
        return found is not None and bool(names.setdefault(wanted, found) == found)
    if isinstance(wanted, dict) and "$from" in wanted:
        return moment(found) >= moment(names[wanted["$from"]])
    if isinstance(wanted, dict) and isinstance(found, dict):
        return all(matches(value, found.get(key), names) for key, value in wanted.items())
    if isinstance(wanted, list) and isinstance(found, list):
        pairs = zip(wanted, found)
        return len(wanted) == len(found) and all(matches(w, f, names) for w, f in pairs)
    return type(wanted) is type(found) and bool(wanted == found)


def moment(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text)


def filled(given: Any, names: dict[str, Any], i: str) -> Any:
    """The arguments, with what the names stand for."""
    if isinstance(given, str):
        return names[given] if given.startswith("$") else given.replace("{i}", i)
    if isinstance(given, list):
        return [filled(item, names, i) for item in given]
    if isinstance(given, dict):
        if "$repeat" in given:
            return given["$repeat"] * given["times"]
        return {key: filled(value, names, i) for key, value in given.items()}
    return given


def make(on: Any, name: str, given: dict[str, Any]) -> Any:
    """Calls the method of this name of a directory or a batch."""
    given = {k: moment(v) if k.endswith(("_at", "_since")) else v for k, v in given.items()}
    places = ARGUMENTS.get(name, ["workspace", "user"])
    by_place = [given.pop(place) for place in places if place in given]
    return getattr(on, name)(*by_place, **given)


class Session:
    """A folder, the directory in use, and perhaps a feed."""

    def __init__(self, given: dict[str, Any]) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.directory = self.opened(given)
        self.feed = self.directory.follow()

    def opened(self, given: dict[str, Any]) -> Directory:
        given = dict(given)
        path = given.pop("path", None)
        return Directory(self.folder / path, **given) if path else Directory.in_memory(**given)

    def call(self, name: str, given: dict[str, Any], on: Directory) -> Any:
        path: dict[str, Any] = {k: self.folder / given[k] for k in ("path", "from", "to", "backup") if k in given}
        calls: dict[str, Callable[[], Any]] = {
            "len": lambda: len(on),
            "users": lambda: list(on.users()),
            "workspaces": lambda: list(on.workspaces()),
            "changes": lambda: list(on.changes(given["after"])),
            "backup": lambda: on.backup(**(given | path)),
            "restore": lambda: headcount.restore(**(given | path)),
            "copy_file": lambda: shutil.copy(path["from"], path["to"]) and None,
            "write_file": lambda: path["path"].write_text(given["text"]) and None,
            "remove_file": lambda: path["path"].unlink(),
            "exists": lambda: path["path"].exists(),
            "next": lambda: self.feed.next(given["timeout_ms"] / 1000),
            "position": lambda: self.feed.position,
        }
        if name == "open":
            opened = self.opened(given)
            self.directory.close()
            self.directory = opened
        elif name == "follow":
            self.feed = on.follow(given["after"])
        elif name in ("apply", "dry_run", "preview"):
            batch = Batch(**{k: v for k, v in given.items() if k != "operations"})
            for operation in given["operations"]:
                make(batch, operation["op"], {k: v for k, v in operation.items() if k != "op"})
            return getattr(on, name)(batch)
        elif name in calls:
            return calls[name]()
        else:
            return make(on, name, given)
        return None

    def outcome(self, step: dict[str, Any], names: dict[str, Any], i: str = "") -> tuple[str, Any]:
        on = self.directory
        if "as" in step:
            on = on.acting_as(filled(step["as"], names, i))
        try:
            return "out", shown(self.call(step["do"], filled(step.get("in", {}), names, i), on))
        except HeadcountError as error:
            return "err", shown(error)


def is_expected(step: dict[str, Any], outcome: tuple[str, Any], names: dict[str, Any]) -> bool:
    how, found = outcome
    if how == "out":
        return "err" not in step and matches(step.get("out"), found, names) if "out" in step else "err" not in step
    wanted = step.get("err", {})
    kinds = {wanted: {}} if isinstance(wanted, str) else wanted
    return bool(kinds) and all(k == found["kind"] and matches(n, found, names) for k, n in kinds.items())


def race(session: Session, step: dict[str, Any], names: dict[str, Any]) -> bool:
    start = threading.Barrier(step["race"])
    outcomes: list[tuple[str, Any]] = []

    def run(i: int) -> None:
        start.wait()
        outcomes.append(session.outcome(step, names, str(i)))

    threads = [threading.Thread(target=run, args=(i,)) for i in range(step["race"])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    of = {how: {k: v for k, v in step.items() if k in ("do", how)} for how in ("out", "err")}
    won = sum(how == "out" for how, _ in outcomes)
    return won == step["won"] and all(is_expected(of[o[0]], o, dict(names)) for o in outcomes)


def in_child(session: Session, step: dict[str, Any], names: dict[str, Any]) -> bool:
    child = os.fork()
    if child == 0:
        os._exit(0 if is_expected(step, session.outcome(step, names), dict(names)) else 1)
    return os.waitpid(child, 0)[1] == 0


def run(lines: list[tuple[int, dict[str, Any]]]) -> str | None:
    """Runs a case; says what was wrong."""
    if set(lines[0][1].get("needs", ())) - {"fork"}:
        return None  # Not bound yet.
    session = Session(lines[0][1]["open"])
    names: dict[str, Any] = {}
    try:
        for number, step in lines[1:]:
            if "race" in step:
                outcome: Any = "lost the race" if not race(session, step, names) else None
            elif "fork" in step:
                outcome = "differs in the child" if not in_child(session, step, names) else None
            else:
                found = session.outcome(step, names)
                outcome = None if is_expected(step, found, names) else f"gave {found}"
            if outcome:
                return f"{number}: {lines[0][1]['case']}: {json.dumps(step)} {outcome}"
    finally:
        try:
            session.directory.close()
        except HeadcountError:
            pass  # A case may have taken its file away.
        shutil.rmtree(session.folder)
    return None


def run_all(folder: Path) -> tuple[int, list[str]]:
    """How many cases of the scripts in a folder passed, and what was wrong with others."""
    passed, failures = 0, []
    for script in sorted(folder.glob("*.jsonl")):
        cases: list[list[tuple[int, dict[str, Any]]]] = []
        for number, line in enumerate(script.read_text().splitlines(), 1):
            if line:
                step = json.loads(line)
                if "case" in step:
                    cases.append([])
                cases[-1].append((number, step))
        for case in cases:
            failure = run(case)
            passed += failure is None
            failures += [f"{script.name}:{failure}"] if failure else []
    return passed, failures


if __name__ == "__main__":
    passed, failures = run_all(Path(sys.argv[1]) if sys.argv[1:] else SCRIPTS)
    print(*failures, f"{passed} passed, {len(failures)} failed", sep="\n")
    sys.exit(bool(failures))
