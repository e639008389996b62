"""Who may do what: the one place that decides, asked by every face.

What somebody may do follows from the role, and for families also from the facts of the day:
a helper carries a family from the first to the last day of the assignment, and a case is open to a member of a
commission while it is before the commission and the family agrees.
Every question is answered as of now: an assignment that ends while a page is open ends what the page may do.
What the tables say is looked up again as soon as anything at all was recorded (:class:`Rights`), for a page asks
before every word that goes to its kernel.

========================  =======================================================================================
role                      may
========================  =======================================================================================
``helper``                read and write the families carried today, with their names; see the own calendar
``manager``               read and write every family of the centre, with names; see the centre's figures
``commission_member``     read the cases before a commission the person is named for, without names
``researcher``            read the pseudonymised tables, never a family's file and never a name
``supervisor``            read everything, names too, and write nothing
``operator``              run months and keep accounts, and see nothing of any family
========================  =======================================================================================
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

import pandas as pd

from hamyar.core.errors import HamyarError
from hamyar.core.meetings.commission_facts import cases_open_to
from hamyar.core.message import N_
from hamyar.core.tables import (
    ASSIGNMENTS,
    HELPERS,
    REFERRALS,
    SESSION_CASES,
    SESSION_PEOPLE,
    SESSIONS,
    CaseTables,
)

if TYPE_CHECKING:
    from hamyar.store.audit import Head
    from hamyar.store.store import Store

Role = Literal["helper", "manager", "commission_member", "researcher", "supervisor", "operator"]
FamilyAction = Literal["read_family", "write_family", "read_names"]
CentreAction = Literal["read_centre", "read_pseudonymised", "read_work", "run", "manage_accounts"]
Action = FamilyAction | CentreAction
Scope = Literal["carried", "heard", "every"]

ROLES: tuple[Role, ...] = get_args(Role)
FAMILY_ACTIONS: tuple[FamilyAction, ...] = get_args(FamilyAction)
CENTRE_ACTIONS: tuple[CentreAction, ...] = get_args(CentreAction)
ROLE_LABELS: Mapping[str, str] = {
    "helper": N_("Helper"),
    "manager": N_("Manager of the centre"),
    "commission_member": N_("Member of a commission"),
    "researcher": N_("Researcher"),
    "supervisor": N_("Supervisor"),
    "operator": N_("Operator"),
}
# Without the code of a person there is nothing these roles could be asked about.
ROLES_OF_A_PERSON: tuple[Role, ...] = ("helper", "commission_member")

_OF_FAMILIES: Mapping[str, Mapping[str, Scope]] = {
    "helper": {"read_family": "carried", "write_family": "carried", "read_names": "carried"},
    "manager": {"read_family": "every", "write_family": "every", "read_names": "every"},
    "commission_member": {"read_family": "heard"},
    "supervisor": {"read_family": "every", "read_names": "every"},
}
_OF_CENTRE: Mapping[str, tuple[CentreAction, ...]] = {
    "helper": ("read_work",),
    "manager": ("read_centre", "read_pseudonymised", "read_work"),
    "commission_member": ("read_work",),
    "researcher": ("read_pseudonymised",),
    "supervisor": ("read_centre", "read_pseudonymised"),
    "operator": ("run", "manage_accounts"),
}


class NotAllowed(HamyarError):
    """The sentence is the same whether the family exists or not: a refusal must not tell who comes to the centre."""

    msgid = N_("This is not open to your account. If you need it for your work, ask the manager of the centre.")


class ActionUnknown(HamyarError):
    msgid = N_("'{action}' is nothing anybody could be allowed. Ask for one of: {known}.")


class AllFamilies:
    """Every family of the centre, those recorded later too: ``in`` is always true."""

    def __contains__(self, family_id: object) -> bool:
        return True

    def __repr__(self) -> str:
        return "ALL"


ALL = AllFamilies()
Families = frozenset[str] | AllFamilies


@dataclass(frozen=True)
class User:
    """Who asks.  ``person_id`` is the code of the helper or other person that the tables know them by."""

    username: str
    role: str
    person_id: str | None = None


class Rights:
    """Which families somebody carries or hears on a day, by the tables of one store; may be shared by threads.

    The last entry of the audit log names the state of all facts, and is one quick look into the database; while it is
    the same, so is the answer.
    """

    def __init__(self, store: "Store") -> None:
        self._store = store
        self._known: tuple[Head | None, dict[tuple[Scope, str], tuple[int, frozenset[str]]]] = (None, {})

    def families(self, scope: Literal["carried", "heard"], person_id: str, on_day: int) -> frozenset[str]:
        # Before the facts: what is recorded between the two looks makes the head another at the next question.
        head, known = self._store.head(), self._known
        if known[0] != head:
            known = self._known = (head, {})
        day, found = known[1].get((scope, person_id), (None, frozenset()))
        if day != on_day:
            find = _carried if scope == "carried" else _heard
            found = find(self._store, person_id, on_day)
            known[1][scope, person_id] = (on_day, found)
        return found


class Access:
    """What ``user`` may do in this centre on a day, such as 14050830; left out, on the day of each question.

    ``rights`` are those of the same store, shared with others who ask.
    """

    def __init__(self, store: "Store", user: User, on_day: int | None = None, rights: Rights | None = None) -> None:
        self.user = user
        self._store = store
        self._on_day = on_day
        self._rights = rights or Rights(store)

    def families(self, action: FamilyAction = "read_family") -> Families:
        """The families with which ``action`` is allowed: their codes, or :data:`ALL`.  Raises ``ActionUnknown``."""
        if action not in FAMILY_ACTIONS:
            raise ActionUnknown(action=action, known=", ".join(FAMILY_ACTIONS))
        scope = _OF_FAMILIES.get(self.user.role, {}).get(action)
        if scope == "every":
            return ALL
        if scope is None or self.user.person_id is None:
            return frozenset()
        on_day = self._store.today() if self._on_day is None else self._on_day
        return self._rights.families(scope, self.user.person_id, on_day)

    def has_families(self, action: FamilyAction = "read_family") -> bool:
        """Whether there is any family with which ``action`` is allowed; raises ``ActionUnknown``."""
        families = self.families(action)
        return isinstance(families, AllFamilies) or bool(families)

    def may(self, action: Action, family_id: str | None = None) -> bool:
        """Whether ``action`` is allowed, where it is one of :data:`FAMILY_ACTIONS` with this family.

        Such an action without a family is about all of them, so that a forgotten family opens nothing.
        Other actions are about the centre, or about the user's own work, and take no family.
        Raises ``ActionUnknown``.
        """
        if action in CENTRE_ACTIONS:
            is_about_person = action == "read_work"
            allowed = action in _OF_CENTRE.get(self.user.role, ())
            return allowed and not (is_about_person and self.user.person_id is None)
        if action not in FAMILY_ACTIONS:
            raise ActionUnknown(action=action, known=", ".join((*FAMILY_ACTIONS, *CENTRE_ACTIONS)))
        families = self.families(action)
        return families is ALL if family_id is None else family_id in families

    def require(self, action: Action, family_id: str | None = None) -> None:
        """Raises ``NotAllowed`` unless :meth:`may`."""
        if not self.may(action, family_id):
            raise NotAllowed()


def _carried(store: "Store", helper_id: str, on_day: int) -> frozenset[str]:
    """The families assigned to a helper on a day, if the helper is in service on that day."""
    known = store.current(HELPERS, {"helper_id": [helper_id]})
    # Who has left the centre may still stand in assignments that nobody has ended.
    if not _holds(known["from_day"], known["until_day"].fillna(on_day), on_day).all():
        return frozenset()
    found = store.current(ASSIGNMENTS, {"helper_id": [helper_id]})
    return frozenset(found.loc[_holds(found["from_day"], found["until_day"], on_day), "family_id"])


def _holds(from_day: pd.Series, until_day: pd.Series, on_day: int) -> pd.Series:
    return ((from_day <= on_day) & (until_day >= on_day)).astype(bool)


def _heard(store: "Store", person_id: str, on_day: int) -> frozenset[str]:
    """The cases open to a member of a commission; only what the answer rests on is read."""
    people = store.current(SESSION_PEOPLE, {"person_id": [person_id]})
    of_sessions = {"session_id": people["session_id"].tolist()}
    cases = store.current(SESSION_CASES, of_sessions)
    frames = {
        "session_people": people,
        "sessions": store.current(SESSIONS, of_sessions),
        "session_cases": cases,
        "referrals": store.current(REFERRALS, {"family_id": cases["family_id"].tolist()}),
    }
    tables = CaseTables.holding(frames)
    return frozenset(cases_open_to(person_id, tables, on_day))
