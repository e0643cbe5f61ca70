"""None is refused wherever the types say that something has to be given."""

from __future__ import annotations

import ast
import datetime
import io
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import headcount
import pytest
from headcount import Batch, Directory

TYPES = ast.parse((Path(headcount.__file__).parent / "_headcount.pyi").read_text())
CLASSES = {node.name: node for node in TYPES.body if isinstance(node, ast.ClassDef)}


def parameters(function: ast.FunctionDef) -> Iterator[tuple[str, bool, bool]]:
    """The name of each parameter, whether it can be left out, and whether it may be None."""
    of = function.args
    given = [each for each in of.posonlyargs + of.args if each.arg not in ("self", "cls")]
    optional = len(given) - len(of.defaults)
    for at, each in enumerate(given):
        yield each.arg, at >= optional, may_be_none(each.annotation)
    for each, default in zip(of.kwonlyargs, of.kw_defaults):
        yield each.arg, default is not None, may_be_none(each.annotation)
    if of.kwarg is not None and of.kwarg.annotation is not None:
        fields = CLASSES[ast.unparse(of.kwarg.annotation).removeprefix("Unpack[").removesuffix("]")]
        for field in fields.body:
            if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
                yield field.target.id, True, may_be_none(field.annotation)


def may_be_none(annotation: ast.expr | None) -> bool:
    # That of a value, as in Mapping[str, str | None], is another question.
    parts = ast.unparse(annotation) if annotation else "None"
    return parts == "None" or parts.endswith("| None")


def test_none_is_refused_where_something_has_to_be_given(tmp_path: Path) -> None:
    now = datetime.datetime.now(datetime.timezone.utc)
    path = tmp_path / "users.redb"
    with Directory.in_memory(license="enterprise") as users:
        ann = users.create_user("a@ex.co")
        users.create_workspace("w", ann)
        given: dict[str, Any] = {
            "user": ann, "email": "b@ex.co", "id": uuid.uuid4(), "username": "b", "emails": [], "ids": [], "provisioner": "okta",
            "door": "rest", "license": 3, "name": "v", "workspace": "w", "role": "user", "batch": Batch(), "before": 1, "path": path,
            "backup": path, "to": io.BytesIO(), "lines": io.BytesIO(), "since": now,
        }  # fmt: skip
        tried = 0
        targets: dict[str, Any] = {"Directory": users, "Batch": Batch(), "ChangeFeed": users.follow()}
        calls: list[tuple[str, Callable[..., Any], ast.FunctionDef]] = []
        for name, target in targets.items():
            for node in CLASSES[name].body:
                if isinstance(node, ast.FunctionDef) and node.name == "__new__":
                    calls.append((name, type(target), node))
                elif isinstance(node, ast.FunctionDef) and not node.name.startswith("__"):
                    if not any(ast.unparse(of) == "property" for of in node.decorator_list):
                        calls.append((f"{name}.{node.name}", getattr(target, node.name), node))
        for node in TYPES.body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                calls.append((node.name, getattr(headcount, node.name), node))
        for name, call, node in calls:
            needed = {of: given[of] for of, optional, _ in parameters(node) if not optional}
            for parameter, _, may_be in parameters(node):
                if not may_be:
                    with pytest.raises(TypeError):
                        call(**needed | {parameter: None})
                        pytest.fail(f"{name} takes None for {parameter}")
                    tried += 1
        assert tried > 100
        assert (len(users), users.user(ann), len(list(users.changes()))) == (1, ann, 2)
    assert not path.exists()
