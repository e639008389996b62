"""What every part of the server needs, made once when it starts.

It is the only holder of the database and of the key of the secrets; kernels get neither.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from hamyar.server.capability import Capabilities
from hamyar.store.access import Access, Rights, User
from hamyar.store.accounts import Account, Accounts
from hamyar.store.settings import Settings
from hamyar.store.store import Store


@dataclass
class Serving:
    """The centre as it is being served.

    ``runtime`` is a folder of mode 0700 that only this process needs; ``service_path`` is the Unix socket in it
    on which kernels ask for data.
    """

    settings: Settings
    store: Store
    accounts: Accounts
    capabilities: Capabilities
    runtime: Path
    language: str = "fa"

    @property
    def service_path(self) -> Path:
        return self.runtime / "service.sock"

    def access(self, account: Account) -> Access:
        """What this account may do now."""
        return Access(self.store, User(account.username, account.role, account.person_id), rights=self._rights)

    @cached_property
    def _rights(self) -> Rights:
        return Rights(self.store)


# Given the user's name, the account if it may be used now.
FindAccount = Callable[[str], Account | None]
