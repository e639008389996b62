"""One bad family: the others are made, the run says so, and nothing hides it."""

import json
import shutil

import pytest

from hamyar.batch.freeze import BUNDLE_NAME, read_run
from hamyar.store.bundle import Bundle
from tests.batch.running import MONTH, ROOT, Centre, new_centre

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


def test_bad_families_stop_nobody(centre, tmp_path):
    """A cell that raises and one that kills its worker cost their own pages only; mended, the command completes."""
    trouble = tmp_path / "trouble"
    with centre.open() as store:
        raising, killing, good = store.tables().families["family_id"]
    trouble.write_text(f"{raising} {killing}")
    run = ("monthly", "--month", MONTH, "--workers", 2, "--quiet")

    said = centre.command(*run, HAMYAR_TEST_TROUBLE=str(trouble))
    folder = centre.outputs()
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    index = (folder / "index.html").read_text("utf-8")
    reasons = {path.stem: path.read_text("utf-8") for path in (folder / "failed").iterdir()}

    assert said.returncode == 1
    assert "Traceback" not in said.stderr + said.stdout
    assert all(case in said.stderr for case in (raising, killing))
    assert {f"{good}.pdf", f"{good}.ipynb"} == {path.name for path in (folder / "families").iterdir()}
    assert (folder / "centre_report.pdf").is_file()
    assert {raising: "execute", killing: "process"} == {
        failure["case"]: failure["stage"] for failure in manifest["failures"]
    }
    assert (manifest["counts"]["failed"], manifest["counts"]["family_pages"]) == (2, 1)
    assert {raising, killing} == set(reasons)
    assert f"AssertionError: no answer for {raising}" in reasons[raising]
    assert index.index('class="failed"') < index.index("<main>")
    assert all(f'<li><bdi dir="ltr">{case}</bdi>' in index for case in (raising, killing))

    kept = (folder / "families" / f"{good}.pdf").stat().st_mtime_ns
    trouble.unlink()
    mended = centre.command(*run, HAMYAR_TEST_TROUBLE=str(trouble))

    assert (mended.returncode, mended.stderr) == (0, "")
    assert kept == (folder / "families" / f"{good}.pdf").stat().st_mtime_ns
    assert not (folder / "failed").exists()
    assert json.loads((folder / "manifest.json").read_text("utf-8"))["failures"] == []
    assert 'class="failed"' not in (folder / "index.html").read_text("utf-8")
    assert len(read_run(Bundle(folder / BUNDLE_NAME)).results) == 3
