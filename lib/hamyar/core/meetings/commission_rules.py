"""Which families the rules propose to which commission, certainly or perhaps, and why.

Four rules, each with its code:

``harmed_domains``   the family is harmed in as many domains as ``commission_harmed_domains`` says;
                     the commission is that of the heaviest of them, by the weight of the harms found in it
``critical``         a harm that is critical by itself; the commission is that of its domain
``no_progress``      neither level nor score is better than ``commission_no_progress_months`` ago, in a year of help
                     that covers both days; the commission is that of the heaviest domain
``programme``        a programme that the family needs or has and only a commission can do, such as an aid to be set
                     (:mod:`~hamyar.core.meetings.commission_programmes`)

Each commission bears the name of its domain, so the domain of a harm names the commission.
An open answer proposes nobody: what it might turn out to be is told apart as *possible* and asks for the question
first.  That a family may be harmed is no reason to bring it before others.
A family that is before a commission already is not proposed to it again; where an earlier case was withdrawn,
the sentence says so, because a family that said no is not to be asked every month as if it had not.

The sentences name domains and counts, never an indicator or a programme: lists of proposals are printed.
The codes stand in columns of their own, for the screen.
"""

import numpy as np
import pandas as pd

from hamyar.core.errors import HamyarError
from hamyar.core.levels.counting import HARMED, SAFE
from hamyar.core.levels.stratification import Case, Stratification
from hamyar.core.levels.transitions import transitions
from hamyar.core.meetings.commission_facts import open_referrals
from hamyar.core.meetings.commission_programmes import waiting_for_commissions
from hamyar.core.meetings.commission_words import CRITICAL, HARMED_DOMAINS, NO_PROGRESS, PROGRAMME, Flags, Telling
from hamyar.core.message import N_
from hamyar.core.plan.programmes import ProgrammeCatalogue
from hamyar.core.plan.years import is_held
from hamyar.core.tables import COMMISSIONS, REFERRALS, CaseTables, conform
from hamyar.core.work_rules import WorkRules

PROPOSED_COLUMNS = (
    *("family_id", "commission", "rules", "possible_rules", "is_certain", "indicators", "programmes", "why"),
)
_PLACE = {name: place for place, name in enumerate(COMMISSIONS)}


class EarlierMonthDiffers(HamyarError):
    msgid = N_(
        "The earlier levels are those of {given}, and the rule compares with {needed}. "
        "Place the families in that month and ask again."
    )


def proposed_referrals(
    placed: Stratification,
    tables: CaseTables,
    catalogue: ProgrammeCatalogue,
    rules: WorkRules,
    on_day: int,
    placed_before: Stratification | None = None,
) -> pd.DataFrame:
    """One row for each family and commission that a rule brings together, the most needed first.

    ``placed_before`` are the levels ``rules.commission_no_progress_months`` months earlier; without them the rule of no
    progress is not asked.  ``tables`` gives referrals, plans and assignments.

    ``family_id, commission``
    ``rules``            codes of the rules that certainly hold, with spaces between
    ``possible_rules``   codes of those that an open answer may make hold
    ``is_certain``       whether any certainly holds; only such rows become referrals (:func:`referral_rows`)
    ``indicators``       codes of the critical harms behind it
    ``programmes``       codes of the programmes that wait for the commission, the certain ones where there are any
    ``why``              one :class:`Message`

    Raises ``EarlierMonthDiffers``.
    """
    waiting = waiting_for_commissions(placed, tables, catalogue, rules, on_day)
    found = {
        HARMED_DOMAINS: _harmed_domains(placed, rules.commission_harmed_domains),
        CRITICAL: _critical(placed),
        NO_PROGRESS: _no_progress(placed, placed_before, tables, rules, on_day),
        PROGRAMME: _of_programmes(placed, waiting),
    }
    is_free = ~_is_open(placed, tables, on_day)
    possible = np.any([flags.possible for flags in found.values()], axis=0) & is_free
    told = Telling(placed, rules, _programmes_by_case(waiting), _withdrawn(tables, on_day))
    rows = [told.row(commission, family, found) for family, commission in np.argwhere(possible.T).tolist()]
    frame = pd.DataFrame(rows, columns=PROPOSED_COLUMNS).astype({"is_certain": bool})
    need = need_of(placed).reindex(frame["family_id"]).to_numpy()
    return frame.iloc[np.lexsort((need, ~frame["is_certain"]))].reset_index(drop=True)


