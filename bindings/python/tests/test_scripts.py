"""The scripts that build the bindings work after an upgrade, an interruption, and in any folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

BINDINGS = Path(__file__).parents[2]


def script(path: Path, lines: str) -> Path:
    path.write_text(f"#!/bin/sh\n{lines}\n")
    path.chmod(0o755)
    return path


def environment(folder: Path, python: Path) -> bool:
    """Makes the environment, and tells whether it is another one than before."""
    mark = folder / "mark"
    kept = mark.exists()
    subprocess.run([BINDINGS / "environment", python, folder], check=True)
    is_new = not (kept and mark.exists())
    mark.touch()
    return is_new


def test_an_environment_that_can_t_be_used_is_made_anew(tmp_path: Path) -> None:
    made, folder = tmp_path / "made", tmp_path / "env"
    # Making one takes seconds, so the first is copied.
    subprocess.run([BINDINGS / "environment", sys.executable, made], check=True)
    copying = f'[ "$2" = venv ] && {{ rm -rf "$4"; exec cp -a {made} "$4"; }}'
    python = script(tmp_path / "python", f'{copying}\nexec {sys.executable} "$@"')
    assert environment(folder, python)
    assert not environment(folder, python)
    # Its Python was removed by an upgrade.
    (folder / "bin" / "python").unlink()
    (folder / "bin" / "python").symlink_to("/no/such/python")
    assert environment(folder, python)
    # Its creation was interrupted.
    (modules,) = folder.glob("lib/python3.*/site-packages")
    shutil.rmtree(modules / "pip")
    assert environment(folder, python)
    # It is of another Python.
    other = script(tmp_path / "other", f'{copying}\n[ "$1" = -c ] && echo another || exec {sys.executable} "$@"')
    assert environment(folder, other)


def test_scripts_build_with_the_first_python_that_is_recent_enough(tmp_path: Path) -> None:
    old, new = (script(tmp_path / name, f"echo {name}") for name in ("3.10", "3.99"))
    (tmp_path / "python3").symlink_to(old)
    variables = {name: value for name, value in os.environ.items() if name != "PYTHON"}
    variables["PATH"] = f"{tmp_path}:{variables['PATH']}"

    def pythons(**more: str) -> list[str]:
        return subprocess.check_output([BINDINGS / "pythons"], env=variables | more, text=True).splitlines()

    others = pythons(PYTHON=str(old))
    assert pythons() == others and str(old) not in others and str(tmp_path / "python3") not in others
    assert pythons(PYTHON=str(new)) == [str(new), *others]


@pytest.mark.parametrize("target", ["made", "../made", None])
def test_the_target_directory_is_relative_to_the_caller(tmp_path: Path, target: str | None) -> None:
    cargo = script(tmp_path / "cargo", 'echo "$@" >&2')
    variables = {name: value for name, value in os.environ.items() if name != "CARGO_TARGET_DIR"}
    variables |= {"CARGO": str(cargo), "PROFILE": "dev"} | ({"CARGO_TARGET_DIR": target} if target else {})
    (tmp_path / "here").mkdir()
    done = subprocess.run(
        [BINDINGS / "library"], cwd=tmp_path / "here", env=variables, check=True, capture_output=True, text=True
    )
    wanted = (tmp_path / "here" / target).resolve() if target else BINDINGS.parent / "target"
    assert done.stdout == f"{wanted}/debug\n"
    assert f"--target-dir {wanted}" in done.stderr
