"""A notebook of the project as a page of stock Voilà: its cells, without what the server does to them."""

from pathlib import Path

import nbformat

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


def cells_of(name: str, **parameters: object) -> list[str]:
    """The cells of a notebook as the fixture ``serve`` takes them, with ``parameters`` in place of the defaults.

    The result record is left out: it is for programs, and the server shows it to nobody.
    """
    found = []
    for cell in nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4).cells:
        tags = cell.metadata.get("tags", [])
        if "result" in tags:
            continue
        # The fixture knows prose by one sign, so headings of every depth become one.
        text = cell.source.replace("## ", "# ", 1) if cell.cell_type == "markdown" else cell.source
        given = "\n".join(f"{key} = {value!r}" for key, value in parameters.items())
        found.append(f"{text}\n{given}" if "parameters" in tags and given else text)
    return found
