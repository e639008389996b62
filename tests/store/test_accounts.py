"""Accounts and sign-ins: what opens, what stays closed, and what the audit log tells of it."""

import datetime as dt
import json
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher

from hamyar.store.access import ROLES, User
from hamyar.store.accounts import (
    Account,
    AccountDisabled,
    AccountExists,
    AccountLocked,
    Accounts,
    AccountUnknown,
    PasswordWrong,
    PersonMissing,
    RoleUnknown,
    SignInOvertaken,
    SignInRules,
    UsernameInvalid,
)
from hamyar.store.database import DatabaseBusy
from hamyar.store.models import accounts as accounts_model
from hamyar.store.models import changes, metadata, passwords, sign_in_failures, sign_ins
from hamyar.store.passwords import Passwords, PasswordWeak
from hamyar.store.store import Store

# The least Argon2 can do: what is tested is not how slow it is.
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
NOON = dt.datetime(2026, 10, 23, 8, 30, tzinfo=dt.UTC)
RIGHT, OTHER = "گل سرخ باغ ۷", "a long blue river"


def after(minutes: float = 0, seconds: float = 0) -> dt.datetime:
    return NOON + dt.timedelta(minutes=minutes, seconds=seconds)


@pytest.fixture
def accounts(store: Store) -> Accounts:
    return Accounts(store, CHEAP)


@pytest.fixture
def sara(accounts: Accounts) -> Account:
    """A helper's account."""
    return accounts.add("sara", "helper", "h1", password=RIGHT, actor="operator")


@pytest.fixture
def token(accounts: Accounts, sara: Account) -> str:
    """A sign-in of the helper that began at noon."""
    return accounts.begin_session(sara, NOON)


def count(store: Store, table: sa.Table) -> int:
    with store._database.read() as connection:
        return connection.scalar(sa.select(sa.func.count()).select_from(table))


def told(store: Store) -> list[tuple[str, str]]:
    """Who and why, of every entry of the audit log."""
    with store._database.read() as connection:
        return [tuple(row) for row in connection.execute(sa.select(changes.c.actor, changes.c.reason).order_by("seq"))]


def everything(store: Store) -> str:
    """All that the database holds, as text."""
    with store._database.read() as connection:
        rows = [connection.execute(sa.select(table)).all() for table in metadata.tables.values()]
    return json.dumps(rows, default=str, ensure_ascii=False)


class TestMaking:
    def test_an_account_is_found_again(self, accounts: Accounts, sara: Account):
        """It is listed and found with role, person and version."""
        assert sara == Account("sara", "helper", "h1", is_disabled=False, version=1)
        assert (sara, [sara]) == (accounts.find("sara"), accounts.all())
        assert sara.user == User("sara", "helper", "h1")

    def test_capital_letters_and_spaces_do_not_matter(self, accounts: Accounts, sara: Account):
        """However the name is written, it is the one account."""
        for written in ("SARA", " Sara ", "sara"):
            assert sara == accounts.verify(written, RIGHT, NOON) == accounts.find(written)

    def test_persian_digits_of_a_name_do_not_matter(self, accounts: Accounts):
        """A name made with Persian digits is found with Latin ones."""
        made = accounts.add("h۱۲", "operator", password=RIGHT, actor="operator")
        assert ("h12", made) == (made.username, accounts.find("H12"))

    def test_every_role_can_be_given(self, accounts: Accounts):
        """An account of each role is made and signs in."""
        for role in ROLES:
            made = accounts.add(f"a.{role}", role, "p1", password=RIGHT, actor="operator")
            assert (role, made) == (made.role, accounts.verify(f"a.{role}", RIGHT, NOON))

    def test_a_name_of_other_signs_is_refused(self, accounts: Accounts):
        """Only Latin letters, digits and a few marks are a name; nothing else is found or signs in."""
        for name in ("", "s", "سارا", "a b", "-ab", "a/b", "a\x00b", "a\ud800", "s" * 65, "a;b", "ſara"):
            with pytest.raises(UsernameInvalid):
                accounts.add(name, "operator", password=RIGHT, actor="operator")
            assert accounts.find(name) is None
            with pytest.raises(PasswordWrong):
                accounts.verify(name, RIGHT, NOON)

    def test_a_second_account_of_a_name_is_refused(self, accounts: Accounts, sara: Account):
        """The first account keeps its role and its password."""
        with pytest.raises(AccountExists, match="sara"):
            accounts.add("Sara", "operator", password=OTHER, actor="operator")
        assert sara == accounts.verify("sara", RIGHT, NOON)

    def test_an_unknown_role_is_refused(self, accounts: Accounts):
        """The sentence lists the roles."""
        with pytest.raises(RoleUnknown, match="helper, manager"):
            accounts.add("omid", "root", password=RIGHT, actor="operator")

    def test_a_role_of_a_person_needs_the_person(self, accounts: Accounts):
        """Without a code there would be nothing the account could see."""
        for role, person in (("helper", None), ("helper", ""), ("commission_member", None)):
            with pytest.raises(PersonMissing):
                accounts.add("omid", role, person, password=RIGHT, actor="operator")
        assert accounts.all() == []

    def test_an_account_nobody_has_cannot_be_changed(self, accounts: Accounts):
        """The sentence says where the names are."""
        for name in ("nobody", "هیچ‌کس"):
            for call, given in (("set_password", {"password": RIGHT}), ("disable", {}), ("enable", {})):
                with pytest.raises(AccountUnknown, match="hamyar account list"):
                    getattr(accounts, call)(name, actor="operator", **given)


