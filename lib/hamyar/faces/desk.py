"""One user at one centre's data: everything a session may ask, answered from the store itself.

The server has a desk for each question of a page (:mod:`hamyar.server.service`), and a notebook without a server has
one over the sample (:mod:`hamyar.faces.local_session`).  So both hold to the same rules, and a page that works in a
test works when it is served.

What the user may do is asked of :class:`~hamyar.store.access.Access` at every call, never remembered.
A desk may be limited further: to the one family and month of a page, and to reading.
"""

import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from hamyar.core.jalali import Month
from hamyar.core.levels.background import Background
from hamyar.core.parameters import ParameterSet
from hamyar.core.tables import HELPERS, IDENTITIES, MEMBERS, CaseTables, Table
from hamyar.faces.signed_in import SignedIn
from hamyar.faces.sources import Origin, WholeTables
from hamyar.store.access import Access, AllFamilies, FamilyAction, NotAllowed
from hamyar.store.drafts import Draft, Drafts
from hamyar.store.permitted import permitted_tables
from hamyar.store.pseudonyms import pseudonymised
from hamyar.store.recent import SinceLast, changes_since
from hamyar.store.seen import look
from hamyar.store.standing import Standing, standing
from hamyar.store.store import Store
from hamyar.store.submission import SUBMITTED_TABLES, Submission, Submitted
from hamyar.store.submitting import submit
from hamyar.store.version import code_version


class CentreFacts:
    """The whole centre, brought up to date at each question, and what is worked out from all of it.

    Any thread may ask; while one works a new state out, the others wait for it.
    """

    def __init__(self, store: Store, parameters: ParameterSet) -> None:
        self.store, self.parameters = store, parameters
        self._lock = threading.Lock()
        self._standing: Standing | None = None
        self._kept: dict[bool, tuple[Standing, WholeTables]] = {}

    def whole(self, *, pseudonymous: bool = False) -> WholeTables:
        """All facts as they stand; ``pseudonymous`` as researchers get them, which raises ``KeyNotGiven``."""
        with self._lock:
            self._standing = now = standing(self.store, self._standing)
            kept_of, kept = self._kept.get(pseudonymous, (None, None))
            if kept is None or kept_of is not now:
                tables = pseudonymised(now.tables, self.store.keyring) if pseudonymous else now.tables
                kept = WholeTables(tables, self.parameters)
                self._kept[pseudonymous] = now, kept
            return kept

    def suggested_aid(self, month: Month, family_id: str, rule: str, *, pseudonymous: bool) -> int | None:
        whole = self.whole(pseudonymous=pseudonymous)
        with self._lock:
            return whole.suggested_aid(month, family_id, rule)

    def background(self, month: Month, *, pseudonymous: bool) -> Background:
        whole = self.whole(pseudonymous=pseudonymous)
        with self._lock:
            return whole.background(month)


@dataclass(frozen=True)
class Limits:
    """What a page is limited to beyond its user: one family, one month, reading."""

    family_id: str | None = None
    month: Month | None = None
    may_write: bool = True


