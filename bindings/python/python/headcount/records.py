"""What calls return, besides users: plain, immutable values."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from ._headcount import User

Role = Literal["owner", "user"]
"""The role of a member in a workspace."""


@dataclass(frozen=True, slots=True)
class Seats:
    """How the seats of the license are used, at one moment."""

    license: str
    """``community``, ``enterprise``, or a number of seats."""
    license_version: int
    """One more with each license that was set."""
    limit: int | None
    """Seats of the license; ``None`` is any number."""
    active: int
    """Users who are active: each takes one seat."""
    inactive: int
    """Users who are not active: they take none."""
    free: int | None
    """Seats that are free; ``None`` is any number."""
    over_by: int
    """How many more users are active than there are seats, after a smaller license."""


@dataclass(frozen=True, slots=True)
class SeatDay:
    """A day (UTC) on which the number of active users changed."""

    day: datetime.datetime
    """When it began."""
    peak: int
    """The most users that were active at one time on it."""
    last: int
    """How many were active at its end, or are now."""


@dataclass(frozen=True, slots=True)
class SeatHistory:
    """How many users were active, since a day."""

    since: datetime.datetime
    """The beginning of the day that was asked for, or of the first one on record."""
    peak: int
    """The most users that were active at one time since then."""
    peak_day: datetime.datetime | None
    """The latest day with that peak; ``None`` where the number has not changed since."""
    days: tuple[SeatDay, ...]
    """The days on which the number changed, oldest first."""


@dataclass(frozen=True, slots=True)
class Workspace:
    """A workspace, as one consistent record."""

    id: int
    """The identity, which never changes."""
    name: str
    """The name as typed, except for white space. No other workspace has it or one that looks the same."""
    archived: bool
    """Whether it is archived: then nobody can be added and nothing changed, until it is restored."""
    default_of: str | None
    """The id of the user whose default workspace it is."""
    external_ids: Mapping[str, str] = field(hash=False)
    """The ids that other systems have for it, by the names of these provisioners."""
    created_at: datetime.datetime
    """When it was created, in UTC."""
    updated_at: datetime.datetime
    """When it was last changed, in UTC."""
    version: int
    """1 at first, and one more with each change of the workspace itself."""


@dataclass(frozen=True, slots=True)
class Member:
    """That a user belongs to a workspace."""

    workspace: int
    """The id of the workspace."""
    user: str
    """The id of the user."""
    role: Role
    """What the user may do in it."""
    since: datetime.datetime
    """When the user was added, in UTC."""
    version: int
    """1 at first, and one more with each change of the role."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. What an event of its kind doesn't have is ``None``."""

    event: str
    """``user_created``, ``user_updated``, ``member_added`` and so on."""
    user: str | None = None
    """The id of the user that it is about."""
    workspace: int | None = None
    """The id of the workspace that it is about."""
    active: bool | None = None
    """Whether a user who was created was active from the start."""
    fields: tuple[str, ...] | None = None
    """The fields of a user that differ from before."""
    license: str | None = None
    """The license that was set: ``community``, ``enterprise``, or a number of seats."""
    default_of: str | None = None
    """The id of the user whose default workspace was created."""
    role: Role | None = None
    """The role that a member was given."""


@dataclass(frozen=True, slots=True)
class Change:
    """One committed batch: its place in the history and what it changed.

    It holds ids, kinds and names of fields, never personal data.
    """

    sequence: int
    """1, 2, 3 … without gaps, in the order of commits."""
    at: datetime.datetime
    """When the batch was applied, in UTC."""
    actor: str | None
    """Who made it, where the caller said so."""
    door: str | None
    """Through which door it came, where the caller said so: see ``Directory.through``."""
    request_id: str | None
    """The request id of the batch, where it had one."""
    events: tuple[Event, ...]
    """What it did, in the order of the batch. Empty only for a batch with a request id that changed nothing."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of one operation of a batch."""

    user: str | None
    """The user that it was about, or whose membership it was about."""
    workspace: int | None
    """The workspace that it was about."""
    changed: bool
    """Whether it changed anything: activating an active user does not."""
    version: int
    """The version of the record afterwards; 0 where it was deleted."""


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of a batch."""

    sequence: int | None
    """The number of the change that it made; ``None`` when nothing changed."""
    replayed: bool
    """Whether this is the outcome of an earlier batch with the same request id."""
    outcomes: tuple[Outcome, ...]
    """What became of each operation, in their order."""
    ownerless: tuple[int, ...]
    """The workspaces that it left without an active owner, which only ``allow_ownerless`` allows; empty when replayed."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a query."""

    users: list[User]
    """The users in the order that was asked for, at most ``limit``."""
    next: str | None
    """The cursor of the users behind these; ``None`` where there are none."""


