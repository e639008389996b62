"""Sentences about levels: true for what is known, open about what is not, whole in both languages."""

from collections.abc import Iterable
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hamyar.core.documents import BilingualText
from hamyar.core.jalali import Month
from hamyar.core.levels import explain_centre, flips
from hamyar.core.levels import explain_family as explain_levels
from hamyar.core.levels.answers import STATES
from hamyar.core.levels.counting import AT_RISK, HARMED, SAFE, poverty
from hamyar.core.levels.explain_family import ASK
from hamyar.core.levels.indicators import IndicatorSet, IndicatorUnknown
from hamyar.core.levels.stratification import Stratification
from hamyar.core.message import Message
from hamyar.core.plan import explain_help
from hamyar.core.plan.help import proposals, unanswered_harms
from hamyar.core.plan.programmes import ProgrammeCatalogue, ProgrammeFile
from hamyar.words import say
from tests.core.levels_making import UNKNOWN, harm_sets, indicator, indicator_set, ranged, stratified, text

EIGHTH = Fraction(1, 8)
HARMS = indicator_set(
    [
        *((indicator(code), "economic", EIGHTH) for code in ("debt", "rent", "work")),
        *((indicator(code), "social", EIGHTH) for code in ("kin", "papers")),
        (indicator("violence", critical_from=2), "social", EIGHTH),
        (indicator("school", can_change="slowly"), "cultural", EIGHTH),
        (indicator("age", can_change="never"), "cultural", EIGHTH),
    ],
    [indicator("skill"), indicator("saving")],
)
NOTHING = [0] * 10
# With eighths and cut-offs of 1/5 and 1/3 two harms are at risk and three are harmed.
TWO, THREE = [2, 2, *NOTHING[2:]], [2, 2, 0, 2, *NOTHING[4:]]


def one(row: list[int | None]) -> Stratification:
    return stratified(HARMS, [row])


def with_levels(**levels: int | None) -> Stratification:
    return one([levels.get(code, 0) for code in HARMS.codes])


def english(sentence: Message | None) -> str:
    assert sentence is not None
    return say(sentence, "en")


# The level and its parts


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (one(NOTHING), "The family is safe: none of the harms that are looked at was found."),
        (with_levels(debt=UNKNOWN), "The family is safe: no harm is known, and no open answer could change the level."),
        (with_levels(papers=3), "The family is safe. What weighs most on it lies in this domain: social."),
        (one(TWO), "The family is at risk. What weighs most on it lies in this domain: economic."),
        (
            one(THREE),
            "The family is harmed; focused help comes first. What weighs most on it lies in this domain: economic.",
        ),
        (
            with_levels(debt=2, rent=2, work=UNKNOWN),
            "It is still open whether the family is at risk or harmed; 1 answer would settle it.",
        ),
        (
            with_levels(debt=UNKNOWN, violence=UNKNOWN),
            "It is still open whether the family is safe, at risk or harmed; 2 answers would settle it.",
        ),
    ],
)
def test_the_level_is_told_with_what_weighs_most(found, expected):
    """A known level with its heaviest domain; an open one with what it lies between and how many answers lack."""
    assert english(explain_levels.level_sentence(found, 0)) == expected


def test_a_level_may_rest_on_a_critical_harm_that_weighs_nothing_yet():
    """Where a harm is critical before it counts, no domain is named in its place."""
    early = indicator_set([(indicator("c", counts_from=3, critical_from=2), "social", Fraction(1))])
    sentence = english(explain_levels.level_sentence(stratified(early, [[2]]), 0))
    assert sentence == "The family is harmed; focused help comes first."


def test_of_domains_that_weigh_alike_the_first_is_named():
    """One economic and one social harm: the catalogue's order decides, so it is the same every time."""
    assert "economic" in english(explain_levels.level_sentence(with_levels(debt=2, kin=2), 0))


def test_the_score_is_told_beside_its_cut_offs():
    """A share known whole is one share; an open one has a least and a most."""
    assert "weigh 25% of all; from 20% on" in english(explain_levels.score_sentence(one(TWO), 0))
    still_open = with_levels(debt=2, rent=2, work=UNKNOWN, kin=UNKNOWN)
    assert "weigh 25% of all and with the open answers at most 50%" in english(
        explain_levels.score_sentence(still_open, 0)
    )


def test_a_critical_harm_is_named_and_only_that():
    """The harm that is enough by itself; nothing where there is none, or where it is only possible."""
    assert "help now: violence." in english(explain_levels.critical_sentence(with_levels(violence=3, debt=3), 0))
    assert explain_levels.critical_sentence(with_levels(debt=3, violence=UNKNOWN), 0) is None


