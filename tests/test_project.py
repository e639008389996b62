"""The project keeps its own promises: locked dependencies, no trace of a machine, a core without a clock."""

import ast
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from hamyar import system_check
from hamyar.core.catalogues import FOLDERS
from hamyar.core.documents import read_yaml
from hamyar.core.parameters import ParameterSet
from hamyar.store.parameter_files import read_parameter_texts
from tests.batch.running import ROOT

LOCK = ROOT / "requirements.lock"
# The last versions with a fault that would let a visitor read or do what is not theirs.
VULNERABLE = {
    "voila": ("0.5.5", "CVE-2024-30265, files by a static route"),
    "jupyter-server": ("2.17.9", "CVE-2026-35397, -40110, -40934: files beside the root, origins, stale cookies"),
    "nbconvert": ("7.17.0", "CVE-2026-39377, -39378: files by attachment names and embedded images"),
    "jupyterhub": ("5.4.4", "CVE-2026-40864, forms without their token"),
}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def locked() -> set[str]:
    """Every pin of the lock with its marker, as ``name==version ; marker``."""
    lines = LOCK.read_text("utf-8").splitlines()
    return {line.rstrip("\\ ").strip() for line in lines if re.match(r"[a-z0-9]", line)}


def pins() -> dict[str, list[Requirement]]:
    found: dict[str, list[Requirement]] = {}
    for text in locked():
        requirement = Requirement(text)
        found.setdefault(canonicalize_name(requirement.name), []).append(requirement)
    return found


def declared() -> list[Requirement]:
    texts = [*PROJECT["project"]["dependencies"], *PROJECT["dependency-groups"]["dev"]]
    return [Requirement(text) for text in texts]


def tracked() -> list[Path]:
    """Every file that git keeps, or would keep."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        **{"cwd": ROOT, "capture_output": True, "check": True},
    )
    return [path for name in listed.stdout.decode().split("\0") if name and (path := ROOT / name).is_file()]


class TestDependencies:
    def test_conda_has_the_lock(self):
        """``environment.yml`` pins exactly what the lock pins, markers included."""
        environment = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))
        (listed,) = (part["pip"] for part in environment["dependencies"] if isinstance(part, dict))

        assert listed[-1] == "--editable=."
        assert sorted(listed[:-1]) == sorted(locked())

    def test_conda_has_the_system_libraries(self):
        """``environment.yml`` brings Python and the library that makes PDFs."""
        environment = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))

        assert {"python=3.11", "pip", "pango"} <= {
            part for part in environment["dependencies"] if isinstance(part, str)
        }

    @pytest.mark.parametrize("requirement", declared(), ids=lambda requirement: requirement.name)
    def test_declared_is_locked(self, requirement):
        """Each declared dependency is in the lock, at a version within its bound."""
        found = pins().get(canonicalize_name(requirement.name), [])

        assert found
        for pin in found:
            (exact,) = pin.specifier
            assert requirement.specifier.contains(exact.version)

    def test_every_pin_is_hashed(self):
        """Each pin of the lock is exact and has the hash of its files."""
        blocks = re.split(r"\n(?=[a-z0-9])", LOCK.read_text("utf-8"))[1:]

        assert len(blocks) == len(locked())
        assert [block.split()[0] for block in blocks if "--hash=sha256:" not in block or "==" not in block] == []

    @pytest.mark.parametrize("name", VULNERABLE)
    def test_known_faults_are_excluded(self, name):
        """What is declared admits no version with a fault known to open families to others."""
        (requirement,) = (found for found in declared() if canonicalize_name(found.name) == name)

        assert not requirement.specifier.contains(VULNERABLE[name][0])

    @pytest.mark.parametrize("name", ["arabic-reshaper", "python-bidi"])
    def test_nothing_turns_persian_round(self, name):
        """The packages that reverse what matplotlib shapes by itself are neither declared nor locked nor installed."""
        assert name not in pins()
        assert name not in {canonicalize_name(requirement.name) for requirement in declared()}
        assert (
            subprocess.run(
                [sys.executable, "-c", f"import {name.removeprefix('python-').replace('-', '_')}"], capture_output=True
            ).returncode
            == 1
        )

    def test_matplotlib_shapes_persian(self):
        """The installed matplotlib has the library that shapes Persian inside it."""
        from matplotlib import ft2font

        assert ft2font.__libraqm_version__


# Written so that this file does not hold what it looks for.
HOMES = re.compile(r"/(?:home|Users)/(?!user\b|you\b)[a-z]\w+/|/(?:root|work)/(?=\w)|[A-Z]:[\\]Users")
HOSTS = re.compile(r"(?:pypi|pythonhosted|anaconda)[.](?:org|com)|jfrog[.]io")


@pytest.fixture(name="texts", scope="module")
def _texts():
    """Every text file in git by its name."""
    contents = {path.relative_to(ROOT).as_posix(): path.read_bytes() for path in tracked()}
    return {name: content.decode("utf-8") for name, content in contents.items() if b"\0" not in content}


class TestNoTraceOfAMachine:
    def test_no_home_folder(self, texts):
        """No file in git names a folder of somebody's machine."""
        assert {name: HOMES.findall(text) for name, text in texts.items() if HOMES.search(text)} == {}

    def test_no_registry(self, texts):
        """No file in git names the host of a package registry."""
        assert {name: HOSTS.findall(text) for name, text in texts.items() if HOSTS.search(text)} == {}

    def test_not_this_machine(self, texts):
        """No file in git names the place or the index that this very machine uses."""
        told = [os.environ.get(name, "") for name in ("PIP_INDEX_URL", "UV_INDEX_URL", "UV_DEFAULT_INDEX")]
        hosts = {re.sub(r"^\w+://(?:[^@/]*@)?([^/:]+).*$", r"\1", url) for url in told if url}
        own = {host for host in {*hosts, f"{ROOT}/"} if len(host) > 4}

        assert [(name, host) for name, text in texts.items() for host in own if host in text] == []

    def test_no_outputs_in_git(self):
        """What a run writes is not kept in git."""
        kept = [path.relative_to(ROOT).as_posix() for path in tracked()]

        assert [name for name in kept if name.startswith("outputs/")] == ["outputs/.gitignore"]
        assert [name for name in kept if name.endswith((".pdf", ".sqlite3", ".key", ".bundle"))] == []

    def test_no_secret_bytes_in_names(self):
        """File names are plain: they survive every system."""
        names = [path.relative_to(ROOT).as_posix() for path in tracked()]

        assert [name for name in names if not re.fullmatch(r"[\w./@+-]+", name, re.ASCII)] == []
        assert len({name.lower() for name in names}) == len(names)


