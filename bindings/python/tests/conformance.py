"""The conformance script, of which ``tests/conformance/README.md`` of the repository has the
format, against this binding. ``test_conformance.py`` runs this."""

from __future__ import annotations

import datetime
import json
import os
import shutil
import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from pathlib import Path
from typing import Any

import headcount
from headcount import Batch, Directory, HeadcountError, User

SCRIPTS = Path(__file__).parents[3] / "tests" / "conformance"
USER = """id email username given_name family_name active admin external_ids attributes created_at
updated_at deactivated_at version""".split()
ERROR = "kind limit active requested expected found resume_after latest op_index".split()
PLACES = {  # The arguments of calls that take other ones by place than these.
    "": "workspace user before after", "create_user": "email", "create_workspace": "name", "set_license": "license",
    "user_by_id": "id", "user_by_email": "email", "user_by_username": "username", "user_by_external_id": "provisioner id",
    "workspace_by_external_id": "provisioner id", "set_workspace_external_id": "workspace provisioner id",
    "rename_workspace": "workspace name", "query": "", "count": "",
}
moment = datetime.datetime.fromisoformat
Step = dict[str, Any]
Outcome = tuple[str, Any]


def shown(value: Any) -> Any:
    """A value of the binding as the script has it."""
    if isinstance(value, (User, HeadcountError)):
        names = USER if isinstance(value, User) else ERROR
        return {name: shown(getattr(value, name, None)) for name in names}
    if isinstance(value, headcount.Outcome):
        subject = {k: v for k in ("user", "workspace") if (v := getattr(value, k)) is not None}
        return {"subject": subject or "license", "changed": value.changed, "version": value.version}
    if hasattr(value, "__dataclass_fields__"):
        return {of.name: shown(getattr(value, of.name)) for of in fields(value)}
    if isinstance(value, datetime.datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%S.%f").rstrip("0").rstrip(".") + "Z"
    if isinstance(value, (list, tuple, headcount.Users, headcount.Workspaces, headcount.Changes)):
        return [shown(item) for item in value]
    return value


def matches(wanted: Any, found: Any, names: Step) -> bool:
    if isinstance(wanted, str) and wanted.startswith("$"):
        return found is not None and bool(names.setdefault(wanted, found) == found)
    if isinstance(wanted, dict) and "$from" in wanted:
        return moment(found) >= moment(names[wanted["$from"]])
    if isinstance(wanted, dict) and isinstance(found, dict):
        return all(matches(value, found.get(key), names) for key, value in wanted.items())
    if isinstance(wanted, list) and isinstance(found, list):
        return len(wanted) == len(found) and all(matches(w, f, names) for w, f in zip(wanted, found))
    return type(wanted) is type(found) and bool(wanted == found)


def filled(given: Any, names: Step, i: str) -> Any:
    """The arguments, with what the names stand for."""
    if isinstance(given, str):
        return names[given] if given.startswith("$") else given.replace("{i}", i)
    if isinstance(given, list):
        return [filled(item, names, i) for item in given]
    if isinstance(given, dict) and "$repeat" in given:
        return given["$repeat"] * given["times"]
    if isinstance(given, dict):
        return {key: filled(value, names, i) for key, value in given.items()}
    return given


def make(on: Any, name: str, given: Step) -> Any:
    given = {k: moment(v) if k.endswith(("_at", "since", "_before")) else v for k, v in given.items()}
    if "has_attributes" in given:  # None is any value.
        given["attributes"] = dict.fromkeys(given.pop("has_attributes")) | given.get("attributes", {})
    by_place = [given.pop(place) for place in PLACES.get(name, PLACES[""]).split() if place in given]
    return getattr(on, name)(*by_place, **given)


class Session:
    """A folder, the directory in use, and perhaps a feed."""

    def __init__(self, given: Step) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.directory = self.opened(given)
        self.feed = self.directory.follow()

    def opened(self, given: Step) -> Directory:
        path = {"path": self.folder / given["path"]} if "path" in given else {}
        return Directory(**(given | path)) if path else Directory.in_memory(**given)

    def call(self, name: str, given: Step, on: Directory) -> Any:
        for key in {"path", "from", "to", "backup"} & given.keys():
            given[key] = self.folder / given[key]
        calls: dict[str, Callable[[], Any]] = {
            "len": lambda: len(on),
            "follow": lambda: setattr(self, "feed", on.follow(given["after"])),
            "next": lambda: self.feed.next(given["timeout_ms"] / 1000),
            "position": lambda: self.feed.position,
            "restore": lambda: headcount.restore(**given),
            "copy_file": lambda: shutil.copy(given["from"], given["to"]) and None,
            "write_file": lambda: given["path"].write_text(given["text"]) and None,
            "remove_file": lambda: given["path"].unlink(),
            "exists": lambda: given["path"].exists(),
            "export": lambda: on.export(given["path"].open("wb")),
            "load": lambda: on.load(given["path"].open("rb")),
        }
        if name == "open":
            before, self.directory = self.directory, self.opened(given)
            return before.close()
        if "operations" in given:
            operations = given.pop("operations")
            batch = Batch(**given)
            for operation in operations:
                make(batch, operation.pop("op"), operation)
            return getattr(on, name)(batch)
        return calls[name]() if name in calls else make(on, name, given)

    def outcome(self, step: Step, names: Step, i: str = "") -> Outcome:
        on = self.directory
        for key, method in (("as", "acting_as"), ("through", "through")):
            on = getattr(on, method)(filled(step[key], names, i)) if key in step else on
        try:
            return "out", shown(self.call(step["do"], filled(step.get("in", {}), names, i), on))
        except HeadcountError as error:
            return "err", shown(error)

    def race(self, step: Step, names: Step) -> list[Outcome]:
        start = threading.Barrier(step["race"])

        def run(i: int) -> Outcome:
            start.wait()
            return self.outcome(step, names, str(i))

        with ThreadPoolExecutor(step["race"]) as threads:
            return list(threads.map(run, range(step["race"])))

    def take(self, step: Step, names: Step) -> str | None:
        """Takes a step; says what was wrong."""
        if unknown := step.keys() - set("do in out err as through race won fork".split()):
            return f"has {unknown}"
        if "fork" in step:
            child = os.fork()
            if child == 0:
                os._exit(0 if is_expected(step, self.outcome(step, names), names) else 1)
            return "differs in the child" if os.waitpid(child, 0)[1] else None
        if "race" not in step:
            outcome = self.outcome(step, names)
            return None if is_expected(step, outcome, names) else f"gave {outcome}"
        outcomes = self.race(step, names)
        of: dict[str, Step] = {how: {how: step[how]} if how in step else {} for how in ("out", "err")}
        is_right = all(is_expected(of[outcome[0]], outcome, dict(names)) for outcome in outcomes)
        won = sum(how == "out" for how, _ in outcomes)
        return None if is_right and won == step["won"] else f"was won by {won}: {outcomes}"


def is_expected(step: Step, outcome: Outcome, names: Step) -> bool:
    how, found = outcome
    if how == "out":
        return "err" not in step and ("out" not in step or matches(step["out"], found, names))
    wanted = step.get("err", {})
    kinds = {wanted: {}} if isinstance(wanted, str) else wanted
    return bool(kinds) and all(k == found["kind"] and matches(n, found, names) for k, n in kinds.items())


def run(lines: list[tuple[int, Step]]) -> str | None:
    session, names = Session(lines[0][1]["open"]), dict[str, Any]()
    try:
        for number, step in lines[1:]:
            if wrong := session.take(step, names):
                return f"{number}: {lines[0][1]['case']}: {json.dumps(step)} {wrong}"
    finally:
        try:
            session.directory.close()
        except HeadcountError:
            pass  # A case may have taken its file away.
        shutil.rmtree(session.folder)
    return None


def run_all(folder: Path) -> tuple[int, list[str]]:
    """How many cases of the scripts in a folder passed, and what was wrong with others."""
    total, failures = 0, []
    for script in sorted(folder.glob("*.jsonl")):
        cases: list[list[tuple[int, Step]]] = []
        for number, line in enumerate(script.read_text().splitlines(), 1):
            step = json.loads(line or "{}")
            cases += [[]] if "case" in step else []
            cases[-1] += [(number, step)] if step else []
        total += len(cases)
        failures += [f"{script.name}:{wrong}" for case in cases if (wrong := run(case))]
    return total - len(failures), failures
