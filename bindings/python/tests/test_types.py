"""Type checkers know the whole package, and what is written down is what is there."""

from __future__ import annotations

import inspect
import subprocess
import sys
from pathlib import Path

import pytest
from headcount import _headcount

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
    for name, thing in vars(_headcount).items():
        if inspect.isclass(thing):
            assert thing.__doc__, name
            for member, value in vars(thing).items():
                if not member.startswith("_"):
                    assert value.__doc__, f"{name}.{member}"
    with pytest.raises(TypeError):
        _headcount.User()
