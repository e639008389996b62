"""Every command explains itself, in both languages, on any terminal."""

import os
import re
import subprocess

import click
import pytest
from click.testing import CliRunner

from hamyar.cli import main
from tests.batch.running import HAMYAR, ROOT


def commands(group=main, path=()):
    """Every command of the tree, with the words that call it."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name), command


COMMANDS = dict(commands())
EXAMPLE = re.compile(r"^(?:Example|نمونه)\s*: (hamyar .+)$")


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
class TestEachCommand:
    def test_help_and_example(self, path):
        """``--help`` says what the command does and gives an example that calls it."""
        result = CliRunner().invoke(main, [*path, "--help"])
        found = EXAMPLE.match(COMMANDS[path].epilog or "")

        assert (result.exit_code, bool(COMMANDS[path].help)) == (0, True)
        assert found
        assert found[1].split()[1 : 1 + len(path)] == list(path)
        assert COMMANDS[path].epilog.split()[-1] in result.output

    def test_every_option_is_explained(self, path):
        """No option stands without a help text."""
        options = [found for found in COMMANDS[path].params if isinstance(found, click.Option)]

        assert [option.name for option in options if not option.help] == []

    def test_example_can_be_read(self, path):
        """The command's parser takes its own example; its files may be absent here."""
        words = EXAMPLE.match(COMMANDS[path].epilog)[1].replace("'", "").split()[1 + len(path) :]
        for parameter in COMMANDS[path].params:
            if isinstance(parameter.type, click.Path):
                parameter = parameter.type
                parameter.exists, kept = False, parameter.exists
                try:
                    COMMANDS[path].make_context("x", list(words), resilient_parsing=False)
                finally:
                    parameter.exists = kept
                break
        else:
            COMMANDS[path].make_context("x", list(words))

    def test_in_the_readme(self, path):
        """The README names the command."""
        assert f"hamyar {path[0]}" in (ROOT / "README.md").read_text("utf-8")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("language", "encoding"), [("fa", "ascii"), ("fa", "utf-8"), ("fa", "cp1256"), ("en", "latin-1")]
)
def test_any_terminal(tmp_path, language, encoding):
    """Help, errors and sentences never crash, whatever letters the terminal knows."""
    environment = {
        **os.environ,
        "PYTHONIOENCODING": encoding,
        "HAMYAR_LANGUAGE": language,
        "HAMYAR_DATABASE_URL": f"sqlite:///{tmp_path / 'none.sqlite3'}",
    }
    for arguments, status in ((["monthly", "--help"], 0), (["audit", "verify"], 2), (["monthly", "--month", "x"], 2)):
        said = subprocess.run([HAMYAR, *arguments], env=environment, capture_output=True, timeout=60)

        assert (said.returncode, b"Traceback" in said.stderr) == (status, False)
        assert said.stdout or said.stderr


def test_unset_language_on_a_terminal_without_persian(tmp_path):
    """A terminal that cannot hold Persian letters is spoken to in English and not in question marks."""
    environment = {name: value for name, value in os.environ.items() if name != "HAMYAR_LANGUAGE"}
    said = subprocess.run(
        [HAMYAR, "monthly", "--help"], env={**environment, "PYTHONIOENCODING": "ascii"}, capture_output=True, timeout=60
    )

    assert b"Example: hamyar monthly" in said.stdout
    assert b"???" not in said.stdout


def test_help_is_quick():
    """Help does not load the notebooks' and the printer's libraries."""
    code = (
        "import sys, hamyar.cli; "
        "print([name for name in ('papermill', 'weasyprint', 'sqlalchemy', 'nbformat', 'matplotlib') "
        "if name in sys.modules])"
    )
    said = subprocess.run([HAMYAR.with_name("python"), "-c", code], capture_output=True, text=True, timeout=60)

    assert said.stdout.strip() == "[]"
