"""The sample's helpers: repeatable, trained or not yet, and named in one place only."""

import re

import pandas as pd
import pytest

from hamyar.core.jalali import FRIDAY, Month, gregorian, is_workday
from hamyar.core.persian import normal_text
from hamyar.core.sample import generate
from hamyar.core.sample.helpers import (
    LANGUAGES,
    Time,
    helper_codes,
    helper_frames,
    helper_identities,
    trainee_code,
)
from hamyar.core.sample.work_resources import resource_frame
from hamyar.core.sample.work_wishes import choice_frame, wish_frame
from hamyar.core.tables import HELPER_TABLES, IDENTITIES, conform

SEED = 1404
TIME = Time(Month(1404, 4), Month(1404, 8))
AREAS = [f"A{number}" for number in range(1, 9)]
SKILLS = [f"programme_{number}" for number in range(12)]
WITH_HELPERS = ("helpers", "helper_hours", "helper_leave", "helper_travel", "trainings")


@pytest.fixture(scope="module")
def frames() -> dict[str, pd.DataFrame]:
    """Twelve helpers and a trainee."""
    return helper_frames(12, AREAS, SKILLS, TIME, SEED)


def of_trainee(frame: pd.DataFrame) -> pd.Series:
    return frame["helper_id"] == trainee_code(SEED)


def test_every_table_conforms(frames):
    """Each table already has exactly the declared columns and types."""
    declared = {table.name: table for table in HELPER_TABLES}
    assert set(WITH_HELPERS) == set(frames)
    for name, frame in frames.items():
        pd.testing.assert_frame_equal(conform(declared[name], frame), frame)


def test_equal_arguments_give_equal_helpers(frames):
    """The same seed and time give the same tables."""
    again = helper_frames(12, AREAS, SKILLS, TIME, SEED)
    for name, frame in frames.items():
        pd.testing.assert_frame_equal(frame, again[name])


def test_a_helper_does_not_depend_on_the_number_of_helpers(frames):
    """The first four of twelve, and the trainee, are those of a sample with four."""
    few = helper_frames(4, AREAS, SKILLS, TIME, SEED)
    for name, frame in few.items():
        same = frames[name][frames[name]["helper_id"].isin(few["helpers"]["helper_id"])]
        pd.testing.assert_frame_equal(frame, same.reset_index(drop=True))


def test_helpers_are_opaque_codes_and_observers_among_them(frames):
    """Codes are those under which the sample's families were visited."""
    codes = frames["helpers"]["helper_id"]
    assert codes.str.fullmatch(r"H-[0-9BCDFGHJKMNPQRSTVWXYZ]{4}").all()
    assert helper_codes(12, SEED) == codes[:12].tolist()


def test_weekly_hours(frames):
    """From three to five days a week, three to six hours each, eighteen a week for who carries, never on a Friday."""
    hours = frames["helper_hours"]
    days = hours.groupby("helper_id")["minutes"].agg(["size", "sum"])
    assert (days["size"].min(), days["size"].max()) == (3, 5)
    assert hours["minutes"].between(180, 360).all()
    assert days.drop(trainee_code(SEED))["sum"].min() >= 18 * 60
    assert FRIDAY not in set(hours["weekday"])


def test_the_first_helper_can_go_to_any_family(frames):
    """She is a woman, speaks every language and works in every area, so no wish is ever in the way."""
    first = frames["helpers"].iloc[0]
    assert ("female", " ".join(LANGUAGES), ";".join(AREAS)) == (first["sex"], first["languages"], first["areas"])


def test_every_area_has_several_helpers(frames):
    """No area depends on the first helper alone."""
    areas = frames["helpers"].loc[~of_trainee(frames["helpers"]), "areas"].str.split(";").explode().value_counts()
    assert areas.reindex(AREAS).min() >= 2


def test_everybody_but_the_trainee_has_the_first_forty_hours(frames):
    """Before the year began each helper had learned forty hours; the trainee lacks some of them to this day."""
    held = frames["trainings"]
    held = held[held["part"].eq("before_first_family") & held["state"].eq("done")]
    before = held[held["day"] < TIME.first_day].groupby("helper_id")["minutes"].sum()
    assert {2_400} == set(before)
    assert len(before) == 12
    assert 0 < held.loc[of_trainee(held), "minutes"].sum() < 2_400


def test_trainings_in_service_are_half_done(frames):
    """A part of the forty hours in service was held, a part is planned, and nobody learns more than forty."""
    service = frames["trainings"][frames["trainings"]["part"].eq("in_service")]
    minutes = service.groupby(["helper_id", "state"])["minutes"].sum().unstack(fill_value=0)
    assert minutes["done"].gt(0).all()
    assert minutes["planned"].gt(0).all()
    assert minutes.sum(axis=1).max() <= 2_400
    assert set(minutes.columns) == {"done", "planned", "cancelled"}


