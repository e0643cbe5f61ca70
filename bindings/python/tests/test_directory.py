"""A directory behaves as Python code expects of a thing that holds a file."""

from __future__ import annotations

import copy
import datetime
import logging
import os
import pickle
import re
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import headcount
import pytest
from headcount import Batch, Directory


def test_with_closes_and_closing_again_does_nothing(tmp_path: Path) -> None:
    with Directory(tmp_path / "users.redb") as users:
        users.create_user("ann@ex.co")
    with pytest.raises(headcount.errors.ClosedError):
        users.seats()
    users.close()
    with Directory(tmp_path / "users.redb") as users:
        assert len(users) == 1


def test_with_closes_after_an_exception(tmp_path: Path) -> None:
    with pytest.raises(KeyError), Directory(tmp_path / "users.redb"):
        raise KeyError
    Directory(tmp_path / "users.redb").close()


def test_an_empty_directory_is_still_true() -> None:
    with Directory.in_memory() as users:
        assert users
        assert len(users) == 0


def test_everything_has_a_repr_that_says_what_it_is(tmp_path: Path) -> None:
    path = tmp_path / "users.redb"
    with Directory(path) as users:
        ann = users.create_user("ann@ex.co", username="ann's")
        assert repr(ann) == (
            f"User(id='{ann.id}', email='ann@ex.co', username=\"ann's\", active=True)"
        )
        assert repr(users) == (
            f"<headcount.Directory {str(path)!r}: "
            "1 of 5 seats in use (community), 0 inactive>"
        )
        assert repr(users.users()) == "<headcount.Users: 1 to come>"
        assert repr(Batch().activate_user(ann)) == "<headcount.Batch of 1 operation>"
        assert repr(users.follow(1)) == "<headcount.ChangeFeed at 1>"
        assert repr(users.seats()).startswith("Seats(license='community', ")
    assert repr(users) == f"<headcount.Directory {str(path)!r}: closed>"


def test_users_are_named_by_what_is_at_hand() -> None:
    with Directory.in_memory() as users:
        ann = users.create_user("ann@ex.co")
        for name in (ann, ann.id, "ANN@ex.co", uuid.UUID(ann.id)):
            assert users.user(name) == ann
            assert users.activate_user(name) == ann
        assert users.user_by_id(uuid.UUID(ann.id)) == ann
        workspace = users.create_workspace("w", ann)
        for place in (workspace, workspace.id, "W"):
            assert users.workspace(place) == workspace
        with pytest.raises(TypeError, match="a user is named by"):
            users.user(7)  # type: ignore[arg-type]
        with pytest.raises(TypeError, match="a workspace is named by"):
            users.workspace(1.5)  # type: ignore[arg-type]


def test_unknown_keywords_are_refused() -> None:
    with Directory.in_memory() as users:
        with pytest.raises(TypeError, match="unexpected keyword argument 'nickname'"):
            users.create_user("ann@ex.co", nickname="A")  # type: ignore[call-arg]
        with pytest.raises(TypeError, match="unexpected keyword argument 'color'"):
            users.query(color="red")  # type: ignore[call-arg]
        assert len(users) == 0


def test_a_condition_can_be_false_and_none_is_no_condition() -> None:
    with Directory.in_memory() as users:
        users.create_user("ann@ex.co", admin=True)
        users.create_user("bob@ex.co", active=False)
        names = {"ann@ex.co": True, "bob@ex.co": False}
        for name, is_so in names.items():
            assert [user.email for user in users.query(admins=is_so).users] == [name]
            assert [user.email for user in users.query(active=is_so).users] == [name]
        assert users.count(admins=None, active=None) == 2


def test_times_have_a_time_zone() -> None:
    moment = datetime.datetime(2024, 7, 11, 16, 55, 59, 173_001, tzinfo=datetime.UTC)
    with Directory.in_memory() as users:
        ann = users.create_user("ann@ex.co", created_at=moment)
        assert ann.created_at == moment
        assert ann.updated_at.tzinfo is datetime.UTC
        elsewhere = moment.astimezone(datetime.timezone(datetime.timedelta(hours=5)))
        assert users.create_user("bob@ex.co", created_at=elsewhere).created_at == moment
        with pytest.raises(ValueError, match="has no time zone"):
            users.create_user("cho@ex.co", created_at=moment.replace(tzinfo=None))
        with pytest.raises(ValueError, match="before 1970"):
            users.query(created_since=moment.replace(year=1969))


