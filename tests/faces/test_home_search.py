"""Searching one's families: every way of writing a name finds it, and the field takes nothing else from a page."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup
from tests.faces.help_making import MONTH, ON_DAY, carried_codes, help_source
from traitlets import TraitError

from hamyar.faces.home_families import OwnFamilies, key_of, words_of
from hamyar.faces.home_rows import FamilyRows
from hamyar.faces.widgets.finder import LONGEST_QUERY, Finder, Found, QueryRefused
from hamyar.faces.widgets.guard import Guarded
from hamyar.words import Words

EN = Words("en")
NAMES = ("علی‌رضا مکّی کیان", "آل‌یاسین", "Mária O'Brien", "رۀگشا")
PHONE = "09120345678"
# Each letter of a name as some keyboards, some helpers and some PDFs write it.
SPELLINGS = {"ی": "يىی", "ک": "كک", "ا": "اآأ", "ه": "هةۀ", "\u200c": ["\u200c", " ", ""], "0": "۰٠0", "1": "۱١1"}


@pytest.fixture(name="families", scope="module")
def _families():
    codes = carried_codes()
    names = {code: {"name": name} for code, name in zip(codes, NAMES, strict=False)}
    names[codes[4]] = {"phone": PHONE, "national_id": "0012345679"}
    source = help_source()
    return OwnFamilies(source.tables(codes), source.parameters, MONTH, ON_DAY, "H1", names)


def found(families, query):
    return families.found(query)["family_id"].tolist()


@pytest.mark.parametrize(
    "query",
    [
        *(
            "علی رضا",
            "علی‌رضا",
            "علیرضا",
            "علي رضا",
            "علىرضا",
            "عَلِی‌رِضا",
            "مکی",
            "مكي",
            "مکّی",
            "کیان علی",
            "  کیان   مکی ",
        ),
        "\u202eعلیرضا",
        # The drawn forms of a PDF.
        "ﻋﻠﯿﺮﺿﺎ",
    ],
)
def test_spellings(families, query):
    """Letters, half-spaces, marks, order of words and hidden signs make no difference."""
    assert found(families, query) == [carried_codes()[0]]


@pytest.mark.parametrize("query", ["ال یاسین", "آل‌ياسين", "ALYASIN"])
def test_other_names(families, query):
    """An alef with or without its madda is one; Latin letters are another name."""
    assert found(families, query) == ([carried_codes()[1]] if query != "ALYASIN" else [])


@pytest.mark.parametrize("query", ["mária", "MARIA", "o'brien maria"])
def test_latin_names(families, query):
    """Latin names are found without their accents and in either case."""
    assert found(families, query) == [carried_codes()[2]]


@pytest.mark.parametrize("query", ["0912", "۰۹۱۲", "٠٩١٢٠٣", "۰۰۱۲۳۴۵۶۷۹", "5678"])
def test_digits(families, query):
    """A telephone or a national id is found by digits of all three kinds."""
    assert found(families, query) == [carried_codes()[4]]


@pytest.mark.parametrize(
    "query",
    [
        "001-234567-9",
        "۰۰۱-۲۳۴۵۶۷-۹",
        "0912-034-5678",
        "0912.034",
        "0912 034 5678",
        "+98 912 034",
        "\u200e+۹۸۹۱۲",
        "00989120",
    ],
)
def test_digits_as_they_are_written(families, query):
    """What stands between the digits of a number, and the code of the country, make no difference."""
    assert found(families, query) == [carried_codes()[4]]


@pytest.mark.parametrize("query", [".*", "[", "(", "\\d", "^S", "S$", "%", "_", "a" * 200, "'; DROP TABLE families"])
def test_signs_of_programs(families, query):
    """What a program would take for a pattern is text like any other, and nobody has it."""
    assert found(families, query) == []


def test_code_and_area(families):
    """A case code is found in small letters, and an area by its number in either digits."""
    frame = families.frame
    code = carried_codes()[0]
    area = frame.at[code, "area"]

    assert found(families, code.lower()) == [code]
    assert set(frame.index[frame["area"] == area]) <= set(found(families, area)) < set(frame.index)


@pytest.mark.parametrize("query", ["", "   ", "\u200c \u064b"])
def test_nothing_asked(families, query):
    """A query that says nothing shows everybody."""
    assert len(found(families, query)) == len(families.frame)
    assert words_of(query) == []


def test_every_word_must_be_found(families):
    """A second word narrows the search, and a wrong one ends it."""
    assert found(families, "علی مکی") == [carried_codes()[0]]
    assert found(families, "علی یاسین") == []


def test_never_over_two_fields():
    """The end of one field and the beginning of the next are no word."""
    assert "باجم" not in key_of(["الف با", "جم دال"])


@given(st.data())
def test_any_spelling(data):
    """A name written in any mixture of its spellings is found by its key."""
    name = data.draw(st.sampled_from([*NAMES, "رضا ۱۲۰", "اکرم کاهکی"]))
    written = "".join(data.draw(st.sampled_from([*SPELLINGS.get(letter, letter)])) for letter in name)

    assert all(word in key_of([name]) for word in words_of(written))


class TestField:
    @pytest.fixture(name="finder")
    def _finder(self):
        return Finder(
            lambda query: Found(Markup("<p>{}</p>").format(query), f"told {query}"), label="Find", language="en"
        )

    @pytest.fixture(name="sent", autouse=True)
    def _sent(self, monkeypatch):
        monkeypatch.setattr(Guarded, "send", lambda self, content, buffers=None: None)
        monkeypatch.setattr(Guarded, "send_state", lambda self, key=None: None)

    def test_answers(self, finder):
        """What was found follows the query, beginning with an empty one."""
        assert finder._found == {"query": "", "html": "<p></p>", "told": "told "}
        finder.value = "<b>"
        assert finder._found == {"query": "<b>", "html": "<p>&lt;b&gt;</p>", "told": "told <b>"}

    @pytest.mark.parametrize("query", [None, 7, True, ["a"], "x" * (LONGEST_QUERY + 1)])
    def test_refuses(self, finder, query):
        """What is no text, or too long for a name, is refused, and the former query stands."""
        finder.value = "علی"
        with pytest.raises(QueryRefused if isinstance(query, str) else TraitError):
            finder.value = query
        finder.set_state({"value": query})

        assert finder.value == "علی"
        assert finder._found["query"] == "علی"

    @pytest.mark.parametrize("name", ["label", "_found", "description", "language", "longest", "_esm"])
    def test_takes_the_query_only(self, finder, name):
        """A page may set the query and nothing else, least of all what was found."""
        before = getattr(finder, name)
        finder.set_state({name: {"html": "<script>"} if name == "_found" else "en"})

        assert getattr(finder, name) == before

    def test_from_the_page(self, families, monkeypatch):
        """A query that comes from the page is searched for, and the count is told in a sentence."""
        finder = FamilyRows(families, "family", EN).finder()
        finder.set_state({"value": "علیرضا"})

        assert finder._found["told"] == f"1 of {len(families.frame)} families"
        assert carried_codes()[0] in finder._found["html"]
        assert carried_codes()[1] not in finder._found["html"]
        finder.set_state({"value": "nobody at all"})
        assert (finder._found["html"], finder._found["told"][:18]) == ("", "No family is found")
