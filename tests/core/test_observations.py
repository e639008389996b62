"""Observations that cannot stand, and what is said about them."""

import pickle

import pandas as pd
import pytest

from hamyar.core.documents import BilingualText
from hamyar.core.levels.indicator_catalogue import IndicatorCatalogue, IndicatorFile, WeightingFile
from hamyar.core.levels.observations import (
    ObservationRefused,
    holds_number_of_person,
    observation_faults,
    require_sound,
)
from hamyar.core.tables import OBSERVATIONS, conform
from tests.core.levels_making import indicator
from tests.core.making import families, members

TODAY = 14040820
BOUNDS = {"measure": "food_share_of_outflows", "worse": "higher", "bounds": ["1/4", "1/2", "3/4"]}
INDICATORS = (
    indicator("housing"),
    indicator("schooling", scope="member"),
    indicator("food", computed=BOUNDS),
    indicator("beaten", critical_from=2),
    indicator("retired", since="1400-01-01", until="1403-12-30"),
)
LABEL = BilingualText(fa="نام", en="name")
CATALOGUE = IndicatorCatalogue(
    {"social.yaml": IndicatorFile(domain="social", label=LABEL, indicators=INDICATORS)},
    WeightingFile(name="weightings", description=LABEL, versions={}),
    "weightings.yaml",
)
FAMILIES = families("F1", "F2")
MEMBERS = pd.concat([members(("head", None, None)), members(("head", None, None), family="F2")], ignore_index=True)
SOUND = {
    "family_id": "F1",
    "subject_id": "F1",
    "indicator": "housing",
    "observer_id": "H1",
    "day": 14040805,
    "answer": "2",
    "reason": "اجاره عقب افتاده است",
}


def table(*changes: dict) -> pd.DataFrame:
    rows = [SOUND | {"observer_id": f"H{place}"} | change for place, change in enumerate(changes)]
    return conform(OBSERVATIONS, pd.DataFrame(rows))


def faults(*changes: dict) -> list[tuple[int, str, str]]:
    found = observation_faults(table(*changes), FAMILIES, MEMBERS, CATALOGUE, TODAY)
    return [(fault.row, fault.column, str(fault.message)) for fault in found]


def test_sound_observations_have_no_faults():
    """Of the family, of a member, of today, and severe without a reason: all may stand."""
    assert faults({}, {"subject_id": "F1-1", "indicator": "schooling"}, {"day": TODAY}, {"reason": None}) == []
    require_sound(table({}), FAMILIES, MEMBERS, CATALOGUE, TODAY)


@pytest.mark.parametrize(
    ("change", "column", "sentence"),
    [
        ({"indicator": "housing_2"}, "indicator", "no indicator 'housing_2'"),
        ({"indicator": "food"}, "indicator", "'food' is computed"),
        ({"family_id": "F9", "subject_id": "F9"}, "family_id", "record the family first"),
        ({"subject_id": "F9"}, "subject_id", "neither the family"),
        ({"subject_id": "F2"}, "subject_id", "neither the family"),
        ({"subject_id": "F2-1", "indicator": "schooling"}, "subject_id", "neither the family"),
        ({"indicator": "schooling"}, "subject_id", "'schooling' is asked of each member"),
        ({"subject_id": "F1-1"}, "subject_id", "'housing' is asked of the family as a whole"),
        ({"indicator": "beaten", "answer": "does_not_apply"}, "answer", "'beaten' is asked of every family"),
        ({"day": 14040821}, "day", "1404-08-21 lies in the future"),
        ({"indicator": "retired"}, "day", "until 1403-12-30, and the day is 1404-08-05"),
        ({"indicator": "retired", "day": 13991229}, "day", "from 1400-01-01 on, and the day is 1399-12-29"),
        ({"reason": "شماره‌اش ۰۹۱۲۳۴۵۶۷۸۹ است"}, "reason", "Leave numbers of persons out of the reason"),
    ],
)
def test_each_fault_names_row_and_column_and_says_what_to_do(change, column, sentence):
    """The second row is at fault, in one column, in one sentence."""
    ((row, where, told),) = faults({}, change)
    assert (row, where) == (1, column)
    assert sentence in told


