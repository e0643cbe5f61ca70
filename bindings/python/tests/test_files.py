"""Exporting, loading, repairing and compacting."""

from __future__ import annotations

import datetime
import io
import pickle
from pathlib import Path
from typing import BinaryIO, cast

import headcount
import pytest
from headcount import Directory, errors


def test_an_export_makes_the_same_directory() -> None:
    with Directory.in_memory(license=3) as users, Directory.in_memory() as copy:
        users.create_user("ann@ex.co", username="änn", attributes={"team": "ops"})
        users.create_user("bob@ex.co", active=False)
        users.create_workspace("Lab", "ann@ex.co")
        lines = io.BytesIO()
        records = users.export(lines)
        assert records == lines.getvalue().count(b"\n") - 1  # and a last line
        lines.seek(0)
        assert copy.load(lines) == records
        assert list(copy.users()) == list(users.users())
        assert copy.seats().limit == 3
        with pytest.raises(errors.InvalidArgumentError):
            copy.load(io.BytesIO(lines.getvalue()))


def test_a_part_of_an_export_is_refused() -> None:
    with Directory.in_memory() as users, Directory.in_memory() as copy:
        users.create_user("ann@ex.co")
        lines = io.BytesIO()
        users.export(lines)
        part = b"".join(lines.getvalue().splitlines(keepends=True)[:-1])
        with pytest.raises(errors.InvalidArgumentError):
            copy.load(io.BytesIO(part))
        assert len(copy) == 0


def test_what_a_file_raises_arrives() -> None:
    class Full:
        def write(self, _bytes: bytes) -> int:
            raise OSError("no space left")

        def read(self, _wanted: int) -> str:
            return "text"

    class Long:
        def read(self, wanted: int) -> bytes:
            return b" " * (wanted + 1)

    class Bare:
        """Has no more than is needed."""

        def write(self, lines: bytes) -> int:
            return len(lines)

    full = cast(BinaryIO, Full())
    with Directory.in_memory() as users:
        with pytest.raises(OSError, match="no space left"):
            users.export(full)
        with pytest.raises(TypeError):
            users.load(full)
        with pytest.raises(ValueError, match="returned .* bytes"):
            users.load(cast(BinaryIO, Long()))
        assert users.export(cast(BinaryIO, Bare())) > 0


def test_what_is_no_binary_file_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "users.jsonl"
    path.touch()
    with Directory.in_memory() as users, path.open() as to_read, path.open("w") as to_write:
        wrong: object
        for wrong in (path, str(path), io.StringIO(), to_write, None):
            with pytest.raises(TypeError, match=r"a binary file, as open\(path, 'wb'\)"):
                users.export(wrong)  # type: ignore[arg-type]
        for wrong in (path, str(path), io.StringIO(), to_read, b"{}"):
            with pytest.raises(TypeError, match=r"a binary file, as open\(path, 'rb'\)"):
                users.load(wrong)  # type: ignore[arg-type]


def test_files_are_compacted_and_repaired(tmp_path: Path) -> None:
    path = tmp_path / "users.redb"
    with Directory(path, license="enterprise") as users:
        for i in range(200):
            users.create_user(f"u{i}@ex.co", attributes={"note": "x" * 1000})
        for i in range(199):
            users.delete_user(f"u{i}@ex.co")
        assert users.find_faults() == headcount.FaultList(0, (), 0, 0)
        with pytest.raises(errors.AlreadyOpenError):
            headcount.compact(path)
    compacted = headcount.compact(path, open_timeout=1.0)
    assert 0 < compacted.bytes < compacted.bytes_before
    assert headcount.find_faults(path).total == 0
    assert headcount.repair(path).total == 0
    assert headcount.repair(path, tmp_path / "aside.jsonl", limit=1).set_aside == 0
    (tmp_path / "there").write_text("")
    with pytest.raises(errors.InvalidArgumentError):
        headcount.repair(path, tmp_path / "there")
    path.write_text("no directory, whatever its name says")
    with pytest.raises(errors.CorruptedError):
        headcount.find_faults(path)


def test_an_inactive_user_says_since_when() -> None:
    with Directory.in_memory() as users:
        ann = users.create_user("ann@ex.co")
        assert ann.deactivated_at is None
        left = users.deactivate_user(ann)
        assert left.deactivated_at is not None
        assert left.deactivated_at.tzinfo is datetime.UTC
        assert left.deactivated_at >= ann.created_at
        for copy in (pickle.loads(pickle.dumps(left)), users.user(ann.id), *users.users()):
            assert copy == left
            assert copy.deactivated_at == left.deactivated_at
