"""Dated parameters: read exactly, refused clearly, never guessed."""

from fractions import Fraction

import pytest

from hamyar.core.documents import DocumentInvalid
from hamyar.core.jalali import Month
from hamyar.core.parameters import ParameterMissing, ParameterSet, ParameterUnknown

HEAD = """
label: {fa: سهم, en: Share}
description: {fa: سهم, en: A share}
unit: share
reference: a test
"""


def document(values: str, kind: str = "share", name: str = "rate", more: str = "") -> str:
    return f"name: {name}\nkind: {kind}\n{more}\n{HEAD}\nvalues: {{{values}}}\n"


def read(values: str, kind: str = "share", more: str = "") -> ParameterSet:
    return ParameterSet.from_texts({"parameters/rate.yaml": document(values, kind, more=more)})


def entry(value: object, more: str = "") -> str:
    return f"{{value: {value}, source: a test{more}}}"


def refusal(text: str, file: str = "rate.yaml") -> str:
    with pytest.raises(DocumentInvalid) as caught:
        ParameterSet.from_texts({file: text})
    return str(caught.value)


@pytest.mark.parametrize("written", ["0.15", "3/20", "'0.15'", "15e-2"])
def test_shares_are_exact(written):
    """However 0.15 is written it is the fraction 3/20, not the nearest binary number."""
    assert Fraction(3, 20) == read(f"1404-01-01: {entry(written)}").value("rate", Month(1404, 1))


def test_the_float_trap():
    """Eight weights of 0.1 sum to exactly 0.8, which floats miss."""
    weight = read(f"1404-01-01: {entry('0.1')}").value("rate", Month(1404, 1))
    limit = read(f"1404-01-01: {entry('0.8')}").value("rate", Month(1404, 1))
    floats = 0.0
    for _ in range(8):
        floats += 0.1
    assert (sum([weight] * 8) >= limit, floats >= 0.8) == (True, False)


def test_money_is_whole():
    """Money is a whole number of rials, with or without underscores."""
    values = f"1404-01-01: {entry('103_990_000')}, 1405-01-01: {entry('140000000')}"
    parameters = read(values, "money")
    assert [parameters.value("rate", Month(year, 6)) for year in (1404, 1405)] == [103_990_000, 140_000_000]


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        *(("12.5", "money"), ("-1", "money"), ("many", "count"), ("-0.1", "share"), ("1/0", "share"), ("yes", "share")),
        *(("blue", "choice"), (".nan", "share"), (".inf", "share"), ("1:30.5", "share")),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused(value, kind):
    """Half rials, negative shares, words for numbers and unknown choices are refused, naming the file."""
    text = document(f"1404-01-01: {entry(value)}", kind, more="choices: [red, green]")
    assert refusal(text).startswith("rate.yaml: ")


def test_choices_and_texts():
    """A choice is one of its words, a text is kept as it stands."""
    assert read(f"1404-01-01: {entry('red')}", "choice", "choices: [red]").value("rate", Month(1404, 1)) == "red"
    assert read(f"1404-01-01: {entry(repr('1,25'))}", "text").value("rate", Month(1404, 1)) == "1,25"


def test_a_key_written_twice_is_refused():
    """The second of two equal keys would win in silence; the error names file, line and key."""
    said = refusal(document(f"1404-01-01: {entry(1)}") + "unit: again\n")
    assert "rate.yaml: line" in said
    assert "'unit' is written twice" in said


def test_a_day_written_twice_is_refused():
    """Two spellings of one day are one key written twice."""
    said = refusal(document(f"1404-01-01: {entry(1)}, 1404/1/1: {entry(2)}"))
    assert "1404-01-01 is written twice" in said


def test_an_unknown_key_is_refused():
    """A misspelt key is named, not ignored."""
    assert "rate.yaml: lastz:" in refusal(document(f"1404-01-01: {entry(1)}", more="lastz: year"))
    assert "sauce" in refusal(document("1404-01-01: {value: 1, source: a test, sauce: x}"))


def test_a_value_without_source_is_refused():
    """Nobody can question a number that came from nowhere."""
    assert "source" in refusal(document("1404-01-01: {value: 1}"))


@pytest.mark.parametrize("text", ["", "- 1", "a: [", "{[a]: 1}", "just words"])
def test_what_is_no_parameter_is_refused(text):
    """Empty, broken and other documents are refused by file name."""
    assert refusal(text).startswith("rate.yaml: ")


def test_a_name_other_than_the_files_is_refused():
    """A parameter is found by its file, so both have one name."""
    assert "'rate' must be 'share'" in refusal(document(f"1404-01-01: {entry(1)}"), "share.yaml")


def test_a_day_that_never_was_is_refused():
    """1404 has no Esfand 30."""
    assert "1404-12-30" in refusal(document(f"1404-12-30: {entry(1)}"))


def test_a_missing_date_names_file_key_and_date():
    """Before its first value a parameter has none, and the error says where to add one."""
    with pytest.raises(ParameterMissing) as caught:
        read(f"1404-01-01: {entry(1)}").at("rate", Month(1403, 12))
    assert all(part in str(caught.value) for part in ("parameters/rate.yaml", "'rate'", "1403-12-01"))