@pytest.mark.parametrize(
    ("levels", "domain", "expected"),
    [
        ({"debt": 2, "work": 3}, "economic", "economic: harmed. Found here: debt, work."),
        ({}, "economic", "economic: safe. No harm was found here."),
        ({"school": UNKNOWN}, "cultural", "cultural: open between safe and harmed. No harm is known here so far."),
    ],
)
def test_a_domain_is_told_by_itself(levels, domain, expected):
    """Its own level, and what is known in it."""
    assert english(explain_levels.domain_sentence(with_levels(**levels), 0, domain)) == expected


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        ({"skill": 2, "saving": 3}, "The family can build on: skill, saving."),
        ({"skill": 1}, "None of the strengths that are looked at is recorded yet."),
        ({"skill": UNKNOWN}, "The family's strengths have not all been asked about yet; none is recorded so far."),
    ],
)
def test_strengths_are_listed(levels, expected):
    """What the family has; and what nobody asked is not called absent."""
    assert english(explain_levels.strengths_sentence(with_levels(**levels), 0)) == expected


def test_without_a_list_of_strengths_nothing_is_said_of_them():
    """A catalogue without capacities says nothing about them."""
    plain = indicator_set([(indicator("h"), "social", Fraction(1))])
    assert explain_levels.strengths_sentence(stratified(plain, [[0]]), 0) is None


# What would change it


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (NOTHING, "With 2 more harms of usual weight, the family would be at risk."),
        (TWO, "With 1 more harm of usual weight, the family would be harmed."),
        (THREE, "With 1 harm of usual weight less, the family would no longer be harmed."),
        ([2, 2, 2, 2, *NOTHING[4:]], "With 2 harms of usual weight less, the family would no longer be harmed."),
    ],
)
def test_the_distance_is_counted_in_usual_harms(row, expected):
    """How many harms of the median weight lie between the family and the next level."""
    assert english(explain_levels.distance_sentence(one(row), 0)) == expected


def test_a_heavy_harm_may_lead_past_the_next_level():
    """With two harms of a half each, one makes a safe family harmed, and that is what is said."""
    two = indicator_set([(indicator("a"), "social", Fraction(1, 2)), (indicator("b"), "social", Fraction(1, 2))])
    expected = "With 1 more harm of usual weight, the family would be harmed."
    assert english(explain_levels.distance_sentence(stratified(two, [[0, 0]]), 0)) == expected


def test_no_distance_is_told_where_there_is_none():
    """An open score has no one distance, and a critical harm is no matter of distance."""
    assert explain_levels.distance_sentence(with_levels(debt=UNKNOWN), 0) is None
    assert explain_levels.distance_sentence(with_levels(violence=2), 0) is None


