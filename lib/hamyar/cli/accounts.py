"""``hamyar account``: who may sign in to the pages, in which role.

A password is asked for twice on the terminal, or read from standard input for a program; it is never an argument,
because arguments stand in the list of processes and in the history of the shell.
Whoever can run this command holds the database, so no permission is asked for; the audit log says who it was.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from hamyar.cli.terminal import actor, say_line, say_lines, speaks, told
from hamyar.core.errors import HamyarError
from hamyar.core.message import N_, Message, message
from hamyar.store.access import ROLE_LABELS, ROLES
from hamyar.store.settings import Settings

if TYPE_CHECKING:
    from hamyar.store.accounts import Account, Accounts
    from hamyar.store.store import Store


class PasswordsDiffer(HamyarError):
    msgid = N_("The two passwords differ. Nothing was changed; give the command again.")


@click.group(help=told(N_("The people who may sign in, and what each may do.")))
def account() -> None:
    """The group; the commands follow."""


_password_stdin = click.option(
    "--password-stdin", is_flag=True, help=told(N_("Read the password from standard input; else it is asked for."))
)


@account.command(
    "add",
    help=told(N_("Make an account; its password is asked for.")),
    epilog=told(N_("Example: hamyar account add sara --role helper --person H07")),
)
@click.argument("username")
@click.option("--role", required=True, type=click.Choice(ROLES), help=told(N_("What the person may do.")))
@click.option("--person", help=told(N_("Code of the helper or person; helpers and members of commissions need it.")))
@_password_stdin
@speaks
def add(username: str, role: str, person: str | None, password_stdin: bool) -> None:
    from hamyar.core.tables import HELPERS
    from hamyar.store.accounts import Accounts

    with _store() as store:
        # A code with a space around it would be nobody's, and its account would open nothing without saying why.
        code = (person or "").strip() or None
        made = Accounts(store).add(username, role, code, password=_password(password_stdin), actor=actor())
        is_known = code is None or bool(len(store.current(HELPERS, {"helper_id": [code]})))
    say_line(message(N_("There is a new account: {account}."), account=_told(made)))
    if role == "helper" and not is_known:
        unknown = N_("There is no helper with the code {helper}. Look the code up in the list of helpers.")
        say_line(message(unknown, helper=code), err=True)


@account.command(
    "list",
    help=told(N_("Say which accounts there are, with role and person.")),
    epilog=told(N_("Example: hamyar account list")),
)
@speaks
def list_() -> None:
    with _accounts() as accounts:
        found = accounts.all()
    say_lines(message("{account}", account=_told(each)) for each in found)
    if not found:
        say_line(message(N_("There is no account yet. Make one with: hamyar account add")))


@account.command(
    "password",
    help=told(N_("Give an account another password; whoever is signed in with it is signed out.")),
    epilog=told(N_("Example: hamyar account password sara")),
)
@click.argument("username")
@_password_stdin
@speaks
def password(username: str, password_stdin: bool) -> None:
    with _accounts() as accounts:
        changed = accounts.set_password(username, _password(password_stdin), actor=actor())
    say_line(message(N_("The password of {username} is changed, and every sign-in ended."), username=changed.username))


@account.command(
    "disable",
    help=told(N_("Close an account: nobody signs in with it, and whoever is signed in is signed out.")),
    epilog=told(N_("Example: hamyar account disable sara")),
)
@click.argument("username")
@speaks
def disable(username: str) -> None:
    with _accounts() as accounts:
        closed = accounts.disable(username, actor=actor())
    say_line(message(N_("The account {username} is closed, and every sign-in ended."), username=closed.username))


@account.command(
    "enable",
    help=told(N_("Open a closed account again, with the password it had.")),
    epilog=told(N_("Example: hamyar account enable sara")),
)
@click.argument("username")
@speaks
def enable(username: str) -> None:
    with _accounts() as accounts:
        opened = accounts.enable(username, actor=actor())
    say_line(message(N_("The account {username} is open."), username=opened.username))


@contextmanager
def _store() -> Iterator["Store"]:
    from hamyar.store.store import Store

    with Store.open(Settings.from_environment().database_url) as store:
        yield store


@contextmanager
def _accounts() -> Iterator["Accounts"]:
    from hamyar.store.accounts import Accounts

    with _store() as store:
        yield Accounts(store)


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    first, second = (
        click.prompt(told(asked), hide_input=True, err=True) for asked in (N_("Password"), N_("The same once more"))
    )
    if first != second:
        raise PasswordsDiffer()
    return str(first)


def _told(found: "Account") -> Message:
    """An account in a line: its name, role, person, and whether it is closed."""
    particulars: list[Message] = [Message(ROLE_LABELS[found.role])]
    if found.person_id is not None:
        particulars.append(message(N_("person {person}"), person=found.person_id))
    if found.is_disabled:
        particulars.append(message(N_("closed")))
    return message(N_("{username}: {particulars}"), username=found.username, particulars=particulars)
