"""Freezing a month: which facts, under which parameters, a month's run is made from.

Facts are never overwritten, so to freeze is only to note where the audit log stood.
The facts as of that change can be read again at any time, and their hash says whether they are still the same.
A correction of a frozen month is recorded as one, and the month is frozen again, with the reason, as a new version.
"""

from dataclasses import dataclass

import sqlalchemy as sa

from hamyar.core.errors import HamyarError
from hamyar.core.jalali import Month
from hamyar.core.message import N_
from hamyar.store.models import frozen_months


class FrozenDataDiffer(HamyarError):
    msgid = N_(
        "The facts of the frozen month {month} are no longer those that were frozen. "
        "Run 'hamyar audit verify' and restore the database from a backup."
    )


@dataclass(frozen=True)
class FrozenMonth:
    """One freezing of one month.  The facts are those as of ``change_seq``."""

    month: Month
    version: int
    change_seq: int
    head_hash: str
    data_hash: str
    parameters_fingerprint: str
    frozen_at: str
    frozen_by: str
    again_because: str | None = None


def read_frozen(connection: sa.Connection, month: Month) -> FrozenMonth | None:
    """The latest freezing of ``month``."""
    latest = (
        sa.select(frozen_months)
        .where(frozen_months.c.month == month.code)
        .order_by(frozen_months.c.version.desc())
        .limit(1)
    )
    row = connection.execute(latest).first()
    if row is None:
        return None
    return FrozenMonth(
        month=Month.from_code(row.month),
        version=row.version,
        change_seq=row.data_seq,
        head_hash=row.head_hash,
        data_hash=row.data_hash,
        parameters_fingerprint=row.parameters_fingerprint,
        frozen_at=row.frozen_at,
        frozen_by=row.frozen_by,
        again_because=row.again_because,
    )


def as_row(frozen: FrozenMonth) -> dict[str, object]:
    """The row of ``frozen_months`` that says this."""
    return {
        "month": frozen.month.code,
        "version": frozen.version,
        "data_seq": frozen.change_seq,
        "head_hash": frozen.head_hash,
        "data_hash": frozen.data_hash,
        "parameters_fingerprint": frozen.parameters_fingerprint,
        "frozen_at": frozen.frozen_at,
        "frozen_by": frozen.frozen_by,
        "again_because": frozen.again_because,
    }