@given(data=st.data(), indicators=harm_sets())
def test_the_distance_is_true(data, indicators):
    """So many usual weights more, and no fewer, reach the cut-off; so many less, and no fewer, fall under it."""
    size = len(indicators.harms)
    row = data.draw(st.lists(st.integers(0, 3), min_size=size, max_size=size))
    found = stratified(indicators, [row])
    sentence = explain_levels.distance_sentence(found, 0)
    if sentence is None:
        assert found.least.is_critical[0]
        return
    weights = sorted(indicators.weights)
    usual = (weights[(size - 1) // 2] + weights[size // 2]) / 2
    score, rules = Fraction(int(found.least.score[0]), found.weights.whole), found.level_rules.whole
    count, level = sentence.count, int(found.least.level[0])
    assert count is not None
    if level == HARMED:
        assert score - count * usual < rules.harmed <= score - (count - 1) * usual
    else:
        cut_off = rules.harmed if level == AT_RISK else rules.at_risk
        assert score + (count - 1) * usual < cut_off <= score + count * usual


@pytest.mark.parametrize(
    ("found", "case", "expected"),
    [
        (one(NOTHING), "least", "This is the best level; the aim is to keep it."),
        (one(THREE), "least", "1 change would bring the family to the level “at risk”: debt."),
        (
            with_levels(debt=2, rent=2, violence=2, kin=2),
            "least",
            "2 changes together would bring the family to the level “at risk”: violence, debt.",
        ),
        (
            with_levels(debt=2, rent=2, work=UNKNOWN),
            "most",
            "If every open answer were bad, 1 change would bring the level “at risk”: debt.",
        ),
    ],
)
def test_the_smallest_change_is_told(found, case, expected):
    """What would bring a better level, by what is known and in the worst case."""
    assert english(explain_levels.flip_sentence(flips.better(found, 0, case), HARMS)) == expected


def test_what_stands_in_the_way_is_named():
    """Where no change is possible the harms that never change are named, without a promise."""
    never = indicator_set([(indicator("age", can_change="never"), "social", Fraction(1))])
    found = flips.better(stratified(never, [[3]]), 0)
    sentence = english(explain_levels.flip_sentence(found, never))
    assert sentence == "As long as these stand, the level cannot improve, and they do not change: age."


def test_each_change_says_what_would_be_true_and_how_soon():
    """The meaning of the level to be reached, the critical harm first, and that it can be reached soon."""
    known = flips.better(with_levels(debt=3, rent=2, school=2, violence=2), 0)
    assert known is not None
    assert [english(explain_levels.change_sentence(change, HARMS)) for change in known.changes] == [
        "violence (can change soon): violence 1",
        "rent (can change soon): rent 1",
    ]


def test_an_answer_may_be_all_that_is_needed():
    """A change of an open indicator says so, whatever the indicator; a slow one says that it takes time."""
    common = {"from_level": 3, "to_level": 1, "weight": EIGHTH, "can_change": "slowly", "is_critical": False}
    by_answer, slow = (flips.Change("school", is_open=is_open, **common) for is_open in (True, False))
    assert english(explain_levels.change_sentence(by_answer, HARMS)) == "school (an answer may be enough): school 1"
    assert english(explain_levels.change_sentence(slow, HARMS)) == "school (takes time): school 1"


def test_what_to_watch_is_told():
    """The nearest worsening is named; for the worst level there is none."""
    sentence = explain_levels.edge_sentence(flips.worse(one(TWO), 0), HARMS)
    assert "1 more harm could bring the level “harmed”" in english(sentence)
    assert explain_levels.edge_sentence(flips.worse(one(THREE), 0), HARMS) is None


# What is still open


def test_each_state_has_its_own_request():
    """Not asked, not known, too old and disputed ask for different things; none is left without a sentence."""
    assert set(STATES) == set(ASK)
    found = with_levels(debt=UNKNOWN)
    assert english(explain_levels.ask_next_sentence(found, 0, "debt")) == "Ask: debt?"
    found.answers.state[0, 0] = STATES.index("disputed")
    sentence = english(explain_levels.ask_next_sentence(found, 0, "debt"))
    assert sentence == "Two helpers answered differently; ask together: debt?"


def test_an_unknown_code_is_refused():
    """A code outside the catalogue is named and not passed over."""
    with pytest.raises(IndicatorUnknown, match="lost"):
        explain_levels.ask_next_sentence(one(NOTHING), 0, "lost")


@pytest.mark.parametrize(
    ("unanswered", "unreasoned", "expected"),
    [
        (0, 0, []),
        (1, 0, ["1 question has no answer yet."]),
        (3, 2, ["3 questions have no answer yet.", "2 serious answers still lack the helper's reason."]),
    ],
)
def test_what_an_assessment_lacks(unanswered, unreasoned, expected):
    """Open questions and missing reasons, each by its number."""
    assert [english(found) for found in explain_levels.incomplete_sentences(unanswered, unreasoned)] == expected


def test_a_second_look_tells_its_chance():
    """A chance is told as so many of a hundred."""
    assert "about 62 truly have this level" in english(explain_levels.second_look_sentence(Fraction(62, 100)))


def test_poor_agreement_is_a_warning():
    """The indicators concerned are named, each once; where there is none nothing is said."""
    warning = english(explain_levels.agreement_warning(HARMS, ["kin", "debt", "kin"]))
    assert (warning.endswith(": kin, debt."), explain_levels.agreement_warning(HARMS, [])) == (True, None)


# From one time to another


@pytest.mark.parametrize(
    ("before", "after", "through", "expected"),
    [
        ("harmed", "at_risk", ["debt"], "the family improved from harmed to at risk, through: debt."),
        ("harmed", "safe", [], "the family improved from harmed to safe."),
        ("safe", "harmed", ["rent"], "life became harder for the family: safe, now harmed, through: rent."),
        ("safe", "at_risk", [], "life became harder for the family: safe, now at risk."),
        ("safe", "safe", [], "The family is safe, in Aban 1404 as in Aban 1403."),
        ("harmed", "undetermined", ["debt"], "cannot be compared: one of them is still open."),
    ],
)
def test_a_change_of_level_is_told(before, after, through, expected):
    """Better, harder, the same or not comparable; and through what, where that is known."""
    months = Month(1403, 8), Month(1404, 8)
    sentence = explain_levels.transition_sentence(*months, before, after, explain_levels.labels(HARMS, through))
    assert english(sentence).endswith(expected)


def test_whether_an_improvement_lasted():
    """Kept, not kept and not known yet are three different things."""
    said = [english(explain_levels.kept_sentence(is_kept, Month(1405, 2))) for is_kept in (True, False, None)]
    expected = ("still held", "did not hold", "will show")
    assert [words in sentence for words, sentence in zip(expected, said, strict=True)] == [True, True, True]


# The centre


def test_the_centre_counts_its_levels():
    """Every level with its number, the open ones among them."""
    found = stratified(HARMS, [NOTHING, TWO, THREE, THREE, [2, 2, UNKNOWN, *NOTHING[3:]]])
    expected = "In Aban 1404 the centre has 5 families: 1 safe, 1 at risk, 2 harmed, 1 open."
    assert english(explain_centre.centre_levels_sentence(found)) == expected


def test_the_measures_of_the_centre_are_told_in_plain_words():
    """Headcount, intensity and adjusted headcount; with open answers, how many more may be harmed."""
    found = stratified(HARMS, [NOTHING, TWO, THREE, [2, 2, UNKNOWN, *NOTHING[3:]]])
    best, worst = (
        poverty(found.is_deprived(case), count.level == HARMED, HARMS.weights)
        for case, count in (("least", found.least), ("most", found.most))
    )
    headcount, intensity, adjusted = map(english, explain_centre.centre_poverty_sentences(best))
    assert headcount == "Harmed are 1 of 4 families (25%)."
    assert "carries on average 38% of the weight" in intensity
    assert "Together they carry 9% of the weight" in adjusted
    with_open = english(explain_centre.centre_poverty_sentences(best, worst)[0])
    assert with_open == "Known to be harmed are 1 of 4 families (25%); 1 more may be."


def test_a_centre_without_harmed_families_has_no_intensity():
    """Of nobody no average is told, and of no family nothing."""
    nobody = stratified(HARMS, [NOTHING])
    found = poverty(nobody.is_deprived("least"), nobody.least.level == HARMED, HARMS.weights)
    assert len(explain_centre.centre_poverty_sentences(found)) == 1
    no_family = poverty(nobody.is_deprived("least")[:, :0], nobody.least.level[:0] == HARMED, HARMS.weights)
    assert explain_centre.centre_poverty_sentences(no_family) == []


# Help


def programmes(**indicators: dict[str, int]) -> ProgrammeCatalogue:
    given = {"label": text("x"), "means": {"talk": text("a talk")}}
    listed = [
        {
            "code": code,
            "label": text(code),
            "means": "talk",
            "indicators": calls,
            "description": text(code),
            "needs_expert": code.startswith("expert"),
            "since": "1400-01-01",
        }
        for code, calls in indicators.items()
    ]
    general = [found for found in listed if found["code"].startswith("film")]
    focused = [found for found in listed if found not in general]
    files = {"focused.yaml": ("focused", focused), "general.yaml": ("general", general)}
    return ProgrammeCatalogue(
        {
            file: ProgrammeFile.model_validate({"help": kind, "programmes": found, **given})
            for file, (kind, found) in files.items()
        }
    )


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (one(NOTHING), "Because the family is safe, general help is open to it."),
        (one(TWO), "Because the family is at risk, general help is open to it."),
        (one(THREE), "Because the family is harmed, a helper stands by it with focused help."),
        (with_levels(debt=2, rent=UNKNOWN), "Whether the family is safe or at risk, general help is open to it."),
    ],
)
def test_the_kind_of_help_is_told_with_its_reason(found, expected):
    """General or focused, and the level because of which; or that the level makes no difference."""
    assert english(explain_help.help_sentence(found, 0)) == expected


