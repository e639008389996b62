"""The commands on a small database: what they do, and the one sentence with which they refuse."""

import csv
import json
import os
import re
import shutil
import sys
from pathlib import Path

import pytest

from hamyar.core.jalali import Month
from hamyar.core.tables import FACT_TABLES
from tests.batch.running import ROOT, Centre, all_names, holding

MAPPING = ROOT / "parameters" / "imports" / "hamyar.yaml"
UK = ROOT / "parameters" / "imports" / "uk_budget.yaml"


def refused(result):
    """The one sentence of a refusal."""
    assert result.exit_code == 2
    assert "Traceback" not in result.output
    sentences = [line for line in result.stderr.splitlines() if line.strip()]
    assert len(sentences) == 1, sentences
    return sentences[0]


@pytest.fixture(name="filled")
def _filled(call, centre):
    """Three made-up families in the database."""
    assert call("init", "--synthetic", "--title", "Khazaneh").exit_code == 0
    assert call("sample", "--families", 3, "--months", 2).exit_code == 0
    return centre


class TestInit:
    def test_makes_both(self, call, centre):
        """The database and the key are made where the environment says, and the operator is told."""
        result = call("init", "--title", "Khazaneh")

        assert result.exit_code == 0
        assert centre.settings.key_file.is_file()
        assert str(centre.settings.key_file) in result.stdout
        with centre.open() as store:
            assert (store.centre.title, store.centre.is_synthetic) == ("Khazaneh", False)

    def test_twice_changes_nothing(self, call, centre):
        """A second ``init`` keeps the database and the key as they are."""
        call("init", "--title", "Khazaneh")
        key = centre.settings.key_file.read_bytes()

        assert call("init", "--title", "Other").exit_code == 0
        assert key == centre.settings.key_file.read_bytes()
        with centre.open() as store:
            assert store.centre.title == "Khazaneh"

    @pytest.mark.parametrize("address", ["nonsense", "sqlite:////proc/none/x.sqlite3", "oracle://a/b", ""])
    def test_bad_address(self, call, centre, monkeypatch, address):
        """An address that leads to no database is refused in one sentence."""
        if not address:
            call("init")
            assert "Khazaneh" not in refused(call("init", "--currency", "GBP"))
            return
        monkeypatch.setenv("HAMYAR_DATABASE_URL", address)

        assert refused(call("init"))


class TestBeforeInit:
    @pytest.mark.parametrize(
        "arguments",
        [["monthly", "--month", "1404-08"], ["audit", "verify"], ["export", "x.xlsx"], ["sample"]],
        ids=lambda arguments: arguments[0],
    )
    def test_no_database(self, call, arguments):
        """Without a database every command says how to make one."""
        assert "hamyar init" in refused(call(*arguments))


class TestSample:
    def test_same_twice(self, call, filled):
        """The same sample again changes nothing."""
        with filled.open() as store:
            before = store.head()
        assert call("sample", "--families", 3, "--months", 2).exit_code == 0
        with filled.open() as store:
            assert before == store.head()

    def test_refused_among_real_families(self, call, centre):
        """A database that is not for made-up data takes none."""
        call("init", "--title", "Khazaneh")

        assert "--synthetic" in refused(call("sample"))
        with centre.open() as store:
            assert not store.has_families()


