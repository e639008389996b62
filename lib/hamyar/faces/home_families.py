"""The user's own families in one table: level, gap, what is due, what is missing; all families in one pass.

Everything is asked of all families at once: one assessment, one placing, and one more look at the answers as if they
counted for a month less, which tells what goes out of date with the end of this month.
No family is opened by itself, so fifteen families cost hardly more than one.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from hamyar.core.calendar.adherence import adherence
from hamyar.core.economy.assessment import Assessment, assess_families, month_of
from hamyar.core.jalali import Month
from hamyar.core.levels.answers import find_answers
from hamyar.core.levels.indicator_catalogue import CatalogueMissing
from hamyar.core.levels.stratification import Stratification, stratify_families
from hamyar.core.parameters import ParameterSet
from hamyar.core.persian import latin_digits, normal_text, search_key
from hamyar.core.tables import CaseTables
from hamyar.store.drafts import Draft

# Between the parts of a key: what is searched for never spans two of them.
_BETWEEN = "\n"
# 001-234567-8 and 0912.034.5678 are written with and without; a code such as S-12 as well.
_BETWEEN_DIGITS = re.compile(r"[-\u2010-\u2015\u2212]|(?<=\d)[./](?=\d)")
# The telephone that is 0912… at home is +98912… or 0098912… from abroad.
_COUNTRY = re.compile(r"(?<!\S)(?:\+|00)98[\s-]*(?=9\d)")
# Of more families only their own names are asked for: the members' would be thousands.
MOST_WITH_MEMBERS = 400


def words_of(query: str) -> list[str]:
    """The words of a query as they are compared; every one of them must be found."""
    return [key for word in _at_home(query).split() if (key := _compared(word))]


def key_of(parts: Sequence[str]) -> str:
    """What a row is found by: its parts without spaces, half-spaces, marks, letter variants and kinds of digits."""
    return _BETWEEN.join(_compared(_at_home(part)) for part in parts if part)


def _compared(text: str) -> str:
    """The key of a text, without what people set between digits."""
    return _BETWEEN_DIGITS.sub("", search_key(text))


def _at_home(text: str) -> str:
    """A text whose telephone is written as it is dialled within the country."""
    return _COUNTRY.sub("0", normal_text(latin_digits(text)))


@dataclass(frozen=True)
class OwnFamilies:
    """Families in ``month`` as seen on ``today``; ``helper_id`` limits the visits to one helper's.

    ``names`` are ``{owner: {field: value}}`` of families and members, ``drafts`` those begun and not submitted.
    """

    tables: CaseTables
    parameters: ParameterSet
    month: Month
    today: int
    helper_id: str | None = None
    names: dict[str, dict[str, str]] = field(default_factory=dict)
    drafts: Sequence[Draft] = ()

    @cached_property
    def assessment(self) -> Assessment:
        # The month before is looked at, too: a month that has just begun has no flows yet.
        return assess_families(self.tables, self.parameters, self.month, history_months=1)

    @cached_property
    def placed(self) -> Stratification | None:
        """The levels; ``None`` without a catalogue, or in a month before it began."""
        if not self.parameters.has_indicators:
            return None
        try:
            return stratify_families(self.tables, self.parameters, self.month, self.assessment)
        except CatalogueMissing:
            return None

    @cached_property
    def frame(self) -> pd.DataFrame:
        """One row per family, the most pressing first.

        ``family_id, name, area``; ``level, level_at_best, level_at_worst``; ``gap, gap_at_least`` and of the month
        before ``gap_before``, before aid; ``unknown_facts`` as words; ``open``, questions without an answer that
        counts; ``unreasoned``, harms without a reason; ``ending``, answers that go out of date with this month;
        ``late, late_days`` of overdue visits; ``next_day`` of the next visit; ``draft``, a draft was begun; ``key``.
        """
        results = self.assessment.results
        before = month_of(self.assessment.balance, self.month + -1)["gap_before_aid_money"]
        ids = results.index.astype("str").rename(None)
        frame = pd.DataFrame(
            {
                "family_id": ids,
                "area": self.tables.families["area"].astype("str").to_numpy(),
                "gap": results["gap_before_aid_money"].to_numpy(),
                "gap_at_least": results["gap_at_least_money"].to_numpy(),
                "gap_before": before.to_numpy(),
                "unknown_facts": results["unknown_facts"].to_numpy(),
                **self._levels(len(ids)),
            },
            index=ids,
        )
        frame["name"] = [self._name(code) for code in ids]
        frame = frame.join(self._visits)
        frame["late"] = frame["late"].fillna(0).astype(int)
        begun = {draft.family_id for draft in self.drafts}
        frame["draft"] = [code in begun for code in ids]
        frame["key"] = [self._key(code, area) for code, area in zip(ids, frame["area"], strict=True)]
        order = frame.assign(quiet=~frame["draft"], punctual=-frame["late_days"].fillna(0))
        return order.sort_values(["quiet", "punctual", "next_day", "family_id"], kind="stable", na_position="last")[
            list(frame.columns)
        ]

    def _levels(self, count: int) -> dict[str, Any]:
        names = ("level", "level_at_best", "level_at_worst")
        if self.placed is None:
            nothing = dict.fromkeys(names, [None] * count)
            return {**nothing, "open": 0, "unreasoned": 0, "ending": 0}
        results = self.placed.results
        return {
            **{name: results[name].astype("str").to_numpy(dtype=object) for name in names},
            "open": results["unanswered"].to_numpy(),
            "unreasoned": results["unreasoned"].to_numpy(),
            "ending": self._ending,
        }

    @cached_property
    def _ending(self) -> np.ndarray:
        """Answers that count at the end of this month and not at the end of the next, by family."""
        placed, rules = self.placed, self.assessment.rules
        if placed is None:
            return np.zeros(len(self.tables.families), dtype=int)
        # What would be too old with a month less is what will be too old a month later.
        later = find_answers(
            self.tables,
            placed.indicators,
            self.month,
            self.assessment,
            valid_months=rules.value("observation_valid_months") - 1,
            window_days=rules.value("agreement_window_days"),
        )
        return np.asarray((later.is_open & ~placed.answers.is_open).sum(axis=0))

    @cached_property
    def _visits(self) -> pd.DataFrame:
        """By family: visits that are overdue, for how long, and the day of the next one."""
        visits = self.tables.visits
        if self.helper_id is not None:
            visits = visits[visits["helper_id"] == self.helper_id]
        told = adherence(visits[visits["family_id"].notna()], self.today)
        late, coming = told[told["state"] == "late"], told[told["state"] == "to_come"]
        late = late.groupby("family_id")["days_late"]
        return pd.DataFrame(
            {
                "late": late.size().astype("Int64"),
                "late_days": late.max().astype("Int64"),
                "next_day": coming.groupby("family_id")["day"].min().astype("Int64"),
            }
        )

    def _name(self, code: str) -> str:
        """The family's name, else that of its head; empty where the user may not know it."""
        own = self.names.get(code, {}).get("name", "")
        return own or self.names.get(self._heads.get(code, ""), {}).get("name", "")

    @cached_property
    def _heads(self) -> dict[str, str]:
        heads = self.tables.members[self.tables.members["role"] == "head"].drop_duplicates("family_id")
        return dict(zip(heads["family_id"].astype("str"), heads["member_id"].astype("str"), strict=True))

    @cached_property
    def _members(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        if self.names:
            for code, member in zip(self.tables.members["family_id"], self.tables.members["member_id"], strict=True):
                found.setdefault(str(code), []).append(str(member))
        return found

    def _key(self, code: str, area: Any) -> str:
        owners = [self.names.get(owner, {}) for owner in (code, *self._members.get(code, ()))]
        told = [owner[name] for owner in owners for name in ("name", "phone", "national_id") if name in owner]
        return key_of([code, "" if pd.isna(area) else str(area), *told])

    def found(self, query: str) -> pd.DataFrame:
        """The rows in which every word of ``query`` is found, in their order; all of them for an empty one."""
        sought, frame = words_of(query), self.frame
        if not sought:
            return frame
        return frame[[all(word in key for word in sought) for key in frame["key"]]]


def owners_of(tables: CaseTables) -> list[str]:
    """Whose names a list of these families asks for."""
    families = tables.families["family_id"].astype("str").tolist()
    members = tables.members
    if len(families) > MOST_WITH_MEMBERS:
        members = members[members["role"] == "head"]
    return [*families, *members["member_id"].astype("str").tolist()]


__all__ = ["OwnFamilies", "key_of", "owners_of", "words_of"]
