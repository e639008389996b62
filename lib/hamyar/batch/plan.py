"""Which pages a run makes: for each its notebook, parameters, place, what stands around it, and what it must find."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from hamyar.batch.freeze import FrozenRun
from hamyar.batch.pages import PageTask, file_name
from hamyar.core.economy.assessment import record_of
from hamyar.core.message import N_
from hamyar.store.store import Store
from hamyar.words import Words

FAMILY_NOTEBOOK, CENTRE_NOTEBOOK = "family_dossier.ipynb", "centre_report.ipynb"
CENTRE = "centre_report"


def printed_names(store: Store, run: FrozenRun, selected: Sequence[str]) -> dict[str, str] | None:
    """The name to print on each family's pages: its own, else its head's; ``None`` when the key is not at hand."""
    if not store.can_read_secrets:
        return None
    members = run.tables.members
    heads = members[(members["role"] == "head") & members["family_id"].isin(selected)]
    head_of = dict(zip(heads["family_id"], heads["member_id"], strict=True))
    secrets = store.identities([*selected, *head_of.values()], as_of=run.bundle.meta.change_seq)
    names: dict[str, str] = {}
    for family_id in selected:
        for owner in (family_id, head_of.get(family_id, "")):
            if name := secrets.get(owner, {}).get("name"):
                names.setdefault(family_id, name)
    return names


def plan_pages(
    run: FrozenRun, selected: Sequence[str], notebooks: Path, folder: Path, words: Words, names: Mapping[str, str]
) -> list[PageTask]:
    """One page for each selected family and one for the centre, in ``folder``; ``names`` go to paper only."""
    month = run.assessment.month
    around = {
        "month": month,
        "centre": run.tables.title,
        "is_synthetic": run.tables.is_synthetic,
        "created": run.bundle.meta.frozen_at,
    }
    tasks = [
        PageTask(
            case=case,
            notebook=notebooks / FAMILY_NOTEBOOK,
            parameters={"family": case, "month": str(month)},
            target=folder / "families" / f"{file_name(case)}.pdf",
            header={**around, "title": words(N_("Family dossier")), "case": case, "family_name": names.get(case)},
            expected=record_of(run.results.loc[case]),
        )
        for case in selected
    ]
    report = PageTask(
        case=CENTRE,
        notebook=notebooks / CENTRE_NOTEBOOK,
        parameters={"month": str(month)},
        target=folder / f"{CENTRE}.pdf",
        header={**around, "title": words(N_("Report of the centre"))},
        expected=_expected_of_centre(run.results),
    )
    return [*tasks, report]


def _expected_of_centre(results: pd.DataFrame) -> dict[str, int]:
    gaps = results["gap_before_aid_money"]
    levels = results["level"].value_counts() if "level" in results else {}
    return {
        **{f"levels_{level}": int(count) for level, count in levels.items()},
        "families": len(results),
        "gaps_open": int((gaps > 0).sum()),
        "gaps_unknown": int(gaps.isna().sum()),
        "gap_before_aid_money": int(gaps.sum()),
    }