class Desk:
    """A :class:`~hamyar.faces.session.Session` over a store that lies in this very process.

    ``still_allowed`` raises where the user may do nothing any more; it is asked within a submission as well.
    """

    def __init__(
        self,
        facts: CentreFacts,
        access: Access,
        limits: Limits | None = None,
        still_allowed: Callable[[], None] = lambda: None,
    ) -> None:
        self._facts, self._store, self._access = facts, facts.store, access
        self._limits = limits or Limits()
        self._still_allowed = still_allowed
        self._drafts = Drafts(facts.store)

    @property
    def user(self) -> SignedIn:
        return SignedIn.of(self._access)

    @cached_property
    def today(self) -> int:
        return self._store.today()

    @property
    def parameters(self) -> ParameterSet:
        return self._facts.parameters

    @property
    def origin(self) -> Origin:
        # The head of the log names the facts as exactly as a hash over all of them, and costs nothing.
        return Origin(self._store.head().hash, self.parameters.fingerprint, code_version())

    # Facts -----------------------------------------------------------------------------------------------------

    def tables(self, family_ids: Sequence[str] | None = None) -> CaseTables:
        """What the user may read, of all families or of some; researchers get pseudonyms.  Raises ``NotAllowed``."""
        own = self._limits.family_id
        if own is not None:
            family_ids = [own] if family_ids is None or own in family_ids else []
        if self._is_pseudonymous:
            return self._facts.whole(pseudonymous=True).tables(family_ids)
        return permitted_tables(self._facts.whole().tables(), self._access, family_ids)

    def suggested_aid(self, month: Month, family_id: str, rule: str) -> int | None:
        if not self._is_pseudonymous:
            self._require("read_family", family_id)
        return self._facts.suggested_aid(month, family_id, rule, pseudonymous=self._is_pseudonymous)

    def background(self, month: Month) -> Background:
        """How often each indicator is a harm in the centre; numbers of the centre, of no family."""
        if not (self._is_pseudonymous or self._access.has_families() or self._access.may("read_work")):
            raise NotAllowed()
        return self._facts.background(month, pseudonymous=self._is_pseudonymous)

    def is_frozen(self, month: Month) -> bool:
        """Whether the month is closed; this is of no family, so it is no secret within the centre."""
        return self._store.frozen(month) is not None

    @property
    def _is_pseudonymous(self) -> bool:
        may = self._access.may
        return may("read_pseudonymised") and not may("read_centre")

    # Names -----------------------------------------------------------------------------------------------------

    def names(self, owner_ids: Sequence[str]) -> dict[str, dict[str, str]]:
        """Of those owners whose names the user may read; the others are as if they had none."""
        allowed = self._named(list(dict.fromkeys(owner_ids)))
        return self._store.identities(allowed) if allowed else {}

    def _named(self, owner_ids: list[str]) -> list[str]:
        families = self._access.families("read_names")
        own = self._limits.family_id
        if isinstance(families, AllFamilies):
            if own is None:
                return owner_ids
            families = frozenset({own})
        elif own is not None:
            families &= {own}
        of_families = self._store.current(MEMBERS, {"family_id": sorted(families)})["member_id"] if families else []
        known = {*families, *of_families}
        if self._access.may("read_work") and self._access.user.person_id:
            known.add(self._access.user.person_id)
        if self._access.may("read_centre"):
            known |= set(self._store.current(HELPERS)["helper_id"])
        return [owner for owner in owner_ids if owner in known]

    # Drafts and submissions ------------------------------------------------------------------------------------

    def versions(self, table: Table, keys: pd.DataFrame) -> pd.Series:
        """The versions of rows of the families the user may write; missing for rows that are no business of theirs."""
        if table.name not in {found.name for found in (*SUBMITTED_TABLES, IDENTITIES)}:
            raise NotAllowed()
        rows = keys[list(table.key)]
        found = self._store.versions(table, rows)
        return found.where(self._is_open(table, rows))

    def _is_open(self, table: Table, keys: pd.DataFrame) -> pd.Series:
        families = self._access.families("write_family")
        own = self._limits.family_id
        if own is None and isinstance(families, AllFamilies):
            return pd.Series(True, index=keys.index)
        if own is not None:
            families = frozenset({own} if own in families else ())
        if "family_id" in table.key:
            return keys["family_id"].isin(families)
        known = sorted(families) if not isinstance(families, AllFamilies) else []
        if table is IDENTITIES:
            members = self._store.of_families(MEMBERS, known)
            return keys["owner_id"].isin({*known, *members["member_id"]})
        column = table.key[0]
        return keys[column].isin(self._store.of_families(table, known)[column])

    def save_draft(self, family_id: str, month: Month, field: str, value: Any) -> None:
        self._require_writing(family_id, month)
        self._drafts.save(self._access.user.username, family_id, month, field, value)

    def load_draft(self, family_id: str, month: Month) -> dict[str, Any]:
        self._require_writing(family_id, month)
        return self._drafts.load(self._access.user.username, family_id, month)

    def discard_draft(self, family_id: str, month: Month, fields: Collection[str] | None = None) -> None:
        self._require_writing(family_id, month)
        self._drafts.discard(self._access.user.username, family_id, month, fields)

    def drafts_begun(self) -> list[Draft]:
        families = self._access.families("write_family")
        begun = self._drafts.begun(self._access.user.username)
        own = self._limits.family_id
        return [draft for draft in begun if draft.family_id in families and own in (None, draft.family_id)]

    def submit(self, submission: Submission) -> Submitted:
        self._require_writing(submission.family_id, submission.month)
        return submit(self._store, self._access, self.parameters, submission, still_allowed=self._still_allowed)

    def changes_since_last(self) -> SinceLast:
        """What came since the user was here before, and that the user is here now."""
        families = self._access.families("read_family")
        if not (isinstance(families, AllFamilies) or self._access.may("read_work")):
            raise NotAllowed()
        username = self._access.user.username
        since = look(self._store, username)
        if since is None:
            return SinceLast(None, [])
        wanted = None if isinstance(families, AllFamilies) else sorted(families)
        if self._limits.family_id is not None:
            wanted = [self._limits.family_id] if self._limits.family_id in families else []
        names = self._access.has_families("read_names")
        return SinceLast(since, changes_since(self._store, since, wanted, username, names=names))

    # What is allowed -------------------------------------------------------------------------------------------

    def _require(self, action: FamilyAction, family_id: str) -> None:
        if self._limits.family_id not in (None, family_id):
            raise NotAllowed()
        self._access.require(action, family_id)

    def _require_writing(self, family_id: str, month: Month) -> None:
        if not self._limits.may_write or self._limits.month not in (None, month):
            raise NotAllowed()
        self._require("write_family", family_id)