def test_an_open_level_refuses_nothing():
    """Both outcomes are told, and that nothing is refused meanwhile."""
    sentence = english(explain_help.help_sentence(with_levels(debt=2, rent=2, work=UNKNOWN), 0))
    assert [words in sentence for words in ("Ask first", "focused help", "general help", "refused nothing")] == [
        True
    ] * 4


def test_a_programme_is_told_with_what_calls_for_it():
    """Its name, means and reasons; an expert and an open outcome where they are needed."""
    offered = programmes(expert_visit={"debt": 2, "rent": 2}, film={"kin": 1})
    harmed, still_open = one(THREE), with_levels(debt=2, rent=2, kin=1, work=UNKNOWN)
    visit = english(explain_help.proposal_sentence(proposals(harmed, offered, 0)[0], HARMS))
    assert visit == "expert_visit (a talk, with an expert), because of: debt, rent."
    told = [english(explain_help.proposal_sentence(found, HARMS)) for found in proposals(still_open, offered, 0)]
    assert told == ["film (a talk), because of: kin.", f"If the family turns out to be harmed: {visit}"]
    unless = proposals(still_open, programmes(film={"debt": 1}, visit={"debt": 2}), 0)[1]
    assert english(explain_help.proposal_sentence(unless, HARMS)).startswith(
        "If the family turns out not to be harmed:"
    )