class TestImport:
    @pytest.fixture(name="file")
    def _file(self, centre):
        path = centre.folder / "bad.csv"
        rows = (ROOT / "tests" / "data" / "budget_uk.csv").read_text("utf-8").splitlines()[:4]
        path.write_text("\n".join([*rows[:2], rows[2].replace(",90,", ",ninety,"), rows[3]]) + "\n", "utf-8")
        return path

    def test_bad_file(self, call, centre, file):
        """A file with a bad row is refused: the list of problems is written, and nothing is recorded."""
        call("init", "--currency", "GBP")
        result = call("import", file, "--mapping", UK, "--problems", "list.csv")
        with (centre.folder / "list.csv").open(encoding="utf-8-sig", newline="") as listed:
            header, *problems = csv.reader(listed)

        assert result.exit_code == 2
        assert "Traceback" not in result.output
        assert "list.csv" in result.stderr
        assert [(row[0], *row[2:5]) for row in problems] == [("bad.csv", "3", "totexp", "ninety")]
        assert len(header) == 6
        with centre.open() as store:
            assert (store.head().seq, store.has_families()) == (0, False)

    def test_keep_good(self, call, centre, file):
        """With ``--keep-good`` the good rows are recorded, the bad are listed, and the status is 1."""
        call("init", "--currency", "GBP")
        result = call("import", file, "--mapping", UK, "--keep-good")

        assert result.exit_code == 1
        assert "2 of 3 rows kept" in result.stdout
        assert (centre.folder / "bad.problems.csv").is_file()
        with centre.open() as store:
            assert list(store.tables().families["family_id"]) == ["UK-1", "UK-3"]

    def test_wrong_currency(self, call, centre, file):
        """Pounds are not put among rials."""
        call("init")

        assert "GBP" in refused(call("import", file, "--mapping", UK))

    @pytest.fixture(name="observations")
    def _observations(self, filled):
        """A sheet with two observations of the first family: a good one, and one that a test may spoil."""

        def written(*second):
            with filled.open() as store:
                family = store.tables().families["family_id"].iloc[0]
            rows = [[family, "housing", "1404-07-10", "2"], [family, *second]]
            lines = [f"{case},{case},{code},H-1,{day},{answer},,observed" for case, code, day, answer in rows]
            header = "family_id,subject_id,indicator,observer_id,day,answer,reason,source"
            path = filled.folder / "observations.csv"
            path.write_text("\n".join([header, *lines]) + "\n", "utf-8")
            return path

        return written

    def test_observations(self, call, filled, observations):
        """What helpers observed is imported against the centre's own catalogue, and comes back in an export."""
        path = observations("housing", "1404-08-10", "not_known")
        result = call("import", path, "--mapping", MAPPING)
        assert (result.exit_code, "2 of 2 rows kept" in result.stdout) == (0, True)
        assert call("export", "out", "--csv").exit_code == 0
        again = call("import", filled.folder / "out", "--mapping", MAPPING)

        counted = [line for line in again.stdout.splitlines() if line.endswith(" unchanged.")]
        assert (again.exit_code, len(counted)) == (0, len(FACT_TABLES))
        assert [line for line in counted if " 0 new, 0 corrected," not in line] == []
        with filled.open() as store:
            found = store.tables().observations.query("observer_id == 'H-1'")
        assert found["answer"].tolist() == ["2", "not_known"]

    @pytest.mark.parametrize(
        ("second", "column"),
        [
            (("no_such_thing", "1404-08-10", "2"), "indicator"),
            (("housing", "1404-08-10", "7"), "answer"),
            (("housing", "1499-08-10", "2"), "day"),
            (("housing", "1290-08-10", "2"), "day"),
        ],
    )
    def test_bad_observation(self, call, filled, observations, second, column):
        """A bad observation is listed with its row and column, and the file is refused whole."""
        with filled.open() as store:
            before = store.head()
        path = observations(*second)
        result = call("import", path, "--mapping", MAPPING, "--problems", "list.csv")
        with (filled.folder / "list.csv").open(encoding="utf-8-sig", newline="") as listed:
            _, *problems = csv.reader(listed)

        assert (result.exit_code, "Traceback" in result.output) == (2, False)
        assert [tuple(row[2:4]) for row in problems] == [("3", column)]
        with filled.open() as store:
            assert before == store.head()

    def test_no_mapping_file(self, call, centre, file):
        """A file that is no mapping is refused with its name."""
        call("init")
        (centre.folder / "m.yaml").write_text("a: [")

        assert "m.yaml" in refused(call("import", file, "--mapping", "m.yaml"))

    def test_no_table(self, call, centre):
        """A file that is no table is refused in one sentence."""
        call("init")
        (centre.folder / "x.xlsx").write_bytes(b"PK\x03\x04 broken")

        assert "x.xlsx" in refused(call("import", "x.xlsx", "--mapping", MAPPING))


