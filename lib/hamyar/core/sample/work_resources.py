"""Who could take a programme in hand for the sample's families: near, in the province and in the country."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from hamyar.core.sample.draws import opaque_codes
from hamyar.core.sample.work_words import RESOURCES as STOCK
from hamyar.core.tables import RESOURCES, conform

_CODE_LENGTH, _CODES_FROM = 4, 340_000


def resource_frame(areas: Sequence[str], programmes: Sequence[str], seed: int) -> pd.DataFrame:
    """RESOURCES with those of their programmes that the catalogue has; some serve one of ``areas`` only."""
    codes = opaque_codes(np.arange(len(STOCK)) + _CODES_FROM, seed, "R-", _CODE_LENGTH)
    rows = []
    for number, (title, reach, is_of_one_area, can, capacity, source) in enumerate(STOCK):
        known = [code for code in can if code in programmes]
        if known:
            rows.append(
                {
                    "resource_id": str(codes[number]),
                    "title": title,
                    "reach": reach,
                    "area": areas[number % len(areas)] if is_of_one_area and areas else None,
                    "programmes": " ".join(known),
                    "capacity": capacity,
                    "source": source,
                }
            )
    return conform(RESOURCES, pd.DataFrame(rows)) if rows else RESOURCES.empty()