def test_all_faults_are_told_in_the_order_of_rows():
    """Two rows with three faults: none hides another."""
    found = faults({"day": 14040821, "subject_id": "F2"}, {"indicator": "nothing"})
    assert [(row, column) for row, column, _ in found] == [(0, "subject_id"), (0, "day"), (1, "indicator")]


def test_categorical_tables_are_checked_alike():
    """A table of categorical text has the same faults as one of plain text."""
    changes = ({}, {"indicator": "nothing"}, {"subject_id": "F2-1"}, {"reason": None}, {"reason": "09123456789"})
    frame = table(*changes)
    texts = dict.fromkeys(("family_id", "subject_id", "indicator", "answer", "reason"), "category")
    found = observation_faults(frame.astype(texts), FAMILIES, MEMBERS, CATALOGUE, TODAY)
    assert [(fault.row, fault.column) for fault in found] == [(1, "indicator"), (2, "subject_id"), (4, "reason")]


def test_the_first_fault_is_raised():
    """A writer of single rows gets an error that carries row, column and sentence, also across processes."""
    with pytest.raises(ObservationRefused, match=r"Row 1 of the observations, column 'day': .*future") as caught:
        require_sound(table({}, {"day": 14041001}), FAMILIES, MEMBERS, CATALOGUE, TODAY)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)  # noqa: S301 - our own error


def test_no_fault_tells_whose_code_or_number_it_was():
    """A national id typed into a column of codes, or into a reason, is not repeated."""
    secret = "1234567891"
    found = faults({"family_id": secret}, {"subject_id": secret}, {"reason": f"کد ملی {secret}"})
    assert [row for row, _, _ in found] == [0, 1, 2]
    assert not any(secret in told for _, _, told in found)


@pytest.mark.parametrize(
    "text",
    [
        "09123456789",
        "با ۰۹۱۲ ۳۴۵ ۶۷ ۸۹ تماس بگیرید",
        "0912-345-6789",
        "+98 912 345 6789",
        "00989123456789",
        "٠٩١٢٣٤٥٦٧٨٩",
        "9123456789",
        "021-88776655",
        "۰۲۱ ۸۸ ۷۷ ۶۶ ۵۵",
        "تلفن همسایه: ۸۸۷۷۶۶۵۵",
        "call +93 70 123 4567",
        "phone 8877 6655",
        "1234567891",
        "989123456789",
        "کد ملی ۱۲۳۴۵۶۷۸۹۱ است",
        "123-456789-1",
        "کد ملی: 13542419",
        "كد ملي: 13542419",
        "علی,1234567891",
        "123 456789 1",
        "0912–345–6789",
        "0912_345_6789",
    ],
)
def test_numbers_of_persons_are_found(text):
    """However it is written, a telephone number or a national id is one."""
    assert holds_number_of_person(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "سه ماه اجاره عقب افتاده است",
        "بدهی ۱۵۰۰۰۰۰۰۰۰ ریال",
        "بدهی 9000000000 ریال",
        "بدهی ۱٬۵۰۰٬۰۰۰٬۰۰۰",
        "1,250,000,000 for rent",
        "1,234567891",
        "فرزندان ۲، ۳، ۵، ۷، ۸، ۱۰، ۱۲ ساله همراه او",
        "از ۱۴۰۴/۰۵/۰۱ تا ۱۴۰۴/۰۷/۳۰ بیکار بود",
        "2 rooms for 7 persons since 1402",
        "12345678",
        "قسط ۱۲۰۰۰۰۰۰۰ ریالی",
        "1113542418",
    ],
)
def test_sums_dates_and_counts_may_stand(text):
    """Money, dates, counts and ten digits with a wrong check digit are no numbers of persons."""
    assert not holds_number_of_person(text)