class TestExport:
    def test_without_names(self, call, filled):
        """An export holds no name, number or telephone."""
        assert call("export", "out", "--csv").exit_code == 0
        with filled.open() as store:
            secrets = all_names(store)
        files = {path.name: path.read_bytes() for path in (filled.folder / "out").iterdir()}

        assert {f"{name}.csv" for name in FACT_TABLES} == set(files)
        assert holding(files, secrets) == []

    def test_with_names(self, call, filled):
        """Names are written when they are asked for, into files that only their owner can read."""
        assert call("export", "out", "--csv", "--with-names").exit_code == 0
        path = filled.folder / "out" / "identities.csv"
        with filled.open() as store:
            secrets = all_names(store)

        assert {secret for secret in secrets if secret in path.read_text("utf-8")} == secrets
        assert path.stat().st_mode & 0o077 == 0

    def test_comes_back(self, call, filled, monkeypatch):
        """What was exported is imported into another database without a loss, and again without a change."""
        call("export", "out.xlsx", "--with-names")
        with filled.open() as store:
            facts, secrets = store.tables(), store.identities()
        other = Centre(filled.folder / "other")
        other.folder.mkdir()
        monkeypatch.setenv("HAMYAR_DATABASE_URL", other.environment["HAMYAR_DATABASE_URL"])
        monkeypatch.setenv("HAMYAR_KEY_FILE", other.environment["HAMYAR_KEY_FILE"])
        call("init", "--synthetic")
        first = call("import", "out.xlsx", "--mapping", MAPPING)
        second = call("import", "out.xlsx", "--mapping", MAPPING)
        with other.open() as store:
            assert facts.flows.equals(store.tables().flows)
            assert secrets == store.identities()

        assert (first.exit_code, second.exit_code) == (0, 0)
        assert " 0 new" in second.stdout

    @pytest.mark.parametrize("target", ["/proc/none/out.xlsx", "taken/out.xlsx"])
    def test_unwritable(self, call, filled, target):
        """A place that cannot be written to is refused in one sentence that names it."""
        (filled.folder / "taken").write_text("a file")

        assert target.rpartition("/")[0].split("/")[-1] in refused(call("export", target))


class TestMonthly:
    def test_unknown_family(self, call, filled):
        """A case code that nobody has is named, and no page is made."""
        assert "S-NOBODY" in refused(call("monthly", "--month", "1404-08", "--families", "S-NOBODY"))
        assert not list(filled.folder.rglob("*.pdf"))

    @pytest.mark.parametrize("month", ["1404-13", "2025-08", "8", "۱۴۰۴", "aban"])
    def test_no_month(self, call, filled, month):
        """What is no Jalali month is refused with an example of one, before anything is frozen."""
        result = call("monthly", "--month", month)

        assert (result.exit_code, "Traceback" in result.output) == (2, False)
        assert "1405-08" in result.stderr
        with filled.open() as store:
            assert store.frozen(Month(1404, 8)) is None

    def test_nobody(self, call, centre):
        """Without a family there is nothing to run, and the sentence says how to get some."""
        call("init")

        assert "hamyar import" in refused(call("monthly", "--month", "1404-08"))

    def test_unknown_engine(self, call, filled):
        """An engine that nobody knows is refused before anything is frozen."""
        assert "nbclient" in refused(call("monthly", "--month", "1404-08", "--engine", "warp"))
        assert not centre_frozen(filled)

    @pytest.mark.parametrize("option", [["--limit", "0"], ["--workers", "0"], ["--language", "de"]])
    def test_impossible_option(self, call, filled, option):
        """Impossible options are refused before anything is frozen."""
        result = call("monthly", "--month", "1404-08", *option)

        assert (result.exit_code, centre_frozen(filled)) == (2, False)

    def test_no_notebook(self, call, filled, monkeypatch):
        """A checkout without its notebooks is named before anything is frozen."""
        monkeypatch.setenv("HAMYAR_HOME", str(filled.folder))

        assert "family_dossier.ipynb" in refused(call("monthly", "--month", "1404-08"))
        assert not centre_frozen(filled)


class TestVerify:
    def test_no_run(self, call, filled):
        """A folder without a manifest is refused."""
        assert "no manifest" in refused(call("verify", filled.folder))

    def test_no_folder(self, call, filled):
        """A folder that is not there is refused."""
        assert call("verify", "nowhere").exit_code == 2


