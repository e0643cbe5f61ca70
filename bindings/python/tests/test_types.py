"""Type checkers know the whole package, and what is written down is what is there."""

from __future__ import annotations

import ast
import importlib.metadata
import inspect
import itertools
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import headcount
import pytest
from headcount import _headcount, errors, records, wallaroo

ROOT = Path(__file__).parents[1]


def test_mypy_strict_passes() -> None:
    paths = ["python", "tests", "examples"]
    command = [sys.executable, "-m", "mypy", "--strict", *paths]
    checked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_mypy_finds_what_is_wrong(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.py"
    wrong.write_text(
        "import headcount\n"
        "users = headcount.Directory.in_memory()\n"
        "print(users.user_by_email('a@ex.co').email)\n"
        "users.update_user('a@ex.co', active=True)\n"
        "users.query(sort='age')\n"
    )
    command = [sys.executable, "-m", "mypy", "--strict", str(wrong)]
    checked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert checked.stdout.count("error:") == 3, checked.stdout


def test_the_stub_names_what_is_there() -> None:
    command = [sys.executable, "-m", "mypy.stubtest", "headcount._headcount"]
    checked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_everything_public_is_documented() -> None:
    bare: list[str] = []
    for module in (headcount, _headcount, errors, records, wallaroo):
        assert module.__doc__, module.__name__
        for name, thing in vars(module).items():
            if name.startswith("_") or getattr(thing, "__module__", None) == "typing":
                continue
            if inspect.isclass(thing) or inspect.isroutine(thing):
                bare += [] if thing.__doc__ else [f"{module.__name__}.{name}"]
            if inspect.isclass(thing) and thing.__module__.startswith("headcount"):
                members = [one for one in vars(thing).items() if not one[0].startswith("_")]
                calls = [(member, value) for member, value in members if is_a_call(value)]
                bare += [f"{name}.{member}" for member, value in calls if not value.__doc__]
    assert not bare
    with pytest.raises(TypeError):
        _headcount.User()


def is_a_call(value: object) -> bool:
    return inspect.isroutine(value) or inspect.isgetsetdescriptor(value) or isinstance(value, property)


@pytest.mark.parametrize("module", [errors, records])
def test_every_field_is_documented(module: ModuleType) -> None:
    """A field has no docstring at run time: what stands below it is one for editors."""
    bare: list[str] = []
    for made in ast.parse(inspect.getsource(module)).body:
        if not isinstance(made, ast.ClassDef):
            continue
        assert ast.get_docstring(made), made.name
        for field, below in itertools.pairwise([*made.body, ast.Pass()]):
            # The docstring of `HeadcountError` has its two.
            if isinstance(field, ast.AnnAssign) and made.name != "HeadcountError":
                is_text = isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant)
                bare += [] if is_text else [f"{made.name}.{ast.unparse(field.target)}"]
    assert not bare


def test_the_package_has_its_licenses() -> None:
    files = importlib.metadata.files("headcount") or []
    assert {"LICENSE-APACHE", "LICENSE-MIT"} <= {file.name for file in files}