def test_a_user_can_be_pickled_and_a_directory_cannot() -> None:
    with Directory.in_memory() as users:
        made = users.create_user(
            "ann@ex.co", username="ann", given_name="Ånn 🦀", attributes={"a": "b"}, admin=True
        )
        for user in (made, *users.users()):
            for again in (pickle.loads(pickle.dumps(user)), copy.deepcopy(user)):
                assert again == user
                assert hash(again) == hash(user)
                assert again.attributes == {"a": "b"}
                assert again.created_at == user.created_at
        for refused in (pickle.dumps, copy.copy, copy.deepcopy):
            with pytest.raises(TypeError, match="belongs to this process"):
                refused(users)
        assert pickle.loads(pickle.dumps(users.seats())) == users.seats()


def test_users_are_values() -> None:
    with Directory.in_memory() as users:
        ann = users.create_user("ann@ex.co")
        bob = users.create_user("bob@ex.co")
        assert ann != bob
        assert ann != "ann@ex.co"
        assert users.deactivate_user(ann) != ann
        assert len({ann, bob, *users.users()}) == 3
        with pytest.raises(AttributeError):
            ann.email = "x"  # type: ignore[misc]


def test_lists_are_of_one_moment() -> None:
    with Directory.in_memory(license="enterprise") as users:
        for i in range(1000):
            users.create_user(f"u{i:04}@ex.co")
        listed = users.users()
        assert len(listed) == 1000
        assert next(listed).email == "u0000@ex.co"
        users.delete_user("u0500@ex.co")
        assert len(listed) == 999
        assert [user.email for user in listed] == [f"u{i:04}@ex.co" for i in range(1, 1000)]
        assert len(listed) == 0
        assert len(users) == 999


def test_a_file_in_use_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "users.redb"
    program = (
        "import headcount, sys, time; d = headcount.Directory(sys.argv[1]);"
        "print('open', flush=True); time.sleep(60)"
    )
    arguments = [sys.executable, "-c", program, str(path)]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        try:
            with pytest.raises(headcount.errors.AlreadyOpenError) as refused:
                Directory(path)
            assert re.search(rf"\b{holder.pid}\b", str(refused.value))
            assert str(path) in str(refused.value)
        finally:
            holder.kill()
    Directory(path).close()


def test_a_child_of_fork_is_refused(tmp_path: Path) -> None:
    with Directory(tmp_path / "users.redb") as users:
        users.create_user("ann@ex.co")
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                users.user_by_email("ann@ex.co")
                os.write(write, b"it was read")
            except headcount.HeadcountError as error:
                os.write(write, error.kind.encode())
            os._exit(0)
        os.waitpid(child, 0)
        assert os.read(read, 1000) == b"forked"
        assert users.user_by_email("ann@ex.co") is not None


def interrupt_soon() -> None:
    def send() -> None:
        time.sleep(0.2)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=send).start()


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Who starts the tests in the background may have them ignore Ctrl-C."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_waiting_for_a_change_can_be_interrupted() -> None:
    with Directory.in_memory() as users:
        for wait in (lambda feed: feed.next(30), lambda feed: feed.next(), next):
            feed = users.follow()
            started = time.monotonic()
            interrupt_soon()
            with pytest.raises(KeyboardInterrupt):
                wait(feed)
            assert time.monotonic() - started < 5


@pytest.mark.usefixtures("interruptible")
def test_waiting_for_a_file_can_be_interrupted(tmp_path: Path) -> None:
    with Directory(tmp_path / "users.redb"):
        started = time.monotonic()
        interrupt_soon()
        with pytest.raises(KeyboardInterrupt):
            Directory(tmp_path / "users.redb", open_timeout=30)
        assert time.monotonic() - started < 5
        started = time.monotonic()
        with pytest.raises(headcount.errors.AlreadyOpenError):
            Directory(tmp_path / "users.redb", open_timeout=0.3)
        assert 0.3 <= time.monotonic() - started < 5


