"""The level of one family on a page: every answer for every family, and nothing private on paper."""

import re
from copy import deepcopy
from dataclasses import replace
from fractions import Fraction

import pytest
import yaml
from tests.core.making import PARAMETERS
from tests.faces.test_family import html_of

from hamyar.core.economy.assessment import assess_families
from hamyar.core.jalali import Month
from hamyar.core.levels.centre import levels_of_centre
from hamyar.core.parameters import ParameterSet
from hamyar.core.plan.help import Call, Proposal
from hamyar.core.sample import generate, indicators_at
from hamyar.core.tables import CaseTables
from hamyar.faces.family import FamilyCase
from hamyar.faces.family_levels import MOST_ON_PAPER, FamilyLevels
from hamyar.faces.sources import sample_source
from hamyar.faces.veil import veiled_set
from hamyar.store.parameter_files import load_parameters, parameter_set, read_parameter_texts
from hamyar.words import Words

MONTH = Month(1404, 8)
ANSWERS = ("headline", "picture", "why", "weight", "change", "since", "ask", "certainty", "help")
PRIVATE_REASON = "این دلیل نباید روی کاغذ بیاید"


@pytest.fixture(scope="module", name="source")
def _source():
    return sample_source(PARAMETERS)


def levels_of(source, family: str, language: str = "fa", *, on_paper: bool = True) -> FamilyLevels:
    assessment = assess_families(source.tables([family]), source.parameters, MONTH)
    return FamilyLevels(source, assessment, Words(language), on_paper=on_paper)


@pytest.fixture(scope="module", name="families")
def _families(source):
    return source.tables().families["family_id"].tolist()


@pytest.fixture(scope="module", name="private")
def _private(source):
    """A family with a critical harm that is never printed."""
    return next(
        family
        for family in source.tables().families["family_id"]
        if "violence" in critical_of(levels_of(source, family))
    )


def critical_of(levels: FamilyLevels) -> str:
    return str(levels.row["critical_indicators"])


class Given:
    """Facts, rules and background as a test gives them."""

    origin = None

    def __init__(self, tables: CaseTables, parameters: ParameterSet, background=None) -> None:
        self._tables, self.parameters, self._background = tables, parameters, background

    def tables(self, family_ids=None) -> CaseTables:
        return self._tables if family_ids is None else self._tables.only(family_ids)

    def background(self, month):
        return self._background

    def suggested_aid(self, month, family_id, rule):
        return None


@pytest.fixture(scope="module", name="telling")
def _telling(source):
    """The sample with one telling reason in every observation of an indicator that is never printed."""
    tables, catalogue = source.tables(), source.parameters.indicators.at(MONTH)
    private = [indicator.code for indicator in catalogue.indicators if indicator.screen_only]
    is_private = tables.observations["indicator"].isin(private)
    told = tables.observations.assign(reason=tables.observations["reason"].mask(is_private, PRIVATE_REASON))
    return Given(replace(tables, observations=told), source.parameters, source.background(MONTH))


class TestEveryFamily:
    @pytest.mark.parametrize("answer", ANSWERS)
    @pytest.mark.parametrize("language", ["fa", "en"])
    def test_every_answer(self, source, families, answer, language):
        """Each answer can be shown for each family, and never says nan or None."""
        for family in families:
            shown = html_of(getattr(levels_of(source, family, language), answer)())

            assert shown
            assert re.findall(r"\b(?:nan|None|NaN|<NA>|NaT)\b", shown) == []

    def test_months_without_visits(self, source, families):
        """A month before any visit leaves the level undetermined, and every answer can still be shown."""
        early = Month(1402, 1)
        assessment = assess_families(source.tables(families[:1]), source.parameters, early)
        levels = FamilyLevels(source, assessment, Words("fa"))

        assert levels.row["level"] == "undetermined"
        assert [answer for answer in ANSWERS if not html_of(getattr(levels, answer)())] == []

    def test_the_kinds_of_level_are_all_there(self, source, families):
        """The sample shows all four, so the tests above have seen all four."""
        found = {str(levels_of(source, family).row["level"]) for family in families}

        assert {"safe", "at_risk", "harmed", "undetermined"} == found


