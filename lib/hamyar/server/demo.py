"""A centre to look at: made-up families, and an account for each role.

It lies in a folder of its own below the outputs, whatever database the settings name, is made once and used again.
The passwords are drawn at random and kept beside the key of the demonstration, in a file
that only its owner can read, so that what is printed opens the account each time.
A centre with real families is refused: accounts whose passwords stand in a file are nothing for it.
"""

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from hamyar.core.jalali import Month
from hamyar.core.tables import ASSIGNMENTS, SESSION_PEOPLE
from hamyar.store.access import Access, User
from hamyar.store.accounts import AccountDisabled, AccountLocked, Accounts, PasswordWrong
from hamyar.store.filling import DatabaseNotSynthetic, fill_with_sample
from hamyar.store.settings import Settings
from hamyar.store.store import Store

# Enough for two helpers with families, and little enough to be made in seconds.
FAMILIES, MONTHS, SEED = 36, 13, 1404
ACTOR = "demo"
FOLDER, FILE = "served", "demo-accounts.json"


@dataclass(frozen=True)
class DemoAccount:
    username: str
    role: str
    person_id: str | None
    password: str


def demo_settings(settings: Settings) -> Settings:
    """The same with the demonstration's own database and key."""
    folder = settings.outputs / FOLDER
    url = f"sqlite:///{(folder / 'served.sqlite3').resolve()}"
    return replace(settings, database_url=url, key_file=folder / "served.key")


def open_demo(settings: Settings, title: str) -> Store:
    """The store of the demonstration; made, with families up to today's month, where there is none.

    ``settings`` are those of :func:`demo_settings`.

    Raises ``DatabaseNotSynthetic`` where there is one that was not made for this.
    """
    store = Store.create(settings.database_url, settings.key_file, title=title, is_synthetic=True)
    try:
        _require_synthetic(store)
        if not store.has_families():
            until = Month.from_code(store.today() // 100)
            fill_with_sample(store, families=FAMILIES, last_month=until, months=MONTHS, seed=SEED, actor=ACTOR)
    except BaseException:
        store.close()
        raise
    return store


def demo_accounts(store: Store, accounts: Accounts, folder: Path) -> list[DemoAccount]:
    """An account for each role, two for helpers, made where they are absent; their passwords lie in ``folder``."""
    _require_synthetic(store)
    file = folder / FILE
    known: dict[str, str] = json.loads(file.read_text("utf-8")) if file.exists() else {}
    made = [
        DemoAccount(username, role, person, known.get(username) or secrets.token_urlsafe(9))
        for username, (role, person) in _people(store).items()
    ]
    for each in made:
        if accounts.find(each.username) is None:
            accounts.add(each.username, each.role, each.person_id, password=each.password, actor=ACTOR)
        elif not _opens(accounts, each):
            accounts.set_password(each.username, each.password, actor=ACTOR)
    _keep(file, {each.username: each.password for each in made})
    return made


def _require_synthetic(store: Store) -> None:
    if not store.centre.is_synthetic:
        raise DatabaseNotSynthetic()


def _people(store: Store) -> Mapping[str, tuple[str, str | None]]:
    """Who signs in to the demonstration: by the name of the account, the role and the person."""
    carried = store.current(ASSIGNMENTS)["helper_id"].value_counts()
    # The one with most families first; among equals by code, so that a second start finds the same two.
    helpers = [str(code) for code in sorted(carried.index, key=lambda code: (-carried[code], code))][:2]
    known = {f"helper{number}": ("helper", code) for number, code in enumerate(helpers, 1)}
    people = sorted({str(code) for code in store.current(SESSION_PEOPLE)["person_id"]} - set(carried.index))
    heard = [code for code in people if Access(store, User("", "commission_member", code)).has_families()]
    commission = [("commission", ("commission_member", code)) for code in (heard or people)[:1]]
    plain = {role: (role, None) for role in ("manager", "researcher", "supervisor", "operator")}
    return {**plain, **known, **dict(commission)}


def _opens(accounts: Accounts, account: DemoAccount) -> bool:
    """Whether the password is the account's: somebody may have tried out the page that changes it."""
    try:
        accounts.verify(account.username, account.password)
    except AccountDisabled:
        return True
    except (PasswordWrong, AccountLocked):
        return False
    return True


def _keep(file: Path, passwords: Mapping[str, str]) -> None:
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as written:
        json.dump(passwords, written, indent=1)
