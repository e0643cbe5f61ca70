"""The platform SDK's calls for users and workspaces, on a local directory.

Code that was written for ``wallaroo.Client`` runs on a file, without a platform:

>>> import headcount
>>> from headcount import wallaroo
>>> wl = wallaroo.Client(headcount.Directory.in_memory())
>>> _ = wl.invite_user("steve@ex.co")
>>> wl.deactivate_user("steve@ex.co")
>>> wl.get_user_by_email("nobody@ex.co") is None
True

Users print as the platform's documents show them. The directory is the client's own only
where the client opened it; errors are those of :mod:`headcount.errors`.
"""

from __future__ import annotations

import json
import os
from types import TracebackType

from . import _headcount, errors, records

__all__ = ["Client", "User", "Workspace"]


class User:
    """A user of the platform, as it was when it was read."""

    def __init__(self, user: _headcount.User) -> None:
        self._user = user

    def id(self) -> str:
        """The identity, which never changes."""
        return self._user.id

    def email(self) -> str:
        """The email address."""
        return self._user.email

    def username(self) -> str:
        """The username: the email where none was set."""
        return self._user.username

    def enabled(self) -> bool:
        """Whether the user takes a seat."""
        return self._user.active

    def __repr__(self) -> str:
        fields = {
            "id": self._user.id,
            "email": self._user.email,
            "username": self._user.username,
        }
        return f"User({json.dumps(fields, ensure_ascii=False)})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, User) and self._user.id == other._user.id

    def __hash__(self) -> int:
        return hash(self._user.id)


class Workspace:
    """A workspace, whose members are read anew each time."""

    def __init__(self, directory: _headcount.Directory, workspace: records.Workspace) -> None:
        self._directory = directory
        self._workspace = workspace

    def id(self) -> int:
        """The identity, which never changes."""
        return self._workspace.id

    def name(self) -> str:
        """The name now."""
        return self._now().name

    def archived(self) -> bool:
        """Whether it is archived."""
        return self._now().archived

    def created_at(self) -> str:
        """When it was made, as RFC 3339 in UTC."""
        return self._workspace.created_at.isoformat()

    def users(self) -> list[User]:
        """Everybody who belongs to it: owners first."""
        return self._users(("owner", "user"))

    def owners(self) -> list[User]:
        """Those who own it."""
        return self._users(("owner",))

    def add_user(self, user_email: str) -> Workspace:
        """Makes somebody a collaborator, also one who was an owner."""
        return self._set(user_email, "user")

    def add_owner(self, user_email: str) -> Workspace:
        """Makes somebody an owner, also one who was a collaborator."""
        return self._set(user_email, "owner")

    def remove_user(self, user_email: str) -> Workspace:
        """Takes somebody out."""
        self._directory.remove_member(self._workspace.id, user_email)
        return self

    def _now(self) -> records.Workspace:
        now = self._directory.workspace(self._workspace.id)
        if now is None:
            raise errors.WorkspaceNotFoundError(
                f"the workspace {self._workspace.name!r} was deleted"
            )
        return now

    def _set(self, user: str, role: records.Role) -> Workspace:
        try:
            self._directory.add_member(self._workspace.id, user, role)
        except errors.RoleDiffersError:
            self._directory.set_role(self._workspace.id, user, role)
        return self

    def _users(self, roles: tuple[str, ...]) -> list[User]:
        members = self._directory.members(self._workspace.id)
        found = (self._directory.user_by_id(m.user) for m in members if m.role in roles)
        return [User(user) for user in found if user is not None]

    def __repr__(self) -> str:
        return f"Workspace({json.dumps(self._fields(), ensure_ascii=False)})"

    def _fields(self) -> dict[str, object]:
        return {"name": self.name(), "id": self.id(), "archived": self.archived()}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Workspace) and self.id() == other.id()

    def __hash__(self) -> int:
        return hash(self.id())


