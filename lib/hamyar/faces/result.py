"""The result record: what a notebook found, for programs.

Each notebook of the monthly run ends with one record, an output of its own media type that no page shows.
The run holds it against the row of the vectorised assessment; researchers collect the records of many notebooks.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hamyar.core.errors import HamyarError
from hamyar.core.message import N_

if TYPE_CHECKING:
    # Every kernel that shows a family imports this module, and nbformat costs it seconds.
    from nbformat import NotebookNode

RESULT_MIME = "application/vnd.hamyar.result+json"


class ResultMissing(HamyarError):
    msgid = N_("The notebook left {count} result records; it must leave exactly one, in its last but one cell.")


@dataclass(frozen=True)
class Result:
    """One record: ``kind`` of notebook, ``status`` (``complete`` or ``incomplete``) and its ``values``."""

    kind: str
    subject: str
    month: str
    status: str
    values: dict[str, Any]

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        record = {"kind": self.kind, "subject": self.subject, "month": self.month, "status": self.status}
        return {
            RESULT_MIME: {**record, "values": self.values},
            "text/plain": f"{self.kind} {self.month}: {self.status}",
        }


def read_result(notebook: "NotebookNode") -> dict[str, Any]:
    """The record of an executed notebook; ``ResultMissing`` unless there is exactly one."""
    found = [
        output.data[RESULT_MIME]
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
        if RESULT_MIME in output.get("data", {})
    ]
    if len(found) != 1:
        raise ResultMissing(count=len(found))
    return dict(found[0])
