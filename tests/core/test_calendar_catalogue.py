"""What stands in every calendar: standing activities and closed periods, read whole or refused."""

import pytest

from hamyar.core.calendar.catalogue import CalendarCatalogue
from hamyar.core.calendar.tables import CLOSED
from hamyar.core.documents import DocumentInvalid
from hamyar.core.jalali import Month, gregorian
from hamyar.core.parameters import CatalogueAbsent, ParameterSet
from hamyar.words import say
from tests.core.making import PARAMETERS
from tests.core.test_programmes import document

MONTH = Month(1404, 8)
ACTIVITY = """
  - code: {code}
    label: {{fa: ب, en: {code}}}
    minutes: {minutes}
    {more}
    description: {{fa: ب, en: what is done}}
    source: a test
    since: {since}
"""
PERIOD = """
  - {{kind: {kind}, why: {{fa: محرم, en: Muharram}}, first_day: {first}, last_day: {last}, status: {status},
     source: a test}}
"""


def standing(*activities: dict[str, str]) -> str:
    given = {"code": "review", "minutes": "45", "more": "every_days: 30", "since": "1400-01-01"}
    written = "".join(ACTIVITY.format(**(given | activity)) for activity in activities) or " []"
    return f"name: standing\nlabel: {{fa: ب, en: b}}\nactivities:{written}"


def closed(*periods: dict[str, str]) -> str:
    given = {"kind": "mourning", "first": "1404-09-01", "last": "1404-09-03", "status": "confirmed"}
    written = "".join(PERIOD.format(**(given | period)) for period in periods) or " []"
    return f"name: closed\nlabel: {{fa: ب, en: b}}\nkinds: {{mourning: {{fa: ب, en: b}}}}\nperiods:{written}"


def texts(activities: str | None = None, periods: str | None = None) -> dict[str, str]:
    found = {"calendar/standing.yaml": activities, "calendar/closed.yaml": periods}
    return {file: text for file, text in found.items() if text is not None}


def catalogue(activities: str | None = None, periods: str | None = None) -> CalendarCatalogue:
    return CalendarCatalogue.from_texts(texts(activities, periods))


def refusal(found: dict[str, str]) -> str:
    with pytest.raises(DocumentInvalid) as caught:
        ParameterSet.from_texts(found)
    return str(caught.value)


def period(first: str, last: str, **others: str) -> dict[str, str]:
    return {"first": first, "last": last, **others}


class TestStanding:
    def test_by_the_first_day_of_the_month(self):
        """An activity belongs to the years of help that begin on one of its dates."""
        found = catalogue(standing({"code": "a"}, {"code": "b", "since": "1404-08-02"}))

        assert tuple([activity.code for activity in found.standing_at(month)] for month in (MONTH, MONTH + 1)) == (
            ["a"],
            ["a", "b"],
        )

    def test_its_rhythm(self):
        """Length, rhythm, offset and tolerance are read as written; what is left out stays open."""
        (found,) = catalogue(standing({"more": "every_days: 91\n    tolerance_days: 14"})).activities

        assert (*(found.minutes, found.every_days, found.number, found.offset_days, found.tolerance_days),) == (
            45,
            91,
            None,
            0,
            14,
        )

    @pytest.mark.parametrize(
        ("activity", "problem"),
        [
            ({"minutes": "4"}, "greater than or equal to 5"),
            ({"more": "number: 3"}, "3 visits need every_days"),
            ({"more": "every_day: 3"}, "activities.0.every_day"),
            ({"since": "1404-13-01"}, "1404-13-01"),
            ({"more": "until: 1399-12-29"}, "ends on 1399-12-29, before it begins"),
        ],
    )
    def test_a_slip_is_named(self, activity, problem):
        """What cannot stand in a calendar is refused with the file and the fault."""
        said = refusal(texts(standing(activity)))

        assert said.startswith("calendar/standing.yaml: ")
        assert problem in said

    def test_a_code_stands_once(self):
        """Two activities, or an activity and a programme, with one code could not be told apart in a calendar."""
        general = {"programmes/general.yaml": document("general", {"code": "review"})}

        assert "'review' is written twice" in refusal(texts(standing({}, {})))
        assert "'review' is already the code of a programme" in refusal(texts(standing({})) | general)