@pytest.mark.usefixtures("interruptible")
def test_waiting_to_restore_or_compact_can_be_interrupted(tmp_path: Path) -> None:
    backup, path = tmp_path / "backup.redb", tmp_path / "users.redb"
    with Directory(path) as users:
        users.backup(backup)
        for wait in (
            lambda seconds: headcount.restore(backup, path, overwrite=True, open_timeout=seconds),
            lambda seconds: headcount.compact(path, open_timeout=seconds),
        ):
            started = time.monotonic()
            interrupt_soon()
            with pytest.raises(KeyboardInterrupt):
                wait(30)
            assert time.monotonic() - started < 5
            started = time.monotonic()
            with pytest.raises(headcount.errors.AlreadyOpenError):
                wait(0.3)
            assert 0.3 <= time.monotonic() - started < 5


def test_a_feed_wakes_for_each_change_and_ends_with_the_directory() -> None:
    users = Directory.in_memory()
    seen: list[int] = []

    def follow() -> None:
        for change in users.follow():
            seen.append(change.sequence)

    follower = threading.Thread(target=follow)
    follower.start()
    for name in ("ann", "bob", "cho"):
        users.create_user(f"{name}@ex.co")
    deadline = time.monotonic() + 10
    while len(seen) < 3 and time.monotonic() < deadline:
        time.sleep(0.01)
    users.close()
    follower.join(10)
    assert not follower.is_alive()
    assert seen == [1, 2, 3]


def test_a_feed_is_closed_alone_and_ends_its_waits() -> None:
    with ThreadPoolExecutor(3) as pool, Directory.in_memory() as users:
        feed, other = users.follow(), users.follow()
        waits = [pool.submit(feed.next), pool.submit(feed.next, 60)]
        rest = pool.submit(lambda: list(feed))
        time.sleep(0.2)
        assert not any((rest.done(), *(wait.done() for wait in waits)))
        feed.close()
        feed.close()
        for wait in waits:
            with pytest.raises(headcount.errors.ClosedError, match="the feed was closed"):
                wait.result(10)
        assert rest.result(10) == []
        users.create_user("ann@ex.co")
        assert list(feed) == []
        assert feed.position == 0
        with other as entered:
            assert entered is other
            change = other.next(10)
            assert change is not None and change.sequence == 1
        with pytest.raises(headcount.errors.ClosedError):
            other.next(0)
        assert len(users) == 1


def test_the_interpreter_runs_while_a_write_waits_for_the_disk(tmp_path: Path) -> None:
    with Directory(tmp_path / "users.redb", license="enterprise") as users:
        users.create_user("first@ex.co")
        groups = users.stats().commit_groups

        def create(thread: int) -> None:
            for i in range(50):
                users.create_user(f"u{thread}-{i}@ex.co")

        threads = [threading.Thread(target=create, args=(thread,)) for thread in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(users) == 401
        # Threads that hold each other up would never share a commit.
        assert users.stats().commit_groups - groups < 400


def test_what_happens_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="headcount")
    path = tmp_path / "users.redb"
    with Directory(path):
        pass
    records = [(r.name, r.levelname, r.getMessage()) for r in caplog.records]
    assert ("headcount", "INFO", f"opened {path}") in records
    assert ("headcount", "INFO", "closed the directory") in records


def test_request_ids_are_bytes_or_uuids() -> None:
    with Directory.in_memory() as users:
        key = uuid.uuid4()
        first = users.apply(Batch(request_id=key).create_user("ann@ex.co"))
        again = users.apply(Batch(request_id=key.bytes).create_user("ann@ex.co"))
        assert (first.replayed, again.replayed) == (False, True)
        assert [c.request_id for c in users.changes()] == [str(key)]
        with pytest.raises(ValueError, match="16 bytes"):
            Batch(request_id=b"short")


def test_a_batch_can_be_sent_again() -> None:
    with Directory.in_memory() as users:
        batch = Batch().create_user("ann@ex.co").create_user("bob@ex.co", active=False)
        assert len(batch) == 2
        assert [o.changed for o in users.dry_run(batch).outcomes] == [True, True]
        users.apply(batch)
        refusals = users.preview(batch)
        assert [r.op_index for r in refusals] == [0, 1]
        with pytest.raises(headcount.errors.EmailTakenError) as refused:
            users.apply(batch)
        assert refused.value.op_index == 0


