"""The one typeface of Hamyar, for screen, plot and paper: Vazirmatn, shipped with its licence.

A font of the machine would make two machines print two different pages, so both matplotlib and the PDF renderer
are given the files in ``fonts/`` and nothing else.
"""

from functools import lru_cache
from pathlib import Path

from matplotlib import font_manager

FAMILY = "Vazirmatn"
FONT_FOLDER = Path(__file__).parent / "fonts"
FONT_FILES = {400: FONT_FOLDER / "Vazirmatn-Regular.ttf", 700: FONT_FOLDER / "Vazirmatn-Bold.ttf"}


@lru_cache(maxsize=1)
def register_fonts() -> None:
    """Make the family known to matplotlib; once per process is enough."""
    for path in FONT_FILES.values():
        font_manager.fontManager.addfont(path)


def font_faces() -> str:
    """CSS that declares the family from the shipped files."""
    return "\n".join(
        f'@font-face {{ font-family: "{FAMILY}"; font-weight: {weight}; src: url("{path.as_uri()}") }}'
        for weight, path in FONT_FILES.items()
    )
