"""From harms to proposals: what a carried family could be helped with in its year, for whom, by whom and how often.

One row is one programme for one subject, the family or the member whose level calls for it.  What a visit is like
comes from the catalogue (:mod:`hamyar.core.plan.activity_plans`); who could do it, from the centre's resources.
A proposal decides nothing: the helper accepts, changes or refuses it.  What the helper may not accept alone says what
it waits for: a resource where an expert is needed, a referral where a commission decides.

Only families in focused help have a plan.  General help stands beside it as what it is, a programme for everybody.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from hamyar.core.documents import BilingualText
from hamyar.core.jalali import Month
from hamyar.core.levels.stratification import Stratification
from hamyar.core.message import N_, Message, message
from hamyar.core.parameters import ParameterSet
from hamyar.core.plan.calls import Calls
from hamyar.core.plan.help import FOCUSED
from hamyar.core.plan.levels import carried_families, subject_levels
from hamyar.core.plan.programmes import Programme
from hamyar.core.plan.referrals import referred_commissions
from hamyar.core.plan.resources import Able, able_resources
from hamyar.core.plan.years import in_force, months_of_help
from hamyar.core.tables import CaseTables

# What a helper needs before a proposal can be accepted; "" is nothing.
NOTHING, RESOURCE, COMMISSION, CATALOGUE = "", "resource", "commission", "catalogue"
PROPOSAL_COLUMNS = (
    *("family_id", "subject_id", "programme", "rank", "help", "means", "indicators", "levels", "is_critical"),
    *("done_by", "commission", "minutes", "every_days", "number", "offset_days", "tolerance_days", "needs", "aims"),
    *("resources", "waits_for", "decision", "why"),
)
_RHYTHM = ("minutes", "every_days", "number", "offset_days", "tolerance_days")
COMMISSION_WORDS: Mapping[str, str] = {
    "economic": N_("the economic commission"),
    "social": N_("the social commission"),
    "cultural": N_("the cultural commission"),
}


def plan_proposals(
    placed: Stratification,
    tables: CaseTables,
    parameters: ParameterSet,
    month: Month,
    family_ids: Sequence[str] | None,
    on_day: int,
) -> pd.DataFrame:
    """What is proposed to the carried families of ``placed`` (``None``: all of them; else those of these).

    One row per family, subject and programme: by family, then the most needed first, then the family before members.

    ``rank``                   the place of the programme among the family's, from 1; subjects share it
    ``help, means``            ``focused`` or ``general``, and the means as a :class:`BilingualText`
    ``indicators, levels``     what calls for it and at which level, each joined by a space
    ``is_critical``            whether it answers a critical harm
    ``done_by, commission``    as the catalogue says; missing for general help
    ``minutes, every_days, number, offset_days, tolerance_days``  whole numbers or missing, as the catalogue says
    ``needs``                  programmes that come first and are proposed here for the same subject or its family
    ``aims``                   pairs of indicator and level to come to
    ``resources``              who could do it, :class:`~hamyar.core.plan.resources.Able`, the best first
    ``waits_for``              what the helper needs to accept it: ``""`` (nothing), ``resource`` (an expert's, with
                               room for certain), ``commission`` (a referral), ``catalogue`` (how it is carried out)
    ``decision``               what is decided already and in force on ``on_day``; missing: nothing
    ``why``                    a :class:`~hamyar.core.message.Message`

    Raises ``CatalogueAbsent``, ``ParameterMissing`` or ``ParameterUnknown``.
    """
    carried = carried_families(placed, family_ids)
    some = tables.only(list(carried))
    levels = subject_levels(some, parameters, placed.month, carried, placed.indicators)
    calls = Calls(placed, parameters.programmes, month, levels)
    months = months_of_help(parameters, month)
    # The resources' other families count too, so all plans are looked at.
    able = able_resources(tables, calls.ranks, month, on_day, months)
    return _Proposals(some, calls, able, on_day, months).frame


@dataclass(frozen=True, eq=False)
class _Proposals:
    tables: CaseTables
    calls: Calls
    able: Mapping[tuple[str, str], tuple[Able, ...]]
    on_day: int
    months: int

    @property
    def frame(self) -> pd.DataFrame:
        found = self._subjects
        if found.empty:
            return pd.DataFrame(columns=list(PROPOSAL_COLUMNS))
        programmes = [self.calls.offers[code] for code in found["programme"]]
        plans = [programme.plan for _, programme in programmes]
        columns: dict[str, Any] = {
            "help": pd.Series([kind for kind, _ in programmes], dtype="str"),
            "means": [self._means(kind, programme) for kind, programme in programmes],
            "done_by": pd.Series([plan.done_by if plan else None for plan in plans], dtype="str"),
            "commission": pd.Series([plan.commission if plan else None for plan in plans], dtype="str"),
            "needs": pd.Series(self._needs(), dtype="str"),
            "aims": [tuple(plan.aims.items()) if plan else () for plan in plans],
            "decision": self._decisions(),
        }
        for name in _RHYTHM:
            columns[name] = pd.array([getattr(plan, name) if plan else None for plan in plans], dtype="Int64")
        found = found.assign(**columns)
        pairs = zip(found["family_id"], found["programme"], strict=True)
        found["resources"] = pd.Series([self.able.get(pair, ()) for pair in pairs], dtype="object")
        found["waits_for"] = pd.Series(self._waits(found), dtype="str")
        found["why"] = pd.Series(self._whys(found), dtype="object")
        return found[list(PROPOSAL_COLUMNS)]

    @cached_property
    def _subjects(self) -> pd.DataFrame:
        """One row per family, subject and programme, in order."""
        keys = ["family_id", "subject_id", "programme"]
        told = self.calls.rows.assign(level=self.calls.rows["level"].astype("str"))
        found = told.groupby(keys, as_index=False, sort=False).agg(
            indicators=("indicator", " ".join), levels=("level", " ".join)
        )
        found = found.merge(self.calls.ranks, on=["family_id", "programme"], how="left")
        family = self.calls.placed.family_ids.get_indexer(pd.Index(found["family_id"]))
        is_member = (found["subject_id"] != found["family_id"]).to_numpy(dtype=bool)
        return found.iloc[np.lexsort((is_member, found["rank"], family))].reset_index(drop=True)

    def _means(self, kind: str, programme: Programme) -> BilingualText:
        return self.calls.catalogue.by_help[kind].means[programme.means]

    def _needs(self) -> list[str]:
        found = self._subjects
        have = set(zip(found["family_id"], found["programme"], found["subject_id"], strict=True))
        families = {(family, programme) for family, programme, _ in have}
        words = []
        for row in found.itertuples():
            plan = self.calls.offers[row.programme][1].plan
            is_family = row.subject_id == row.family_id
            words.append(
                " ".join(
                    code
                    for code in (plan.needs if plan else ())
                    if (row.family_id, code, row.subject_id) in have
                    or (row.family_id, code, row.family_id) in have
                    or (is_family and (row.family_id, code) in families)
                )
            )
        return words

    def _decisions(self) -> pd.Series:
        keys = ["family_id", "subject_id", "programme"]
        decided = in_force(self.tables.plans, self.on_day, self.months).sort_values("from_day")
        decided = decided.drop_duplicates(keys, keep="last")[[*keys, "decision"]].astype("str")
        return self._subjects[keys].merge(decided, on=keys, how="left")["decision"].astype("str")

    def _waits(self, found: pd.DataFrame) -> list[str]:
        referred = referred_commissions(self.tables.referrals, self.on_day, self.months)
        waits = []
        for row in found[["family_id", "help", "done_by", "commission", "resources"]].itertuples():
            if pd.isna(row.done_by):
                waits.append(CATALOGUE if row.help == FOCUSED else NOTHING)
            elif row.done_by == "commission":
                waits.append(NOTHING if (row.family_id, row.commission) in referred else COMMISSION)
            elif row.done_by == "expert":
                waits.append(NOTHING if any(able.has_room for able in row.resources) else RESOURCE)
            else:
                waits.append(NOTHING)
        return waits

    def _whys(self, found: pd.DataFrame) -> list[Message]:
        """One message per row; rows with the same contents share it."""
        made: dict[tuple[Any, ...], Message] = {}
        whys = []
        for row in found[["programme", "indicators", "levels", "waits_for"]].itertuples(index=False):
            key = tuple(row)
            if key not in made:
                made[key] = self._why(row)
            whys.append(made[key])
        return whys

    def _why(self, row: Any) -> Message:
        kind, programme = self.calls.offers[row.programme]
        indicators = self.calls.placed.indicators
        told = tuple(
            message(
                N_("{indicator} (level {level}, proposed from {bound})"),
                indicator=indicators[code].label,
                level=int(level),
                bound=programme.indicators[code],
            )
            for code, level in zip(row.indicators.split(), row.levels.split(), strict=True)
        )
        return message(
            N_("{programme} ({means}), because of: {calls}. {who}"),
            programme=programme.label,
            means=self._means(kind, programme),
            calls=told,
            who=who_sentence(kind, programme, row.waits_for),
        )


def who_sentence(kind: str, programme: Programme, waits_for: str) -> Message:
    """Whose part a programme is, and what is to be done before it can be accepted."""
    plan = programme.plan
    if kind != FOCUSED:
        return message(N_("It is open to the whole neighbourhood."))
    if plan is None:
        return message(N_("The catalogue does not say yet how it is carried out; add its plan."))
    if plan.commission is not None:
        commission = message(COMMISSION_WORDS[plan.commission])
        if waits_for == COMMISSION:
            return message(
                N_("Only {commission} decides on it: propose the family to it first."), commission=commission
            )
        return message(N_("{commission} decides on it, and the family was brought before it."), commission=commission)
    if plan.done_by == "expert":
        if waits_for == RESOURCE:
            return message(N_("Only an expert may do it, and nobody who can is known to have room: find somebody."))
        return message(N_("Only an expert may do it: choose who."))
    return message(N_("The family's helper does it."))