class TestPasswords:
    def test_an_easy_password_is_refused(self, store: Store, accounts: Accounts, sara: Account):
        """Neither a new account takes it nor an old one, and the old password stays."""
        with pytest.raises(PasswordWeak):
            accounts.set_password("sara", "sara12345", actor="sara")
        with pytest.raises(PasswordWeak):
            accounts.add("omid", "operator", password="short", actor="operator")
        assert accounts.all() == [sara] == [accounts.verify("sara", RIGHT, NOON)]

    def test_the_database_holds_no_password(self, store: Store, accounts: Accounts, token: str):
        """Neither passwords nor tokens stand in any table, and a hash in none but its own."""
        accounts.set_password("sara", OTHER, actor="sara")
        second = accounts.begin_session(accounts.verify("sara", OTHER, NOON), NOON)
        held = everything(store)
        assert [text for text in (RIGHT, OTHER, token, second) if text in held] == []
        assert held.count("$argon2id$") == 1

    def test_a_hash_of_older_costs_is_made_anew(self, store: Store, sara: Account, token: str):
        """The first sign-in under dearer costs stores a new hash, under the log, and ends no other sign-in."""
        dearer = PasswordHasher(time_cost=2, memory_cost=8, parallelism=1)
        later = Accounts(store, dearer)
        renewed = later.verify("sara", RIGHT, NOON)
        with store._database.read() as connection:
            kept = connection.scalar(sa.select(passwords.c.hash))
        assert (renewed.version, dearer.check_needs_rehash(kept)) == (2, False)
        assert renewed == later.verify("sara", RIGHT, NOON) == later.account_of(token, NOON)
        assert told(store)[-1] == ("sara", "new hash for sara")
        assert later.begin_session(renewed, NOON)

    def test_a_hash_slipped_in_behind_the_log_opens_nothing(self, store: Store, accounts: Accounts, sara: Account):
        """Who can write the table of hashes still cannot sign in as somebody else."""
        with store._database.write() as connection:
            connection.execute(sa.update(passwords).values(hash=Passwords(CHEAP).hashed("sara", OTHER)))
        with pytest.raises(PasswordWrong):
            accounts.verify("sara", OTHER, NOON)


