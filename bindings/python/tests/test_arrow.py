"""All users as Arrow, and what pandas and polars make of that."""

from __future__ import annotations

import datetime
import gc
from collections.abc import Iterator

import headcount
import pandas
import polars
import pyarrow
import pytest
from headcount import Directory

COLUMNS = (
    "id email username given_name family_name active admin attributes external_ids "
    "created_at updated_at deactivated_at version"
).split()


@pytest.fixture
def users() -> Iterator[Directory]:
    with Directory.in_memory(license="enterprise") as users:
        users.create_user("ann@ex.co", username="ann", given_name="Ånn", admin=True)
        users.create_user("bob@ex.co", active=False, attributes={"team": "中文", "floor": "3"})
        users.create_user("cho@ex.co", family_name="Cho", attributes={"a": ""}, active=False)
        users.activate_user("cho@ex.co")
        users.deactivate_user("cho@ex.co")
        users.update_user("cho@ex.co", external_ids={"okta": "00u1", "entra": "6F1A"})
        yield users


def test_every_field_is_a_column(users: Directory) -> None:
    table = pyarrow.table(users.users())
    table.validate(full=True)
    assert table.column_names == COLUMNS
    for row, user in zip(table.to_pylist(), users.users(), strict=True):
        for name in ("attributes", "external_ids"):
            row[name] = dict(row[name])
        assert row == {name: getattr(user, name) for name in COLUMNS}


def test_pandas_and_polars_take_it(users: Directory) -> None:
    frame = pyarrow.table(users.users()).to_pandas()
    assert list(frame["email"]) == ["ann@ex.co", "bob@ex.co", "cho@ex.co"]
    assert frame["active"].sum() == 1
    assert isinstance(pandas.DataFrame.from_arrow(users.users()), pandas.DataFrame)
    people = polars.DataFrame(users.users())
    assert people.filter(polars.col("admin"))["username"].to_list() == ["ann"]
    assert people["created_at"].dtype == polars.Datetime("us", "UTC")
    assert people["given_name"].to_list() == ["Ånn", None, None]


def test_more_users_than_a_batch_has() -> None:
    with Directory.in_memory(license="enterprise") as users:
        batch = headcount.Batch()
        for i in range(70_000):
            batch.create_user(f"u{i:05}@ex.co", given_name=f"U{i}" if i % 3 else None)
        users.apply(batch)
        table = pyarrow.table(users.users())
        table.validate(full=True)
        assert table.num_rows == 70_000
        assert table.column("email").num_chunks == 2
        emails = table.column("email").to_pylist()
        assert emails == [f"u{i:05}@ex.co" for i in range(70_000)]
        names = table.column("given_name").to_pylist()
        assert names == [f"U{i}" if i % 3 else None for i in range(70_000)]


def test_no_users_are_an_empty_table() -> None:
    with Directory.in_memory() as users:
        table = pyarrow.table(users.users())
        assert (table.num_rows, table.column_names) == (0, COLUMNS)


def test_a_stream_outlives_its_directory(users: Directory) -> None:
    table = pyarrow.table(users.users())
    users.close()
    del users
    gc.collect()
    assert table.column("email").to_pylist() == ["ann@ex.co", "bob@ex.co", "cho@ex.co"]
    assert table.column("created_at")[0].as_py() <= datetime.datetime.now(datetime.UTC)


def test_a_stream_says_why_it_ends(users: Directory) -> None:
    reader = pyarrow.RecordBatchReader.from_stream(users.users())
    users.close()
    with pytest.raises(OSError, match="closed"):
        reader.read_all()


def test_a_stream_that_nobody_takes_is_released(users: Directory) -> None:
    capsule = users.users().__arrow_c_stream__()
    del capsule
    gc.collect()


@pytest.mark.parametrize("read", [1, 255, 256, 257, 600])
def test_a_list_that_was_begun_is_refused_and_goes_on(read: int) -> None:
    emails = [f"u{i:03}@ex.co" for i in range(600)]
    with Directory.in_memory(license="enterprise") as users:
        for email in emails:
            users.create_user(email)
        listed = users.users()
        begun = [next(listed).email for _ in range(read)]
        with pytest.raises(ValueError, match="read already"):
            pyarrow.table(listed)
        assert len(listed) == 600 - read
        assert begun + [user.email for user in listed] == emails


def test_a_list_is_read_once(users: Directory) -> None:
    listed = users.users()
    pyarrow.table(listed)
    assert list(listed) == []


def test_a_timestamp_of_pandas_is_a_time() -> None:
    with Directory.in_memory() as users:
        stamp = pandas.Timestamp("2024-07-11T16:55:59.173456789+02:00")
        ann = users.create_user("ann@ex.co", created_at=stamp)
        assert ann.created_at == stamp.floor("us").to_pydatetime()
