"""The notebooks are thin, clean on disk, and listed: checked by reading them."""

import ast
import re

import nbformat
import pytest

from hamyar.batch.notebooks import PARAMETERS
from hamyar.core.jalali import Month
from hamyar.core.sample import generate
from hamyar.faces.sources import SAMPLE_FAMILIES, SAMPLE_LAST_MONTH, SAMPLE_SEED
from tests.batch.running import ROOT

PATHS = sorted((ROOT / "notebooks").glob("*.ipynb"))
LONGEST_CELL = 10
FORBIDDEN = (
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda),
    *(ast.For, ast.AsyncFor, ast.While, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp),
)
# Database language, paths and addresses, and markup have no place in a cell's text.
NOT_IN_TEXT = re.compile(
    r"\b(?:select|insert|update|delete)\b.+\b(?:from|into|set)\b|[/\\]\w+[/\\]|<\w+[^>]*>|https?:", re.IGNORECASE
)
KNOWN_TAGS = {"parameters", "setup", "result", "provenance", "hide-in-report", "nbval-ignore-output"}


@pytest.fixture(name="notebook", params=PATHS, ids=lambda path: path.stem)
def _notebook(request):
    return nbformat.read(request.param, as_version=nbformat.NO_CONVERT)


def tagged(notebook, tag):
    return [place for place, cell in enumerate(notebook.cells) if tag in cell.metadata.get("tags", [])]


def code_of(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def test_there_are_notebooks():
    """Every notebook that the run prints is there."""
    assert set(PARAMETERS) <= {path.stem for path in PATHS}


class TestOrder:
    def test_begins_with_its_question(self, notebook):
        """The first cell is prose: what the notebook answers, and for whom."""
        assert notebook.cells[0].cell_type == "markdown"
        assert len(notebook.cells[0].source) > 20

    def test_parameters_come_second(self, notebook):
        """Exactly one cell holds the parameters, and it is the second."""
        assert tagged(notebook, "parameters") == [1]

    def test_ends_with_result_and_provenance(self, notebook):
        """The last cell but one is the result record, the last one says where the page comes from."""
        last = len(notebook.cells) - 1

        assert (tagged(notebook, "result"), tagged(notebook, "provenance")) == ([last - 1], [last])

    def test_every_heading_is_answered(self, notebook):
        """Below each piece of prose stands the call that answers it."""
        kinds = "".join(cell.cell_type[0] for cell in notebook.cells)

        assert "mm" not in kinds
        assert kinds.endswith("cc")

    def test_tags_are_known(self, notebook):
        """No tag is misspelt."""
        tags = {tag for cell in notebook.cells for tag in cell.metadata.get("tags", [])}

        assert tags - KNOWN_TAGS == set()


class TestParametersCell:
    def test_typed_and_explained(self, notebook):
        """Each line is ``name: type = default  # help``."""
        lines = notebook.cells[1].source.splitlines()

        assert [line for line in lines if not re.fullmatch(r"[a-z_]+: (?:str|int|bool) = \S+  # \S.+", line)] == []
        assert 1 <= len(lines) <= 6

    def test_defaults_are_made_up(self, notebook):
        """The defaults name a family and a month of the sample that every machine has."""
        months = (SAMPLE_LAST_MONTH + -12).until(SAMPLE_LAST_MONTH)
        families = set(generate(SAMPLE_FAMILIES, months, SAMPLE_SEED).tables.families["family_id"])
        told = {node.target.id: ast.literal_eval(node.value) for node in ast.parse(notebook.cells[1].source).body}

        assert told.get("family", next(iter(families))) in families
        assert Month.parse(told["month"]) in months


class TestThinness:
    def test_no_logic(self, notebook):
        """No function, class or loop stands in a cell."""
        found = [
            type(node).__name__
            for cell in code_of(notebook)
            for node in ast.walk(ast.parse(cell.source))
            if isinstance(node, FORBIDDEN)
        ]

        assert found == []

    def test_no_foreign_language(self, notebook):
        """No cell's text holds SQL, a path, an address or markup."""
        texts = [
            node.value
            for cell in code_of(notebook)
            for node in ast.walk(ast.parse(cell.source))
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        ]

        assert [text for text in texts if NOT_IN_TEXT.search(text)] == []

    def test_only_our_faces(self, notebook):
        """A notebook imports from the faces and from nowhere else, in its setup cell."""
        (setup,) = tagged(notebook, "setup")
        imports = {
            (place, node.module if isinstance(node, ast.ImportFrom) else node.names[0].name)
            for place, cell in enumerate(notebook.cells)
            if cell.cell_type == "code"
            for node in ast.walk(ast.parse(cell.source))
            if isinstance(node, ast.Import | ast.ImportFrom)
        }

        assert {place for place, _ in imports} == {setup}
        assert [module for _, module in imports if not module.startswith("hamyar.faces.")] == []

    def test_short_cells(self, notebook):
        """No cell is longer than a person reads at a glance."""
        assert [cell.id for cell in code_of(notebook) if len(cell.source.splitlines()) > LONGEST_CELL] == []

    def test_prose_is_static(self, notebook):
        """Prose holds no braces to fill, no markup and no address."""
        prose = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]

        assert [text for text in prose if re.search(r"[{}<>]|https?:", text)] == []


class TestCleanOnDisk:
    def test_stripped(self, notebook):
        """No output and no count is kept."""
        assert [cell.id for cell in code_of(notebook) if cell.outputs or cell.execution_count] == []

    def test_metadata(self, notebook):
        """The kernel is python3, and no trace of a run or of an editor is left."""
        assert notebook.metadata.kernelspec.name == "python3"
        assert set(notebook.metadata) <= {"kernelspec", "language_info"}
        assert {name for cell in notebook.cells for name in cell.metadata} <= {"tags"}

    def test_ids(self, notebook):
        """Cell ids are words that were chosen, each once."""
        ids = [cell.id for cell in notebook.cells]

        assert len(ids) == len(set(ids))
        assert [found for found in ids if not re.fullmatch(r"[a-z]+(?:-[a-z]+)*", found)] == []

    def test_valid(self, notebook):
        """The notebook keeps to the format that ids belong to."""
        nbformat.validate(notebook)

        assert (notebook.nbformat, notebook.nbformat_minor) >= (4, 5)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_in_the_readme(path):
    """The README names every notebook."""
    assert path.name in (ROOT / "README.md").read_text("utf-8")


def test_nothing_else_lies_there():
    """No copy, checkpoint or paired file lies among the notebooks."""
    allowed = {path.name for path in PATHS} | {"images"}

    assert {path.name for path in (ROOT / "notebooks").iterdir() if path.name != ".ipynb_checkpoints"} <= allowed
    assert [path.name for path in PATHS if not re.fullmatch(r"[a-z]+(?:_[a-z]+)*\.ipynb", path.name)] == []
