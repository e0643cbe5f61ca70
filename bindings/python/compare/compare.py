"""What calls cost here and with sqlite3: bindings/costs runs it.

A line has the name of a row, and nanoseconds of headcount and of SQLite (- for none): those
of the quickest batch, taken in turns.
"""

import itertools
import sqlite3
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable
from pathlib import Path

import headcount

USERS, KEYS = 100_000, 1_000
SECONDS = float(sys.argv[1]) if len(sys.argv) > 1 else 2.0
INSERT = "insert into users values (?, ?, ?, 'Ann', 'Lovelace', 1, 0, 1, 1, 1)"
TABLE = """create table users (id text primary key, email text not null unique collate nocase,
    username text not null unique, given_name text, family_name text, active integer not null,
    admin integer not null, created_at integer not null, updated_at integer not null,
    version integer not null) without rowid"""


def email(i: int) -> str:
    return f"user{i:06}@example.com"


def row(name: str, count: int, ours: Callable[[], object], theirs: Callable[[], object] | None) -> None:
    best = other = float("inf")
    end = time.monotonic() + SECONDS
    while time.monotonic() < end or best == float("inf"):
        best = min(best, nanoseconds(ours) / count)
        if theirs:
            other = min(other, nanoseconds(theirs) / count)
    print(name, f"{best:.0f}", f"{other:.0f}" if theirs else "-", sep="\t", flush=True)


def nanoseconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter_ns()
    work()
    return time.perf_counter_ns() - begun


def filled(cached_users: int) -> headcount.Directory:
    directory = headcount.Directory.in_memory(license="enterprise", cached_users=cached_users)
    for at in range(0, USERS, 5_000):
        batch = headcount.Batch()
        for i in range(at, at + 5_000):
            batch.create_user(email(i), username=f"user{i}", given_name="Ann", family_name="Lovelace")
        directory.apply(batch)
    return directory


def database(path: str | Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
    for statement in ("pragma journal_mode = wal", "pragma synchronous = full", TABLE):
        connection.execute(statement)
    return connection


def reads() -> None:
    keys = [email(i * 7919 % USERS) for i in range(KEYS)]
    cached, uncached, sqlite = filled(10_000), filled(0), database(":memory:")
    rows = ((str(uuid.uuid4()), email(i), f"user{i}") for i in range(USERS))
    sqlite.execute("begin")
    sqlite.executemany(INSERT, rows)
    sqlite.execute("commit")
    find = "select * from users where email = ?"

    def get(directory: headcount.Directory) -> Callable[[], object]:
        lookup = directory.user_by_email
        return lambda: [lookup(key) for key in keys]

    def select() -> None:
        for key in keys:
            sqlite.execute(find, (key,)).fetchone()

    row("get", KEYS, get(uncached), select)
    row("hit", KEYS, get(cached), select)
    every = "select * from users order by email"
    row("list", USERS, lambda: list(cached.users()), lambda: sqlite.execute(every).fetchall())
    try:
        import pyarrow
    except ImportError:
        return
    row("arrow", USERS, lambda: pyarrow.table(cached.users()), None)


def creates(folder: Path) -> None:
    directory = headcount.Directory(folder / "users.redb", license="enterprise")
    sqlite, lock, number = database(folder / "users.sqlite"), threading.Lock(), itertools.count()

    def ours() -> None:
        i = next(number)
        directory.create_user(email(i), username=f"user{i}", given_name="Ann", family_name="Lovelace")

    def theirs() -> None:
        with lock:  # quicker than connections that wait for each other
            i = next(number)
            sqlite.execute(INSERT, (str(uuid.uuid4()), email(i), f"user{i}"))

    for name, threads in (("create", 1), ("create16", 16)):
        row(name, 20 * threads, lambda: together(threads, ours), lambda: together(threads, theirs))
    directory.close()
    sqlite.close()


def together(count: int, work: Callable[[], None]) -> None:
    def run() -> None:
        for _ in range(20):
            work()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


reads()
with tempfile.TemporaryDirectory() as folder:
    creates(Path(folder))
