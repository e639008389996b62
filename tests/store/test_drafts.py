"""Drafts: the last thing typed is there again, for whoever typed it and nobody else."""

import datetime as dt
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hamyar.core.jalali import Month
from hamyar.store import drafts as drafts_module
from hamyar.store.drafts import LONGEST_VALUE, Draft, DraftNotPlain, Drafts, DraftsTooMany, DraftTooLong
from hamyar.store.models import drafts as drafts_model
from hamyar.store.secrets import KeyNotGiven, SecretDamaged
from hamyar.store.store import Store

ABAN, AZAR = Month(1405, 8), Month(1405, 9)
PLACE = ("sara", "F1", ABAN)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@pytest.fixture
def drafts(store: Store) -> Drafts:
    return Drafts(store)


@pytest.fixture
def closed(store: Store, database_url: str) -> Iterator[Drafts]:
    """The same drafts, in a store that was opened without its key."""
    with Store.open(database_url) as found:
        yield Drafts(found)


def rows(store: Store) -> list[sa.Row]:
    with store._database.read() as connection:
        return list(connection.execute(sa.select(drafts_model)))


def test_an_answer_is_there_again(drafts: Drafts):
    """What was saved is loaded as it was, also an answer made empty."""
    for value in ("۹۵٬۰۰۰٬۰۰۰", "", None, 0, 95_000_000, True, 1.5, [], {"a": ["ب", None]}, "\x00\ud800"):
        drafts.save(*PLACE, "own_income", value)
        assert drafts.load(*PLACE) == {"own_income": value}


@given(value=JSON)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
def test_anything_json_can_say_is_kept(sqlite_store: Store, value: object):
    """Whatever the value, it comes back equal."""
    Drafts(sqlite_store).save(*PLACE, "field", value)
    assert {"field": value} == Drafts(sqlite_store).load(*PLACE)


def test_a_later_answer_takes_the_place_of_the_earlier(store: Store, drafts: Drafts):
    """One field has one answer, the last, and the other fields stay."""
    for field, value in (("b", 1), ("a", 2), ("b", 3)):
        drafts.save(*PLACE, field, value)
    assert list(drafts.load(*PLACE).items()) == [("a", 2), ("b", 3)]
    assert len(rows(store)) == 2


def test_a_draft_is_of_one_user_family_and_month(drafts: Drafts):
    """Another user's, family's or month's draft of the same field is another draft, also when one is discarded."""
    drafts.save(*PLACE, "field", "mine")
    for other in (("omid", "F1", ABAN), ("sara", "F2", ABAN), ("sara", "F1", AZAR)):
        assert drafts.load(*other) == {}
        drafts.save(*other, "field", "another")
        drafts.discard(*other)
        assert (drafts.load(*PLACE), drafts.load(*other)) == ({"field": "mine"}, {})


def test_a_discarded_draft_is_gone(store: Store, drafts: Drafts):
    """Some fields of it, or all; discarding again does nothing."""
    for field in "abc":
        drafts.save(*PLACE, field, field)
    drafts.discard(*PLACE, ["a", "b", "x"])
    assert drafts.load(*PLACE) == {"c": "c"}
    drafts.discard(*PLACE, [])
    assert drafts.load(*PLACE) == {"c": "c"}
    drafts.discard(*PLACE)
    drafts.discard(*PLACE)
    assert (drafts.load(*PLACE), rows(store)) == ({}, [])


def test_the_drafts_of_a_user_are_listed(drafts: Drafts):
    """With the number of answers and when the last was saved, the latest draft first."""
    for user, family_id, month, field in (
        *(("sara", "F1", ABAN, "a"), ("sara", "F2", ABAN, "a")),
        *(("omid", "F3", ABAN, "a"), ("sara", "F1", ABAN, "b")),
    ):
        drafts.save(user, family_id, month, field, 1)
    found = drafts.begun("sara")
    assert [(draft.family_id, draft.month, draft.answers) for draft in found] == [("F1", ABAN, 2), ("F2", ABAN, 1)]
    assert isinstance(found[0], Draft)
    assert found[0].saved_at - found[1].saved_at == dt.timedelta(minutes=2)
    assert drafts.begun("nobody") == []


