"""The catalogues are whole, and the Persian in them is written as Persian is."""

import ast
import re
import string
from collections.abc import Mapping

import pytest
from babel.messages.catalog import Catalog

from hamyar.core import labels
from hamyar.core.labels import COLUMNS, TABLES, column_message, label_message
from hamyar.core.levels.answers import STATES
from hamyar.core.levels.indicators import CAPACITY, DOMAINS
from hamyar.core.levels.stratification import ALL_LEVELS
from hamyar.core.message import nmessage
from hamyar.core.tables import ALL_TABLES, FACT_TABLES
from hamyar.words import LANGUAGES, Words, catalogue, say
from tests import catalogues
from tests.catalogues import NOTEBOOKS, Sentence, sentences_of_code

PERSIAN = catalogues.entries(catalogues.read_catalogue("fa", "hamyar"))
SAID = [text for entry in PERSIAN.values() for text in catalogues.forms_of(entry)]
# A letter that joins to nothing after it needs no half-space, and none stands beside a space or a mark.
IDLE_HALF_SPACE = re.compile("[اأإآءدذرزژوؤ\\s]\u200c|\u200c(?:[\\s،؛؟.:!»)]|$)")
TORN_WORD = re.compile(r"(?<![\w\u200c])ن?می [آ-ی]|[آ-ی] (?:ها|های|هایی|ترین|تر)(?![\w\u200c])")
SPACE_BESIDE_MARK = re.compile(r"\s[،؛؟.:!»]|[«]\s|\s\s|[،؛؟](?![\s»]|$)")


def test_the_catalogues_are_whole():
    """Nothing is missing, unused, untranslated, fuzzy, or has other placeholders than its key."""
    assert [str(fault) for fault in catalogues.faults()] == []


def test_the_files_are_as_update_would_write_them():
    """An update changes nothing: order, places and layout are those of the code today."""
    assert [path.name for path, content in catalogues.all_written().items() if path.read_bytes() != content] == []


def test_no_sentence_escapes_extraction():
    """No marked sentence in the code is put together at run time."""
    code = {path.relative_to(catalogues.CODE): path.read_text("utf-8") for path in catalogues.CODE.rglob("*.py")}
    assert [(str(path), *found) for path, text in code.items() for found in catalogues.hidden_sentences(text)] == []