class TestParameters:
    def test_choices(self, call, centre, monkeypatch):
        """Files without a fault end with status 0, and what is still open in them is said."""
        shutil.copytree(ROOT / "parameters", "mine")
        Path("mine", "minimum_wage_per_month.yaml").unlink()
        monkeypatch.setenv("HAMYAR_PARAMETERS", "mine")
        result = call("check-parameters")

        assert result.exit_code == 0
        assert "consumer_price_index.yaml" in result.stdout

    def test_month_without_a_value(self, call):
        """A month for which a value is missing is a fault, named with its file."""
        result = call("check-parameters", "--month", "1350-01")

        assert result.exit_code == 1
        assert "minimum_wage_per_month.yaml: 'minimum_wage_per_month' has no value for Farvardin 1350" in result.stdout

    @pytest.fixture(name="edited")
    def _edited(self, centre, monkeypatch):
        """``edited(file, pattern, replacement)``: the parameters that ship, with one place in one file changed."""

        def edit(file, pattern, replacement):
            shutil.copytree(ROOT / "parameters", "mine")
            path = Path("mine", file)
            text, changed = re.subn(pattern, replacement, path.read_text("utf-8"), count=1, flags=re.DOTALL)
            assert changed == 1
            path.write_text(text, "utf-8")
            monkeypatch.setenv("HAMYAR_PARAMETERS", "mine")

        return edit

    def test_catalogue_that_ships(self, call):
        """The indicators and programmes that ship have neither a fault nor anything to confirm."""
        result = call("check-parameters")

        assert "consumer_price_index.yaml" in result.stdout
        assert [line for line in result.stdout.splitlines() if line.startswith(("indicators/", "programmes/"))] == []

    @pytest.mark.parametrize(
        ("file", "pattern", "replacement", "said"),
        [
            (
                "weightings.yaml",
                r"housing: \S+",
                "housing: 1/11",
                "indicators/weightings.yaml: The version of 1300-01-01: the weights of 'economic' sum to 133/132",
            ),
            (
                "economic.yaml",
                r"(code: gap\n.*?bounds:)[^\n]*",
                r"\1 [1/20, 1/5, 7/5]",
                "indicators/economic.yaml: 'gap': no family can have level 3",
            ),
            (
                "economic.yaml",
                r"(code: gap\n.*?bounds:)[^\n]*",
                r"\1 [1/5, 1/5, 2/5]",
                "indicators/economic.yaml: 'gap': no family can have level 1",
            ),
            (
                "economic.yaml",
                r"(code: housing\n.*?since: )\S+",
                r"\g<1>1403-01-01",
                "counts 'housing' beyond the dates",
            ),
            (
                "economic.yaml",
                r"(code: housing\n.*?)(    since: )",
                r"\1    until: 1403-12-29\n\2",
                "counts 'housing' beyond the dates",
            ),
            ("weightings.yaml", r"\n +housing: \S+", "", "'housing' is defined and counts in no version"),
        ],
        ids=["weights", "out of reach", "no width", "begins later", "ends sooner", "uncounted"],
    )
    def test_fault_of_a_catalogue(self, call, edited, file, pattern, replacement, said):
        """Weights that do not sum, levels nobody can reach, gaps in time: each is said with its file, with status 1."""
        edited(f"indicators/{file}", pattern, replacement)
        result = call("check-parameters")

        assert said in result.stdout
        assert (result.exit_code, "Traceback" in result.output) == (1, False)

    @pytest.mark.parametrize(
        ("file", "pattern", "replacement", "said"),
        [
            ("indicators/weightings.yaml", "housing:", "no_such_thing:", "'no_such_thing' is not an indicator of"),
            ("indicators/weightings.yaml", "- skill", "- housing", "'housing' is not an indicator of 'capacity'"),
            ("indicators/social.yaml", r"code: \S+", "code: housing", "'housing' is already defined in"),
            ("indicators/economic.yaml", r"measure: \S+", "measure: happiness", "'happiness' is not one of"),
            ("indicators/economic.yaml", r"\n      3:\n[^\n]*\n[^\n]*", "", "every level 0, 1, 2 and 3"),
        ],
    )
    def test_unknown_word_in_a_catalogue(self, call, edited, file, pattern, replacement, said):
        """A code or measure that nobody defined is refused with its file, and nothing is taken from it."""
        edited(file, pattern, replacement)
        sentence = refused(call("check-parameters"))

        assert "indicators/" in sentence
        assert said in sentence

    def test_programme_for_an_unknown_indicator(self, call, edited):
        """A programme that answers an indicator which does not exist is said with its file, with status 1."""
        edited("programmes/general.yaml", r"(indicators:\s+(?:\{\s*)?)\w+", r"\1no_such_thing")
        result = call("check-parameters")

        assert "programmes/general.yaml: " in result.stdout
        assert "'no_such_thing', which the catalogue does not have" in result.stdout
        assert result.exit_code == 1

    @pytest.mark.parametrize(
        ("file", "pattern", "replacement", "said"),
        [
            (
                "programmes/focused.yaml",
                r"(code: debt_settlement\n.*?)(      done_by)",
                r"\1      needs: [home_business_support]\n\2",
                "wait for each other in a circle",
            ),
            ("programmes/focused.yaml", r"needs: \[\w+", "needs: [no_such_help", "needs 'no_such_help'"),
            ("programmes/focused.yaml", "done_by: commission", "done_by: expert", "done by the expert"),
            ("calendar/closed.yaml", "last_day: 1403-01-13", "last_day: 1402-12-13", "before it begins on 1403-01-01"),
            ("calendar/closed.yaml", "last_day: 1403-01-13", "last_day: 1403-03-13", "and 1403-03-05 overlap"),
            ("calendar/standing.yaml", "code: evaluation", "code: food_basket", "already the code of a programme"),
        ],
        ids=["circle", "unknown need", "two masters", "backwards", "overlap", "two with one code"],
    )
    def test_plan_that_nobody_can_keep(self, call, edited, file, pattern, replacement, said):
        """What could not stand in a calendar is refused with its file, and nothing is taken from it."""
        edited(file, pattern, replacement)
        sentence = refused(call("check-parameters"))

        assert file in sentence
        assert said in sentence

    def test_rules_that_contradict_each_other(self, call, edited):
        """A helper with a least above the most is a fault, said with its file, with status 1."""
        edited("assignment_least_families.yaml", "value: 5", "value: 16")
        result = call("check-parameters", "--month", "1404-08")

        assert "assignment_least_families.yaml: From 1300-01-01 'assignment_least_families' is 16" in result.stdout
        assert result.exit_code == 1

    def test_days_of_the_moon(self, call):
        """Closed periods that nobody has confirmed are said, with their days."""
        result = call("check-parameters")

        assert "calendar/closed.yaml: The closed period from 1405-03-31 to 1405-04-06 is provisional" in result.stdout

    def test_month_before_the_catalogue(self, call):
        """A month in which no version of the weights holds is a fault, said with the file."""
        result = call("check-parameters", "--month", "1290-01")

        assert result.exit_code == 1
        assert "indicators/weightings.yaml: No catalogue of indicators holds in Farvardin 1290" in result.stdout

    def test_broken_file(self, call, centre, monkeypatch):
        """A broken file is refused with its name and place."""
        (centre.folder / "p").mkdir()
        (centre.folder / "p" / "a.yaml").write_text("name: a\nname: b\n")
        monkeypatch.setenv("HAMYAR_PARAMETERS", str(centre.folder / "p"))

        assert "a.yaml: line 2" in refused(call("check-parameters"))

    def test_no_folder(self, call, centre, monkeypatch):
        """A folder without parameters is refused with its name."""
        monkeypatch.setenv("HAMYAR_PARAMETERS", str(centre.folder))

        assert "HAMYAR_PARAMETERS" in refused(call("check-parameters"))


