"""The catalogue of help: read whole or refused, valid by its dates, and checked against the indicators."""

import pytest

from hamyar.core.documents import DocumentInvalid
from hamyar.core.jalali import Month
from hamyar.core.levels.indicator_catalogue import IndicatorCatalogue
from hamyar.core.parameters import ParameterSet
from hamyar.core.plan.programmes import ProgrammeCatalogue
from hamyar.words import say
from tests.core.making import PARAMETERS

MONTH = Month(1404, 8)
PROGRAMME = """
  - code: {code}
    label: {{fa: ب, en: {code}}}
    means: {means}
    indicators: {indicators}
    description: {{fa: ب, en: what it does}}
    since: {since}
    until: {until}
    {more}
"""
PLAN = "plan: {{minutes: 60, done_by: {done_by}, success: {{fa: ب, en: b}}{more}}}"
INDICATOR = """
  - code: {code}
    label: {{fa: ب, en: {code}}}
    question: {{fa: ب, en: how is it}}
    levels: {{0: {{fa: ب, en: a}}, 1: {{fa: ب, en: b}}, 2: {{fa: ب, en: c}}, 3: {{fa: ب, en: d}}}}
    scope: family
    can_change: {can_change}
    reason: {{fa: ب, en: a test}}
    source: a test
    since: 1300-01-01
"""


def document(kind: str, *programmes: dict[str, str], means: str = "talk") -> str:
    given = {"means": "talk", "indicators": "{gap: 2}", "since": "1400-01-01", "until": "1410-12-29", "more": ""}
    written = "".join(PROGRAMME.format(**(given | programme)) for programme in programmes) or " []"
    return f"help: {kind}\nlabel: {{fa: ب, en: b}}\nmeans: {{{means}: {{fa: ب, en: b}}}}\nprogrammes:{written}"


def catalogue(*general: dict[str, str], focused: tuple[dict[str, str], ...] = ()) -> ProgrammeCatalogue:
    texts = {"programmes/general.yaml": document("general", *general)}
    if focused:
        texts["programmes/focused.yaml"] = document("focused", *focused)
    return ProgrammeCatalogue.from_texts(texts)


def plan(more: str = "", done_by: str = "helper") -> str:
    return PLAN.format(done_by=done_by, more=more and f", {more}")


def indicators(*codes: str, can_change: str = "soon") -> IndicatorCatalogue:
    economic = "".join(INDICATOR.format(code=code, can_change=can_change) for code in codes)
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


def problems(found: ProgrammeCatalogue, *codes: str, can_change: str = "soon") -> list[tuple[str, str, bool]]:
    listed = found.check(indicators(*codes, can_change=can_change) if codes else None)
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


def refusal(*general: dict[str, str], focused: tuple[dict[str, str], ...] = ()) -> str:
    with pytest.raises(DocumentInvalid) as caught:
        catalogue(*general, focused=focused)
    return str(caught.value)


def test_a_programme_tells_how_it_is_carried_out():
    """The plans of both kinds of help stand together, by code; a programme without one has none."""
    found = catalogue({"code": "a", "more": plan()}, {"code": "b"}, focused=({"code": "c", "more": plan("number: 1")},))

    assert {code: each.minutes for code, each in found.plans.items()} == {"a": 60, "c": 60}
    assert (found.by_code["b"].plan, found.plans["c"].number) == (None, 1)


def test_a_catalogue_without_plans_keeps_its_fingerprint():
    """Months frozen before there were plans are still named by the fingerprint they were frozen with."""
    texts = {
        "programmes/general.yaml": document("general", {"code": "a"}),
        "programmes/focused.yaml": document("focused", {"code": "b"}),
    }
    # Computed by the Hamyar that froze them.
    expected = "c27006a8af626ab45bd1ca132bafc951689c2bfe57c9a84fd9d61a7578372daa"

    assert expected == ParameterSet.from_texts(texts).fingerprint


def test_a_plan_changes_the_content():
    """A plan, and any number in it, makes another catalogue."""
    given = ("", plan(), plan("number: 1"), plan("offset_days: 1"))
    contents = [str(catalogue({"code": "a", "more": more}).content()) for more in given]

    assert len(set(contents)) == 4


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        (plan("aims: {gap: -1}"), "greater than or equal to 0"),
        (plan("number: 2"), "2 visits need every_days"),
        (plan(done_by="expert"), "'a' does not need an expert, and its plan is done by the expert"),
        (f"{plan()}\n    needs_expert: true", "'a' needs an expert, and its plan is done by the helper"),
    ],
)
def test_a_slip_in_a_plan_is_named(more, problem):
    """A plan against its own programme is refused with the file and what is wrong in it."""
    said = refusal({"code": "a", "more": more})

    assert "programmes/general.yaml: programmes.0" in said
    assert problem in said