class TestClosed:
    def test_between_two_days(self):
        """A period counts when any of its days lies between the two, and is told whole."""
        found = catalogue(
            periods=closed(
                period("1404-10-05", "1404-10-06"),
                period("1404-08-28", "1404-09-01"),
                period("1404-08-01", "1404-08-27"),
                period("1404-09-30", "1404-10-04"),
            )
        )
        frame = found.closed_between(14040828, 14041004, "en")

        assert frame["first_day"].tolist() == [14040828, 14040930]
        assert frame["last_day"].tolist() == [14040901, 14041004]
        assert frame["why"].tolist() == ["Muharram", "Muharram"]

    def test_in_persian_unless_asked(self):
        """The reason is in Persian where no language is asked for."""
        assert catalogue(periods=closed({})).closed_between(14040101, 14041229)["why"].tolist() == ["محرم"]

    def test_none(self):
        """Where no period lies between the days the table is empty and declared like any other."""
        frame = catalogue(periods=closed({})).closed_between(14050101, 14050131)

        assert CLOSED.empty().equals(frame)

    @pytest.mark.parametrize(
        ("periods", "problem"),
        [
            ([period("1404-09-03", "1404-09-01")], "ends on 1404-09-01, before it begins on 1404-09-03"),
            ([period("1404-09-03", "1404-12-30")], "1404-12-30"),
            ([period("1404-09-03", "1404-09-05", kind="feast")], "'feast' is not one of mourning"),
            ([period("1404-09-03", "1404-09-05", status="guessed")], "'confirmed' or 'provisional'"),
            (
                [period("1404-09-05", "1404-09-08"), period("1404-09-01", "1404-09-05")],
                "the periods that begin on 1404-09-01 and 1404-09-05 overlap",
            ),
            ([period("1404-09-05", "1404-09-08")] * 2, "begin on 1404-09-05 and 1404-09-05 overlap"),
        ],
    )
    def test_a_slip_is_named(self, periods, problem):
        """Days that never were, reversed and overlapping periods are refused with the file and the fault."""
        said = refusal(texts(periods=closed(*periods)))

        assert said.startswith("calendar/closed.yaml: ")
        assert problem in said

    def test_one_after_the_other(self):
        """Periods that follow each other without a day between do not overlap."""
        found = catalogue(periods=closed(period("1404-09-05", "1404-09-08"), period("1404-09-01", "1404-09-04")))

        assert [each.first_day for each in found.periods] == [14040901, 14040905]


class TestSet:
    def test_a_third_file(self):
        """The folder holds two files; another name is a slip and would count for nothing."""
        assert "standing.yaml and closed.yaml only" in refusal({"calendar/close.yaml": closed()})

    def test_a_list_is_no_catalogue(self):
        """A file of another shape is refused by its name."""
        assert refusal({"calendar/closed.yaml": "- a"}).startswith("calendar/closed.yaml: ")

    def test_absent(self):
        """A set frozen before there was a calendar says so when it is asked for one."""
        found = ParameterSet.from_texts({})

        assert not found.has_calendar
        with pytest.raises(CatalogueAbsent, match="parameters/calendar"):
            _ = found.calendar

    def test_the_fingerprint(self):
        """A set names its calendar; without one it has the fingerprint it always had."""
        written = [{}, texts(standing({})), texts(standing({}), closed({})), texts(standing({"minutes": "50"}))]

        assert len({ParameterSet.from_texts(found).fingerprint for found in written}) == 4
        # SHA-256 of the empty list, which a set without anything had before there were catalogues.
        assert ParameterSet.from_texts({}).fingerprint.startswith("4f53cda18c2baa0c")

    def test_an_overlay_keeps_it(self):
        """The sample's parameters, laid over the centre's, leave the calendar alone."""
        base = ParameterSet.from_texts(texts(standing({})))

        assert base.overlaid(ParameterSet.from_texts({})).calendar is base.calendar


