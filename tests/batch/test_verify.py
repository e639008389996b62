"""``verify`` finds what was changed after a run, and nothing where nothing was."""

import sqlite3
from contextlib import closing

import pytest

from hamyar.batch import verify as verify_module
from hamyar.batch.freeze import BUNDLE_NAME
from hamyar.batch.manifest import MANIFEST_NAME, ManifestInvalid, ManifestMissing, hash_of
from hamyar.batch.pages import PageOutcome
from hamyar.batch.verify import verify_month
from hamyar.store.bundle import BundleDamaged, BundleMissing

# A month is run for them, with all its pages.
pytestmark = pytest.mark.slow


@pytest.fixture(name="making_none")
def _making_none(monkeypatch):
    """No page is made again: only files and facts are looked at."""
    monkeypatch.setattr(verify_module, "make_pages", lambda tasks, **_: iter(()))


def problems_of(centre, **options):
    found = verify_month(centre.outputs(), centre.settings, **options)
    return [str(problem) for problem in found.problems]


class TestPagesAgain:
    def test_fine(self, own_run):
        """A month as it was made has no problem: its pages come out the same, names and all."""
        found = verify_month(own_run.outputs(), own_run.settings, limit=1)

        assert ([str(problem) for problem in found.problems], found.pages, found.pdf_compared) == ([], 2, True)

    def test_everything_tampered_is_named(self, own_run):
        """A changed byte, a missing file, an added one, and a notebook rewritten with its hash are each named."""
        folder = own_run.outputs()
        changed, missing, *_ = sorted((folder / "families").glob("*.pdf"))[1:]
        content = bytearray(changed.read_bytes())
        content[len(content) // 2] ^= 1
        changed.write_bytes(content)
        missing.unlink()
        (folder / "families" / "extra.pdf").write_bytes(b"%PDF")
        index = folder / "index.html"
        index.write_text(index.read_text("utf-8") + " ", "utf-8")
        rewritten = min((folder / "families").glob("*.ipynb"))
        before = hash_of(rewritten.read_bytes())
        rewritten.write_bytes(rewritten.read_bytes() + b"\n")
        manifest = folder / MANIFEST_NAME
        manifest.write_text(manifest.read_text("utf-8").replace(before, hash_of(rewritten.read_bytes())), "utf-8")

        assert {
            f"families/{changed.name} is not the file that the run made.",
            f"families/{missing.name} is missing.",
            "families/extra.pdf was not made by the run.",
            "index.html is not the file that the run made.",
            f"Made again, families/{rewritten.name} comes out different.",
        } == set(problems_of(own_run, limit=1))


class TestWithoutPages:
    def test_tampered_facts(self, own_run, making_none):
        """A frozen file whose facts were changed is refused by name."""
        _execute(own_run.outputs() / BUNDLE_NAME, "UPDATE flows SET amount_money = amount_money + 1")

        with pytest.raises(BundleDamaged, match=BUNDLE_NAME):
            problems_of(own_run)

    @pytest.mark.parametrize(
        "statement",
        ["UPDATE shared_aid SET aid_money = 0", "UPDATE meta SET value = '\"x\"' WHERE name = 'title'"],
    )
    def test_tampered_beside_the_facts(self, own_run, making_none, statement):
        """A frozen file whose shared aid or description was changed is named."""
        _execute(own_run.outputs() / BUNDLE_NAME, statement)

        assert [f"{BUNDLE_NAME} is not the file that the run made."] == problems_of(own_run)

    def test_no_bundle(self, own_run, making_none):
        """Without the frozen facts nothing can be verified, and the error says where they should be."""
        (own_run.outputs() / BUNDLE_NAME).unlink()

        with pytest.raises(BundleMissing, match=BUNDLE_NAME):
            problems_of(own_run)

    def test_no_manifest(self, own_run, making_none):
        """A run that did not end has no manifest; the error says to run the month again."""
        (own_run.outputs() / MANIFEST_NAME).unlink()

        with pytest.raises(ManifestMissing, match="hamyar monthly"):
            problems_of(own_run)

    @pytest.mark.parametrize("content", ["", "[]", "{}", '{"inputs": {}}', '{"inputs": {"x": 1}}'])
    def test_broken_manifest(self, own_run, making_none, content):
        """A manifest that cannot be read is an error that names the file."""
        (own_run.outputs() / MANIFEST_NAME).write_text(content)

        with pytest.raises(ManifestInvalid, match=MANIFEST_NAME):
            problems_of(own_run)

    def test_other_code(self, own_run, making_none, monkeypatch):
        """Pages of another version are told from pages that were changed."""
        monkeypatch.setattr(verify_module, "code_version", lambda: "0.0.0+other")
        (problem,) = problems_of(own_run)

        assert "this is 0.0.0+other" in problem

    def test_elsewhere(self, own_run, monkeypatch):
        """On a machine without the centre's database the notebooks are verified, and it is said that PDFs are not."""
        (own_run.folder / "centre.sqlite3").unlink()
        monkeypatch.setattr(
            verify_module, "make_pages", lambda tasks, **_: (PageOutcome(task.case, "x", None) for task in ())
        )
        found = verify_month(own_run.outputs(), own_run.settings)

        assert (found.problems, found.pdf_compared) == ([], False)


def _execute(path, statement):
    with closing(sqlite3.connect(path)) as connection:
        changed = connection.execute(statement).rowcount
        connection.commit()
    assert changed > 0
