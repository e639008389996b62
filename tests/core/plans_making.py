"""A small catalogue of programmes and rows of plans for tests, made inline so that a test shows all it rests on."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import yaml

from hamyar.core.parameters import ParameterSet
from hamyar.core.tables import ASSIGNMENTS, PLANS, CaseTables, conform
from tests.core.making import flows, tables

TEXT = {"fa": "نمونه", "en": "Sample"}
FROM, UNTIL = 14050801, 14060730


def programme(code: str, indicators: Mapping[str, int] | None = None, **plan: Any) -> dict[str, Any]:
    """One programme as written; ``plan`` gives what is not an hour once by the helper."""
    given = {"minutes": 60, "done_by": "helper", "success": TEXT} | plan
    entry = {"code": code, "label": {"fa": code, "en": code}, "means": "talk", "description": TEXT}
    needs_expert = {"needs_expert": True} if given["done_by"] != "helper" else {}
    return entry | needs_expert | {"indicators": dict(indicators or {"h": 2}), "since": "1300-01-01", "plan": given}


def parameters(*focused: dict[str, Any], standing: tuple[dict[str, Any], ...] = (), months: int = 12) -> ParameterSet:
    """A centre's parameters: these focused programmes, one of general help, and these standing activities."""
    value = {"value": months, "status": "confirmed", "source": "a test"}
    text = {"label": TEXT, "description": TEXT, "kind": "count", "unit": "month", "reference": "a test"}
    documents: dict[str, Any] = {
        "assignment_months.yaml": {"name": "assignment_months", **text, "values": {"1300-01-01": value}}
    }
    for kind, programmes in (("focused", focused), ("general", (programme("workshop", {"h": 1}),))):
        found = {"help": kind, "label": TEXT, "means": {"talk": TEXT}, "programmes": list(programmes)}
        documents[f"programmes/{kind}.yaml"] = found
    if standing:
        entries = [
            {"label": TEXT, "description": TEXT, "source": "a test", "since": "1300-01-01"} | e for e in standing
        ]
        documents["calendar/standing.yaml"] = {"name": "standing", "label": TEXT, "activities": entries}
    return ParameterSet.from_texts({file: yaml.safe_dump(found) for file, found in documents.items()})


def plan_row(family: str, code: str, **others: Any) -> dict[str, Any]:
    given = {"family_id": family, "subject_id": family, "programme": code, "from_day": FROM, "decision": "accepted"}
    return given | others


def plans(*rows: dict[str, Any]) -> pd.DataFrame:
    return conform(PLANS, pd.DataFrame(list(rows), columns=PLANS.column_names))


def assignments(*rows: tuple[str, str, int, int]) -> pd.DataFrame:
    """Rows of (family, helper, from, until)."""
    frame = pd.DataFrame(list(rows), columns=["family_id", "helper_id", "from_day", "until_day"])
    return conform(ASSIGNMENTS, frame)


def carried(*rows: dict[str, Any], **others: Any) -> CaseTables:
    """Families F1 and F2, whom helper H1 carries for a year, with these rows of plans."""
    held = assignments(("F1", "H1", FROM, UNTIL), ("F2", "H1", FROM, UNTIL))
    return tables(flows(), "F1", "F2", **{"plans": plans(*rows), "assignments": held, **others})
