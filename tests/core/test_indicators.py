"""The catalogue of indicators: read exactly, refused clearly, and what its check finds."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import pytest
import yaml

from hamyar.core.documents import DocumentInvalid
from hamyar.core.jalali import Month
from hamyar.core.levels.indicator_catalogue import CatalogueMissing, IndicatorCatalogue, WeightsDoNotSum
from hamyar.core.levels.indicators import IndicatorSet, IndicatorUnknown, exact
from hamyar.words import say
from tests.core.making import PARAMETERS

Document = dict[str, Any]
ABAN = Month(1404, 8)


def both(words: str) -> dict[str, str]:
    return {"fa": words, "en": words}


def indicator(code: str, /, **others: object) -> Document:
    """One indicator as a file writes it; ``None`` leaves a key out."""
    given: Document = {
        "code": code,
        "label": both(code),
        "question": both(f"{code}?"),
        "levels": {level: both(f"{code} {level}") for level in range(4)},
        "scope": "family",
        "can_change": "soon",
        "reason": both("a test"),
        "source": "a test",
        "since": "1400-01-01",
    }
    return {key: value for key, value in (given | others).items() if value is not None}


def computed(*bounds: object, measure: str = "gap_share_of_outflows", worse: str = "higher") -> Document:
    return {"measure": measure, "worse": worse, "bounds": list(bounds)}


def domain(name: str, *indicators: Document, **others: object) -> Document:
    return {"domain": name, "label": both(name), "indicators": list(indicators), **others}


def version(
    domains: Mapping[str, tuple[object, Mapping[str, object]]], capacities: tuple[str, ...] = (), **others: object
) -> Document:
    """A version from rows of domain: (share, {code: weight})."""
    weights = {name: {"share": share, "indicators": dict(found)} for name, (share, found) in domains.items()}
    return {"source": "a test", "domains": weights, "capacities": list(capacities), **others}


def weightings(versions: Mapping[str, Document], **others: object) -> Document:
    return {"name": "weightings", "description": both("a test"), "versions": dict(versions), **others}


WHOLE = {
    "economic": ("1/3", {"debt": "1/2", "gap": "1/2"}),
    "social": ("1/3", {"illness": 1}),
    "cultural": ("1/3", {"leisure": "1"}),
}


def documents(**changed: Document) -> dict[str, Document]:
    """A whole small catalogue, by file stem, with some documents changed."""
    return {
        "economic": domain("economic", indicator("debt"), indicator("gap", computed=computed("0.05", "1/5", "2/5"))),
        "social": domain("social", indicator("illness", critical_from=3)),
        "cultural": domain("cultural", indicator("leisure")),
        "capacity": domain("capacity", indicator("skill")),
        "weightings": weightings({"1400-01-01": version(WHOLE, ("skill",))}),
        **changed,
    }


def catalogue(**changed: Document) -> IndicatorCatalogue:
    texts = {
        f"indicators/{stem}.yaml": yaml.safe_dump(content, allow_unicode=True, sort_keys=False)
        for stem, content in documents(**changed).items()
    }
    return IndicatorCatalogue.from_texts(texts)


def refusal(**changed: Document) -> str:
    with pytest.raises(DocumentInvalid) as caught:
        catalogue(**changed)
    return str(caught.value)


def found(**changed: Document) -> list[tuple[str, str, bool]]:
    """What the check says: file, sentence and whether it is a fault."""
    return [
        (file.removeprefix("indicators/"), str(said), is_fault) for file, said, is_fault in catalogue(**changed).check()
    ]


def at(month: Month = ABAN, **changed: Document) -> IndicatorSet:
    return catalogue(**changed).at(month)


class TestReading:
    def test_weights_are_shares_of_shares(self):
        """A harm weighs its domain's share times its own, exactly; all sum to 1."""
        weights = {harm.code: harm.weight for harm in at().harms}

        assert weights == {
            "debt": Fraction(1, 6),
            "gap": Fraction(1, 6),
            "illness": Fraction(1, 3),
            "leisure": Fraction(1, 3),
        }
        assert sum(at().weights) == 1

    def test_order(self):
        """Harms come domain by domain, economic, social, cultural, as the weighting lists them; then the capacities."""
        changed = dict(reversed(WHOLE.items())) | {"economic": ("1/3", {"gap": "1/2", "debt": "1/2"})}
        indicators = at(weightings=weightings({"1400-01-01": version(changed, ("skill",))}))

        assert indicators.codes == ("gap", "debt", "illness", "leisure", "skill")
        assert [harm.domain for harm in indicators.harms] == ["economic", "economic", "social", "cultural"]

    @pytest.mark.parametrize("written", ["0.15", "3/20", 0.15, "15e-2"])
    def test_numbers_are_exact(self, written):
        """A bound written 0.15 is 3/20, not the nearest binary number."""
        social = domain("social", indicator("illness", computed=computed(written, "1/2", 1)))

        assert catalogue(social=social).by_code["illness"].computed.bounds[0] == Fraction(3, 20)

    @pytest.mark.parametrize("text", ["1/0", "much", "", None, "1//2"])
    def test_what_is_no_number_is_refused(self, text):
        """Also a division by nothing is a value that cannot be read, not a failure of the program."""
        with pytest.raises(ValueError):
            exact(text)

    def test_defaults(self):
        """A harm counts from level 2 and is critical, sensitive and kept from paper only where the file says so."""
        debt = at()["debt"]

        assert (debt.counts_from, debt.critical_from, debt.is_sensitive, debt.screen_only) == (2, None, False, False)

    def test_the_version_of_the_first_day(self):
        """A month is judged by the version that holds on its first day."""
        later = version(WHOLE | {"economic": ("1/3", {"debt": 1})})
        two = weightings({"1400-01-01": version(WHOLE), "1404-08-02": later})

        assert "gap" in at(Month(1404, 8), weightings=two).codes
        assert "gap" not in at(Month(1404, 9), weightings=two).codes
        assert at(Month(1404, 9), weightings=two).since == 14040802

    def test_a_code_is_looked_up(self):
        """An indicator is found by its code; an unknown one is answered with the known."""
        assert at()["skill"].code == "skill"
        with pytest.raises(IndicatorUnknown, match=r"'skil'.*debt, gap, illness, leisure, skill"):
            at()["skil"]

    def test_content_follows_what_is_written(self):
        """Equal catalogues have equal content, and a changed weight changes it."""
        changed = version(WHOLE | {"economic": ("1/3", {"debt": "1/3", "gap": "2/3"})}, ("skill",))

        assert catalogue().content() == catalogue().content()
        assert catalogue(weightings=weightings({"1400-01-01": changed})).content() != catalogue().content()

    def test_the_shipped_catalogue(self):
        """The catalogue as shipped has nothing to correct, three domains, and weights that sum to 1."""
        texts = {f"indicators/{path.name}": path.read_text("utf-8") for path in (PARAMETERS / "indicators").iterdir()}
        shipped = IndicatorCatalogue.from_texts(texts)

        assert [str(said) for _, said, is_fault in shipped.check() if is_fault] == []
        assert sum(shipped.at(Month(1404, 8)).weights) == 1
        assert {harm.domain for harm in shipped.at(Month(1404, 8)).harms} == {"economic", "social", "cultural"}


