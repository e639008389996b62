"""What a form hands over: the rows that differ from the file, with the versions they were typed over."""

from collections.abc import Mapping

import pandas as pd

from hamyar.core.tables import ALL_TABLES, IDENTITIES, conform
from hamyar.faces.form.drafts import FormDrafts
from hamyar.faces.form.fields import Target, target_of
from hamyar.faces.form.file import WRITTEN, FamilyFile, Key
from hamyar.faces.form.rows import Overlay, frame_of
from hamyar.faces.form.shown import line_of
from hamyar.store.submission import WITHDRAWN, Submission

_TABLE_OF: Mapping[str, str] = {
    "member": "members",
    "flow": "flows",
    "obs": "observations",
    "food": "food_weeks",
    "visit": "visits",
    "plan": "plans",
    "goal": "goals",
    "name": "identities",
}


def row_of(file: FamilyFile, target: Target) -> tuple[str, Key]:
    """The table and the key of the row that a field belongs to; of an answer the row it would be recorded in."""
    of = file.setting
    key: Key
    match target.what:
        case "flow":
            key = (of.family_id, of.month.code, *line_of(target))
        case "obs":
            key = (of.family_id, *target.key, of.observer_id, of.day)
        case "food":
            key = file.food_key
        case "plan" | "goal":
            subject, code, from_day = target.key
            key = (of.family_id, subject, code, int(from_day) if from_day.isdecimal() else 0)
        case "name":
            key = (target.key[0], target.column)
        case _:
            key = target.key
    return _TABLE_OF[target.what], key


def base_of(file: FamilyFile, target: Target) -> int | None:
    """The version of a field's row in the file; ``None`` where it has none."""
    return file.versions.get(row_of(file, target))


def submission_of(overlay: Overlay, drafts: FormDrafts, reason: str) -> Submission | None:
    """Everything that differs from the file; ``None`` where nothing does."""
    rows = {name: found for name, found in overlay.rows.items() if found}
    names = {(row["owner_id"], row["field"]): row for row in overlay.names}
    if not rows and not names and not overlay.withdrawn:
        return None
    bases = _Bases(overlay.file, drafts)
    frames = {name: frame_of(WRITTEN[name], found) for name, found in rows.items()}
    identities = conform(IDENTITIES, pd.DataFrame(list(names.values()), columns=IDENTITIES.column_names))
    gone = {name: pd.DataFrame(keys, columns=list(ALL_TABLES[name].key)) for name, keys in overlay.withdrawn.items()}
    of = overlay.file.setting
    return Submission(
        of.family_id,
        of.month,
        frames=frames,
        bases={
            **{name: bases.of(name, list(found)) for name, found in rows.items()},
            **({IDENTITIES.name: bases.of(IDENTITIES.name, list(names))} if names else {}),
            **{f"{WITHDRAWN}{name}": bases.of(name, keys) for name, keys in overlay.withdrawn.items()},
        },
        withdrawn=gone,
        identities=identities,
        reason=reason,
    )


def handed_in(overlay: Overlay, drafts: FormDrafts) -> list[str]:
    """The drafts whose rows :func:`submission_of` holds; others, such as those of a visit that is gone, stay."""
    rows = {(name, key) for name, found in (*overlay.rows.items(), *overlay.withdrawn.items()) for key in found}
    rows |= {(IDENTITIES.name, (row["owner_id"], row["field"])) for row in overlay.names}
    answered = {key[1:3] for key in overlay.rows["observations"]}
    found = []
    for field in drafts.values:
        target = target_of(field)
        is_answer = target.what == "obs" and target.key in answered
        if is_answer or row_of(overlay.file, target) in rows:
            found.append(field)
    return found


class _Bases:
    """The version that each row was typed over: as its drafts remember it, else as the file has it."""

    def __init__(self, file: FamilyFile, drafts: FormDrafts) -> None:
        self._file, self._drafts = file, drafts
        self._typed: dict[tuple[str, Key], list[str]] = {}
        for field in drafts.values:
            self._typed.setdefault(row_of(file, target_of(field)), []).append(field)

    def of(self, table: str, keys: list[Key]) -> pd.Series:
        return pd.Series([self._base(table, key) for key in keys], dtype="Int64")

    def _base(self, table: str, key: Key) -> int | None:
        typed = self._typed.get((table, key))
        return self._drafts.base(typed) if typed else self._file.versions.get((table, key))