CORE = sorted((ROOT / "lib" / "hamyar" / "core").rglob("*.py"))
CLOCKS = {"now", "today", "utcnow", "time", "time_ns", "monotonic", "perf_counter", "localtime", "gmtime", "ctime"}


class TestCore:
    @pytest.mark.parametrize("path", CORE, ids=lambda path: path.stem)
    def test_no_clock(self, path):
        """No module of the core asks what time it is, or draws a number that nobody seeded."""
        tree = ast.parse(path.read_text("utf-8"))
        calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
        names = {func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "") for func in calls}
        modules = {
            name.split(".")[0]
            for node in ast.walk(tree)
            if isinstance(node, ast.Import | ast.ImportFrom)
            for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [one.name for one in node.names])
        }

        assert names & CLOCKS == set()
        assert modules & {"time", "random", "os", "pathlib", "io", "socket", "subprocess", "sqlite3"} == set()

    def test_no_module_is_long(self):
        """No module of the package is longer than a reader holds in mind."""
        lengths = {
            path.relative_to(ROOT).as_posix(): len(path.read_text("utf-8").splitlines())
            for path in (ROOT / "lib").rglob("*.py")
        }

        assert {name: length for name, length in lengths.items() if length > 400} == {}


PARAMETERS = sorted(
    path for path in (ROOT / "parameters").rglob("*.yaml") if f"{path.parent.name}/" not in ("imports/", *FOLDERS)
)


def bilingual_texts(document):
    """Every pair of texts in a document, however deep."""
    if isinstance(document, dict):
        if set(document) == {"fa", "en"}:
            yield document
        else:
            for part in document.values():
                yield from bilingual_texts(part)
    elif isinstance(document, list):
        for part in document:
            yield from bilingual_texts(part)


class TestParameterFiles:
    @pytest.mark.parametrize("path", PARAMETERS, ids=lambda path: f"{path.parent.name}/{path.stem}")
    def test_in_both_languages(self, path):
        """Label, description and our own references stand in both languages, each in its own letters."""
        parameter = ParameterSet.from_texts({path.name: path.read_text("utf-8")}).describe(path.stem)

        told = [parameter.reference, *(entry.source for entry in parameter.values.values())]
        assert all(told)
        for text in (parameter.label, parameter.description, *(text for text in told if not isinstance(text, str))):
            assert re.search("[آ-ی]", text.fa)
            assert re.search("[A-Za-z]", text.en)
            assert not re.search("[آ-ی]", text.en)

    @pytest.mark.parametrize("folder", FOLDERS)
    def test_catalogues_in_both_languages(self, folder):
        """Every text of the catalogues stands in both languages, each in its own letters."""
        texts = read_parameter_texts(ROOT / "parameters", is_synthetic=False)
        documents = [read_yaml(text, file) for file, text in texts.items() if file.startswith(folder)]
        found = [text for document in documents for text in bilingual_texts(document)]

        assert len(found) > 50
        assert [text for text in found if not re.search("[آ-ی]", text["fa"]) or re.search("[آ-ی]", text["en"])] == []
        assert [text["fa"] for text in found if re.search("[يك]", text["fa"])] == []

    def test_only_official_figures_have_gaps(self):
        """Choices hold without a gap or an overlap; years of which Hamyar knows no official figure are left open."""
        texts = read_parameter_texts(ROOT / "parameters", is_synthetic=False)
        faults = [found for found in ParameterSet.from_texts(texts).check() if found.is_fault]

        assert {found.file for found in faults} <= {"minimum_wage_per_month.yaml"}
        assert [str(found.message) for found in faults if "nothing holds between" not in str(found.message)] == []

    def test_sample_is_labelled(self):
        """Every value of the sample's parameters says that it is invented."""
        for path in (ROOT / "parameters" / "sample").glob("*.yaml"):
            parameter = ParameterSet.from_texts({path.name: path.read_text("utf-8")}).describe(path.stem)

            assert {"synthetic"} == {entry.status for entry in parameter.values.values()}


