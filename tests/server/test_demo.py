"""The centre to look at: made once, used again, and never a real one."""

import json
import stat

import pytest

from hamyar.core.tables import FAMILIES as FAMILY_TABLE
from hamyar.server.demo import FAMILIES, FILE, demo_accounts, demo_settings, open_demo
from hamyar.store.access import ROLES, Access
from hamyar.store.accounts import Accounts
from hamyar.store.filling import DatabaseNotSynthetic
from hamyar.store.settings import Settings
from hamyar.store.store import Store
from tests.server.site import CHEAP, OTHER


def settings_in(folder):
    url = f"sqlite:///{folder / 'demo.sqlite3'}"
    return Settings.from_environment({"HAMYAR_DATABASE_URL": url, "HAMYAR_KEY_FILE": str(folder / "demo.key")})


@pytest.fixture(scope="module", name="folder")
def _folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    open_demo(settings_in(folder), "مرکز نمونه").close()
    return folder


@pytest.fixture(name="store")
def _store(folder):
    with open_demo(settings_in(folder), "another title") as store:
        yield store


@pytest.fixture(name="accounts")
def _accounts(store):
    return Accounts(store, CHEAP)


def test_a_place_of_its_own(tmp_path):
    """The database and the key that the settings name are not those of the demonstration."""
    settings = settings_in(tmp_path)
    found = demo_settings(settings)

    assert (found.database_url != settings.database_url, found.key_file != settings.key_file) == (True, True)
    assert found.key_file.parent.parent == settings.outputs


def test_made_once(store):
    """A second start finds the families of the first, and its title."""
    assert (store.centre.title, store.centre.is_synthetic) == ("مرکز نمونه", True)
    assert len(store.current(FAMILY_TABLE)) == FAMILIES


def test_an_account_for_each_role(store, accounts, folder):
    """Every role has one, helpers have two, and each of these carries families today."""
    made = demo_accounts(store, accounts, folder)

    assert sorted(each.role for each in made) == sorted([*ROLES, "helper"])
    for each in made:
        opened = accounts.verify(each.username, each.password)
        assert (opened.role, opened.person_id) == (each.role, each.person_id)
    for each in made:
        if each.role == "helper":
            assert 0 < len(Access(store, accounts.active(each.username).user).families()) < FAMILIES


def test_the_same_passwords_again(store, accounts, folder):
    """What was printed opens the account after a second start, and the log of changes grows by nothing."""
    first = demo_accounts(store, accounts, folder)
    head = store.head()

    assert demo_accounts(store, accounts, folder) == first
    assert store.head() == head


def test_the_file_is_its_owners(store, accounts, folder):
    """Nobody else on the machine reads the passwords."""
    made = demo_accounts(store, accounts, folder)

    assert stat.S_IMODE((folder / FILE).stat().st_mode) == 0o600
    assert json.loads((folder / FILE).read_text("utf-8")) == {each.username: each.password for each in made}


def test_passwords_are_drawn(store, accounts, folder):
    """No two are alike, and without the file new ones are drawn and set."""
    first = {each.password for each in demo_accounts(store, accounts, folder)}
    (folder / FILE).unlink()
    second = {each.password for each in demo_accounts(store, accounts, folder)}

    assert (len(first), len(first & second)) == (len(ROLES) + 1, 0)


def test_a_password_that_somebody_changed(store, accounts, folder):
    """What is printed opens the account again."""
    demo_accounts(store, accounts, folder)
    accounts.set_password("helper1", OTHER, actor="helper1")
    made = {each.username: each for each in demo_accounts(store, accounts, folder)}

    assert accounts.verify("helper1", made["helper1"].password).username == "helper1"


def test_a_real_centre(tmp_path):
    """Neither families nor accounts are added to a database that was not made for made-up data."""
    settings = settings_in(tmp_path)
    made = Store.create(settings.database_url, settings.key_file, title="real")
    with made as store, pytest.raises(DatabaseNotSynthetic):
        demo_accounts(store, Accounts(store, CHEAP), tmp_path)
    with pytest.raises(DatabaseNotSynthetic):
        open_demo(settings, "demo")
    assert list(tmp_path.glob(FILE)) == []