class TestVeil:
    def test_nothing_private_on_paper(self, telling, private):
        """No answer on paper names a private harm, tells its meaning, or repeats what was said about it."""
        paper = levels_of(telling, private)
        catalogue = paper.placed.indicators
        told = [
            text.fa
            for indicator in catalogue.indicators
            if indicator.screen_only
            for text in (indicator.label, indicator.question, *indicator.levels.values())
        ]
        shown = "".join(html_of(getattr(paper, answer)()) for answer in ANSWERS)

        assert [text for text in [*told, PRIVATE_REASON] if text in shown] == []
        assert "موضوعی خصوصی" in shown

    def test_the_helpers_screen_tells_it(self, telling, private):
        """On the helper's own screen the harm has its name and its reason."""
        screen = levels_of(telling, private, on_paper=False)
        shown = html_of(screen.why())

        assert screen.placed.indicators[critical_of(screen)].label.fa in shown
        assert PRIVATE_REASON in shown

    def test_no_programme_betrays_it(self, source, private):
        """A programme that answers only private harms is not named on paper."""
        paper, screen = (levels_of(source, private, on_paper=on_paper) for on_paper in (True, False))
        betraying = [
            programme.label.fa
            for _, programme in source.parameters.programmes.at(MONTH)
            if all(paper.placed.indicators[code].screen_only for code in programme.indicators)
        ]

        assert [name for name in betraying if name in html_of(paper.help())] == []
        assert [name for name in betraying if name in html_of(screen.help())]

    def test_no_description_betrays_it(self, source, families):
        """A programme called for by an open matter keeps its name on paper, and its words about fear stay off it."""
        catalogue = source.parameters.programmes
        found = {programme.code: (kind, programme) for kind, programme in catalogue.at(MONTH)}
        call = Call("family_communication", 2, Fraction(1, 36), is_harm=True, is_critical=False)
        shown = {}
        for on_paper in (True, False):
            levels = levels_of(source, families[0], on_paper=on_paper)
            for code in ("couple_counselling", "parent_coaching"):
                kind, programme = found[code]
                means = catalogue.by_help[kind].means[programme.means]
                (shown[code, on_paper],) = levels._programmes([Proposal(kind, programme, means, "now", (call,))])

        assert shown["couple_counselling", True].description == ""
        assert shown["couple_counselling", True].programme == found["couple_counselling"][1].label.fa
        assert shown["couple_counselling", False].description
        assert shown["parent_coaching", True].description

    def test_the_veil_changes_words_only(self, source, private):
        """Codes, weights and order are those of the catalogue."""
        placed = levels_of(source, private).placed
        under = veiled_set(placed.indicators)

        assert (placed.indicators.codes, placed.indicators.weights) == (under.codes, under.weights)

    def test_the_level_is_the_same(self, source, private):
        """Paper and screen tell one level and one record."""
        assert levels_of(source, private).record() == levels_of(source, private, on_paper=False).record()


class TestPaper:
    def test_long_lists_are_cut(self, source, families):
        """Paper shows a handful of changes and programmes and says how many more there are."""
        worst = max(families, key=lambda family: levels_of(source, family).row["harms"])
        paper, screen = (levels_of(source, worst, on_paper=on_paper) for on_paper in (True, False))

        assert html_of(paper.help()).count("<li>") == MOST_ON_PAPER
        assert html_of(screen.help()).count("<li>") > MOST_ON_PAPER
        assert "روی صفحهٔ همیار" in html_of(paper.help())


class TestSince:
    """A year ago the centre may have counted by other rules, or by none yet."""

    @staticmethod
    def under(source, *, earlier: bool) -> Given:
        """The sample under a weighting that began this year, with or without another one before it."""
        texts = read_parameter_texts(PARAMETERS, is_synthetic=True)
        document = yaml.safe_load(texts["indicators/weightings.yaml"])
        ((first, version),) = document["versions"].items()
        reweighted = deepcopy(version)
        weights = reweighted["domains"]["economic"]["indicators"]
        weights |= {"gap": "2/12", "debt": "1/24", "savings": "1/24"}
        document["versions"] = {first: version, "1404-01-01": reweighted}
        if not earlier:
            del document["versions"][first]
        texts["indicators/weightings.yaml"] = yaml.safe_dump(document, allow_unicode=True)
        return Given(source.tables(), parameter_set(texts), source.background(MONTH))

    def test_a_catalogue_younger_than_a_year(self, source, families):
        """Where nothing counted a year ago the page says that there is nothing to compare with, and does not fail."""
        young = self.under(source, earlier=False)

        assert "no earlier level to compare" in html_of(levels_of(young, families[0], "en").since())

    def test_other_rules_than_a_year_ago_are_told(self, source, families):
        """A family is not told that it improved where the rules may have."""
        reweighted = self.under(source, earlier=True)

        assert "rest on different weights" in html_of(levels_of(reweighted, families[0], "en").since())
        assert "rest on different weights" not in html_of(levels_of(source, families[0], "en").since())


class TestWithoutCatalogue:
    def test_the_dossier_goes_without(self, source, families):
        """A month frozen before there was a catalogue has a page that says so, and a record without levels."""

        texts = {path.name: path.read_text("utf-8") for path in PARAMETERS.glob("*.yaml")}
        earlier = Given(source.tables(), ParameterSet.from_texts(texts))
        case = FamilyCase(earlier, families[0], MONTH, Words("en"))

        assert "No catalogue of indicators" in html_of(case.levels.headline())
        assert "level" not in case.result().values


def test_poorly_agreed_harms_are_flagged():
    """With enough double visits, a harm on which helpers differ is marked wherever a level rests on it."""
    parameters = load_parameters(PARAMETERS, is_synthetic=True)
    months = (MONTH + -12).until(MONTH)
    tables = generate(240, months, 7, indicators=indicators_at(parameters, MONTH)).tables

    economy = assess_families(tables, parameters, MONTH, history_months=0)
    found = levels_of_centre(tables, parameters, MONTH, economy)
    poor = [code for code, facts in found.background.agreement.items() if facts.is_poor]
    deprived = found.placed.is_deprived("least")[[found.placed.indicators.codes.index(code) for code in poor]]
    family = found.placed.family_ids[deprived.any(axis=0).argmax()]
    shown = levels_of(Given(tables, parameters, found.background), family)

    assert poor
    assert "poorly-agreed" in html_of(shown.why())
    assert any(found.placed.indicators[code].label.fa in html_of(shown.certainty()) for code in poor)
