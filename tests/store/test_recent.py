"""What came since a moment: of the given families only, and without a value of any fact."""

import datetime as dt

import pandas as pd
import pytest

from hamyar.core.tables import FLOWS, HELPER_CHOICES, IDENTITIES, MEMBERS, VISITS
from hamyar.store.recent import changes_since
from hamyar.store.store import Store

INCOME = {"month": 140508, "category": "own_income", "line": 5, "recall": "month"}


def record(store: Store, actor: str, table, *rows: dict) -> None:
    with store.change(actor, "test") as change:
        change.record(table, pd.DataFrame(rows))


@pytest.fixture
def since(helped: Store) -> dt.datetime:
    """The moment after everything of the sample was recorded; three changes follow it."""
    moment = helped.last_moment()
    record(helped, "omid", FLOWS, {"family_id": "F1", **INCOME}, {"family_id": "F2", **INCOME})
    record(helped, "omid", FLOWS, {"family_id": "F1", **INCOME, "amount_money": 5})
    record(helped, "sara", MEMBERS, {"member_id": "F1-7", "family_id": "F1", "role": "child"})
    return moment


def told(store: Store, since: dt.datetime, families: list[str] | None, who: str = "sara", **given) -> list[tuple]:
    found = changes_since(store, since, families, who, **given)
    return [(change.family_id, change.table, change.rows, change.by_me) for change in found]


def test_rows_are_counted_by_family_table_and_who(helped: Store, since: dt.datetime):
    """Versions count, the latest come first, and one's own are told apart."""
    assert told(helped, since, ["F1"]) == [("F1", "members", 1, True), ("F1", "flows", 2, False)]
    assert told(helped, since, ["F1"], who="omid") == [("F1", "members", 1, False), ("F1", "flows", 2, True)]


def test_other_families_are_not_told_of(helped: Store, since: dt.datetime):
    """Only the families asked for; all of them for ``None``; nothing for none."""
    assert told(helped, since, ["F2", "F3"]) == [("F2", "flows", 1, False)]
    assert {"F1", "F2"} == {family for family, *_ in told(helped, since, None)}
    assert told(helped, since, []) == []


def test_a_withdrawal_is_a_change(helped: Store):
    """And a visit without a family is nobody's news."""
    moment = helped.last_moment()
    with helped.change("omid", "wrong") as change:
        change.withdraw(FLOWS, pd.DataFrame([{"family_id": "F1", **INCOME, "line": 1}])[list(FLOWS.key)])
        change.record(VISITS, helped.current(VISITS, {"visit_id": ["s1.h1"]}).assign(minutes=45))
    assert told(helped, moment, None) == [("F1", "flows", 1, False)]


def test_names_are_told_to_those_who_read_them(helped: Store):
    """By family, of the family itself and its members; never the name of a helper, and no value."""
    moment = helped.last_moment()
    row = {"field": "phone", "value": "09120345678"}
    record(helped, "omid", IDENTITIES, *({"owner_id": owner, **row} for owner in ("F1", "F1-2", "F2-1", "h1")))
    assert told(helped, moment, None) == []
    assert told(helped, moment, None, names=True) == [("F1", "identities", 2, False), ("F2", "identities", 1, False)]
    assert told(helped, moment, ["F2"], "omid", names=True) == [("F2", "identities", 1, True)]
    assert told(helped, moment, ["F3"], names=True) == []


def test_choices_of_other_helpers_are_told_to_nobody_who_sees_some_families(helped: Store):
    """That a helper was ruled out for a family is told to those who see them all, as the row itself is shown."""
    moment = helped.last_moment()
    record(helped, "omid", HELPER_CHOICES, {"family_id": "F1", "helper_id": "h2", "choice": "never"})
    assert told(helped, moment, ["F1"]) == []
    assert told(helped, moment, None) == [("F1", "helper_choices", 1, False)]


def test_what_came_at_the_moment_itself_is_not_news(helped: Store, since: dt.datetime):
    """Only what came later; the moments are aware and in UTC."""
    last = helped.last_moment()
    assert changes_since(helped, last, None, "sara") == []
    assert [dt.timedelta(0)] == [change.at.utcoffset() for change in changes_since(helped, since, ["F2"], "sara")]
