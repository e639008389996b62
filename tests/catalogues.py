"""The catalogues of words: what the code says, gathered into ``lib/hamyar/locale``, and checked against it.

``python -m tests.catalogues update`` writes the templates and both languages anew;
``python -m tests.catalogues check`` says what is missing, unused, untranslated or misspelt, and then ends with 1.

Python is read as a syntax tree, because Babel's own reader does not see ``nmessage(N_("…"), N_("…"), n)`` as one pair.
Templates are read by Jinja's extractor; of a notebook every cell of prose is one sentence.
The files carry no date, no author and no line numbers, so that they change only when the words do.
A translation is never guessed from a similar sentence: a changed sentence waits for a person.
"""

import argparse
import ast
import re
import string
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

import nbformat
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

from hamyar.words import LANGUAGES, LOCALE_DIR

ROOT = Path(__file__).parents[1]
CODE, NOTEBOOKS = ROOT / "lib" / "hamyar", ROOT / "notebooks"
# The language that each domain's keys are written in: its catalogue is a copy of the keys.
SOURCE_LANGUAGES = {"hamyar": "en", "notebooks": "fa"}
# Babel's own table has one form for Persian; CLDR has two, and a sentence about one family may need its own words.
PLURAL_FORMS = {"fa": "nplurals=2; plural=(n > 1);", "en": "nplurals=2; plural=(n != 1);"}
MARKS = {"N_", "message", "Message", "words"}
PLURAL_MARKS = {"nmessage"}
_HEADER = (
    "# {title}\n"
    'msgid ""\n'
    'msgstr ""\n'
    '"Content-Type: text/plain; charset=utf-8\\n"\n'
    '"Content-Transfer-Encoding: 8bit\\n"\n'
    '"Language: {language}\\n"\n'
    '"Plural-Forms: {plural_forms}\\n"\n'
    "\n"
)


class Sentence(NamedTuple):
    """A key of a catalogue: the sentence, and its plural where it counts (else empty)."""

    singular: str
    plural: str = ""

    @property
    def key(self) -> str | tuple[str, str]:
        return (self.singular, self.plural) if self.plural else self.singular


Found = dict[Sentence, set[str]]
"""The sentences of a domain and the files that say them."""


# Reading the code -----------------------------------------------------------------------------------------------


def sentences_of_python(text: str) -> Iterator[Sentence]:
    """Every literal sentence under a mark; a counted pair is one sentence."""
    inside_pairs: set[int] = set()
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Call) or id(node) in inside_pairs:
            continue
        literals = [_literal(argument) for argument in node.args[:2]]
        if _name(node) in PLURAL_MARKS and len(literals) == 2 and all(literals):
            # ast.walk goes from the outside in, so the marks within the pair have not been met yet.
            inside_pairs.update(id(argument) for argument in node.args[:2])
            yield Sentence(str(literals[0]), str(literals[1]))
        elif _name(node) in MARKS and node.args and isinstance(node.args[0], ast.Constant) and literals[0]:
            yield Sentence(literals[0])


def hidden_sentences(text: str) -> Iterator[tuple[int, str]]:
    """Line and source of marked arguments that no reader of the code can find: put together at run time.

    ``N_`` takes a literal and nothing else.  The others may be handed a sentence that was marked elsewhere,
    by its name, an index or a choice of two, but never one that is built on the spot.
    """
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = _name(node)
        if (name == "N_" and (_literal(node.args[0]) is None or len(node.args) > 1 or node.keywords)) or (
            name in MARKS | PLURAL_MARKS
            and any(_is_built(argument) for argument in node.args[: 2 if name in PLURAL_MARKS else 1])
        ):
            yield node.lineno, ast.unparse(node)


def _name(call: ast.Call) -> str:
    return getattr(call.func, "id", None) or getattr(call.func, "attr", "")


def _literal(node: ast.expr) -> str | None:
    """The text of ``"…"`` or ``N_("…")``."""
    if isinstance(node, ast.Call) and _name(node) == "N_" and len(node.args) == 1:
        node = node.args[0]
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _is_built(node: ast.expr) -> bool:
    if isinstance(node, ast.IfExp):
        return _is_built(node.body) or _is_built(node.orelse)
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Attribute) and node.func.attr in ("format", "join", "replace", "lower")
    return isinstance(node, ast.JoinedStr | ast.BinOp)


