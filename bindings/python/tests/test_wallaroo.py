"""Code for the platform's SDK runs on a local directory."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from headcount import Directory, errors, wallaroo

ADMIN = "7b8b4f7d-de27-420f-9cd0-892546cb0f82"
STEVE = "45e6b641-fe57-4fb2-83d2-2c2bd201efe8"


def test_the_guide_s_lists_print_as_it_shows_them() -> None:
    with Directory.in_memory() as users:
        users.create_user("test@test.com", id=ADMIN, username="admin")
        users.create_user("steve@ex.co", id=STEVE, username="steve")
        wl = wallaroo.Client(users)
        assert repr(wl.list_users()) == (
            f'[User({{"id": "{ADMIN}", "email": "test@test.com", "username": "admin"}}), '
            f'User({{"id": "{STEVE}", "email": "steve@ex.co", "username": "steve"}})]'
        )
        assert repr(wl.get_user_by_email("steve@ex.co")) == (
            f'User({{"id": "{STEVE}", "email": "steve@ex.co", "username": "steve"}})'
        )
        assert wl.get_user_by_email("nobody@ex.co") is None
        assert wl.get_user_by_email("eve@ex.co") is None
        assert wl.get_email_by_id(STEVE) == "steve@ex.co"


def test_the_guide_s_user_is_deactivated_and_reactivated() -> None:
    with Directory.in_memory() as users:
        wl = wallaroo.Client(users)
        wl.invite_user("testuser@wallaroo.ai")
        wl.invite_user("john.hummel+signuptest@wallaroo.ai")
        assert [user.username() for user in wl.list_users()] == [
            "testuser@wallaroo.ai",
            "john.hummel+signuptest@wallaroo.ai",
        ]
        assert wl.deactivate_user("testuser@wallaroo.ai") is None  # type: ignore[func-returns-value]
        found = wl.get_user_by_email("testuser@wallaroo.ai")
        assert found is not None and not found.enabled()
        assert len(wl.list_users()) == 2
        wl.activate_user("testuser@wallaroo.ai")
        assert users.seats().active == 2


def test_a_community_license_has_five_users() -> None:
    with Directory.in_memory() as users:
        wl = wallaroo.Client(users)
        for i in range(5):
            wl.invite_user(f"u{i}@ex.co")
        with pytest.raises(errors.NoFreeSeatError):
            wl.invite_user("u5@ex.co")
        wl.deactivate_user("u0@ex.co")
        wl.invite_user("u5@ex.co")
        with pytest.raises(errors.NoFreeSeatError):
            wl.activate_user("u0@ex.co")


def test_who_is_there_already_is_returned_by_an_invitation() -> None:
    with Directory.in_memory() as users:
        wl = wallaroo.Client(users)
        first = wl.invite_user("ann@ex.co")
        assert wl.invite_user("ANN@ex.co") == first
        assert len(users) == 1


def test_a_password_is_taken_and_kept_nowhere(tmp_path: Path) -> None:
    path = tmp_path / "users.redb"
    with wallaroo.Client(path) as wl:
        bob = wl.invite_user("bob@ex.co", "correct horse battery")
        assert wl.invite_user("bob@ex.co", password="another staple") == bob
    for file in tmp_path.rglob("*"):
        assert not file.is_file() or b"battery" not in file.read_bytes()


def test_two_who_invite_the_same_user_get_the_same() -> None:
    with Directory.in_memory() as users:
        clients = [wallaroo.Client(users) for _ in range(8)]
        for round in range(5):
            email = f"u{round}@ex.co"
            barrier = threading.Barrier(8)

            def invite(wl: wallaroo.Client) -> wallaroo.User:
                barrier.wait()
                return wl.invite_user(email)

            with ThreadPoolExecutor(8) as pool:
                assert len(set(pool.map(invite, clients))) == 1
        assert len(users) == 5


def test_workspaces_have_users_and_owners(tmp_path: Path) -> None:
    path = tmp_path / "users.redb"
    with Directory(path) as users:
        for name in ("ann", "bob", "cho"):
            users.create_user(f"{name}@ex.co")
    with wallaroo.Client(path, user="ann@ex.co") as wl:
        own = wl.get_current_workspace()
        assert own == wl.get_current_workspace()
        assert [user.email() for user in own.users()] == ["ann@ex.co"]

        fraud = wl.create_workspace("fraud-models")
        assert fraud.add_user("bob@ex.co").add_owner("cho@ex.co") == fraud
        fraud.add_user("bob@ex.co")
        assert [user.email() for user in fraud.users()] == ["ann@ex.co", "cho@ex.co", "bob@ex.co"]
        assert [user.email() for user in fraud.owners()] == ["ann@ex.co", "cho@ex.co"]
        fraud.add_owner("bob@ex.co")
        fraud.remove_user("cho@ex.co")
        assert [user.email() for user in fraud.owners()] == ["ann@ex.co", "bob@ex.co"]

        assert wl.set_current_workspace(fraud) == wl.get_current_workspace() == fraud
        assert [workspace.name() for workspace in wl.list_workspaces()][1:] == ["fraud-models"]
        assert wl.get_workspace("fraud-models") == fraud
        assert wl.get_workspace("other") is None
        made = wl.get_workspace("other", create_if_not_exist=True)
        assert made is not None and not made.archived()
        assert repr(made) == f'Workspace({{"name": "other", "id": {made.id()}, "archived": false}})'
        with pytest.raises(errors.OwnAccountError):
            wl.deactivate_user("ann@ex.co")
    Directory(path).close()


def test_making_a_workspace_needs_somebody_who_acts() -> None:
    with Directory.in_memory() as users:
        wl = wallaroo.Client(users)
        with pytest.raises(TypeError, match="nobody is acting"):
            wl.create_workspace("w")
        with pytest.raises(errors.UserNotFoundError):
            wallaroo.Client(users, user="nobody@ex.co")
        wl.close()
        assert users.seats().active == 0
