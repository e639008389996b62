"""The helpers' work in the centre's report: the load against the bounds, who waits, and silence without facts."""

import html
import re
from dataclasses import replace

import pytest
from tests.faces.help_making import MONTH, ON_DAY, carried_codes, help_source, help_tables, nobody_helps, source_of

from hamyar.core.calendar.adherence import adherence_counts
from hamyar.core.economy.assessment import assess_families
from hamyar.core.levels.stratification import stratify_families
from hamyar.core.meetings.commissions import commissions_waiting
from hamyar.faces.blocks import Hidden
from hamyar.faces.centre import CentreCase
from hamyar.faces.centre_help import CentreHelp
from hamyar.faces.helper_rules import last_day_of
from hamyar.words import Words

EN = Words("en")
PARTS = ("load", "without_helper", "training", "commissions", "events", "groups", "resources")


def help_of(source, *, outside=False, words=EN):
    assessment = assess_families(source.tables(), source.parameters, MONTH, history_months=0)
    return CentreHelp(source, assessment, words, outside=outside)


def text_of(blocks):
    shown = " ".join(block._repr_html_() for block in (blocks if isinstance(blocks, list) else [blocks]))
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", shown)))


@pytest.fixture(name="found", scope="module")
def _found():
    return help_of(help_source())


class TestSilence:
    def test_before_there_were_helpers(self):
        """A month without any facts of helpers shows nothing."""
        source = source_of(nobody_helps())

        assert help_of(source).whole() is None
        assert help_of(source, outside=True).whole() is None

    def test_in_the_report(self):
        """The centre's report reaches it."""
        assert CentreCase(help_source(), MONTH, EN).helpers.whole() is not None

    @pytest.mark.parametrize("language", ["fa", "en"])
    def test_no_empty_heading(self, language):
        """Every heading has something below it, and nothing is nan."""
        shown = help_of(help_source(), words=Words(language)).whole()._repr_html_()

        assert re.findall(r"</h3>\s*<h[23]", shown) == []
        assert re.findall(r"\b(?:nan|None|NaN|<NA>|NaT)\b", shown) == []


class TestToday:
    def test_while_the_month_lasts(self):
        """Nothing is overdue that is still to come, and a month that is over is seen on its last day."""
        source = help_source()
        assessment = assess_families(source.tables(), source.parameters, MONTH, history_months=0)
        seen = [CentreHelp(source, assessment, EN, today=day).on_day for day in (ON_DAY, ON_DAY - 10, ON_DAY + 100)]

        assert seen == [ON_DAY, ON_DAY - 10, last_day_of(MONTH)]
        assert help_of(source).on_day == last_day_of(MONTH)


class TestInside:
    def test_load(self, found):
        """Each helper in service stands with the families carried and what is overdue."""
        frame = found.helpers.set_index("helper_id")
        counts = adherence_counts(help_tables().visits, ON_DAY, "helper_id")

        assert frame["families"].to_dict() == {"H1": 5, "H2": 1, "H3": 0}
        assert frame.at["H1", "late"] == counts.at["H1", "late"]
        assert "Helpers with too few or too many families: 1. Helpers without a family: 1." in text_of(found.load())

    def test_out_of_service(self):
        """A helper whose service is over, and who carries nobody, is not counted."""
        tables = help_tables()
        helpers = tables.helpers.assign(
            until_day=tables.helpers["until_day"].mask(tables.helpers["helper_id"] == "H3", 14040101)
        )

        assert help_of(source_of(replace(tables, helpers=helpers))).helpers["helper_id"].tolist() == ["H1", "H2"]

    def test_without_helper(self, found):
        """The harmed families that nobody carries are those of the levels, and none that is carried."""
        source = help_source()
        levels = stratify_families(source.tables(), source.parameters, MONTH).results["level"].astype("str")
        carried = set(help_tables().assignments["family_id"])
        wanted = [code for code, level in levels.items() if level == "harmed" and code not in carried]

        assert wanted
        assert [code for code in wanted if code not in text_of(found.without_helper())] == []
        assert [code for code in carried if code in text_of(found.without_helper())] == []

    def test_training(self, found):
        """Who lacks the first hours is counted and stands first."""
        text = text_of(found.training())

        assert "1 helper lacks training before the first family" in text
        assert text.index("H3") < text.index("H1")

    def test_commissions(self, found):
        """Waiting cases stand by commission and state, as the core counts them."""
        waiting = commissions_waiting(help_tables(), ON_DAY)
        text = text_of(found.commissions())

        assert int(waiting["cases"].sum()) == 3
        assert all(state in text for state in ("Proposed", "Accepted", "Decided"))

    def test_events_groups_resources(self, found):
        """Events have their places and attendance, groups their members, resources what they can take."""
        assert "50%" in text_of(found.events())
        assert "صندوق بنفشه" in text_of(found.groups())
        assert "درمانگاه محله" in text_of(found.resources())


class TestOutside:
    def test_no_code(self):
        """Outside the centre no code of a helper or a family stands anywhere."""
        text = text_of(help_of(help_source(), outside=True).whole())

        assert [code for code in ("H1", "H2", "H3", *carried_codes()) if code in text] == []

    def test_small_numbers(self):
        """A count of one to four is not shown, and neither is what would give it away."""
        found = help_of(help_source(), outside=True)
        waiting, _ = found._waiting

        assert 0 < len(waiting) < 5
        assert "is a small number" in text_of(found.without_helper())
        assert isinstance(found._carried_count(), Hidden)
        assert found._count(0) == 0
        assert isinstance(found._count(4), Hidden)
        assert found._count(5) == 5

    def test_parts_left_out(self):
        """Lists by event, group or resource stay inside."""
        found = help_of(help_source(), outside=True)

        assert [part for part in PARTS if part in ("groups", "resources") and getattr(found, part)()] == []