def sentences_of_template(content: bytes) -> Iterator[Sentence]:
    options = {"encoding": "utf-8", "trimmed": "false", "silent": "false"}
    for _, _, singular, _ in babel_extract(BytesIO(content), ["words"], [], options):
        if isinstance(singular, str):
            yield Sentence(singular)


def sentences_of_notebook(text: str) -> Iterator[Sentence]:
    for cell in nbformat.reads(text, as_version=4).cells:
        if cell.cell_type == "markdown" and cell.source.strip():
            yield Sentence(cell.source)


def sentences_of_code() -> dict[str, Found]:
    """The sentences of both domains."""
    found: dict[str, Found] = {"hamyar": {}, "notebooks": {}}
    for path in sorted(CODE.rglob("*.py")):
        _gather(found["hamyar"], path, sentences_of_python(path.read_text("utf-8")))
    for path in sorted(CODE.rglob("*.j2")):
        _gather(found["hamyar"], path, sentences_of_template(path.read_bytes()))
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        _gather(found["notebooks"], path, sentences_of_notebook(path.read_text("utf-8")))
    return {domain: _pairs_only(sentences) for domain, sentences in found.items()}


def _gather(found: Found, path: Path, sentences: Iterable[Sentence]) -> None:
    for sentence in sentences:
        found.setdefault(sentence, set()).add(path.relative_to(ROOT).as_posix())


def _pairs_only(found: Found) -> Found:
    """A sentence that also stands in a counted pair has one entry, the pair: gettext looks both up by the singular."""
    pairs = {sentence.singular: sentence for sentence in found if sentence.plural}
    whole: Found = {}
    for sentence, files in found.items():
        whole.setdefault(pairs.get(sentence.singular, sentence), set()).update(files)
    return whole


# Writing the catalogues -----------------------------------------------------------------------------------------


def catalogue_path(language: str, domain: str) -> Path:
    return LOCALE_DIR / language / "LC_MESSAGES" / f"{domain}.po"


def read_catalogue(language: str, domain: str) -> Catalog:
    """The catalogue as it is on disk; an empty one where there is none."""
    path = catalogue_path(language, domain)
    if not path.exists():
        return _empty(language)
    with path.open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def _empty(language: str) -> Catalog:
    catalogue = Catalog(locale=language or None)
    if language:
        catalogue.mime_headers = [("Plural-Forms", PLURAL_FORMS[language])]
    return catalogue


def entries(catalogue: Catalog) -> dict[str, Message]:
    """The sentences of a catalogue by their singular, without the header."""
    return {sentence_of(message).singular: message for message in catalogue if message.id}


def sentence_of(message: Message) -> Sentence:
    return Sentence(*message.id) if isinstance(message.id, tuple | list) else Sentence(str(message.id))


def forms_of(message: Message) -> list[str]:
    """What a catalogue says for a sentence: one text, or one for each plural form."""
    return [message.string] if isinstance(message.string, str) else [text or "" for text in message.string]


def written(language: str, domain: str, found: Found) -> bytes:
    """The bytes of one language's catalogue, with the translations that are on disk; ``""`` is the template."""
    known = entries(read_catalogue(language, domain)) if language else {}
    target = _empty(language)
    # By file, then by sentence: who translates meets what is said in one place together.
    for sentence, files in sorted(found.items(), key=lambda item: (min(item[1]), item[0])):
        old = known.get(sentence.singular)
        text: str | tuple[str, ...] = ""
        if language == SOURCE_LANGUAGES[domain]:
            text = sentence.key
        elif old is not None and sentence_of(old) == sentence:
            text = old.string
        target.add(sentence.key, text, locations=[(file, 0) for file in sorted(files)])
        if old is not None and language and text == old.string:
            target[sentence.singular].user_comments = old.user_comments
            target[sentence.singular].flags |= old.flags & {"fuzzy"}
    body = BytesIO()
    write_po(body, target, width=110, omit_header=True, include_lineno=False)
    title = f"Hamyar, domain {domain}: " + (f"language {language}" if language else "template")
    plural_forms = PLURAL_FORMS.get(language, "nplurals=INTEGER; plural=EXPRESSION;")
    header = _HEADER.format(title=title, language=language, plural_forms=plural_forms)
    return header.encode() + body.getvalue().rstrip(b"\n") + b"\n"


