"""Users that were read before cost no call, and nobody ever sees an older state."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest
from headcount import Directory, User, errors


def test_a_user_who_was_read_before_is_the_same_object() -> None:
    with Directory.in_memory() as users:
        ann = users.create_user("ann@ex.co", username="ann")
        lookups: list[Callable[[], User | None]] = [
            lambda: users.user_by_email("ann@ex.co"),
            lambda: users.user_by_username("ann"),
            lambda: users.user_by_id(ann.id),
            lambda: users.user("ann@ex.co"),
        ]
        for lookup in lookups:
            assert lookup() is lookup()
        assert users.cached_users == 4


def test_a_change_is_seen_at_once_by_every_name() -> None:
    with Directory.in_memory() as users:
        ann = users.create_user("ann@ex.co", username="ann")
        for version in range(2, 50):
            users.user_by_email("ann@ex.co")
            users.user_by_username("ann")
            users.user_by_id(ann.id)
            users.user("ann@ex.co")
            users.update_user(ann, given_name=str(version))
            found = (
                users.user_by_email("ann@ex.co"),
                users.user_by_username("ann"),
                users.user_by_id(ann.id),
                users.user("ann@ex.co"),
            )
            assert {user.version for user in found if user} == {version}


def test_an_address_that_changed_hands_leads_to_its_owner() -> None:
    with Directory.in_memory() as users:
        ann = users.create_user("ann@ex.co")
        assert users.user_by_email("ann@ex.co") == ann
        users.update_user(ann, email="ann@example.com")
        assert users.user_by_email("ann@ex.co") is None
        bob = users.create_user("ann@ex.co")
        assert users.user_by_email("ann@ex.co") == bob


def test_the_cache_is_bounded_and_can_be_left_out() -> None:
    with Directory.in_memory(license="enterprise", cached_users=10) as users:
        for i in range(100):
            users.create_user(f"u{i}@ex.co")
        for i in range(100):
            users.user_by_email(f"u{i}@ex.co")
            assert users.cached_users <= 10
    with Directory.in_memory(cached_users=0) as users:
        users.create_user("ann@ex.co")
        assert users.user_by_email("ann@ex.co") == users.user_by_email("ann@ex.co")
        assert users.cached_users == 0


def test_a_closed_directory_refuses_what_it_had_cached() -> None:
    users = Directory.in_memory()
    ann = users.create_user("ann@ex.co")
    other = users.acting_as(ann)
    assert users.user_by_email("ann@ex.co") and other.user_by_email("ann@ex.co")
    other.close()
    for closed in (users, other):
        with pytest.raises(errors.ClosedError):
            closed.user_by_email("ann@ex.co")


def test_a_text_with_rules_of_its_own_is_not_kept() -> None:
    class Anybody(str):
        def __eq__(self, other: object) -> bool:
            return True

        def __hash__(self) -> int:
            return hash("bob@ex.co")

    with Directory.in_memory() as users:
        users.create_user("ann@ex.co")
        bob = users.create_user("bob@ex.co")
        users.user_by_email(Anybody("ann@ex.co"))
        assert users.user_by_email("bob@ex.co") == bob


@pytest.mark.parametrize("through", ["the same handle", "another handle"])
def test_nobody_sees_an_older_state_while_others_write(through: str) -> None:
    """A writer publishes the version that it was told; readers may see none before it."""
    with Directory.in_memory() as users:
        ann = users.create_user("ann@ex.co", username="ann")
        writer = users if through == "the same handle" else users.acting_as(ann)
        told = [ann.version]
        stale: list[tuple[int, int]] = []
        hits = [0] * 4
        done = threading.Event()

        def write() -> None:
            while not done.is_set():
                told[0] = writer.update_user(ann, given_name=str(told[0])).version

        def read(number: int, lookup: Callable[[], User | None]) -> None:
            seen, before = 0, None
            while not done.is_set():
                at_least = max(told[0], seen)
                user = lookup()
                version = user.version if user else 0
                if version < at_least:
                    stale.append((version, at_least))
                # A state that is read twice is the same object only when it was cached.
                hits[number] += user is before
                seen, before = version, user

        lookups: list[Callable[[], User | None]] = [
            lambda: users.user_by_email("ann@ex.co"),
            lambda: users.user_by_username("ann"),
            lambda: users.user_by_id(ann.id),
            lambda: users.user("ann@ex.co"),
        ]
        threads = [threading.Thread(target=write)]
        threads += [threading.Thread(target=read, args=each) for each in enumerate(lookups)]
        for thread in threads:
            thread.start()
        time.sleep(3)
        deadline = time.monotonic() + 57
        while not (told[0] > 100 and all(hits)) and time.monotonic() < deadline:
            time.sleep(0.05)
        done.set()
        for thread in threads:
            thread.join()
        assert not stale, f"{len(stale)} reads were stale, such as {stale[:3]}"
        assert told[0] > 100
        assert all(hits), hits