class TestEncryption:
    def test_answers_are_not_readable_in_the_database(self, store: Store, drafts: Drafts):
        """With the key at hand the database holds no plain answer."""
        drafts.save(*PLACE, "reason", "secret words")
        (row,) = rows(store)
        assert (row.is_sealed, "secret words" in row.value) == (True, False)

    def test_without_the_key_they_stay_closed(self, drafts: Drafts, closed: Drafts):
        """Loading says that the key is needed."""
        drafts.save(*PLACE, "reason", "secret words")
        with pytest.raises(KeyNotGiven):
            closed.load(*PLACE)

    def test_without_a_key_answers_are_plain(self, drafts: Drafts, closed: Drafts):
        """What was saved without a key is loaded with and without one."""
        closed.save(*PLACE, "reason", "words")
        assert {"reason": "words"} == closed.load(*PLACE) == drafts.load(*PLACE)

    def test_an_answer_moved_elsewhere_does_not_open(self, store: Store, drafts: Drafts):
        """It is bound to its user, family, month and field."""
        drafts.save(*PLACE, "field", "mine")
        for moved in ({"username": "omid"}, {"family_id": "F2"}, {"month": 140509}, {"field": "x"}):
            # Each is moved on from where the last one left it, so none ever stands in its own place again.
            with store._database.write() as connection:
                connection.execute(sa.update(drafts_model).values(moved))
            (row,) = rows(store)
            with pytest.raises(SecretDamaged):
                drafts.load(row.username, row.family_id, Month.from_code(row.month))


class TestBounds:
    def test_what_json_cannot_say_is_refused(self, drafts: Drafts):
        """And the earlier answer stays."""
        drafts.save(*PLACE, "field", "earlier")
        for value in (float("nan"), float("inf"), {1, 2}, object(), b"x"):
            with pytest.raises(DraftNotPlain):
                drafts.save(*PLACE, "field", value)
        assert drafts.load(*PLACE) == {"field": "earlier"}

    def test_an_endless_nesting_is_refused(self, drafts: Drafts):
        """A list within a list within a list, and one that holds itself."""
        endless: list[object] = []
        endless.append(endless)
        with pytest.raises(DraftNotPlain):
            drafts.save(*PLACE, "field", endless)

    def test_a_long_answer_is_refused(self, drafts: Drafts):
        """The longest is kept, in Persian letters too; one sign more is refused with the measure."""
        longest = "ب" * (LONGEST_VALUE - 2)
        drafts.save(*PLACE, "field", longest)
        with pytest.raises(DraftTooLong, match="20000"):
            drafts.save(*PLACE, "field", longest + "ب")
        assert drafts.load(*PLACE) == {"field": longest}

    def test_a_name_that_is_no_plain_text_is_refused(self, store: Store, drafts: Drafts):
        """Of a user, a family or a field, on both databases alike."""
        for bad in ("", "a\x00b", "a\ud800", "a\nb", "a\u202eb"):
            for place in ((bad, "F1", ABAN, "field"), ("sara", bad, ABAN, "field"), (*PLACE, bad)):
                with pytest.raises(DraftNotPlain):
                    drafts.save(*place, 1)
        assert rows(store) == []

    def test_a_long_name_is_refused(self, drafts: Drafts):
        """A field's name cannot carry what a value may not."""
        with pytest.raises(DraftTooLong, match="200"):
            drafts.save(*PLACE, "f" * 201, 1)

    def test_too_many_answers_are_refused(self, drafts: Drafts, monkeypatch: pytest.MonkeyPatch):
        """Of one user over all drafts; what is there can still be changed, and another user is not touched."""
        monkeypatch.setattr(drafts_module, "MOST_ANSWERS", 2)
        drafts.save(*PLACE, "a", 1)
        drafts.save("sara", "F2", ABAN, "a", 1)
        with pytest.raises(DraftsTooMany, match="2 answers"):
            drafts.save("sara", "F3", ABAN, "a", 1)
        drafts.save(*PLACE, "a", 2)
        drafts.save("omid", "F1", ABAN, "a", 1)
        assert (drafts.load(*PLACE), drafts.load("sara", "F3", ABAN)) == ({"a": 2}, {})


def test_drafts_are_no_facts(store: Store, drafts: Drafts):
    """They write no entry of the audit log and change nothing that a month is run from."""
    before = store.head()
    drafts.save(*PLACE, "own_income", 95_000_000)
    drafts.discard(*PLACE)
    assert (before, []) == (store.head(), store.verify_audit())
    assert store.tables().flows.empty
