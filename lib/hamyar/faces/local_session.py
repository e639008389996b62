"""A session without a server: the synthetic sample, in a store of its own that ends with the notebook.

Somebody of the sample is signed in: by default the manager, who carries families like a helper too, so that every page
has something to show.  Names are the sample's, invented, as everything in it is.
Drafts and submissions go into a real store in a folder that is removed at the end, so what a form is told when it
submits is what the server would have told it: versions, conflicts, refusals.
The clock stands still on the last day of the sample's last month.
"""

import datetime as dt
import shutil
import tempfile
import weakref
from functools import lru_cache
from pathlib import Path

import pandas as pd

from hamyar.core.jalali import gregorian
from hamyar.core.parameters import ParameterSet
from hamyar.core.sample import helper_identities
from hamyar.core.tables import FACT_TABLES, IDENTITIES
from hamyar.faces.desk import CentreFacts, Desk
from hamyar.faces.sources import SAMPLE_LAST_MONTH, SAMPLE_SEED, made_sample, sample_source
from hamyar.store.access import ROLES_OF_A_PERSON, Access, Role, User
from hamyar.store.settings import Settings
from hamyar.store.store import Store

TODAY = SAMPLE_LAST_MONTH.code * 100 + SAMPLE_LAST_MONTH.days
# Noon in Iran, whatever the clock of this machine says.
_NOON = dt.time(8, 30, tzinfo=dt.UTC)
_DATABASE, _KEY = "sample.sqlite3", "sample.key"


def sample_now() -> dt.datetime:
    """The moment at which a session over the sample stands still, in UTC."""
    return dt.datetime.combine(gregorian(TODAY), _NOON)


class LocalSession(Desk):
    """The sample as ``role`` sees it; ``person_id`` is the first helper with families unless another is named.

    Each session has its own copy of the sample: nothing one submits is seen by another, but a session made with
    :meth:`beside` shares its store.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        role: Role = "manager",
        person_id: str | None = None,
        *,
        store: Store | None = None,
    ) -> None:
        settings = settings or Settings.from_environment()
        self._settings = settings
        self.store = store or _copy_of_sample(settings.parameters, self)
        carrier = _first_carrier(settings.parameters)
        person = person_id or (carrier if role in (*ROLES_OF_A_PERSON, "manager") else None)
        user = User(f"sample-{role}" if person_id is None else f"sample-{role}-{person_id}".lower(), role, person)
        facts = CentreFacts(self.store, sample_source(settings.parameters).parameters)
        super().__init__(facts, Access(self.store, user))

    def beside(self, role: Role, person_id: str | None = None) -> "LocalSession":
        """Somebody else at the same store: what one submits, the other sees.  It ends with this session."""
        other = LocalSession(self._settings, role, person_id, store=self.store)
        # The folder goes with the session that made it, so that one has to stay.
        other._made_by = self
        return other

    _made_by: "LocalSession | None" = None


def _first_carrier(parameters: Path) -> str | None:
    """The helper of the sample who carries families on the last day, the first by code."""
    rows = sample_source(parameters).tables().assignments
    held = rows[(rows["from_day"] <= TODAY) & (rows["until_day"] >= TODAY)]
    return min(held["helper_id"].astype("str"), default=None)


def _copy_of_sample(parameters: Path, owner: object) -> Store:
    folder = Path(tempfile.mkdtemp(prefix="hamyar-sample-"))
    for name, content in _recorded(parameters, sample_source(parameters).parameters).items():
        (folder / name).write_bytes(content)
        (folder / name).chmod(0o600)
    store = Store.open(f"sqlite:///{folder / _DATABASE}", folder / _KEY, clock=sample_now)
    weakref.finalize(owner, _remove, store, folder)
    return store


def _remove(store: Store, folder: Path) -> None:
    store.close()
    shutil.rmtree(folder, ignore_errors=True)


@lru_cache(maxsize=1)
def _recorded(parameters: Path, rules: ParameterSet) -> dict[str, bytes]:
    """The files of a store in which the sample is recorded, with all names; made once in a process."""
    sample, _ = made_sample(parameters)
    tables = sample_source(parameters).tables()
    identities = sample.identities
    if len(tables.helpers):
        identities = pd.concat([identities, helper_identities(tables.helpers, SAMPLE_SEED)], ignore_index=True)
    folder = Path(tempfile.mkdtemp(prefix="hamyar-sample-"))
    try:
        url, key = f"sqlite:///{folder / _DATABASE}", folder / _KEY
        with (
            Store.create(url, key, title=tables.title, is_synthetic=True, clock=sample_now) as store,
            store.change("hamyar", f"synthetic sample, seed {SAMPLE_SEED}") as change,
        ):
            for name, table in FACT_TABLES.items():
                change.record(table, getattr(tables, name))
            change.record(IDENTITIES, identities)
        return {name: (folder / name).read_bytes() for name in (_DATABASE, _KEY)}
    finally:
        shutil.rmtree(folder)
