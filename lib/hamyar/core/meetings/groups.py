"""Groups: helpers who meet, and women heads of household who help themselves and each other.

A *self-help group* is one of women who head their household.  Whether a person is one is three-valued: where the sex is
not recorded it cannot be told, and then nobody is turned away; the question is asked.
A *helper group* is of helpers and of members of families who volunteer.

A group meets in events of the kind ``group_meeting`` that name it.
"""

from collections.abc import Iterator

import pandas as pd

from hamyar.core.frames import boolean_column
from hamyar.core.jalali import day_to_iso
from hamyar.core.meetings.faults import MeetingFault, faults_where, known_in, row_faults_of
from hamyar.core.message import N_, message
from hamyar.core.tables import GROUP_MEMBERS, HELP_GROUPS, CaseTables

SELF_HELP, HELPERS_OWN = "self_help_group", "helper_group"
MEETING = "group_meeting"


def members_on(group_members: pd.DataFrame, on_day: int) -> pd.DataFrame:
    """The rows of ``GROUP_MEMBERS`` in force on a day; the first and the last day are within."""
    has_left = (group_members["until_day"] < on_day).fillna(False).to_numpy(dtype=bool)
    return group_members[(group_members["from_day"] <= on_day).to_numpy(dtype=bool) & ~has_left]


def groups_on(help_groups: pd.DataFrame, on_day: int) -> pd.DataFrame:
    """The rows of ``HELP_GROUPS`` that exist on a day."""
    return members_on(help_groups, on_day)


def heads_as_woman(person_ids: pd.Series, members: pd.DataFrame) -> pd.Series:
    """Whether each person is a woman who heads her household; three-valued ``boolean``.

    Missing where the sex of a head is not recorded, and where ``members`` does not know the person.
    """
    told = members.astype({"member_id": "str"}).set_index("member_id")[["role", "sex"]]
    told = told.reindex(person_ids.astype("str"))
    is_head = (told["role"] == "head").fillna(False).to_numpy(dtype=bool)
    is_woman = (told["sex"] == "female").fillna(False).to_numpy(dtype=bool)
    knows_role, knows_sex = told["role"].notna().to_numpy(), told["sex"].notna().to_numpy()
    # A man, and whoever is no head, is none for certain, whatever else is open.
    is_none = (knows_role & ~is_head) | (knows_sex & ~is_woman)
    return pd.Series(boolean_column(is_head & is_woman, is_none | (knows_role & knows_sex)), index=person_ids.index)


def group_faults(tables: CaseTables, on_day: int, group_ids: list[str] | None = None) -> list[MeetingFault]:
    """Everything to correct, or to know, in groups and their members; of some groups or of all.

    ``tables`` holds both as they would stand, with the members of families and the helpers they point to.
    """
    groups, rows = tables.help_groups, tables.group_members
    if group_ids is not None:
        groups, rows = (frame[frame["group_id"].isin(group_ids)] for frame in (groups, rows))
    return [*_groups(groups, tables, on_day), *_members(groups, rows, tables, on_day)]


def group_use(tables: CaseTables, on_day: int) -> pd.DataFrame:
    """The groups that exist on a day, one row each, by ``group_id``.

    ``kind, title, area, helper_id``, ``members`` on the day, ``meetings_held`` until it, ``last_meeting`` and
    ``next_meeting`` (days, missing where there is none; a meeting planned for the day is the next).
    """
    groups = groups_on(tables.help_groups, on_day)[["group_id", "kind", "title", "area", "helper_id"]]
    counted = members_on(tables.group_members, on_day)["group_id"].value_counts()
    found = group_meetings(tables)
    held = found[(found["state"] == "done") & (found["day"] <= on_day)].groupby("group_id", observed=True)["day"]
    coming = found[(found["state"] == "planned") & (found["day"] >= on_day)].groupby("group_id", observed=True)["day"]
    result = groups.set_index("group_id").sort_index()
    result["members"] = counted.reindex(result.index).fillna(0).astype(int)
    result["meetings_held"] = held.size().reindex(result.index).fillna(0).astype(int)
    result["last_meeting"] = held.max().reindex(result.index).astype("Int64")
    result["next_meeting"] = coming.min().reindex(result.index).astype("Int64")
    return result


def group_meetings(tables: CaseTables, group_id: str | None = None) -> pd.DataFrame:
    """The rows of ``EVENTS`` in which a group meets, by day; of one group or of all."""
    events = tables.events
    is_own = events["group_id"].notna() if group_id is None else (events["group_id"] == group_id).fillna(False)
    found = events[(is_own & (events["kind"] == MEETING)).to_numpy(dtype=bool)]
    return found.sort_values(["day", "start_minute", "event_id"], kind="stable", ignore_index=True)


