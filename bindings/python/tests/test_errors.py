"""Every kind of failure has a class, with its numbers."""

from __future__ import annotations

import pickle
import re
from pathlib import Path

import headcount
import pytest
from headcount import Directory, HeadcountError, errors

LIBRARY = Path(__file__).parents[3] / "src" / "error" / "kind.rs"


def test_each_kind_of_the_library_has_a_class() -> None:
    kinds = set(re.findall(r'Self::\w+(?: \{ \.\. \})? => "(\w+)"', LIBRARY.read_text()))
    assert len(kinds) > 30
    assert kinds == set(errors.BY_KIND)


def test_classes_are_named_for_their_kinds() -> None:
    for kind, error in errors.BY_KIND.items():
        assert error.__name__ == kind.title().replace("_", "") + "Error"
        assert issubclass(error, HeadcountError)
        assert error.__doc__
        assert getattr(headcount, error.__name__) is error


def test_an_error_has_its_numbers_and_a_message() -> None:
    with Directory.in_memory(license=1) as users:
        users.create_user("ann@ex.co")
        with pytest.raises(errors.NoFreeSeatError) as refused:
            users.create_user("bob@ex.co")
        error = refused.value
        assert str(error)
        assert (error.limit, error.active, error.requested) == (1, 1, 1)
        assert (error.kind, error.op_index) == ("no_free_seat", None)


def test_an_error_can_be_pickled() -> None:
    with Directory.in_memory() as users:
        ann = users.create_user("ann@ex.co")
        users.update_user(ann, given_name="A")
        with pytest.raises(errors.ConflictError) as refused:
            users.update_user(ann, given_name="B", if_version=ann.version)
    again = pickle.loads(pickle.dumps(refused.value))
    assert type(again) is errors.ConflictError
    assert str(again) == str(refused.value)
    assert (again.expected, again.found) == (1, 2)


def test_a_mixed_installation_is_refused_in_words() -> None:
    with pytest.raises(ImportError, match="remove both and install the package again"):
        headcount._check("0.0.1", "0.0.2")
