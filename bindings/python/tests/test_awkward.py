"""Texts, numbers, moments, paths and orders of calls that are seldom, but do come."""

from __future__ import annotations

import datetime
import gc
import math
import multiprocessing
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import headcount
from headcount import Batch, Directory
from headcount.errors import (
    ChangeNotYetError,
    ClosedError,
    ConflictError,
    HeadcountError,
    InvalidArgumentError,
    IoError,
    ReadOnlyError,
)

UTC = datetime.timezone.utc


def enterprise() -> Directory:
    return Directory.in_memory(license="enterprise")


def test_texts_come_back_as_they_were() -> None:
    with enterprise() as users:
        for name in ("😀 🦀", "שלום עולם", "x" * 200, "é" * 100, "\ufffd"):
            user = users.create_user("a@ex.co", given_name=name, attributes={name: "a\0b" + name})
            many = users.users_by_ids([user])[0]
            for read in (user, users.user_by_email("a@ex.co"), many, users.activate_user(user)):
                assert read is not None and read.given_name == name
                assert read.attributes == {name: "a\0b" + name}
            users.delete_user(user)
        assert users.create_user("a@ex.co", given_name="").given_name is None
        assert users.user("") is None


def test_half_of_a_surrogate_pair_is_refused_and_not_replaced() -> None:
    with enterprise() as users:
        users.create_user("a@ex.co")
        calls: list[Callable[[str], Any]] = [
            users.user,
            users.user_by_username,
            users.touch_user,
            users.through,
            lambda text: users.users_by_emails([text]),
            lambda text: users.create_user("b@ex.co", given_name=text),
            lambda text: users.update_user("a@ex.co", attributes={text: "a"}),
            lambda text: users.query(search=text),
            lambda text: users.create_workspace(text),
        ]
        for half in ("\ud83e", "\udd80", "x\ud83e", "\udd80\ud83e", "🦀\udd80"):
            for call in calls:
                with pytest.raises(UnicodeEncodeError):
                    call(half)


def test_numbers_and_moments_at_their_ends() -> None:
    with enterprise() as users:
        late = datetime.datetime(9999, 1, 1, tzinfo=UTC)
        assert users.create_user("a@ex.co", created_at=late).created_at == late
        for at in (datetime.datetime(1969, 12, 31, tzinfo=UTC), datetime.datetime.min, datetime.datetime.now()):
            with pytest.raises((ValueError, InvalidArgumentError)):
                users.create_user("b@ex.co", created_at=at)
            with pytest.raises((ValueError, InvalidArgumentError)):
                users.seat_history(at)
        for number in (-1, 2**64):
            for call in (users.trim_changes, users.follow, users.changes, users.set_license, users.find_faults):
                with pytest.raises(OverflowError):
                    call(number)
            with pytest.raises(OverflowError):
                users.update_user("a@ex.co", if_version=number, given_name="x")
            with pytest.raises(OverflowError):
                users.query(limit=number)
        for limit in (0, 2**63):
            with pytest.raises(InvalidArgumentError):
                users.query(limit=limit)
        with pytest.raises(ConflictError) as conflict:
            users.update_user("a@ex.co", if_version=2**64 - 1, given_name="x")
        assert conflict.value.expected == 2**64 - 1
        with pytest.raises(ChangeNotYetError):
            list(users.changes(2**64 - 1))
        assert users.set_license(2**64 - 2).limit == 2**64 - 2
        for wrong in (1.0, math.nan, None):
            with pytest.raises(TypeError):
                users.set_license(wrong)  # type: ignore[arg-type]
        with pytest.raises(ValueError, match="0 or more"):
            Directory("x", open_timeout=math.nan)


def test_a_path_is_that_of_a_file(tmp_path: Path) -> None:
    odd = tmp_path / "größe 李 🦀"
    odd.mkdir()
    path = odd / " users 'a' \"b\".redb"
    Directory(path).close()
    assert path.exists()
    raw = os.fsencode(odd) + b"/\xff.redb"
    Directory(os.fsdecode(raw)).close()
    assert os.path.exists(raw)
    for wrong in (odd / "none" / "users.redb", odd, Path("a\0b")):
        with pytest.raises(HeadcountError):
            Directory(wrong)
    with pytest.raises(IoError):
        Directory(odd / "none", create_if_missing=False)
    with Directory(path, read_only=True) as reader, Directory(path, read_only=True) as another:
        with pytest.raises(ReadOnlyError):
            reader.create_user("a@ex.co")
        assert len(another) == 0


def test_lists_go_on_while_others_write_and_end_when_the_directory_is_closed() -> None:
    users = enterprise()
    batch = Batch()
    for i in range(5000):
        batch.create_user(f"u{i}@ex.co", given_name="x" * 100)
    users.apply(batch)
    seen = 0
    for _ in users.users():
        seen += 1
        if seen % 1000 == 0:
            users.delete_user(f"u{seen // 1000}@ex.co")
            gc.collect()
    assert seen == 5000
    left = users.users()
    next(left)
    users.close()
    users.close()
    with pytest.raises(ClosedError):
        list(left)
    with pytest.raises(ClosedError):
        users.user("u7@ex.co")


def count(path: str, queue: Any) -> None:
    with Directory(path, open_timeout=20) as users:
        queue.put(len(users))


@pytest.mark.parametrize("method", ["spawn", "forkserver", "fork"])
def test_processes_open_the_file_themselves(tmp_path: Path, method: str) -> None:
    path = str(tmp_path / "users.redb")
    with Directory(path) as users:
        users.create_user("a@ex.co")
    context: Any = multiprocessing.get_context(method)
    queue = context.Queue()
    child = context.Process(target=count, args=(path, queue))
    child.start()
    assert queue.get(timeout=60) == 1
    child.join()
    assert headcount.find_faults(path).total == 0
