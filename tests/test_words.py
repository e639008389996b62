"""Values written as each language writes them."""

from decimal import Decimal
from fractions import Fraction

import pytest

from hamyar.core.documents import BilingualText
from hamyar.core.jalali import Month, NotAMonth
from hamyar.core.message import message, nmessage
from hamyar.core.rial import Money
from hamyar.words import END_ISOLATE, ISOLATE, Words, current_language, say, write_value


@pytest.mark.parametrize(
    ("value", "persian", "english"),
    [
        (1_250_000, "۱٬۲۵۰٬۰۰۰", "1,250,000"),
        (Decimal("2.5"), "۲٫۵", "2.5"),
        (Fraction(3, 20), "۱۵٪", "15%"),
        (Month(1405, 8), "آبان ۱۴۰۵", "Aban 1405"),
        (["A", "B"], "A، B", "A, B"),
        (True, "True", "True"),
        (BilingualText(fa="کسری", en="Gap"), "کسری", "Gap"),
        ([BilingualText(fa="کسری", en="Gap"), "B"], "کسری، B", "Gap, B"),
    ],
)
def test_typed_values(value, persian, english):
    """Numbers, shares, months and lists follow the language."""
    assert (persian, english) == (write_value(value, "fa"), write_value(value, "en"))


def test_money_carries_its_unit():
    """An amount is written with digits of the language and its unit after a space that does not break."""
    assert write_value(Money(1_250_000), "en") == "1,250,000\u00a0rial"
    assert Words("fa").money(1_250_000).startswith("۱٬۲۵۰٬۰۰۰\u00a0")


def test_free_text_is_isolated_on_request():
    """A foreign name inside a sentence can be shielded from its neighbours' direction."""
    name = message("{name} is here", name="Anna")
    assert ("Anna is here", f"{ISOLATE}Anna{END_ISOLATE} is here") == (say(name, "en"), say(name, "en", isolate=True))


def test_a_text_of_the_catalogues_is_said_in_the_readers_language():
    """A text in two languages fills a hole in the sentence's own, shielded like any other text."""
    sentence = message("{label}: severe", label=BilingualText(fa="کسری", en="Gap"))
    assert ("Gap: severe", f"{ISOLATE}Gap{END_ISOLATE}: severe") == (say(sentence, "en"), say(sentence, "en", True))


def test_a_sentence_inside_a_sentence():
    """Messages and errors as values are said in the same language."""
    inner = message("{count} months", count=6)
    assert say(message("after {when}", when=inner), "en") == "after 6 months"
    assert "1405-08" in say(message("because {error}", error=NotAMonth(value="x")), "en")


def test_a_counted_sentence_without_a_catalogue():
    """A sentence nobody translated is said in English, in the right number."""
    assert say(nmessage("{count} untranslated one", "{count} untranslated", 2), "en") == "2 untranslated"


def test_the_language_is_chosen(monkeypatch):
    """The environment's language wins, and an unknown one is ignored."""
    monkeypatch.setenv("HAMYAR_LANGUAGE", "en")
    assert current_language() == "en"
    monkeypatch.setenv("HAMYAR_LANGUAGE", "fa")
    assert (current_language(), Words().direction) == ("fa", "rtl")
    monkeypatch.setenv("HAMYAR_LANGUAGE", "tlh")
    assert current_language() in ("fa", "en")