class TestRefusals:
    @pytest.mark.parametrize(
        ("others", "problem"),
        [
            ({"code": "Illness"}, "code"),
            ({"levels": {0: both("a"), 1: both("b"), 2: both("c")}}, "every level 0, 1, 2 and 3"),
            ({"levels": {level: both("x") for level in range(5)}}, "every level 0, 1, 2 and 3"),
            ({"label": {"fa": "فقط"}}, "label.en"),
            ({"reason": None}, "reason"),
            ({"source": ""}, "source"),
            ({"scope": "street"}, "scope"),
            ({"can_change": "perhaps"}, "can_change"),
            ({"counts_from": 0}, "counts_from"),
            ({"critical_from": 4}, "critical_from"),
            ({"since": "1404-12-30"}, "1404-12-30"),
            ({"since": "1404-01-01", "until": "1403-12-30"}, "before it begins"),
            ({"applies_to": {"ages": [18, 6]}}, "hold nobody"),
            ({"applies_to": {"roles": ["uncle"]}}, "roles"),
            ({"applies_to": {"sex": "any"}}, "sex"),
            ({"computed": computed(1, 2, 3, measure="luck")}, "'luck' is not one of"),
            ({"computed": computed(1, 2)}, "bounds"),
            ({"computed": computed("1/0", 1, 2)}, "bounds"),
            ({"computed": computed(1, 2, 3, worse="sideways")}, "worse"),
            ({"computed": computed(1, 2, 3, measure="out_of_school")}, "has another scope"),
            ({"scope": "member", "computed": computed("0.1", "0.2", "0.3")}, "has another scope"),
            ({"wieght": 1}, "wieght"),
        ],
    )
    def test_an_indicator_that_cannot_be_read(self, others, problem):
        """Each slip in a definition is refused with the file and the place."""
        said = refusal(social=domain("social", indicator("illness", **others)))

        assert said.startswith("indicators/social.yaml: indicators.0")
        assert problem in said

    @pytest.mark.parametrize(
        ("changed", "problem"),
        [
            ({"social": domain("social", indicator("illness"), indicator("illness"))}, "already defined"),
            ({"social": domain("social", indicator("illness"), indicator("debt"))}, "indicators/economic.yaml"),
            ({"social": domain("cultural", indicator("illness"))}, "'cultural' must be 'social'"),
            ({"social": domain("street", indicator("illness"))}, "domain"),
            ({"capacity": domain("capacity", indicator("skill", critical_from=3))}, "no level of it can be critical"),
            ({"social": domain("social", indicator("illness"), title="x")}, "title"),
        ],
    )
    def test_a_file_that_cannot_be_read(self, changed, problem):
        """A code defined twice, a file of another domain, a critical strength, a key nobody knows."""
        assert problem in refusal(**changed)

    @pytest.mark.parametrize(
        ("domains", "problem"),
        [
            ({"economic": (1, {"luck": 1})}, "'luck' is not an indicator of 'economic'"),
            ({"economic": (1, {"illness": 1})}, "'illness' is not an indicator of 'economic'"),
            ({"economic": (1, {"skill": 1})}, "'skill' is not an indicator of 'economic'"),
            ({"capacity": (1, {"skill": 1})}, "'capacity' is not one of"),
            ({"economic": (1, {"debt": 0})}, "more than zero"),
            ({"economic": (1, {"debt": "-1/2", "gap": "3/2"})}, "more than zero"),
            ({"economic": (0, {"debt": 1})}, "more than zero"),
            ({"economic": (1, {"debt": "1/0"})}, "not a number"),
            ({"economic": ("half", {"debt": 1})}, "share"),
        ],
    )
    def test_a_weighting_that_cannot_be_read(self, domains, problem):
        """Unknown and misplaced indicators, and weights that are none."""
        said = refusal(weightings=weightings({"1400-01-01": version(domains)}))

        assert said.startswith("indicators/weightings.yaml: versions.")
        assert problem in said

    @pytest.mark.parametrize(
        ("capacities", "problem"),
        [(("skill", "skill"), "'skill' is written twice"), (("debt",), "'debt' is not an indicator of 'capacity'")],
    )
    def test_capacities_that_are_none(self, capacities, problem):
        """A strength stands once, and a harm is no strength."""
        assert problem in refusal(weightings=weightings({"1400-01-01": version(WHOLE, capacities)}))

    def test_one_day_written_in_two_ways(self):
        """The later of two versions of one day would win in silence."""
        two = weightings({"1400-01-01": version(WHOLE), "1400/1/1": version(WHOLE)})

        assert "1400-01-01 is written twice" in refusal(weightings=two)

    @pytest.mark.parametrize("text", ["", "- 1", "a: [", "words"])
    def test_a_file_that_is_none(self, text):
        """Empty, broken and other documents are refused by name."""
        texts = {f"indicators/{stem}.yaml": yaml.safe_dump(content) for stem, content in documents().items()}
        for file in ("indicators/social.yaml", "indicators/weightings.yaml"):
            with pytest.raises(DocumentInvalid, match=file):
                IndicatorCatalogue.from_texts(texts | {file: text})

    def test_a_folder_without_weightings(self):
        """Indicators without weights place nobody."""
        texts = {f"indicators/{stem}.yaml": yaml.safe_dump(content) for stem, content in documents().items()}
        del texts["indicators/weightings.yaml"]

        with pytest.raises(DocumentInvalid, match=r"lacks weightings\.yaml"):
            IndicatorCatalogue.from_texts(texts)


