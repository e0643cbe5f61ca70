"""A Community license and a sixth user: ``python quickstart.py users.redb``."""

from __future__ import annotations

import sys

import headcount


def main(path: str) -> None:
    with headcount.Directory(path, license="community") as users:
        for name in ("ann", "bob", "cho", "dee", "eve"):
            users.create_user(f"{name}@ex.co", username=name)
        try:
            users.create_user("fay@ex.co")
        except headcount.NoFreeSeatError as error:
            print(error)

        users.deactivate_user("bob@ex.co")
        users.create_user("fay@ex.co")
        for user in users.query(active=True).users:
            print(user.username)
        seats = users.seats()
        print(f"{seats.active} of {seats.limit} seats in use")


if __name__ == "__main__":
    main(sys.argv[1])