def test_every_error_marks_its_sentence():
    """The ``msgid`` of every error class is marked for the catalogue."""
    unmarked = []
    for path in sorted(catalogues.CODE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            for part in node.body if isinstance(node, ast.ClassDef) else ():
                if isinstance(part, ast.Assign) and ast.unparse(part.targets[0]) == "msgid":
                    unmarked += [f"{path.name}: {node.name}"] if not ast.unparse(part.value).startswith("N_(") else []
    assert unmarked == []


def test_every_pair_stands_where_it_is_counted():
    """Both forms of a counted sentence are written in the call itself: the catalogue would not know them as a pair."""
    apart = []
    for path in sorted(catalogues.CODE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "nmessage":
                forms = [ast.unparse(form) for form in node.args[:2]]
                apart += [f"{path.name}:{node.lineno}"] if not all(form.startswith("N_(") for form in forms) else []
    assert apart == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_can_be_filled(language):
    """Every form of every sentence takes the values its placeholders name, and nothing of a brace remains."""
    for entry in catalogues.entries(catalogues.read_catalogue(language, "hamyar")).values():
        for text in catalogues.forms_of(entry):
            names = [name for _, name, _, _ in string.Formatter().parse(text) if name is not None]
            assert all(name.isidentifier() for name in names), text
            assert not re.search("[{}]", text.format(**dict.fromkeys(names, "۱"))), text


def test_no_arabic_letters():
    """Persian is written with ی and ک, and the «ه» of an ezafe with its sign."""
    assert [text for text in SAID if re.search("[يكىة\u06c0]", text)] == []


def test_persian_digits():
    """Latin digits stand in commands, paths and options only."""
    assert [text for text in SAID if catalogues.digits_outside_code(text)] == []


def test_persian_marks():
    """Sentences have Persian commas, question marks and quotation marks; a command keeps its own."""
    without_code = [re.sub(r"\{[^}]*\}|hamyar [a-z].*|\(,\)", "", text) for text in SAID]
    assert [text for text in without_code if re.search("[?,;'\"“”]", text)] == []


def test_half_spaces():
    """Prefixes and endings are joined by a half-space, and none stands where it cannot be seen."""
    assert [text for text in SAID if IDLE_HALF_SPACE.search(text) or TORN_WORD.search(text)] == []


def test_spaces_beside_marks():
    """No space stands before a mark, none is missing after it, and none is doubled."""
    without_code = [re.sub(r"hamyar [a-z].*", "", text) for text in SAID]
    assert [text for text in without_code if SPACE_BESIDE_MARK.search(text)] == []
    assert [text for text in SAID if text != text.strip()] == []


def test_signs_keep_their_word():
    """No option or suffix begins a run of Latin letters after a Persian word: its sign would change sides.

    The dashes of «--fresh» are shown right where the text beside them is; after «hamyar monthly» they stay in place.
    A mark of direction would hold them, too, but it would be copied with the command and break it.
    """
    assert [text for text in SAID if re.search(r"[\u0600-\u06ff»] ?[-./~]+[A-Za-z]", text)] == []
    assert [text for text in SAID if re.search("[\u200e\u200f\u202a-\u202e\u2066-\u2069]", text)] == []


def test_full_stops_agree():
    """A sentence that ends in English ends in Persian; a label has no full stop in either."""
    differing = []
    for singular, entry in PERSIAN.items():
        ends = singular.endswith(".")
        said = catalogues.forms_of(entry)
        # A command at the end of a sentence stands without a full stop, which would be copied with it.
        differing += [text for text in said if text.endswith(".") != ends and not re.search("[A-Za-z0-9]$", text)]
    assert differing == []


def test_one_plural_rule():
    """Zero and one share the Persian singular; in English zero is plural."""
    of_zero, of_one, of_two = (nmessage("of {count} family", "of {count} families", count) for count in (0, 1, 2))
    assert [say(said, "en") for said in (of_zero, of_one, of_two)] == ["of 0 families", "of 1 family", "of 2 families"]
    assert "۰" in say(of_zero, "fa")
    assert {1} == {catalogue("fa").plural(count) for count in (2, 11, 1000)}  # type: ignore[attr-defined]
    assert {0} == {catalogue("fa").plural(count) for count in (0, 1)}  # type: ignore[attr-defined]


def test_prose_of_notebooks():
    """Every cell of prose has English words of its own, with the same heading marks."""
    english, heading = Words("en"), re.compile(r"^#+ ", re.MULTILINE)
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        for prose in (found.singular for found in catalogues.sentences_of_notebook(path.read_text("utf-8"))):
            said = english.prose(prose)
            assert not re.search("[\u0600-\u06ff]", said), path.name
            assert heading.findall(prose) == heading.findall(said)
            assert prose.count("\n\n") == said.count("\n\n")


def test_prose_of_notebooks_is_persian_as_it_is_written():
    """The prose on disk obeys the rules of the catalogue."""
    for sentence in sentences_of_code()["notebooks"]:
        text = sentence.singular
        assert not re.search("[يكىة\u06c00-9,;?]", text), text
        assert not IDLE_HALF_SPACE.search(text), text
        assert not TORN_WORD.search(text), text


def test_every_code_has_a_name():
    """Tables, columns and the words of their choices have a name for readers."""
    assert set(ALL_TABLES) == set(TABLES)
    assert {column.name for table in ALL_TABLES.values() for column in table.columns} == set(COLUMNS)
    words = {word for table in FACT_TABLES.values() for column in table.columns for word in column.allowed}
    words |= {*ALL_LEVELS, *DOMAINS, CAPACITY, *STATES}
    assert set() == {word for word in words if label_message(word) is None}
    assert say(column_message("members", "birth_day"), "en") == "Birthday (Members)"


def test_no_code_has_two_names():
    """The tables of names may share a code only where it is called the same in both."""
    found: dict[str, set[str]] = {}
    for name, names in vars(labels).items():
        if name.isupper() and isinstance(names, Mapping) and name not in ("TABLES", "COLUMNS"):
            for code, called in names.items():
                found.setdefault(code, set()).add(called)
    assert {code: called for code, called in found.items() if len(called) > 1} == {}


# The tool itself ------------------------------------------------------------------------------------------------


def test_reading_python():
    """A counted pair is one sentence, whether or not its parts are marked; other literals are single ones."""
    code = (
        'nmessage(N_("one {count}"), N_("many {count}"), n)\n'
        'nmessage("a", "b", n)\n'
        'self.words("said")\nmessage(N_("nested"), x=N_("value"))\n'
        'words(variable); N_("ad" "jacent")\n'
    )
    found = {Sentence("one {count}", "many {count}"), Sentence("a", "b")}
    found |= {Sentence("said"), Sentence("nested"), Sentence("value"), Sentence("adjacent")}
    assert found == set(catalogues.sentences_of_python(code))


def test_reading_templates():
    """Calls of ``words`` in a template are found, other calls are not."""
    template = '{{ words("Case") }} {{ number("x") }}{% if words("Total") %}{% endif %}'
    assert [Sentence("Case"), Sentence("Total")] == list(catalogues.sentences_of_template(template.encode()))


@pytest.mark.parametrize(
    ("code", "is_hidden"),
    [
        ('N_("plain")', False),
        ("N_(name)", True),
        ('N_(f"{x} plain")', True),
        ('words(f"{x} plain")', True),
        ('message("a" + b)', True),
        ('words("a {x}".format(x=x))', True),
        ('nmessage(N_("a"), f"{b}", n)', True),
        ('words(N_("a") if x else f"{b}")', True),
        ('words(N_("a") if x else LABELS[b])', False),
        ("self.words(sentence)", False),
    ],
)
def test_a_sentence_put_together_at_run_time(code, is_hidden):
    """What no reader of the code can find is reported; a sentence marked elsewhere is not."""
    assert is_hidden == bool(list(catalogues.hidden_sentences(code)))


@pytest.mark.parametrize(
    ("entry", "kind"),
    [
        ({"id": "{gap} left", "string": "{gap} ماند"}, None),
        ({"id": "{gap} left", "string": "ماند"}, "other placeholders"),
        ({"id": "{gap} left", "string": "{gap ماند"}, "other placeholders"),
        ({"id": "{gap} left", "string": " "}, "untranslated"),
        ({"id": "{gap} left", "string": "{gap} ماند", "flags": {"fuzzy"}}, "fuzzy"),
        ({"id": "{gap} gone", "string": "{gap} رفت"}, "missing"),
    ],
)
def test_faults_of_a_sentence(entry, kind):
    """Each way in which a translation can be wrong is named."""
    persian = Catalog(locale="fa")
    persian.add(**entry)
    found = dict(catalogues.faults_of([Sentence("{gap} left")], persian, "hamyar", "fa"))
    expected = {} if kind is None else {kind}
    assert set(expected) == set(found) - {"unused"}


def test_faults_of_plurals_and_unused_sentences():
    """The Persian singular needs the count, because it serves zero; what the code no longer says is unused."""
    persian = Catalog(locale="fa")
    persian.add(("one family", "{count} families"), ("یک خانواده", "{count} خانواده"))
    persian.add("old", "کهنه")
    found = list(catalogues.faults_of([Sentence("one family", "{count} families")], persian, "hamyar", "fa"))
    assert found == [("unused", "old"), ("other placeholders", "one family")]


def test_english_is_a_copy():
    """The English catalogue repeats its keys; a changed copy is a fault."""
    english = Catalog(locale="en")
    english.add("Gap", "Deficit")
    found = list(catalogues.faults_of([Sentence("Gap")], english, "hamyar", "en"))
    assert found == [("not a copy of its key", "Gap")]


def test_an_update_keeps_what_is_translated_and_drops_what_is_gone(tmp_path, monkeypatch):
    """Translations and remarks of people survive an update; sentences the code no longer says do not."""
    monkeypatch.setattr(catalogues, "LOCALE_DIR", tmp_path)
    path = catalogues.catalogue_path("fa", "hamyar")
    path.parent.mkdir(parents=True)
    path.write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
        '# short, it heads a column\nmsgid "Gap"\nmsgstr "کسری"\n\nmsgid "Old"\nmsgstr "کهنه"\n',
        "utf-8",
    )
    found = {Sentence("Gap"): {"b.py", "a.py"}, Sentence("New"): {"a.py"}}
    text = catalogues.written("fa", "hamyar", found).decode()
    assert text.endswith(
        '# short, it heads a column\n#: a.py b.py\nmsgid "Gap"\nmsgstr "کسری"\n\n#: a.py\nmsgid "New"\nmsgstr ""\n'
    )
    assert "Old" not in text
    assert "Date" not in text
    path.write_text(text, "utf-8")
    assert text == catalogues.written("fa", "hamyar", found).decode()


def test_check_ends_with_one(capsys, monkeypatch):
    """``check`` prints each fault and ends with 1; without faults it is silent and ends with 0."""
    monkeypatch.setattr("sys.argv", ["catalogues", "check"])
    assert (catalogues.main(), capsys.readouterr().err) == (0, "")
    monkeypatch.setattr(catalogues, "faults", lambda: [catalogues.Fault("fa", "hamyar", "missing", "Gap")])
    assert (catalogues.main(), capsys.readouterr().err) == (1, "fa/hamyar: missing: 'Gap'\n")