def referral_rows(proposed: pd.DataFrame, on_day: int) -> pd.DataFrame:
    """What is certainly proposed, as rows of ``REFERRALS``: by rule, on ``on_day``, the family not asked yet."""
    certain = proposed.loc[proposed["is_certain"], ["family_id", "commission", "rules"]]
    state = {"proposed_day": on_day, "state": "proposed", "state_day": on_day, "consent": "not_asked"}
    return conform(REFERRALS, certain.assign(**state))


def need_of(placed: Stratification) -> pd.Series:
    """Each family's place in the order of need, from 0, by family.

    Critical harms first, then by the score known, then by the score still possible, then by case code.
    """
    least, most = placed.least, placed.most
    codes = placed.family_ids.astype("str")
    order = np.lexsort((codes.argsort().argsort(), -most.score, -least.score, ~least.is_critical))
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    return pd.Series(place, index=codes, name="need")


def _none(placed: Stratification) -> np.ndarray:
    return np.zeros((len(COMMISSIONS), len(placed.family_ids)), dtype=bool)


def _weight_by_domain(placed: Stratification, case: Case) -> np.ndarray:
    """The weight of the harms in each domain, in parts of the whole; ``(commissions, families)`` of ``int64``."""
    parts = np.zeros((len(COMMISSIONS), len(placed.family_ids)), dtype=np.int64)
    deprived = placed.is_deprived(case)
    for domain, part in placed.domain_slices.items():
        parts[_PLACE[domain]] = placed.weights.parts[part] @ deprived[part]
    return parts


def _heaviest(placed: Stratification, among: np.ndarray) -> np.ndarray:
    """Of the domains ``among`` which a family may choose, the heaviest, by what is known and then by what may be.

    Bool of the same shape, at most one commission for each family; of equals the one named first.
    """
    known, possible = _weight_by_domain(placed, "least"), _weight_by_domain(placed, "most")
    weight = np.where(among, known * (placed.weights.whole + 1) + possible, -1)
    chosen = np.zeros(among.shape, dtype=bool)
    chosen[weight.argmax(axis=0), np.arange(among.shape[1])] = True
    return chosen & among


def _harmed_domains(placed: Stratification, least_domains: int) -> Flags:
    def harmed(case: Case) -> np.ndarray:
        found = _none(placed)
        for domain in placed.domain_slices:
            found[_PLACE[domain]] = placed.domain_count(domain, case)[0].level == HARMED
        return found

    surely, perhaps = harmed("least"), harmed("most")
    is_sure, is_possible = (found.sum(axis=0) >= least_domains for found in (surely, perhaps))
    certain = _heaviest(placed, surely) & is_sure
    # Where it is certain already, the open answers bring no other commission.
    return Flags(certain, certain | (_heaviest(placed, perhaps) & is_possible & ~is_sure))


def _critical(placed: Stratification) -> Flags:
    certain, possible = _none(placed), _none(placed)
    for domain, part in placed.domain_slices.items():
        bounds = placed.critical_from[part, None]
        certain[_PLACE[domain]] = (placed.levels("least")[part] >= bounds).any(axis=0)
        possible[_PLACE[domain]] = (placed.levels("most")[part] >= bounds).any(axis=0)
    return Flags(certain, possible)


