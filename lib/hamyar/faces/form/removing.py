"""Who or what can be taken out of a form as entered wrongly, and what goes with it.

A member that other entries name cannot go: what was told, decided and planned for somebody would be about nobody.
What goes along is what the same visit could have told: the member's answers, and the name on this month's money.
"""

from collections.abc import Iterator

from hamyar.core.errors import HamyarError
from hamyar.core.message import N_
from hamyar.faces.form.file import FamilyFile

# Where a member is named, besides its own row and what goes with it.
_NAMING = (
    *(("plans", "subject_id"), ("goals", "subject_id"), ("visits", "member_id")),
    *(("enrolments", "subject_id"), ("group_members", "person_id")),
)


class MemberNamed(HamyarError):
    msgid = N_(
        "Other entries name this member, so it stays: money of earlier months, other helpers’ answers, help or visits. "
        "Where the member was entered wrongly all the same, ask the manager of the centre."
    )


def refuse_named(file: FamilyFile, member_id: str, *, may_withdraw_others: bool) -> None:
    """Raises ``MemberNamed`` where the file names a member in what a form cannot take back."""
    if any(_named(file, member_id, may_withdraw_others)):
        raise MemberNamed()


def _named(file: FamilyFile, member_id: str, may_withdraw_others: bool) -> Iterator[bool]:
    tables, of = file.tables, file.setting
    flows = tables.flows
    yield bool(((flows["member_id"] == member_id) & (flows["month"] != of.month.code)).any())
    told = tables.observations
    if not may_withdraw_others:
        yield bool(((told["subject_id"] == member_id) & (told["observer_id"] != of.observer_id)).any())
    for name, column in _NAMING:
        yield bool((getattr(tables, name)[column] == member_id).any())
