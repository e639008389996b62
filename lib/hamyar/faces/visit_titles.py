"""What visits are called in a calendar program: on the helper's telephone, and on the family's.

A calendar program shows a title on a locked screen and may send it to a company's machines.
So no title holds a name, and the veil of paper (:mod:`hamyar.faces.helper_names`) lies on the helper's titles, too:
help in a private matter does not say for whom, and a task, whose words a session wrote freely, is a task and no more.

A family's titles go further, because the person who does harm may read them: what answers a private or sensitive
harm, what is for one member alone, and the new levels at the end of the year are a visit of the helper and nothing
more (:meth:`~hamyar.faces.helper_names.HelpNames.may_be_told_at_home`).
Tasks do not stand in a family's calendar: they are work for the family, and often not a visit to it.
"""

import pandas as pd

from hamyar.core.jalali import Month
from hamyar.core.message import N_
from hamyar.core.parameters import ParameterSet
from hamyar.core.tables import CaseTables
from hamyar.faces.helper_names import HelpNames
from hamyar.faces.labels import label
from hamyar.words import Words

PLAIN_VISIT = N_("Visit of the helper")
TASK = "task"


def helper_titles(
    visits: pd.DataFrame, tables: CaseTables, parameters: ParameterSet, month: Month, words: Words
) -> dict[str, str]:
    """By visit id: what is done, for which case, and where it may be told for which member by place in the household.

    ``visits`` are rows of ``VISITS``; ``tables`` knows their families, members and meetings.
    """
    names = HelpNames(parameters, tables, month, words, on_paper=True)
    return {row.visit_id: _helper_title(row, names, words) for row in visits.itertuples()}


def _helper_title(row: "pd.Series", names: HelpNames, words: Words) -> str:
    what = label(TASK, words) if row.kind == TASK else names.purpose(row)
    if pd.isna(row.family_id):
        return what
    holes = {"what": what, "family": row.family_id}
    if pd.isna(row.member_id) or names.is_private(row.programme):
        return words(N_("{what}, case {family}"), **holes)
    return words(N_("{what}, case {family}, {member}"), member=names.person(row.member_id), **holes)


def family_visits(visits: pd.DataFrame, family_id: str) -> pd.DataFrame:
    """The rows of ``visits`` that stand in the family's own calendar."""
    return visits[(visits["family_id"] == family_id) & (visits["kind"].fillna("") != TASK)]


def family_titles(
    visits: pd.DataFrame, tables: CaseTables, parameters: ParameterSet, month: Month, words: Words
) -> dict[str, str]:
    """By visit id: what is done where everybody at home may read it, else a plain visit."""
    names = HelpNames(parameters, tables, month, words, on_paper=True)
    return {row.visit_id: _family_title(row, names, words) for row in visits.itertuples()}


def _family_title(row: "pd.Series", names: HelpNames, words: Words) -> str:
    is_of_all = pd.isna(row.member_id) and (pd.isna(row.kind) or row.kind == "activity")
    if is_of_all and names.may_be_told_at_home(row.programme):
        return names.programme(row.programme)
    return words(PLAIN_VISIT)
