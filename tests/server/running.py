"""A server in a process of its own, over a small centre, with notebooks that show what they were given.

``python -m tests.server.running <folder> <options as JSON>`` serves the centre that :func:`make_centre` made there.
"""

import datetime as dt
import hashlib
import json
import sys
import tempfile
import time
from pathlib import Path

import nbformat
import pandas as pd
from argon2 import PasswordHasher

from hamyar.core.tables import FACT_TABLES, FAMILIES
from hamyar.server.app import serve
from hamyar.server.capability import Capabilities
from hamyar.server.context import Serving
from hamyar.server.identity import AccountsIdentity
from hamyar.store.accounts import Accounts, SignInRules
from hamyar.store.settings import Settings
from hamyar.store.store import Store
from tests.store.work_of_help import WORK

# The first of Aban 1405: h1 carries F1 from this day on, h2 carries F2.
TODAY = dt.datetime(2026, 10, 23, 6, 0, tzinfo=dt.UTC)
MONTH, DAY = "1405-08", "1405-08-01"
PEOPLE = {
    **{"sara": ("helper", "h1"), "omid": ("helper", "h2"), "mina": ("manager", None)},
    **{"reza": ("researcher", None), "nima": ("operator", None)},
}
# The least Argon2 can do; nobody types a password in these tests.
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD = "یک گذرواژهٔ بلند برای آزمون"
# What a kernel knows, as text that a test finds again in the page.
SHOW = "import json, os, sys\nprint('KNOWN', json.dumps({names}))"
NOTEBOOKS: dict[str, list[str]] = {
    "home": [SHOW.format(names="{**dict(os.environ), 'folder': os.getcwd(), 'beside': os.listdir()}")],
    "family_form": [
        "family = 'S-000'\nmonth = '1404-08'\nprivate = False\noutside = False",
        SHOW.format(names="[family, month, private, outside]"),
    ],
    "centre_dashboard": ["month = '1404-08'", SHOW.format(names="[month]")],
    "family_economy": [
        "family = 'S-000'\nmonth = '1404-08'",
        "print('WARNED', file=sys.stderr) if 'sys' in globals() else None\nraise ValueError('SAID ' + family)",
        "print('AFTER')",
    ],
    "stratification": [
        "family = 'S-000'\nmonth = '1404-08'\nprivate = False",
        SHOW.format(names="[family, month, private]"),
    ],
    "helper_calendar": [
        "helper = ''\nmonth = '1404-08'\non_day = ''",
        SHOW.format(names="[helper, month, on_day]"),
        # A widget that fails at whatever the browser sends.
        "import comm\nmade = comm.create_comm(target_name='t', comm_id='failing')",
        "def fail(message):\n    raise ValueError('SAID ' + helper)\nmade.on_msg(fail)",
    ],
}


def moving_clock() -> dt.datetime:
    """The time of the centre: it begins with this process on the day of the tests."""
    return TODAY + dt.timedelta(seconds=time.monotonic() - _BEGAN)


_BEGAN = time.monotonic()


def settings_in(folder: Path) -> Settings:
    given = {
        "HAMYAR_HOME": str(folder / "home"),
        "HAMYAR_DATABASE_URL": f"sqlite:///{folder / 'data' / 'hamyar.sqlite3'}",
        "HAMYAR_KEY_FILE": str(folder / "keys" / "secrets.key"),
    }
    return Settings.from_environment(given)


def make_centre(folder: Path) -> None:
    """Families F1 to F3, the helpers and commissions of the work of help, an account for each of :data:`PEOPLE`."""
    settings = settings_in(folder)
    made = Store.create(
        settings.database_url, settings.key_file, title="Sample centre", is_synthetic=True, clock=moving_clock
    )
    with made as store:
        with store.change("sara", "the work of help") as change:
            change.record(FAMILIES, pd.DataFrame({"family_id": ["F1", "F2", "F3"], "source": "local"}))
            for name in ("helpers", "assignments", "referrals", "sessions", "session_people", "session_cases"):
                change.record(FACT_TABLES[name], pd.DataFrame(WORK[name]))
        accounts = Accounts(store, CHEAP)
        for username, (role, person) in PEOPLE.items():
            accounts.add(username, role, person, password=PASSWORD, actor="test")
    settings.notebooks.mkdir(parents=True)
    settings.parameters.symlink_to(Path(__file__).parents[2] / "parameters")
    for name, cells in NOTEBOOKS.items():
        write_notebook(settings.notebooks / f"{name}.ipynb", cells)


def write_notebook(file: Path, cells: list[str]) -> None:
    made = [nbformat.v4.new_code_cell(cell) for cell in cells]
    if len(cells) > 1:
        made[0].metadata["tags"] = ["parameters"]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(nbformat.v4.new_notebook(cells=made, metadata={"kernelspec": kernel}), file)


def open_serving(folder: Path) -> Serving:
    """The centre of :func:`make_centre` as a server holds it; close its store."""
    settings = settings_in(folder)
    store = Store.open(settings.database_url, settings.key_file, clock=moving_clock)
    # A socket's path may not be long, and that of a test's folder is.
    runtime = Path(tempfile.gettempdir()) / f"hamyar-{hashlib.sha256(str(folder).encode()).hexdigest()[:8]}"
    runtime.mkdir(mode=0o700, exist_ok=True)
    return Serving(settings, store, Accounts(store, rules=SignInRules()), Capabilities(), runtime)


def main(folder: Path, options: dict[str, object]) -> None:
    serving = open_serving(folder)
    with serving.store:
        serve(
            serving,
            AccountsIdentity(serving),
            ready=lambda port: (folder / "port").write_text(str(port)),
            **{"port": 0, **options},
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]), json.loads(sys.argv[2]))
