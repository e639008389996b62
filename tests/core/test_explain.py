"""Sentences about a family's month: true for what is known, silent for what is not."""

import pandas as pd
import pytest

from hamyar.core.economy import explain
from hamyar.core.economy.assessment import assess_families
from hamyar.core.economy.explain import FamilyMonth
from hamyar.core.jalali import Month
from hamyar.words import say
from tests.core.making import MONTH, complete, flows, shipped_parameters, tables

PARAMETERS = shipped_parameters()


def month_of(frame: pd.DataFrame, **others: object) -> FamilyMonth:
    row = assess_families(tables(frame, **others), PARAMETERS, MONTH).results.iloc[0]
    return FamilyMonth(row, MONTH, "IRR")


def in_english(sentence: object) -> str:
    return say(sentence, "en").replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("frame", "expected"),
    [
        (complete(64, 80), "the family spent 80 rial and had 64 rial: 16 rial were missing"),
        (complete(80, 64), "with 16 rial to spare"),
        (flows(("own_income", 80)), "too little has been told"),
    ],
)
def test_the_gap_is_told_as_far_as_it_is_known(frame, expected):
    """A gap with its sums, a surplus with what is to spare, and nothing that nobody told."""
    assert expected in in_english(explain.gap_sentence(month_of(frame)))


def test_bounds_are_told_while_the_gap_is_open():
    """With treatment untold, the sentence says what is proved."""
    told = complete(64, 80)
    sentence = explain.gap_sentence(month_of(told[told["category"] != "treatment"]))
    assert "proves at least 16" in in_english(sentence)


def test_nothing_came_in_is_known():
    """All inflows told as nothing is not an unknown."""
    assert "nothing came in" in in_english(explain.main_inflow_sentence(month_of(complete(0, 10))))


def test_a_category_of_nothing_is_never_the_largest():
    """Beside a sum that is not divided, a zero is not where the money went."""
    frame = flows(("undivided_inflow", 80), ("undivided_outflow", 80), ("treatment", 0))
    assert "not known" in in_english(explain.shares_sentence(month_of(frame)))


def test_aid_is_told_although_the_gap_is_open():
    """What the centre gave is said even where the family's gap is not known."""
    frame = flows(("own_income", 10), ("livelihood", 50), ("centre_cash", 5))
    assert "gave 5" in in_english(explain.aid_sentence(month_of(frame)))


def test_a_ledger_entry_without_amount_is_the_reason():
    """No aid is suggested, and the reason is the ledger and not the family."""
    sentence = explain.no_suggestion_sentence(month_of(complete(50, 100, ("centre_cash", None))))
    assert "entry of this centre" in in_english(sentence)


def test_a_gap_that_opened_is_not_hidden_by_a_good_start():
    """A plan that began without a gap says so when one has opened."""
    began = Month(1404, 2)
    frame = pd.concat([complete(90, 80, month=began), complete(20, 100)], ignore_index=True)
    assert "now 80" in in_english(explain.path_sentence(month_of(frame, plan=began)))


@pytest.mark.parametrize("language", ["fa", "en"])
@pytest.mark.parametrize("frame", [complete(64, 80), complete(90, 80), flows(), complete(5, 9, ("centre_cash", None))])
def test_every_sentence_can_be_said(frame, language):
    """Whatever is known or not, each sentence has its words in both languages and no hole left open."""
    family = month_of(frame, plan=MONTH)
    sentences = [
        *(explain.gap_sentence(family), explain.path_sentence(family), explain.main_inflow_sentence(family)),
        *(explain.shares_sentence(family), explain.no_suggestion_sentence(family)),
        *(found for found in (explain.aid_sentence(family), explain.real_path_sentence(family)) if found),
        *explain.ask_next(family.row["unknown_facts"]),
    ]
    assert [say(sentence, language) for sentence in sentences if "{" in say(sentence, language)] == []
