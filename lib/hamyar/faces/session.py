"""A notebook that somebody is signed in to: facts as everywhere, and besides them who it is, names, drafts, submitting.

A form cannot take what a report takes.  It has to know for whom it is shown and what that person may see now, it keeps
what is typed, and in the end it hands a submission over.  All of that is a :class:`Session`, which is a
:class:`~hamyar.faces.sources.Source` as well: every page made for a source works with a session.

Served by Hamyar, a notebook's session asks the server for everything (:mod:`hamyar.faces.served`).  Opened in Lab or in
a test it is a :class:`~hamyar.faces.local_session.LocalSession` over the synthetic sample, which keeps drafts and
submissions until the notebook ends and holds to the very same rules.
"""

from collections.abc import Collection, Sequence
from typing import Any, Protocol

import pandas as pd

from hamyar.core.jalali import Month
from hamyar.core.tables import Table
from hamyar.faces.local_session import LocalSession
from hamyar.faces.served import served_session
from hamyar.faces.signed_in import SignedIn
from hamyar.faces.sources import Source
from hamyar.store.access import Role
from hamyar.store.drafts import Draft as DraftBegun
from hamyar.store.recent import RecentChange, SinceLast
from hamyar.store.settings import Settings
from hamyar.store.submission import (
    ShownDifference,
    ShownFault,
    Submission,
    SubmitConflict,
    SubmitRefused,
    Submitted,
)

__all__ = [
    "DraftBegun",
    "LocalSession",
    "RecentChange",
    "Session",
    "ShownDifference",
    "ShownFault",
    "SignedIn",
    "SinceLast",
    "Submission",
    "SubmitConflict",
    "SubmitRefused",
    "Submitted",
    "open_session",
]


class Session(Source, Protocol):
    """What a served page works with.  Every call may raise ``NotAllowed``: what is open may end at any moment."""

    @property
    def user(self) -> SignedIn: ...

    @property
    def today(self) -> int:
        """The day it is in Iran, such as 14050830; asked once, so that a page does not change its day."""

    def is_frozen(self, month: Month) -> bool:
        """Whether the month is closed, so that nothing of it can be submitted."""

    def names(self, owner_ids: Sequence[str]) -> dict[str, dict[str, str]]:
        """Names, numbers and addresses as ``{owner: {field: value}}``; who may not be named to the user is absent."""

    def versions(self, table: Table, keys: pd.DataFrame) -> pd.Series:
        """The current version of each row named by ``keys`` (missing: none), indexed like it; for ``bases``."""

    def save_draft(self, family_id: str, month: Month, field: str, value: Any) -> None:
        """Keep one answer, anything JSON can say.  Raises ``DraftNotPlain``, ``DraftTooLong``, ``DraftsTooMany``."""

    def load_draft(self, family_id: str, month: Month) -> dict[str, Any]:
        """The kept answers as ``{field: value}``; empty where nothing was begun."""

    def discard_draft(self, family_id: str, month: Month, fields: Collection[str] | None = None) -> None:
        """Forget a draft, or only these fields of it."""

    def drafts_begun(self) -> list[DraftBegun]:
        """The user's drafts of families still open to the user, the latest first."""

    def submit(self, submission: Submission) -> Submitted:
        """Make it facts, all of it or nothing; drafts are left alone.

        Raises ``SubmitConflict`` (both values inside) or ``SubmitRefused`` (with the rows at fault).
        """

    def changes_since_last(self) -> SinceLast:
        """What came since the user was last here; what is looked at within an hour is one visit."""


def open_session(settings: Settings | None = None, role: Role = "manager") -> Session:
    """The session of whoever opened the page; without a server, one over the sample in which ``role`` is played."""
    settings = settings or Settings.from_environment()
    if settings.service is not None:
        return served_session(settings.service, settings.capability)
    return LocalSession(settings, role)