def test_a_harm_without_a_programme_is_told():
    """The harm is named, and where else to look; nothing is said where all are answered."""
    codes = unanswered_harms(one(THREE), programmes(visit={"debt": 2, "rent": 2}), 0)
    assert english(explain_help.unanswered_sentence(HARMS, codes)).endswith(": kin.")
    assert explain_help.unanswered_sentence(HARMS, []) is None


# All of them


cells = st.tuples(st.integers(0, 3), st.integers(0, 3)).map(sorted).map(tuple)


def every_sentence(found: Stratification, indicators: IndicatorSet) -> Iterable[Message | None]:
    offered = programmes(visit={"h1": 1, "h2": 2}, film={"h1": 1, "h3": 1}, expert={"h4": 1})
    yield explain_levels.level_sentence(found, 0)
    yield explain_levels.score_sentence(found, 0)
    yield explain_levels.critical_sentence(found, 0)
    yield explain_levels.strengths_sentence(found, 0)
    yield explain_levels.distance_sentence(found, 0)
    yield explain_levels.edge_sentence(flips.worse(found, 0), indicators)
    yield from (explain_levels.domain_sentence(found, 0, domain) for domain in found.domain_slices)
    yield from (explain_levels.ask_next_sentence(found, 0, code) for code in indicators.codes)
    for change in (flips.better(found, 0), flips.better(found, 0, "most")):
        yield explain_levels.flip_sentence(change, indicators)
        yield from (explain_levels.change_sentence(part, indicators) for part in (change.changes if change else ()))
    yield explain_centre.centre_levels_sentence(found)
    yield explain_help.help_sentence(found, 0)
    yield from (explain_help.proposal_sentence(part, indicators) for part in proposals(found, offered, 0))
    yield explain_help.unanswered_sentence(indicators, unanswered_harms(found, offered, 0))


@given(data=st.data(), indicators=harm_sets())
def test_every_sentence_can_be_said(data, indicators):
    """Whatever is known or not, each sentence is whole in both languages, with no hole and no program's word left."""
    size = len(indicators.harms)
    row = data.draw(st.lists(st.one_of(st.none(), cells), min_size=size, max_size=size))
    found = ranged(indicators, [row])
    said = [
        say(sentence, language)
        for sentence in every_sentence(found, indicators)
        if sentence
        for language in ("fa", "en")
    ]
    wrong = ("{", "BilingualText", "Fraction", "at_risk", "None", "np.")
    assert [sentence for sentence in said if any(mark in sentence for mark in wrong)] == []


@given(data=st.data(), indicators=harm_sets())
def test_the_level_sentence_tells_the_level(data, indicators):
    """The word of the level stands in its sentence, and an open level counts at least one answer."""
    size = len(indicators.harms)
    row = data.draw(st.lists(st.one_of(st.none(), cells), min_size=size, max_size=size))
    found = ranged(indicators, [row])
    sentence = explain_levels.level_sentence(found, 0)
    if found.least.level[0] == found.most.level[0]:
        word = {SAFE: "safe", AT_RISK: "at risk", HARMED: "harmed"}[int(found.least.level[0])]
        assert english(sentence).startswith(f"The family is {word}")
    else:
        assert sentence.count is not None
        assert sentence.count > 0


def test_names_follow_the_language():
    """One message says the indicator's Persian name in Persian and its English name in English."""
    debt = indicator("debt", label=BilingualText(fa="بدهی", en="Debt"))
    harms = indicator_set([(debt, "economic", Fraction(1))])
    warning = explain_levels.agreement_warning(harms, ["debt"])
    assert warning is not None
    assert ("بدهی" in say(warning, "fa"), "Debt" in say(warning, "en")) == (True, True)