class TestGuessing:
    def wrong(self, accounts: Accounts, at: dt.datetime, times: int = 1, name: str = "sara") -> None:
        for _ in range(times):
            with pytest.raises(PasswordWrong):
                accounts.verify(name, OTHER, at)

    def test_a_name_is_closed_after_wrong_passwords(self, accounts: Accounts, sara: Account):
        """After five the right one is refused too; a name nobody has gives the same answers."""
        for name in ("sara", "nobody", "هیچ‌کس"):
            self.wrong(accounts, NOON, 5, name)
            with pytest.raises(AccountLocked, match="Minutes to wait: 15"):
                accounts.verify(name, RIGHT, NOON)
            with pytest.raises(AccountLocked, match=r"Minutes to wait: 1\."):
                accounts.verify(name, RIGHT, after(minutes=14, seconds=30))

    def test_a_closed_name_opens_by_itself(self, accounts: Accounts, sara: Account):
        """When the time is over the right password signs in, and attempts while it was closed did not prolong it."""
        self.wrong(accounts, NOON, 5)
        with pytest.raises(AccountLocked):
            accounts.verify("sara", OTHER, after(minutes=10))
        assert sara == accounts.verify("sara", RIGHT, after(minutes=15))

    def test_the_right_password_forgets_the_wrong_ones(self, accounts: Accounts, sara: Account):
        """Four wrong ones, the right one, and four wrong ones again do not close the name."""
        for _ in range(2):
            self.wrong(accounts, NOON, 4)
            assert sara == accounts.verify("sara", RIGHT, NOON)

    def test_another_name_stays_open(self, accounts: Accounts, sara: Account):
        """Attempts are counted for each name by itself."""
        self.wrong(accounts, NOON, 5, "omid")
        assert sara == accounts.verify("sara", RIGHT, NOON)

    def test_other_spellings_of_a_name_count_together(self, accounts: Accounts, sara: Account):
        """Writing the name with capital letters gives no more attempts."""
        for name in ("sara", "SARA", "Sara ", "sARA", "saRa"):
            self.wrong(accounts, NOON, 1, name)
        with pytest.raises(AccountLocked):
            accounts.verify("sara", RIGHT, NOON)

    def test_a_new_password_opens_a_closed_name(self, accounts: Accounts, sara: Account):
        """Who asks the operator for help need not wait."""
        self.wrong(accounts, NOON, 5)
        changed = accounts.set_password("sara", OTHER, actor="operator")
        assert changed == accounts.verify("sara", OTHER, NOON)

    def test_many_attempts_at_once_are_no_way_around(self, accounts: Accounts, sara: Account):
        """Of twelve guesses at the same time no more than five are looked at."""

        def guess(_: int) -> type[Exception]:
            try:
                accounts.verify("sara", OTHER, NOON)
            except (AccountLocked, PasswordWrong) as error:
                return type(error)
            raise AssertionError

        with ThreadPoolExecutor(4) as pool:
            found = list(pool.map(guess, range(12)))
        assert (found.count(PasswordWrong), found.count(AccountLocked)) == (5, 7)

    def test_no_refusal_names_anybody(self, accounts: Accounts, sara: Account):
        """Neither name nor password stands in a refused sign-in, which may be written to a log."""
        accounts.disable("sara", actor="operator")
        said = []
        for password, error in ((RIGHT, AccountDisabled), *((OTHER, PasswordWrong),) * 5, (OTHER, AccountLocked)):
            with pytest.raises(error) as caught:
                accounts.verify("sara", password, NOON)
            said.append(str(caught.value) + repr(caught.value.message.values))
        assert [text for text in said if "sara" in text or OTHER in text or RIGHT in text] == []

    def test_what_was_typed_as_a_name_is_not_kept(self, store: Store, accounts: Accounts, sara: Account):
        """A password in the wrong box leaves no text in the database, and what is left goes with time."""
        self.wrong(accounts, NOON, 1, OTHER)
        assert (OTHER in everything(store), count(store, sign_in_failures)) == (False, 1)
        self.wrong(accounts, after(minutes=16))
        assert count(store, sign_in_failures) == 1

    def test_a_disabled_account_says_so_only_to_its_owner(self, accounts: Accounts, sara: Account):
        """With the right password the account is said to be closed; with a wrong one nothing is said of it."""
        accounts.disable("sara", actor="operator")
        with pytest.raises(AccountDisabled):
            accounts.verify("sara", RIGHT, NOON)
        self.wrong(accounts, NOON)

    def test_the_rules_can_be_set(self, store: Store, sara: Account):
        """How many attempts, and how long a name stays closed, are the centre's choice."""
        strict = Accounts(store, CHEAP, SignInRules(failures=1, locked_minutes=60))
        self.wrong(strict, NOON)
        with pytest.raises(AccountLocked, match="Minutes to wait: 60"):
            strict.verify("sara", RIGHT, NOON)