@dataclass(frozen=True, slots=True)
class Copied:
    """What a backup or a restore wrote."""

    users: int
    """Users in the copy, active or not."""
    sequence: int
    """The number of the latest change that is in it."""
    bytes: int
    """The size of the new file in bytes."""


@dataclass(frozen=True, slots=True)
class Compacted:
    """What compacting a file came to."""

    bytes_before: int
    """The size of the file in bytes before."""
    bytes: int
    """The size of the file in bytes now."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a directory."""

    kind: str
    """The name of its kind, such as ``missing`` or ``dangling``."""
    text: str
    """What was expected and found, in a line without personal data but ids."""


@dataclass(frozen=True, slots=True)
class FaultList:
    """What is wrong with a directory, or what a repair did about it."""

    total: int
    """How many faults there are."""
    listed: tuple[Fault, ...]
    """As many of them as were asked for."""
    set_aside: int
    """Records that a repair put into the other file, or would put there."""
    seats_over: int
    """How many more users are active than there are seats, which is not a fault."""


@dataclass(frozen=True, slots=True)
class Verified:
    """What was checked, counted one by one."""

    active: int
    """Active users."""
    inactive: int
    """Inactive users."""
    deleted: int
    """Ids of deleted users."""
    workspaces: int
    """Workspaces, archived ones included."""
    members: int
    """Memberships."""
    changes: int
    """Changes on record."""


@dataclass(frozen=True, slots=True)
class CommitLatency:
    """How long commits took, from the call until they were on disk; refused batches count. Quantiles are
    at most an eighth too large."""

    count: int
    """How many there were."""
    sum_micros: int
    """How long they took in all, in microseconds."""
    p50_micros: int
    """Half of them took no longer."""
    p90_micros: int
    """Nine of ten took no longer."""
    p99_micros: int
    """99 of 100 took no longer."""
    p999_micros: int
    """999 of 1000 took no longer."""


@dataclass(frozen=True, slots=True)
class Stats:
    """Figures to monitor a directory with, counted from when it was opened."""

    users_active: int
    """Active users, each of whom takes a seat."""
    users_inactive: int
    """Inactive users, who take none."""
    workspaces: int
    """Workspaces, archived ones included."""
    latest_change: int
    """The number of the latest change; 0 before the first."""
    cache_entries: int
    """Entries in the library's cache: one for each of email, id and username that a user was read by."""
    cache_bytes: int
    """About how many bytes of memory these entries take; at most the ``cache_bytes`` of ``Directory``."""
    cache_hits: int
    """Reads of a single user that hit the library's cache; hits of the objects cached here don't count."""
    cache_misses: int
    """Reads of a single user that went to the store, including those that found nobody."""
    commit_requests: int
    """Batches submitted, including refused ones; a call that makes one change is a batch too."""
    commit_groups: int
    """Transactions that these batches were grouped into: several threads share one."""
    seats_limit: int | None
    """Seats of the license; ``None`` is any number."""
    file_bytes: int
    """The size of the main file; 0 for a directory in memory or opened read-only."""
    log_bytes: int
    """The size of the log's files, as of the latest commit; 0 before the first one, and for a directory in
    memory or opened read-only."""
    checkpoints: int
    """Checkpoints, which write the log's commits to the main file; without the one at closing."""
    checkpoint_micros: int
    """The duration of all checkpoints in microseconds."""
    checkpoint_micros_max: int
    """The duration of the longest checkpoint in microseconds."""
    commit_latency: CommitLatency
    """How long the batches took."""