def test_a_commission_is_for_what_needs_an_expert():
    """What a commission does needs more than a helper, so the two must agree."""
    more = f"{plan('commission: social', done_by='commission')}\n    needs_expert: true"

    assert catalogue({"code": "a", "more": more}).plans["a"].commission == "social"


def test_a_circle_of_needs_is_named_with_its_file():
    """Programmes of both kinds of help that wait for each other are refused by their codes."""
    said = refusal({"code": "a", "more": plan("needs: [b]")}, focused=({"code": "b", "more": plan("needs: [a]")},))

    assert "wait for each other in a circle" in said
    assert "a ← b ← a" in said or "b ← a ← b" in said


def test_an_unknown_need_is_named_with_its_file():
    """The file is that of the programme that needs what nobody defined."""
    said = refusal({"code": "a", "more": plan()}, focused=({"code": "b", "more": plan("needs: [lost]")},))

    assert "programmes/focused.yaml: programmes: 'b' needs 'lost'" in said


def test_the_check_names_plans_that_cannot_come_true():
    """A plan that outlasts the year, a missing one beside others, and an aim at what never changes are told."""
    found = catalogue(
        {"code": "a", "more": plan("every_days: 73, number: 5")},
        {"code": "b", "more": plan("every_days: 73, number: 5, offset_days: 1")},
        {"code": "c"},
        {"code": "d", "more": plan("aims: {gap: 1}")},
        focused=({"code": "e", "more": plan()},),
    )

    assert problems(found, "gap", can_change="never") == [
        ("programmes/general.yaml", "'b' may still be due on day 366 of the year of help. Shorten its plan.", False),
        ("programmes/general.yaml", "'c' has no plan. Write one, as the others have.", False),
        ("programmes/general.yaml", "'d' aims at 'gap', which never changes. Take the aim out.", False),
    ]


def shipped(folder: str) -> dict[str, str]:
    paths = sorted((PARAMETERS / folder).glob("*.yaml"))
    return {f"{folder}/{path.name}": path.read_text("utf-8") for path in paths}


def test_a_helper_can_keep_the_plans_that_ship():
    """Whatever a helper does for one family comes every two weeks at most, and twelve times at most."""
    found = ProgrammeCatalogue.from_texts(shipped("programmes"))
    focused = [programme.plan for programme in found.by_help["focused"].programmes]
    theirs = [each for each in focused if each.done_by == "helper"]

    assert (len(focused), len(theirs)) == (26, 16)
    assert min(each.every_days for each in theirs) >= 14
    assert {3 <= each.number <= 12 for each in theirs} == {True}


def test_every_harm_that_can_change_has_an_aim():
    """For each harm that focused help answers and that can change, one of its plans says to which level."""
    found = ProgrammeCatalogue.from_texts(shipped("programmes"))
    levels = IndicatorCatalogue.from_texts(shipped("indicators"))
    focused = found.by_help["focused"].programmes
    called = {code for programme in focused for code in programme.indicators}
    aimed = {code for programme in focused for code in programme.plan.aims}

    assert {"disability"} == {code for code in called if levels.by_code[code].can_change == "never"}
    assert called - {"disability"} == aimed


@pytest.mark.parametrize(("aims", "level", "code"), [("{gap: 2}", 2, "gap"), ("{debt: 0}", 0, "debt")])
def test_the_check_names_aims_that_are_none(aims, level, code):
    """A programme can only aim at what it answers, and at a better level than the one that calls for it: a fault."""
    found = catalogue({"code": "a", "more": plan(f"aims: {aims}")}, focused=({"code": "b", "more": plan()},))
    sentence = f"'a' aims at level {level} of '{code}'. Aim below the level that calls for it."

    assert problems(found) == [("programmes/general.yaml", sentence, True)]


def test_every_level_below_the_call_can_be_aimed_at():
    """From level 2, both 1 and 0 are aims."""
    found = [
        catalogue({"code": "a", "more": plan(f"aims: {{gap: {aim}}}")}, focused=({"code": "b", "more": plan()},))
        for aim in (0, 1)
    ]

    assert [problems(each) for each in found] == [[], []]
