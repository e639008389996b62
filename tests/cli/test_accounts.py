"""``hamyar account``: making, listing, closing and opening accounts from the terminal."""

import pandas as pd
import pytest
from click.testing import CliRunner

from hamyar.cli import main
from hamyar.core.tables import HELPERS
from hamyar.store.accounts import Accounts, PasswordWrong

PASSWORD, OTHER = "a long blue river", "a short red bridge"


@pytest.fixture(name="typed")
def _typed(call):
    """``typed(lines, "add", …)`` is ``hamyar account add …`` with these lines typed; the database is made."""
    assert call("init", "--synthetic").exit_code == 0

    def invoke(lines, *arguments):
        return CliRunner().invoke(main, ["account", *arguments], input="".join(f"{line}\n" for line in lines))

    return invoke


@pytest.fixture(name="sara")
def _sara(typed):
    assert typed([PASSWORD, PASSWORD], "add", "sara", "--role", "helper", "--person", "H07").exit_code == 0


def test_add_asks_for_the_password_twice(typed, centre):
    """The account is made, said in one line, and signs in; the password is not shown."""
    result = typed([PASSWORD, PASSWORD], "add", "Sara", "--role", "helper", "--person", "H07")

    assert (result.exit_code, result.stdout) == (0, "There is a new account: sara: Helper, person H07.\n")
    assert PASSWORD not in result.output
    with centre.open() as store:
        assert Accounts(store).verify("sara", PASSWORD).person_id == "H07"
        assert store.verify_audit() == []


def test_a_helper_whom_nobody_knows(typed, centre):
    """A code that is no helper's is taken without its spaces, and said: such an account opens no family."""
    result = typed([PASSWORD], "add", "sara", "--role", "helper", "--person", " H07 ", "--password-stdin")

    assert (result.exit_code, result.stdout) == (0, "There is a new account: sara: Helper, person H07.\n")
    assert "There is no helper with the code" in result.stderr
    with centre.open() as store:
        assert Accounts(store).verify("sara", PASSWORD).person_id == "H07"
        with store.change("omid", "test") as change:
            change.record(HELPERS, pd.DataFrame([{"helper_id": "H08", "from_day": 14040101}]))
    known = typed([PASSWORD], "add", "nader", "--role", "helper", "--person", "H08", "--password-stdin")
    assert (known.exit_code, known.stderr) == (0, "")


def test_two_passwords_that_differ(typed, call):
    """Nothing is made, and the sentence says so."""
    result = typed([PASSWORD, OTHER], "add", "sara", "--role", "operator")

    assert result.exit_code == 2
    assert "The two passwords differ." in result.stderr
    assert call("account", "list").stdout == "There is no account yet. Make one with: hamyar account add\n"


def test_a_password_from_standard_input(typed, centre):
    """A program gives the password in one line and is asked nothing."""
    result = typed([PASSWORD], "add", "omid", "--role", "manager", "--password-stdin")

    assert (result.exit_code, result.stdout) == (0, "There is a new account: omid: Manager of the centre.\n")
    assert result.stderr == ""
    with centre.open() as store:
        assert Accounts(store).verify("omid", PASSWORD).role == "manager"


@pytest.mark.parametrize(
    ("lines", "arguments", "sentence"),
    [
        ([PASSWORD], ["sara", "--role", "helper"], "needs the code"),
        ([PASSWORD], ["sara", "--role", "helper", "--person", " "], "needs the code"),
        (["short"], ["sara", "--role", "operator"], "too easy to guess"),
        ([], ["sara", "--role", "operator"], "too easy to guess"),
        ([PASSWORD], ["سارا", "--role", "operator"], "cannot be the name"),
        ([PASSWORD], ["sara", "--role", "root"], "root"),
    ],
)
def test_a_refused_account(typed, call, lines, arguments, sentence):
    """A sentence, status 2, and no account."""
    result = typed(lines, "add", *arguments, "--password-stdin")

    assert (result.exit_code, sentence in result.stderr) == (2, True)
    assert call("account", "list").stdout.startswith("There is no account yet.")


def test_list_tells_role_person_and_whether_it_is_closed(typed, sara, call):
    """One line for each account, by name."""
    typed([OTHER], "add", "omid", "--role", "operator", "--password-stdin")
    call("account", "disable", "sara")

    assert call("account", "list").stdout.splitlines() == ["omid: Operator", "sara: Helper, person H07, closed"]


def test_password_changes_it_and_ends_sign_ins(typed, sara, centre):
    """The old password opens nothing any more."""
    with centre.open() as store:
        accounts = Accounts(store)
        token = accounts.begin_session(accounts.verify("sara", PASSWORD))
        result = typed([OTHER, OTHER], "password", "SARA")

        assert (result.exit_code, result.stdout) == (
            0,
            "The password of sara is changed, and every sign-in ended.\n",
        )
        assert accounts.account_of(token) is None
        assert accounts.verify("sara", OTHER).username == "sara"
        with pytest.raises(PasswordWrong):
            accounts.verify("sara", PASSWORD)


def test_disable_and_enable(sara, call, centre):
    """Each says what it did."""
    said = [call("account", command, "sara").stdout for command in ("disable", "enable")]

    assert said == ["The account sara is closed, and every sign-in ended.\n", "The account sara is open.\n"]
    with centre.open() as store:
        assert Accounts(store).verify("sara", PASSWORD).version == 3


@pytest.mark.parametrize("command", ["password", "disable", "enable"])
def test_an_account_nobody_has(typed, command):
    """The sentence says where the names are."""
    result = typed([PASSWORD, PASSWORD], command, "nobody")

    assert result.exit_code == 2
    assert "There is no account 'nobody'." in result.stderr


def test_before_init(call):
    """Without a database the command says how to make one."""
    result = call("account", "list")

    assert (result.exit_code, "hamyar init" in result.stderr) == (2, True)