class TestCheck:
    def told(self, found: CalendarCatalogue, month: Month | None = None) -> list[tuple[str, str, bool]]:
        return [(file, say(sentence, "en"), is_fault) for file, sentence, is_fault in found.check(month)]

    def test_nothing_to_say(self):
        """A year ahead with confirmed periods in all its years leaves nothing to say."""
        found = catalogue(standing({}), closed({}, period("1405-01-01", "1405-01-13")))

        assert self.told(found, MONTH) == []

    def test_both_are_missed(self):
        """A catalogue without standing activities or closed periods is told, and is no fault."""
        assert self.told(catalogue(standing(), closed())) == [
            ("calendar/standing.yaml", "No standing activity is listed yet. Add one to the file.", False),
            ("calendar/closed.yaml", "No closed period is listed yet. Add one to the file.", False),
        ]

    def test_provisional_periods(self):
        """A period nobody has confirmed is told by its days."""
        found = catalogue(standing({}), closed({"status": "provisional"}))
        sentence = "The closed period from 1404-09-01 to 1404-09-03 is provisional. Confirm it and name the source."

        assert [("calendar/closed.yaml", sentence, False)] == self.told(found)

    def test_years_without_periods(self):
        """Each year of the twelve months ahead for which nobody has listed a period is told."""
        found = catalogue(standing({}), closed({}))

        assert [sentence for _, sentence, _ in self.told(found, MONTH)] == [
            "No closed period is listed for 1405. Add the exams and mourning days of that year."
        ]
        assert self.told(found, Month(1404, 1)) == []

    def test_months_without_standing_activities(self):
        """A month before every standing activity is told."""
        found = catalogue(standing({"since": "1404-09-01"}), closed({}, period("1405-01-01", "1405-01-13")))

        assert self.told(found, MONTH) == [
            ("calendar/standing.yaml", "No standing activity holds in Aban 1404.", False)
        ]

    def test_a_set_passes_it_on(self):
        """What the calendar lacks stands among the problems of the whole set."""
        problems = ParameterSet.from_texts(texts(standing({}))).check()

        assert [problem.file for problem in problems] == ["calendar/closed.yaml"]


def shipped() -> CalendarCatalogue:
    paths = (PARAMETERS / "calendar").glob("*.yaml")
    return CalendarCatalogue.from_texts({f"calendar/{path.name}": path.read_text("utf-8") for path in paths})


class TestShipped:
    def test_standing_activities(self):
        """A year of help has the monthly review, an evaluation in each quarter, and new levels near its end."""
        found = {each.code: (each.every_days, each.number, each.offset_days) for each in shipped().standing_at(MONTH)}

        assert found == {"economy_review": (30, None, 0), "evaluation": (91, 4, 0), "relevelling": (None, 1, 340)}

    def test_closed_years(self):
        """New year, exams and mourning are listed for each of the years 1403 to 1406."""
        kinds = {(each.first_day // 10000, each.kind) for each in shipped().periods}

        assert {(year, kind) for year in range(1403, 1407) for kind in ("new_year", "exams", "mourning")} == kinds

    def test_no_period_is_long(self):
        """No period closes more than two weeks, so a monthly rhythm is never broken by one."""
        lengths = [(gregorian(each.last_day) - gregorian(each.first_day)).days + 1 for each in shipped().periods]

        assert max(lengths) <= 14

    def test_what_the_moon_decides_is_provisional(self):
        """Mourning days of years to come are estimates until somebody confirms them."""
        mourning = [each for each in shipped().periods if each.kind == "mourning" and each.first_day > 14050101]

        assert {"provisional"} == {each.status for each in mourning}
