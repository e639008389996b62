"""A frozen month: what is recorded later does not reach it, unless somebody says so and why."""

import shutil

import pandas as pd
import pytest

from hamyar.batch.freeze import BUNDLE_NAME, NothingToRun, ParametersChanged
from hamyar.batch.month import RunOptions, run_month
from hamyar.core.jalali import Month
from hamyar.core.tables import FLOWS, OUTFLOWS
from hamyar.store.change import MonthFrozen
from tests.batch.cells import in_folder, made
from tests.batch.making import freeze, run, tasks_of
from tests.batch.running import MONTH, Centre, files_of

pytestmark = pytest.mark.usefixtures("planned")


def edit(centre):
    """Make a family's first spending of the month ten times larger, as a correction; returns the family."""
    with centre.open() as store:
        flows = store.tables().flows
        spent = flows[flows["category"].isin(OUTFLOWS) & (flows["amount_money"] > 0)]
        row = spent[spent["month"] == MONTH.code].iloc[[0]].copy()
        row["amount_money"] *= 10
        with store.change("test", "it was a slip", corrects_frozen=True) as change:
            change.record(FLOWS, row)
    return row["family_id"].iloc[0]


def other_parameters(centre, tmp_path):
    """The same centre with parameters of which one has another value."""
    folder = tmp_path / "parameters"
    shutil.copytree(centre.parameters, folder)
    path = folder / "gap_reduction_months.yaml"
    path.write_text(path.read_text("utf-8").replace("value: 6", "value: 7"), "utf-8")
    return Centre(centre.folder, centre.home, folder)


class TestEdits:
    def test_refused_without_saying_so(self, own_run):
        """A fact of a frozen month cannot be changed in passing."""
        with own_run.open() as store:
            row = store.tables().flows.iloc[[-1]].assign(month=MONTH.code, amount_money=1)
            with pytest.raises(MonthFrozen), store.change("test", "in passing") as change:
                change.record(FLOWS, row)

    def test_rerun_does_not_see_them(self, own_run, planned):
        """A run of a frozen month after a correction has the same facts, results and expectations as before."""
        expected = {task.case: task.expected for task in tasks_of(own_run, own_run.folder / "again")}
        before = files_of(own_run.outputs())
        edit(own_run)
        run(own_run, fresh=True)
        after = files_of(own_run.outputs())

        assert [before[name] for name in ("results.csv", BUNDLE_NAME, "run.json")] == [
            after[name] for name in ("results.csv", BUNDLE_NAME, "run.json")
        ]
        assert expected == {task.case: task.expected for task in planned}

    def test_page_does_not_see_them(self, own_run, month_run, in_worker, tmp_path):
        """The page of the corrected family, printed again, is the same file."""
        family = edit(own_run)
        freeze(own_run)
        task = next(task for task in tasks_of(own_run, tmp_path / "again") if task.case == family)

        assert in_worker(made, in_folder(task, tmp_path)).is_made
        assert (tmp_path / f"{family}.pdf").read_bytes() == (
            month_run.outputs() / "families" / f"{family}.pdf"
        ).read_bytes()

    def test_frozen_again_sees_them(self, own_run, planned):
        """With a reason the month is frozen anew: results and expectations follow, and every page is made again."""
        before = pd.read_csv(own_run.outputs() / "results.csv", index_col="family_id")
        family = edit(own_run)
        run(own_run, again_because="a slip was corrected")
        after = pd.read_csv(own_run.outputs() / "results.csv", index_col="family_id")
        with own_run.open() as store:
            frozen = store.frozen(MONTH)

        assert (frozen.version, frozen.again_because) == (2, "a slip was corrected")
        assert not before.loc[family].equals(after.loc[family])
        assert before.drop(family)["outflow_money"].equals(after.drop(family)["outflow_money"])
        assert len(before) + 1 == len(planned)

    def test_lost_bundle_is_made_again(self, own_run):
        """The lost file of a frozen month is made again from the database, byte for byte, whatever came since."""
        path = own_run.outputs() / BUNDLE_NAME
        before = path.read_bytes()
        edit(own_run)
        path.unlink()
        run(own_run)

        assert before == path.read_bytes()


class TestParameters:
    def test_later_ones_do_not_count(self, own_run, tmp_path, planned):
        """Parameters that change after the freeze do not change the frozen month."""
        before = files_of(own_run.outputs())
        changed = other_parameters(own_run, tmp_path)
        summary = run(changed)

        assert (summary.made, planned) == (0, [])
        assert before["results.csv"] == files_of(changed.outputs())["results.csv"]

    def test_lost_with_the_bundle(self, own_run, tmp_path):
        """Where the parameters changed and the file that holds the old ones is gone, the run stops and says so."""
        changed = other_parameters(own_run, tmp_path)
        (changed.outputs() / BUNDLE_NAME).unlink()

        with pytest.raises(ParametersChanged, match="--again-because"):
            run(changed)

    def test_frozen_again_uses_them(self, own_run, tmp_path):
        """Frozen again, the month has the parameters of now."""
        changed = other_parameters(own_run, tmp_path)
        run(changed, again_because="the plan is longer")

        assert freeze(changed).parameters.value("gap_reduction_months", MONTH) == 7


class TestNothing:
    def test_empty_database(self, tmp_path):
        """Without a family there is nothing to freeze, and nothing is frozen."""
        (tmp_path / "empty").mkdir()
        centre = Centre(tmp_path / "empty")
        centre.create().close()

        with pytest.raises(NothingToRun, match="hamyar import"):
            run(centre)
        with centre.open() as store:
            assert store.frozen(MONTH) is None

    def test_month_without_a_record(self, own_run):
        """A month of which nothing is known has a row for every family, and every gap in it is unknown."""
        far = Month(1404, 12)
        with own_run.open() as store:
            summary = run_month(store, own_run.settings, far, RunOptions(language="fa"))

        assert (0, summary.families) == (summary.gaps_open, summary.gaps_unknown)
