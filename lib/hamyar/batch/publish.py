"""The index of a run: a page that opens in any browser, offline, and leads to everything the run made.

It never hides a failure: pages that could not be made stand first.  It names cases, not people.
"""

import base64
from pathlib import Path
from typing import Any

import jinja2
import pandas as pd
from markupsafe import Markup

from hamyar.batch.freeze import FrozenRun
from hamyar.batch.pages import PageOutcome, file_name
from hamyar.core.rial import Money, currency_of
from hamyar.faces.blocks import value_html
from hamyar.faces.fonts import FONT_FOLDER
from hamyar.faces.level_looks import level_icon, level_title
from hamyar.store.files import write_bytes_atomically
from hamyar.words import Words

TEMPLATES = Path(__file__).parent / "templates"
INDEX_NAME = "index.html"


def write_index(folder: Path, run: FrozenRun, words: Words, failed: list[PageOutcome]) -> None:
    """Write ``index.html`` for what lies in ``folder``."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, undefined=jinja2.StrictUndefined
    )
    page = environment.get_template("index.html.j2").render(
        words=words,
        month=words.month(run.assessment.month),
        centre=run.tables.title,
        is_synthetic=run.tables.is_synthetic,
        has_report=(folder / "centre_report.pdf").is_file(),
        has_levels=run.levels is not None,
        rows=[_row(folder, case, run, words) for case in run.results.index],
        failed=[{"case": outcome.case, "reason": words(outcome.reason)} for outcome in failed if outcome.reason],
        font=base64.b64encode((FONT_FOLDER / "Vazirmatn-Regular.ttf").read_bytes()).decode(),
        provenance=run.bundle.meta.data_hash[:12],
    )
    write_bytes_atomically(folder / INDEX_NAME, page.encode())


def _row(folder: Path, case: str, run: FrozenRun, words: Words) -> dict[str, Any]:
    gap = run.results.at[case, "gap_before_aid_money"]
    page = folder / "families" / f"{file_name(case)}.pdf"
    money = None if pd.isna(gap) else Money(int(gap), currency_of(run.assessment.currency))
    return {
        "case": case,
        "link": f"families/{page.name}".replace("%", "%25") if page.is_file() else "",
        "gap": value_html(money, words),
        "level": _level(run.results.at[case, "level"], words) if run.levels else "",
    }


def _level(level: str, words: Words) -> Markup:
    """The level by its shape and word; a page without the colours of print still tells it."""
    return level_icon(level, words) + level_title(level, words)
