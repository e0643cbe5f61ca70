"""The scripts that build the bindings work after an upgrade, an interruption, and in any folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

BINDINGS = Path(__file__).parents[2]


def environment(folder: Path, python: str | Path = sys.executable) -> bool:
    """Makes the environment, and tells whether it is another one than before."""
    mark = folder / "mark"
    kept = mark.exists()
    subprocess.run([BINDINGS / "environment", python, folder], check=True)
    subprocess.run([folder / "bin" / "python", "-m", "pip", "--version"], check=True, stdout=subprocess.DEVNULL)
    is_new = not (kept and mark.exists())
    mark.touch()
    return is_new


def test_an_environment_that_can_t_be_used_is_made_anew(tmp_path: Path) -> None:
    folder = tmp_path / "env"
    assert environment(folder)
    assert not environment(folder)
    # Its Python was removed by an upgrade.
    (folder / "bin" / "python").unlink()
    (folder / "bin" / "python").symlink_to("/no/such/python")
    assert environment(folder)
    # Its creation was interrupted.
    (modules,) = folder.glob("lib/python3.*/site-packages")
    shutil.rmtree(modules / "pip")
    assert environment(folder)
    # It is of another Python.
    other = tmp_path / "python"
    other.write_text(f'#!/bin/sh\n[ "$1" = -c ] && echo another || exec {sys.executable} "$@"\n')
    other.chmod(0o755)
    assert environment(folder, other)


@pytest.mark.parametrize("target", ["made", "../made", None])
def test_the_target_directory_is_relative_to_the_caller(tmp_path: Path, target: str | None) -> None:
    cargo = tmp_path / "cargo"
    cargo.write_text('#!/bin/sh\necho "$@" >&2\n')
    cargo.chmod(0o755)
    variables = {name: value for name, value in os.environ.items() if name != "CARGO_TARGET_DIR"}
    variables |= {"CARGO": str(cargo), "PROFILE": "dev"} | ({"CARGO_TARGET_DIR": target} if target else {})
    (tmp_path / "here").mkdir()
    done = subprocess.run(
        [BINDINGS / "library"], cwd=tmp_path / "here", env=variables, check=True, capture_output=True, text=True
    )
    wanted = (tmp_path / "here" / target).resolve() if target else BINDINGS.parent / "target"
    assert done.stdout == f"{wanted}/debug\n"
    assert f"--target-dir {wanted}" in done.stderr
