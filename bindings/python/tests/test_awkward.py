"""Rare texts, numbers, times, paths and orders of calls: each is taken as it is, or refused in words."""

from __future__ import annotations

import asyncio
import datetime
import decimal
import gc
import math
import multiprocessing
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
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
        for wrong in (1.0, math.nan, None, decimal.Decimal(1), b"community"):
            with pytest.raises(TypeError):
                users.set_license(wrong)  # type: ignore[arg-type]


def test_true_is_no_number() -> None:
    with enterprise() as users:
        calls: list[Callable[[Any], Any]] = [
            users.set_license,
            users.workspace,
            users.trim_changes,
            users.follow,
            users.changes,
            users.find_faults,
            users.follow().next,
            lambda true: users.query(limit=true),
            lambda true: users.update_user("a@ex.co", if_version=true),
            lambda true: Batch().activate_user("a@ex.co", if_version=true),
            lambda true: Directory("x", open_timeout=true),
            lambda true: Directory("x", log_bytes=true),
            lambda true: Directory.in_memory(cached_users=true),
            lambda true: headcount.compact("x", open_timeout=true),
        ]
        for call in calls:
            with pytest.raises(TypeError, match="number"):
                call(True)
        with pytest.raises(TypeError, match="bool"):
            users.create_user("a@ex.co", active=1)  # type: ignore[arg-type]
        assert len(users) == 0


def test_how_long_to_wait_is_a_number_of_seconds(tmp_path: Path) -> None:
    path = tmp_path / "users.redb"
    for wrong in (math.nan, -1, -0.001, -math.inf, -(10**400)):
        for call in (
            lambda timeout: Directory(path, open_timeout=timeout),
            lambda timeout: Directory(path, sync_interval=timeout),
            lambda timeout: headcount.compact(path, open_timeout=timeout),
            lambda timeout: enterprise().follow().next(timeout),
        ):
            with pytest.raises(ValueError, match="seconds is 0 or more"):
                call(wrong)
    for typed in ("1", datetime.timedelta(seconds=1), b"1"):
        with pytest.raises(TypeError, match="real number"):
            Directory(path, open_timeout=typed)  # type: ignore[arg-type]
    assert not path.exists()
    for seconds in (86_400.1, 1e300, math.inf, 10**400):
        with pytest.raises(InvalidArgumentError, match="up to a day"):
            Directory(path, sync_interval=seconds)
        Directory(path, open_timeout=seconds).close()
    for seconds in (0, 1e-300, 1e-9, decimal.Decimal("0.0001"), 86_400):  # type: ignore[assignment]
        Directory(path, open_timeout=seconds, sync_interval=seconds).close()
    with enterprise() as users:
        assert users.follow().next(1e-9) is None


def test_a_time_is_a_datetime_with_a_time_zone() -> None:
    class Nowhere(datetime.tzinfo):
        def utcoffset(self, _: datetime.datetime | None) -> None:
            return None

        dst = tzname = utcoffset

    with enterprise() as users:
        calls: list[Callable[[Any], Any]] = [
            users.seat_history,
            lambda at: users.create_user("a@ex.co", created_at=at),
            lambda at: users.count(seen_since=at),
        ]
        for call in calls:
            for wrong in (datetime.date(2024, 7, 11), 1720716959, 1720716959.5, "2024-07-11T16:55:59Z"):
                with pytest.raises(TypeError, match="datetime with a time zone"):
                    call(wrong)
            for naive in (datetime.datetime(2024, 7, 11), datetime.datetime(2024, 7, 11, tzinfo=Nowhere())):
                with pytest.raises(ValueError, match="has no time zone"):
                    call(naive)


