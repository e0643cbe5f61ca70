"""The conformance script, of which ``tests/conformance/README.md`` of the repository has the
format, against this binding. ``test_conformance.py`` runs this."""

from __future__ import annotations

import contextlib
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
KNOWN = json.loads((SCRIPTS / "calls.json").read_text())
USER = [name for name in dir(User) if not name.startswith("_")]
ERROR = "kind limit active requested expected found resume_after latest op_index".split()
OTHERS = {"plan_repair": "repair"}  # Calls that have other names here.
moment = datetime.datetime.fromisoformat
Step = dict[str, Any]
Outcome = tuple[str, Any]


def shown(value: Any) -> Any:
    """A value of the binding as the script has it."""
    if isinstance(value, (User, HeadcountError)):
        return {name: shown(getattr(value, name, None)) for name in (USER if isinstance(value, User) else ERROR)}
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
    if isinstance(wanted, dict) and wanted.keys() & {"$from", "$has"}:
        return wanted["$has"] in found if "$has" in wanted else moment(found) >= moment(names[wanted["$from"]])
    if isinstance(wanted, dict) and isinstance(found, dict):
        return all(matches(value, found.get(key), names) for key, value in wanted.items())
    if isinstance(wanted, list) and isinstance(found, list):
        return len(wanted) == len(found) and all(matches(w, f, names) for w, f in zip(wanted, found))
    return type(wanted) is type(found) and bool(wanted == found)


def unknown_words(line: Step) -> list[str]:
    """What ``calls.json`` lacks of a line: a word that is misspelt would say nothing."""
    head, given = "case" in line, line.get("in") or line.get("open") or {}
    parts = [("lines", "case" if head else "step", line), ("calls", "open" if head else line["do"], given)]
    parts += [("operations", operation["op"], operation) for operation in given.get("operations", [])]
    return [word for part, name, members in parts
            for word in (members.keys() - KNOWN[part][name].split() if name in KNOWN[part] else [name])]


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
    return getattr(on, OTHERS.get(name, name))(**given)


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
        for key in {"path", "from", "to", "backup", "aside"} & given.keys():
            given[key] = self.folder / given[key]
        path, texts = given.get("path", Path()), (given.get("text", ""), given.get("with", ""))
        calls: dict[str, Callable[[], Any]] = {
            "len": lambda: len(on),
            "follow": lambda: setattr(self, "feed", on.follow(given["after"])),
            "next": lambda: self.feed.next(given["timeout_ms"] / 1000),
            "position": lambda: self.feed.position,
            "copy_file": lambda: shutil.copy(given["from"], given["to"]),
            "write_file": lambda: path.write_text(texts[0]),
            "replace_in_file": lambda: path.write_bytes(path.read_bytes().replace(*map(str.encode, texts))),
            "remove_file": lambda: path.unlink(),
            "exists": lambda: path.exists(),
            "export": lambda: on.export(path.open("wb")),
            "load": lambda: on.load(path.open("rb")),
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
        of_file = name in ("restore", "compact", "plan_repair", "repair", "find_faults") and "path" in given
        return calls[name]() if name in calls else make(headcount if of_file else on, name, given)

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
        if "fork" in step:
            if (child := os.fork()) == 0:
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
    kinds = {err: {}} if isinstance(err := step.get("err", {}), str) else err
    return bool(kinds) and all(k == found["kind"] and matches(n, found, names) for k, n in kinds.items())


def run(lines: list[tuple[int, Step]]) -> str | None:
    if unknown := [f"{number}: {line} has {word}" for number, line in lines for word in unknown_words(line)]:
        return unknown[0]
    session, names = Session(lines[0][1]["open"]), dict[str, Any]()
    try:
        for number, step in lines[1:]:
            if wrong := session.take(step, names):
                return f"{number}: {lines[0][1]['case']}: {json.dumps(step)} {wrong}"
    finally:
        with contextlib.suppress(HeadcountError):  # A case may have taken its file away.
            session.directory.close()
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
