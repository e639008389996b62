"""What one family's page knows of the whole centre: shares drawn towards a prior, exact, and written without loss."""

import json
from fractions import Fraction
from functools import cache

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hamyar.core.economy.assessment import ParametersInUse
from hamyar.core.levels.agreement import agreement_by_indicator, poorly_agreed
from hamyar.core.levels.background import (
    AgreementFacts,
    Background,
    BackgroundLacks,
    BackgroundUnreadable,
    Shares,
    agreement_facts,
    background_of,
    shrunk,
)
from hamyar.core.tables import OBSERVATIONS, conform
from tests.core.levels_making import MONTH, UNKNOWN, even_set, harm_sets, indicator, indicator_set, ranged, stratified
from tests.core.making import shipped_parameters

HALF = Fraction(1, 2)


@cache
def rules() -> ParametersInUse:
    return ParametersInUse(shipped_parameters(), MONTH)


def test_a_small_group_leans_on_the_prior():
    """With a Beta prior of 8 and 12, seven of twelve shrink from 0.583 to exactly 0.46875."""
    assert shrunk(7, 12, Fraction(8, 20), 20) == Fraction(15, 32) == Fraction("0.46875")


def test_the_shipped_prior_is_that_beta():
    """Seven harms among twelve families, by the parameters as shipped, give the same share."""
    stratification = stratified(even_set(1), [[2]] * 7 + [[1]] * 5)

    assert background_of(stratification, {}, rules()).shares == {"h1": Shares(Fraction(15, 32), Fraction(0), 12)}


def test_no_prior_and_no_family():
    """With nothing seen and a prior of no weight the prior still stands; once something is seen it does not."""
    assert [shrunk(0, 0, HALF, 0), shrunk(1, 3, HALF, 0)] == [HALF, Fraction(1, 3)]


def test_only_known_answers_count():
    """Open answers and indicators that do not apply say nothing about how frequent a harm is."""
    stratification = ranged(even_set(1), [[(3, 3)], [(0, 3)], [None], [(2, 3)], [(0, 0)]])

    assert background_of(stratification, {}, rules())["h1"] == Shares(Fraction(9, 22), Fraction(0), 2)


def test_a_critical_harm_is_counted_by_itself():
    """Four harms of which one is critical, in ten families: (4 + 8) / 30 and (1 + 1) / 30."""
    indicators = indicator_set([(indicator("h1", critical_from=3), "social", Fraction(1))])
    stratification = stratified(indicators, [[3], [2], [2], [2], *([0],) * 6])

    assert background_of(stratification, {}, rules())["h1"] == Shares(Fraction(12, 30), Fraction(2, 30), 10)


@pytest.mark.parametrize("critical_from", [1, 2])
def test_where_every_harm_is_critical_the_shares_are_one(critical_from):
    """The prior is then that of critical harms: one of ten families seen, (1 + 1) / 30 for both."""
    made = indicator("h1", critical_from=critical_from, counts_from=2)
    stratification = stratified(indicator_set([(made, "social", Fraction(1))]), [[critical_from], *([0],) * 9])

    assert background_of(stratification, {}, rules())["h1"] == Shares(Fraction(2, 30), Fraction(2, 30), 10)


def test_capacities_have_no_share():
    """Strengths take nothing from a level and so nothing from its chance."""
    indicators = indicator_set([(indicator("h1"), "social", Fraction(1))], [indicator("skill")])

    assert list(background_of(stratified(indicators, [[2, 3]]), {}, rules()).shares) == ["h1"]
    assert list(Background.prior(indicators, rules()).shares) == ["h1"]


def test_without_families_it_is_the_prior():
    """A centre of which nothing is known has the prior of its parameters."""
    indicators = indicator_set([(indicator("a"), "social", HALF), (indicator("b", critical_from=3), "social", HALF)])
    prior = Background.prior(indicators, rules())

    assert prior.shares == {
        "a": Shares(Fraction(2, 5), Fraction(0)),
        "b": Shares(Fraction(2, 5), Fraction(1, 20)),
    }
    assert background_of(stratified(indicators, [[UNKNOWN, UNKNOWN]]), {}, rules()) == prior