class TestMake:
    def test_help_lists_every_target(self):
        """``make help`` names and explains every target that a person may call."""
        makefile = (ROOT / "Makefile").read_text("utf-8")
        (phony,) = re.findall(r"^\.PHONY: (.+)$", makefile, re.M)
        listed = subprocess.run(["make", "--no-print-directory", "help"], cwd=ROOT, capture_output=True, text=True)
        found = dict(line.split(maxsplit=2)[1:] for line in listed.stdout.splitlines())

        assert listed.returncode == 0
        assert set(phony.split()) == set(found)
        assert all(found.values())

    def test_readme_names_only_real_targets(self):
        """Every ``make …`` of the README exists."""
        (phony,) = re.findall(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text("utf-8"), re.M)
        named = set(re.findall(r"`?\bmake ([a-z-]+)\b(?=`|\s{2,}#)", (ROOT / "README.md").read_text("utf-8")))

        assert named
        assert named - set(phony.split()) == set()


class TestSystemCheck:
    @pytest.fixture(name="ran")
    def _ran(self, monkeypatch):
        """The commands that the check runs; none runs."""
        commands = []

        def run(command, **options):
            commands.append((command, options["env"].get("DEBIAN_FRONTEND")))
            return subprocess.CompletedProcess(command, 0)

        monkeypatch.setattr(system_check.subprocess, "run", run)
        return commands

    def test_fine(self, monkeypatch, ran):
        """With everything in place it is silent and succeeds."""
        monkeypatch.setattr(system_check, "missing_libraries", list)

        assert (system_check.main(), ran) == (0, [])

    @pytest.mark.parametrize(("user", "apt"), [(1000, "/usr/bin/apt-get"), (0, None)])
    def test_advice(self, monkeypatch, capsys, ran, user, apt):
        """Where installing is not ours to do, it names the library and the line for every kind of system, and fails."""
        monkeypatch.setattr(system_check, "missing_libraries", lambda: ["Pango"])
        monkeypatch.setattr(os, "geteuid", lambda: user)
        monkeypatch.setattr(system_check.shutil, "which", lambda name: apt)
        status, said = system_check.main(), capsys.readouterr().err

        assert (status, ran) == (1, [])
        assert "Pango" in said
        assert [
            tool for tool in ("apt", "dnf", "brew", "conda") if not re.search(rf"^\s+{tool}\s+\S", said, re.M)
        ] == []

    @pytest.mark.parametrize(("after", "status"), [([], 0), (["Pango"], 1)])
    def test_installs(self, monkeypatch, capsys, ran, after, status):
        """As root with apt it runs the line that it names, and looks again."""
        answers = iter([["Pango"], after])
        monkeypatch.setattr(system_check, "missing_libraries", lambda: next(answers))
        monkeypatch.setattr(os, "geteuid", lambda: 0)
        monkeypatch.setattr(system_check.shutil, "which", lambda name: "/usr/bin/apt-get")

        assert system_check.main() == status
        assert ran == [(["sh", "-c", system_check.INSTALL["apt"]], "noninteractive")]
        assert ("Still missing" in capsys.readouterr().err) == bool(after)

    def test_failing_install(self, monkeypatch):
        """When the line fails, so does the check."""
        monkeypatch.setattr(system_check, "missing_libraries", lambda: ["Pango"])
        monkeypatch.setattr(system_check, "may_install", lambda: True)
        failed = subprocess.CompletedProcess([], 100)
        monkeypatch.setattr(system_check.subprocess, "run", lambda *_, **__: failed)

        assert system_check.main() == 1

    def test_old_python(self, monkeypatch, capsys, ran):
        """An old Python is told how to name another one."""
        monkeypatch.setattr(system_check.sys, "version_info", (3, 10, 2))

        assert system_check.main() == 1
        assert "PYTHON=" in capsys.readouterr().err

    def test_finds_what_is_there(self):
        """A library that can be loaded is found, an invented one is not."""
        assert system_check.is_found(("no-such-library", "libc.so.6", "c"))
        assert not system_check.is_found(("no-such-library", "libnone.so.0"))
        assert system_check.missing_libraries() == []

    def test_standard_library_only(self):
        """The check runs before anything is installed."""
        command = [sys.executable, "-I", "-S", str(ROOT / "lib" / "hamyar" / "system_check.py")]

        assert subprocess.run(command, capture_output=True, timeout=60).returncode == 0