def test_external_ids_name_users_and_workspaces() -> None:
    ids = {"okta": "00u1", "my idp": "größe"}
    with Directory.in_memory() as users:
        ann = users.create_user("ann@ex.co", external_ids=ids)
        for user in (ann, users.user(ann.id), *users.users(), pickle.loads(pickle.dumps(ann))):
            assert user == ann
            assert user.external_ids == ids
        assert users.user_by_external_id("my idp", "größe") == ann
        assert users.user_by_external_id("okta", "00U1") is None
        ann = users.update_user(ann, external_ids={"okta": None, "entra": "1"})
        assert ann.external_ids == {"my idp": "größe", "entra": "1"}
        assert ann != pickle.loads(pickle.dumps(users.update_user(ann, external_ids={"entra": "2"})))
        with pytest.raises(headcount.errors.ExternalIdTakenError):
            users.create_user("bob@ex.co", external_ids={"entra": "2"})
        with pytest.raises(TypeError, match="external ids are texts, not None"):
            users.create_user("bob@ex.co", external_ids={"entra": None})  # type: ignore[dict-item]
        place = users.create_workspace("Fraud", ann, external_ids={"okta": "g1"})
        assert place.external_ids == {"okta": "g1"}
        assert hash(place) == hash(users.workspace_by_external_id("okta", "g1"))
        assert users.set_workspace_external_id("Fraud", "okta", None).external_ids == {}
        batch = Batch().create_workspace("Risk", ann, external_ids={"okta": "g1"})
        users.apply(batch.set_workspace_external_id("Fraud", "okta", "g2", if_version=2))
        found = users.workspace_by_external_id("okta", "g2")
        assert found is not None
        assert (found.id, found.version) == (place.id, 3)
        with pytest.raises(headcount.errors.ConflictError):
            users.apply(Batch().set_workspace_external_id(found, "okta", None, if_version=2))


def test_when_a_user_was_last_seen_is_told_without_a_change(tmp_path: Path) -> None:
    path = tmp_path / "users.redb"
    with Directory(path) as users:
        ann = users.create_user("ann@ex.co")
        assert users.last_seen(ann) is None
        users.touch_user("ann@ex.co")
        seen = users.last_seen("ann@ex.co")
        assert seen is not None
        assert ann.created_at <= seen <= datetime.datetime.now(datetime.UTC)
        assert list(users.changes(1)) == []
        with pytest.raises(headcount.errors.UserNotFoundError):
            users.touch_user("bob@ex.co")
    with Directory(path, read_only=True) as users:
        assert users.last_seen(ann.id) == seen


def test_a_change_says_who_made_it_and_through_which_door() -> None:
    with Directory.in_memory() as users:
        ann = users.create_user("ann@ex.co", admin=True)
        rest = users.acting_as(ann).through("rest")
        rest.create_user("bob@ex.co")
        rest.through("scim:okta").create_user("cho@ex.co")
        rest.apply(Batch(door="import").create_user("dee@ex.co"))
        rest.default_workspace(ann)
        changes = list(users.changes())
        assert [change.door for change in changes] == [None, "rest", "scim:okta", "import", "rest"]
        assert {change.actor for change in changes[1:]} == {ann.id}
        with pytest.raises(headcount.errors.InvalidArgumentError):
            users.through("two words").create_user("eve@ex.co")


def test_many_users_are_found_at_once(tmp_path: Path) -> None:
    with Directory(tmp_path / "users.redb", license="enterprise") as users:
        batch = Batch()
        for i in range(2000):
            batch.create_user(f"u{i}@ex.co", attributes={"filler": "x" * 100})
        users.apply(batch)
        emails = [f"u{i}@ex.co" for i in range(2500)]
        found = users.users_by_emails(emails)
        assert [user and user.email for user in found] == emails[:2000] + [None] * 500
        ids = [user.id for user in found if user is not None]
        assert users.users_by_ids([*ids, uuid.uuid4()]) == [*found[:2000], None]
        assert users.users_by_ids([uuid.UUID(ids[7]), users.users_by_ids([ids[8]])[0] or ""]) == found[7:9]
        assert users.users_by_emails(email for email in emails) == found
        assert users.users_by_ids(dict.fromkeys(ids)) == found[:2000]
        for wrong in ("u1@ex.co", ["u1@ex.co", None], 7, None):
            with pytest.raises(TypeError):
                users.users_by_emails(wrong)  # type: ignore[arg-type]
        with pytest.raises(headcount.errors.InvalidArgumentError):
            users.users_by_ids(["u1@ex.co"])
