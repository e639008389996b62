"""Sessions over the families of ``help_making``, for the pages that somebody is signed in to."""

import datetime as dt

from tests.faces.help_making import ON_DAY, help_source

from hamyar.faces.signed_in import SignedIn
from hamyar.store.recent import SinceLast

SINCE = dt.datetime(2025, 11, 8, 6, 0, tzinfo=dt.UTC)
ACTIONS = {
    "helper": {"read_family", "write_family", "read_names", "read_work"},
    "manager": {"read_family", "write_family", "read_names", "read_centre", "read_pseudonymised", "read_work"},
    "supervisor": {"read_family", "read_names", "read_centre", "read_pseudonymised"},
    "commission_member": {"read_family", "read_work"},
    "researcher": {"read_pseudonymised"},
    "operator": {"run", "manage_accounts"},
}


class PlayedSession:
    """A served session as a page sees it: of ``role``, with the facts of ``source`` and what the test gives.

    It counts how often the tables are asked for.
    """

    def __init__(self, role="helper", source=None, *, person_id=None, names=(), drafts=(), changes=(), since=SINCE):
        person_id = person_id or ("H1" if role in ("helper", "commission_member") else None)
        self.user = SignedIn(f"{role}-1", role, person_id, frozenset(ACTIONS[role]))
        self.today = ON_DAY
        self._source = source or help_source()
        self.parameters, self.origin = self._source.parameters, self._source.origin
        self._names, self._drafts = dict(names), list(drafts)
        self._since = SinceLast(since, list(changes))
        self.asked = 0

    def tables(self, family_ids=None):
        self.asked += 1
        return self._source.tables(family_ids)

    def names(self, owner_ids):
        return {owner: told for owner, told in self._names.items() if owner in owner_ids}

    def suggested_aid(self, month, family_id, rule):
        return self._source.suggested_aid(month, family_id, rule)

    def background(self, month):
        return self._source.background(month)

    def drafts_begun(self):
        return self._drafts

    def changes_since_last(self):
        return self._since
