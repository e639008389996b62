"""Notebooks through both engines: the same answer, and no crash, hang or error that passes for success."""

import ast

import nbformat
import pytest

from hamyar.batch.freeze import BUNDLE_NAME, read_run
from hamyar.batch.notebooks import (
    ENGINES,
    PARAMETERS,
    EngineUnavailable,
    ParametersDiffer,
    check_parameters,
    execution_of,
    scrubbed,
)
from hamyar.batch.pages import ResultDiffers, check_result
from hamyar.store.bundle import Bundle
from tests.batch.cells import lives, made, ran, ran_in, record, threads_of_worker, tried, write_notebook
from tests.batch.making import freeze, task_of
from tests.batch.running import ROOT, new_centre

FORK, KERNEL = ENGINES
DOSSIER = ROOT / "notebooks" / "family_dossier.ipynb"

FAILURES = {
    "exception": "1 / 0",
    "syntax": "this is no Python",
    "exit": "import sys\nsys.exit(3)",
    "memory": "raise MemoryError",
    "interrupt": "raise KeyboardInterrupt",
    "crash": "import os\nos._exit(0)",
    "crash before the end": "import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)",
}


def cases_of(centre):
    return list(read_run(Bundle(centre.outputs() / BUNDLE_NAME)).results.index)


@pytest.mark.slow
class TestBothEngines:
    def test_same_notebook(self, month_run, in_worker):
        """A family's dossier comes out of both engines with the same bytes."""
        for case in cases_of(month_run)[:2]:
            assert in_worker(ran, DOSSIER, case, FORK) == in_worker(ran, DOSSIER, case, KERNEL)

    @pytest.mark.parametrize(
        "source",
        [
            "print('a'); print('b', end=''); print('c')",
            "1 + 1",
            "'متن'",
            "None",
            "from IPython.display import HTML, display\ndisplay(HTML('<b>x</b>')); HTML('<i>y</i>')",
            "import pandas\npandas.DataFrame({'a': [1]})",
            "import sys\nprint('b', file=sys.stderr)",
            "%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1, 2])\nprint(family, month)",
            "a = 5;\na;",
            "_ = 3\n_",
            "print('x', end='\\r'); print('y' * 3)",
        ],
    )
    def test_same_outputs(self, tmp_path, in_worker, source):
        """What a cell prints, shows and returns is recorded alike, count and all."""
        path = write_notebook(tmp_path, source, "family")

        assert in_worker(ran, path, "S-X", FORK) == in_worker(ran, path, "S-X", KERNEL)

    @pytest.mark.parametrize("engine", ENGINES)
    @pytest.mark.parametrize("failure", FAILURES)
    def test_failure_is_failure(self, tmp_path, in_worker, engine, failure):
        """Whatever ends a notebook early, the engine says so."""
        path = write_notebook(tmp_path, "a = 1", FAILURES[failure], "a")

        assert in_worker(tried, path, engine) != ""

    @pytest.mark.parametrize("engine", ENGINES)
    def test_hang_is_failure(self, tmp_path, in_worker, engine):
        """A notebook that does not end is ended, and is an error."""
        path = write_notebook(tmp_path, "import time\ntime.sleep(60)")

        assert in_worker(tried, path, engine, 2) in ("NotebookTimedOut", "CellTimeoutError")

    def test_same_notebook_for_a_dozen(self, tmp_path, in_worker):
        """Every family of the sample's dozen, with all its holes, comes out of both engines alike."""
        centre = new_centre(tmp_path / "dozen", 12)
        bundle = freeze(centre).bundle.path
        for case in list(read_run(Bundle(bundle)).results.index):
            assert in_worker(ran_in, bundle, DOSSIER, case, FORK) == in_worker(ran_in, bundle, DOSSIER, case, KERNEL)


class TestIsolation:
    def test_nothing_passes_on(self, tmp_path, in_worker):
        """A variable, a patched library or a changed setting of one notebook is not seen by the next."""
        dirty = """
            import builtins, os, sys
            import matplotlib, pandas
            matplotlib.rcParams["font.size"] = 77
            matplotlib.figure.Figure.savefig = None
            pandas.DataFrame.to_html = None
            os.environ["HAMYAR_DIRT"] = "1"
            builtins.dirt = leaked = 1
            sys.path.insert(0, "/dirt")
            os.chdir("/")
        """
        look = (
            "import os, sys, matplotlib, pandas\n"
            "from matplotlib.figure import Figure\n"
            "str([matplotlib.rcParams['font.size'] == 77, Figure.savefig is None, pandas.DataFrame.to_html is None,\n"
            "     'HAMYAR_DIRT' in os.environ, 'dirt' in dir(__builtins__), 'leaked' in globals(),\n"
            "     '/dirt' in sys.path, os.getcwd() == '/', family])"
        )
        (tmp_path / "one").mkdir()
        (tmp_path / "two").mkdir()
        dirty_source = "\n".join(line.strip() for line in dirty.strip().splitlines())
        first = write_notebook(tmp_path / "one", dirty_source, look)
        second = write_notebook(tmp_path / "two", look)

        assert seen(in_worker(ran, first, "S-A", FORK))[:6] == [True] * 6
        assert [*[False] * 8, "S-B"] == seen(in_worker(ran, second, "S-B", FORK))

    def test_what_a_cell_starts_ends_with_it(self, tmp_path, in_worker):
        """A process that a cell starts does not outlive its notebook."""
        source = "import subprocess\nstarted = subprocess.Popen(['sleep', '60'])\nstr([started.pid])"
        (process,) = seen(in_worker(ran, write_notebook(tmp_path, source), "S-A", FORK))

        assert not in_worker(lives, process)

    def test_one_thread(self, month_run, in_worker):
        """A process that forks has no threads of a numeric library beside it."""
        assert in_worker(threads_of_worker) == 1


