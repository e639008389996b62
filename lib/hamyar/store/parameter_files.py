"""The centre's parameters as they lie on disk, and as a frozen month carries them.

``parameters/*.yaml`` are the centre's, and so are its catalogues in ``parameters/indicators``, ``…/programmes``
and ``…/calendar``.
``parameters/sample/*.yaml`` stand in for what only an official body can give
(a price index), and are laid over the others for synthetic data sets only, so an invented figure
can never reach a real family.  ``parameters/imports`` holds mapping files, which are no parameters.
"""

from collections.abc import Mapping
from pathlib import Path

from hamyar.core.catalogues import FOLDERS
from hamyar.core.errors import HamyarError
from hamyar.core.message import N_
from hamyar.core.parameters import ParameterSet

SAMPLE = "sample/"


class ParametersAbsent(HamyarError):
    msgid = N_("There are no parameters in {folder}. Name the folder with HAMYAR_PARAMETERS, or restore it.")


def read_parameter_texts(folder: Path, *, is_synthetic: bool) -> dict[str, str]:
    """The YAML documents that count for a data set, keyed by their path below ``folder``."""
    paths = sorted(folder.glob("*.yaml"))
    if not paths:
        raise ParametersAbsent(folder=str(folder))
    for catalogue in FOLDERS:
        paths += sorted((folder / catalogue).glob("*.yaml"))
    if is_synthetic:
        paths += sorted((folder / SAMPLE).glob("*.yaml"))
    return {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in paths}


def parameter_set(texts: Mapping[str, str]) -> ParameterSet:
    """The set that ``texts`` describe, with those of the sample laid over the rest."""
    base = ParameterSet.from_texts({name: text for name, text in texts.items() if not name.startswith(SAMPLE)})
    overlay = ParameterSet.from_texts({name: text for name, text in texts.items() if name.startswith(SAMPLE)})
    return base.overlaid(overlay)


def load_parameters(folder: Path, *, is_synthetic: bool = False) -> ParameterSet:
    return parameter_set(read_parameter_texts(folder, is_synthetic=is_synthetic))
