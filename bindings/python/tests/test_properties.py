"""What holds for any text, and for any order of calls."""

from __future__ import annotations

import pickle

import pyarrow
from headcount import Directory, errors
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60)


@given(texts, st.dictionaries(texts.filter(bool), texts, max_size=5))
def test_any_text_comes_back_as_it_was(name: str, attributes: dict[str, str]) -> None:
    with Directory.in_memory() as users:
        try:
            users.create_user("ann@ex.co", given_name=name, attributes=attributes)
        except errors.InvalidArgumentError:
            return
        read = users.user_by_email("ann@ex.co")
        assert read is not None
        for user in (read, *users.users(), pickle.loads(pickle.dumps(read))):
            # One space wherever there was white space; none around it.
            assert (user.given_name or "") == " ".join(name.split())
            assert user.attributes == attributes
        row = pyarrow.table(users.users()).to_pylist()[0]
        assert dict(row["attributes"]) == attributes


@given(st.text(max_size=80))
def test_any_text_names_a_user_or_nobody(text: str) -> None:
    with Directory.in_memory() as users:
        for lookup in (users.user, users.user_by_email, users.user_by_username):
            try:
                assert lookup(text) is None
            except UnicodeEncodeError:
                pass  # Half of a surrogate pair is no text.


class Seats(RuleBasedStateMachine):
    """A directory of three seats against a dict."""

    users = Bundle("users")

    @initialize()
    def open(self) -> None:
        self.directory = Directory.in_memory(license=3)
        self.active: dict[str, bool] = {}

    def teardown(self) -> None:
        self.directory.verify()
        self.directory.close()

    @rule(target=users, name=st.sampled_from("abcdefgh"), active=st.booleans())
    def create(self, name: str, active: bool) -> str:
        email = f"{name}@ex.co"
        is_full = active and sum(self.active.values()) >= 3
        try:
            self.directory.create_user(email, active=active)
            assert email not in self.active and not is_full
            self.active[email] = active
        except errors.EmailTakenError:
            assert email in self.active
        except errors.NoFreeSeatError as error:
            assert is_full and (error.limit, error.active) == (3, 3)
        return email

    @rule(email=users)
    def activate(self, email: str) -> None:
        is_full = sum(self.active.values()) >= 3 and not self.active.get(email, False)
        try:
            assert self.directory.activate_user(email).active
            assert not is_full
            self.active[email] = True
        except errors.UserNotFoundError:
            assert email not in self.active
        except errors.NoFreeSeatError:
            assert is_full

    @rule(email=users)
    def deactivate(self, email: str) -> None:
        try:
            assert not self.directory.deactivate_user(email).active
            self.active[email] = False
        except errors.UserNotFoundError:
            assert email not in self.active

    @rule(email=users)
    def delete(self, email: str) -> None:
        try:
            self.directory.delete_user(email)
            del self.active[email]
        except errors.UserNotFoundError:
            assert email not in self.active

    @rule(email=users)
    def read(self, email: str) -> None:
        user = self.directory.user_by_email(email)
        assert (user and user.active) == self.active.get(email)

    @invariant()
    def agrees(self) -> None:
        if hasattr(self, "directory"):
            seats = self.directory.seats()
            assert seats.active == sum(self.active.values()) <= 3
            listed = {user.email: user.active for user in self.directory.users()}
            assert listed == self.active


TestSeats = Seats.TestCase
TestSeats.settings = settings(max_examples=50, stateful_step_count=30, deadline=None)