def all_written() -> dict[Path, bytes]:
    """Every file of ``lib/hamyar/locale`` as it ought to be."""
    files = {}
    for domain, found in sentences_of_code().items():
        files[LOCALE_DIR / f"{domain}.pot"] = written("", domain, found)
        for language in LANGUAGES:
            files[catalogue_path(language, domain)] = written(language, domain, found)
    return files


def update() -> list[Path]:
    """Bring the files up to date; returns those that changed."""
    changed = []
    for path, content in all_written().items():
        if not path.exists() or path.read_bytes() != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            changed.append(path)
    return changed


# Checking them --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Fault:
    """Something wrong with one sentence of one catalogue."""

    language: str
    domain: str
    kind: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.language}/{self.domain}: {self.kind}: {self.sentence!r}"


def faults() -> list[Fault]:
    """All that keeps the catalogues from being whole."""
    return [
        Fault(language, domain, kind, sentence)
        for domain, found in sentences_of_code().items()
        for language in LANGUAGES
        for kind, sentence in faults_of(found, read_catalogue(language, domain), domain, language)
    ]


def faults_of(found: Iterable[Sentence], catalogue: Catalog, domain: str, language: str) -> Iterator[tuple[str, str]]:
    """Kind and sentence of each fault of one catalogue against the sentences of the code."""
    known = entries(catalogue)
    found = list(found)
    yield from (("unused", singular) for singular in sorted(set(known) - {sentence.singular for sentence in found}))
    for sentence in found:
        message = known.get(sentence.singular)
        if message is None or sentence_of(message) != sentence:
            yield "missing", sentence.singular
            continue
        forms = forms_of(message)
        if message.fuzzy:
            yield "fuzzy", sentence.singular
        if not all(text.strip() for text in forms):
            yield "untranslated", sentence.singular
        elif language == SOURCE_LANGUAGES[domain]:
            if tuple(forms) != tuple(filter(None, sentence)):
                yield "not a copy of its key", sentence.singular
        elif domain == "hamyar" and not all(_fits(sentence, text) for text in forms):
            yield "other placeholders", sentence.singular


def _fits(sentence: Sentence, text: str) -> bool:
    # The Persian singular also serves zero, so every form of a counted sentence needs what its plural needs.
    return placeholders(text) == placeholders(sentence.plural or sentence.singular)


def placeholders(text: str) -> set[str]:
    """The names in the holes of ``text``; a brace that opens nothing is a hole named ``{``."""
    try:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
    except ValueError:
        return {"{"}


# A command, a path, an option with its number, a setting: written in Latin letters in Persian, too.
_CODE_WORDS = re.compile(r"[A-Za-z0-9_./=:-]*[A-Za-z_/=-][A-Za-z0-9_./=:-]*(?: [0-9]+)?|\{[^}]*\}")


def digits_outside_code(text: str) -> str:
    """The Latin digits of a Persian sentence that belong to no file name, option, date form or command."""
    return "".join(re.findall(r"[0-9]", _CODE_WORDS.sub("", text)))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.catalogues", description="The catalogues of words.")
    chosen = parser.add_subparsers(required=True)
    chosen.add_parser("update", help="write the catalogues anew from the code").set_defaults(run=_update)
    chosen.add_parser("check", help="say what is missing or wrong").set_defaults(run=_check)
    run: partial[int] = parser.parse_args().run
    return run()


def _update() -> int:
    for path in update():
        print(f"written: {path.relative_to(ROOT)}")
    # A new sentence without a translation is the usual outcome of an update, not a failure of it.
    for fault in faults():
        print(fault)
    return 0


def _check() -> int:
    found = faults()
    for fault in found:
        print(fault, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
