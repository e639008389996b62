"""Exact money: reading it, sharing it out, writing it."""

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hamyar.core.rial import (
    INT64_MAX,
    POUND,
    AmountTooLarge,
    CurrencyUnknown,
    NotAnAmount,
    NotWhole,
    UnitMissing,
    UnitUnknown,
    WeightsInvalid,
    amount_in_words,
    currency_of,
    format_amount,
    format_number,
    format_share,
    parse_money,
    round_half_up,
    share_out,
)

weights_lists = st.lists(st.integers(0, 10**15), min_size=1, max_size=30).filter(any)
totals = st.integers(0, 10**15)


def test_ten_million_over_three():
    """Ten million over 1:1:1 is 3,333,334 and twice 3,333,333."""
    assert share_out(10_000_000, [1, 1, 1]).tolist() == [3_333_334, 3_333_333, 3_333_333]


@given(totals, weights_lists)
def test_parts_sum_to_the_whole(total, weights):
    """Whatever the weights, no rial is lost or made."""
    assert total == sum(share_out(total, weights).tolist())


@given(totals, weights_lists)
def test_a_part_is_within_one_of_its_exact_share(total, weights):
    """Each part is the exact share rounded down or up."""
    exact = [Fraction(total * weight, sum(weights)) for weight in weights]
    assert all(abs(part - share) < 1 for part, share in zip(share_out(total, weights).tolist(), exact, strict=True))


@given(totals, weights_lists)
def test_more_weight_never_gets_less(total, weights):
    """Ordered by weight the parts are in order too, but for the odd rial among equals."""
    parts = share_out(total, weights).tolist()
    by_weight = sorted(zip(weights, parts, strict=True))
    assert all(few <= many for (light, few), (heavy, many) in pairwise(by_weight) if light < heavy)


@given(totals, weights_lists)
def test_no_weight_gets_nothing(total, weights):
    """A zero weight receives zero."""
    parts = share_out(total, [0, *weights, 0]).tolist()
    assert (parts[0], parts[-1]) == (0, 0)


def test_ties_go_to_the_earlier():
    """The odd rials go to the first of equal claims."""
    assert share_out(6, [5, 5, 5, 5]).tolist() == [2, 2, 1, 1]


def test_very_large_amounts():
    """Products far beyond 64 bits stay exact."""
    assert share_out(INT64_MAX, [10**15, 10**15]).tolist() == [INT64_MAX // 2 + 1, INT64_MAX // 2]


def test_fractions_are_weights():
    """Exact fractions share as exactly as whole numbers."""
    assert share_out(100, [Fraction(1, 2), Fraction(3, 10), Fraction(1, 5)]).tolist() == [50, 30, 20]
    assert share_out(100, np.array([5, 3, 2])).tolist() == [50, 30, 20]


@pytest.mark.parametrize("weights", [[], [0, 0], [1, -1]])
def test_weights_that_share_nothing_are_refused(weights):
    """No weights, only zeros, or a negative one are refused."""
    with pytest.raises(WeightsInvalid):
        share_out(10, weights)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("۱۲٬۵۰۰ تومان", 125_000),
        ("١٢٬٥٠٠ تومان", 125_000),
        ("12,500 toman", 125_000),
        ("12,500 Tomans", 125_000),
        ("۱،۲۵۰،۰۰۰ ریال", 1_250_000),
        ("1250000ریال", 1_250_000),
        ("1 250 000 rial", 1_250_000),
        ("1'250'000 rial", 1_250_000),
        ("۱٫۵ میلیون ریال", 1_500_000),
        ("۲۵ هزار تومان", 250_000),
        ("1.5 toman", 15),
        ("-1,000 rial", -1_000),
        ("0 rial", 0),
    ],
)
def test_amounts_as_people_write_them(text, expected):
    """Three kinds of digits, several separators, rial and toman are read to the same rials."""
    assert expected == parse_money(text)


def test_the_unit_may_be_named_apart():
    """A unit named by the form serves a bare number; one written beside the number wins."""
    assert (parse_money("12500", "toman"), parse_money("12500 ریال", "toman")) == (125_000, 12_500)


def test_a_bare_number_is_refused():
    """Without a unit an amount may be ten times what was meant, so it is not guessed."""
    with pytest.raises(UnitMissing) as caught:
        parse_money("12,500")
    assert "rial, toman" in str(caught.value)


@pytest.mark.parametrize(
    "text", ["1,25 rial", "12,5000 rial", "1,,250 rial", "", "rial", "یک rial", "1.2.3 rial", "--5 rial"]
)
def test_what_is_no_amount_is_refused(text):
    """Groups that are not of three digits, and what is no number, are refused."""
    with pytest.raises(NotAnAmount):
        parse_money(text)


def test_parts_of_a_rial_are_refused():
    """A twentieth of a toman is half a rial, which does not exist."""
    with pytest.raises(NotWhole):
        parse_money("0.05 toman")


def test_an_unknown_unit_is_refused():
    """Dollars are not a unit of the rial."""
    with pytest.raises(UnitUnknown):
        parse_money("12 dollar")


def test_an_impossible_amount_is_refused():
    """More than 64 bits hold is an extra zero, not an account."""
    with pytest.raises(AmountTooLarge):
        parse_money("10,000,000,000,000,000,000 rial")


def test_pounds_are_counted_in_pence():
    """The British survey's pounds become whole pence, and are written as pounds again."""
    assert parse_money("12.50 pounds", currency=POUND) == 1_250
    assert format_amount(1_250, POUND, "en") == "12.50"


def test_currencies_are_known_by_code():
    """A code nobody declared is refused with the ones that are."""
    assert POUND is currency_of("GBP")
    with pytest.raises(CurrencyUnknown, match="IRR, GBP"):
        currency_of("USD")


@pytest.mark.parametrize(
    ("amount", "persian", "english"),
    [
        (0, "صفر", "zero"),
        (100, "صد", "one hundred"),
        (40_300_000, "چهل میلیون و سیصد هزار", "forty million, three hundred thousand"),
        (-2_000, "منفی دو هزار", "minus two thousand"),
        (15 * 10**12, "پانزده هزار میلیارد", "fifteen trillion"),
        (2 * 10**12 + 7, "دو هزار میلیارد و هفت", "two trillion and seven"),
    ],
)
def test_amounts_in_words(amount, persian, english):
    """Amounts are said as a cheque says them, with Iran's thousand billions."""
    assert (persian, english) == (amount_in_words(amount), amount_in_words(amount, "en"))


def test_numbers_are_written_in_the_language():
    """Digits, separators and per cent signs are the language's; a minus keeps its side."""
    assert (format_number(1_250_000), format_number(1_250_000, "en")) == ("۱٬۲۵۰٬۰۰۰", "1,250,000")
    assert format_number(-5) == "\u200e-۵"
    assert (format_share(Fraction(3, 20)), format_share(0.155, "en", 1)) == ("۱۵٪", "15.5%")


def test_halves_round_up():
    """Two and a half is three, and one and a third is one."""
    assert round_half_up(np.array([5, 4, -5]), np.array([2, 3, 2])).tolist() == [3, 1, -2]
