"""Where things are: the one reader of Hamyar's environment variables.

==========================  =============================================================  =====================
variable                    meaning                                                        default
==========================  =============================================================  =====================
``HAMYAR_HOME``             the checkout that holds notebooks, parameters and outputs      beside ``lib/``
``HAMYAR_DATABASE_URL``     SQLAlchemy address of the database                             SQLite, user data folder
``HAMYAR_KEY_FILE``         the key of the secrets, kept apart from the database           user config folder
``HAMYAR_OUTPUTS``          where a run writes                                             ``<home>/outputs``
``HAMYAR_PARAMETERS``       the dated parameters                                           ``<home>/parameters``
``HAMYAR_BUNDLE``           a frozen month that notebooks read instead of the database     none
``HAMYAR_SERVICE``          the socket on which a served notebook asks for its facts       none
``HAMYAR_CAPABILITY``       what the notebook may ask there; a secret of this page view    none
``HAMYAR_LANGUAGE``         ``fa`` or ``en``                                               ``fa``
==========================  =============================================================  =====================

Data and key default to the user's own folders, not to the checkout: a centre's families must not lie
in a folder that is copied, committed or served.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from platformdirs import user_config_path, user_data_path


@dataclass(frozen=True)
class Settings:
    home: Path
    database_url: str
    key_file: Path
    outputs: Path
    parameters: Path
    bundle: Path | None
    service: Path | None = None
    capability: str = field(default="", repr=False)

    @property
    def notebooks(self) -> Path:
        return self.home / "notebooks"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> "Settings":
        found = os.environ if environment is None else environment
        home = Path(found.get("HAMYAR_HOME") or Path(__file__).parents[3]).resolve()
        bundle, service = found.get("HAMYAR_BUNDLE"), found.get("HAMYAR_SERVICE")
        return cls(
            home=home,
            database_url=found.get("HAMYAR_DATABASE_URL") or f"sqlite:///{user_data_path('hamyar') / 'hamyar.sqlite3'}",
            key_file=Path(found.get("HAMYAR_KEY_FILE") or user_config_path("hamyar") / "secrets.key"),
            outputs=Path(found.get("HAMYAR_OUTPUTS") or home / "outputs"),
            parameters=Path(found.get("HAMYAR_PARAMETERS") or home / "parameters"),
            bundle=Path(bundle) if bundle else None,
            service=Path(service) if service else None,
            capability=found.get("HAMYAR_CAPABILITY", ""),
        )


def is_served() -> bool:
    """Whether this process is the kernel of a page that Hamyar serves."""
    return bool(os.environ.get("HAMYAR_SERVICE"))
