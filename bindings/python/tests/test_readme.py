"""What README shows is what happens."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def test_each_python_block_of_the_readme_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert len(blocks) >= 4
    names: dict[str, object] = {}
    for block in blocks:
        exec(block, names)


def test_the_example_runs(tmp_path: Path) -> None:
    example = ROOT / "examples" / "quickstart.py"
    command = [sys.executable, str(example), str(tmp_path / "users.redb")]
    shown = subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ)
    assert shown.stdout.endswith("5 of 5 seats in use\n")


@pytest.mark.parametrize("module", ["headcount", "headcount.wallaroo"])
def test_the_examples_of_the_docstrings_run(module: str) -> None:
    import doctest
    import importlib

    results = doctest.testmod(importlib.import_module(module))
    assert results.attempted > 0
    assert results.failed == 0