class TestMonth:
    def test_before_the_first_version(self):
        """No version is stretched back; the error names the month and the file."""
        with pytest.raises(CatalogueMissing, match=r"1399-12.*indicators/weightings\.yaml"):
            at(Month(1399, 12))

    def test_an_indicator_that_does_not_hold(self):
        """A version that counts an indicator past its end holds no more."""
        ended = domain("social", indicator("illness", until="1404-07-30"))

        assert at(Month(1404, 7), social=ended).codes
        with pytest.raises(CatalogueMissing):
            at(Month(1404, 8), social=ended)

    @pytest.mark.parametrize(
        ("domains", "part", "total"),
        [
            (WHOLE | {"economic": ("1/3", {"debt": "1/2"})}, "economic", "1/2"),
            (WHOLE | {"economic": ("1/4", {"debt": 1})}, "domains", "11/12"),
            (WHOLE | {"economic": ("1/3", {"debt": "0.333", "gap": "0.666"})}, "economic", "999/1000"),
        ],
    )
    def test_weights_that_do_not_sum_to_one(self, domains, part, total):
        """The error names the version, the part and the exact sum, in both languages; the check found it before."""
        changed = {"weightings": weightings({"1400-01-01": version(domains, ("skill",))})}
        with pytest.raises(WeightsDoNotSum) as caught:
            at(**changed)

        assert f"'{part}' sum to {total}, not to 1" in str(caught.value)
        assert total in say(caught.value.message, "en")
        assert [(file, total in said, is_fault) for file, said, is_fault in found(**changed) if "sum to" in said] == [
            ("weightings.yaml", True, True)
        ]