def test_an_unknown_parameter_names_the_known():
    """A wrong name is answered with the right ones."""
    with pytest.raises(ParameterUnknown, match="Known are: rate"):
        read(f"1404-01-01: {entry(1)}").value("rat", Month(1404, 1))


def held(lasts: str, values: str) -> list[str]:
    """The months around 1404 in which a value holds, with it."""
    parameters = read(values, "count", f"lasts: {lasts}")
    found = {month: parameters.find("rate", month) for month in Month(1403, 12).until(Month(1405, 2))}
    return [f"{month}={value.value}" for month, value in found.items() if value is not None]


def test_how_long_a_value_lasts():
    """An open value holds on, a year's to Esfand, a month's for its month."""
    values = f"1404-01-01: {entry(1)}"
    spans = [held(lasts, values) for lasts in ("open", "year", "month")]
    assert [len(span) for span in spans] == [14, 12, 1]
    assert [span[-1] for span in spans] == ["1405-02=1", "1404-12=1", "1404-01=1"]


def test_the_later_value_replaces_the_earlier():
    """A second value in the year holds from the first month that begins on or after it."""
    months = held("year", f"1404-01-01: {entry(1)}, 1404-04-02: {entry(2)}")
    assert months[3:5] == ["1404-04=1", "1404-05=2"]


def test_an_ended_value_does_not_bring_back_the_one_before():
    """When a value's last day has passed nothing holds, although an open value stood before it."""
    months = held("open", f"1403-01-01: {entry(1)}, 1404-01-01: {entry(2, ', until: 1404-06-31')}")
    assert [months[0], months[1], months[-1]] == ["1403-12=1", "1404-01=2", "1404-06=2"]


def test_where_a_value_comes_from():
    """A used value tells its day, status, source, unit and file."""
    value = read(f"1404-01-01: {entry('1/2', ', status: provisional')}").at("rate", Month(1404, 6))
    expected = (14040101, "provisional", "a test", "share", "parameters/rate.yaml")
    assert expected == (value.since, value.status, value.source, value.unit, value.file)


def problems(values: str, lasts: str = "open", month: Month | None = None) -> list[str]:
    return [str(problem.message) for problem in read(values, "count", f"lasts: {lasts}").check(month)]


def test_a_sound_file_has_no_problem():
    """Years and months that follow each other leave nothing to say, leap years included."""
    assert problems(f"1403-01-01: {entry(1)}, 1404-01-01: {entry(2)}", "year", Month(1404, 5)) == []
    assert problems(f"1403-12-01: {entry(1)}, 1404-01-01: {entry(2)}", "month") == []
    assert problems(f"1403-01-01: {entry(1, ', until: 1403-12-30')}, 1404-01-01: {entry(2)}") == []


def test_an_overlap_is_found():
    """A value that says it holds beyond the next one's first day is a contradiction."""
    found = problems(f"1403-01-01: {entry(1, ', until: 1404-01-01')}, 1404-01-01: {entry(2)}")
    assert found == ["'rate': the values of 1403-01-01 and 1404-01-01 overlap."]


def test_a_gap_is_found():
    """A year without a value between two others is named."""
    (found,) = problems(f"1402-01-01: {entry(1)}, 1404-01-01: {entry(2)}", "year")
    assert "nothing holds between" in found


def test_unconfirmed_and_absent_values_are_found():
    """A provisional value, a month without value and a file without any are all named."""
    (unconfirmed,) = problems(f"1404-01-01: {entry(1, ', status: provisional')}")
    assert "the value of 1404-01-01 is provisional" in unconfirmed
    assert problems(f"1404-01-01: {entry(1)}", "year", Month(1405, 1)) == ["'rate' has no value for 1405-01."]
    assert problems("") == ["'rate' has no value yet."]


def test_the_fingerprint_names_the_content():
    """Order and layout leave the fingerprint alone; a value, a source or a status changes it."""
    one, two = f"1403-01-01: {entry(1)}", f"1404-01-01: {entry(2)}"
    other = document(one, name="limit")
    first = ParameterSet.from_texts({"rate.yaml": document(f"{one}, {two}"), "limit.yaml": other})
    again = ParameterSet.from_texts({"limit.yaml": other, "rate.yaml": "# seen\n" + document(f"{two},   {one}")})
    assert first.fingerprint == again.fingerprint
    changed = [f"{one}, 1404-01-01: {entry(3)}", one, f"{one}, 1404-01-01: {entry(2, ', status: provisional')}"]
    prints = {read(values).fingerprint for values in (f"{one}, {two}", *changed)}
    assert len(prints) == 4


def test_an_overlay_replaces_by_name():
    """An overlaid set answers with its own value where it has the name, and with the base elsewhere."""
    base = ParameterSet.from_texts(
        {
            "rate.yaml": document(f"1404-01-01: {entry(1)}"),
            "limit.yaml": document(f"1404-01-01: {entry(5)}", name="limit"),
        }
    )
    over = base.overlaid(ParameterSet.from_texts({"sample/rate.yaml": document(f"1404-01-01: {entry(2)}")}))
    values = [over.value(name, Month(1404, 1)) for name in ("limit", "rate")]
    assert (over.names, values) == (["limit", "rate"], [5, 2])
    assert base.value("rate", Month(1404, 1)) == 1
