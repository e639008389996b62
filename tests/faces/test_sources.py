"""Where notebooks find their facts: the frozen month, else the database, else the sample; never a name."""

import pytest
from tests.batch.running import MONTH, all_names, new_centre

from hamyar.batch.freeze import freeze_month
from hamyar.core.jalali import Month
from hamyar.core.tables import FLOWS, OUTFLOWS
from hamyar.faces import sources
from hamyar.faces.sources import SAMPLE_FAMILIES, FrozenSource, Origin, find_source
from hamyar.store.bundle import BundleMissing
from hamyar.store.version import code_version


@pytest.fixture(name="centre", scope="module")
def _centre(tmp_path_factory):
    """Three families in a database, their month frozen, and then a correction."""
    centre = new_centre(tmp_path_factory.mktemp("sources") / "centre", 3)
    centre.outputs().mkdir(parents=True)
    with centre.open() as store:
        freeze_month(store, centre.settings, MONTH, centre.outputs(), actor="test")
        flows = store.tables().flows
        spent = flows[(flows["month"] == MONTH.code) & flows["category"].isin(OUTFLOWS) & (flows["amount_money"] > 0)]
        with store.change("test", "a slip", corrects_frozen=True) as change:
            change.record(FLOWS, spent.iloc[[0]].assign(amount_money=1))
    return centre


@pytest.fixture(name="bundle", scope="module")
def _bundle(centre):
    return centre.outputs() / "frozen.bundle"


@pytest.fixture(name="environment")
def _environment(centre, monkeypatch):
    """The environment leads to the database, and no frozen month is named."""
    for name, value in centre.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("HAMYAR_BUNDLE", raising=False)
    return monkeypatch


def amounts(source):
    return source.tables().flows["amount_money"].sum()


class TestOrder:
    def test_frozen_month_first(self, environment, bundle):
        """Where a frozen month is named, later corrections in the database are not seen."""
        live = amounts(find_source())
        environment.setenv("HAMYAR_BUNDLE", str(bundle))

        assert amounts(find_source()) == amounts(FrozenSource(bundle))
        assert amounts(find_source()) > live

    def test_then_the_database(self, environment, centre):
        """Without one the database is read as it is now, though its key is not at hand."""
        environment.setenv("HAMYAR_KEY_FILE", str(centre.folder / "none.key"))
        with centre.open() as store:
            expected = store.tables()
        found = find_source().tables()

        assert expected.flows.equals(found.flows)
        assert (expected.title, expected.is_synthetic) == (found.title, found.is_synthetic)

    def test_then_the_sample(self, environment, tmp_path):
        """On a machine that has nothing yet every notebook has a dozen made-up families, and says so."""
        environment.setenv("HAMYAR_DATABASE_URL", f"sqlite:///{tmp_path / 'none.sqlite3'}")
        tables = find_source().tables()

        assert (len(tables.families), tables.is_synthetic) == (SAMPLE_FAMILIES, True)
        assert not (tmp_path / "none.sqlite3").exists()

    def test_lost_frozen_month(self, environment, tmp_path):
        """A frozen month that is named and not there is an error, and nothing else is read in its place."""
        environment.setenv("HAMYAR_BUNDLE", str(tmp_path / "none.bundle"))

        with pytest.raises(BundleMissing, match=r"none\.bundle"):
            find_source()

    def test_frozen_anew(self, environment, centre, bundle, tmp_path):
        """A file that was frozen anew under the same name is read anew."""
        path = tmp_path / "frozen.bundle"
        path.write_bytes(bundle.read_bytes())
        environment.setenv("HAMYAR_BUNDLE", str(path))
        before = amounts(find_source())
        with centre.copy(tmp_path / "copy").open() as store:
            folder = tmp_path / "again"
            folder.mkdir()
            freeze_month(store, centre.settings, MONTH, folder, actor="test", again_because="a slip")
        path.write_bytes((folder / "frozen.bundle").read_bytes())

        assert amounts(find_source()) < before


class TestFrozen:
    def test_one_family(self, bundle):
        """Asked for one family, a source gives its facts, the centre's budgets, and nobody else's."""
        source = FrozenSource(bundle)
        family = source.tables().families["family_id"].iloc[1]
        tables = source.tables([family])

        assert [set(frame["family_id"]) for frame in (tables.families, tables.members, tables.flows)] == [{family}] * 3
        assert len(tables.budgets) == len(source.tables().budgets)

    def test_no_name(self, centre, bundle):
        """No name, national id or telephone is in anything that a notebook can reach."""
        with centre.open() as store:
            secrets = all_names(store)
        tables = FrozenSource(bundle).tables()
        reachable = "".join(frame.to_csv() for frame in (tables.families, tables.members, tables.flows))

        assert [secret for secret in secrets if secret in reachable] == []
        assert [secret for secret in secrets if secret.encode() in bundle.read_bytes()] == []

    def test_shared_aid_is_the_live_one(self, environment, centre, bundle, tmp_path):
        """What a rule gives a family is the same from the frozen month and from the database it was frozen from."""
        with centre.copy(tmp_path / "copy").open() as store:
            freeze_month(store, centre.settings, MONTH, tmp_path, actor="test", again_because="a slip")
        frozen, live = FrozenSource(tmp_path / "frozen.bundle"), find_source()
        given = [
            (source.suggested_aid(MONTH, family, rule))
            for source in (frozen, live)
            for family in live.tables().families["family_id"]
            for rule in ("proportional", "equal_coverage", "max_min")
        ]

        assert given[: len(given) // 2] == given[len(given) // 2 :]
        assert any(given)

    def test_aid_of_another_month(self, bundle):
        """A frozen month knows the shared aid of its own month only."""
        source = FrozenSource(bundle)
        family = source.tables().families["family_id"].iloc[0]

        assert source.suggested_aid(Month(1404, 7), family, "proportional") is None

    def test_unknown_rule_or_family(self, environment, bundle):
        """A rule or a family that nobody knows is given nothing."""
        for source in (FrozenSource(bundle), find_source()):
            assert source.suggested_aid(MONTH, "S-NOBODY", "proportional") is None
            assert source.suggested_aid(MONTH, source.tables().families["family_id"].iloc[0], "by lot") is None


class TestOrigin:
    def test_of_a_frozen_month(self, bundle):
        """A page says which facts and parameters were frozen, and which code makes it now."""
        meta = FrozenSource(bundle)._bundle.meta
        origin = FrozenSource(bundle).origin

        assert (origin.data_hash, origin.parameter_hash) == (meta.data_hash, meta.parameters_fingerprint)
        assert (origin.code_version, origin.frozen_at) == (code_version(), meta.frozen_at)

    def test_code_of_now(self, bundle, monkeypatch):
        """A month that was frozen by other code names the code that makes the page."""
        monkeypatch.setattr(sources, "code_version", lambda: "9.9.9+new")

        assert FrozenSource(bundle).origin.code_version == "9.9.9+new"

    def test_run_id_names_the_inputs(self):
        """Facts, parameters and code each change the run's id; when it was frozen does not."""
        ids = {Origin(*parts).run_id for parts in (("a", "b", "c"), ("x", "b", "c"), ("a", "x", "c"), ("a", "b", "x"))}

        assert len(ids) == 4
        assert Origin("a", "b", "c", "now").run_id == Origin("a", "b", "c").run_id