def test_what_is_done_lies_behind(frames):
    """A training is done on a day that has passed, planned for one to come, and on no holiday."""
    trainings = frames["trainings"]
    assert trainings.loc[trainings["state"] == "done", "day"].max() <= TIME.last_day
    assert trainings.loc[trainings["state"] == "planned", "day"].min() > TIME.last_day
    assert all(is_workday(gregorian(day)) for day in trainings["day"])


def test_no_training_in_a_closed_period():
    """Where a period is closed the trainings of the year go to the next open day."""
    closed = Time(TIME.first, TIME.last, ((14040508, 14040514),))
    days = helper_frames(2, AREAS, SKILLS, closed, SEED)["trainings"]["day"]
    assert not days.between(14040508, 14040514).any()
    assert days.between(14040515, 14040520).any()


def test_names_stand_among_the_identities_only(frames):
    """Each helper has a name in normal form and a telephone nobody can dial, and no table holds either."""
    found = helper_identities(frames["helpers"], SEED)
    pd.testing.assert_frame_equal(conform(IDENTITIES, found), found)
    names, phones = (found.loc[found["field"] == field, "value"] for field in ("name", "phone"))
    assert names.map(normal_text).tolist() == names.tolist()
    assert phones.map(lambda phone: bool(re.fullmatch(r"0000\d{7}", phone))).all()
    assert frames["helpers"]["helper_id"].tolist() * 2 == found["owner_id"].tolist()
    for frame in frames.values():
        assert not set(found["value"]) & set(frame.astype("str").to_numpy().ravel())


def test_telephones_are_nobody_elses():
    """No helper has the telephone of a family."""
    made = generate(300, [TIME.last], SEED)
    found = helper_identities(helper_frames(12, AREAS, SKILLS, TIME, SEED)["helpers"], SEED)
    assert not set(found["value"]) & set(made.identities.loc[made.identities["field"] == "phone", "value"])


def test_a_helpers_name_does_not_depend_on_the_others(frames):
    """The first four names of twelve, and the trainee's, are those of four."""
    few = helper_identities(helper_frames(4, AREAS, SKILLS, TIME, SEED)["helpers"], SEED)
    merged = few.merge(helper_identities(frames["helpers"], SEED), how="left", indicator=True)
    assert merged["_merge"].eq("both").all()


class TestWishes:
    def test_a_wish_does_not_depend_on_the_number_of_families(self):
        """The wishes of a dozen families are those they have among a hundred."""
        dozen, hundred = (wish_frame(generate(families, [TIME.last], SEED).tables, SEED, 1) for families in (12, 100))
        pd.testing.assert_frame_equal(dozen, hundred.head(len(dozen)))

    def test_women_heads_ask_for_a_woman(self):
        """About half the women who head a family ask for one, few other families do, and of some nobody knows."""
        tables = generate(1_200, [TIME.last], SEED).tables
        wishes = wish_frame(tables, SEED, 1).set_index("family_id")["asks_for_woman"]
        heads = tables.members[tables.members["role"].eq("head")].set_index("family_id")["sex"]
        asks = wishes.eq("yes").fillna(False).groupby(heads.reindex(wishes.index)).mean()
        assert 0.4 < asks["female"] < 0.7
        assert asks["male"] < 0.12
        assert wishes.isna().any()

    def test_some_need_another_language(self):
        """Most families speak Persian, some need another language, and of some it is not recorded."""
        languages = wish_frame(generate(1_200, [TIME.last], SEED).tables, SEED, 1)["language"]
        assert set(LANGUAGES) == set(languages.dropna())
        assert 0.7 < languages.eq("fa").fillna(False).mean() < 0.9

    def test_choices_by_hand_need_three_helpers(self):
        """Among two helpers nobody is chosen or ruled out; among three one of each, for two families."""
        assert len(choice_frame(["F1", "F2"], ["H1", "H2"])) == 0
        assert choice_frame(["F1", "F2"], ["H1", "H2", "H3"])["choice"].tolist() == ["never", "chosen"]


def test_resources_are_near_and_far():
    """Resources stand in all three reaches, with and without a capacity, and offer only what the catalogue has."""
    found = resource_frame(AREAS, ["food_basket", "insurance_link", "papers_and_rights", "treatment_link"], SEED)
    assert {"neighbourhood", "province", "country"} == set(found["reach"])
    assert found["capacity"].isna().any()
    assert found["capacity"].notna().any()
    assert "treatment_link" in set(found["programmes"])