class TestParameters:
    @pytest.mark.parametrize(
        "told",
        [
            {"family": "S-A", "month": "1404-08", "famliy": "S-B"},
            {"family": "S-A"},
            {"family": "", "month": "1404-08"},
            {"family": "S-A", "month": "1404-13"},
            {"family": ["S-A"], "month": "1404-08"},
        ],
    )
    def test_unknown_or_wrong(self, tmp_path, in_worker, told):
        """A parameter that the notebook does not know, lacks or cannot take is an error, not a default."""
        assert in_worker(tried, write_notebook(tmp_path, "family"), FORK, 60, told) == "ValidationError"

    def test_told_values_reach_the_cells(self, tmp_path, in_worker):
        """The notebook works with what it is told and not with its default."""
        assert b"S-TOLD" in in_worker(ran, write_notebook(tmp_path, "family"), "S-TOLD", FORK)

    def test_cell_and_model_agree(self):
        """The parameters cell of every printed notebook names exactly the fields of its model."""
        for name in PARAMETERS:
            check_parameters(ROOT / "notebooks" / f"{name}.ipynb")

    @pytest.mark.parametrize(
        "change", [("family:", "famliy:"), ("month: str", "mnth: str"), ("month:", "x: int = 1\nmonth:")]
    )
    def test_cell_differs(self, tmp_path, change):
        """A name that only the notebook or only the model knows stops the run, and is named."""
        path = write_notebook(tmp_path, "family")
        path.write_text(path.read_text("utf-8").replace(change[0], change[1].replace("\n", "\\n")), "utf-8")

        with pytest.raises(ParametersDiffer, match=change[1].split(":")[0]):
            check_parameters(path)

    def test_unknown_engine(self):
        """An engine that nobody knows is refused with those that can be used."""
        with pytest.raises(EngineUnavailable, match="nbclient"):
            execution_of("warp")


class TestPage:
    def test_wrong_result_is_not_kept(self, month_run, in_worker, tmp_path):
        """A page whose notebook disagrees with the assessment is refused, and nothing of it is written."""
        task = task_of(month_run, tmp_path, cases_of(month_run)[0], persons=99)
        outcome = in_worker(made, task)

        assert (outcome.stage, str(outcome.reason).count("persons")) == ("check", 1)
        assert [path for path in tmp_path.rglob("*") if path.is_file()] == []

    def test_result_missing(self, month_run, in_worker, tmp_path):
        """A notebook without its result record, or with two, makes no page."""
        for cells in ([], [record(), record()]):
            (tmp_path / str(len(cells))).mkdir()
            path = write_notebook(tmp_path / str(len(cells)), *cells)
            outcome = in_worker(made, task_of(month_run, tmp_path / "pages", "S-X", path))

            assert (outcome.stage, f"left {len(cells)} result" in str(outcome.reason)) == ("check", True)

    @pytest.mark.parametrize(("found", "expected"), [({}, {"a": 1}), ({"a": None}, {"a": 0}), ({"a": 1.5}, {"a": 1})])
    def test_check_names_the_column(self, found, expected):
        """Absent, missing and unequal values are all differences."""
        with pytest.raises(ResultDiffers, match=r": a\. Report"):
            check_result(found, expected)

    def test_scrubbed(self, month_run):
        """Executed notebooks keep no time, no path of a file and no trace of papermill."""
        for path in (month_run.outputs() / "families").glob("*.ipynb"):
            notebook = nbformat.read(path, as_version=4)

            assert notebook == scrubbed(notebook)
            assert set(notebook.metadata) == {"kernelspec"}
            assert "papermill" not in str([cell.metadata for cell in notebook.cells])


def seen(notebook: bytes) -> list:
    """The list that the last cell returned as a string."""
    output = nbformat.reads(notebook.decode(), as_version=4).cells[-1].outputs[-1]
    return ast.literal_eval(ast.literal_eval(output.data["text/plain"]))
