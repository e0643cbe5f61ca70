"""An embedded user directory that never has more active users than seats.

>>> import headcount
>>> with headcount.Directory.in_memory() as users:
...     steve = users.create_user("steve@ex.co", username="steve")
...     steve = users.deactivate_user("steve@ex.co")
...     users.seats().active
0
"""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError as _PackageNotFoundError
from importlib.metadata import version as _version

from . import _headcount, errors, records
from ._headcount import (
    Batch,
    ChangeFeed,
    Changes,
    Directory,
    User,
    Users,
    Workspaces,
    compact,
    find_faults,
    repair,
    restore,
)
from .errors import *  # noqa: F403
from .errors import HeadcountError
from .records import (
    Applied,
    Change,
    CommitLatency,
    Compacted,
    Copied,
    Event,
    Fault,
    FaultList,
    Member,
    Outcome,
    Page,
    SeatDay,
    SeatHistory,
    Seats,
    Stats,
    Verified,
    Workspace,
)

__version__: str = _headcount.__version__


def _check(native: str, package: str) -> None:
    """Two halves of different releases may not be mixed."""
    if native != package:
        raise ImportError(
            f"headcount {package} found its native module of release {native}; "
            "remove both and install the package again"
        )


try:
    _check(__version__, _version("headcount"))
except _PackageNotFoundError:
    # Not installed, but imported from a folder.
    pass

__all__ = [
    "Applied",
    "Batch",
    "Change",
    "ChangeFeed",
    "Changes",
    "CommitLatency",
    "Compacted",
    "Copied",
    "Directory",
    "Event",
    "Fault",
    "FaultList",
    "HeadcountError",
    "Member",
    "Outcome",
    "Page",
    "SeatDay",
    "SeatHistory",
    "Seats",
    "Stats",
    "User",
    "Users",
    "Verified",
    "Workspace",
    "Workspaces",
    "compact",
    "errors",
    "find_faults",
    "records",
    "repair",
    "restore",
    *(error.__name__ for error in errors.BY_KIND.values()),
]