class TestAudit:
    def test_as_it_was_written(self, call, filled):
        """An untouched log verifies, and its head is shown."""
        with filled.open() as store:
            head = store.head()
        result = call("audit", "verify")

        assert result.exit_code == 0
        assert head.hash in result.stdout

    def test_against_a_manifest(self, month_run, call, monkeypatch):
        """The log of a run verifies against its manifest; one that was cut short since does not."""
        monkeypatch.setenv("HAMYAR_DATABASE_URL", month_run.environment["HAMYAR_DATABASE_URL"])

        assert call("audit", "verify", "--manifest", month_run.outputs()).exit_code == 0

    def test_another_log(self, month_run, call, filled):
        """A database that is not the one of the manifest is found out."""
        result = call("audit", "verify", "--manifest", month_run.outputs())

        assert result.exit_code == 1
        assert result.stderr.strip()

    def test_folder_without_manifest(self, call, filled):
        """A folder that is no run is refused."""
        assert "no manifest" in refused(call("audit", "verify", "--manifest", filled.folder))


class TestLab:
    def test_opens_our_notebooks(self, call, monkeypatch):
        """JupyterLab is begun on the notebooks, on this computer only, with the operator's own options."""
        begun = []
        monkeypatch.setattr(os, "execv", lambda program, command: begun.append((program, command)))
        result = call("lab", "--", "--no-browser")
        ((program, command),) = begun

        assert result.exit_code == 0
        assert program == sys.executable
        assert command[1:3] == ["-m", "jupyterlab"]
        assert {"--ServerApp.ip=127.0.0.1", f"--ServerApp.root_dir={ROOT / 'notebooks'}", "--no-browser"} < set(command)


def centre_frozen(centre):
    with centre.open() as store:
        return store.frozen(Month(1404, 8)) is not None


def test_outputs_say_nothing_secret(call, filled):
    """No command writes a name to the terminal."""
    with filled.open() as store:
        secrets = all_names(store)
    said = [call("export", "o.xlsx", "--with-names"), call("audit", "verify"), call("sample", "--families", 3)]
    text = json.dumps([result.output for result in said], ensure_ascii=False)

    assert [secret for secret in secrets if secret in text] == []
