"""One bad family: the others are made, the run says so, and nothing hides it."""

import json
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from hamyar.batch.freeze import BUNDLE_NAME, read_run
from hamyar.store.bundle import Bundle
from tests.batch.running import MONTH, ROOT, Centre, files_of, new_centre

# A month is run twice, and a worker dies in it.
pytestmark = pytest.mark.slow

TROUBLE = """
import os
from pathlib import Path
trouble = Path(os.environ["HAMYAR_TEST_TROUBLE"])
kind = trouble.read_text() if trouble.exists() else ""
assert not (kind and family == kind.split()[0]), f"no answer for {family}"
if kind and family == kind.split()[1]:
    os.kill(os.getppid(), 9)
""".strip()


@pytest.fixture(name="centre", scope="module")
def _centre(tmp_path_factory):
    """Three families, and notebooks that fail for those that a file names: one raises, one takes its worker along."""
    home = tmp_path_factory.mktemp("home")
    shutil.copytree(ROOT / "notebooks", home / "notebooks")
    path = home / "notebooks" / "family_dossier.ipynb"
    notebook = json.loads(path.read_text("utf-8"))
    setup = next(cell for cell in notebook["cells"] if cell["id"] == "setup")
    setup["source"] = [TROUBLE + "\n", *setup["source"]]
    path.write_text(json.dumps(notebook), "utf-8")
    made = new_centre(tmp_path_factory.mktemp("bad") / "centre", 3)
    return Centre(made.folder, home)


@dataclass(frozen=True)
class Night:
    """A run that met two bad families, and the same command once they were mended."""

    families: Mapping[str, str]
    first: subprocess.CompletedProcess[str]
    second: subprocess.CompletedProcess[str]
    # As the first run left them, and as the second did.
    left: Mapping[str, bytes]
    mended: Mapping[str, bytes]
    good_made_at_ns: tuple[int, int]
    results: int

    def manifest(self) -> dict[str, Any]:
        return json.loads(self.left["manifest.json"])

    def index(self) -> str:
        return self.left["index.html"].decode()


@pytest.fixture(name="night", scope="module")
def _night(centre, tmp_path_factory):
    trouble = tmp_path_factory.mktemp("trouble") / "trouble"
    with centre.open() as store:
        raising, killing, good = store.tables().families["family_id"]
    trouble.write_text(f"{raising} {killing}")
    folder = centre.outputs()
    page = folder / "families" / f"{good}.pdf"

    def run():
        said = centre.command("monthly", "--month", MONTH, "--workers", 2, "--quiet", HAMYAR_TEST_TROUBLE=str(trouble))
        return said, files_of(folder), page.stat().st_mtime_ns if page.is_file() else 0

    first, left, made_at = run()
    trouble.unlink()
    second, mended, kept_at = run()
    return Night(
        {"raising": raising, "killing": killing, "good": good},
        first,
        second,
        left,
        mended,
        (made_at, kept_at),
        len(read_run(Bundle(folder / BUNDLE_NAME)).results),
    )


class TestBadFamilies:
    """One family whose cell raises, one that kills the process that makes its page."""

    def test_the_run_says_so(self, night):
        """It ends with 1 and names both, without a traceback."""
        bad = (night.families["raising"], night.families["killing"])

        assert night.first.returncode == 1
        assert [case for case in bad if case not in night.first.stderr] == []
        assert "Traceback" not in night.first.stderr + night.first.stdout

    def test_the_others_are_made(self, night):
        """They cost their own pages only, and leave no half of one."""
        good = night.families["good"]

        assert {f"families/{good}.pdf", f"families/{good}.ipynb"} == {
            name for name in night.left if name.startswith("families/")
        }
        assert "centre_report.pdf" in night.left

    def test_manifest_tells_where_each_failed(self, night):
        """One in its notebook, one by the end of its process."""
        failures = {failure["case"]: failure["stage"] for failure in night.manifest()["failures"]}
        counts = night.manifest()["counts"]

        assert failures == {night.families["raising"]: "execute", night.families["killing"]: "process"}
        assert (counts["failed"], counts["family_pages"]) == (2, 1)

    def test_reasons_are_kept(self, night):
        """Each has a file with what happened."""
        raising, killing = night.families["raising"], night.families["killing"]
        reasons = {name for name in night.left if name.startswith("failed/")}

        assert reasons == {f"failed/{raising}.txt", f"failed/{killing}.txt"}
        assert f"AssertionError: no answer for {raising}" in night.left[f"failed/{raising}.txt"].decode()

    def test_index_hides_neither(self, night):
        """Both stand before everything that was made."""
        index = night.index()

        assert index.index('class="failed"') < index.index("<main>")
        assert all(f'<li><bdi dir="ltr">{night.families[kind]}</bdi>' in index for kind in ("raising", "killing"))

    def test_mended_the_command_completes(self, night):
        """Nothing is said and nobody is missing."""
        assert (night.second.returncode, night.second.stderr) == (0, "")
        assert {f"families/{case}.pdf" for case in night.families.values()} <= night.mended.keys()
        assert night.results == 3

    def test_mended_it_does_only_what_was_left(self, night):
        """The page that was there is the one that was made at first."""
        made_at, kept_at = night.good_made_at_ns

        assert made_at == kept_at > 0

    def test_mended_nothing_tells_of_failures(self, night):
        """Neither reasons nor manifest nor index."""
        assert [name for name in night.mended if name.startswith("failed/")] == []
        assert json.loads(night.mended["manifest.json"])["failures"] == []
        assert b'class="failed"' not in night.mended["index.html"]
