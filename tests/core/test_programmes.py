"""The catalogue of help: read whole or refused, valid by its dates, and checked against the indicators."""

import pytest

from hamyar.core.documents import DocumentInvalid
from hamyar.core.indicator_catalogue import IndicatorCatalogue
from hamyar.core.jalali import Month
from hamyar.core.programmes import ProgrammeCatalogue
from hamyar.words import say

MONTH = Month(1404, 8)
PROGRAMME = """
  - code: {code}
    label: {{fa: ب, en: {code}}}
    means: {means}
    indicators: {indicators}
    description: {{fa: ب, en: what it does}}
    since: {since}
    until: {until}
"""
INDICATOR = """
  - code: {code}
    label: {{fa: ب, en: {code}}}
    question: {{fa: ب, en: how is it}}
    levels: {{0: {{fa: ب, en: a}}, 1: {{fa: ب, en: b}}, 2: {{fa: ب, en: c}}, 3: {{fa: ب, en: d}}}}
    scope: family
    can_change: soon
    reason: {{fa: ب, en: a test}}
    source: a test
    since: 1300-01-01
"""


def document(kind: str, *programmes: dict[str, str], means: str = "talk") -> str:
    given = {"means": "talk", "indicators": "{gap: 2}", "since": "1400-01-01", "until": "1410-12-29"}
    written = "".join(PROGRAMME.format(**(given | programme)) for programme in programmes) or " []"
    return f"help: {kind}\nlabel: {{fa: ب, en: b}}\nmeans: {{{means}: {{fa: ب, en: b}}}}\nprogrammes:{written}"


def catalogue(*general: dict[str, str], focused: tuple[dict[str, str], ...] = ()) -> ProgrammeCatalogue:
    texts = {"programmes/general.yaml": document("general", *general)}
    if focused:
        texts["programmes/focused.yaml"] = document("focused", *focused)
    return ProgrammeCatalogue.from_texts(texts)


def indicators(*codes: str) -> IndicatorCatalogue:
    economic = "".join(INDICATOR.format(code=code) for code in codes)
    weights = ", ".join(f"{code}: 1/{len(codes)}" for code in codes)
    weightings = (
        "name: weightings\ndescription: {fa: ب, en: b}\nversions:\n  1300-01-01:\n    source: a test\n"
        f"    domains: {{economic: {{share: 1, indicators: {{{weights}}}}}}}\n"
    )
    texts = {
        "economic.yaml": f"domain: economic\nlabel: {{fa: ب, en: b}}\nindicators:{economic}",
        "weightings.yaml": weightings,
    }
    return IndicatorCatalogue.from_texts(texts)


def problems(found: ProgrammeCatalogue, *codes: str) -> list[tuple[str, str, bool]]:
    listed = found.check(indicators(*codes) if codes else None)
    return [(file, say(sentence, "en"), is_fault) for file, sentence, is_fault in listed]


def test_a_programme_is_offered_in_the_months_of_its_dates():
    """What has ended, or begins after the first day of the month, is not offered in it."""
    found = catalogue(
        {"code": "ended", "until": "1404-07-30"},
        {"code": "holds"},
        {"code": "begins", "since": "1404-08-02"},
    )
    assert [(kind, programme.code) for kind, programme in found.at(MONTH)] == [("general", "holds")]


def test_focused_help_stands_before_general_help():
    """The order of the catalogue is the order of the files, and within a file as written."""
    found = catalogue({"code": "b"}, {"code": "a"}, focused=({"code": "c"},))
    assert [programme.code for _, programme in found.at(MONTH)] == ["c", "b", "a"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (document("focused", {"code": "a"}), "'focused' must be the file's name"),
        (document("general", {"code": "a", "indicators": "{gap: 4}"}), "a level from 1 to 3"),
        (document("general", {"code": "a", "indicators": "{gap: 0}"}), "a level from 1 to 3"),
        (document("general", {"code": "a", "indicators": "{}"}), "at least one indicator"),
        (document("general", {"code": "a", "means": "film"}), "'film' is not one of talk"),
        (document("general", {"code": "a"}, {"code": "a"}), "'a' is already defined"),
        (document("general", {"code": "a", "since": "1404-13-01"}), "1404-13-01"),
        (document("general", {"code": "a", "until": "1399-12-29"}), "ends on 1399-12-29, before it begins"),
        ("- a list", "valid dictionary"),
    ],
)
def test_a_slip_in_the_file_is_named(text, problem):
    """A file that cannot be read whole is refused with its name and what is wrong in it."""
    with pytest.raises(DocumentInvalid) as refused:
        ProgrammeCatalogue.from_texts({"programmes/general.yaml": text})
    assert ("programmes/general.yaml" in str(refused.value), problem in str(refused.value)) == (True, True)


def test_a_code_has_one_programme_in_both_files():
    """General and focused help share one set of codes."""
    with pytest.raises(DocumentInvalid, match="already defined"):
        catalogue({"code": "a"}, focused=({"code": "a"},))


def test_the_check_names_unknown_indicators_and_unanswered_harms():
    """A programme for an indicator nobody defined is a fault; a harm without programme is only told."""
    found = catalogue({"code": "a", "indicators": "{gap: 2, lost: 1}"}, focused=({"code": "b"},))
    unknown, unanswered = "names the indicator 'lost'", "answers 'debt'"
    told = problems(found, "gap", "debt")
    assert [
        ("programmes/focused.yaml", unanswered, False),
        ("programmes/general.yaml", unknown, True),
        ("programmes/general.yaml", unanswered, False),
    ] == [
        (file, next(part for part in (unknown, unanswered) if part in sentence), is_fault)
        for file, sentence, is_fault in told
    ]


def test_a_kind_of_help_without_programmes_is_told():
    """A centre that lists no focused programmes, or an empty file of them, hears of it."""
    assert [(file, fault) for file, _, fault in problems(catalogue({"code": "a"}))] == [
        ("programmes/focused.yaml", False)
    ]
    assert [file for file, _, _ in problems(catalogue(focused=({"code": "a"},)))] == ["programmes/general.yaml"]


def test_the_content_tells_catalogues_apart():
    """Two catalogues have one content when they say the same, and another when a level is another."""
    one, same, other = (catalogue({"code": "a", "indicators": f"{{gap: {level}}}"}) for level in (2, 2, 3))
    assert (one.content() == same.content(), one.content() == other.content()) == (True, False)