class Client:
    """What ``wallaroo.Client`` does with users and workspaces, on a directory.

    ``directory`` is an open directory, or the path of one that the client then opens and
    closes. ``user`` names who is acting: that user's default workspace is the current one
    at first, and the user owns the workspaces that are made.
    """

    def __init__(
        self,
        directory: _headcount.Directory | str | os.PathLike[str],
        user: str | None = None,
    ) -> None:
        self._own = not isinstance(directory, _headcount.Directory)
        if not isinstance(directory, _headcount.Directory):
            directory = _headcount.Directory(directory)
        self._directory = directory
        self._myself = None if user is None else self._known(user)
        if self._myself is not None:
            self._directory = directory.acting_as(self._myself)
        self._current: records.Workspace | None = None

    def close(self) -> None:
        """Closes the directory, if the client opened it."""
        if self._own:
            self._directory.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self,
        type: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def list_users(self) -> list[User]:
        """All users, active or not, in the order in which they were created."""
        users: list[User] = []
        after: str | None = None
        while True:
            page = self._directory.query(sort="created", limit=10_000, after=after)
            users.extend(User(user) for user in page.users)
            after = page.next
            if after is None:
                return users

    def get_user_by_email(self, email: str) -> User | None:
        """The user with this email; ``None`` when there is none."""
        user = self._directory.user_by_email(email)
        return None if user is None else User(user)

    def get_email_by_id(self, id: str) -> str | None:
        """The email of the user with this id; ``None`` when there is none."""
        user = self._directory.user_by_id(id)
        return None if user is None else user.email

    def activate_user(self, email: str) -> None:
        """Makes a user active, which takes a seat."""
        self._directory.activate_user(email)

    def deactivate_user(self, email: str) -> None:
        """Makes a user inactive, which frees a seat."""
        self._directory.deactivate_user(email)

    def invite_user(self, email: str, password: str | None = None) -> User:
        """Creates a user; one who is there already is returned as they are.

        ``password`` is taken since the platform takes one, and dropped: a directory keeps
        none, and whoever signs in is checked by the identity provider.
        """
        found = self._directory.user_by_email(email)
        if found is None:
            try:
                found = self._directory.create_user(email)
            except errors.EmailTakenError:
                # Somebody else invited the user meanwhile.
                found = self._directory.user_by_email(email)
                if found is None:
                    raise
        return User(found)

    def list_workspaces(self) -> list[Workspace]:
        """The workspaces of the acting user; all of them when nobody is acting."""
        if self._myself is None:
            return [Workspace(self._directory, found) for found in self._directory.workspaces()]
        members = self._directory.workspaces_of(self._myself)
        found = (self._directory.workspace(member.workspace) for member in members)
        return [Workspace(self._directory, one) for one in found if one is not None]

    def create_workspace(self, workspace_name: str) -> Workspace:
        """Makes a workspace, which the acting user owns."""
        made = self._directory.create_workspace(workspace_name, self._acting())
        return Workspace(self._directory, made)

    def get_workspace(
        self, name: str, create_if_not_exist: bool = False
    ) -> Workspace | None:
        """The workspace with this name; ``None`` when there is none."""
        found = self._directory.workspace(name)
        if found is None:
            return self.create_workspace(name) if create_if_not_exist else None
        return Workspace(self._directory, found)

    def get_current_workspace(self) -> Workspace:
        """The workspace that was chosen last; at first the acting user's default."""
        current = self._current or self._directory.default_workspace(self._acting())
        return Workspace(self._directory, current)

    def set_current_workspace(self, workspace: Workspace) -> Workspace:
        """Chooses a workspace, and returns it."""
        self._current = workspace._workspace
        return workspace

    def _acting(self) -> str:
        if self._myself is None:
            raise TypeError("nobody is acting; give the client a user: Client(path, user=…)")
        return self._myself

    def _known(self, user: str) -> str:
        found = self._directory.user(user)
        if found is None:
            raise errors.UserNotFoundError(f"no user is named {user!r}; nobody can act as them")
        return found.id

    def __repr__(self) -> str:
        return f"<headcount.wallaroo.Client of {self._directory!r}>"