@settings(max_examples=50)
@given(indicators=harm_sets(), data=st.data())
def test_a_critical_share_is_never_above_the_harms(indicators, data):
    """Whatever is seen, shares lie between 0 and 1, and a critical harm is a harm."""
    level = st.sampled_from([0, 1, 2, 3, UNKNOWN])
    size = len(indicators.harms)
    rows = data.draw(st.lists(st.lists(level, min_size=size, max_size=size), min_size=1, max_size=4))
    shares = background_of(stratified(indicators, rows), {}, rules()).shares.values()

    assert all(0 <= found.critical <= found.harm <= 1 for found in shares)


class TestJson:
    def test_nothing_is_lost(self):
        """What is written is read back equal, thirds and undefined kappas included."""
        shares = {"b": Shares(Fraction(2, 3), Fraction(1, 7), 31), "a": Shares(Fraction(1), Fraction(0))}
        agreement = {"b": AgreementFacts(12, Fraction(1, 3), True), "a": AgreementFacts(3, None, None)}
        background = Background(shares, agreement)

        assert background == Background.from_json(background.to_json())

    def test_the_same_content_is_the_same_text(self):
        """The order in which indicators came does not show."""
        one, two = ("a", Shares(HALF, HALF)), ("b", Shares(HALF, Fraction(0)))

        assert Background(dict([one, two])).to_json() == Background(dict([two, one])).to_json()

    def test_fractions_are_written_as_fractions(self):
        """A reader sees 15/32, not a decimal."""
        content = json.loads(Background({"a": Shares(Fraction(15, 32), Fraction(0), 12)}).to_json())

        assert content["shares"] == {"a": {"answered": 12, "critical_share": "0", "harm_share": "15/32"}}

    @pytest.mark.parametrize(
        "text",
        [
            *("", "[]", "{}", "null", '{"shares": []}', '{"shares": {}}', '{"agreement": {}}'),
            '{"agreement": {}, "shares": {"a": {"harm_share": "1/0", "critical_share": "0", "answered": 1}}}',
            '{"agreement": {}, "shares": {"a": {"harm_share": "1/2", "critical_share": "2/3", "answered": 1}}}',
            '{"agreement": {}, "shares": {"a": {"harm_share": "3/2", "critical_share": "0", "answered": 1}}}',
            '{"agreement": {"a": {"pairs": 1, "kappa_linear": null, "is_poor": "no"}}, "shares": {}}',
        ],
    )
    def test_anything_else_is_refused(self, text):
        """Broken or impossible content is refused with what to do."""
        with pytest.raises(BackgroundUnreadable, match="Freeze the month again"):
            Background.from_json(text)


def test_an_indicator_it_lacks_is_named():
    """A background older than the catalogue says which indicator it does not know."""
    with pytest.raises(BackgroundLacks, match="'h9'"):
        Background({})["h9"]


def visits(*pairs: tuple[int, int]) -> pd.DataFrame:
    """Observations of the indicator h1: one family for each pair, two helpers on one day."""
    rows = [
        {
            "family_id": f"F{number}",
            "subject_id": f"F{number}",
            "indicator": "h1",
            "answer": str(level),
            "day": 14040805,
            "observer_id": observer,
            "source": "observed",
        }
        for number, pair in enumerate(pairs)
        for observer, level in zip(("A", "B"), pair, strict=True)
    ]
    return conform(OBSERVATIONS, pd.DataFrame(rows))


def test_agreement_comes_along():
    """The table and the verdicts of double visits travel by code; an indicator nobody visited twice is left out."""
    table = agreement_by_indicator(
        visits((0, 0), (2, 2), (3, 1), (0, 1)), even_set(2), window_days=14, until_day=14040830
    )
    facts = agreement_facts(table, poorly_agreed(table, 4, Fraction(9, 10)))

    assert facts == {"h1": AgreementFacts(4, table.loc["h1", "kappa_linear"], True)}
    assert agreement_facts(table, poorly_agreed(table, 5, HALF))["h1"].is_poor is None
    assert background_of(stratified(even_set(2), [[0, 0]]), facts, rules()).agreement == facts


def test_an_undefined_kappa_stays_missing():
    """Two helpers who always say the same level have no kappa, and no verdict."""
    table = agreement_by_indicator(visits((2, 2), (2, 2)), even_set(1), window_days=14, until_day=14040830)

    assert agreement_facts(table, poorly_agreed(table, 1, HALF)) == {"h1": AgreementFacts(2, None, None)}