def _no_progress(
    placed: Stratification, before: Stratification | None, tables: CaseTables, rules: WorkRules, on_day: int
) -> Flags:
    if before is None:
        return Flags(_none(placed), _none(placed))
    needed = placed.month + -rules.commission_no_progress_months
    if before.month != needed:
        raise EarlierMonthDiffers(given=before.month, needed=needed)
    both = transitions(before, placed)
    here = both.at_end
    was, now = both.at_start, both.at_end
    # Scores of two months may count in parts of different wholes.
    old, new = before.weights.whole, placed.weights.whole

    def not_better(
        now_level: np.ndarray, now_score: np.ndarray, was_level: np.ndarray, was_score: np.ndarray
    ) -> np.ndarray:
        is_same = now_level == was_level
        return (now_level > was_level) | (is_same & (now_score * old >= was_score * new))

    # At the least, and at the most, of what the open answers of both months leave possible.
    least = (placed.least.level[now], placed.least.score[now]), (before.most.level[was], before.most.score[was])
    most = (placed.most.level[now], placed.most.score[now]), (before.least.level[was], before.least.score[was])
    sure, possible = np.zeros((2, len(placed.family_ids)), dtype=bool)
    sure[here] = not_better(*least[0], *least[1]) & (placed.least.level[now] > SAFE)
    possible[here] = not_better(*most[0], *most[1]) & (placed.most.level[now] > SAFE)
    if not both.has_same_rules:
        # What changed may be the rules and not the family.
        possible, sure = possible | sure, np.zeros_like(sure)
    helped = _is_helped(placed, tables, before.month.code * 100 + before.month.days, on_day)
    heaviest = _heaviest(placed, ~_none(placed))
    return Flags(heaviest & (sure & helped), heaviest & (possible & helped))


def _is_helped(placed: Stratification, tables: CaseTables, *days: int) -> np.ndarray:
    """By family: whether it was in a year of help on each of the days."""
    rows, helped = tables.assignments, np.ones(len(placed.family_ids), dtype=bool)
    for day in days:
        helped &= placed.family_ids.isin(rows.loc[is_held(rows, day), "family_id"])
    return helped


def _of_programmes(placed: Stratification, waiting: pd.DataFrame) -> Flags:
    certain, possible = _none(placed), _none(placed)
    families = placed.family_ids.get_indexer(pd.Index(waiting["family_id"]))
    commissions = waiting["commission"].map(_PLACE).to_numpy(dtype=np.int64)
    is_certain = waiting["is_certain"].to_numpy(dtype=bool)
    certain[commissions[is_certain], families[is_certain]] = True
    possible[commissions, families] = True
    return Flags(certain, possible)


def _is_open(placed: Stratification, tables: CaseTables, on_day: int) -> np.ndarray:
    """Which families are before which commission already."""
    found, rows = _none(placed), open_referrals(tables.referrals, on_day)
    places = placed.family_ids.get_indexer(rows["family_id"])
    here = places >= 0
    found[rows["commission"].astype("str").map(_PLACE).to_numpy(dtype=np.int64)[here], places[here]] = True
    return found


def _programmes_by_case(waiting: pd.DataFrame) -> dict[tuple[str, str], str]:
    """By family and commission, the codes of the programmes that wait for it: the certain ones, else the possible."""
    found: dict[tuple[str, str], str] = {}
    for is_certain in (False, True):
        rows = waiting[(waiting["is_certain"] == is_certain).to_numpy(dtype=bool)]
        for key, codes in rows.groupby(["family_id", "commission"])["programme"]:
            found[str(key[0]), str(key[1])] = " ".join(sorted(codes))
    return found


def _withdrawn(tables: CaseTables, on_day: int) -> dict[tuple[str, str], int]:
    """By family and commission, the day on which an earlier case was last withdrawn."""
    rows = tables.referrals
    rows = rows[(rows["state"] == "withdrawn") & (rows["state_day"] <= on_day)]
    found: dict[tuple[str, str], int] = {}
    for family, commission, day in rows[["family_id", "commission", "state_day"]].itertuples(index=False, name=None):
        found[family, commission] = max(int(day), found.get((family, commission), 0))
    return found