class TestCheck:
    def test_nothing_to_say(self):
        """A whole catalogue passes in silence."""
        assert found() == []

    def test_no_version(self):
        """A catalogue without weights is a fault, and every indicator is unused."""
        said = found(weightings=weightings({}))

        assert ("weightings.yaml", "There is no weighting yet. Add a dated version.", True) in said
        assert len([text for _, text, is_fault in said if "counts in no version" in text and not is_fault]) == 5

    def test_a_domain_left_out(self):
        """Two domains may carry everything, but it is said."""
        two = {"economic": ("1/2", {"debt": "1/2", "gap": "1/2"}), "social": ("1/2", {"illness": 1})}
        said = found(weightings=weightings({"1400-01-01": version(two, ("skill",))}))

        assert [text for _, text, is_fault in said if not is_fault] == [
            "The version of 1400-01-01 leaves out the domain 'cultural'.",
            "'leisure' is defined and counts in no version. Weight it, or remove it.",
        ]
        assert len(said) == 2

    def test_a_provisional_version(self):
        """An unconfirmed version is used, and said."""
        said = found(weightings=weightings({"1400-01-01": version(WHOLE, ("skill",), status="provisional")}))

        assert said == [
            ("weightings.yaml", "The version of 1400-01-01 is provisional. Confirm it and name the source.", False)
        ]

    @pytest.mark.parametrize(
        ("dates", "is_found"),
        [
            ({"since": "1400-01-02"}, True),
            ({"until": "1404-12-29"}, True),
            ({"since": "1399-01-01"}, False),
        ],
    )
    def test_counted_outside_its_dates(self, dates, is_found):
        """A version that lasts counts an indicator neither before it begins nor after it ends."""
        said = found(social=domain("social", indicator("illness", **dates)))

        assert [is_fault for _, text, is_fault in said if "beyond the dates" in text] == [True] * is_found

    @pytest.mark.parametrize(
        ("until", "following", "is_found"),
        [
            ("1403-12-30", "1404-01-01", False),
            ("1403-12-01", "1404-01-01", False),
            ("1403-11-30", "1404-01-01", True),
            ("1404-01-01", "1404-01-02", False),
            ("1403-12-30", "1404-01-02", True),
        ],
    )
    def test_ending_with_its_version(self, until, following, is_found):
        """An indicator may end with the last month its version is asked for; the check says what a month would."""
        without = {"economic": ("1/2", {"debt": "1/2", "gap": "1/2"}), "cultural": ("1/2", {"leisure": 1})}
        changed = {
            "social": domain("social", indicator("illness", until=until)),
            "weightings": weightings(
                {"1400-01-01": version(WHOLE, ("skill",)), following: version(without, ("skill",))}
            ),
        }
        made = catalogue(**changed)
        refused = []
        for month in Month(1403, 10).until(Month(1404, 3)):
            try:
                made.at(month)
            except CatalogueMissing:
                refused.append(month)

        assert any("beyond the dates" in text for _, text, _ in found(**changed)) == is_found == bool(refused)

    @pytest.mark.parametrize(
        ("bounds", "others", "levels"),
        [
            (("0.05", "1/5", "2/5"), {}, []),
            (("1/5", "1/5", "2/5"), {}, [1]),
            (("2/5", "1/5", "1/10"), {}, [1, 2]),
            (("0", "1/5", "2/5"), {}, [0]),
            (("1/5", "2/5", "11/10"), {}, [3]),
            (("1/5", "2/5", "1"), {}, []),
            ((42, 35, 21), {"measure": "food_consumption_score", "worse": "lower"}, []),
            ((21, 35, 42), {"measure": "food_consumption_score", "worse": "lower"}, [1, 2]),
            ((112, 35, 21), {"measure": "food_consumption_score", "worse": "lower"}, [0]),
            ((42, 35, -1), {"measure": "food_consumption_score", "worse": "lower"}, [3]),
            ((42, 35, 0), {"measure": "food_consumption_score", "worse": "lower"}, []),
            ((1, 2, 1000), {"measure": "dependants_per_working_age"}, []),
        ],
    )
    def test_levels_that_nobody_can_have(self, bounds, others, levels):
        """Bounds that do not move apart, or lie outside what the measure can be, leave levels empty."""
        social = domain("social", indicator("illness", computed=computed(*bounds, **others)))
        expected = [
            ("social.yaml", f"'illness': no family can have level {level}. Correct the bounds.", True)
            for level in levels
        ]

        assert found(social=social) == expected