def _groups(groups: pd.DataFrame, tables: CaseTables, on_day: int) -> Iterator[MeetingFault]:
    no_helper = message(
        N_("No helper has this code. Correct it, or leave it empty until somebody accompanies the group.")
    )
    yield from known_in(HELP_GROUPS, groups, "helper_id", tables.helpers["helper_id"], no_helper)
    lonely = message(N_("Nobody accompanies the group. Name the helper who does."))
    is_alive = groups["group_id"].isin(groups_on(groups, on_day)["group_id"])
    is_lonely = is_alive & groups["helper_id"].isna()
    yield from faults_where(HELP_GROUPS, groups, "helper_id", is_lonely, lonely, is_notice=True)
    yield from row_faults_of(HELP_GROUPS, groups)


def _members(groups: pd.DataFrame, rows: pd.DataFrame, tables: CaseTables, on_day: int) -> Iterator[MeetingFault]:
    no_group = message(N_("No group has this code. Correct it, or record the group first."))
    yield from known_in(GROUP_MEMBERS, rows, "group_id", groups["group_id"], no_group)
    yield from row_faults_of(GROUP_MEMBERS, rows)
    told = groups.astype({"group_id": "str"}).set_index("group_id")[["kind", "from_day", "until_day"]]
    own = told.reindex(rows["group_id"].astype("str")).set_axis(rows.index)
    yield from _within_group(rows, own)
    homes = tables.members.astype({"member_id": "str", "family_id": "str"}).set_index("member_id")["family_id"]
    home = homes.reindex(rows["person_id"].astype("str")).set_axis(rows.index)
    is_helper = rows["person_id"].isin(tables.helpers["helper_id"])
    nobody = message(
        N_("Neither a helper nor a member of a family has this code. Correct it, or record the person first.")
    )
    yield from faults_where(GROUP_MEMBERS, rows, "person_id", home.isna() & ~is_helper, nobody)
    other = message(N_("The person belongs to another family. Correct one of the two codes."))
    is_elsewhere = home.notna() & (home != rows["family_id"].astype("str")).fillna(True)
    yield from faults_where(GROUP_MEMBERS, rows, "family_id", is_elsewhere, other)
    of_family = message(N_("A helper joins as a helper. Leave the family empty."))
    yield from faults_where(
        GROUP_MEMBERS, rows, "family_id", is_helper & home.isna() & rows["family_id"].notna(), of_family
    )
    # Who heads a household by now says nothing of a membership that is over.
    is_over = (rows["until_day"] < on_day).fillna(False)
    yield from _women_heads(rows, (own["kind"] == SELF_HELP) & ~is_over, is_helper & home.isna(), tables)


def _within_group(rows: pd.DataFrame, own: pd.DataFrame) -> Iterator[MeetingFault]:
    """Whoever joins does so while the group exists, and leaves it with its end at the latest."""
    early = N_("The group was founded on {day}. Correct the day on which the person joined.")
    yield from faults_where(
        *(GROUP_MEMBERS, rows.assign(founded=own["from_day"]), "from_day", rows["from_day"] < own["from_day"]),
        lambda row: message(early, day=day_to_iso(int(row.founded))),
    )
    late = N_("The group ended on {day}. Correct the day on which the person joined.")
    yield from faults_where(
        *(GROUP_MEMBERS, rows.assign(ended=own["until_day"]), "from_day", rows["from_day"] > own["until_day"]),
        lambda row: message(late, day=day_to_iso(int(row.ended))),
    )
    stayed = N_("The group ended on {day}, and the person is in it still. Write the last day of the membership.")
    is_over = own["until_day"].notna() & (
        rows["until_day"].isna() | (rows["until_day"] > own["until_day"]).fillna(False)
    )
    yield from faults_where(
        *(GROUP_MEMBERS, rows.assign(ended=own["until_day"]), "until_day", is_over),
        lambda row: message(stayed, day=day_to_iso(int(row.ended))),
    )


def _women_heads(
    rows: pd.DataFrame, is_self_help: pd.Series, is_helper: pd.Series, tables: CaseTables
) -> Iterator[MeetingFault]:
    not_hers = message(
        N_("A self-help group is of women who head their household; this person does not. Choose another group.")
    )
    helper = message(N_("A helper accompanies a self-help group and is no member of it. Name the helper of the group."))
    open_ = message(
        N_(
            "Whether the person is a woman who heads her household cannot be told: the sex is not recorded. "
            "Ask, and record it."
        )
    )
    is_woman_head = heads_as_woman(rows["person_id"], tables.members)
    is_known = rows["person_id"].isin(tables.members["member_id"])
    yield from faults_where(GROUP_MEMBERS, rows, "person_id", is_self_help & is_helper, helper)
    yield from faults_where(GROUP_MEMBERS, rows, "person_id", is_self_help & ~is_woman_head, not_hers)
    yield from faults_where(
        GROUP_MEMBERS, rows, "person_id", is_self_help & is_known & is_woman_head.isna(), open_, is_notice=True
    )
