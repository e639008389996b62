"""Which families wait for a commission because only it can do what they need.

A programme waits for its commission from the moment the family's levels call for it: it cannot be accepted before the
family has been brought there (:mod:`hamyar.core.plan.faults`), so waiting for its acceptance would be waiting for ever.
A programme that stands in the plan already (brought from elsewhere, or accepted under an earlier case) waits likewise.
One that was refused with a reason waits for nobody, and neither does a family that has been before the commission.
"""

import numpy as np
import pandas as pd

from hamyar.core.levels.counting import HARMED
from hamyar.core.levels.stratification import Case, Stratification
from hamyar.core.plan.help import FOCUSED
from hamyar.core.plan.programmes import Programme, ProgrammeCatalogue
from hamyar.core.plan.referrals import referred_commissions
from hamyar.core.plan.years import ACCEPTED, accepted_rows, in_force
from hamyar.core.tables import CaseTables
from hamyar.core.work_rules import WorkRules

WAITING_COLUMNS = ("family_id", "commission", "programme", "is_certain")


def plans_of_commissions(
    tables: CaseTables, catalogue: ProgrammeCatalogue, rules: WorkRules, on_day: int
) -> pd.DataFrame:
    """The rows of ``PLANS`` in force on a day whose programme only a commission can do, with its ``commission``."""
    commission_of = {code: plan.commission for code, plan in catalogue.plans.items() if plan.done_by == "commission"}
    found = in_force(accepted_rows(tables.plans), on_day, rules.assignment.months)
    found = found[found["programme"].isin(list(commission_of))]
    return found.assign(commission=found["programme"].astype("str").map(commission_of).astype("str"))


def waiting_for_commissions(
    placed: Stratification, tables: CaseTables, catalogue: ProgrammeCatalogue, rules: WorkRules, on_day: int
) -> pd.DataFrame:
    """The programmes that wait for a commission: ``family_id, commission, programme, is_certain``, once each.

    Certainly: of the family's plan, or called for by levels that are known, in a family that is harmed for certain,
    with nothing that forbids the programme or may.  Perhaps: where the open answers allow it.
    """
    parts = [plans_of_commissions(tables, catalogue, rules, on_day)[["family_id", "commission", "programme"]]]
    parts[0] = parts[0][parts[0]["family_id"].isin(placed.family_ids)].assign(is_certain=True)
    refused = _refused(tables, rules, on_day)
    for kind, programme in catalogue.at(placed.month):
        if kind != FOCUSED or programme.plan is None or programme.plan.commission is None:
            continue
        certain = _calls(placed, programme, "least", "most")
        for is_certain, called in ((True, certain), (False, _calls(placed, programme, "most", "least") & ~certain)):
            families = placed.family_ids[called].astype("str")
            families = [family for family in families if (family, programme.code) not in refused]
            told = {"commission": programme.plan.commission, "programme": programme.code, "is_certain": is_certain}
            parts.append(pd.DataFrame({"family_id": families}, dtype="str").assign(**told))
    found = pd.concat([part for part in parts if len(part)] or [parts[0]], ignore_index=True)
    found = found.astype({"family_id": "str", "commission": "str", "programme": "str", "is_certain": bool})
    found = found.drop_duplicates(["family_id", "commission", "programme"])
    brought = referred_commissions(tables.referrals, on_day, rules.assignment.months)
    is_brought = [pair in brought for pair in zip(found["family_id"], found["commission"], strict=True)]
    return found[~np.array(is_brought, dtype=bool)].reset_index(drop=True)[list(WAITING_COLUMNS)]


def _calls(placed: Stratification, programme: Programme, case: Case, forbidding: Case) -> np.ndarray:
    """By family: whether the levels of one case call for a programme, and those of the other forbid it not."""
    place_of = {code: place for place, code in enumerate(placed.indicators.codes)}

    def reaches(bounds: dict[str, int], levels: np.ndarray) -> np.ndarray:
        found = np.zeros(len(placed.family_ids), dtype=bool)
        for code, bound in bounds.items():
            if code in place_of:
                found |= levels[place_of[code]] >= bound
        return found

    answers = placed.answers
    levels = {"least": answers.least, "most": answers.most}
    is_harmed = (placed.least if case == "least" else placed.most).level == HARMED
    barred = reaches(programme.not_while, levels[forbidding])
    return np.asarray(is_harmed & reaches(programme.indicators, levels[case]) & ~barred, dtype=bool)


def _refused(tables: CaseTables, rules: WorkRules, on_day: int) -> set[tuple[str, str]]:
    """Families and programmes of which a refusal is in force on a day, and no acceptance."""
    rows = in_force(tables.plans, on_day, rules.assignment.months)
    is_accepted = rows["decision"].isin(ACCEPTED).to_numpy(dtype=bool)
    pairs = list(zip(rows["family_id"].astype("str"), rows["programme"].astype("str"), strict=True))
    accepted = {pair for pair, held in zip(pairs, is_accepted, strict=True) if held}
    return set(pairs) - accepted
