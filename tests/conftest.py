"""Fixtures that every layer's tests may use: a clock, a key file, and an empty store on both databases.

PostgreSQL is a private server, started once for each test process in a folder of its own.
It listens on no network address, only on a socket in that folder, and ends with the tests.
Where its programs are missing those tests are skipped; with ``HAMYAR_REQUIRE_POSTGRESQL=1`` they fail instead.
"""

import contextlib
import datetime as dt
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from hypothesis import HealthCheck, settings

from hamyar.store.store import Store

START_SECONDS = 60

# How long an example takes says more of what else the machine does than of the code; speed is what "make bench" is for.
settings.register_profile("hamyar", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("hamyar")


# Where the two databases could differ; all other tests of the store run on PostgreSQL in .ci/run only.
ON_BOTH_EVERY_DAY = ("test_change", "test_database", "test_store")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("postgresql") and item.path.stem not in ON_BOTH_EVERY_DAY:
            item.add_marker(pytest.mark.slow)


@pytest.fixture
def clock() -> Callable[[], dt.datetime]:
    """A clock that begins on the first of Aban 1405 and is a minute later each time it is asked."""
    minutes = itertools.count()
    return lambda: dt.datetime(2026, 10, 23, 6, 0, tzinfo=dt.UTC) + dt.timedelta(minutes=next(minutes))


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    """Where a store makes its key; the file does not exist yet."""
    return tmp_path / "keys" / "secrets.key"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database with nothing in it, on each kind of database in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'data' / 'hamyar.sqlite3'}"
    return request.getfixturevalue("postgresql_url")


@pytest.fixture
def postgresql_url(postgresql_server: "PrivatePostgresql") -> Iterator[str]:
    """The address of an empty schema of its own on the private server."""
    with postgresql_server.empty_schema() as url:
        yield url


@pytest.fixture
def store(
    database_url: str, key_file: Path, clock: Callable[[], dt.datetime], blank_sqlite: tuple[Path, Path]
) -> Iterator[Store]:
    """An empty synthetic store, on each kind of database in turn."""
    with _empty_store(database_url, key_file, clock, blank_sqlite) as made:
        yield made


@pytest.fixture
def sqlite_store(
    tmp_path: Path, key_file: Path, clock: Callable[[], dt.datetime], blank_sqlite: tuple[Path, Path]
) -> Iterator[Store]:
    """An empty synthetic store on SQLite only, for tests to which the database does not matter."""
    url = f"sqlite:///{tmp_path / 'data' / 'hamyar.sqlite3'}"
    with _empty_store(url, key_file, clock, blank_sqlite) as made:
        yield made


@pytest.fixture(scope="session")
def blank_sqlite(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A database with nothing in it, and its key: hundreds of tests begin with a copy instead of four migrations."""
    folder = tmp_path_factory.mktemp("blank")
    database, key_file = folder / "hamyar.sqlite3", folder / "secrets.key"
    Store.create(f"sqlite:///{database}", key_file, title="Sample centre", is_synthetic=True).close()
    return database, key_file


def _empty_store(url: str, key_file: Path, clock: Callable[[], dt.datetime], blank_sqlite: tuple[Path, Path]) -> Store:
    if not url.startswith("sqlite"):
        return Store.create(url, key_file, title="Sample centre", is_synthetic=True, clock=clock)
    for blank, place in zip(blank_sqlite, (Path(url.removeprefix("sqlite:///")), key_file), strict=True):
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.copy(blank, place)
    return Store.open(url, key_file, clock)


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator["PrivatePostgresql"]:
    programs = _programs_folder()
    if programs is None:
        reason = "the programs initdb and postgres are not installed"
        if os.environ.get("HAMYAR_REQUIRE_POSTGRESQL") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    # pytest's own folder is closed to the user that the server runs as, and its path is too long for a socket.
    folder = Path(tempfile.mkdtemp(prefix="hamyar-pg-", dir="/tmp"))
    try:
        with PrivatePostgresql(programs, folder) as server:
            yield server
    finally:
        shutil.rmtree(folder)


class PrivatePostgresql:
    """A server of our own; ``with`` starts it and ends it."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self._programs = programs
        self._folder = folder
        self._numbers = itertools.count(1)

    def __enter__(self) -> "PrivatePostgresql":
        as_user = _unprivileged(self._folder)
        data = self._folder / "data"
        self._run_initdb(data, as_user)
        settings = {
            **{"listen_addresses": "", "unix_socket_directories": str(self._folder), "shared_buffers": "32MB"},
            **{"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"},
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        self._log = (self._folder / "log").open("wb")
        self._process = subprocess.Popen(
            [self._programs / "postgres", "-D", data, *options],
            **{"stdout": self._log, "stderr": self._log, "stdin": subprocess.DEVNULL, "cwd": self._folder},
            **as_user,
        )
        try:
            self._wait()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def _end(self) -> None:
        # SIGINT is PostgreSQL's "fast" shutdown: it lets nobody finish, and leaves its files whole.
        self._process.send_signal(signal.SIGINT)
        self._process.wait(START_SECONDS)
        self._log.close()

    def _run_initdb(self, data: Path, as_user: dict[str, object]) -> None:
        command = [self._programs / "initdb", "-D", data, "-U", "hamyar", "--auth=trust", "--no-sync"]
        subprocess.run(
            [*command, "--encoding=UTF8", "--locale=C"],
            **{"check": True, "cwd": self._folder, "capture_output": True, "stdin": subprocess.DEVNULL},
            **as_user,
        )

    def _wait(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                psycopg.connect(self._address()).close()
            except psycopg.OperationalError:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError((self._folder / "log").read_text()) from None
                time.sleep(0.05)
            else:
                return

    @contextlib.contextmanager
    def empty_schema(self) -> Iterator[str]:
        """A schema that goes when the block ends; yields the SQLAlchemy address that leads into it."""
        schema = f"test_{next(self._numbers)}"
        self._execute(f"CREATE SCHEMA {schema}")
        try:
            yield f"postgresql://hamyar@/postgres?host={self._folder}&options={quote(f'-csearch_path={schema}')}"
        finally:
            self._execute(f"DROP SCHEMA {schema} CASCADE")

    def _execute(self, statement: str) -> None:
        with psycopg.connect(self._address(), autocommit=True) as connection:
            # A connection that a test left open must fail the test's teardown, not hang it.
            connection.execute("SET lock_timeout = '20s'")
            connection.execute(statement)

    def _address(self) -> str:
        return f"postgresql://hamyar@/postgres?host={self._folder}"


def _programs_folder() -> Path | None:
    """The folder of the newest PostgreSQL's programs: where Debian keeps them, or wherever PATH finds them."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name))
    on_path = [Path(found).parent for found in [shutil.which("postgres")] if found]
    folders = [folder for folder in [*on_path, *reversed(debian)] if (folder / "initdb").exists()]
    return next((folder for folder in folders if (folder / "postgres").exists()), None)


def _unprivileged(folder: Path) -> dict[str, object]:
    """How to start a program that refuses to run as root: as somebody else, who then owns ``folder``."""
    if os.getuid() != 0:
        return {}
    names = {user.pw_name: user for user in pwd.getpwall()}
    user = names.get("postgres") or names["nobody"]
    os.chown(folder, user.pw_uid, user.pw_gid)
    environment = {**os.environ, "HOME": str(folder)}
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": [], "env": environment}
