"""The words of the page template, and that it takes nothing from outside."""

import re

import pytest

from hamyar.server.look import JUPYTER_DATA, SENTENCES, TEMPLATE, look, voila_options
from hamyar.words import LANGUAGES

FOLDER = JUPYTER_DATA / "voila" / "templates" / TEMPLATE
SAID = re.compile(r"""words\((["'])(.+?)\1\)""")


def test_every_sentence_is_given():
    """What the template and the error page say is exactly what they are given words for."""
    said = {found[1] for path in FOLDER.glob("*.*") for found in SAID.findall(path.read_text("utf-8"))}

    assert said == set(SENTENCES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_look(language):
    """Language, direction and the sentences of the language; the page's own holes are left to the page."""
    given = look(language)

    assert (given["language"], given["direction"]) == (language, {"fa": "rtl", "en": "ltr"}[language])
    assert set(given["words"]) == set(SENTENCES)
    assert {"{step}", "{steps}"} == set(re.findall(r"\{\w+\}", given["words"]["Step {step} of {steps}"]))


def test_visitor_chooses_nothing():
    """Neither template nor theme can be changed by the address."""
    options = voila_options("fa")["VoilaConfiguration"]

    assert (options["allow_template_override"], options["allow_theme_override"]) == ("NO", "NO")


def test_nothing_from_outside():
    """No file of the template names another host, and no script stands in a page."""
    texts = {
        path.name: path.read_text("utf-8")
        for path in [*FOLDER.glob("*.j2"), *FOLDER.glob("*.html"), *FOLDER.glob("static/hamyar.*")]
    }

    assert len(texts) == 4
    assert {name for name, text in texts.items() if re.search(r"""(?:https?:)?//[a-z]""", text)} == set()
    assert [name for name, text in texts.items() if re.search(r"<script(?![^>]*(src=|application/))", text)] == []


def test_fonts_and_their_licence():
    """Both weights of the font lie beside the style sheet that names them, with their licence."""
    named = set(re.findall(r'url\("([^"]+)"\)', (FOLDER / "static" / "hamyar.css").read_text("utf-8")))

    assert len(named) == 2
    assert {(FOLDER / "static" / name).read_bytes()[:4] for name in named} == {b"wOF2"}
    assert "SIL Open Font License" in (FOLDER / "static" / "OFL.txt").read_text("utf-8")