class TestSignIns:
    def test_a_token_names_its_account(self, accounts: Accounts, sara: Account, token: str):
        """The token of a sign-in leads to the account; any other text leads nowhere."""
        assert sara == accounts.account_of(token, NOON)
        for other in ("", token + "x", token[:-1], token.swapcase(), "\x00", "\ud800"):
            assert accounts.account_of(other, NOON) is None

    def test_two_sign_ins_have_two_tokens(self, accounts: Accounts, sara: Account, token: str):
        """Signing out at one place leaves the other signed in."""
        second = accounts.begin_session(sara, NOON)
        accounts.end_session(token)
        accounts.end_session("no token")
        assert (None, sara) == (accounts.account_of(token, NOON), accounts.account_of(second, NOON))

    def test_the_digest_is_no_token(self, store: Store, accounts: Accounts, token: str):
        """What a stolen backup holds of a sign-in signs nobody in."""
        with store._database.read() as connection:
            kept = connection.scalar(sa.select(sign_ins.c.token_hash))
        assert accounts.account_of(kept, NOON) is None

    def test_an_unused_sign_in_ends(self, accounts: Accounts, sara: Account, token: str):
        """It lasts an hour without use, and each use begins the hour again."""
        assert sara == accounts.account_of(token, after(minutes=59))
        assert sara == accounts.account_of(token, after(minutes=118))
        assert accounts.account_of(token, after(minutes=178)) is None

    def test_an_old_sign_in_ends_though_it_is_used(self, accounts: Accounts, sara: Account, token: str):
        """After twelve hours it ends, used or not."""
        for minutes in range(30, 720, 30):
            assert sara == accounts.account_of(token, after(minutes=minutes))
        assert accounts.account_of(token, after(minutes=720)) is None

    def test_sign_ins_that_ended_are_removed(self, store: Store, accounts: Accounts, sara: Account, token: str):
        """The next sign-in clears them away."""
        accounts.begin_session(sara, after(minutes=30))
        assert count(store, sign_ins) == 2
        accounts.begin_session(sara, after(minutes=61))
        assert count(store, sign_ins) == 2

    def test_use_is_noted_only_now_and_then(self, store: Store, accounts: Accounts, token: str):
        """Within a minute nothing is written; after it the last use is."""

        def seen() -> int:
            with store._database.read() as connection:
                return connection.scalar(sa.select(sign_ins.c.seen_at)) - int(NOON.timestamp())

        found = []
        for seconds in (59, 60, 100, 125):
            accounts.account_of(token, after(seconds=seconds))
            found.append(seen())
        assert found == [0, 60, 60, 120 + 5]

    @pytest.mark.parametrize(
        "fault", [DatabaseBusy(seconds=30), sa.exc.OperationalError("", None, Exception("disk is full"))]
    )
    def test_a_database_that_takes_nothing_signs_nobody_out(
        self, accounts: Accounts, sara: Account, token: str, monkeypatch: pytest.MonkeyPatch, fault: Exception
    ):
        """While somebody else writes for long, and while the disk is full, who is signed in stays so."""

        def unable() -> None:
            raise fault

        monkeypatch.setattr(accounts._database, "write", unable)
        assert sara == accounts.account_of(token, after(minutes=5))

    def test_a_new_password_ends_every_sign_in(self, accounts: Accounts, sara: Account, token: str):
        """Only the new password begins another one."""
        second = accounts.begin_session(sara, NOON)
        changed = accounts.set_password("sara", OTHER, actor="sara")
        assert [accounts.account_of(found, NOON) for found in (token, second)] == [None, None]
        with pytest.raises(PasswordWrong):
            accounts.verify("sara", RIGHT, NOON)
        assert changed == accounts.account_of(accounts.begin_session(changed, NOON), NOON)

    def test_disabling_ends_every_sign_in(self, accounts: Accounts, sara: Account, token: str):
        """It stays ended when the account is opened again, and then the old password signs in."""
        closed = accounts.disable("sara", actor="operator")
        assert (accounts.account_of(token, NOON), accounts.active("sara"), closed.is_disabled) == (None, None, True)
        opened = accounts.enable("sara", actor="operator")
        assert (None, opened) == (accounts.account_of(token, NOON), accounts.active("sara"))
        assert opened == accounts.verify("sara", RIGHT, NOON)

    def test_end_all_ends_one_account_s_sign_ins(self, accounts: Accounts, sara: Account, token: str):
        """Another account's sign-in goes on."""
        omid = accounts.add("omid", "operator", password=OTHER, actor="operator")
        others = accounts.begin_session(omid, NOON)
        accounts.end_all("Sara")
        assert (None, omid) == (accounts.account_of(token, NOON), accounts.account_of(others, NOON))

    @pytest.mark.parametrize("meanwhile", ["set_password", "disable"])
    def test_a_change_while_signing_in_is_not_overtaken(self, accounts: Accounts, sara: Account, meanwhile: str):
        """Who gave the old password a moment before the change gets no sign-in after it."""
        verified = accounts.verify("sara", RIGHT, NOON)
        given = {"password": OTHER} if meanwhile == "set_password" else {}
        getattr(accounts, meanwhile)("sara", actor="operator", **given)
        with pytest.raises(SignInOvertaken):
            accounts.begin_session(verified, NOON)

    def test_an_account_nobody_made_cannot_begin(self, accounts: Accounts):
        """An ``Account`` put together by hand signs nobody in."""
        with pytest.raises(SignInOvertaken):
            accounts.begin_session(Account("ghost", "manager", None, is_disabled=False, version=1), NOON)

    def test_the_store_s_clock_tells_the_time(self, store: Store, accounts: Accounts, sara: Account):
        """Without a time the store's clock is asked, also when it stands years from the computer's."""
        begun = accounts.begin_session(sara)
        with store._database.read() as connection:
            began_at = connection.scalar(sa.select(sign_ins.c.began_at))
        assert dt.datetime.fromtimestamp(began_at, dt.UTC).date() == dt.date(2026, 10, 23)
        assert sara == accounts.account_of(begun)


