"""A command that is called in this process, on a database of its own."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hamyar.cli import main
from tests.batch.running import Centre, shared_run


@pytest.fixture(scope="session")
def month_run(tmp_path_factory: pytest.TempPathFactory) -> Centre:
    """A centre whose month has been run; read only."""
    return shared_run(tmp_path_factory)


@pytest.fixture
def centre(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Centre:
    """A folder for a centre that has no database yet; the environment leads there."""
    (tmp_path / "centre").mkdir()
    found = Centre(tmp_path / "centre")
    for name, value in found.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(found.folder)
    return found


@pytest.fixture
def call(centre: Centre) -> Callable[..., Result]:
    """``call("init", …)`` is ``hamyar init …``; an error that is no answer to the operator fails the test."""

    def called(*arguments: object) -> Result:
        result = CliRunner().invoke(main, [str(argument) for argument in arguments])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return called
