"""What synthetic families wish of their helper, and what was decided about it by hand.

Drawn by the number of the family, so a family wishes the same in a sample of any size.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from hamyar.core.sample.blocks import blocks_of
from hamyar.core.sample.columns import words_column
from hamyar.core.sample.draws import Draws
from hamyar.core.sample.helpers import LANGUAGES
from hamyar.core.sample.work_words import CHOSEN, NEVER
from hamyar.core.tables import FAMILY_WISHES, HELPER_CHOICES, YES_NO, CaseTables, conform

WISH_STREAM = 1_002
_ASKED = 0.85
_WOMAN_IF_WOMAN_HEAD, _WOMAN_OTHERWISE = 0.6, 0.06
_WISH_KNOWN, _LANGUAGE_KNOWN = 0.9, 0.9
_LANGUAGE_WEIGHTS = (0.84, 0.11, 0.05)
# In fewer helpers' samples a choice by hand could leave no plan.
_HELPERS_TO_CHOOSE = 3


def wish_frame(tables: CaseTables, seed: int, first_number: int) -> pd.DataFrame:
    """FAMILY_WISHES of most families; of the rest nobody knows yet."""
    columns: dict[str, list[np.ndarray]] = {"asked": [], "woman": [], "woman_known": [], "language": [], "spoken": []}
    for _, key, keep in blocks_of(first_number, len(tables.families)):
        draws = Draws((seed, WISH_STREAM, key), keep)
        columns["asked"].append(draws.chance(_ASKED))
        columns["woman"].append(draws.uniform())
        columns["woman_known"].append(draws.chance(_WISH_KNOWN))
        columns["language"].append(draws.pick(_LANGUAGE_WEIGHTS))
        columns["spoken"].append(draws.chance(_LANGUAGE_KNOWN))
    drawn = {name: np.concatenate(parts) for name, parts in columns.items()}
    ids = tables.families["family_id"].astype("str")
    heads = tables.members[tables.members["role"].eq("head")]
    is_woman = ids.isin(heads.loc[heads["sex"].eq("female"), "family_id"].astype("str")).to_numpy()
    asks = drawn["woman"] < np.where(is_woman, _WOMAN_IF_WOMAN_HEAD, _WOMAN_OTHERWISE)
    frame = pd.DataFrame(
        {
            "family_id": ids,
            "asks_for_woman": words_column(_told(~asks, drawn["woman_known"]), YES_NO, is_large=False),
            "language": words_column(_told(drawn["language"], drawn["spoken"]), LANGUAGES, is_large=False),
            "source": "family",
        }
    )
    return conform(FAMILY_WISHES, frame[drawn["asked"]])


def _told(places: np.ndarray, is_told: np.ndarray) -> np.ndarray:
    """Places in a list of words; -1, which is missing, where nothing was told."""
    return np.where(is_told, places.astype(np.int8), np.int8(-1))


def choice_frame(family_ids: Sequence[str], helper_ids: Sequence[str]) -> pd.DataFrame:
    """HELPER_CHOICES: for one of the harmed ``family_ids`` a helper is ruled out, and for another one is chosen.

    The chosen one is the first helper, whom no wish of a family can rule out.
    """
    if len(helper_ids) < _HELPERS_TO_CHOOSE or len(family_ids) < 2:
        return HELPER_CHOICES.empty()
    rows = [
        {"family_id": family_ids[0], "helper_id": helper_ids[1], "choice": "never", "reason": NEVER},
        {"family_id": family_ids[1], "helper_id": helper_ids[0], "choice": "chosen", "reason": CHOSEN},
    ]
    return conform(HELPER_CHOICES, pd.DataFrame(rows).assign(source="family"))