class TestAuditLog:
    def test_it_tells_who_changed_whom(self, store: Store, accounts: Accounts, sara: Account):
        """Each change of an account is an entry with its author, and the log verifies."""
        accounts.disable("sara", actor="operator")
        accounts.enable("sara", actor="manager")
        accounts.set_password("sara", OTHER, actor="sara")
        assert told(store) == [
            ("operator", "new account sara"),
            ("operator", "close account sara"),
            ("manager", "open account sara"),
            ("sara", "new password of sara"),
        ]
        assert store.verify_audit() == []

    def test_changing_nothing_writes_no_entry(self, store: Store, accounts: Accounts, sara: Account):
        """Disabling what is disabled, and enabling what is open, leave the log as it is."""
        assert sara == accounts.enable("sara", actor="operator")
        closed = accounts.disable("sara", actor="operator")
        assert closed == accounts.disable("sara", actor="operator")
        assert len(told(store)) == 2

    def test_signing_in_writes_no_entry(self, store: Store, accounts: Accounts, token: str):
        """Sign-ins are of the moment and no part of the log."""
        accounts.end_session(token)
        assert len(told(store)) == 1

    def test_a_role_changed_behind_the_log_is_found(self, store: Store, accounts: Accounts, sara: Account):
        """A version slipped in by hand fits no entry."""
        with store._database.write() as connection:
            row = connection.execute(sa.select(accounts_model)).one()
            forged = {**row._mapping, "id": row.id + 1, "version": 2, "role": "manager"}
            connection.execute(sa.insert(accounts_model).values(forged))
        assert [str(problem) for problem in store.verify_audit()] == [
            "Table 'accounts': rows of change 1 were altered, removed or added."
        ]


def test_an_account_s_history_stays(store: Store, accounts: Accounts, sara: Account):
    """Every version of an account is kept, and the last one counts."""
    accounts.disable("sara", actor="operator")
    with store._database.read() as connection:
        found = connection.execute(
            sa.select(accounts_model.c.version, accounts_model.c.is_disabled).order_by(accounts_model.c.version)
        ).all()
    assert [tuple(row) for row in found] == [(1, False), (2, True)]
    assert [account.version for account in accounts.all()] == [2]


def test_accounts_are_listed_by_name(accounts: Accounts):
    """The list is in the order of names, disabled accounts among the others."""
    for name in ("omid", "ali", "sara"):
        accounts.add(name, "operator", password=RIGHT, actor="operator")
    accounts.disable("omid", actor="operator")
    assert [(account.username, account.is_disabled) for account in accounts.all()] == [
        ("ali", False),
        ("omid", True),
        ("sara", False),
    ]


def test_a_token_is_long_enough(token: str):
    """256 random bits are 43 letters."""
    assert len(token) == 43