def test_a_keyword_of_the_wrong_type_is_named() -> None:
    with enterprise() as users:
        calls: list[tuple[str, Callable[[], Any]]] = [
            ("email", lambda: users.create_user(b"a@ex.co")),  # type: ignore[arg-type]
            ("given_name", lambda: users.create_user("a@ex.co", given_name=b"A")),  # type: ignore[arg-type]
            ("attributes", lambda: users.create_user("a@ex.co", attributes=[("a", "b")])),  # type: ignore[arg-type]
            ("attributes", lambda: users.create_user("a@ex.co", attributes={"a": 5})),  # type: ignore[dict-item]
            ("if_version", lambda: users.update_user("a@ex.co", if_version="1")),  # type: ignore[arg-type]
            ("limit", lambda: users.query(limit=2.5)),  # type: ignore[arg-type]
            ("actor", lambda: Batch(actor=5)),  # type: ignore[arg-type]
        ]
        for name, call in calls:
            with pytest.raises(TypeError) as refused:
                call()
            assert f"while processing '{name}'" in refused.value.__notes__
        for many in (users.users_by_emails, users.users_by_ids):
            with pytest.raises(ZeroDivisionError):
                many(str(1 // n) for n in (0,))


def test_a_text_of_a_class_of_its_own_is_a_text() -> None:
    class Text(str):
        pass

    with enterprise() as users:
        made = users.create_user(Text("a@ex.co"), username=Text("a"), attributes={Text("a"): Text("b")})
        assert users.user(Text("A")) == users.users_by_emails([Text("a@ex.co")])[0] == made
        assert type(made.username) is type(made.attributes["a"]) is str


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


def together(threads: int, work: Callable[[int], object]) -> None:
    with ThreadPoolExecutor(threads) as pool:
        for done in [pool.submit(work, thread) for thread in range(threads)]:
            done.result()


def test_threads_share_a_list_and_a_batch(tmp_path: Path) -> None:
    class Slow(dict[str, str]):
        """Lets other threads run while it is read."""

        def items(self) -> Any:
            time.sleep(0.0001)
            return super().items()

    batch = Batch()

    def fill(thread: int) -> None:
        for i in range(500):
            batch.create_user(f"t{thread}-{i}@ex.co", attributes=Slow(a="b"))

    together(8, fill)
    assert len(batch) == 4000
    with Directory(tmp_path / "users.redb", license="enterprise") as users:
        users.apply(batch)
        for number in range(300):
            users.create_workspace(f"w{number}", "t0-0@ex.co")
        for listed, length in ((users.users(), 4000), (users.workspaces(), 300), (users.changes(), 301)):
            seen: list[object] = []
            together(8, lambda _, listed=listed, seen=seen: seen.extend(listed))  # type: ignore[misc]
            assert len(seen) == length
        listed = users.users()
        together(8, lambda _: [len(listed), repr(listed), next(listed)])
        assert len(listed) == 3992


def test_coroutines_wait_in_threads(tmp_path: Path) -> None:
    async def work(users: Directory) -> int:
        feed = users.follow()
        following = asyncio.create_task(asyncio.to_thread(feed.next, 20))
        emails = [f"u{i}@ex.co" for i in range(20)]
        await asyncio.gather(*(asyncio.to_thread(users.create_user, email) for email in emails))
        change = await following
        return change.sequence if change else 0

    with Directory(tmp_path / "users.redb", license="enterprise") as users:
        assert asyncio.run(work(users)) == 1
        assert len(users) == 20


def test_a_coroutine_that_is_cancelled_ends_its_wait() -> None:
    async def follow(users: Directory) -> None:
        with users.follow() as feed:
            await asyncio.to_thread(feed.next, 30)

    async def work(users: Directory) -> None:
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(follow(users), 0.2)

    with Directory.in_memory() as users:
        started = time.monotonic()
        # At its end, `run` waits for the threads of `to_thread`.
        asyncio.run(work(users))
        assert time.monotonic() - started < 10


def test_a_program_ends_while_its_threads_read_and_write(tmp_path: Path) -> None:
    program = """
import sys, threading, time, headcount
users = headcount.Directory(sys.argv[1], license="enterprise")
follow = lambda: [None for change in users.follow()]
write = lambda n: [users.create_user(f"t{n}-{i}@ex.co") for i in range(10**9)]
for _ in range(3): threading.Thread(target=follow, daemon=True).start()
for n in range(3): threading.Thread(target=write, args=(n,), daemon=True).start()
while len(users) < 20: time.sleep(0.01)
listed = users.users(); next(listed)
"""
    path = tmp_path / "users.redb"
    for _ in range(3):
        done = subprocess.run([sys.executable, "-c", program, path], capture_output=True, text=True, timeout=60)
        assert (done.returncode, done.stderr) == (0, "")
        assert headcount.find_faults(path).total == 0
        path.unlink()
        for log in tmp_path.glob("users.redb-*"):
            log.unlink()


def test_a_second_interpreter_is_refused_in_words() -> None:
    program = r"""
import headcount
try: import _interpreters as interpreters
except ImportError: import _xxsubinterpreters as interpreters
another = interpreters.create()
code = "try: import headcount\nexcept ImportError as error: print('refused:', error)"
interpreters.run_string(another, code)
print(headcount.Directory.in_memory())
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert re.search(r"refused: .*(a second one can't; use threads|does not support loading in subinterpreters)", done.stdout)
    assert "0 of 5 seats" in done.stdout


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
